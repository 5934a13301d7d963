"""Change the permission set from which a role of IAM Identity Center has its policies."""

from __future__ import annotations

import attrs

from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import save_step

_COMMANDS = (
    "aws sso-admin list-instances",
    "aws sso-admin get-inline-policy-for-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --query InlinePolicy --output text",
    "aws sso-admin put-inline-policy-to-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --inline-policy file://policy.json",
    "aws sso-admin provision-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --target-type AWS_ACCOUNT --target-id {}",
)


def in_permission_set(
    denial: Denial, role: IdentityCenterRole, remedy: Remedy, *, before: int = 0, is_shown: bool = False
) -> Remedy:
    """Return a remedy with an identity-based policy as a change of the permission set, from which the role has its policies.

    Args:
        denial: The denial.
        role: The role of the caller.
        remedy: The remedy, with a policy.
        before: How many of its steps come first.
        is_shown: Whether the text shows the inline policy.
    """
    name = f" {role.permission_set}" if role.permission_set else ""
    these = "this statement" if len((remedy.policy or {}).get("Statement", ())) == 1 else "these statements"
    new = "" if is_shown else f" If it has none, policy.json is a policy with only {these}."
    return attrs.evolve(
        remedy,
        who="organization administrator",
        is_addition=True,
        steps=(
            *remedy.steps[:before],
            f"An administrator of IAM Identity Center changes the permission set{name}, in its home Region: IAM rejects changes to its role.",
            f"{save_step('its inline policy', command='put-inline-policy-to-permission-set')}{new} The console shows PERMISSION_SET_ARN on the page of the permission set.",
            *remedy.steps[before:],
        ),
        commands=tuple(
            each.format("ACCOUNT_ID" if denial.has_masked_account else role.account) for each in _COMMANDS
        ),
    )
