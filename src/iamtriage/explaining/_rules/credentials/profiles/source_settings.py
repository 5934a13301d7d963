"""Explain settings that keep an SDK from a source of credentials: a switch, and misspelled names in the credentials file.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

_SWITCHED_OFF = lazy_pattern(
    r"(?<!removed )(?<!deleted )(?<!unset )\bAWS_EC2_METADATA_DISABLED[\"']?\]?(?: ?[=:] ?| is (?:set to )?|[\"']?\s{1,20}value: ?)[\"']?(?i:true)\b(?! (?:is|was) (?:not|no|never)\b)"
)
# Words that say that the program is meant to use the role of an instance.
_ON_INSTANCE = lazy_pattern(
    r"\bon (?:an? |the |our |my )?EC2\b|@ip-\d|\bnode(?:'s)? role\b|\binstance (?:role|profile)\b(?! found)|(?<![\w-])i-[0-9a-f]{8,17}\b"
)
# A pod with a role of its own often has the variable, too.
_OTHER_SOURCE = lazy_pattern(
    r"\bAWS_(?:WEB_IDENTITY|CONTAINER|ROLE_ARN)|eks\.amazonaws\.com/|\bIRSA\b|(?i:pod ?identity|service ?account)"
)
METADATA_OFF = CauseType(
    "metadata-off",
    title="AWS_EC2_METADATA_DISABLED keeps the SDK from the role of the instance",
    meaning="With this variable, SDKs do not ask the instance metadata service, where the credentials of the instance's role are.",
    recognised_by="The text shows AWS_EC2_METADATA_DISABLED=true, and that the program runs on an instance with a role.",
    fix="Remove the variable.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html",),
)
_RIGHT_SETTINGS = {
    "aws_access_key": "aws_access_key_id", "access_key": "aws_access_key_id", "access_key_id": "aws_access_key_id",
    "aws_key": "aws_access_key_id", "aws_accesskey_id": "aws_access_key_id", "aws_access_keyid": "aws_access_key_id",
    "aws_secret_key": "aws_secret_access_key", "aws_secret": "aws_secret_access_key", "secret_key": "aws_secret_access_key",
    "secret_access_key": "aws_secret_access_key", "aws_secret_access_key_id": "aws_secret_access_key",
    "session_token": "aws_session_token",
}  # fmt: skip
SETTINGS_MISNAMED = CauseType(
    "settings-misnamed",
    title="The keys in ~/.aws/credentials have names that SDKs do not read",
    recognised_by="The text shows ~/.aws/credentials with aws_access_key, aws_secret_key or a similar name.",
    fix="Name them aws_access_key_id and aws_secret_access_key.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html",),
)


def explain_metadata_off(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a variable keeps the SDK from the role of its instance, if the text shows both."""
    text = case.failure.text
    is_off = next(find_said(text, _SWITCHED_OFF), None) is not None
    if (
        not is_off
        or next(find_said(text, _ON_INSTANCE), None) is None
        or _OTHER_SOURCE.search(text) is not None
    ):
        return None
    return case.explain(
        "The SDK found no credentials: AWS_EC2_METADATA_DISABLED is true, so it does not ask the instance metadata, which has those of the instance's role. No request was sent to AWS.",
        METADATA_OFF.cause(
            "derived", text="The role and the hop limit can be right: the SDK does not look there."
        ),
        topic="no-credentials",
        remedies=your_remedy(
            "Remove AWS_EC2_METADATA_DISABLED where the program gets its environment",
            "Then start the program again. In a pod, better give its service account a role, and leave the variable: all pods of the node can use the role of the node.",
            url=METADATA_OFF.sources[0],
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def explain_misnamed_settings(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that the keys in the credentials file have names that SDKs do not read, if the text shows the file."""
    used = find_profile(case) or "default"
    sections = find_profile_sections(case.failure.text)
    for section in sections:
        wrong = [
            each
            for each in section.settings
            if (right := _RIGHT_SETTINGS.get(each)) and right not in section.settings
        ]
        is_used = section.name == used or len(sections) == 1
        if (
            not is_used
            or section.file != "credentials"
            or not wrong
            or "aws_access_key_id" in section.settings
        ):
            continue
        names = [_RIGHT_SETTINGS[each] for each in wrong]
        return case.explain(
            f"The SDK found no credentials: {section.header} in ~/.aws/credentials has {join_words(wrong, 'and')}, which it does not read. The {'name is' if len(wrong) == 1 else 'names are'} {join_words(names, 'and')}.",
            SETTINGS_MISNAMED.cause("derived", "The text shows the file."),
            topic="no-credentials",
            remedies=your_remedy(
                "Rename the settings in ~/.aws/credentials",
                *(f"Replace {old} with {new}." for old, new in zip(wrong, names, strict=True)),
                commands="aws configure list",
                url=SETTINGS_MISNAMED.sources[0],
            ),
            notes=credential_remedies.NO_CALL_MADE,
        )
    return None
