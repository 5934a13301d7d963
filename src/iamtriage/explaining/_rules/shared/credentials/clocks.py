"""Find the times that a failure states and compare them.

Messages: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.shared import pages

_TIMESTAMP = r"(\d{8}T\d{6}Z)"
_SKEW = lazy_pattern(
    rf"(?a)Signature (?:expired|not yet current): {_TIMESTAMP} is (?:now earlier|still later) than {_TIMESTAMP} \({_TIMESTAMP} [-+] \d{{1,3}} ?min"
)
# S3 adds both times to its message, as XML or as the fields that SDKs read from it.
_REQUEST_TIME = lazy_pattern(r"(?a)RequestTime[\"']?(?:>|[:=] ?)[\"']?([\w:.,+ -]{15,31})")
_SERVER_TIME = lazy_pattern(r"(?a)ServerTime[\"']?(?:>|[:=] ?)[\"']?([\w:.,+ -]{15,31})")
_END_TIME = lazy_pattern(r"(?a)(?<![\w-])Expires[\"']?(?:>|[:=] ?)[\"']?(\d{4}-\d\d-[\w:.]{6,20})")
_ISO_8601 = lazy_pattern(r"(?a)(?:\d{8}T\d{6}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?=(?:\.\d{1,9})?Z)")
_RFC_1123 = lazy_pattern(r"(?a)\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|\+0000)")
# How far a clock that is otherwise right can be off.
_HOUR, _DRIFT = 3600, 60
# "Still creating... [58m50s elapsed]" and "Creation complete after 1h2m3s" of Terraform, "creating (3530s)" of Pulumi,
# and how long a step took, as people write it.
_ELAPSED = lazy_pattern(
    r"(?:\[(?:id=[^\]\n,]{1,200}, )?|\bcomplete after )(?:(?P<h>\d{1,2})h)?(?:(?P<m>\d{1,3})m)?(?P<s>\d{1,2})s(?: elapsed\]|\b)"
    r"|\b(?:creat|updat|delet|replac)ing \((?P<total>\d{1,6})s\)"
    r"|(?:#|\b(?:took|(?<!expire )(?<!expires )after|(?:completed|finished|failed|done) in|(?:ran|runs|running) for))\s{0,4}(?:about |~\s?)?"
    r"(?=\d{1,3} ?[hm])(?:(?P<hours>\d{1,2}) ?h(?:ours?|rs?)?\b)?\s?(?:(?P<minutes>\d{1,3}) ?m(?:in(?:utes?|s)?)?\b)?"
)
_MAX_CHARS = 100_000

CLOCK_WRONG = CauseType(
    "clock-wrong",
    title="The clock of the machine is behind or ahead",
    meaning="The clock of the machine that signed the request or created the URL is wrong.",
    recognised_by="The times in the message, or a signature that has expired or is not yet valid.",
    fix="Synchronize the clock with NTP.",
    sources=(pages.EC2_CLOCK,),
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
    def duration(self) -> str:
        """The difference in words, rounded to minutes."""
        off = abs(self.seconds)
        return describe_duration(off if off < 120 else round(off / 60) * 60)

    @property
    def is_whole_hours(self) -> bool:
        """Whether the clocks differ by whole hours, as if local time were taken for UTC."""
        off = abs(self.seconds)
        return off > _HOUR / 2 and abs(off - round(off / _HOUR) * _HOUR) <= _DRIFT


def find_clock_skew(text: str) -> ClockSkew | None:
    """Return the clock skew that a failure states, or ``None`` if it does not state both times.

    >>> skew = find_clock_skew("Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)")
    >>> skew.seconds
    2100.0
    """
    found = _SKEW.search(text)
    request = parse_time(found[1]) if found else _find_time(_REQUEST_TIME, text)
    server = parse_time(found[3]) if found else _find_time(_SERVER_TIME, text)
    return None if request is None or server is None else ClockSkew(request, server)


_UNITS = (("h", 3600), ("m", 60), ("s", 1), ("total", 1), ("hours", 3600), ("minutes", 60))


def find_run_time(text: str, at: int) -> int | None:
    """Return for how many seconds a run had been going on at least when a call failed, if its log states it.

    Terraform and Pulumi print how long they have been waiting for a resource, and people write how long a step took.

    >>> find_run_time("aws_db_instance.main: Still creating... [58m50s elapsed] ExpiredToken", 70)
    3530
    >>> find_run_time("The keys expire after 12 hours, and this step took about 70 min: ExpiredToken", 65)
    4200
    """
    times = [
        sum(int(each[unit] or 0) * size for unit, size in _UNITS)
        for each in _ELAPSED.finditer(text, max(at - _MAX_CHARS, 0), at)
    ]
    return max(times, default=None)


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
    return None if found is None else parse_time(found[1])


def parse_time(text: str) -> datetime | None:
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


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = "|".join(_MONTHS)
_CLOCK = r"(?P<H>[0-2]?\d):(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d))?(?: ?(?P<half>[AP]M)\b)?"
# What date and timedatectl print, a Date header, and a time that a clause gives to something.
_DATE_OUTPUT = rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},?[ ]{{1,2}}(?:(?P<month>{_MONTH}) {{1,2}}(?P<day>\d{{1,2}}) {_CLOCK} (?:UTC|GMT|Z) (?P<year>20\d\d)|(?P<day_2>\d{{1,2}}) (?P<month_2>{_MONTH}) (?P<year_2>20\d\d) {_CLOCK.replace('P<', 'P<t')} (?:UTC|GMT|Z|\+0000))"
_READING = lazy_pattern(
    rf"{_DATE_OUTPUT}|(?:\bUniversal time: \w{{3}} |[$#%>] date (?:-u|--utc)[^\n;|&]{{0,40}}\n)(?P<iso>20\d\d-\d\d-\d\d)[ T]{_CLOCK.replace('P<', 'P<u')} ?(?:UTC|Z|\+00:?00)"
)
_OTHER = r"CI|host|laptop|phone|watch|wall clock|server|AWS|NTP|(?:real|actual|right|correct) time|other (?:machine|box|host)|computer|mac|Windows|runner|colleague"
_SAID_TIME = lazy_pattern(
    rf"(?i)\b(?:{_OTHER}|machine|clock|it|here|everyone)\b[^\n.;,:0-9]{{0,30}}\b(?:shows?|says?|reads?|is|prints?|gives?)(?: (?:actually|really|about))?:? {_CLOCK}(?: UTC\b| GMT\b)?(?![\d:])"
)
_OF_CLOCK = lazy_pattern(r"(?i:\b(?:date|clock|time|timedatectl|curl)\b)")
_OF_OTHER = lazy_pattern(rf"(?i)\b(?:{_OTHER})\b")
_RIGHT = lazy_pattern(
    r"(?i:(?:^|[<\s])date: ?\Z|\b(?:AWS|NTP|actual(?:ly)?|real(?:ly)?|right|correct|phone|watch|wall clock)\b)"
)
# A command that prints the time of another machine.
_REMOTE = lazy_pattern(r"\b(?:ssh|kubectl exec|ansible) [^\n|;&]{1,200}?\bdate\b[^\n]{0,40}\n?\Z")
# How far off a clock is, as chronyc tracking, ntpdate and sntp print it, and as people write it, not of another device.
_MACHINE = "(?:host|machine|node|runner|VM|instance|container|laptop|computer|PC)"
_OFFSET = lazy_pattern(
    r"(?m)\bSystem time {1,8}: (?P<chrony>\d{1,9})\.\d{1,9} seconds (?P<way>slow|fast) of NTP time\b"
    r"|(?:\bstratum \d{1,2}, offset |^)(?P<ntp>[+-]?\d{1,9})\.\d{1,9}(?:, delay| ?\+/- )"
    rf"|(?:(?<!\w )|(?<=and )|(?<=because )|(?<=since ))(?i:the|my|our|its) (?:(?:local|system|{_MACHINE})(?:'s)? ){{0,2}}(?:clock|system time)(?: of (?:the|my|our) (?:build |CI )?{_MACHINE})? (?:is|runs) (?:about |~ ?|at least |now )?(?P<count>\d{{1,4}}) ?(?P<unit>[smhd])[a-z]{{0,6}} (?P<said>slow|behind|fast|ahead)\b(?!.{{0,20}}\bother\b)"
)
# AWS accepts signatures that are up to five minutes off.
_ACCEPTED, _SOON, _DAY = 300, 90, 86_400


class StatedClocks(NamedTuple):
    """Two clocks whose times or difference a text states: they differ by more than AWS accepts."""

    first: str
    """The time of the first one, empty if the text states only the difference."""
    second: str
    seconds: float
    """How far the first one is behind, negative if it is ahead."""
    is_second_right: bool

    @property
    def difference(self) -> str:
        """What differs, as a clause."""
        if self.is_second_right:
            way = "behind" if self.seconds > 0 else "ahead"
            times = self.first and f" ({self.first} instead of {self.second})"
            return f"the clock of the machine is {self.duration} {way}{times}"
        return f"the clocks of the two machines in the text are {self.duration} apart ({self.first} and {self.second})"

    @property
    def duration(self) -> str:
        """The difference in words, rounded to minutes."""
        return describe_duration(max(round(abs(self.seconds) / 60) * 60, 120))


class _Reading(NamedTuple):
    time: datetime
    shown: str
    words: str
    """The words before the time, in its line and the one above, or those of its clause."""
    start: int


def find_stated_clocks(text: str) -> StatedClocks | None:
    r"""Return two clocks that a text states at the same moment, if they differ by more than AWS accepts.

    The first one is that of a machine, as date prints it.

    >>> found = find_stated_clocks("$ date -u\nMon Nov 23 09:12:44 UTC 2026\n$ curl -I https://sts.amazonaws.com\nDate: Mon, 23 Nov 2026 09:31:02 GMT")
    >>> found.duration, found.is_second_right
    ('18 minutes', True)
    """
    text = text[:_MAX_CHARS]
    for offset in [*find_said(text, _OFFSET)][-1:]:
        count = int(offset["chrony"] or offset["ntp"] or offset["count"])
        size = {"d": _DAY, **dict(_UNITS)}[offset["unit"] or "s"] * count
        behind = -size if (offset["way"] or offset["said"]) in {"fast", "ahead"} else size
        return StatedClocks("", "", behind, is_second_right=True) if abs(behind) > _ACCEPTED else None
    readings = list(_iterate_readings(text))
    if len(readings) == 1:
        readings += [
            each for each in _iterate_said(text, readings[0].time) if each.start != readings[0].start
        ][:1]
    is_clock = any(_OF_CLOCK.search(each.words) for each in readings)
    if (
        len(readings) != 2
        or not is_clock
        or not any(_OF_OTHER.search(each.words) or _RIGHT.search(each.words) for each in readings)
    ):
        # A log has the times of other moments.
        return None
    first, second = sorted(readings, key=lambda each: _RIGHT.search(each.words) is not None)
    seconds = (second.time - first.time).total_seconds()
    if not _ACCEPTED + 30 < abs(seconds) < _DAY / 2:
        return None
    is_right = _RIGHT.search(second.words) is not None and _RIGHT.search(first.words) is None
    return StatedClocks(first.shown, second.shown, seconds, is_right)


def find_machine_time(text: str) -> datetime | None:
    """Return the time that ``date`` prints in a text, unless its clocks differ by more than AWS accepts."""
    times = [each.time for each in _iterate_readings(text[:_MAX_CHARS])]
    return times[0] if times and (max(times) - min(times)).total_seconds() <= _ACCEPTED else None


def _iterate_readings(text: str) -> Iterator[_Reading]:
    for found in _READING.finditer(text):
        start = line_start(text, line_start(text, found.start()) - 1, found.start() - 120)
        words = text[start : found.start()]
        if (time := _read(found)) is not None and not _REMOTE.search(words):
            yield _Reading(time, f"{time:%H:%M:%S}", words, found.start())


def _iterate_said(text: str, day: datetime) -> Iterator[_Reading]:
    """Yield the times of day in clauses that give them to something, on the day of another reading."""
    for found in _SAID_TIME.finditer(text):
        if (hour := _hour(found, "")) is not None and not _READING.search(found[0]):
            time = day.replace(hour=hour, minute=int(found["M"]), second=int(found["S"] or 30))
            half = f" {found['half']}" if found["half"] else ""
            seconds = f":{found['S']}" if found["S"] else ""
            yield _Reading(time, f"{found['H']}:{found['M']}{seconds}{half}", found[0], found.start())


def _hour(found: re.Match[str], prefix: str) -> int | None:
    hour, half = int(found[f"{prefix}H"]), (found[f"{prefix}half"] or "").upper()
    hour = hour % 12 + (12 if half == "PM" else 0) if half else hour
    return hour if hour < 24 else None


def _read(found: re.Match[str]) -> datetime | None:
    prefix = "u" if found["iso"] else "t" if found["year_2"] else ""
    if found["iso"]:
        year, month, day = map(int, found["iso"].split("-"))
    else:
        end = "_2" if prefix else ""
        year, day = int(found[f"year{end}"]), int(found[f"day{end}"])
        month = _MONTHS.index(found[f"month{end}"]) + 1
    hour, minute, second = _hour(found, prefix), int(found[f"{prefix}M"]), int(found[f"{prefix}S"] or 0)
    try:
        return None if hour is None else datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # such as February 31
        return None


# When an assertion or a token was issued, by what says it best.
_ISSUED = lazy_pattern(
    r"\b(?P<name>IssueInstant|AuthnInstant|NotBefore|[Ii]ssued(?: at)?)[\"']?\W{1,4}(?P<time>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z"
)
# The time at the start of a line of a log, and the time zone of the machine.
_LOGGED = lazy_pattern(
    r"(?m)^\W{0,3}(?:(?P<date>20\d\d-\d\d-\d\d)[T ])?(?P<clock>[0-2]\d:[0-5]\d:[0-5]\d)(?:[.,]\d{1,9})?(?:(?P<utc> ?(?:Z|UTC))|(?P<zone>[+-]\d\d:?\d\d))?(?![\d:])"
)
_ZONE = lazy_pattern(
    r"\b(?:UTC|GMT) ?(?P<hours>[+-]\d{1,2})(?::?(?P<minutes>[0-5]\d))?\b|(?<![+\w-])(?P<name>UTC|GMT|CES?T|EES?T|E[SD]T|P[SD]T|JST)\b"
)
_HOURS = {
    "UTC": 0, "GMT": 0, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7, "JST": 9,
}  # fmt: skip


class Age(NamedTuple):
    """When an assertion was issued and used, in UTC."""

    issued: datetime
    used: datetime
    shown: str
    """The time of its use as the text has it."""
    is_kept: bool
    """Whether the program got it right after it was issued."""

    @property
    def seconds(self) -> float:
        """How old it was when it was used."""
        return (self.used - self.issued).total_seconds()


def find_age(text: str, at: int) -> Age | None:
    r"""Return when an assertion was issued and used, if the text states both, and they are too far apart.

    Args:
        text: The text.
        at: Where the failure begins: the last line with a time before it says when the assertion was used.

    >>> text = "[08:14:07] got assertion, NotBefore 2026-11-24T07:06:51Z\nToken must be redeemed (UTC+1)"
    >>> find_age(text, 60).seconds
    436.0
    """
    text = text[:_MAX_CHARS]
    issued = min(_ISSUED.finditer(text), key=lambda each: each["name"], default=None)
    logged = [*_LOGGED.finditer(text, 0, at)]
    if issued is None or not logged:
        return None
    start = datetime.fromisoformat(f"{issued['time']}+00:00")
    zones = {_read_zone(each) for each in _ZONE.finditer(text)}
    ages = [_age_at(start, each, only_one(zones)) for each in logged]
    seconds = ages[-1]
    if seconds is None or not _ACCEPTED < seconds < _DAY / 2:
        return None
    # The log of the program that got it begins right after that.
    is_kept = any(each is not None and abs(each) < _SOON for each in ages)
    return Age(start, start + timedelta(seconds=seconds), logged[-1]["clock"], is_kept)


def _age_at(start: datetime, logged: re.Match[str], minutes: int | None) -> float | None:
    """Return how many seconds after another time a line of a log was written; ``minutes`` is the local time zone."""
    if logged["zone"]:
        minutes = int(logged["zone"][:3]) * 60 + int(f"{logged['zone'][0]}{logged['zone'][-2:]}")
    elif logged["utc"]:
        minutes = 0
    try:
        local = datetime.fromisoformat(f"{logged['date'] or start.date()}T{logged['clock']}+00:00")
    except ValueError:  # such as February 31
        return None
    if minutes is None:
        return None
    seconds = (local - start).total_seconds() - minutes * 60
    # Without a date, the local day can be another one.
    return seconds if logged["date"] else (seconds + _DAY / 2) % _DAY - _DAY / 2


def _read_zone(found: re.Match[str]) -> int:
    """Return how many minutes a time zone is ahead of UTC."""
    if found["name"]:
        return _HOURS[found["name"]] * 60
    hours = found["hours"]
    return int(hours) * 60 + int(f"{hours[0]}{found['minutes'] or 0}")


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
