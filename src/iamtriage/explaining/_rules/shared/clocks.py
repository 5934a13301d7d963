"""The times that a failure states, and how far they are apart; not for whether that is too far.

The sentences are those of AWS's services: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import attrs

__all__ = ("Skew", "end_and_now_in", "skew_in", "span_of")

_STAMP = r"(\d{8}T\d{6}Z)"
_EXPIRED = re.compile(
    rf"Signature expired: {_STAMP} is now earlier than {_STAMP} \({_STAMP} - \d{{1,3}} ?min", re.ASCII
)
_NOT_YET = re.compile(
    rf"Signature not yet current: {_STAMP} is still later than {_STAMP} \({_STAMP} \+ \d{{1,3}} ?min",
    re.ASCII,
)
# S3 writes both times beside its sentence, as XML or in the fields that SDKs make of it.
_REQUEST_TIME = re.compile(r"RequestTime[\"']?(?:>|[:=] ?)[\"']?([\w:.,+ -]{15,31})", re.ASCII)
_SERVER_TIME = re.compile(r"ServerTime[\"']?(?:>|[:=] ?)[\"']?([\w:.,+ -]{15,31})", re.ASCII)
_END_TIME = re.compile(r"(?<![\w-])Expires[\"']?(?:>|[:=] ?)[\"']?(\d{4}-\d\d-[\w:.]{6,20})", re.ASCII)
_FORMATS = (
    re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII),
    re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z", re.ASCII),
)
_MAIL = re.compile(r"\w{3}, (\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|\+0000)", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOUR = 3600


@attrs.frozen
class Skew:
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
    def whole_hours(self) -> bool:
        """Whether it is about whole hours, as where local time is taken for UTC."""
        off = abs(self.seconds)
        return off > _HOUR / 2 and abs(off - round(off / _HOUR) * _HOUR) < 5 * 60


def skew_in(text: str) -> Skew | None:
    """Give the times that a failure states; None where it does not state both.

    >>> skew = skew_in("Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)")
    >>> skew.seconds
    2100.0
    """
    found = _EXPIRED.search(text) or _NOT_YET.search(text)
    if found is not None:
        times = _time(found[1]), _time(found[3])
    else:
        request, server = _REQUEST_TIME.search(text), _SERVER_TIME.search(text)
        if request is None or server is None:
            return None
        times = _time(request[1]), _time(server[1])
    return None if times[0] is None or times[1] is None else Skew(times[0], times[1])


def end_and_now_in(text: str) -> tuple[datetime, datetime] | None:
    """Give until when S3 says that a URL was good, and its clock's time; None where it does not state both.

    >>> found = end_and_now_in("<Expires>2026-08-03T10:15:00Z</Expires><ServerTime>2026-08-03T10:15:09Z</ServerTime>")
    >>> (found[1] - found[0]).seconds
    9
    """
    end, now = _END_TIME.search(text), _SERVER_TIME.search(text)
    if end is None or now is None:
        return None
    times = _time(end[1]), _time(now[1])
    return None if times[0] is None or times[1] is None else (times[0], times[1])


def _time(text: str) -> datetime | None:
    numbers: list[int] = []
    mail = _MAIL.match(text)
    if mail is not None and mail[2] in _MONTHS:
        numbers = [int(mail[3]), _MONTHS.index(mail[2]) + 1, *(int(mail[at]) for at in (1, 4, 5, 6))]
    for pattern in _FORMATS:
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


def span_of(seconds: float) -> str:
    """Give a time in words, never longer than it is.

    >>> span_of(59), span_of(2100), span_of(7500), span_of(200_000)
    ('59 seconds', '35 minutes', '2 hours', '2 days')
    """
    for unit, size in (("day", 86400), ("hour", _HOUR), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}s"
    return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
