"""Read the statements of a trust policy."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._rendering.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


__all__ = (
    "LiteralPattern",
    "as_strings",
    "expected_subjects",
    "find_literal_pattern",
    "find_provider",
    "iterate_statements",
    "mapping",
    "parse_document",
)

_PROVIDER = "oidc-provider/"


def find_provider(policy: Mapping[str, Any] | str | None) -> str | None:
    """Return the ARN of the only OIDC provider that a trust policy names.

    >>> find_provider('{"Statement": {"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}}}')
    'arn:aws:iam::111122223333:oidc-provider/gitlab.com'
    """
    document = parse_document(policy) if policy is not None else None
    found: set[str] = set()
    for statement in iterate_statements(document) if document is not None else ():
        principal = mapping(statement.get("Principal"))
        found.update(each for each in as_strings(principal.get("Federated")) if _PROVIDER in each)
    return found.pop() if len(found) == 1 else None


@attrs.frozen(eq=False, repr=False)
class LiteralPattern(Value):
    """A value with wildcards that a condition compares literally.

    Attributes:
        operator: The operator, such as ``"StringEquals"``.
        value: The value, such as ``"repo:acme/*"``.
        fixed: The whole policy with the operator that supports wildcards.
    """

    operator: str
    value: str
    fixed: dict[str, Any]


def find_literal_pattern(policy: Mapping[str, Any] | str | None) -> LiteralPattern | None:
    """Return the first subject with wildcards in an Allow statement that a condition compares literally."""
    document = parse_document(policy)
    if document is None:
        return None
    fixed = copy.deepcopy(dict(document))
    for statement in iterate_statements(fixed):
        conditions = mapping(statement.get("Condition"))
        for operator, block in list(conditions.items()) if statement.get("Effect") == "Allow" else ():
            like = operator.replace("StringEqualsIgnoreCase", "StringLike").replace(
                "StringEquals", "StringLike"
            )
            for key, value in list(mapping(block).items()):
                patterns = [each for each in as_strings(value) if set("*?") & set(each)]
                if like == operator or not patterns or not key.endswith(":sub"):
                    continue
                conditions[like] = {**mapping(conditions.get(like)), key: block.pop(key)}
                if not block:
                    del conditions[operator]
                return LiteralPattern(operator, patterns[0], fixed)
    return None


def expected_subjects(policy: Mapping[str, Any] | str | None) -> tuple[str, ...]:
    """Return the subjects that the Allow statements of a trust policy expect.

    >>> expected_subjects('{"Statement": {"Effect": "Allow", "Condition": {"StringLike": {"gitlab.com:sub": "a"}}}}')
    ('a',)
    """
    document = parse_document(policy)
    return tuple(
        value
        for statement in (iterate_statements(document) if document is not None else ())
        if statement.get("Effect") == "Allow"
        for block in mapping(statement.get("Condition")).values()
        for key, values in mapping(block).items()
        if key.endswith(":sub")
        for value in as_strings(values)
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


def mapping(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one for another value."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_strings(value: object) -> list[str]:
    """Return the strings of an element of a policy."""
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
