"""Explain that the credential_source of a profile has no credentials, most likely because the call runs elsewhere.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.statements import LOCALLY, find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

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
            url=pages.CLI_ROLES,
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
        lazy_pattern(r"(?<!from )\bFargate\b|\btaskRoleArn\b|(?<!from )(?<!from an )\bECS (?:task|container|service)|\btask role\b|\bAWS_CONTAINER_CREDENTIALS_RELATIVE_URI(?:[\"']?\s?[=:]\s?[\"']?/| is set\b)"),
        _Place("in an ECS task", "EcsContainer", "its task role"),
    ),
    (
        lazy_pattern(r"\bAWS_CONTAINER_CREDENTIALS_FULL_URI[\"']?\s?[=:]|\bPod Identity\b|\bpods\.eks\.amazonaws\.com\b"),
        _Place("in a pod with EKS Pod Identity", "EcsContainer", "its role"),
    ),
    (
        lazy_pattern(r"\b(?:on|in|to) (?:an? |the |our )?(?:plain |new )?EC2\b|\bec2-user@|(?<!from an )\bEC2 instance\b|\binstance profile\b"),
        _Place("on an EC2 instance", "Ec2InstanceMetadata", "the role of its instance profile"),
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
    return case.explain(
        f"The profile{f' {profile}' if profile else ''} takes its credentials from {source}, which has none {place.words}: credential_source must be {place.source}.",
        EMPTY_SOURCE.cause(
            "derived",
            text=f"The call runs {place.words}, where SDKs get {place.role} from {place.source}. The profile names another source, and SDKs look nowhere else.",
        ),
        topic="profile-invalid",
        remedies=your_remedy(
            f"Set credential_source = {place.source} in the profile",
            "Change the config file that the call reads: in a container, that of the image. Roles and trust policies can stay as they are.",
            manifest=section and f"{section}\n",
            manifest_language="text",
            commands=(
                None if section else commands.fill_command(lines[0], place.source, own),
                commands.fill_command(lines[1], own),
            ),
            url=pages.CLI_ROLES,
        ),
        notes=(
            "No security group or other network setting needs a change: the profile names the wrong source.",
            credential_remedies.NO_CALL_MADE,
        ),
    )
