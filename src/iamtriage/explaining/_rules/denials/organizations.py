"""Explain that AWS Organizations rejects a call from a member account.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_troubleshoot_general.html and
https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.denials.known_policies import list_known_policies
from iamtriage.explaining._rules.denials.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared import common_causes
from iamtriage.explaining._rules.shared.remedies import (
    organization_remedy,
    present,
    resource_policy_remedy,
)
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.explaining._rules.sts.trust_documents import allow_statements

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_ROLE_ARN = lazy_pattern(r"\b(arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})")
_DELEGATION = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html"
NOT_MANAGEMENT_ACCOUNT = CauseType(
    "not-management-account",
    title="The call needs the management account or a delegated administrator",
    text="AWS Organizations accepts most calls only from the management account or a delegated administrator.",
    recognised_by='AWS Organizations says "You don\'t have permissions to access this resource".',
    fix="Make the call with credentials of the management account, or delegate the administration to the account.",
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_troubleshoot_general.html",),
)


def explain_organizations(denial: Denial) -> Explanation:
    """Explain that AWS Organizations rejects a call from a member account."""
    action = denial.action or f"organizations:{denial.operation}"
    stated = unique_value(_ROLE_ARN, denial.failure.text) if denial.principal is None else None
    caller, account = denial.caller, denial.account
    if stated is not None:
        account, caller = stated.value.split(":")[4], f"the role {stated.value.rpartition('/')[2]}"
    is_allowed = any(
        names_action(statement, action) and names_resource(statement, None) and "Condition" not in statement
        for policy in list_known_policies(denial)
        if not policy.has_principal
        for statement in allow_statements(policy.content)
    )
    where = f"account {account}" if account else "the caller's account"
    verdict = f"{where} is neither the management account nor a delegated administrator"
    if is_allowed:
        summary = f"AWS Organizations denied the call {denial.operation}, although the policy in the text is sufficient: most likely, {verdict}."
        also: tuple[Cause, ...] = ()
    else:
        summary = denial_summary(denial, f"most likely, {verdict}")
        also = (
            common_causes.NO_IDENTITY_ALLOW.cause(
                text=f"No identity-based policy of {denial.caller} allows the action."
            ),
        )
    compare = "Compare the account of the credentials with the management account."
    lines: tuple[str, ...] = ("aws sts get-caller-identity --query Account --output text",)
    if account is not None:
        compare, lines = f"The command prints the management account. The caller is in {account}.", ()
    return denial.explain(
        summary,
        NOT_MANAGEMENT_ACCOUNT.cause(
            "derived",
            ("AWS Organizations answers calls from other accounts with this message, whatever IAM allows.",),
        ),
        *also,
        remedies=present(
            organization_remedy(
                "Make the call in the management account",
                f"{compare} If they differ, let {caller} assume a role of the management account that is allowed {action}, and call with its credentials.",
                "Or register the account as a delegated administrator of a service (register-delegated-administrator): it is then allowed to list and describe, too.",
                *(
                    ()
                    if is_allowed
                    else (
                        "In the right account, the caller needs an identity-based policy that allows the organizations: action.",
                    )
                ),
                commands=(
                    *lines,
                    "aws organizations describe-organization --query Organization.MasterAccountId --output text",
                ),
                url=NOT_MANAGEMENT_ACCOUNT.sources[0],
            ),
            _delegate_remedy(action, account, stated.value if stated else None),
        ),
    )


def _delegate_remedy(action: str, account: str | None, role: str | None) -> Remedy | None:
    """Return the remedy that delegates a call that only reads, with the policy of the organization."""
    if account is None or not action.partition(":")[2].startswith(("List", "Describe")):
        return None
    partition = role.split(":")[1] if role else "aws"
    remedy = resource_policy_remedy(
        f"Or delegate {action} to account {account}",
        "In the management account, add the statement to the delegation policy. put-resource-policy replaces the whole policy: describe-resource-policy prints the present one.",
        statements=(
            {
                "Sid": "Delegate",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
                "Action": action,
                "Resource": "*",
            },
        ),
        commands=(
            "aws organizations describe-resource-policy",
            "aws organizations put-resource-policy --content file://policy.json",
        ),
        url=_DELEGATION,
    )
    return attrs.evolve(remedy, who="organization administrator")
