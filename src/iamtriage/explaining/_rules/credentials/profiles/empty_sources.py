"""Explain that the credential_source of a profile has no credentials, most likely because the call runs elsewhere.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
"""

from __future__ import annotations

from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared import clues, pages
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
