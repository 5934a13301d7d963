"""Find the session of role chaining that a log states: the line in which the session of a role assumes another role."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_at, line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.principals.principal_words import underlying_role
from iamtriage.failures._failures import ExpiredCredentials

ROLE_ARN = r"arn:aws[a-z-]{0,12}:iam::\d{12}:role/[\w+=,.@/-]{1,200}"
SESSION = lazy_pattern(r"(?a):assumed-role/(?P<role>[\w+=,.@-]{1,64})/(?P<session>[\w+=,.@-]{2,64})")
# The time at the start of a line, in the brackets of some loggers.
TIME_OF_DAY = lazy_pattern(
    r"(?a)[\[(]?(?:(?P<date>\d{4}[-/]\d\d[-/]\d\d)[T ])?(?P<time>[0-2]\d:[0-5]\d:[0-5]\d)(?!\d)(?P<zone>(?:[.,]\d{1,9})? ?(?:[+-](?!00)\d\d:?\d\d\b|(?!GMT)[A-Z]{1,3}T\b))?"
)
# But not the ARN of a session.
_ASSUMES = lazy_pattern(r"(?i)(?<![\w/-])(?:sts[.:])?assum(?:e[ds]?|ing)(?!-role/)(?:[ _-]?role)?\b(?!/)")
_FAILED = lazy_pattern(
    r"(?i)\b(?:(?:access)?denied|errors?|exception|fail(?:s|ed|ure|ing)?|no|not|cannot|rejected|skip(?:s|ped|ping)?|would|dry.?run)\b"
)
_ARN = lazy_pattern(rf"(?a){ROLE_ARN}")
_LASTS = lazy_pattern(
    r"(?a)(?i:\b(?:duration|lifetime|ttl|expires_?in)[ _]?(?:sec(?:ond)?s)?)[\"']?\s?[=: ]\s?(?P<number>\d{1,5})(?:\s?(?P<unit>[smh]))?"
)
_LOGGED = lazy_pattern(r"(?a)(?<![\d:])(?:[0-2]\d:[0-5]\d:[0-5]\d)(?!\d)")
_UNITS = {"m": 60, "h": 3600}
HOUR, DAY = 3600, 86_400
_MIN_LASTS = 900


class RoleChain(NamedTuple):
    """A role whose session assumed another role with a command or in code, and the times in the log."""

    source: str | None
    session: str
    role: str | None
    command: CommandLine | None
    issued: str | None
    failed: str | None
    setting: str | None = None
    place: str | None = None
    starts_late: bool = False
    lasts: int = HOUR
    is_logged: bool = False


def _find_logged(text: str, end: int) -> RoleChain | None:
    """Return the role chain that a log before a failure states, if it opens the session of only one last role."""
    shown: dict[str, RoleChain | None] = {}
    sources: set[str] = set()
    starts = dict.fromkeys(line_start(text, said.start()) for said in find_said(text[:end], _ASSUMES))
    for at in starts:
        line = line_at(text, at)
        if _FAILED.search(line):
            continue
        arn = only_one({each.rstrip(".,") for each in _ARN.findall(line)})
        if arn is None:
            continue
        name = arn.rpartition("/")[2]
        source = only_one({each.groups() for each in SESSION.finditer(line) if each["role"] != name})
        if ":assumed-role/" not in line and TIME_OF_DAY.match(text, at):
            # Whoever the log has named last writes the line.
            before = [each for each in SESSION.finditer(text, max(at - 4_000, 0), at) if each["role"] != name]
            source = before[-1].groups() if before else None
        stated, time = _LASTS.search(line), _LOGGED.search(line)
        lasts = int(stated["number"]) * _UNITS.get(stated["unit"], 1) if stated else HOUR
        shown.setdefault(arn, None)
        if source is not None and _MIN_LASTS <= lasts <= HOUR:
            shown[arn] = RoleChain(
                source=source[0],
                session=source[1],
                role=arn,
                command=None,
                issued=time and time[0],
                failed=None,
                lasts=lasts,
                is_logged=True,
            )
            sources.add(source[0])
    last = only_one({arn for arn in shown if arn.rpartition("/")[2] not in sources})
    return shown[last] if last is not None else None


def find_chain_in_log(case: Case[ExpiredCredentials]) -> RoleChain | None:
    """Return the role chain that a log states, if its session has expired when the call fails."""
    text, start, command = case.failure.text, case.failure.span[0], case.context.command
    found, caller = _find_logged(text, start), underlying_role(case.principal)
    # Another profile or role has other credentials than the session that the log shows.
    if found is None or found.role is None or (command is not None and command.option("profile") is not None):
        return None
    if caller is not None and caller.name not in {found.source, found.role.rpartition("/")[2]}:
        return None
    failed = TIME_OF_DAY.match(text, line_start(text, start))
    if failed is None or found.issued is None:
        return found
    ran = (seconds_of(failed["time"]) - seconds_of(found.issued)) % DAY
    return found._replace(failed=failed["time"]) if ran >= found.lasts else None


def seconds_of(time: str) -> int:
    """Return the seconds of a day before a time."""
    hours, minutes, seconds = map(int, time.split(":"))
    return hours * HOUR + minutes * 60 + seconds
