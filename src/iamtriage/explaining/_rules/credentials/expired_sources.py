"""Explain that the source of credentials returns expired ones: instance or container metadata, or a process.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._rules.credentials.credential_sources import UNUSABLE_INSTANCE_ROLE
from iamtriage.explaining._rules.shared import clocks, clues, credential_remedies, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import ExpiredCredentials

_STILL_EXPIRED_PHRASE = "refreshed credentials are still expired"
STILL_EXPIRED = lazy_pattern(_STILL_EXPIRED_PHRASE)
"""How botocore says that the source returned credentials that are expired, too."""
_EC2_PROMPT = lazy_pattern(
    r"\b(?:ec2-user|ubuntu|admin)@ip-\d|169\.254\.169\.254|InstanceMetadata|\bi-[0-9a-f]{8,17}\b"
)
_PLAIN_WORD = lazy_pattern(r"[\w./:=@,+-]{1,200}", re.ASCII)
# The output has the secrets, too.
_ONLY_EXPIRATION = """ | grep -o '"Expiration" *: *"[^"]*"'"""
_CONTAINER_SIGN = lazy_pattern(
    r"AWS_CONTAINER_CREDENTIALS_(?P<kind>RELATIVE|FULL)_URI|169\.254\.170\.(?:2|23)(?!\d)", re.ASCII
)
_OF_TASK = 'curl -s "169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"'
_OF_POD = 'curl -s "$AWS_CONTAINER_CREDENTIALS_FULL_URI" -H "Authorization: $(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")"'
_CORRECT_CLOCK = "The first two commands print the time of the machine and that of AWS. If the machine is ahead, correct its clock (sudo chronyc makestep), and turn on NTP."
SOURCE_RETURNS_EXPIRED = CauseType(
    "source-returns-expired",
    title="The credential source returns expired credentials",
    text="The SDK got new credentials from their source, and by the machine's clock they have expired.",
    recognised_by='botocore says "Credentials were refreshed, but the refreshed credentials are still expired."',
    fix="Check the clock, then the Expiration that the source returns: instance metadata, container metadata or a credential process.",
    sources=(pages.EC2_METADATA_CREDENTIALS,),
)
STALE_METADATA = CauseType(
    "stale-metadata",
    title="The metadata service returns old credentials",
    text="The metadata service has only old credentials. The role of the instance profile was deleted or re-created or no longer trusts EC2, or a proxy caches the responses.",
    fix="Check the Code and Expiration in the metadata, and the instance profile with its role.",
    recognised_by="The instance metadata in the text has the code AssumeRoleUnauthorizedAccess or InstanceProfileNotFound.",
    sign=UNUSABLE_INSTANCE_ROLE,
    remedy="Check the instance profile",
    of="source-returns-expired",
)
CACHED_BY_PROCESS = CauseType(
    "process-returns-cached",
    title="The credential process returns a session from its cache",
    text="The credential process returns an old session from its cache.",
    fix="Run the command in credential_process, and compare Expiration with the time. Delete its cache, or sign in again to the system behind it.",
    of="source-returns-expired",
)


def _find_process(case: Case[ExpiredCredentials]) -> tuple[str, str] | None:
    """Return the profile with a ``credential_process`` that the text contains and the call uses, and its command."""
    profile, sections = clues.find_profile(case), find_profile_sections(case.failure.text)
    found = [
        (each.name, each.settings["credential_process"])
        for each in sections
        if each.settings.get("credential_process") and profile in {None, each.name}
    ]
    return found[0] if len(found) == 1 else None


def explain_expired_source(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that a credential source returned credentials that have expired already."""
    process, container = _find_process(case), _CONTAINER_SIGN.search(case.text)
    clock = clocks.CLOCK_WRONG.cause(
        text="The clock of the machine is ahead, so new credentials look expired."
    )
    source, cause, url = "credential source", STALE_METADATA.cause(), pages.EC2_METADATA_CREDENTIALS
    title = "Compare the clock with the Expiration that the source returns"
    remedies: tuple[Remedy, ...] = (_INSTANCE_PROFILE,)
    steps: tuple[str, ...] = (
        _CORRECT_CLOCK,
        "On EC2, curl prints what the metadata service returns: Expiration must be in the future, and Code must be Success. With another source, such as a container or credential_process, check its output instead.",
    )
    lines: tuple[str, ...] = _METADATA_COMMANDS
    if process is not None:
        profile, words = process[0], process[1].split()
        # Other words are a script, whose first word says little.
        name = clip_text(words[0]) if all(map(_PLAIN_WORD.fullmatch, words)) else ""
        source = f"credential process{name and f' {name}'} of the profile {clip_text(profile)}"
        show = fill_command("aws configure get credential_process --profile {}", profile)
        cause, url, remedies = CACHED_BY_PROCESS.cause(), pages.CLI_PROCESS, ()
        title = f"Run {name or 'the credential process'}, and compare its Expiration with the clock"
        # The reader's own config file names the program to run, not a text from anywhere.
        lines = (f'sh -c "$({show})"{_ONLY_EXPIRATION}',)
        steps = (
            "Run it as the same user as the program. Expiration is in UTC: if it is in the past, delete the cache of the process, or sign in again to the system behind it.",
            _CORRECT_CLOCK,
        )
    elif container is not None:
        source = "credential endpoint of the container"
        cause = STALE_METADATA.cause(
            text="The credential endpoint of the container has only old credentials."
        )
        is_ecs = container["kind"] == "RELATIVE" or container[0].endswith(".2")
        url, remedies = pages.ECS_TASK_ROLE if is_ecs else pages.EKS_POD_IDENTITY, ()
        lines = (f"{_OF_TASK if is_ecs else _OF_POD}{_ONLY_EXPIRATION}",)
        steps = (
            f"Run the commands in the container. Expiration is in UTC: if it is in the past, replace the {'task' if is_ecs else 'pod'} and look at the log of the agent on its node.",
            _CORRECT_CLOCK,
        )
    elif _EC2_PROMPT.search(case.text) is not None:
        source = "credential source, most likely the instance metadata service,"
    return case.explain(
        f"The {source} returned credentials that have expired by the machine's clock: they are old, or the clock is ahead. No permission is missing.",
        clues.reported_cause(SOURCE_RETURNS_EXPIRED, message, _STILL_EXPIRED_PHRASE),
        *((cause, clock) if process else (clock, cause)),
        topic="expired-session",
        remedies=(
            your_remedy(title, *steps, commands=("date -u", credential_remedies.AWS_TIME, *lines), url=url),
            *remedies,
        ),
        notes=credential_remedies.NO_RETRY,
    )


_METADATA_COMMANDS = (
    'T=$(curl -sX PUT 169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60")',
    'H="X-aws-ec2-metadata-token: $T"',
    "U=169.254.169.254/latest/meta-data/iam/security-credentials/",
    # The response has the secrets, too.
    'curl -sH "$H" "$U$(curl -sH "$H" $U)" | grep -e Code -e Expiration',
)
_INSTANCE_PROFILE = account_remedy(
    "Check the instance profile and its role",
    "The profile must be attached and contain the role. The role must exist and trust ec2.amazonaws.com. If the role was re-created, add it to the profile again.",
    commands=(
        "aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values=INSTANCE_ID",
        "aws iam get-role --role-name ROLE_NAME --query Role.AssumeRolePolicyDocument",
    ),
    url=pages.EC2_ROLES,
)
