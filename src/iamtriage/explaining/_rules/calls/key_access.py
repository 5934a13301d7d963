"""Explain that a service cannot use the KMS key of a call, by the key's Region and state if the text shows them.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html and
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.key_states import (
    KEY_ARN,
    PRINT_POLICY,
    STATE_WORDS,
    enable_remedy,
    find_state,
    kms_command,
)
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import owner_remedy

if TYPE_CHECKING:
    import re

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

_NEEDED_BY_SERVICES = (
    "kms:DescribeKey, kms:CreateGrant and, depending on the service, kms:GenerateDataKey* and kms:Decrypt"
)
KEY_NOT_ACCESSIBLE = CauseType(
    "key-not-accessible",
    title="A service cannot use a KMS key",
    meaning="The KMS key does not exist in the Region, is not enabled, or the caller is not allowed to use it.",
    recognised_by='The error code KMSKeyNotAccessibleFault, or a message such as "The specified KMS key does not exist, is not enabled or you do not have permissions to access it".',
    fix="Correct the key, enable it, or allow the caller to use it.",
    sources=(pages.KMS_ACCESS, pages.KMS_KEY_STATE),
)
KEY_ACCESS = lazy_pattern(
    r"specified KMS key (?:(?!\. ).){0,160}?(?:\bis not accessible|\bnot enabled|permissions? to access it)\b|\bKMS key not accessible\b"
)
"""Words of services that cannot use a key."""


def explain_key_access(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a service cannot use a KMS key, for one of three reasons that it does not distinguish."""
    found = KEY_ARN.search(message) or KEY_ARN.search(case.text)
    called, region = case.failure.envelope.operation, find_region(case)
    call = f"the call {called}" if called and called.isalnum() else "the call"
    key_region = found[0].split(":")[3] if found else region
    if found is not None and region is not None and key_region != region:
        return _explain_other_region(case, found, call, region)
    state = find_state(case.text)
    if state in STATE_WORDS:
        remedy = enable_remedy(found, region, "pending" if state == "PendingDeletion" else "")
        return case.explain(
            f"The KMS key of {call} {STATE_WORDS[state]}, as the text shows.",
            KEY_NOT_ACCESSIBLE.cause("reported", code_evidence(case.failure), text="The key is not enabled."),
            remedies=remedy,
            notes=NOT_A_DENIAL,
        )
    verdict = f"it does not exist in {region or 'this Region'}, is not enabled, or no policy allows the caller to use it"
    check = "If describe-key finds no key, its ID, Region or account is wrong. KeyState must be Enabled."
    if state == "Enabled":
        verdict, check = "it is enabled, so most likely no policy allows the caller to use it", ""
    return case.explain(
        f"A KMS key of {call} cannot be used: {verdict}.",
        KEY_NOT_ACCESSIBLE.cause(
            "reported",
            code_evidence(case.failure),
            text="The service does not say which of these reasons applies.",
        ),
        remedies=owner_remedy(
            "Check the key policy" if state else "Check the key's Region, state and key policy",
            check or None,
            f"The key policy must allow the caller, or enable IAM policies: then the caller needs {_NEEDED_BY_SERVICES}. If the key is in another account, both are required.",
            commands=(
                None
                if state
                else kms_command("describe-key", found, region, "--query 'KeyMetadata.[KeyState,Enabled]'"),
                kms_command("get-key-policy", found, region, PRINT_POLICY),
            ),
            url=pages.KMS_ACCESS,
        ),
    )


def _explain_other_region(case: Case[AwsError], found: re.Match[str], call: str, region: str) -> Explanation:
    """Explain that a call names a key of another Region."""
    # https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    key_region, key = found[0].split(":")[3], found[0].rpartition("/")[2]
    command = context_of(case.facts).command
    options = command.options if command else ()
    option = next((f"--{name}" for name, value in options if value == found[0]), "the key's setting")
    replicate = fill_command(
        "aws kms replicate-key --key-id {} --region {} --replica-region {}", found[0], key_region, region
    )
    steps = [
        f"Put the ARN of a key of {region} into {option}. Without {option}, most services use their own AWS managed key of the Region, such as aws/rds."
    ]
    if not key.startswith("mrk-"):
        steps.append(
            "The key itself cannot be copied: its ID does not begin with mrk-, so it has no replicas."
        )
    steps.append(f"Or make the call in {key_region}, if that is where the resource belongs.")
    return case.explain(
        f"The KMS key is in {key_region}, and {call} goes to {region}: a service can use keys of its own Region only.",
        KEY_NOT_ACCESSIBLE.cause(
            "derived",
            code_evidence(case.failure),
            text=f"For a service in {region}, this key does not exist.",
        ),
        remedies=owner_remedy(
            f"Use a key of {region}",
            *steps,
            commands=(
                Labelled("The replica of the key:", replicate) if key.startswith("mrk-") else None,
                fill_command(
                    "aws kms list-aliases --region {} --query 'Aliases[].[AliasName,TargetKeyId]' --output text",
                    region,
                ),
            ),
            url=pages.KMS_ACCESS,
        ),
        notes=f"The same message also reports a key that is not enabled, or a caller without {_NEEDED_BY_SERVICES}: check that only if a key of {region} fails, too.",
    )
