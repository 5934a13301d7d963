"""Change the statements and conditions of policies: what does not change keeps its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from iamtriage.policies._readers.elements import as_mapping, as_strings, iterate_statements, parse_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from iamtriage.trust._evaluation import TrustResult


class Condition(NamedTuple):
    """A condition of a statement, as written."""

    operator: str
    key: str
    value: Any


def change_statements(
    policy: Mapping[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Return a policy with each statement changed.

    >>> change_statements({"Statement": {"Effect": "Deny"}}, lambda each: {**each, "Effect": "Allow"})
    {'Statement': {'Effect': 'Allow'}}
    """
    changed = [change(each) for each in iterate_statements(policy)]
    is_list = isinstance(policy.get("Statement"), list)
    return {**policy, "Statement": changed if is_list or not changed else changed[0]}


def replace_statement(
    policy: Mapping[str, Any], old: Mapping[str, Any], new: dict[str, Any]
) -> dict[str, Any]:
    """Return a policy with another statement in place of one of its own."""
    return change_statements(policy, lambda each: new if each is old else each)


def change_conditions(
    statement: Mapping[str, Any], change: Callable[[Condition], Condition | None]
) -> dict[str, Any]:
    """Return a statement with each condition changed, or without those for which ``change`` returns ``None``."""
    if "Condition" not in statement:
        return dict(statement)
    conditions: dict[str, dict[str, Any]] = {}
    moved: list[Condition] = []
    for operator, block in as_mapping(statement["Condition"]).items():
        for key, value in as_mapping(block).items():
            changed = change(Condition(operator, key, value))
            if changed is not None and changed.operator == operator:
                conditions.setdefault(operator, {})[changed.key] = changed.value
            elif changed is not None:
                moved.append(changed)
    for operator, key, value in moved:
        conditions.setdefault(operator, {})[key] = value
    return {**statement, "Condition": conditions}


def replace_condition(
    statement: Mapping[str, Any], operator: str, key: str, new: Condition | None
) -> dict[str, Any]:
    """Return a statement with another condition in place of one of its own, or without it.

    >>> statement = {"Condition": {"ArnLike": {"aws:SourceVpc": "vpce-1"}}}
    >>> replace_condition(statement, "ArnLike", "aws:SourceVpc", Condition("StringLike", "aws:SourceVpce", "vpce-1"))
    {'Condition': {'StringLike': {'aws:SourceVpce': 'vpce-1'}}}
    """
    return change_conditions(statement, lambda each: new if each[:2] == (operator, key) else each)


def add_condition(
    statement: Mapping[str, Any], operator: str, key: str, value: str | list[str]
) -> dict[str, Any]:
    """Return a Deny statement with another condition, which exempts what the statement exempts with the same key, too.

    >>> statement = {"Condition": {"ArnNotLike": {"aws:principalarn": "A"}}}
    >>> add_condition(statement, "ArnNotLike", "aws:PrincipalArn", "B")
    {'Condition': {'ArnNotLike': {'aws:principalarn': ['A', 'B']}}}
    """
    conditions = dict(as_mapping(statement.get("Condition")))
    keys = dict(as_mapping(conditions.get(operator)))
    own = next((each for each in keys if each.lower() == key.lower()), key)
    values = list(dict.fromkeys([*as_strings(keys.get(own)), *as_strings(value)]))
    conditions[operator] = {**keys, own: values if len(values) > 1 else values[0]}
    return {**statement, "Condition": conditions}


def replace_failed_condition(
    policy: Mapping[str, Any] | str | None,
    result: TrustResult,
    change: Callable[[Condition], Condition | None],
) -> dict[str, Any] | None:
    """Return a trust policy with another condition in place of the one that an evaluation names, ``None`` if that is no change."""
    document = parse_document(policy)
    statements = [] if document is None else list(iterate_statements(document))
    if document is None or result.statement is None or result.statement >= len(statements):
        return None
    failed = statements[result.statement]
    operator, _, key = (result.condition or "").partition(" ")
    block = as_mapping(as_mapping(failed.get("Condition")).get(operator))
    if key not in block:
        return None
    new = change(Condition(operator, key, block[key]))
    fixed = replace_statement(document, failed, replace_condition(failed, operator, key, new))
    return fixed if fixed != document else None
