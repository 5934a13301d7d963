"""Describe how far clocks may differ, tell how to set the one that is wrong, and read when a session had ended.

timedatectl: https://www.freedesktop.org/software/systemd/man/latest/timedatectl.html; chronyc:
https://chrony-project.org/documentation.html.
"""

from __future__ import annotations

import re
from datetime import datetime

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.labels import Labelled
from iamtriage._text import line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.credentials import clocks
from iamtriage.explaining._rules.shared.credentials.credential_remedies import WINDOWS, WSL
from iamtriage.explaining._rules.shared.remedies import your_remedy

# The message gives the limit: "(20260803T105000Z - 5 min.)".
_WINDOW = lazy_pattern(r"\(\d{8}T\d{6}Z [-+] (\d{1,3}) ?min")
_WINDOW_OF_S3 = lazy_pattern(r"MaxAllowedSkewMilliseconds\W{1,5}(\d{5,8})(?!\d)")
# What timedatectl, chronyc and systemctl print of a clock that nothing sets.
_NOT_SET = lazy_pattern(
    r"(?m)^[ \t]{0,40}(?:NTP service: inactive|NTP enabled: no|Network time on: no|System clock synchronized: no(?!\s{1,40}NTP service: active))\b"
    r"|^[ \t]{0,40}Leap status {1,8}: Not synchroni[sz]ed\b"
    r"|\b(?:chronyd?|systemd-timesyncd|ntpd?)\.service\b[^\n]{0,100}\n[^\n]{0,200}\n[^\n]{0,20}Active: (?P<state>inactive|failed)\b"
)
# What they print of a clock that a time service sets.
_SET = lazy_pattern(
    r"(?m)^[ \t]{0,40}(?P<words>NTPSynchronized=yes|(?:System clock|NTP) synchronized: yes)\b|^[ \t]{0,40}Leap status {1,8}: (?P<state>Normal)\b"
)
# The prompt of the machine where one of them, or date, ran.
_HOST = lazy_pattern(
    r"(?am)^\[?[a-z_][\w-]{0,31}@(?P<host>[A-Za-z][\w.-]{0,62})[: ][^\n$#%]{0,80}[$#%] ?(?:sudo )?(?:timedatectl|date|chronyc|systemctl)\b"
)
# A virtual machine with containers, or a container that fails where its host does not: on Linux, they share a clock.
_CONTAINER_MACHINE = lazy_pattern(r"(?<!not )(?<!removed )(?<!uninstalled )(?<!left )(?<!from )\b(?i:Docker Desktop|Rancher Desktop|colima|podman machine)\b")  # fmt: skip
_CONTAINER = lazy_pattern(r"\b(?:docker|podman|nerdctl|finch) |\b(?i:containers?|Docker)\b")
_ON_HOST = lazy_pattern(r"(?i:\b(?:(?<!\w )host|(?:the|my|its|docker) host(?! \w+ed\b)|outside (?:of )?(?:the |my |its )?(?:container|docker))\b)")  # fmt: skip
AWS_TIME = "curl --insecure --silent --head https://sts.amazonaws.com | grep -i ^date"


class UnsetClock(NamedTuple):
    """A clock that no time service sets, by the output of a command."""

    words: str
    host: str | None


def find_unset_clock(text: str) -> UnsetClock | None:
    r"""Return the clock in a text that no time service sets.

    >>> find_unset_clock("kim@edge:~$ timedatectl\n  NTP service: inactive")
    UnsetClock(words='NTP service: inactive', host='edge')
    >>> find_unset_clock("NTP service: active")
    """
    found = _NOT_SET.search(text)
    if found is None:
        return None
    words = " ".join((found[0] if found["state"] is None else f"Active: {found['state']}").split())
    return UnsetClock(words, only_one({each["host"] for each in _HOST.finditer(text)}))


def find_set_clock(text: str) -> str | None:
    r"""Return the words in the output of a command that say that a time service sets the clock.

    >>> find_set_clock("$ timedatectl show -p NTPSynchronized\nNTPSynchronized=yes")
    'NTPSynchronized=yes'
    >>> find_set_clock("System clock synchronized: yes\nSystem clock synchronized: no")
    """
    found = _SET.search(text)
    if found is None or _NOT_SET.search(text):
        return None
    return found["words"] or f"Leap status: {found['state']}"


def is_in_container_machine(text: str) -> bool:
    r"""Return whether a container signed in the virtual machine of Docker Desktop or a similar program.

    >>> is_in_container_machine("$ docker run amazon/aws-cli s3 ls\nThe same call works on the host.")
    True
    >>> is_in_container_machine("$ docker run amazon/aws-cli s3 ls\nDoes it work on the host?")
    False
    """
    return next(find_said(text, _CONTAINER_MACHINE), None) is not None or (
        _CONTAINER.search(text) is not None and find_working(text, _ON_HOST) is not None
    )


# The time of an entry in a log, also after the name of the container.
_LOGGED = lazy_pattern(
    r"(?m)^(?:[\w.-]{1,60} {0,20}\| )?[\[{(\"]{0,3}(?:@?(?:timestamp|time|ts)[\"=: ]{1,4})?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)"
)
_CHARS_AFTER, _SECONDS_TO_LOG = 8_000, 60


def shows_clock(skew: clocks.ClockSkew, text: str, start: int, end: int) -> bool:
    """Return whether ``date`` or the log has a time near that of the request when it was rejected, so that the clock is wrong."""
    if (shown := clocks.find_machine_time(text[end:])) is not None:
        return abs(shown - skew.request) < abs(shown - skew.server)
    found = _LOGGED.search(text, line_start(text, start), end + _CHARS_AFTER)
    logged = None if found is None else clocks.parse_time(f"{found[1]}T{found[2]}Z")
    # A log can have the local time.
    is_near = logged is not None and abs((logged - skew.request).total_seconds()) <= _SECONDS_TO_LOG
    return is_near and not skew.is_whole_hours


_TURN_ON, _RESTART = (
    "sudo timedatectl set-ntp true",
    "sudo systemctl restart systemd-timesyncd || sudo chronyc makestep",
)
_CHRONY = lazy_pattern(r"\bLeap status {1,8}:|\bchronyd?\.service\b")
_WINDOWS = lazy_pattern(r"(?i:\b(?:on|in|from) (?:the )?Windows\b)")


def describe_window(text: str) -> str:
    """Return how far clocks may differ, as the end of a sentence about signatures."""
    window, window_of_s3 = _WINDOW.search(text), _WINDOW_OF_S3.search(text)
    minutes = window[1] if window else str(int(window_of_s3[1]) // 60_000) if window_of_s3 else None
    if "RequestExpired" in text or "difference between the request time" in text:
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html, and the message of S3.
        minutes = minutes or "15"
    return f"are at most {minutes} minutes off" if minutes else "are up to 5 minutes off, S3 up to 15"


def describe_clocks(text: str) -> str:
    """Return why clocks that differ explain a rejected signature."""
    return f"AWS accepts only signatures that {describe_window(text)}. The text shows the difference. The key and its secret can be right."


def set_clock(text: str = "", whole: str = "") -> Remedy:
    """Return the remedy that sets the clock.

    Args:
        text: The text of the failure, which can state how far clocks may differ, and which system it is from.
        whole: The text around it, which can show that no time service sets the clock.
    """
    # A message with its window says so itself.
    limit = "" if _WINDOW.search(text) else f" AWS accepts signatures that {describe_window(text)}."
    is_right = find_working(text, _WINDOWS) is not None
    if WSL.search(text):
        # https://github.com/microsoft/WSL/issues/5324
        return your_remedy(
            "Correct the clock of WSL",
            f"The clock of WSL 2 stops while the computer sleeps. hwclock -s sets it to the time of Windows{', which is right: calls work there' if is_right else ''}. Then repeat the call.",
            f"If that does not help, run wsl --shutdown in Windows and open WSL again.{'' if is_right else ' Check the clock of Windows, too.'} A time daemon in WSL, such as chrony, prevents it.",
            commands=("sudo hwclock -s", "date -u", None if is_right else AWS_TIME),
            url=pages.SIGNATURES,
        )
    if WINDOWS.search(text):
        return your_remedy(
            "Correct the clock of Windows",
            f"The first command prints when the clock was synchronized. The second one, as administrator, synchronizes it. Then repeat the call.{limit}",
            commands=("w32tm /query /status", "w32tm /resync"),
            url=pages.SIGNATURES,
        )
    if is_in_container_machine(whole):
        # https://github.com/docker/for-win/issues/4526 and https://github.com/containers/podman/issues/11541
        return your_remedy(
            "Correct the clock of the virtual machine that runs the container",
            "Containers have its clock, not that of the computer, and it stops while the computer sleeps. If the two times differ, restart Docker Desktop, or the machine of Podman (podman machine stop, then start). With WSL, run wsl --shutdown in Windows first.",
            "Then repeat the call.",
            commands=("date -u", "docker run --rm alpine date -u"),
            url=pages.SIGNATURES,
        )
    if (unset := find_unset_clock(whole)) is not None:
        of_chrony: tuple[str, ...] = ()
        if _CHRONY.search(whole):
            restart = "sudo systemctl restart chronyd || sudo systemctl restart chrony"
            of_chrony = (restart, "sudo chronyc makestep", "chronyc tracking")
        return your_remedy(
            f"Turn on time synchronization on {unset.host or 'the machine'}",
            f'The text has "{unset.words}". Then repeat the call, or restart the program.',
            f"If the clock stays wrong, something blocks NTP (UDP port 123){'. chronyc sources lists the servers' if of_chrony else ''}.",
            commands=(_TURN_ON, *(of_chrony or (_RESTART, "timedatectl"))),
            url=pages.EC2_CLOCK,
        )
    return your_remedy(
        "Correct the clock",
        f"Compare the time that date prints with the Date header that curl prints, both in UTC. With a wrong clock, certificates can seem invalid, hence --insecure.{limit}",
        "A container has the clock of its host."
        if "not yet current" in text
        else "A container has the clock of its host. Virtual machines, WSL and Docker Desktop lose time while the computer sleeps: restart them.",
        commands=(
            "date -u",
            AWS_TIME,
            Labelled("On Linux, to turn on NTP, and restart it:", _TURN_ON),
            _RESTART,
            Labelled("On Windows, as administrator:", "w32tm /resync"),
        ),
        url=pages.EC2_CLOCK,
    )


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
        (end,) = ends.values()
        late = _subtract(called, end)
        return (
            None
            if late is None
            else SessionEnd(
                f"the Expiration was {end['date']}T{end['clock']}Z, and the call was at {called['clock']}",
                late,
            )
        )
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
