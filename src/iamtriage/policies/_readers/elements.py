"""Read the elements of policy documents as they are written, whatever else is wrong with the documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from iamtriage._text import clip_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = (
    "allow_statements",
    "as_mapping",
    "as_strings",
    "condition_values",
    "deny_statements",
    "is_for_everyone",
    "iterate_conditions",
    "iterate_statements",
    "parse_document",
    "principal_names",
    "shown_sid",
)


def parse_document(policy: Mapping[str, Any] | str | None) -> Mapping[str, Any] | None:
    """Return the document of a policy, or ``None`` if it is not one."""
    if isinstance(policy, str):
        try:
            parsed: object = json.loads(policy)
        except (ValueError, RecursionError):
            return None
        return cast("Mapping[str, Any]", parsed) if isinstance(parsed, dict) else None
    return policy


def iterate_statements(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the statements of a policy document."""
    statements: object = document.get("Statement")
    for each in cast("list[object]", statements) if isinstance(statements, list) else [statements]:
        if isinstance(each, dict):
            yield cast("dict[str, Any]", each)


def allow_statements(policy: Mapping[str, Any] | str | None) -> list[dict[str, Any]]:
    """Return the statements of a policy that allow something."""
    statements = iterate_statements(parse_document(policy) or {})
    return [each for each in statements if each.get("Effect") == "Allow"]


def deny_statements(policy: Mapping[str, Any] | str | None) -> list[dict[str, Any]]:
    """Return the statements of a policy that deny something."""
    statements = iterate_statements(parse_document(policy) or {})
    return [each for each in statements if each.get("Effect") == "Deny"]


def as_mapping(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one for another value."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_strings(value: object) -> list[str]:
    """Return the strings of an element of a policy."""
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def shown_sid(statement: Mapping[str, Any]) -> str:
    """Return the Sid of a statement as an explanation shows it, or an empty string."""
    sid = statement.get("Sid")
    return clip_text(sid) if isinstance(sid, str) else ""


def principal_names(statement: Mapping[str, Any], *kinds: str) -> list[str]:
    """Return the principals of a statement: of all kinds, or of some such as ``Federated``.

    >>> principal_names({"Principal": {"Service": "ec2.amazonaws.com", "AWS": ["111122223333"]}}, "AWS")
    ['111122223333']
    >>> principal_names({"Principal": "*"})
    ['*']
    """
    stated = statement.get("Principal")
    principal = {"AWS": stated} if isinstance(stated, str) else as_mapping(stated)
    return [name for kind in kinds or principal for name in as_strings(principal.get(kind))]


def is_for_everyone(statement: Mapping[str, Any]) -> bool:
    """Return whether the principal of a statement is everyone."""
    return principal_names(statement) == ["*"]


def iterate_conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the operator, the key and the values of each condition of a statement."""
    for operator, block in as_mapping(statement.get("Condition")).items():
        for key, value in as_mapping(block).items():
            yield str(operator), str(key), condition_values(value)


def condition_values(value: object) -> tuple[str, ...]:
    """Return the values of a condition, which can also be booleans and numbers.

    >>> condition_values([True, "a", 5])
    ('true', 'a', '5')
    """
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return tuple(
        str(each).lower() if isinstance(each, bool) else str(each)
        for each in values
        if isinstance(each, str | int | float)
    )
