"""Explain API keys that Amazon Bedrock does not accept, and requests to it without any.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html. Clients of other providers of models send
their key to Amazon Bedrock, too.
"""

from __future__ import annotations

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import InvalidCredentials, MissingCredentials

_PAGE = "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html"
_WRONG_FORM = "Must start with pre-defined prefix"
_NOT_VALID = "make sure your API Key is valid"
NO_AUTHORIZATION = r"Authorization header is missing"
BEDROCK_KEY_REJECTED = CauseType(
    "bedrock-key-rejected",
    title="Amazon Bedrock does not accept the API key",
    text="The API key has expired, was deleted, or was generated in another Region.",
    recognised_by='The message "Authentication failed: Please make sure your API Key is valid", or that the API key must start with a prefix.',
    fix="Set a valid API key of Amazon Bedrock, or none, so that the client signs with AWS credentials.",
    sources=(_PAGE,),
)
NOT_A_BEDROCK_KEY = CauseType(
    "not-a-bedrock-key",
    title="The API key is not one of Amazon Bedrock",
    text="The client sends an API key of another service, or another token, as the API key of Amazon Bedrock.",
    recognised_by='The message "Invalid API Key format: Must start with pre-defined prefix".',
    fix="Remove the API key from the settings of the client, or set one of Amazon Bedrock.",
    of="bedrock-key-rejected",
    sources=(_PAGE,),
)
BEDROCK_KEY_MISSING = CauseType(
    "bedrock-key-missing",
    title="A request to Amazon Bedrock has neither an API key nor a signature",
    recognised_by='The message "Authorization header is missing".',
    fix="Set an API key of Amazon Bedrock or AWS credentials for the client.",
    sources=(_PAGE,),
)


def explain_rejected_key(case: Case[InvalidCredentials], message: str) -> Explanation | None:
    """Explain that Amazon Bedrock rejects an API key, or return ``None`` for other messages."""
    if _WRONG_FORM in message:
        return case.explain(
            "Amazon Bedrock does not accept the API key: it is not one of Amazon Bedrock. No permission is missing.",
            clues.reported_cause(NOT_A_BEDROCK_KEY, message, _WRONG_FORM),
            topic="bedrock-keys",
            remedies=(
                _credentials_remedy("Remove the API key, so that the client signs"),
                _key_remedy("Or set"),
            ),
        )
    if _NOT_VALID in message:
        return case.explain(
            "Amazon Bedrock does not accept the API key. No permission is missing.",
            clues.reported_cause(BEDROCK_KEY_REJECTED, message, _NOT_VALID),
            topic="bedrock-keys",
            remedies=(_key_remedy(), _credentials_remedy("Or remove the API key, so that the client signs")),
        )
    return None


def explain_missing_key(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a request to Amazon Bedrock has no Authorization header."""
    return case.explain(
        "Amazon Bedrock rejected a request without an Authorization header: the client sent neither an API key nor a signature.",
        clues.reported_cause(BEDROCK_KEY_MISSING, message, NO_AUTHORIZATION),
        topic="bedrock-keys",
        remedies=(_key_remedy(), _credentials_remedy("Or let the client sign")),
        notes="AWS does not know the caller, so it evaluated no policy.",
    )


def _key_remedy(verb: str = "Set") -> Remedy:
    return your_remedy(
        f"{verb} an API key of Amazon Bedrock",
        "Generate it in the Bedrock console, under API keys, in the Region that the client calls.",
        "Set it as AWS_BEARER_TOKEN_BEDROCK where the client runs, and start the client again. A short-term key is valid for at most 12 hours, and only in its Region.",
        url=_PAGE,
    )


def _credentials_remedy(title: str) -> Remedy:
    return your_remedy(
        f"{title} with AWS credentials",
        "Unset the variable, and remove the API key from the settings of the client and of a proxy such as LiteLLM. SDKs prefer the variable to a profile or role.",
        "Then select a profile, or use the role of the machine. The last command must print the caller.",
        commands=("unset AWS_BEARER_TOKEN_BEDROCK", "aws sts get-caller-identity"),
        url=_PAGE,
    )
