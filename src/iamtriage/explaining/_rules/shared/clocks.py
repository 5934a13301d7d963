"""Find the times that a failure states and compare them.

Messages: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages

_TIMESTAMP = r"(\d{8}T\d{6}Z)"
_SKEW = lazy_pattern(
    rf"Signature (?:expired|not yet current): {_TIMESTAMP} is (?:now earlier|still later) than {_TIMESTAMP} \({_TIMESTAMP} [-+] \d{{1,3}} ?min",
    re.ASCII,
)
# S3 adds both times to its message, as XML or as the fields that SDKs read from it.
_REQUEST_TIME = lazy_pattern(r"RequestTime[\"']?(?:>|[:=] ?)[\"']?([\w:.,+ -]{15,31})", re.ASCII)
_SERVER_TIME = lazy_pattern(r"ServerTime[\"']?(?:>|[:=] ?)[\"']?([\w:.,+ -]{15,31})", re.ASCII)
_END_TIME = lazy_pattern(r"(?<![\w-])Expires[\"']?(?:>|[:=] ?)[\"']?(\d{4}-\d\d-[\w:.]{6,20})", re.ASCII)
_ISO_8601 = lazy_pattern(r"(?:\d{8}T\d{6}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?=(?:\.\d{1,9})?Z)", re.ASCII)
_RFC_1123 = lazy_pattern(r"\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|\+0000)", re.ASCII)
_HOUR = 3600
# The time at the start of a line of a log.
_LINE_TIME = (
    r"^(?:\[Container\] )?\[?(?:(?P<date>\d{4}[-/]\d\d[-/]\d\d)[T ])?(?P<time>\d\d:\d\d:\d\d)(?=[\].,Z+ \t-])"
)
_ENTRY_TIME = lazy_pattern(_LINE_TIME, re.ASCII)
# Where a job gets temporary credentials.
_SESSION_START = lazy_pattern(
    rf"{_LINE_TIME}[^\n]{{0,300}}?(?:\bAuthenticated as assumedRoleId|\b[Aa]ssum(?:ed|ing) (?:the )?(?:IAM )?role\b"
    r"|\baws sts (?:assume-role|get-session-token)|\baws-actions/configure-aws-credentials)",
    re.ASCII | re.MULTILINE,
)
_DURATION = lazy_pattern(
    r"(?:\bduration-seconds|\bDurationSeconds|\brole-duration-seconds)[\"']?[:= ]{1,3}[\"']?(\d{3,5})\b"
)
# "Still creating... [58m50s elapsed]" and "Creation complete after 1h2m3s" of Terraform, "creating (3530s)" of Pulumi.
_ELAPSED = lazy_pattern(
    r"(?:\[|\bcomplete after )(?:(?P<h>\d{1,2})h)?(?:(?P<m>\d{1,3})m)?(?P<s>\d{1,2})s(?: elapsed\]|\b)"
    r"|\b(?:creat|updat|delet|replac)ing \((?P<total>\d{1,6})s\)"
)
_MAX_CHARS = 100_000
_TIME = (
    r"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?(?P<zone> ?Z\b| ?[+-]\d\d:?\d\d\b| UTC\b)?"
)
# When credentials or a token expire: in the output of STS, the instance metadata and a credential process, in files and
# variables, in the claims of a token and in presigned URLs.
_STATED_EXPIRY = lazy_pattern(
    r"(?:(?<![A-Za-z])(?:(?:AWS_(?:CREDENTIAL|SESSION)_|aws_(?:session_)?|x_security_token_)?(?:[Ee]xpiration(?:Timestamp)?|EXPIRATION|expires)|[Ee]xpires(?:At|_at))(?:[\"']?[\s:=]{1,4}[\"']?|\s[^\n:=]{1,80}\n\"?)"
    rf"|\b(?:[Vv]alid (?:until|till|to)|[Ee]xpir(?:es|ed|y|ing)(?: (?:at|on|time|date))?)[\"']?(?:\s?[:=])?\s[\"']?){_TIME}"
    r"|[\"']exp[\"']?\s?:\s?(?P<epoch>\d{10})(?!\d)"
    r"|[?&]X-Amz-Date=(?P<signed>\d{8}T\d{6}Z)&(?:[^\s&\"']{1,300}&){0,6}?X-Amz-Expires=(?P<seconds>\d{1,6})(?!\d)",
    re.ASCII,
)
_STATED_TIME = lazy_pattern(_TIME, re.ASCII)
# The output of date, in UTC.
_DATE_OUTPUT = lazy_pattern(
    r"^[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?P<clock>\d\d:\d\d:\d\d) (?:UTC|GMT) (?P<year>\d{4})\s*$",
    re.ASCII | re.MULTILINE,
)
_MAX_STAMP = 80

CLOCK_BEHIND = CauseType(
    "clock-behind",
    title="The clock of the machine is behind",
    meaning="The clock of the machine that signed the request or created the URL is behind.",
    recognised_by="The times in the message, or a signature that AWS considers expired.",
    fix="Synchronize the clock with NTP.",
    sources=(pages.EC2_CLOCK,),
    subject="credentials",
)
CLOCK_AHEAD = CauseType(
    "clock-ahead",
    title="The clock of the machine is ahead",
    meaning="The clock of the machine that signed the request or created the URL is ahead.",
    recognised_by="The times in the message, or a signature that is not yet valid.",
    fix="Synchronize the clock with NTP.",
    sources=(pages.EC2_CLOCK,),
    subject="credentials",
)
CLOCK_OFF = CauseType(
    "clock-wrong",
    title="The clock of the machine is wrong",
    meaning="The clock of the machine that signed the request is wrong.",
    fix="Synchronize the clock with NTP.",
    of="clock-skew",
    subject="credentials",
)
REQUEST_HELD = CauseType(
    "request-sent-late",
    title="The request was sent long after it was signed",
    meaning="The request waited in a queue, or was sent again without a new signature.",
    fix="Sign the request again before each attempt.",
    recognised_by="The text says how long the request waited.",
    sign=r"\b(?:waited|was queued|was held|delayed) (?:for )?\d{3,6} ?s(?:ec(?:onds)?)?\b",
    remedy="Sign the request again",
    of="expired-request",
    subject="credentials",
)


@attrs.frozen(eq=False, repr=False)
class ClockSkew(Value):
    """The difference between the client's clock and the AWS clock.

    Attributes:
        request: When the client signed the request, in UTC.
        server: The time of the AWS clock, in UTC.
    """

    request: datetime
    server: datetime

    @property
    def seconds(self) -> float:
        """How far the client's clock is behind, negative if it is ahead."""
        return (self.server - self.request).total_seconds()

    @property
    def is_whole_hours(self) -> bool:
        """Whether the clocks differ by whole hours, as if local time were taken for UTC."""
        off = abs(self.seconds)
        return off > _HOUR / 2 and abs(off - round(off / _HOUR) * _HOUR) < 5 * 60


def find_clock_skew(text: str) -> ClockSkew | None:
    """Return the clock skew that a failure states, or ``None`` if it does not state both times.

    >>> skew = find_clock_skew("Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)")
    >>> skew.seconds
    2100.0
    """
    found = _SKEW.search(text)
    request = _parse_time(found[1]) if found else _find_time(_REQUEST_TIME, text)
    server = _parse_time(found[3]) if found else _find_time(_SERVER_TIME, text)
    return None if request is None or server is None else ClockSkew(request, server)


class SessionAge(NamedTuple):
    """How old temporary credentials were at a call.

    Attributes:
        start: The time at which a job got them, such as ``"01:00:08"``.
        end: The time of the call.
        seconds: The time between the two.
        limit: How many seconds the credentials last, if the text states it.
    """

    start: str
    end: str
    seconds: float
    limit: int | None

    @property
    def has_expired(self) -> bool:
        """Whether the credentials were older than they last, by default one hour."""
        return self.seconds > (self.limit or _HOUR)


def find_session_age(text: str, at: int) -> SessionAge | None:
    r"""Return how old the credentials of a failed call were, if the times of a log show it.

    Args:
        text: The log.
        at: The position of the failure.

    >>> log = "01:00:08 Authenticated as assumedRoleId AROA:ci\n02:19:52 An error occurred (ExpiredToken)"
    >>> find_session_age(log, 60)
    SessionAge(start='01:00:08', end='02:19:52', seconds=4784.0, limit=None)
    """
    before = text[max(at - _MAX_CHARS, 0) : at]
    line = text.rfind("\n", 0, at) + 1
    end = _ENTRY_TIME.match(text[line : line + 64])
    starts = [
        each for each in _SESSION_START.finditer(before) if end and (not each["date"]) == (not end["date"])
    ]
    if end is None or not starts:
        return None
    start = starts[-1]
    seconds = (_line_time(end) - _line_time(start)).total_seconds()
    if start["date"] is None:
        seconds %= 24 * _HOUR
    stated = _DURATION.findall(before)
    return SessionAge(start["time"], end["time"], seconds, int(stated[-1]) if stated else None)


_UNITS = (("h", 3600), ("m", 60), ("s", 1), ("total", 1))


def find_run_time(text: str, at: int) -> int | None:
    """Return for how many seconds a run had been going on at least when a call failed, if its log states it.

    Terraform and Pulumi print how long they have been waiting for a resource.

    >>> find_run_time("aws_db_instance.main: Still creating... [58m50s elapsed] ExpiredToken", 70)
    3530
    """
    times = [
        sum(int(each[unit] or 0) * size for unit, size in _UNITS)
        for each in _ELAPSED.finditer(text, max(at - _MAX_CHARS, 0), at)
    ]
    return max(times, default=None)


def _line_time(found: re.Match[str]) -> datetime:
    date = (found["date"] or "2000-01-01").replace("/", "-")
    try:
        return datetime.fromisoformat(f"{date}T{found['time']}+00:00")
    except ValueError:  # such as February 31
        return datetime(2000, 1, 1, tzinfo=UTC)


class StatedExpiry(NamedTuple):
    """When credentials expired, and when they were used.

    Attributes:
        end: When they expired.
        used: When they were used.
        is_in_utc: Whether the text states the time zone of both.
    """

    end: datetime
    used: datetime
    is_in_utc: bool

    @property
    def duration(self) -> str:
        """The time between the two, in words."""
        return describe_duration((self.used - self.end).total_seconds())

    @property
    def evidence(self) -> str:
        """What the text states, as a sentence."""
        unsure = "" if self.is_in_utc else " (if the log has UTC)"
        return f"The stated expiration is {self.end:%Y-%m-%d %H:%M:%S} UTC, and the time of the call {self.used:%Y-%m-%d %H:%M:%S}{unsure}."


def find_stated_expiry(text: str, at: int) -> StatedExpiry | None:
    r"""Return when credentials expired before a call, if the text states it and the time of the call.

    Args:
        text: The text.
        at: The position of the failure.

    >>> found = find_stated_expiry('"Expiration": "2026-08-03T10:15:00Z"\n2026-08-03T10:45:30Z ERROR ExpiredToken', 60)
    >>> found.duration, found.is_in_utc
    ('30 minutes', True)
    """
    start = max(at - _MAX_CHARS, 0)
    stated = list(_STATED_EXPIRY.finditer(text, start, at)) or list(
        _STATED_EXPIRY.finditer(text, at, at + _MAX_CHARS)
    )
    line = text.rfind("\n", 0, at) + 1
    stamp = _STATED_TIME.search(text, line, line + _MAX_STAMP)
    shown = list(_DATE_OUTPUT.finditer(text, start, at))
    if not stated or (stamp is None and not shown):
        return None
    found = stated[-1]
    used, zone = _zoned_time(stamp) if stamp is not None else (_parse_date_output(shown[-1]), "UTC")
    end, end_zone = None, "Z"
    if found["time"]:
        end, end_zone = _zoned_time(found)
    elif found["epoch"]:
        end = datetime.fromtimestamp(int(found["epoch"]), UTC)
    elif (signed := _parse_time(found["signed"])) is not None:
        end = signed + timedelta(seconds=int(found["seconds"]))
    if end is None or used is None or used <= end:
        return None
    return StatedExpiry(end, used, bool(zone and end_zone))


def _parse_date_output(found: re.Match[str]) -> datetime | None:
    return _parse_time(f"Day, {found['day']} {found['month']} {found['year']} {found['clock']} UTC")


def _zoned_time(found: re.Match[str]) -> tuple[datetime | None, str]:
    """Return a time in UTC and its zone, which is empty if the text does not state it."""
    zone = (found["zone"] or "").strip()
    try:
        time = datetime.fromisoformat(f"{found['time']}{zone if zone[:1] in {'+', '-'} else '+00:00'}")
    except ValueError:  # such as February 31
        return None, zone
    return time.astimezone(UTC), zone


def find_expiry_times(text: str) -> tuple[datetime, datetime] | None:
    """Return when a presigned URL expired and the S3 clock's time, if the text states both.

    >>> found = find_expiry_times("<Expires>2026-08-03T10:15:00Z</Expires><ServerTime>2026-08-03T10:15:09Z</ServerTime>")
    >>> (found[1] - found[0]).seconds
    9
    """
    end, server = _find_time(_END_TIME, text), _find_time(_SERVER_TIME, text)
    return None if end is None or server is None else (end, server)


def _find_time(pattern: re.Pattern[str], text: str) -> datetime | None:
    found = pattern.search(text)
    return None if found is None else _parse_time(found[1])


def _parse_time(text: str) -> datetime | None:
    iso_8601, rfc_1123 = _ISO_8601.match(text), _RFC_1123.match(text)
    try:
        if iso_8601 is not None:
            return datetime.fromisoformat(f"{iso_8601[0]}+00:00")
        if rfc_1123 is not None:
            # Few messages have such a time, and the package of email is large.
            from email.utils import parsedate_to_datetime

            return parsedate_to_datetime(rfc_1123[0])
    except ValueError:  # such as February 31
        pass
    return None


def describe_duration(seconds: float) -> str:
    """Return a duration in words, rounded down.

    >>> describe_duration(59), describe_duration(2100), describe_duration(7500), describe_duration(200_000)
    ('59 seconds', '35 minutes', '2 hours 5 minutes', '2 days')
    """
    for unit, size in (("day", 86400), ("hour", _HOUR), ("minute", 60)):
        if seconds >= 2 * size:
            minutes = seconds % size // 60 if unit == "hour" else 0
            rest = f" {minutes:.0f} minute{'s' if minutes > 1 else ''}" if minutes else ""
            return f"{seconds // size:.0f} {unit}s{rest}"
    return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
