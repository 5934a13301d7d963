"""Explain profiles that contradict themselves or refer to missing settings.

The messages come from botocore's ``credentials`` and ``tokens`` modules, which other tools print unchanged. The
settings of a profile: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.credentials.profiles.empty_sources import explain_empty_source
from iamtriage.explaining._rules.credentials.profiles.other_users import find_other_user
from iamtriage.explaining._rules.credentials.profiles.sso_settings import explain_unread_session
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.cases import Case
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


CREDENTIAL_PROCESS = CauseType(
    "credential-process",
    title="The credential process failed",
    text="The program failed, was not found, or did not print the JSON that SDKs expect.",
    recognised_by='The SDK names credential_process, ProcessProvider or "from custom-process".',
    fix="Run the command in the profile by hand and correct what it prints.",
    sources=(pages.CLI_PROCESS,),
)
# The output of a program that prints more than the JSON.
_OTHER_OUTPUT = lazy_pattern(
    r"^[^\n]{0,60}[$#%] (?![^\n]{0,40}\b(?:cat|openssl|aws) )[^\n]{2,200}\n(?P<words>(?![\s{])[^\n{]{2,120})\n(?:[^\n{]{0,200}\n){0,5}?[ \t]{0,8}\{[ \t\n]{0,8}\"Version\": ?1\b",
    re.MULTILINE,
)


def explain_credential_process(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a ``credential_process`` returned no credentials."""
    is_absent = "not found" in message or "No such file" in message
    outcome = "was not found" if is_absent else "returned no credentials"
    if not is_absent and (printed := _OTHER_OUTPUT.search(case.failure.text)) is not None:
        # Only standard output is read.
        return case.explain(
            f"The program that the profile names as credential_process prints {quote_words(printed['words'].strip())} before the JSON, so SDKs cannot read its output.",
            CREDENTIAL_PROCESS.cause("derived", text="Standard output must have the JSON alone."),
            remedies=your_remedy(
                "Print everything but the JSON to standard error",
                "In a shell script, end the lines that print messages with >&2. The credentials that the program prints can be valid.",
                commands=credential_remedies.with_profile(find_profile(case), "aws sts get-caller-identity"),
                url=pages.CLI_PROCESS,
            ),
            notes=credential_remedies.NO_CALL_MADE,
        )
    if (inner := _INNER_PROGRAM.search(message)) is not None:
        return _explain_inner_program(case, inner["script"], inner["program"])
    return case.explain(
        f"The program that the profile names as credential_process {outcome}.",
        CREDENTIAL_PROCESS.cause(
            "derived", clues.quote_phrases(message, "custom-process", "credential_process", "ProcessProvider")
        ),
        remedies=your_remedy(
            "Run the program by hand",
            "Run it as the user that makes the call, and correct what it reports.",
            "It must print only JSON with Version 1, AccessKeyId, SecretAccessKey and, for sessions, SessionToken and Expiration.",
            "Use its absolute path in the profile. Its output is secret: don't share it.",
            commands="aws configure get credential_process",
            url=pages.CLI_PROCESS,
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


# What a shell says of a program that a script runs.
_INNER_PROGRAM = lazy_pattern(
    r"(?<![\w./~)}$-])(?P<script>[\w./~-]{1,120}): (?:line )?\d{1,5}: (?P<program>[\w./-]{1,80}): (?:command )?not found"
)


def _explain_inner_program(case: Case[MissingCredentials], script: str, program: str) -> Explanation:
    """Explain that the script of a ``credential_process`` does not find a program that it runs."""
    other = find_other_user(case)
    place = "" if other is None else other.place
    works = "" if other is None else " In your shell, PATH has its directory."
    return case.explain(
        f"The credential_process of the profile ran, but its script {script} does not find {program}: PATH{place} lacks the directory of that program.",
        CREDENTIAL_PROCESS.cause(
            "derived",
            f'The text says "{program}: not found".',
            text=f"The profile and the script are fine. cron, systemd and IDEs run programs with a short PATH.{works}",
        ),
        topic="credential-process",
        remedies=your_remedy(
            f"Write the full path of {program} in the script",
            f"The first command, in a shell where it works, prints the path. Put that in {script} instead of {program}. The second one runs the script without your PATH, much as cron does.",
            f"Or set PATH where the call runs: above the job in a crontab, or with Environment= in a systemd unit. {program} must be installed for the user that runs it.",
            commands=(
                commands.fill_command("command -v {}", program),
                commands.fill_command('env -i HOME="$HOME" {} > /dev/null && echo ok', script),
            ),
            url=pages.CLI_PROCESS,
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )
