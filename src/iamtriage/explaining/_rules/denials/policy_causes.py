"""Define the causes for each policy type that AWS names: a Deny statement, or no Allow."""

from __future__ import annotations

from iamtriage.explaining._rules.basics import Cause, CauseType, Denial
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.wording import describe_operation, reason_lines
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES, with_article
from iamtriage.typing import PolicyType

_PAGES: dict[PolicyType, str] = {
    "identity": pages.EVALUATION,
    "resource": pages.EVALUATION,
    "service_control": pages.SERVICE_CONTROL,
    "resource_control": pages.RESOURCE_CONTROL,
    "permissions_boundary": pages.BOUNDARIES,
    "session": pages.SESSION_POLICIES,
    "vpc_endpoint": pages.VPC_ENDPOINT,
}
# What to do about a Deny statement, and about a missing Allow.
_CHANGES: dict[PolicyType, str] = {
    "identity": "Change the Deny statement, or make the call as it requires.",
    "resource": "Change the Deny statement in the resource's policy.",
    "service_control": "Ask the organization's administrators to change the SCP.",
    "resource_control": "Ask the organization's administrators to change the RCP.",
    "permissions_boundary": "Change the Deny statement in the boundary.",
    "session": "Open a new session without this statement in its session policy.",
    "vpc_endpoint": "Change the policy of the VPC endpoint that the request went through.",
}
_ADDITIONS: dict[PolicyType, str] = {
    "resource": "Allow the caller in the resource's policy.",
    "service_control": "Allow the action in the SCPs at every level between the organization's root and the account.",
    "resource_control": "Ask the organization's administrators which RCP denies it: RCPFullAWSAccess, which is always attached, allows everything.",
    "permissions_boundary": "Allow the action in the boundary, and in an identity-based policy, too.",
    "session": "Open a new session whose session policy allows the action, or none.",
    "vpc_endpoint": "Allow the action in the policy of the VPC endpoint that the request went through.",
}
_CODES = {
    "service_control": "scp",
    "resource_control": "rcp",
    "permissions_boundary": "boundary",
    "vpc_endpoint": "vpc-endpoint",
}


DENIES = {
    each: CauseType(
        f"{_CODES.get(each, each)}-deny",
        title=f"A Deny statement in {with_article(each)} matches the request",
        recognised_by=f'AWS says "with an explicit deny in {with_article(each)}".',
        fix=f"{fix} An Allow does not override it.",
        sources=(_PAGES[each],),
    )
    for each, fix in _CHANGES.items()
}
"""The causes that a Deny statement in a policy of a type matches the request."""

NO_ALLOWS = {
    each: CauseType(
        f"{_CODES.get(each, each)}-no-allow",
        title=f"No {POLICY_TYPE_NAMES[each]} allows the action",
        recognised_by=f'AWS says "because no {POLICY_TYPE_NAMES[each]} allows the … action".',
        fix=fix,
        sources=(_PAGES[each],),
    )
    for each, fix in _ADDITIONS.items()
}
"""The causes that no policy of a type allows the action."""


def stated_cause(denial: Denial, policy_type: PolicyType, text: str) -> Cause:
    """Return the cause that AWS states by the type of policy."""
    causes = DENIES if denial.is_explicit else NO_ALLOWS
    text = text if denial.is_explicit else f"{text}{describe_operation(denial)}"
    return causes[policy_type].cause(denial.policy_type_evidence, reason_lines(denial), text=text)


KMS_KEY_POLICY = CauseType(
    "kms-key-policy",
    title="The key policy does not allow the caller",
    text="Neither the key policy nor an identity-based policy allows the caller to use the key.",
    meaning="Neither the key policy nor a grant allows the caller to use the KMS key.",
    fix="Allow the caller in the key policy or with a grant and, in another account, in an identity-based policy, too.",
    of="kms-behind-service",
)
KMS_WRONG_REGION = CauseType(
    "kms-wrong-region",
    title="The KMS key is in another Region or account",
    text="The key does not exist in the Region of the call, or it was deleted.",
    fix="Call the Region of the key, and use the key's ARN. What a deleted key encrypted cannot be recovered.",
    of="kms-key-policy",
)
KMS_BEHIND_SERVICE = CauseType(
    "kms-behind-service",
    title="The service is not allowed to use the KMS key",
    text="The service was not allowed to use the KMS key. The call itself may be allowed.",
    recognised_by="The error code is KMSAccessDenied, or the message says that access to KMS is not allowed.",
    fix="Allow the caller or the service's role to use the KMS key.",
    sources=(pages.KMS_ACCESS,),
)
