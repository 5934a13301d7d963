"""Explains profiles that contradict themselves or name what is not there; not profiles that are missing.

The sentences are those of botocore's ``credentials`` and ``tokens`` modules, which other tools print as they
are. What a profile may hold: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import find_profile, quote_phrases, safe_name

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

__all__ = ("explain_broken_profile", "is_broken_profile")

_NAME = r"\"(?P<name>[^\"\n]{1,64})\""


class _Fault(NamedTuple):
    """A fault of a profile: what tells it, what it comes to, and what mends it."""

    pattern: re.Pattern[str]
    code: str
    summary: str
    cause: str
    quote: str
    title: str
    steps: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    url: str


_KINDS_OF_SOURCE = (
    "The value of credential_source is Environment, Ec2InstanceMetadata or EcsContainer, spelled like that."
)
_FAULTS = (
    _Fault(
        re.compile(r"Infinite loop in credential configuration"),
        "profile-loop",
        "Profiles name each other as their source of credentials in a circle, so none of them has any.",
        "Profiles name each other as source_profile in a circle.",
        "Infinite loop in credential configuration",
        "Break the circle of profiles",
        (
            "Follow source_profile from one profile to the next in ~/.aws/config; the text names those that were visited.",
            "The last of them must have credentials of its own, in place of source_profile: a login of IAM Identity Center, credential_process, credential_source, or keys.",
            "A profile may name itself as source_profile only when it also has keys.",
        ),
        (("aws", "configure", "get", "source_profile"), ("aws", "configure", "list-profiles")),
        pages.CLI_ROLES,
    ),
    _Fault(
        re.compile(rf"profile {_NAME} contains both source_profile and credential_source"),
        "two-sources",
        "The profile names two sources of credentials for its role, and may have one only.",
        "The profile has both source_profile and credential_source.",
        "contains both source_profile and credential_source",
        "Keep one source of credentials in the profile",
        (
            "In ~/.aws/config, keep source_profile where another profile has the credentials.",
            "Keep credential_source where the machine has them: EC2, a container, or environment variables.",
        ),
        (("aws", "configure", "get", "source_profile"), ("aws", "configure", "get", "credential_source")),
        pages.CLI_ROLES,
    ),
    _Fault(
        re.compile(
            rf"credential[_ ]source \"[^\"\n]{{1,64}}\" referenced in (?:the )?profile {_NAME} is not valid"
        ),
        "unknown-source",
        "The profile names a source of credentials that there is not.",
        "The value of credential_source is none that AWS's SDKs know.",
        "credential source",
        "Name a source of credentials that there is",
        (_KINDS_OF_SOURCE, "To take the credentials of another profile, write source_profile in its place."),
        (("aws", "configure", "get", "credential_source"),),
        pages.CLI_ROLES,
    ),
    _Fault(
        re.compile(rf"is specified in profile {_NAME}, but no source provider was configured"),
        "source-not-offered",
        "The program does not offer the source of credentials that the profile names.",
        "The SDK of this program was set up without the provider that credential_source names.",
        "no source provider was configured",
        "Take another source of credentials",
        (
            "Name another profile as source_profile, or give the program credentials in another way.",
            "The AWS CLI and boto3 offer all sources, unless a program has replaced their chain of providers.",
        ),
        (("aws", "configure", "get", "credential_source"),),
        pages.CLI_ROLES,
    ),
    _Fault(
        re.compile(rf"profile {_NAME} is configured to use SSO but is missing required configuration"),
        "sso-incomplete",
        "The profile is meant for IAM Identity Center, but lacks a part of it.",
        "A setting of IAM Identity Center is missing in the profile.",
        "is configured to use SSO but is missing required configuration",
        "Write the profile anew",
        (
            "The text names what is missing, behind the colon.",
            "A profile has sso_session, sso_account_id and sso_role_name, and a section sso-session has sso_start_url and sso_region.",
            "In the older form the profile itself has sso_start_url, sso_region, sso_account_id and sso_role_name.",
        ),
        (("aws", "configure", "sso"),),
        pages.SSO_LOGIN,
    ),
    _Fault(
        re.compile(rf"specified sso-session does not exist: {_NAME}"),
        "sso-session-missing",
        "The profile names an sso-session that is in no config file.",
        "The section of the sso-session is missing, or bears another name.",
        "specified sso-session does not exist",
        "Write the section of the sso-session",
        (
            "In ~/.aws/config, [sso-session NAME] has sso_start_url, sso_region and sso_registration_scopes. The name is that behind sso_session in the profile; upper and lower case count.",
        ),
        (("aws", "configure", "sso-session"), ("aws", "configure", "get", "sso_session")),
        pages.SSO_LOGIN,
    ),
    _Fault(
        re.compile(rf"source[_ ]profile \"[^\"\n]{{1,64}}\" referenced in the profile {_NAME}"),
        "source-profile",
        "The profile takes its credentials from another profile that is not there.",
        "The profile that source_profile names is in no config or credentials file.",
        "source_profile",
        "Make the source profile, or name another",
        ("Each profile that source_profile names has to be there, and to have credentials of its own.",),
        (("aws", "configure", "get", "source_profile"), ("aws", "configure", "list-profiles")),
        pages.CLI_ROLES,
    ),
    _Fault(
        re.compile(rf"source[_ ]profile {_NAME} must have credentials"),
        "source-profile",
        "The profile takes its credentials from another profile that has none.",
        "The profile that source_profile names has no credentials of its own.",
        "must have credentials",
        "Give the source profile credentials",
        ("It may have a login of IAM Identity Center, credential_process, credential_source or keys.",),
        (("aws", "configure", "list"),),
        pages.CLI_ROLES,
    ),
)
# What boto3's provider of a role says where the source that the profile names has nothing.
_EMPTY_SOURCE = re.compile(
    r"retrieving credentials from (?P<source>Environment|Ec2InstanceMetadata|EcsContainer): No credentials found in credential_source"
)
_WHERE = {
    "Environment": (
        "The variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set where the call runs.",
        (
            "Set both, and AWS_SESSION_TOKEN for temporary keys, for the process that calls.",
            "Or let the profile take another source: source_profile names a profile that has credentials.",
        ),
    ),
    "Ec2InstanceMetadata": (
        "The call does not run on an EC2 instance with a role, or the metadata service is off or out of reach.",
        (
            "On EC2: see that the instance has an instance profile with a role. In a container there, the hop limit has to be 2.",
            "AWS_EC2_METADATA_DISABLED must not be true.",
            "Elsewhere, let the profile take another source: source_profile names a profile that has credentials.",
        ),
    ),
    "EcsContainer": (
        "The call does not run in a container that gets a role: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set where it runs.",
        (
            "In ECS: see that the task definition has a task role, taskRoleArn; the execution role is not it.",
            "The variables are there for the container's first process. A shell, sudo, cron or sshd may not pass them on.",
            "Elsewhere, let the profile take another source: source_profile names a profile that has credentials.",
        ),
    ),
}
_NO_CALL = "No IAM policy helps here: no call was made."


def is_broken_profile(message: str) -> bool:
    """Tell whether words are about a profile that contradicts itself or names what is not there."""
    return _EMPTY_SOURCE.search(message) is not None or any(
        fault.pattern.search(message) for fault in _FAULTS
    )


def explain_broken_profile(case: Case[MissingCredentials], message: str) -> Explanation:
    """Say what is wrong with the profile."""
    empty = _EMPTY_SOURCE.search(message)
    if empty:
        return _empty_source(case, message, empty["source"])
    fault, found = next((fault, m) for fault in _FAULTS if (m := fault.pattern.search(message)))
    named = None if fault.code == "sso-session-missing" else safe_name(found.groupdict().get("name"))
    profile = named or find_profile(case)
    return Explanation(
        failure=case.failure,
        topic="profile-broken",
        summary=fault.summary,
        causes=(Cause(fault.code, fault.cause, "derived", quote_phrases(message, fault.quote)),),
        remedies=(
            Remedy(
                title=fault.title,
                who="you",
                steps=fault.steps,
                commands=tuple(
                    credential_remedies.with_profile(
                        None if each[-1] in {"list-profiles", "sso-session"} else profile, *each
                    )
                    for each in fault.commands
                ),
                url=fault.url,
            ),
        ),
        notes=(_NO_CALL,),
    )


def _empty_source(case: Case[MissingCredentials], message: str, source: str) -> Explanation:
    cause, steps = _WHERE[source]
    return Explanation(
        failure=case.failure,
        topic="profile-broken",
        summary=f"The profile takes its credentials from {source}, and there are none.",
        causes=(
            Cause(
                "empty-source",
                cause,
                "possible",
                quote_phrases(
                    message,
                    f"retrieving credentials from {source}",
                    "No credentials found in credential_source",
                ),
            ),
        ),
        remedies=(
            Remedy(
                title="See that the call runs where the profile is meant for",
                who="you",
                steps=steps,
                commands=(
                    credential_remedies.with_profile(
                        find_profile(case), "aws", "configure", "get", "credential_source"
                    ),
                ),
                url=pages.CLI_ROLES,
            ),
        ),
        notes=(_NO_CALL,),
    )
