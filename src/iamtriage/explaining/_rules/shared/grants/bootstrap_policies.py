"""Allow an action in the policy that ``cdk bootstrap`` gave the role with which CloudFormation works.

The stack of the bootstrap owns the role, so that its next update can undo other changes of the role:
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import identity_remedy, save_step
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap

_REGION = lazy_pattern(r"\baws://[0-9]{12}/([a-z0-9-]{6,30})")
_QUALIFIER = lazy_pattern(rf"--qualifier[ =][\"']?({cdk_bootstrap.QUALIFIER})\b")


def find_policy(denial: Denial) -> str | None:
    """Return the ARN of the policy of a role with which CloudFormation works, if the text has the bootstrap that gave it."""
    found = None if denial.role is None else cdk_bootstrap.ROLE.match(denial.role.name)
    if found is None or found["purpose"] != "cfn-exec":
        return None
    text = denial.failure.text
    # A bootstrap of another Region, or with another qualifier, has other roles.
    regions, qualifiers = _REGION.findall(text), _QUALIFIER.findall(text)
    if found["qualifier"] not in (qualifiers or [cdk_bootstrap.DEFAULT_QUALIFIER]):
        return None
    if regions and found["region"] not in regions:
        return None
    return cdk_bootstrap.find_execution_policy(text, denial.account)


def extend_policy(arn: str, what: str, steps: Sequence[str], statements: Sequence[dict[str, Any]]) -> Remedy:
    """Return the remedy that adds statements to the policy, which allow the actions in words."""
    name = arn.rpartition("/")[2]
    lines = (*commands.show_policy_commands(arn), commands.change_policy(arn))
    remedy = identity_remedy(
        f"Allow {what} in the policy {name}, which cdk bootstrap gave the role",
        save_step(f"the policy {name}"),
        f"The role has it in place of AdministratorAccess, its default. {commands.FIVE_VERSIONS}",
        *steps,
        statements=tuple(statements),
        # Long lines wrap badly.
        commands=(f"policy={arn}", *(each.replace(arn, '"$policy"') for each in lines)),
        url=pages.MANAGE_POLICIES,
    )
    return attrs.evolve(remedy, is_addition=True)
