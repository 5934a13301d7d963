"""Allow an action in the policy that ``cdk bootstrap`` gave the role with which CloudFormation works.

The stack of the bootstrap owns the role, so that its next update can undo other changes of the role:
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.labels import Labelled
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import identity_remedy, save_step
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap

_POLICY = "POLICY_ARN"
_REGION = lazy_pattern(r"\baws://[0-9]{12}/([a-z0-9-]{6,30})")
_QUALIFIER = lazy_pattern(rf"--qualifier[ =][\"']?({cdk_bootstrap.QUALIFIER})\b")
# Who bootstrapped the environment.
_TEAM = lazy_pattern(
    r"(?i)\bbootstrapped\b[^.;\n]{0,40}? by (?:the|our) (?P<first>(?:[a-z-]{2,20} ){1,2}team)\b"
    r"|\b(?:the|our) (?P<last>(?:[a-z-]{2,20} ){1,2}team) (?:has |had )?bootstrapped\b"
)
_AWS_TYPE = lazy_pattern(r"AWS::[A-Za-z0-9]{1,40}::[A-Za-z0-9]{1,60}")


def is_execution_role(denial: Denial) -> bool:
    """Return whether the caller is a role with which CloudFormation works, as ``cdk bootstrap`` names it."""
    found = None if denial.role is None else cdk_bootstrap.ROLE.match(denial.role.name)
    return found is not None and found["purpose"] == "cfn-exec"


def _find_policy(denial: Denial, role: str) -> str | None:
    """Return the ARN of the policy of a role with which CloudFormation works, if the text has the bootstrap that gave it."""
    found, text = cdk_bootstrap.ROLE.match(role), denial.failure.text
    # A bootstrap of another Region, or with another qualifier, has other roles.
    regions, qualifiers = _REGION.findall(text), _QUALIFIER.findall(text)
    if found is None or found["qualifier"] not in (qualifiers or [cdk_bootstrap.DEFAULT_QUALIFIER]):
        return None
    if regions and found["region"] not in regions:
        return None
    return cdk_bootstrap.find_execution_policy(text, denial.account)


def _describe_owner(text: str) -> str:
    """Return the sentence that whoever bootstrapped the environment decides about its policy."""
    team = only_one({each["first"] or each["last"] for each in _TEAM.finditer(text)})
    if team is None:
        return "Agree the change with whoever bootstrapped the environment."
    return f"The {team} bootstrapped the environment: the change is its to make, or to agree to."


def extend_policy(
    denial: Denial, what: str, steps: Sequence[str], statements: Sequence[dict[str, Any]]
) -> Remedy:
    """Return the remedy that adds statements to the policy of such a role, which allow the actions in words."""
    role = "" if denial.role is None else denial.role.name
    arn = _find_policy(denial, role)
    lines = (*commands.show_policy_commands(_POLICY), commands.change_policy(_POLICY))
    # Long lines wrap badly.
    written = (f"policy={arn or _POLICY}", *(each.replace(_POLICY, '"$policy"') for each in lines))
    # Few denials are of a bootstrapped role, and the module has many patterns.
    from iamtriage.explaining._rules.shared.texts.deployment_tools import find_stack

    stack = find_stack(denial.failure, denial.facts)
    if stack is not None and stack.type is not None and _AWS_TYPE.fullmatch(stack.type):
        # https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
        steps = (
            *steps,
            f"CloudFormation also reads, tags and deletes what it creates, and AWS names one missing action at a time. The permissions of handlers list them all: aws cloudformation describe-type --type RESOURCE --type-name {stack.type} --query Schema --output text",
        )
    if arn is not None:
        name = arn.rpartition("/")[2]
        title = f"Allow {what} in the policy {name}, which cdk bootstrap gave the role"
        about = f"The role has only it, in place of AdministratorAccess, its default. {_describe_owner(denial.failure.text)}"
    else:
        name, title = "", f"Allow {what} in a policy that cdk bootstrap gave the role"
        about = "If AWS manages all its policies, create one, and repeat cdk bootstrap with the ARNs of all in --cloudformation-execution-policies, which can undo other changes."
        find = "aws iam list-attached-role-policies --role-name {}"
        then = Labelled.required(f"Then, with {_POLICY} filled in:", written[0])
        written = (commands.fill_command(find, role), then, *written[1:])
    remedy = identity_remedy(
        title,
        save_step(f"the policy {name}".rstrip()),
        about,
        *steps,
        statements=tuple(statements),
        commands=written,
        url=pages.MANAGE_POLICIES,
    )
    return attrs.evolve(remedy, is_addition=True)
