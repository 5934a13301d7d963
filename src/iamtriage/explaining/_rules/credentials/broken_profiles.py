"""Explain profiles that contradict themselves or refer to missing settings.

The messages come from botocore's ``credentials`` and ``tokens`` modules, which other tools print unchanged. The
settings of a profile: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import find_profile, quote_phrases, safe_name
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    import re

    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials


_PROFILE_NAME = r"\"(?P<name>[^\"\n]{1,64})\""


EMPTY_SOURCE = CauseType(
    "empty-source",
    title="The profile's credential source has no credentials",
    meaning="The profile names credential_source, and this source provides no credentials where the call runs.",
    recognised_by='The SDK says "No credentials found in credential_source".',
    fix="Provide the credentials where credential_source looks for them, or use source_profile.",
    sources=(pages.CLI_ROLES,),
)
PROFILE_LOOP = CauseType(
    "profile-loop",
    title="Profiles name each other in a circle",
    recognised_by='The SDK says "Infinite loop in credential configuration".',
    fix="Give the last profile its own credentials instead of source_profile.",
    sources=(pages.CLI_ROLES,),
)
TWO_SOURCES = CauseType(
    "two-sources",
    title="The profile has both source_profile and credential_source",
    recognised_by="The SDK says that the profile contains both source_profile and credential_source.",
    fix="Keep either source_profile or credential_source.",
    sources=(pages.CLI_ROLES,),
)
UNKNOWN_SOURCE = CauseType(
    "unknown-source",
    title="The value of credential_source is unknown",
    recognised_by="The SDK says that the credential source is not valid.",
    fix="Use Environment, Ec2InstanceMetadata or EcsContainer.",
    sources=(pages.CLI_ROLES,),
)
SOURCE_NOT_OFFERED = CauseType(
    "source-not-offered",
    title="The program configured its SDK without the provider that credential_source names",
    recognised_by='The SDK says "no source provider was configured".',
    fix="Use source_profile, or provide the credentials in another way.",
    sources=(pages.CLI_ROLES,),
)
SSO_INCOMPLETE = CauseType(
    "sso-incomplete",
    title="The profile's IAM Identity Center settings are incomplete",
    recognised_by="The SDK says that the profile is configured to use SSO but is missing required configuration.",
    fix="Run aws configure sso to write the profile again.",
    sources=(pages.SSO_LOGIN,),
)
SSO_SESSION_MISSING = CauseType(
    "sso-session-missing",
    title="The sso-session section is missing or has another name",
    recognised_by='The SDK says "The specified sso-session does not exist".',
    fix="Run aws configure sso-session, or correct the name.",
    sources=(pages.SSO_LOGIN,),
)
SOURCE_PROFILE = CauseType(
    "source-profile",
    title="No config or credentials file has the profile that source_profile names",
    recognised_by="The SDK says that the source profile referenced in the profile could not be found.",
    fix="Create the source profile, or name another one.",
    sources=(pages.CLI_ROLES,),
)
CONFIG_FILE_INVALID = CauseType(
    "config-file-invalid",
    title="A line of the file is not a section, a setting or a comment",
    recognised_by='The AWS CLI or an SDK says "Unable to parse config file".',
    fix="Correct the line, or write the file again with aws configure.",
    sources=(pages.CLI_PROFILES,),
)
SOURCE_PROFILE_WITHOUT_CREDENTIALS = CauseType(
    "source-profile-without-credentials",
    title="The profile that source_profile names has no credentials",
    recognised_by="The SDK says that the source profile must have credentials.",
    fix="Give the source profile its own credentials.",
    sources=(pages.CLI_ROLES,),
)


class _ProfileError(NamedTuple):
    """An error in a profile: the message that reports it, its meaning, and what to do for the fix of its cause."""

    cause: CauseType
    pattern: re.Pattern[str]
    summary: str
    phrase: str
    steps: tuple[str, ...]
    commands: tuple[str, ...]


_CREDENTIAL_SOURCES = "The value of credential_source is Environment, Ec2InstanceMetadata or EcsContainer, spelled exactly like that."
ROLE_ARN_MISSING = CauseType(
    "role-arn-missing",
    title="The profile has source_profile or credential_source, but no role_arn",
    recognised_by='The SDK for Go says "requires role_arn".',
    fix="Add role_arn to the profile, or remove source_profile or credential_source.",
    sources=(pages.CLI_ROLES,),
)
_PROFILE_ERRORS = (
    _ProfileError(
        pattern=lazy_pattern(
            r"(?:Unable to parse config file:|failed to load (?:shared )?config file,|Invalid credentials file:) (?P<source>[\w./~\\:@-]{1,200}[\w])"
        ),
        cause=CONFIG_FILE_INVALID,
        summary="The file{source} has invalid syntax, so the AWS CLI and SDKs read no profile from it.",
        phrase="Unable to parse config file",
        steps=(
            "Each section begins with a line such as [default] or [profile dev]. Each setting is one line: key = value.",
            "Look for a setting before the first section, a missing bracket or equals sign, pasted export lines or JSON, and a byte order mark (editors on Windows).",
            "To start again, rename the file and run aws configure or aws configure sso.",
        ),
        commands=("aws configure list-profiles",),
    ),
    _ProfileError(
        pattern=lazy_pattern(r"Infinite loop in credential configuration"),
        cause=PROFILE_LOOP,
        summary="The profiles refer to each other as source_profile in a circle, so none of them provides credentials.",
        phrase="Infinite loop in credential configuration",
        steps=(
            "Follow source_profile from one profile to the next in ~/.aws/config. The text names the profiles that the SDK visited.",
            "The last one must have credentials instead of source_profile: IAM Identity Center, credential_process, credential_source, or access keys.",
            "A profile can name itself as source_profile only if it also has access keys.",
        ),
        commands=("aws configure get source_profile", "aws configure list-profiles"),
    ),
    _ProfileError(
        pattern=lazy_pattern(
            rf"profile {_PROFILE_NAME} contains both source_profile and credential_source|has a source_profile, and a credential_source"
        ),
        cause=TWO_SOURCES,
        summary="The profile{of} has both source_profile and credential_source, and only one is allowed.",
        phrase="contains both source_profile and credential_source",
        steps=(
            "In ~/.aws/config, keep source_profile if another profile has the credentials.",
            "Keep credential_source if the machine provides them: EC2, a container, or environment variables.",
        ),
        commands=("aws configure get source_profile", "aws configure get credential_source"),
    ),
    _ProfileError(
        pattern=lazy_pattern(
            rf"credential[_ ]source \"(?P<source>[^\"\n]{{1,64}})\" referenced in (?:the )?profile {_PROFILE_NAME} is not valid"
        ),
        cause=UNKNOWN_SOURCE,
        summary="The profile{of} has an unknown credential_source{source}.",
        phrase="credential source",
        steps=(_CREDENTIAL_SOURCES, "To use the credentials of another profile, use source_profile instead."),
        commands=("aws configure get credential_source",),
    ),
    _ProfileError(
        pattern=lazy_pattern(
            rf"is specified in profile {_PROFILE_NAME}, but no source provider was configured"
        ),
        cause=SOURCE_NOT_OFFERED,
        summary="The program does not support the credential_source of the profile{of}.",
        phrase="no source provider was configured",
        steps=("The AWS CLI and boto3 support all sources, unless a program replaces their provider chain.",),
        commands=("aws configure get credential_source",),
    ),
    _ProfileError(
        pattern=lazy_pattern(
            rf"profile {_PROFILE_NAME} is configured to use SSO but is missing required configuration:?[ ]?(?P<source>[a-z_]{{3,40}}(?:, ?[a-z_]{{3,40}})*)?"
        ),
        cause=SSO_INCOMPLETE,
        summary="The profile{of} lacks settings of IAM Identity Center{source}.",
        phrase="is configured to use SSO but is missing required configuration",
        steps=(
            "Add the missing settings to the profile in ~/.aws/config, or let the command write the profile again.",
            "A profile has sso_session, sso_account_id and sso_role_name, and its sso-session section has sso_start_url and sso_region.",
            "In the older form, the profile itself has sso_start_url, sso_region, sso_account_id and sso_role_name.",
        ),
        commands=("aws configure sso",),
    ),
    _ProfileError(
        pattern=lazy_pattern(rf"specified sso-session does not exist: {_PROFILE_NAME}"),
        cause=SSO_SESSION_MISSING,
        summary="The profile names the sso-session{source}, which does not exist in the config file.",
        phrase="specified sso-session does not exist",
        steps=(
            "In ~/.aws/config, [sso-session NAME] has sso_start_url, sso_region and sso_registration_scopes. NAME is the value of sso_session in the profile and is case-sensitive.",
        ),
        commands=("aws configure get sso_session", "aws configure sso-session"),
    ),
    _ProfileError(
        pattern=lazy_pattern(
            rf"source[_ ]profile \"(?P<source>[^\"\n]{{1,64}})\" referenced in the profile {_PROFILE_NAME}"
        ),
        cause=SOURCE_PROFILE,
        summary="The profile{of} uses source_profile{source}, and that profile does not exist.",
        phrase="source_profile",
        steps=("The profile that source_profile names must exist and have credentials.",),
        commands=("aws configure get source_profile", "aws configure list-profiles"),
    ),
    _ProfileError(
        pattern=lazy_pattern(
            rf"source[_ ]profile (?:{_PROFILE_NAME} must have credentials|has no shared credentials)"
            r"|has a role_arn, and source_profile, ?but the source_profile does not have"
        ),
        cause=SOURCE_PROFILE_WITHOUT_CREDENTIALS,
        summary="The profile{of} uses a source_profile that has no credentials.",
        phrase="must have credentials",
        steps=("It can use IAM Identity Center, credential_process, credential_source or access keys.",),
        commands=("aws configure list",),
    ),
    _ProfileError(
        pattern=lazy_pattern(
            r"credential type (?P<source>[a-z_]{3,40}) requires role_arn, profile (?P<name>[\w.@:+/-]{1,64})"
        ),
        cause=ROLE_ARN_MISSING,
        summary="The profile{of} has no role_arn, which its{source} requires.",
        phrase="requires role_arn",
        steps=(
            "The settings source_profile and credential_source say whose credentials assume the role that role_arn names.",
            "To use the other profile's credentials directly, use that profile.",
        ),
        commands=("aws configure get role_arn", "aws configure get source_profile"),
    ),
)
# boto3's assume-role provider reports this if the credential source of the profile is empty.
_EMPTY_SOURCE = lazy_pattern(
    r"retrieving credentials from (?P<source>Environment|Ec2InstanceMetadata|EcsContainer): No credentials found in credential_source"
)
_EMPTY_SOURCES = {
    "Environment": (
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set where the call runs.",
        (
            "Set both, and AWS_SESSION_TOKEN for temporary keys, in the environment of the process.",
            "Or use source_profile with a profile that has credentials.",
        ),
    ),
    "Ec2InstanceMetadata": (
        "The call does not run on an EC2 instance with a role, or the metadata service is disabled or unreachable.",
        (
            "On EC2: check that the instance has an instance profile with a role. For containers, the hop limit must be 2.",
            "AWS_EC2_METADATA_DISABLED must not be true.",
            "Elsewhere: use source_profile with a profile that has credentials.",
        ),
    ),
    "EcsContainer": (
        "The call does not run in a container with a role: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set.",
        (
            "In ECS: check that the task definition has a task role (taskRoleArn). The execution role is another one.",
            "Only the container's first process gets the variables. A shell, sudo, cron or sshd may not pass them on.",
            "Elsewhere: use source_profile with a profile that has credentials.",
        ),
    ),
}
_WITHOUT_PROFILE = ("list-profiles", " sso-session")
BROKEN_PROFILE_MESSAGES = (_EMPTY_SOURCE, *(error.pattern for error in _PROFILE_ERRORS))
"""Patterns of the messages that report such a profile."""


def explain_broken_profile(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain what is wrong with a profile."""
    empty = _EMPTY_SOURCE.search(message)
    if empty:
        return _explain_empty_source(case, message, empty["source"])
    error, found = next(
        (error, match) for error in _PROFILE_ERRORS if (match := error.pattern.search(message))
    )
    name = None if error.cause is SSO_SESSION_MISSING else safe_name(found.groupdict().get("name"))
    profile = name or find_profile(case)
    source = safe_name(found.groupdict().get("source"))
    if error.cause is SSO_SESSION_MISSING:
        source = safe_name(found["name"])
    return case.explain(
        error.summary.format(of=f" {profile}" if profile else "", source=_describe_source(error, source)),
        error.cause.cause("reported", quote_phrases(message, error.phrase)),
        topic="profile-broken",
        remedies=(
            your_remedy(
                error.cause.fix.removesuffix("."),
                *error.steps,
                commands=tuple(
                    line
                    if line.endswith(_WITHOUT_PROFILE)
                    else credential_remedies.with_profile(profile, line)
                    for line in error.commands
                ),
                url=error.cause.sources[0],
            ),
        ),
        notes=(credential_remedies.NO_CALL_MADE,),
    )


def _describe_source(error: _ProfileError, source: str | None) -> str:
    if not source:
        return ""
    if error.cause is SSO_INCOMPLETE:
        return f": {source}"
    with_name = {CONFIG_FILE_INVALID, SSO_SESSION_MISSING, ROLE_ARN_MISSING}
    return f" {source}" if error.cause in with_name else f" = {source}"


def _explain_empty_source(case: Case[MissingCredentials], message: str, source: str) -> Explanation:
    cause, steps = _EMPTY_SOURCES[source]
    profile = find_profile(case)
    return case.explain(
        f"The profile{f' {profile}' if profile else ''} takes its credentials from {source}, which has none here.",
        EMPTY_SOURCE.cause(
            because=quote_phrases(
                message, f"retrieving credentials from {source}", "No credentials found in credential_source"
            ),
            text=cause,
        ),
        topic="profile-broken",
        remedies=(
            your_remedy(
                "Check that the profile is meant for where the call runs",
                *steps,
                commands=("aws configure get credential_source",),
                url=pages.CLI_ROLES,
            ),
        ),
        notes=(credential_remedies.NO_CALL_MADE,),
    )
