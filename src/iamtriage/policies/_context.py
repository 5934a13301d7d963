"""Parse the condition keys of a request, and check other arguments.

Keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from iamtriage._text import quote_json, wrong_type_message
from iamtriage.policies._conditions import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("TIME_KEY", "parse_context", "require_mapping", "require_string", "to_strings")

TIME_KEY = "aws:currenttime"


def parse_context(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return condition keys in lower case, with their values in IAM's format.

    Raises:
        ValueError: ``aws:CurrentTime`` is not a time.
        TypeError: A value has the wrong type.

    >>> parse_context({"aws:SecureTransport": True, "aws:TagKeys": ["team", "stage"]})
    {'aws:securetransport': ('true',), 'aws:tagkeys': ('team', 'stage')}
    """
    context: dict[str, tuple[str, ...]] = {}
    for key, value in given.items():
        # A key without values is missing.
        context[key.lower()] = tuple(
            _parse_context_value(each, key) for each in _iterate(value) if each is not None
        )
    for time in context.get(TIME_KEY, ()):
        if parse_date(time) is None:
            msg = f"aws:CurrentTime must be an ISO 8601 date or seconds since 1970, not {quote_json(time)}"
            raise ValueError(msg)
    return context


def _parse_context_value(value: object, key: str) -> str:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    text = _to_string(value)
    if text is None:
        expected = "a string, a number, a boolean, a date or bytes, or a list of them"
        raise TypeError(wrong_type_message(f"the value of {quote_json(key)}", expected, value))
    return text


def to_strings(value: object) -> tuple[str, ...]:
    """Convert the values of a claim to strings. Objects are omitted, because condition keys have none."""
    strings = (_to_string(each) for each in _iterate(value))
    return tuple(each for each in strings if each is not None)


def _iterate(value: object) -> Iterable[object]:
    if isinstance(value, (set, frozenset)):
        # Sorted, so the result is the same each time.
        return sorted(cast("Iterable[object]", value), key=str)
    return cast("Iterable[object]", value) if isinstance(value, (list, tuple)) else (value,)


def _to_string(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) < 10**40:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else str(value)
    return str(value) if isinstance(value, Decimal) and value.is_finite() else None


def require_string(value: object, argument: str) -> str:
    """Return a string, or raise ``TypeError`` for anything else."""
    if isinstance(value, str):
        return value
    raise TypeError(wrong_type_message(argument, "a string", value))


def require_mapping(value: object, argument: str) -> Mapping[str, Any]:
    """Return a mapping with strings as keys, or raise ``TypeError`` for anything else."""
    if not isinstance(value, Mapping):
        raise TypeError(wrong_type_message(argument, "a mapping", value))
    for key in cast("Mapping[object, object]", value):
        if not isinstance(key, str):
            raise TypeError(wrong_type_message(f"a key of {argument}", "a string", key))
    return cast("Mapping[str, Any]", value)
