"""Parse times: arguments, and the times in paths and records."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("MAX_DELAY", "find_days", "find_time", "format_time", "parse_time")

# CloudTrail delivers events within minutes, sometimes hours. A folder is named after the day of delivery.
MAX_DELAY = timedelta(days=1)
"""How long after an event CloudTrail can deliver it."""
_DAY = timedelta(days=1)
_AGE = lazy_pattern(r"(\d{1,4})([smhdw])", re.ASCII)
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": _DAY,
    "w": timedelta(weeks=1),
}


def parse_time(name: str, value: datetime | date | str) -> datetime:
    """Return the time of an argument, in UTC.

    Args:
        name: The name of the argument.
        value: A time, a date, a string in ISO 8601, or an age such as ``"7d"``.

    Raises:
        TypeError: The argument has the wrong type.
        ValueError: The string is not a time.
    """
    if isinstance(value, str):
        age = _AGE.fullmatch(value)
        if age is not None:
            return datetime.now(UTC) - int(age[1]) * _UNITS[age[2]]
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            msg = f"{name}: expected an ISO 8601 date or time, or an age such as 7d, got {value!r}"
            raise ValueError(msg) from None
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):  # pyright: ignore[reportUnnecessaryIsInstance]
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    msg = f"{name} must be a datetime, date or string, not {type(value).__name__}"  # type: ignore[unreachable]
    raise TypeError(msg)


def format_time(time: datetime) -> str:
    """Format a time as a string that can be compared with the times in records."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")


def find_days(year: str | None, month: str | None, day: str | None) -> tuple[date | None, date | None]:
    """Return the first and last day of a year, month or day."""
    if year is None:
        return None, None
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        if day is not None:
            return first, first
        following = date(first.year + 1, 1, 1) if month is None else (first + 31 * _DAY).replace(day=1)
    except ValueError:
        return None, None
    return first, following - _DAY


def find_time(record: Mapping[str, object]) -> str | None:
    """Return the time of an event in UTC without the zone, so that times can be compared as strings."""
    for key in ("eventTime", "requestReceivedTimestamp", "time_dt", "time"):
        value = record.get(key)
        if isinstance(value, str) and value[:4].isdecimal() and "T" in value:
            return value.removesuffix("Z").removesuffix("+00:00")
        if isinstance(value, datetime):
            return format_time(value if value.tzinfo is None else value.astimezone(UTC))
        if isinstance(value, int) and not isinstance(value, bool):
            # Milliseconds in OCSF, for which Python's range of years can be too small.
            try:
                return format_time(datetime.fromtimestamp(value / 1000, UTC))
            except (OverflowError, OSError, ValueError):
                continue
    return None
