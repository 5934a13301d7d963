"""Explain that StackSets cannot assume the execution role of a target account, or that a service-linked role is missing.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.calls.service_roles import find_linked_role, missing_role
from iamtriage.explaining._rules.denials import assuming_roles
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.remedies import present, save_step, trust_remedy
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._grants import build_grant

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.calls.service_roles import LinkedRole
    from iamtriage.explaining._rules.shared.denial import Denial

_NAME = r"[\w+=,.@-]{1,64}"
_SENTENCE = lazy_pattern(
    rf"\bAccount (?P<account>[0-9]{{12}}) should have '(?P<role>{_NAME})' role with trust relationship to Role '(?P<caller>{_NAME})'",
    re.ASCII,
)
_PAGE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html"


def explain_target_account(denial: Denial) -> Explanation:
    """Explain that the target account has no execution role that trusts the administration role."""
    found = _SENTENCE.search(message_text(denial))
    account, role = "TARGET_ACCOUNT_ID", "AWSCloudFormationStackSetExecutionRole"
    caller = "AWSCloudFormationStackSetAdministrationRole"
    if found is not None:
        account, role, caller = found.group("account", "role", "caller")
    partition = denial.location.partition or "aws"
    existing = save_step("its trust policy", "trust.json")
    show, update = commands.trust_policy_commands(role)
    create = "aws iam create-role --role-name {} --assume-role-policy-document file://trust.json"
    allow_assume = allow("sts:AssumeRole", f"arn:{partition}:iam::{account}:role/{role}")
    administrator = {"AWS": f"arn:{partition}:iam::ADMINISTRATOR_ACCOUNT_ID:role/{caller}"}
    return denial.explain(
        f"StackSets cannot assume the role {role} in account {account}: the role does not exist there, or it does not trust {caller}.",
        assuming_roles.NO_SUCH_ROLE.cause(text=f"Account {account} has no role {role}."),
        assuming_roles.CALLER_NOT_TRUSTED.cause(
            text=f"The trust policy of {role} does not allow {caller} of the administrator account."
        ),
        NO_IDENTITY_ALLOW.cause(text=f"No policy of {caller} allows sts:AssumeRole on {role}."),
        topic="assume-role",
        remedies=(
            trust_remedy(
                f"Create the role in account {account}, or correct its trust policy",
                f"With credentials of account {account}, check whether the role exists. If not, create it with this trust policy as trust.json, and attach the permissions that the stacks need.",
                f"If it exists: {existing[:1].lower()}{existing[1:]}",
                f"In the administrator account, the policy of {caller} needs the statement {json.dumps(allow_assume)}.",
                commands=(show, fill_command(create, role), update),
                policy=build_document([allow("sts:AssumeRole", principal=administrator)]),
                url=_PAGE,
            ),
        ),
        notes=(
            "The permissions of the person who creates the stack set do not help: StackSets uses the two roles.",
        ),
    )


_MAY_NOT_CREATE = lazy_pattern(
    r"permissions? to create|CreationNotPermitted|creation access denied|CreateServiceLinkedRole",
    re.IGNORECASE,
)


def explain_missing_role(denial: Denial) -> Explanation:
    """Explain that the account lacks a service-linked role, and that the caller is not allowed to create it."""
    text = denial_paragraph(denial.failure)
    services = (denial.service or "", *(action.partition(":")[0] for action in denial.actions))
    role = find_linked_role(text, services)
    if _MAY_NOT_CREATE.search(text) is None:
        summary = "The account has no service-linked role for {} yet."
        return missing_role(denial, text, role, summary)
    controller = find_controller(denial.failure.text) if denial.principal_text is None else None
    caller = denial.caller if controller is None else f"the role of {controller.name}"
    summary = (
        f"The account has no service-linked role for {{}} yet, and {caller} is not allowed to create it."
    )
    return missing_role(denial, text, role, summary, *present(_allow_creation(denial, role, caller)))


def _allow_creation(denial: Denial, role: LinkedRole | None, caller: str) -> Remedy | None:
    if role is None:
        return None
    location = denial.location
    path = f"role/aws-service-role/{role.principal}/{role.role}"
    arn = f"arn:{location.partition or 'aws'}:iam::{commands.account(denial.account)}:{path}"
    return allow_remedy(
        denial,
        grant=build_grant("iam:CreateServiceLinkedRole", arn, location),
        title=f"Or allow iam:CreateServiceLinkedRole for {caller}, only on {path}",
        url=pages.SERVICE_LINKED,
    )
