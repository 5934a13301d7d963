"""Explain that an access key was sent with the session token of other credentials.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.credentials.rejected_requests import RejectedRequest
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

_CHARS_BEFORE = 8_000
_CHARS_OF_BLOCK = 2_000
_MAX_KEYS = 20
# The variables of credentials that a shell or an earlier step sets.
_VARIABLE = lazy_pattern(r"\$\{?(?P<name>[A-Za-z_]\w{0,60})\}?", re.ASCII)
_LONG_TERM_KEY = lazy_pattern(
    r"\baws_access_key_id[\"']?[ \t]?[=:][ \t]?[\"']?AKIA", re.ASCII | re.IGNORECASE
)
# In the same section of a file, or among the same variables. A value can be masked.
_SESSION_TOKEN = lazy_pattern(
    r"\baws_session_token[\"']?[ \t]?[=:][ \t]?[\"']?(?![\"']|none\b|null\b|<|unset\b)[^\s\"']",
    re.ASCII | re.IGNORECASE,
)
_END_OF_BLOCK = lazy_pattern(r"\n[ \t]*(?=\n|\[)")
SESSION_TOKEN_OF_OTHER_KEY = CauseType(
    "session-token-of-other-key",
    title="The access key is sent with the session token of other credentials",
    meaning="A session token is valid only with the temporary access key that it was issued with. A long-term key is sent without one.",
    recognised_by="The text sets an access key and the session token of another one, or a long-term key (AKIA…) with a session token.",
    fix="Remove the session token, or set all three values from the same response.",
    sources=(pages.TEMPORARY_CREDENTIALS,),
)


class MixedCredentials(NamedTuple):
    """An access key and the session token of other credentials.

    Attributes:
        because: Where the text shows both.
        profile: The profile that has both, if a command sets them.
        is_in_file: Whether they are in a file instead of variables.
    """

    because: str
    profile: str | None
    is_in_file: bool


def find_mixed_credentials(case: Case[InvalidCredentials]) -> MixedCredentials | None:
    """Return the access key and the session token that do not belong together, if the text shows both."""
    text, start = case.failure.text, case.failure.span[0]
    set_values: dict[tuple[str | None, str], str] = {}
    for _, each in find_commands(text, max(start - _CHARS_BEFORE, 0), start):
        if each.program == "aws" and each.words[:2] == ("configure", "set") and each.words[2:4]:
            profile = each.option("profile")
            set_values[None if profile is None else profile.value, each.words[2]] = " ".join(each.words[3:4])
    used = clues.find_profile(case)
    for (profile_name, name), value in set_values.items():
        token = set_values.get((profile_name, "aws_session_token"), "")
        if name == "aws_access_key_id" and token and profile_name in {used, None} and _differ(value, token):
            because = f"The commands set aws_access_key_id to {_show(value)} and aws_session_token to {_show(token)}."
            return MixedCredentials(because, profile_name or "default", is_in_file=True)
    for key in islice(_LONG_TERM_KEY.finditer(text), _MAX_KEYS):
        low, high = max(key.start() - _CHARS_OF_BLOCK, 0), key.end() + _CHARS_OF_BLOCK
        start = max([low, *(each.end() for each in _END_OF_BLOCK.finditer(text, low, key.start()))])
        after = _END_OF_BLOCK.search(text, key.end(), high)
        found = _SESSION_TOKEN.search(text, start, after.start() if after else high)
        if found is not None:
            is_in_file = found[0].startswith("aws_")
            because = f"The text shows {key[0][:17]} with AKIA…, a long-term key, and {found[0][:17]}."
            return MixedCredentials(because, None, is_in_file=is_in_file)
    return None


def _differ(key: str, token: str) -> bool:
    """Return whether a key and a token are from different variables."""
    names = [_VARIABLE.fullmatch(each) for each in (key, token)]
    if names[1] is None or names[1]["name"] != "AWS_SESSION_TOKEN":
        return False
    return key.startswith("AKIA") if names[0] is None else names[0]["name"] != "AWS_ACCESS_KEY_ID"


def _show(value: str) -> str:
    return value if value.startswith("$") else f"{value[:4]}…"


def explain_mixed_credentials(
    case: Case[InvalidCredentials], request: RejectedRequest, mixed: MixedCredentials
) -> Explanation:
    """Explain that the access key was sent with the session token of other credentials."""
    steps = [
        "AWS_SESSION_TOKEN is left from another sign-in, such as that of an earlier step of the job: unset the three variables before the keys are set. In separate jobs, the identities do not mix at all."
    ]
    lines = ["unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"]
    whose = "the access key"
    if mixed.profile is not None:
        whose = f"the access key of the profile {mixed.profile}"
        steps.append("The profile keeps the token that was stored: the second command empties it.")
        name = commands.profile(mixed.profile)
        lines.append(fill_command('aws configure set aws_session_token "" --profile {}', name))
        lines.append(fill_command("aws sts get-caller-identity --profile {}", name))
    elif mixed.is_in_file:
        steps = ["Delete the line aws_session_token from the section in ~/.aws/credentials."]
        lines = ["aws sts get-caller-identity"]
    else:
        steps = ["Unset the variable where it is set. A long-term key has no session token."]
        lines = ["unset AWS_SESSION_TOKEN", "aws sts get-caller-identity"]
    return case.explain(
        f"AWS does not accept the credentials: {whose} is sent with the session token of other credentials. No permission is missing.",
        SESSION_TOKEN_OF_OTHER_KEY.cause(
            "derived",
            (
                mixed.because,
                *clues.quote_phrases(request.message, "security token included in the request is invalid"),
            ),
            text="A session token is valid only with the temporary key that it was issued with. The access key can be valid: without the token, it works.",
        ),
        topic="invalid-credentials",
        remedies=(
            your_remedy(
                "Remove the session token of the other credentials",
                *steps,
                commands=tuple(lines),
                url=pages.TEMPORARY_CREDENTIALS,
            ),
        ),
        notes=(
            "AWS evaluated no policy yet: neither the key nor a role and its trust policy must be changed.",
        ),
    )
