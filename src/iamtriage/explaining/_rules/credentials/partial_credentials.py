"""Explain that one place has only a part of the credentials, such as an access key ID without its secret."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import lower_first
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys import secret_keys
from iamtriage.explaining._rules.credentials.profiles import unread_sources
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

PARTIAL = lazy_pattern(
    r"(?:Partial credentials found in ([\w./-]{1,40}), missing:? ?|shared credentials \S{1,64} in (\S{1,200}) did not contain )(\w{2,40}(?:(?:, ?| or )\w{2,40}){0,4})?"
)
"""How the SDKs say that a place has only a part of the credentials."""
# The variables of access keys.
_KEY_VARIABLES = frozenset({"aws_access_key_id", "aws_secret_access_key", "aws_session_token"})
_VARIABLE = lazy_pattern(r"\baws_\w{1,30}")
_PLACES = {
    "env": "the environment variables",
    "shared-credentials-file": "~/.aws/credentials",
    "config-file": "~/.aws/config",
    "assume-role": "the profile with role_arn",
}
_SIGN_IN = "aws login (console user) and aws sso login (IAM Identity Center) need no access key: remove the key ID first. Without other credentials, create a key in the console: IAM, Users, Security credentials."
_NOT_SHOWN = "AWS shows a secret only when the key is created. If nobody has kept it, create a new key, and deactivate the old one."
PARTIAL_CREDENTIALS = CauseType(
    "partial-credentials",
    title="The credentials are incomplete",
    meaning="One place has only a part of the credentials, such as an access key ID without a secret access key.",
    recognised_by='The SDK says "Partial credentials found".',
    fix="Set all parts of one type of credentials in one place.",
    sources=(pages.CLI_ROLES,),
)


def explain_partial_credentials(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that one place has only a part of the credentials."""
    found = PARTIAL.search(message)
    written = (found[1] or found[2]) if found else None
    place = _PLACES.get(written, clues.safe_name(written) or "one place") if written else "one place"
    missing = clues.safe_name(found[3]) if found and found[3] else None
    misnamed = unread_sources.find_misnamed(case.failure.text) if written == "env" else {}
    wrong = next((old for old, new in misnamed.items() if new == (missing or "").upper()), None)
    # Nobody can set a secret that nobody has.
    is_lost = (
        "secret" in (missing or "").lower() and not wrong and secret_keys.asks_for_secret(case.failure.text)
    )
    lost = (
        " Nobody can show the secret of an existing access key, whatever their permissions."
        if is_lost
        else ""
    )
    return case.explain(
        f"The credentials in {place} are incomplete{f': {missing} is missing' if missing else ''}{f', because the text sets {wrong} instead' if wrong else ''}.{lost}",
        None
        if wrong is None
        else unread_sources.VARIABLES_MISNAMED.cause(
            "derived", text=f"Most SDKs and the AWS CLI do not read {wrong}."
        ),
        PARTIAL_CREDENTIALS.cause(
            "reported",
            'The text says "Partial credentials found".' if found and found[1] and not wrong else None,
            text="The profile has role_arn, but does not say which credentials assume the role."
            if written == "assume-role"
            else f"Only a part of the credentials is set in {place}.",
        ),
        secret_keys.LOST_SECRET_KEY.cause("derived") if is_lost else None,
        topic=unread_sources.VARIABLES_MISNAMED.code if wrong else "",
        remedies=_sign_in_or_create(case.failure.text)
        if is_lost
        else unread_sources.rename_remedy({wrong: misnamed[wrong]})
        if wrong
        else _complete_credentials_remedy(written, missing),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _sign_in_or_create(text: str) -> tuple[Remedy, ...]:
    """Return how to work without an access key, or to create a new one without credentials for that."""
    create, *others = secret_keys.new_key_remedies(text)
    create = attrs.evolve(
        create,
        title="Sign in without an access key, or create a new one and retire the old one",
        steps=(_SIGN_IN, *create.steps[:2]),
    )
    return (create, *others)


def _complete_credentials_remedy(written: str | None, missing: str | None) -> Remedy:
    keys = "Both aws_access_key_id and aws_secret_access_key must be in the same place, and temporary ones also need aws_session_token."
    alone = "The SDK does not combine parts from different places."
    # botocore writes the name of a variable, and in files that of a setting.
    if written == "assume-role":
        return your_remedy(
            "Add source_profile or credential_source to the profile that has role_arn",
            "source_profile is another profile, whose credentials assume the role.",
            "credential_source is where the machine has credentials: Environment, Ec2InstanceMetadata or EcsContainer.",
            "If the program is not meant to assume a role, remove role_arn, or select another profile with AWS_PROFILE.",
            commands=Labelled(
                "For a source profile:", "aws configure set source_profile SOURCE_PROFILE --profile PROFILE"
            ),
            url=pages.CLI_ROLES,
        )
    if missing is None or missing.lower() not in _KEY_VARIABLES:
        return your_remedy(
            "Set all parts of one type of credentials",
            f"Access keys: {lower_first(keys)}",
            "A role: role_arn with source_profile (another profile) or credential_source (Environment, Ec2InstanceMetadata or EcsContainer).",
            "A web identity: AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE.",
            alone,
            commands=("aws configure list", "aws configure get source_profile"),
            url=pages.CLI_ROLES,
        )
    name = missing.upper() if written == "env" else missing
    return your_remedy(
        f"Set {name}, too, or remove the other part",
        f"{_VARIABLE.sub(lambda each: each[0].upper(), keys) if written == 'env' else keys} {alone}",
        _NOT_SHOWN if "secret" in missing.lower() else None,
        "If you want to use other credentials, such as those of a profile or a role, unset both.",
        commands="aws configure list",
        url=pages.CLI_CREDENTIALS,
    )
