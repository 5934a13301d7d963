"""The times that a failure states, and how far they are apart; not for whether that is too far.

The sentences are those of AWS's services: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import attrs

__all__ = ("ClockSkew", "describe_duration", "find_clock_skew", "find_expiry_times")

_TIMESTAMP = r"(\d{8}T\d{6}Z)"
_EXPIRED = re.compile(
    rf"Signature expired: {_TIMESTAMP} is now earlier than {_TIMESTAMP} \({_TIMESTAMP} - \d{{1,3}} ?min",
    re.ASCII,
)
_NOT_YET_CURRENT = re.compile(
    rf"Signature not yet current: {_TIMESTAMP} is still later than {_TIMESTAMP} \({_TIMESTAMP} \+ \d{{1,3}} ?min",
    re.ASCII,
)
# S3 writes both times beside its sentence, as XML or in the fields that SDKs make of it.
_REQUEST_TIME = re.compile(r"RequestTime[\"']?(?:>|[:=] ?)[\"']?([\w:.,+ -]{15,31})", re.ASCII)
_SERVER_TIME = re.compile(r"ServerTime[\"']?(?:>|[:=] ?)[\"']?([\w:.,+ -]{15,31})", re.ASCII)
_END_TIME = re.compile(r"(?<![\w-])Expires[\"']?(?:>|[:=] ?)[\"']?(\d{4}-\d\d-[\w:.]{6,20})", re.ASCII)
_ISO_8601 = (
    re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII),
    re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z", re.ASCII),
)
_RFC_1123 = re.compile(r"\w{3}, (\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|\+0000)", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOUR = 3600


@attrs.frozen
class ClockSkew:
    """Two times of one request.

    Attributes:
        request: when the request says that it was signed, UTC.
        server: what AWS's clock said, UTC.
    """

    request: datetime
    server: datetime

    @property
    def seconds(self) -> float:
        """How far the request's time is behind AWS's; less than 0 where it is ahead."""
        return (self.server - self.request).total_seconds()

    @property
    def is_whole_hours(self) -> bool:
        """Whether it is about whole hours, as where local time is taken for UTC."""
        off = abs(self.seconds)
        return off > _HOUR / 2 and abs(off - round(off / _HOUR) * _HOUR) < 5 * 60


def find_clock_skew(text: str) -> ClockSkew | None:
    """Give the times that a failure states; None where it does not state both.

    >>> skew = find_clock_skew("Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)")
    >>> skew.seconds
    2100.0
    """
    found = _EXPIRED.search(text) or _NOT_YET_CURRENT.search(text)
    if found is not None:
        times = _parse_time(found[1]), _parse_time(found[3])
    else:
        request, server = _REQUEST_TIME.search(text), _SERVER_TIME.search(text)
        if request is None or server is None:
            return None
        times = _parse_time(request[1]), _parse_time(server[1])
    return None if times[0] is None or times[1] is None else ClockSkew(times[0], times[1])


def find_expiry_times(text: str) -> tuple[datetime, datetime] | None:
    """Give until when S3 says that a URL was good, and its clock's time; None where it does not state both.

    >>> found = find_expiry_times("<Expires>2026-08-03T10:15:00Z</Expires><ServerTime>2026-08-03T10:15:09Z</ServerTime>")
    >>> (found[1] - found[0]).seconds
    9
    """
    end, now = _END_TIME.search(text), _SERVER_TIME.search(text)
    if end is None or now is None:
        return None
    times = _parse_time(end[1]), _parse_time(now[1])
    return None if times[0] is None or times[1] is None else (times[0], times[1])


def _parse_time(text: str) -> datetime | None:
    numbers: list[int] = []
    mail = _RFC_1123.match(text)
    if mail is not None and mail[2] in _MONTHS:
        numbers = [int(mail[3]), _MONTHS.index(mail[2]) + 1, *(int(mail[at]) for at in (1, 4, 5, 6))]
    for pattern in _ISO_8601:
        found = pattern.match(text)
        if found is not None:
            numbers = [int(each) for each in found.groups()]
    if not numbers:
        return None
    year, month, day, hour, minute, second = numbers
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # a 31st of February
        return None


def describe_duration(seconds: float) -> str:
    """Give a time in words, never longer than it is.

    >>> describe_duration(59), describe_duration(2100), describe_duration(7500), describe_duration(200_000)
    ('59 seconds', '35 minutes', '2 hours', '2 days')
    """
    for unit, size in (("day", 86400), ("hour", _HOUR), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}s"
    return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
