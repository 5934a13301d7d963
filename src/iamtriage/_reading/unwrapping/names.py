"""Remove the name that a tool puts before each line of another program's output.

In a log, ``entries`` finds such names. In a pasted text, every line must start with the same one, or adjacent lines
with those of one service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit

_NAMED = lazy_pattern(
    # GitHub Actions and Azure Pipelines print only a time.
    r"(?:20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z(?P<runner>)(?: ##\[error\]|(?=[ \n]|\Z))"
    # kubectl, Tekton, concurrently, sbt and Maven. A time is not a name.
    r"|[ \t]{0,8}(?P<bracketed>\[(?![^\]\n]{0,60}\d\d:\d\d)[\w./:@#-]{1,200}(?: : [\w-]{1,60})?\])(?=[ \t\n]|\Z)"
    # Stern prints the pod and the container, and grep the file and the line.
    r"|(?P<pod>[a-z0-9][a-z0-9.-]{0,240}-[bcdfghjklmnpqrstvwxz2456789]{5} [a-z0-9][a-z0-9-]{0,62})(?=[ \t\n]|\Z)"
    r"|(?P<file>[\w./-]{1,200}\.[a-z]{1,8}):\d{1,7}:"
    # Turborepo, pnpm and Argo Workflows.
    r"|(?P<task>(?!arn:|x-am)(?=[\w./@]{1,60}[-:/][\w./@-])[a-z][\w./@:-]{1,120}(?<!:)(?: (?!x-am)[a-z][\w:-]{0,40})?):(?=[ \t\n]|\Z)"
    # pytest and Docker's builds
    r"|(?P<pytest>E)  (?=[ \t\n]|\Z)|(?P<step>#\d{1,3}) \d{1,6}\.\d{1,3}(?=[ \t\n]|\Z)"
    # pm2 and Android
    r"|(?P<process>\d{1,3}\|[\w.-]{1,60} {0,20})\||(?P<tag>[VDIWEFA]/[\w.$@-]{1,60}) {0,40}\( {0,6}\d{1,7}\):"
    # AWS Copilot and editors
    r"|(?P<copilot>copilot/[\w-]{1,60}/\w{6,40})(?= )|(?P<number>)[ \t]{0,8}\d{1,6} \|(?=[ \n]|\Z)"
    # Heroku, journald, Fly, GitLab, Cloud Foundry, Azure Pipelines, syslog, Android, Terragrunt and Foreman print a time,
    # too, which remains.
    r"|[ \t]{0,4}(?:<\d{1,3}>1 )?(?:(?:\d{4}-)?\d\d-\d\d[T ])?(?P<stamp>\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|[+-]\d\d:?\d\d)? "
    r"(?P<stream>(?:[\w.-]{1,64} )?[\w./@-]{1,64}\[[\w.-]{1,40}\](?: [a-z]{3} \[[a-z]{1,8}\])?:?|\d\d[OE](?=[+ \n]|\Z)\+?|\[[A-Z]{2,8}/[\w/]{1,60}\] (?:OUT|ERR)|##\[error\]"
    r"|[\w.-]{1,64} [\w.-]{1,48} [\w.-]{1,128} [\w.-]{1,32} -(?=[ \n]|\Z)|(?: {0,6}\d{1,7}){2} [VDIWEFA] [\w.$@-]{1,60} {0,40}:"
    r"|\d{1,7}-\d{1,7}/[\w.:?-]{1,120} [VDIWEFA]/[\w.$@-]{1,60}:| ?\d{1,7}-\d{1,7} {1,8}\S{1,60} {1,40}[\w.]{3,120} {1,60}[VDIWEFA] "
    r"|(?:STDOUT|STDERR) {1,2}\[[^\]\n]{1,200}\] (?:terraform|tofu|tf):|[\w-]{1,40}\.\d{1,3} {1,40}\|))"
    r"[ \t]?"
)


# The number of newlines after which the second line with a name is searched for.
_MAX_NEWLINES = 4
# Line numbers can start with any of these.
_DIGITS = " 0123456789"
# Docker Compose prints the service before each line.
_SERVICE = lazy_pattern(r"(?P<service>[A-Za-z0-9][\w./@-]{0,62})[ \t]{1,24}\|(?:[ ]|(?=\n|\Z))")
_BLANKS = frozenset(" \t")
_REPLICA = lazy_pattern(r"[-_.]\d{1,4}\Z")


def find_names(text: str) -> list[Edit]:
    """Return edits that remove a name from every line, if all lines that are not empty have the same one."""
    firsts = _DIGITS if text[:1] in _DIGITS else text[:1]
    second = text.find("\n") + 1
    following = text[second : second + _MAX_NEWLINES].lstrip("\n")[:1]
    if following and following not in firsts:
        # True for most texts.
        return []
    edits: list[Edit] = []
    name = ""
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text) + 1
        m = _NAMED.match(text, at, end - 1)
        if m:
            found = m[m.lastgroup or 0]
            if found != (name or found):
                return []
            name = found
            edits.append((at, m.end(), f"{m['stamp']} " if m["stamp"] else ""))
        elif text[at : end - 1].strip():
            return []
        at = end
    return edits if len(edits) > 1 else []


def find_services(text: str) -> Iterator[Edit]:
    """Yield edits that remove the name of a service from adjacent lines, whose pipes are in one column."""
    run: list[re.Match[str]] = []
    done = column = 0
    pipe = text.find("|")
    while pipe >= 0:
        at = text.rfind("\n", 0, pipe) + 1
        m = _SERVICE.match(text, at) if text[pipe - 1] in _BLANKS else None
        if run and (m is None or at != done or pipe - at != column):
            yield from _run_of_services(run)
            run = []
        if m:
            run.append(m)
            column = pipe - at
        done = text.find("\n", pipe) + 1
        pipe = text.find("|", done) if done else -1
    yield from _run_of_services(run)


def _run_of_services(run: Sequence[re.Match[str]]) -> Iterator[Edit]:
    """Yield the edits for adjacent lines, unless they are rows with two columns."""
    services = {m["service"] for m in run}
    if len(run) > 1 and (len(services) == 1 or all(map(_REPLICA.search, services))):
        for m in run:
            yield m.start(), m.end(), ""
