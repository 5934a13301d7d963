"""Explain denials by AWS KMS, where the key policy always applies.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_policies import resource_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.wording import (
    authorization_details_remedy,
    denial_summary,
    reason_lines,
    region_argument,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_service_encryption_key", "explain_three_reasons", "explain_unknown_key")

_KEY_POLICY_NOTE = "Identity-based policies apply to a key only if its key policy enables them (the account's root as principal, kms:* as action). Then the caller needs an Allow of its own."


def explain_three_reasons(denial: Denial) -> Explanation:
    """Explain the message that names three possible reasons."""
    reasons = reason_lines(denial)
    return Explanation(
        failure=denial.failure,
        topic="kms-key-policy",
        summary=denial_summary(
            denial, "no key in this Region, no key policy that allows it, or a key policy that denies it"
        ),
        causes=(
            Cause(
                "kms-key-policy",
                f"Neither the key policy nor a grant allows {denial.caller}.",
                "possible",
                reasons,
            ),
            Cause(
                "kms-wrong-region",
                "The key does not exist in the Region of the call, or it was deleted.",
                "possible",
            ),
            Cause("kms-key-deny", "A Deny statement in the key policy matches the request.", "possible"),
        ),
        remedies=present(
            _inspect_key_remedy(denial), resource_remedy(denial), authorization_details_remedy(denial)
        ),
        notes=(
            f"KMS reports the three reasons as one. If the key is in another account, an identity-based policy of the caller must allow {denial.action or 'the action'} on the key's ARN, too.",
            _KEY_POLICY_NOTE,
        ),
    )


def explain_unknown_key(denial: Denial) -> Explanation:
    """Explain the old message about the key of a ciphertext."""
    return Explanation(
        failure=denial.failure,
        topic="kms-key-unknown",
        summary="KMS cannot decrypt: the key does not exist, not in this region, or the caller may not use it.",
        causes=(
            Cause(
                "kms-no-allow",
                f"Neither the key's policy nor a policy of {denial.caller} allows kms:Decrypt.",
                "possible",
            ),
            Cause(
                "kms-wrong-region",
                "The text was encrypted with a key of another region or account.",
                "possible",
            ),
            Cause("kms-key-deleted", "The key was deleted.", "possible"),
        ),
        remedies=(_inspect_key_remedy(denial),),
        notes=("KMS gives the reasons as one, and does not say which of them holds.", _KEY_POLICY_NOTE),
    )


def explain_service_encryption_key(denial: Denial) -> Explanation:
    """Explain that a service could not use the key that encrypts its data."""
    service = denial.service if denial.service != "kms" else None
    where = f" by which {service} encrypts" if service else " by which the service encrypts"
    remedy = Remedy(
        title="Let the caller use the key",
        who="account administrator",
        steps=(
            "Find the key: the secret, parameter, function, queue or bucket names it.",
            "Allow kms:Decrypt on the key, and for writing kms:GenerateDataKey, to the role that the message is about: in the key's policy, or in the role's where the key's policy leaves it to IAM.",
            "The default key of a service (aws/…) can be used through the service and within the account only. Across accounts it takes a key of your own.",
        ),
        commands=(
            "aws kms describe-key --key-id KEY_ID",
            "aws kms get-key-policy --key-id KEY_ID --policy-name default --query Policy --output text",
        ),
        url=pages.KMS_ACCESS,
    )
    return Explanation(
        failure=denial.failure,
        topic="kms-behind-service",
        summary=f"The KMS key{where} the data may not be used.",
        causes=(
            Cause(
                "kms-behind-service",
                "The call itself may be allowed: what was refused is the key.",
                "reported",
                (f"The code is {denial.failure.envelope.code}.",) if denial.failure.envelope.code else (),
            ),
            Cause(
                "kms-key-policy",
                "The key's policy does not let the caller in, or no policy of the caller allows the key.",
                "possible",
            ),
            Cause("kms-key-state", "The key is disabled or waits for its deletion.", "possible"),
        ),
        remedies=(remedy,),
        notes=(_KEY_POLICY_NOTE,),
    )


def _inspect_key_remedy(denial: Denial) -> Remedy:
    key = commands.arn(denial.resource, "KEY_ID")
    region = region_argument(denial)
    return Remedy(
        title="Find the key, and check its Region and key policy",
        who="resource owner",
        steps=(
            "The resource that holds the data names the key it was encrypted with (KmsKeyId, SSEKMSKeyId). Its ARN shows account and Region; an alias can point to different keys in two Regions.",
            f"Check the key policy for an Allow for {denial.caller} and for Deny statements, and the grants, which services use.",
        ),
        commands=(
            fill_command("aws kms describe-key --key-id {} --region {}", key, region),
            fill_command(
                "aws kms get-key-policy --key-id {} --policy-name default --region {} --query Policy --output text",
                *(key, region),
            ),
            fill_command("aws kms list-grants --key-id {} --region {}", key, region),
        ),
        url=pages.KMS_KEY_POLICY,
    )
