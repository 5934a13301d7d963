"""Describe how far clocks may differ, and tell how to set the one that is wrong.

timedatectl: https://www.freedesktop.org/software/systemd/man/latest/timedatectl.html; chronyc:
https://chrony-project.org/documentation.html.
"""

from __future__ import annotations

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
# What timedatectl prints of a machine whose clock people set to the time of another zone.
_UTC_ZONE = lazy_pattern(r"\bTime zone: (?:Etc/)?(?:UTC|Universal)\b")
_SET_ZONE = "The machine has the time zone UTC. If its clock was set to the local time: set the zone instead (sudo timedatectl set-timezone, with Europe/Berlin, for example), as signatures have the time in UTC."
_WINDOWS = lazy_pattern(r"(?i:\b(?:on|in|from) (?:the )?(?:Windows|PowerShell)\b)")


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
            _SET_ZONE if _UTC_ZONE.search(whole) else None,
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
