"""Name the caller in a policy: the ARN of its role or user, and how to look up the path that STS does not report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.arns._principals import FederatedUser, IdentityCenterRole, Root, User
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.principals.principal_words import (
    LINKED_ROLE_SERVICES,
    PLACEHOLDER_ACCOUNT,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial


def policy_principal_arn(denial: Denial) -> str:
    """Return the caller's ARN for a policy, which is the role's ARN for a session.

    STS doesn't report the path of a role. If the role certainly has one, the ARN contains a placeholder, because
    IAM rejects a policy that names a role that does not exist.
    """
    role, principal = denial.role, denial.principal
    linked_service = LINKED_ROLE_SERVICES.get(role.name.partition("_")[0]) if role is not None else None
    if role is not None and role.lacks_its_path and linked_service is not None:
        arn = f"arn:{role.partition}:iam::{role.account}:role/aws-service-role/{linked_service}.amazonaws.com/{role.name}"
    elif role is not None and role.lacks_its_path:
        arn = f"arn:{role.partition}:iam::{role.account}:role/PATH/{role.name}"
    elif role is not None:
        arn = str(role)
    elif isinstance(principal, User | FederatedUser | Root):
        arn = str(principal)
    else:
        return "PRINCIPAL_ARN"
    if denial.has_masked_account:
        return arn.replace(f":{PLACEHOLDER_ACCOUNT}:", ":ACCOUNT_ID:", 1)
    return arn


def principal_arn_pattern(denial: Denial) -> str:
    """Return the caller's ARN for a condition on ``aws:PrincipalArn``, which has the role's path.

    Unlike a principal, the condition accepts a wildcard, here for the rest of a path that STS does not report:
    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html.
    """
    if isinstance(denial.principal, Root):
        return "PRINCIPAL_ARN"  # of the role to use instead
    is_identity_center = isinstance(denial.role, IdentityCenterRole)
    path = "aws-reserved/sso.amazonaws.com/*" if is_identity_center else "aws-service-role/*/"
    return policy_principal_arn(denial).replace(":role/PATH/", f":role/{path}")


def role_path_steps(denial: Denial) -> tuple[str, ...]:
    """Return a step for policies that name the role of a session, whose path STS does not report."""
    role = denial.role
    if role is not None and denial.has_stated_role and role.path != "/":
        return (
            f"The text shows that the role has the path {role.path}, which the ARN of its session omits.",
        )
    if role is None or role is denial.principal or denial.has_stated_role or denial.has_masked_account:
        return ()
    if role.lacks_its_path and "/PATH/" not in policy_principal_arn(denial):
        return ()
    from iamtriage.arns._role_arns import role_lookup_command

    lookup = role_lookup_command(commands.role_name(role.name))
    # The other commands of such a remedy run in the account of the resource.
    where = f" in account {denial.account}" if denial.crosses_accounts else ""
    if role.lacks_its_path:
        return (f"STS does not report the path of the role. This prints its ARN{where}: {lookup}",)
    return (
        f"STS does not report a role's path. If {denial.caller} has one, use the ARN that this prints{where}: {lookup}",
    )
