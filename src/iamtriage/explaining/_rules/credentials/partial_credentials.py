"""Explain that one place has only a part of the credentials, such as an access key ID without its secret."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import lower_first
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys import secret_keys
from iamtriage.explaining._rules.credentials.keys.key_sources import LIST_VARIABLES, UNSET_KEYS
from iamtriage.explaining._rules.credentials.profiles import unread_sources
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies, selected_profiles
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

PARTIAL = lazy_pattern(
    r"(?:Partial credentials found in (?P<place>[\w./-]{1,40}), missing:? ?|shared credentials (?P<profile>\S{1,64}) in (?P<file>\S{1,200}) did not contain )(?P<missing>\w{2,40}(?:(?:, ?| or )\w{2,40}){0,4})?"
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
_OTHERWISE = "Sign in without an access key, or create a new one and retire the old one"
_NOT_SHOWN = "AWS shows a secret only when the key is created. A user can have two keys, but temporary credentials (aws login, aws sso login) are better than a new one."
_CREATE = "If nobody has kept the secret, create a new key in the IAM console, or with other credentials, and use that:"
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
    text, found = case.failure.text, PARTIAL.search(message)
    written = (found["place"] or found["file"]) if found else None
    place = _PLACES.get(written, clues.safe_name(written) or "one place") if written else "one place"
    missing = clues.safe_name(found["missing"]) if found and found["missing"] else None
    misnamed = unread_sources.find_misnamed(text) if written == "env" else {}
    wrong = next((old for old, new in misnamed.items() if new == (missing or "").upper()), None)
    # Nobody can set a secret that nobody has.
    is_lost = not wrong and "secret" in (missing or "").lower() and secret_keys.asks_for_secret(text)
    lost = " Nobody can show the secret of an existing access key, whatever their permissions." * is_lost
    new_key = secret_keys.new_key_remedies(text)[0]
    profile = (found and found["profile"]) or selected_profiles.find_profile(case)
    return case.explain(
        f"The credentials in {place} are incomplete{f': {missing} is missing' if missing else ''}{f', because the text sets {wrong} instead' if wrong else ''}.{lost}",
        unread_sources.VARIABLES_MISNAMED.cause(
            "derived", text=f"Most SDKs and the AWS CLI do not read {wrong}."
        )
        if wrong
        else None,
        PARTIAL_CREDENTIALS.cause(
            "reported",
            'The text says "Partial credentials found".' if found and found["place"] and not wrong else None,
            text="The profile has role_arn, but does not say which credentials assume the role."
            if written == "assume-role"
            else f"Only a part of the credentials is set in {place}.",
        ),
        secret_keys.LOST_SECRET_KEY.cause("derived") if is_lost else None,
        topic=unread_sources.VARIABLES_MISNAMED.code if wrong else "",
        remedies=attrs.evolve(new_key, title=_OTHERWISE, steps=(_SIGN_IN, *new_key.steps[:2]))
        if is_lost
        else unread_sources.rename_remedy({wrong: misnamed[wrong]})
        if wrong
        else _complete_credentials_remedy(written, missing, profile, new_key.commands),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _complete_credentials_remedy(
    written: str | None, missing: str | None, profile: str | None, new_key: tuple[str, ...]
) -> Remedy:
    # aws configure list would fail in the same way.
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
            commands="aws configure get source_profile",
            url=pages.CLI_ROLES,
        )
    in_shell, is_secret = written == "env", "secret" in missing.lower()
    others = Labelled("Or, to use other credentials, such as those of a profile:", UNSET_KEYS)
    configure = credential_remedies.with_profile(profile, "aws configure")
    delete = f"To use other credentials instead, delete the keys of the profile from {_PLACES.get(written or '', 'the file')}."
    return your_remedy(
        f"Set {missing.upper() if in_shell else missing}, too, or remove the other part",
        f"{_VARIABLE.sub(lambda each: each[0].upper(), keys) if in_shell else keys} {alone}",
        None if in_shell else delete,
        _NOT_SHOWN if is_secret else None,
        commands=(
            *((LIST_VARIABLES, others) if in_shell else (configure,)),
            *((Labelled(_CREATE, new_key[0]), *new_key[1:]) if is_secret else ()),
        ),
        url=pages.CLI_CREDENTIALS,
    )
