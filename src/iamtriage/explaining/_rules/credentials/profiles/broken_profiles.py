"""Explain profiles that contradict themselves or refer to missing settings.

The messages come from botocore's ``credentials`` and ``tokens`` modules, which other tools print unchanged. The
settings of a profile: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials.profiles.empty_sources import explain_empty_source
from iamtriage.explaining._rules.credentials.profiles.sso_settings import explain_unread_session
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure, MissingCredentials

_PROFILE_NAME = r"\"(?P<name>[^\"\n]{1,64})\""
PROFILE_BROKEN = CauseType(
    "profile-invalid",
    title="A setting of the profile is wrong",
    meaning="A setting of the profile is missing or unknown, contradicts another one, or refers to something that does not exist.",
    recognised_by='An SDK says, for example, "Infinite loop in credential configuration", "contains both source_profile and credential_source", "is configured to use SSO but is missing required configuration", "The specified sso-session does not exist" or "Unable to parse config file".',
    fix="Correct the setting that the message names, in ~/.aws/config.",
    sources=(pages.CLI_PROFILES, pages.CLI_ROLES, pages.SSO_LOGIN),
)


class _ProfileError(NamedTuple):
    """An error in a profile: the message that reports it, its meaning, and how to correct it."""

    sign: str
    summary: str
    phrase: str
    title: str
    steps: tuple[str, ...]
    commands: tuple[str, ...]
    url: str = pages.CLI_ROLES
    before_source: str = " "


_PROFILE_ERRORS = (
    _ProfileError(
        r"(?:Unable to parse config file:|failed to load (?:shared )?config file,|Invalid credentials file:) (?P<source>[\w./~\\:@-]{1,200}[\w])",
        "The file{source} has invalid syntax, so the AWS CLI and SDKs read no profile from it.",
        "Unable to parse config file",
        "Correct the line, or write the file again with aws configure",
        (
            "Each section begins with a line such as [default] or [profile dev]. Each setting is one line: key = value.",
            "Look for a setting before the first section, a missing bracket or equals sign, pasted export lines or JSON, and a byte order mark (editors on Windows).",
            "To start over, rename the file and run aws configure or aws configure sso.",
        ),
        ("aws configure list-profiles",),
        pages.CLI_PROFILES,
    ),
    _ProfileError(
        r"Infinite loop in credential configuration",
        "The profiles refer to each other with source_profile in a loop, so none of them provides credentials.",
        "Infinite loop in credential configuration",
        "Give the last profile its own credentials instead of source_profile",
        (
            "Follow source_profile from one profile to the next in ~/.aws/config. The message lists the profiles that the SDK visited.",
            "The last one must have its own credentials: IAM Identity Center, credential_process, credential_source, or access keys.",
            "A profile can use itself as source_profile only if it also has access keys.",
        ),
        ("aws configure get source_profile", "aws configure list-profiles"),
    ),
    _ProfileError(
        rf"profile {_PROFILE_NAME} contains both source_profile and credential_source|has a source_profile, and a credential_source",
        "The profile{of} has both source_profile and credential_source, and only one is allowed.",
        "contains both source_profile and credential_source",
        "Keep either source_profile or credential_source",
        (
            "In ~/.aws/config, keep source_profile if another profile has the credentials.",
            "Keep credential_source if the machine provides them: EC2, a container, or environment variables.",
        ),
        ("aws configure get source_profile", "aws configure get credential_source"),
    ),
    _ProfileError(
        rf"credential[_ ]source \"(?P<source>[^\"\n]{{1,64}})\" referenced in (?:the )?profile {_PROFILE_NAME} is not valid",
        "The profile{of} has an unknown credential_source{source}.",
        "credential source",
        "Use Environment, Ec2InstanceMetadata or EcsContainer",
        (
            "Set credential_source to one of these values, which are case-sensitive.",
            "To use the credentials of another profile, set source_profile instead.",
        ),
        ("aws configure get credential_source",),
        before_source=" = ",
    ),
    _ProfileError(
        rf"is specified in profile {_PROFILE_NAME}, but no source provider was configured",
        "The program does not support the credential_source of the profile{of}.",
        "no source provider was configured",
        "Use source_profile, or provide the credentials in another way",
        ("The AWS CLI and boto3 support all sources, unless a program replaces their provider chain.",),
        ("aws configure get credential_source",),
    ),
    _ProfileError(
        rf"profile {_PROFILE_NAME} is configured to use SSO but is missing required configuration:?[ ]?(?P<source>[a-z_]{{3,40}}(?:, ?[a-z_]{{3,40}})*)?",
        "The profile{of} lacks IAM Identity Center settings{source}.",
        "is configured to use SSO but is missing required configuration",
        "Run aws configure sso to write the profile again",
        (
            "Add the missing settings to the profile in ~/.aws/config, or let the command write the profile again.",
            "A profile has sso_session, sso_account_id and sso_role_name, and its sso-session section has sso_start_url and sso_region. If they do, the AWS SDK in the program is too old to read that section: upgrade the program.",
            "In the older form, the profile itself has sso_start_url, sso_region, sso_account_id and sso_role_name.",
        ),
        ("aws configure sso",),
        pages.SSO_LOGIN,
        ": ",
    ),
    _ProfileError(
        r"specified sso-session does not exist: \"(?P<source>[^\"\n]{1,64})\"",
        "The profile uses the sso-session{source}, which the config file does not have.",
        "specified sso-session does not exist",
        "Run aws configure sso-session, or correct the name",
        (
            "In ~/.aws/config, [sso-session NAME] has sso_start_url, sso_region and sso_registration_scopes. NAME is the value of sso_session in the profile and is case-sensitive.",
        ),
        ("aws configure get sso_session", "aws configure sso-session"),
        pages.SSO_LOGIN,
    ),
    _ProfileError(
        rf"source[_ ]profile \"(?P<source>[^\"\n]{{1,64}})\" referenced in the profile {_PROFILE_NAME}",
        "The profile{of} uses source_profile{source}, and that profile does not exist.",
        "source_profile",
        "Create the source profile, or specify another one",
        ("The profile in source_profile must exist and have credentials.",),
        ("aws configure get source_profile", "aws configure list-profiles"),
        before_source=" = ",
    ),
    _ProfileError(
        rf"source[_ ]profile (?:{_PROFILE_NAME} must have credentials|has no shared credentials)"
        r"|has a role_arn, and source_profile, ?but the source_profile does not have",
        "The profile{of} uses a source_profile that has no credentials.",
        "must have credentials",
        "Give the source profile its own credentials",
        ("It can use IAM Identity Center, credential_process, credential_source or access keys.",),
        ("aws configure list",),
    ),
    _ProfileError(
        r"credential type (?P<source>[a-z_]{3,40}) requires role_arn, profile (?P<name>[\w.@:+/-]{1,64})",
        "The profile{of} has no role_arn, which its{source} requires.",
        "requires role_arn",
        "Add role_arn to the profile, or remove source_profile or credential_source",
        (
            "The settings source_profile and credential_source say whose credentials assume the role in role_arn.",
            "To use the other profile's credentials directly, use that profile.",
        ),
        ("aws configure get role_arn", "aws configure get source_profile"),
    ),
)
# boto3's assume-role provider reports this if the credential source of the profile is empty.
_EMPTY_SOURCE = lazy_pattern(
    r"retrieving credentials from (?P<source>Environment|Ec2InstanceMetadata|EcsContainer): No credentials found in credential_source"
)
_WITHOUT_PROFILE = ("list-profiles", " sso-session")
_PATTERNS = tuple(lazy_pattern(each.sign) for each in _PROFILE_ERRORS)
BROKEN_PROFILE_MESSAGES = (_EMPTY_SOURCE, *_PATTERNS)
"""Patterns of the messages that report such a profile."""


def explain_broken_profile(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain what is wrong with a profile."""
    empty = _EMPTY_SOURCE.search(message)
    if empty:
        return explain_empty_source(case, message, empty["source"])
    searched = zip(_PROFILE_ERRORS, (each.search(message) for each in _PATTERNS), strict=True)
    error, values = next((error, found.groupdict()) for error, found in searched if found is not None)
    profile = clues.safe_name(values.get("name")) or find_profile(case)
    if "missing required configuration" in error.phrase and (unread := explain_unread_session(case, profile)):
        return unread
    source = clues.safe_name(values.get("source"))
    summary = error.summary.format(
        of=f" {profile}" if profile else "", source=f"{error.before_source}{source}" if source else ""
    )
    return case.explain(
        summary,
        clues.reported_cause(PROFILE_BROKEN, message, error.phrase, text=summary),
        remedies=your_remedy(
            error.title,
            *error.steps,
            commands=tuple(
                line if line.endswith(_WITHOUT_PROFILE) else credential_remedies.with_profile(profile, line)
                for line in error.commands
            ),
            url=error.url,
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def profile_setting(failure: Failure) -> str:
    """Return how to select a profile for what made a call: --profile is an option of the AWS CLI."""
    program = clues.find_program(failure)
    if program == "Terraform":
        return 'AWS_PROFILE or profile in provider "aws"'
    return "AWS_PROFILE or --profile" if program is None else "AWS_PROFILE"
