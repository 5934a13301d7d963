"""IAM's condition operators: whether a condition holds of given values; not for where the values come from.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
and, for values in sets and missing keys,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import attrs

from iamtriage.policies._patterns import Pattern, fits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ("Operator", "Wanted", "all_hold", "any_holds", "holds", "moment", "read_operator")

# STS takes no longer token than this, so no value that it compares is longer.
_LONGEST = 20_000
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen
class Wanted:
    """A value of a policy, its variables replaced.

    Attributes:
        text: the value, wildcards as written.
        pattern: the same, wildcards apart from escaped ones.
    """

    text: str
    pattern: Pattern


@attrs.frozen
class Operator:
    """A condition operator, taken apart.

    Attributes:
        name: as the policy writes it.
        base: ``"StringEquals"``, …, as IAM writes it.
        over: ``"ForAllValues"``, ``"ForAnyValue"`` or None.
        if_exists: whether a missing key fulfils it.
    """

    name: str
    base: str
    over: Literal["ForAllValues", "ForAnyValue"] | None = None
    if_exists: bool = False

    @property
    def negated(self) -> bool:
        """Whether it holds of what matches no value of the policy."""
        return "Not" in self.base

    @property
    def takes_wildcards(self) -> bool:
        """Whether ``*`` and ``?`` are wildcards in its values."""
        return self.base.startswith(("StringLike", "StringNotLike", "Arn"))

    @property
    def takes_variables(self) -> bool:
        """Whether ``${…}`` is replaced in its values."""
        return self.base.startswith(("String", "Arn"))


def read_operator(name: str) -> Operator | None:
    """Take an operator's name apart; None where IAM has none of that name.

    >>> read_operator("ForAnyValue:StringLikeIfExists").base
    'StringLike'
    >>> read_operator("StringMatches") is None
    True
    """
    prefix, colon, rest = name.rpartition(":")
    over: Literal["ForAllValues", "ForAnyValue"] | None = None
    if colon:
        if prefix.lower() == "forallvalues":
            over = "ForAllValues"
        elif prefix.lower() == "foranyvalue":
            over = "ForAnyValue"
        else:
            return None
    lower = rest.lower()
    if_exists = lower.endswith("ifexists")
    base = _NAMES.get(lower.removesuffix("ifexists"))
    # IAM knows no NullIfExists: Null itself asks whether the key exists.
    if base is None or (base == "Null" and (if_exists or over)):
        return None
    return Operator(name, base, over, if_exists)


def holds(operator: Operator, wanted: Sequence[Wanted | None], values: Sequence[str]) -> bool | None:
    """Tell whether the condition holds.

    Args:
        operator: the operator.
        wanted: the policy's values; None for one that cannot be known.
        values: the request's values; empty where the key is missing.

    Returns:
        None where it cannot be decided: an unknown or unreadable value, or several values under an
        operator for one, of which IAM does not say how it compares them.
    """
    if operator.base == "Null":
        return any_holds(_null(each, missing=not values) for each in wanted)
    if not values or (operator.over == "ForAllValues" and not any(values)):
        if operator.over:
            return operator.over == "ForAllValues"
        return operator.if_exists or operator.negated
    results = {_holds_of(operator, wanted, value) for value in values}
    if operator.over == "ForAnyValue":
        return any_holds(results)
    if operator.over == "ForAllValues":
        return all_hold(results)
    return results.pop() if len(results) == 1 else None


def any_holds(results: Iterable[bool | None]) -> bool | None:
    """Join by *or*, where None is not known."""
    seen = set(results)
    return True if True in seen else None if None in seen else False


def all_hold(results: Iterable[bool | None]) -> bool | None:
    """Join by *and*, where None is not known."""
    seen = set(results)
    return False if False in seen else None if None in seen else True


def moment(text: str) -> Decimal | None:
    """Read a date as IAM does, as seconds since 1970: ISO 8601, or the number itself; None if neither.

    >>> moment("2026-01-01T00:00:00Z")
    Decimal('1767225600')
    >>> moment("soon") is None
    True
    """
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    # `fromisoformat` reads ISO dates only, but of any script's digits.
    if len(text) > 40 or not text.isascii():
        return None
    try:
        when = datetime.fromisoformat(text)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        since = when - _EPOCH
    except (ValueError, OverflowError):
        return None
    return Decimal(since.days * 86400 + since.seconds) + Decimal(since.microseconds) / 1_000_000


def _holds_of(operator: Operator, wanted: Sequence[Wanted | None], value: str) -> bool | None:
    if len(value) > _LONGEST:
        return None
    compare = _COMPARERS[operator.base.replace("Not", "")]
    matched = any_holds(None if each is None else compare(each, value) for each in wanted)
    return matched if matched is None or not operator.negated else not matched


def _null(wanted: Wanted | None, *, missing: bool) -> bool | None:
    if wanted is None or wanted.text.lower() not in {"true", "false"}:
        return None
    return missing is (wanted.text.lower() == "true")


def _string_equals(wanted: Wanted, value: str) -> bool:
    return wanted.text == value


def _string_equals_ignore_case(wanted: Wanted, value: str) -> bool:
    return wanted.text.lower() == value.lower()


def _string_like(wanted: Wanted, value: str) -> bool:
    return fits(value, wanted.pattern)


def _bool(wanted: Wanted, value: str) -> bool | None:
    if not {wanted.text.lower(), value.lower()} <= {"true", "false"}:
        return None
    return wanted.text.lower() == value.lower()


def _arn_like(wanted: Wanted, value: str) -> bool:
    """Compare section by section; ArnEquals does the same, the documentation says."""
    sections, patterns = value.split(":", 5), _sections(wanted.pattern)
    return len(sections) == len(patterns) == 6 and all(map(fits, sections, patterns))


def _sections(pattern: Pattern) -> list[Pattern]:
    found: list[Pattern] = []
    start = 0
    for at, sign in enumerate(pattern):
        if sign == ":" and len(found) < 5:
            found.append(pattern[start:at])
            start = at + 1
    return [*found, pattern[start:]]


def _ip_address(wanted: Wanted, value: str) -> bool | None:
    try:
        network = ipaddress.ip_network(wanted.text, strict=False)
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    return address in network


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _ordered(
    read: Callable[[str], Decimal | None], compare: Callable[[Decimal, Decimal], bool]
) -> Callable[[Wanted, str], bool | None]:
    def compared(wanted: Wanted, value: str) -> bool | None:
        limit, found = read(wanted.text), read(value)
        return None if limit is None or found is None else compare(found, limit)

    return compared


_COMPARERS: dict[str, Callable[[Wanted, str], bool | None]] = {
    "StringEquals": _string_equals,
    "StringEqualsIgnoreCase": _string_equals_ignore_case,
    "StringLike": _string_like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _bool,
    "BinaryEquals": _string_equals,
    "IpAddress": _ip_address,
}
for _family, _read in (("Numeric", _number), ("Date", moment)):
    _COMPARERS[f"{_family}Equals"] = _ordered(_read, Decimal.__eq__)
    _COMPARERS[f"{_family}LessThan"] = _ordered(_read, Decimal.__lt__)
    _COMPARERS[f"{_family}LessThanEquals"] = _ordered(_read, Decimal.__le__)
    _COMPARERS[f"{_family}GreaterThan"] = _ordered(_read, Decimal.__gt__)
    _COMPARERS[f"{_family}GreaterThanEquals"] = _ordered(_read, Decimal.__ge__)
_NEGATED = (
    *("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike"),
    *("NumericNotEquals", "DateNotEquals", "NotIpAddress"),
)
_NAMES = {name.lower(): name for name in (*_COMPARERS, *_NEGATED, "Null")}
