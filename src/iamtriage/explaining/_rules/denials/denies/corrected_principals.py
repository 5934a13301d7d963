"""Correct a Deny statement of the text that means to exempt the role of the caller, but names it in another form.

aws:PrincipalArn is the ARN of the role, with its path, in all its sessions:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.denials.conditions.request_conditions import are_met
from iamtriage.explaining._rules.denials.denies.corrections import Correction
from iamtriage.explaining._rules.denials.resource_commands import principal_arn_pattern
from iamtriage.explaining._rules.shared.policies.policy_changes import Condition, replace_condition
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from iamtriage.explaining._rules.basics import Denial
    from iamtriage.explaining._rules.denials.denies.stated_denies import StatedDeny

_RESERVED = "aws-reserved/sso.amazonaws.com/"
# Only ArnNotLike and StringNotLike have wildcards.
_LITERAL = "StringNotEquals"
_SESSION = lazy_pattern(
    r"(?a)arn:(?P<partition>aws[a-z-]{0,12}):sts::(?P<account>\d{12}|\*):assumed-role/(?P<name>[\w+=,.@*?-]{1,64})(?:/.*)?"
)


def name_role(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with the role of the caller instead of its sessions, whose ARN aws:PrincipalArn never has."""
    role = denial.role
    if role is None or not are_met(stated.checked):
        return None
    for each in stated.checked:
        sessions = {value: found for value in each.values if (found := _SESSION.fullmatch(value))}
        own = any(matches(role.name, compile_glob(found["name"])) for found in sessions.values())
        if each.key.lower() != "aws:principalarn" or "Not" not in each.operator or not own:
            continue
        values = [_arn_of_role(found) if (found := sessions.get(value)) else value for value in each.values]
        is_pattern = each.operator.startswith(_LITERAL) and any("*" in value for value in values)
        operator = "ArnNotLike" if is_pattern else each.operator
        named = Condition(operator, each.key, values if len(values) > 1 else values[0])
        return Correction(
            f"{stated.words} of {stated.policy.name} exempts the sessions of {denial.caller}, but aws:PrincipalArn is always the ARN of the role",
            f"Name the role instead of its sessions in {stated.words}",
            (
                "The role is then exempt in all its sessions. If it has a path, write the ARN that aws iam get-role prints.",
            ),
            replace_condition(statement, each.operator, each.key, named),
        )
    return None


def _arn_of_role(session: re.Match[str]) -> str:
    name = session["name"]
    # The path of these roles has their Region.
    path = f"{_RESERVED}*" if name.startswith("AWSReservedSSO_") else ""
    return f"arn:{session['partition']}:iam::{session['account']}:role/{path}{name}"


def match_role(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with a value that matches the role of the caller, which has a path, or an operator with wildcards."""
    role = denial.role
    if role is None:
        return None
    for each in stated.checked:
        own = [value for value in each.values if _names_role(value, role.name, role.account)]
        if each.key.lower() != "aws:principalarn" or "Not" not in each.operator or len(own) != 1:
            continue
        head, _, tail = own[0].partition(":role/")
        path = principal_arn_pattern(denial).partition(":role/")[2].rpartition("/")[0]
        is_literal = each.operator.startswith(_LITERAL) and ("*" in own[0] or "?" in own[0])
        full = own[0]
        if role.name.startswith("AWSReservedSSO_"):
            if matches(f"{_RESERVED}REGION/{role.name}", compile_glob(tail)):
                continue
            full = f"{head}:role/{_RESERVED}*{tail.rpartition('/')[2]}"
        elif path and "*" not in path:
            full = f"{head}:role/{path}/{tail.rpartition('/')[2]}"
        operator = "ArnNotLike" if "*" in full and each.operator.startswith(_LITERAL) else each.operator
        if full == own[0] and operator == each.operator:
            continue
        values = [full if value == own[0] else value for value in each.values]
        why = (
            f"{each.operator} has no wildcards"
            if is_literal
            else "the ARN of the role has a path, which the value lacks"
        )
        named = Condition(operator, each.key, values if len(values) > 1 else values[0])
        return Correction(
            f"{stated.words} of {stated.policy.name} should exempt {denial.caller}, but does not match it: {why}",
            f"Let {stated.words} match the role",
            (
                f"IAM Identity Center puts its roles into the path /{_RESERVED}, in most cases with its Region: the * stands for that."
                if _RESERVED in full
                else "aws iam get-role prints the ARN of the role, with its path.",
            ),
            replace_condition(statement, each.operator, each.key, named),
        )  # fmt: skip
    return None


def _names_role(value: str, name: str, account: str) -> bool:
    """Return whether a pattern of ARNs is for a role of this name, in whatever path."""
    parts = value.split(":", 5)
    is_role = len(parts) > 5 and parts[2] == "iam" and parts[5].startswith("role/")
    return (
        is_role
        and matches(name, compile_glob(value.rpartition("/")[2]))
        and matches(account, compile_glob(parts[4]))
    )
