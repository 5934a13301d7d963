"""Explain that the caller may not create a service-linked role that the call needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.calls.service_linked_roles import find_linked_role, missing_role
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.policies._grants import build_grant

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.calls.service_linked_roles import LinkedRole
    from iamtriage.explaining._rules.shared.denial import Denial

_MAY_NOT_CREATE = lazy_pattern(
    r"permissions? to create|CreationNotPermitted|creation access denied|CreateServiceLinkedRole",
    re.IGNORECASE,
)


def explain_missing_role(denial: Denial) -> Explanation:
    """Explain that the account lacks a service-linked role, and that the caller may not create it."""
    text = denial_paragraph(denial.failure)
    services = (denial.service or "", *(action.partition(":")[0] for action in denial.actions))
    role = find_linked_role(text, services)
    if _MAY_NOT_CREATE.search(text) is None:
        summary = "The account has no service-linked role for {} yet."
        return missing_role(denial, text, role, summary)
    summary = f"The account has no service-linked role for {{}} yet, and {denial.caller} may not create it."
    return missing_role(denial, text, role, summary, *present(_allow_creation(denial, role)))


def _allow_creation(denial: Denial, role: LinkedRole | None) -> Remedy | None:
    if role is None:
        return None
    location = denial.location
    path = f"role/aws-service-role/{role.principal}/{role.role}"
    arn = f"arn:{location.partition or 'aws'}:iam::{commands.account(denial.account)}:{path}"
    return allow_remedy(
        denial,
        grant=build_grant("iam:CreateServiceLinkedRole", arn, location),
        title=f"Or allow iam:CreateServiceLinkedRole for {denial.caller}, only for {role.principal}",
        url=pages.SERVICE_LINKED,
    )
