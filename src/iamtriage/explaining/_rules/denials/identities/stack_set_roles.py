"""Explain that StackSets cannot use one of its roles.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.roles import assuming_roles
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.denial_remedies import STACK_SET_OPTION
from iamtriage.explaining._rules.shared.remedies import save_step, trust_remedy
from iamtriage.policies._documents import allow, build_document

_NAME = r"[\w+=,.@-]{1,64}"
_SENTENCE = lazy_pattern(
    rf"\bAccount (?P<account>[0-9]{{12}}) should have '(?P<role>{_NAME})' role with trust relationship to (?:Role '(?P<caller>{_NAME})'|CloudFormation\b)",
    re.ASCII,
)
_PAGE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html"
_TWO_ROLES = (
    "The permissions of the person who creates the stack set do not help: StackSets uses the two roles."
)


def explain_target_account(denial: Denial) -> Explanation:
    """Explain that the target account has no execution role that trusts the administration role."""
    found = _SENTENCE.search(message_text(denial))
    if found is not None and found["caller"] is None:
        return _explain_administration_role(denial, found["account"], found["role"])
    account, role = "TARGET_ACCOUNT_ID", "AWSCloudFormationStackSetExecutionRole"
    caller = "AWSCloudFormationStackSetAdministrationRole"
    if found is not None:
        account, role, caller = found.group("account", "role", "caller")
    partition = denial.location.partition or "aws"
    stack_set = STACK_SET_OPTION.search(denial.failure.text)
    of_set = f" of the stack set {stack_set[1]}" if stack_set else ""
    show, update = commands.trust_policy_commands(role)
    # Of two accounts in a text, the other one has the stack set.
    own = only_one(set(ACCOUNT_IN_TEXT.findall(denial.failure.text)) - {account}, "ADMINISTRATOR_ACCOUNT_ID")
    administrator = {"AWS": f"arn:{partition}:iam::{own}:role/{caller}"}
    trusting = build_document([allow("sts:AssumeRole", principal=administrator)])
    return denial.explain(
        f"StackSets cannot assume the role {role} in account {account}: the role does not exist there, or it does not trust {caller}.",
        assuming_roles.NO_SUCH_ROLE.cause(
            text=f"The role was not created in account {account}. Each target account needs it, unless the stack set has service-managed permissions (AWS Organizations)."
        ),
        assuming_roles.CALLER_NOT_TRUSTED.cause(
            text=f"The role exists, but its trust policy does not allow {caller} of the administrator account."
        ),
        NO_IDENTITY_ALLOW.cause(text=f"No policy of {caller} allows sts:AssumeRole on {role}."),
        topic="assume-role",
        remedies=(
            _create_remedy(
                account,
                role,
                commands.fill_command(
                    "aws iam attach-role-policy --role-name {} --policy-arn POLICY_ARN", role
                ),
                f"If create-role prints EntityAlreadyExists, allow {caller} in the trust policy of the role instead. POLICY_ARN is a policy that allows what the stacks do.",
                f"In the administrator account{'' if own.startswith('ADMIN') else f' {own}'}, allow sts:AssumeRole on arn:{partition}:iam::{account}:role/{role} in the policy of {caller}, and repeat the operation{of_set}.",
                trusting=trusting,
            ),
            trust_remedy(
                "Or, if the role exists, correct its trust policy",
                save_step("its trust policy", "trust.json"),
                commands=(show, update),
                policy=trusting,
                url=_PAGE,
            ),
        ),
        notes=_TWO_ROLES,
    )


def _create_remedy(account: str, role: str, grant: str, *steps: str, trusting: Mapping[str, Any]) -> Remedy:
    """Return the remedy that creates a role, and grants it what it needs with a command."""
    create = "aws iam create-role --role-name {} --assume-role-policy-document file://trust.json"
    return trust_remedy(
        f"Create the role in account {account}",
        *steps,
        commands=(commands.fill_command(create, role), grant),
        policy=trusting,
        is_addition=False,
        url=_PAGE,
    )


def _explain_administration_role(denial: Denial, account: str, role: str) -> Explanation:
    """Explain that the administrator account has no role that trusts CloudFormation."""
    partition = denial.location.partition or "aws"
    service = "cloudformation.amazonaws.com"
    trusting = build_document([allow("sts:AssumeRole", principal={"Service": service})])
    execution = f"arn:{partition}:iam::*:role/AWSCloudFormationStackSetExecutionRole"
    return denial.explain(
        f"StackSets cannot use the role {role} in account {account}: it does not exist, or does not trust {service}.",
        assuming_roles.NO_SUCH_ROLE.cause(text=f"The role was not created in account {account}."),
        assuming_roles.CALLER_NOT_TRUSTED.cause(
            text=f"The role exists, but its trust policy does not allow {service}."
        ),
        topic="assume-role",
        remedies=(
            _create_remedy(
                account,
                role,
                commands.fill_command(
                    "aws iam put-role-policy --role-name {} --policy-name AssumeExecutionRole --policy-document {}",
                    role,
                    json.dumps(build_document([allow("sts:AssumeRole", execution)])),
                ),
                "If create-role prints EntityAlreadyExists, correct the trust policy of the role instead.",
                "Each target account then needs the role AWSCloudFormationStackSetExecutionRole, which trusts this one.",
                trusting=trusting,
            ),
        ),
        notes=_TWO_ROLES,
    )
