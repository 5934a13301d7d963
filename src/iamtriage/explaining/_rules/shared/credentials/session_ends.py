"""Read from the times in a text that a session had ended before the call.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (DurationSeconds) and
https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html (Expiration).
"""

from __future__ import annotations

import re
from datetime import datetime

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.shared.credentials import clocks

# A time at the start of a line, or after "at" in a sentence.
_MOMENT = r"(?:(?P<date>20\d\d-\d\d-\d\d)[T ])?(?P<clock>[0-2]?\d:[0-5]\d(?::[0-5]\d)?)(?:[.,]\d{1,9})?(?P<utc> ?(?:Z|UTC)\b|\+00:?00)?(?!\d|:\d)"
_LOGGED_LINE = lazy_pattern(rf"(?m)^\W{{0,3}}{_MOMENT}(?P<rest>[^\n]{{0,600}})")
_SESSION_BEGINS = lazy_pattern(
    r"(?i)\bassum(?:ed|ing) (?:the )?(?:IAM )?role\b|\bassumed arn:|\bsession (?:was )?(?:created|started|opened|issued)\b|\b(?:credentials|token|session|keys) (?:was |were )?(?:created|exported|issued|obtained)\b|\b(?:created|exported|got|issued|obtained) (?:(?:the|new|AWS|temporary|STS|session) ){0,3}(?:credentials|session|token)\b"
)
# Sessions and tokens of programs that have nothing to do with AWS.
_OTHER_SESSION = lazy_pattern(
    r"(?i)\A(?!.*\bassum).*\b(?:browser|cookie|csrf|database|db|http|jwt|login|oauth|tls|user|web)\b"
)
_SAID_BEGIN = lazy_pattern(
    rf"(?i)\b(?:credentials|keys|session|token)\b(?: (?:was|were|is|are|I|we|which|that)){{0,2}} (?:created|exported|issued|obtained|started)[^\n.]{{0,30}}? at {_MOMENT}(?P<rest>[^\n]{{0,120}})"
)
_SAID_CALL = lazy_pattern(
    rf"(?i)\b(?:call(?:ed)?|denied|error|fail(?:ed|s|ure)?|rejected)\b[^\n.]{{0,40}}? at {_MOMENT}"
)
_LASTS = lazy_pattern(
    r"(?i)\b(?:role-)?duration[-_ ]?(?:seconds)?[\"']?\s?[=: ]\s?[\"']?(?P<seconds>\d{3,5})s?\b|\b(?:expires? in|valid for|lasts?(?: for)?|for|TTL(?: of|:)?) (?:about )?(?P<count>\d{1,2}|an|one) ?(?P<unit>h|m)(?:ours?|rs?|in(?:ute)?s?)?\b"
)
_ENDS = lazy_pattern(
    r"(?a)\bExpiration[\"']?\s?[:=]\s?[\"']?(?P<date>20\d\d-\d\d-\d\d)T(?P<clock>[0-2]\d:[0-5]\d:[0-5]\d)(?:\.\d{1,9})?(?P<utc>Z|\+00:?00)"
)
_LONGEST, _MAX_CHARS = 129_600, 100_000


class SessionEnd(NamedTuple):
    """A session that had ended before the call, by the times that a text states."""

    words: str
    """When it ended and when the call was made, as a clause."""
    late: float
    """How many seconds later the call was made."""

    @property
    def ago(self) -> str:
        """How much later, in words."""
        return clocks.describe_duration(self.late)


def find_session_end(text: str, at: int) -> SessionEnd | None:
    r"""Return when a session had ended, if the times in a text prove that a call came later.

    Args:
        text: The text.
        at: Where the failure begins: the last line with a time before it is that of the call.

    >>> log = "09:00:03 assumed role etl, DurationSeconds=3600\n10:12:41 ExpiredToken"
    >>> find_session_end(log, log.index("Expired")).words
    'the session began at 09:00:03 and was valid for 60 minutes, and the call was at 10:12:41'
    """
    text, lines = text[:_MAX_CHARS], list(_LOGGED_LINE.finditer(text[:_MAX_CHARS], 0, at))
    called = lines[-1] if lines else only_one([*_SAID_CALL.finditer(text)])
    if called is None:
        return None
    ends = {each[0]: each for each in _ENDS.finditer(text)}
    if len(ends) == 1 and called["utc"] and called["date"]:
        [end] = ends.values()
        if (late := _subtract(called, end)) is None:
            return None
        expiration = f"{end['date']}T{end['clock']}Z"
        return SessionEnd(f"the Expiration was {expiration}, and the call was at {called['clock']}", late)
    begun = [
        each
        for each in lines[:-1]
        if _SESSION_BEGINS.search(each["rest"]) and not _OTHER_SESSION.search(each["rest"])
    ] or [*_SAID_BEGIN.finditer(text)]
    if ends or not begun:
        return None
    lasts = _LASTS.search(begun[-1]["rest"])
    if lasts is None or bool(begun[-1]["utc"]) != bool(called["utc"]):
        return None
    count = {"an": 1, "one": 1}.get((lasts["count"] or "").lower()) or int(lasts["count"] or 0)
    seconds = int(lasts["seconds"] or 0) or count * (3600 if (lasts["unit"] or "").lower() == "h" else 60)
    late = _subtract(called, begun[-1])
    if late is None or late <= seconds or not 900 <= seconds <= _LONGEST:
        return None
    words = f"the session began at {begun[-1]['clock']} and was valid for {clocks.describe_duration(seconds)}, and the call was at {called['clock']}"
    return SessionEnd(words, late - seconds)


def _subtract(later: re.Match[str], earlier: re.Match[str]) -> float | None:
    """Return how many seconds are between two moments, or ``None`` if the order is not certain."""
    if bool(later["date"]) != bool(earlier["date"]):
        return None
    try:
        first, second = (
            datetime.fromisoformat(
                f"{each['date'] or '2026-01-01'}T{'0' * (each['clock'][1] == ':')}{each['clock']}"
            )
            for each in (earlier, later)
        )
    except ValueError:  # such as February 31, or 24:00
        return None
    seconds = (second - first).total_seconds()
    return seconds if seconds > 0 else None
