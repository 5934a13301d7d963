"""Explain that a permission set was changed, but not provisioned to the account of the call.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ProvisionPermissionSet.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import organization_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary

_PAGE = "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ProvisionPermissionSet.html"
# The calls that change a permission set, as the AWS CLI, SDKs and the API name them.
_CHANGED = lazy_pattern(
    r"\b(?:put-inline-policy-to|attach-managed-policy-to|attach-customer-managed-policy-reference-to|put-permissions-boundary-to)-permission-set\b"
    r"|\b(?:put_inline_policy_to|attach_managed_policy_to|attach_customer_managed_policy_reference_to)_permission_set\b"
    r"|\b(?:PutInlinePolicyTo|AttachManagedPolicyTo|AttachCustomerManagedPolicyReferenceTo)PermissionSet\b"
)
_PROVISIONED = lazy_pattern(r"(?i:\bprovision-?_?permission-?_?set\b)|aws_ssoadmin_")
# A change that failed.
_FAILED = lazy_pattern(r"\bcalling the (?:Put|Attach)\w{3,60}PermissionSet operation\b")
# The policy of the role in the account, which is older than the permission set.
_ROLE_POLICY = lazy_pattern(r"\bAwsSSOInlinePolicy\b")
SET_NOT_PROVISIONED = CauseType(
    "permission-set-not-provisioned",
    title="The changed permission set is not provisioned to the account",
    text="A call of the API or the AWS CLI changes only the permission set. The roles in the accounts keep the old policies until the set is provisioned, which the console does itself.",
    recognised_by="The text shows a call that changes the permission set of the caller's role, and none that provisions it.",
    fix="Provision the permission set to the account.",
    sources=(_PAGE,),
)


def add_unprovisioned_set(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the permission set of the caller was changed and not provisioned, if the text shows only the change."""
    role, text = denial.role, denial.failure.text
    changed = next(find_said(text, _CHANGED), None)
    if not isinstance(role, IdentityCenterRole) or changed is None:
        return explanation
    if _PROVISIONED.search(text) or _FAILED.search(text):
        return explanation
    is_shown = _ROLE_POLICY.search(text) is not None
    name = role.permission_set or "the permission set"
    account = commands.account(denial.account)
    provision = f"aws sso-admin provision-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --target-type AWS_ACCOUNT --target-id {account}"
    remedy = organization_remedy(
        f"Provision the permission set {role.permission_set or ''}".rstrip() + f" to account {account}",
        "In the management account, or that of the delegated administrator. For all accounts of the permission set, use --target-type ALL_PROVISIONED_ACCOUNTS and no --target-id.",
        "Sessions that are signed in have the permission as soon as the status is SUCCEEDED. Before that, neither a new sign-in nor an empty cache helps.",
        commands=(
            provision,
            Labelled(
                "To see whether it is done:",
                "aws sso-admin list-permission-set-provisioning-status --instance-arn INSTANCE_ARN",
            ),
        ),
        url=_PAGE,
    )
    likely = "" if is_shown else "most likely, "
    kept = tuple(each for each in explanation.remedies if each.layer != "identity" or not is_shown)
    return attrs.evolve(
        explanation,
        summary=denial_summary(
            denial,
            f"{likely}the change of the permission set {name} was not provisioned to account {account}, whose role has the old policy",
        ),
        causes=(
            SET_NOT_PROVISIONED.cause(
                "derived" if is_shown else "possible", f"The text shows {changed[0]}, and no provisioning."
            ),
            *explanation.causes,
        ),
        remedies=(remedy, *kept),
    )
