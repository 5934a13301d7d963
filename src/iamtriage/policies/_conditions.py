"""Evaluate IAM condition operators.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
and, for multivalued and missing keys,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.policies._patterns import Pattern, compile_regex, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = (
    "Operator",
    "PolicyValue",
    "all_true",
    "any_true",
    "evaluate_condition",
    "parse_date",
    "parse_operator",
)

# Characters. STS rejects longer tokens, so longer values are not compared.
_MAX_LENGTH = 20_000
_NUMBER = lazy_pattern(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_MONTH = lazy_pattern(r"[0-9]{4}-[0-9]{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen(eq=False)
class PolicyValue:
    """A value in a policy's condition, with its variables replaced.

    Attributes:
        text: The value with its wildcards as written.
        pattern: The value as a pattern. Escaped wildcards are ordinary characters in it.
    """

    text: str
    pattern: Pattern


def _is_negated(operator: Operator) -> bool:
    return "Not" in operator.base


def _name_comparison(operator: Operator) -> str:
    return operator.base.replace("Not", "") if operator.is_negated else operator.base


@attrs.frozen(eq=False)
class Operator:
    """A parsed condition operator.

    Attributes:
        name: The operator as the policy writes it.
        base: The operator without prefix and suffix, as IAM writes it: ``"StringEquals"``.
        set_operator: ``"ForAllValues"``, ``"ForAnyValue"`` or ``None``.
        if_exists: Whether a missing key meets the condition.
        is_negated: Whether a request value meets the condition if it matches no policy value.
        comparison: The operator without prefix, suffix and negation, which compares one value with another.
    """

    name: str
    base: str
    set_operator: Literal["ForAllValues", "ForAnyValue"] | None = None
    if_exists: bool = False
    is_negated: bool = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_is_negated, takes_self=True)
    )
    comparison: str = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_name_comparison, takes_self=True)
    )

    @property
    def supports_wildcards(self) -> bool:
        """Whether ``*`` and ``?`` are wildcards in policy values."""
        return self.base.startswith(("StringLike", "StringNotLike", "Arn"))

    @property
    def supports_variables(self) -> bool:
        """Whether ``${…}`` is a variable in policy values."""
        return self.base.startswith(("String", "Arn"))


def parse_operator(name: str) -> Operator | None:
    """Parse the name of an operator; return ``None`` if IAM has no such operator.

    >>> parse_operator("ForAnyValue:StringLikeIfExists").base
    'StringLike'
    >>> parse_operator("StringMatches") is None
    True
    """
    prefix, colon, rest = name.rpartition(":")
    set_operator: Literal["ForAllValues", "ForAnyValue"] | None = None
    if colon:
        if prefix.lower() == "forallvalues":
            set_operator = "ForAllValues"
        elif prefix.lower() == "foranyvalue":
            set_operator = "ForAnyValue"
        else:
            return None
    lower = rest.lower()
    if_exists = lower.endswith("ifexists")
    base = _NAMES.get(lower.removesuffix("ifexists"))
    # NullIfExists does not exist: Null itself checks whether the key exists.
    if base is None or (base == "Null" and (if_exists or set_operator)):
        return None
    return Operator(name, base, set_operator, if_exists)


def evaluate_condition(
    operator: Operator, expected: Sequence[PolicyValue | None], values: Sequence[str]
) -> bool | None:
    """Return whether the values of a request meet a condition.

    Args:
        operator: The operator.
        expected: The policy's values; ``None`` for an unknown one.
        values: The request's values; empty if the key is missing.

    Returns:
        ``None`` if the result is unknown, because a value is unknown or invalid, or because the request has
        several values and the operator compares only one. IAM documents no result for that.
    """
    if len(values) == 1 and values[0] and operator.base != "Null":
        # The most common case first.
        return _evaluate_value(operator, expected, values[0])
    if operator.base == "Null":
        return any_true(_match_null(each, values) for each in expected)
    # For set operators, empty strings are a null data set, like a missing key.
    if not values or (operator.set_operator and not any(values)):
        if operator.set_operator:
            return operator.set_operator == "ForAllValues"
        return operator.if_exists or operator.is_negated
    if len(values) == 1:
        return _evaluate_value(operator, expected, values[0])
    results = {_evaluate_value(operator, expected, value) for value in values}
    if operator.set_operator == "ForAnyValue":
        return any_true(results)
    if operator.set_operator == "ForAllValues":
        return all_true(results)
    return results.pop() if len(results) == 1 else None


def any_true(results: Iterable[bool | None]) -> bool | None:
    """Return the logical *or* of results in three-valued logic, in which ``None`` is unknown."""
    seen = set(results)
    return True if True in seen else None if None in seen else False


def all_true(results: Iterable[bool | None]) -> bool | None:
    """Return the logical *and* of results in three-valued logic, in which ``None`` is unknown."""
    seen = set(results)
    return False if False in seen else None if None in seen else True


@lru_cache(maxsize=256)
def parse_date(text: str) -> Decimal | None:
    """Parse an ISO 8601 date or seconds since 1970, like IAM, and return seconds.

    The result is ``None`` if the text is neither.

    >>> parse_date("2026-01-01T00:00:00Z")
    Decimal('1767225600')
    >>> parse_date("soon") is None
    True
    """
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    # `fromisoformat` accepts the digits of every script.
    if len(text) > 40 or not text.isascii():
        return None
    # A year and a month are a date for the W3C: https://www.w3.org/TR/NOTE-datetime
    text = f"{text}-01" if _MONTH.fullmatch(text) else text
    try:
        date = datetime.fromisoformat(text)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        elapsed = date - _EPOCH
    except (ValueError, OverflowError):
        return None
    return Decimal(elapsed.days * 86400 + elapsed.seconds) + Decimal(elapsed.microseconds) / 1_000_000


def _evaluate_value(operator: Operator, expected: Sequence[PolicyValue | None], value: str) -> bool | None:
    if len(value) > _MAX_LENGTH:
        return None
    compare = _COMPARATORS[operator.comparison]
    matched: bool | None = False
    for each in expected:
        result = None if each is None else compare(each, value)
        if result:
            return not operator.is_negated
        if result is None:
            matched = None
    return matched if matched is None else operator.is_negated


def _match_null(expected: PolicyValue | None, values: Sequence[str]) -> bool | None:
    if expected is None or expected.text.lower() not in {"true", "false"}:
        return None
    expects_missing = expected.text.lower() == "true"
    if values and not any(values):
        # "false" requires a value that is not empty. AWS does not document whether an empty one meets "true":
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition_examples-multi-valued-context-keys.html
        return None if expects_missing else False
    return bool(values) is not expects_missing


def _string_equals(expected: PolicyValue, value: str) -> bool:
    return expected.text == value


def _string_equals_ignore_case(expected: PolicyValue, value: str) -> bool:
    return expected.text.lower() == value.lower()


def _string_like(expected: PolicyValue, value: str) -> bool:
    return compile_regex(expected.pattern).match(value) is not None


def _bool(expected: PolicyValue, value: str) -> bool | None:
    if not {expected.text.lower(), value.lower()} <= {"true", "false"}:
        return None
    return expected.text.lower() == value.lower()


def _arn_like(expected: PolicyValue, value: str) -> bool:
    """Match an ARN section by section. According to the AWS documentation, ArnEquals does the same."""
    sections, patterns = value.split(":", 5), _split_sections(expected.pattern)
    return len(sections) == len(patterns) == 6 and all(map(matches, sections, patterns))


def _split_sections(pattern: Pattern) -> list[Pattern]:
    sections: list[Pattern] = []
    start = 0
    for position, character in enumerate(pattern):
        if character == ":" and len(sections) < 5:
            sections.append(pattern[start:position])
            start = position + 1
    return [*sections, pattern[start:]]


def _ip_address(expected: PolicyValue, value: str) -> bool | None:
    network, address = _parse_network(expected.text), _parse_address(value)
    return None if network is None or address is None else address in network


@lru_cache(maxsize=1024)
def _parse_network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _parse_number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _build_comparator(
    parse: Callable[[str], Decimal | None], compare: Callable[[Decimal, Decimal], bool]
) -> Callable[[PolicyValue, str], bool | None]:
    def compare_parsed(expected: PolicyValue, value: str) -> bool | None:
        limit, parsed = parse(expected.text), parse(value)
        return None if limit is None or parsed is None else compare(parsed, limit)

    return compare_parsed


_COMPARATORS: dict[str, Callable[[PolicyValue, str], bool | None]] = {
    "StringEquals": _string_equals,
    "StringEqualsIgnoreCase": _string_equals_ignore_case,
    "StringLike": _string_like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _bool,
    "BinaryEquals": _string_equals,
    "IpAddress": _ip_address,
}
for _family, _parse in (("Numeric", _parse_number), ("Date", parse_date)):
    _COMPARATORS[f"{_family}Equals"] = _build_comparator(_parse, Decimal.__eq__)
    _COMPARATORS[f"{_family}LessThan"] = _build_comparator(_parse, Decimal.__lt__)
    _COMPARATORS[f"{_family}LessThanEquals"] = _build_comparator(_parse, Decimal.__le__)
    _COMPARATORS[f"{_family}GreaterThan"] = _build_comparator(_parse, Decimal.__gt__)
    _COMPARATORS[f"{_family}GreaterThanEquals"] = _build_comparator(_parse, Decimal.__ge__)
_NEGATED = (
    *("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike"),
    *("NumericNotEquals", "DateNotEquals", "NotIpAddress"),
)
_NAMES = {name.lower(): name for name in (*_COMPARATORS, *_NEGATED, "Null")}
