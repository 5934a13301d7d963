"""Explain profiles that contradict themselves or refer to missing settings.

The messages come from botocore's ``credentials`` and ``tokens`` modules, which other tools print unchanged. The
settings of a profile: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.statements import LOCALLY, find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials.profiles.sso_settings import explain_unread_session
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure, MissingCredentials

EMPTY_SOURCE = CauseType(
    "credential-source-empty",
    title="The profile's credential source has no credentials",
    recognised_by='The SDK says "No credentials found in credential_source".',
    fix="Provide the credentials where credential_source looks for them, or use source_profile.",
    sources=(pages.CLI_ROLES,),
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
            "On EC2, check that the instance has an instance profile with a role. For containers, the hop limit must be 2.",
            "AWS_EC2_METADATA_DISABLED must not be true.",
            "Elsewhere, use source_profile with a profile that has credentials.",
        ),
    ),
    "EcsContainer": (
        "The call does not run in a container with a role: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set.",
        (
            "In ECS, check that the task definition has a task role (taskRoleArn). The program does not use the execution role.",
            "Only the container's first process gets the variables. A shell, sudo, cron or sshd may not pass them on.",
            "Elsewhere, use source_profile with a profile that has credentials.",
        ),
    ),
}


def explain_empty_source(case: Case[MissingCredentials], message: str, source: str) -> Explanation:
    cause, steps = _EMPTY_SOURCES[source]
    profile = find_profile(case)
    runs_on = _find_place(case.failure.text)
    # On EC2, variables can be meant.
    if runs_on is not None and source not in {runs_on.source, _VARIABLES_OF.get(runs_on.source)}:
        return _explain_other_source(case, source, runs_on, profile)
    return case.explain(
        f"The profile{f' {profile}' if profile else ''} takes its credentials from {source}, which has none here.",
        EMPTY_SOURCE.cause(
            because=clues.quote_phrases(
                message, f"retrieving credentials from {source}", "No credentials found in credential_source"
            ),
            text=cause,
        ),
        topic="profile-invalid",
        remedies=your_remedy(
            "Provide the credentials for credential_source, or use source_profile",
            *steps,
            commands="aws configure get credential_source",
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


class _Place(NamedTuple):
    """Where a program can run, and where SDKs get the credentials of its role there."""

    words: str
    source: str
    role: str


_VARIABLES_OF = {"Ec2InstanceMetadata": "Environment"}
# The most specific first: an ECS task can run on EC2, and people say where a program ran before.
_PLACES = (
    (
        lazy_pattern(r"\b(?:in|on|as|is) (?:an? |the |our )?(?:AWS )?Lambda\b|\bLambda (?:function|container image)\b|/var/task/"),
        _Place("in a Lambda function", "Environment", "the execution role"),
    ),
    (
        # It sets AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.
        lazy_pattern(r"\bCODEBUILD_[A-Z]|^\[Container\] \d{4}/|\b(?:in|on) (?:AWS )?CodeBuild\b"),
        _Place("in a CodeBuild build", "EcsContainer", "the service role of the project"),
    ),
    (
        lazy_pattern(r"\baws-actions/configure-aws-credentials\b"),
        _Place("in a job of GitHub Actions", "Environment", "the role of the step configure-aws-credentials"),
    ),
    (
        lazy_pattern(r"\bAWS_EXECUTION_ENV\b\W{1,9}(?:value\W{1,6})?AWS_ECS_FARGATE\b|\bexec-env/AWS_ECS_FARGATE\b"),
        _Place("in an ECS task on Fargate", "EcsContainer", "the task role"),
    ),
    (
        lazy_pattern(r"(?<!from )\bFargate\b|\btaskRoleArn\b|(?<!from )(?<!from an )\bECS (?:task|container|service)|\btask role\b|\bAWS_CONTAINER_CREDENTIALS_RELATIVE_URI(?:[\"']?\s?[=:]\s?[\"']?/| is set\b)"),
        _Place("in an ECS task", "EcsContainer", "the task role"),
    ),
    (
        lazy_pattern(r"\bAWS_CONTAINER_CREDENTIALS_FULL_URI[\"']?\s?[=:]|\bPod Identity\b|\bpods\.eks\.amazonaws\.com\b"),
        _Place("in a pod with EKS Pod Identity", "EcsContainer", "the role of the pod"),
    ),
    (
        lazy_pattern(r"\b(?:on|in|to) (?:an? |the |our )?(?:plain |new )?EC2\b|\bec2-user@|(?<!from an )\bEC2 instance\b|\binstance profile\b"),
        _Place("on an EC2 instance", "Ec2InstanceMetadata", "the role of the instance"),
    ),
)  # fmt: skip


_FAILS_IN = lazy_pattern(r"\bfail(?:s|ed) (?=(?:in|on)\b)")


def _find_place(text: str) -> _Place | None:
    """Return where the call runs, as the text shows or says, unless it is a person's computer."""
    if next(find_said(text, LOCALLY), None) is not None:
        return None
    # "It fails in CodeBuild" says where the call runs.
    text = _FAILS_IN.sub("runs ", text)
    return next((place for sign, place in _PLACES if next(find_said(text, sign), None) is not None), None)


_NETWORK = lazy_pattern(
    r"(?i:\bsecurity groups?\b|\bnetwork|\bVPC\b|\bsubnets?\b|\bhop limit\b|\bfirewall\b|\bproxy\b)"
)
_NO_NETWORK = "No security group or other network setting needs a change: the profile names the wrong source."


def _explain_other_source(
    case: Case[MissingCredentials], source: str, place: _Place, profile: str | None
) -> Explanation:
    """Explain that credential_source names a source that the place of the call does not have."""
    named = [each for each in find_profile_sections(case.failure.text) if each.name == profile]
    section = None
    if len(named) == 1 and "credential_source" in named[0].settings:
        settings = {**named[0].settings, "credential_source": place.source}
        section = "\n".join((named[0].header, *(f"{key} = {value}" for key, value in settings.items())))
    lines = (
        "aws configure set credential_source {} --profile {}",
        "aws sts get-caller-identity --profile {}",
    )
    own = commands.profile(profile)
    role = only_one({each.settings["role_arn"] for each in named if "role_arn" in each.settings})
    role = "the role in role_arn" if role is None else clip_text(role)
    return case.explain(
        f"The profile{f' {profile}' if profile else ''} takes its credentials from {source}, which has none {place.words}: credential_source must be {place.source}.",
        EMPTY_SOURCE.cause(
            "derived",
            text=f"The call runs {place.words}, where SDKs get {place.role} from {place.source}. The profile names another source, and SDKs look nowhere else.",
        ),
        topic="profile-invalid",
        remedies=your_remedy(
            f"Set credential_source = {place.source} in the profile",
            f"Change the config file that the call reads: in a container, that of the image. The next call is sts:AssumeRole: a policy of {place.role} must allow it on {role}, and the trust policy of that role, too.",
            manifest=section and f"{section}\n",
            manifest_language="text",
            commands=(
                None if section else commands.fill_command(lines[0], place.source, own),
                commands.fill_command(lines[1], own),
            ),
        ),
        notes=(
            *(() if _NETWORK.search(case.failure.text) is None else (_NO_NETWORK,)),
            credential_remedies.NO_CALL_MADE,
        ),
    )


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
        # The AWS SDK for JavaScript 3, for a program that asks only this provider.
        r"\b[Pp]rofile (?P<name>[^\s\"]{1,64}) did not contain credential_process",
        "The program takes its credentials only from credential_process of the profile{of}, and that profile has none.",
        "did not contain credential_process",
        "Compare the profile with what the program supports",
        (
            "If the profile uses IAM Identity Center, aws login or role_arn, select that in the program, or update it.",
            "If it has credential_process, check that the section is [profile NAME] in ~/.aws/config, and that no section of ~/.aws/credentials has the same name.",
        ),
        ("aws configure get credential_process",),
        "https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html",
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
    _ProfileError(
        # In a chain of the SDK for Go, it follows what is not in the environment.
        r"(?<!in the environment\. )SharedCredsLoad: failed to load shared credentials file caused by: FailedRead: unable to open file caused by: open (?P<source>[\w./~\\:@-]{1,200}\w): (?:no such file|The system cannot find)",
        "The program takes its credentials only from the file{source}, which does not exist.",
        "unable to open file",
        "Let the program use the role of its pod, task or instance, or create the file",
        (
            "Its configuration selects a credentials file or a profile, so the SDK looks nowhere else. Remove that setting: in a data source of Grafana, set Authentication Provider to AWS SDK Default.",
            "The CloudWatch agent reads the file, too, if its log says OnPrem: it does not reach the instance metadata. For pods, the hop limit of the instance must be 2.",
            "If the program is meant to use access keys, create the file for the user that runs it. A container needs it as a mount.",
        ),
        (),
        "https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html",
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
