"""Have a Deny that keeps calls within accounts or an organization exempt the account that owns the resource.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from iamtriage._patterns import only_one
from iamtriage._text import clip_text
from iamtriage.arns._names import ACCOUNT
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials.conditions.deny_conditions import accepts_listed_values
from iamtriage.explaining._rules.denials.denies import deny_remedies
from iamtriage.explaining._rules.shared.remedies import account_remedy, organization_remedy

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_statements import DenyingCondition

_ACCOUNT = "aws:ResourceAccount"
_PATHS = "aws:resourceorgpaths"
_KEYS = frozenset({"aws:resourceaccount", "aws:resourceorgid", _PATHS})
_OF_ORGANIZATION = frozenset({"service_control", "resource_control"})


def perimeter_remedy(denial: Denial, condition: DenyingCondition) -> Remedy | None:
    """Return how a Deny exempts an account, ``None`` if its condition is not on who owns the resource.

    Args:
        denial: The denial.
        condition: The condition that matched.
    """
    key = condition.key
    is_of_account = key.lower() == _ACCOUNT.lower()
    # The ARN of a bucket has no account.
    account = only_one(condition.request_values or ()) if is_of_account else denial.resource_account
    if key.lower() not in _KEYS or ACCOUNT.fullmatch(account or "") is None:
        return None
    if not accepts_listed_values(condition):
        return None
    listed = (*condition.policy_values, *((account,) if is_of_account else ()))
    # A Deny matches only if all of its conditions do. Paths have an operator of their own.
    compared: dict[str, object] = (
        {} if key.lower() == _PATHS else {key: listed[0] if len(listed) == 1 else listed}
    )
    if not is_of_account:
        compared[_ACCOUNT] = account
    where = f"the statement {clip_text(condition.sid)}" if condition.sid else "the Deny"
    change = deny_remedies.change_step(denial).removeprefix(f"{deny_remedies.IF_NEEDED}, ")
    build = organization_remedy if denial.policy_type in _OF_ORGANIZATION else account_remedy
    return build(
        f"Have {where} exempt account {account}, if the call to it is intended",
        f"No option of the call changes who owns the resource. Such a Deny is a data perimeter, most likely on purpose: {change}",
        f"In the condition of {where}, beside other conditions:",
        manifest=f'"StringNotEquals": {json.dumps(compared)}',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html",
    )
