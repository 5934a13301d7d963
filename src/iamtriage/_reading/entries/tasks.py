"""Find the names of tasks that a runner puts before each line of their output, and the files and line numbers of grep.

Runners have too many formats for a table, and a name in brackets can also be a logger's. So the names are learned from
the log: nearly all lines start with one, even those that continue an entry, or the time of a logger follows most names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from iamtriage._reading.entries.formats import START, split_prefix
from iamtriage._reading.entries.lines import restore_line, without_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_STYLE = r"(?:\x1b\[[0-9;]{0,16}m)?"
# "[web] ", "[1,0]<stderr>:", "[rank0]: ", "[deploy : app] ", "(load pid=17, ip=192.0.2.1) ", "@shop/web:deploy: ",
# "packages/web build: ", "shop/web-x2xkq[app]: ", "copilot/web/7c9f4 ", "<web> ", "web > ", "orders │ ", "web-1<tab>".
_LEVEL = r"(?i:trace|debug|info|notice|warn|warning|error|err|fatal|critical|severe|panic|caused by)"
_TASK = re.compile(
    # "app.log:12:", grep's context "app.log-13-", and the numbers of cat, less and editors.
    r"(?P<file>[\w./~@+-]{1,200}?\.\w{1,10}(?=[:-]))[:-](?:(?!\d{4}-\d\d-|\d\d:\d\d:)\d{1,7}[:-])?|[ ]{0,7}(?P<number>\d{1,7})(?:[:-]|\t|[ ]│[ ]|[ ])"
    rf"|{_STYLE}(?:\[(?!{_LEVEL}\]|pod/|\d{{4}}-|\d\d:)(?:[\w./@,-]|[ ](?:: )?){{1,60}}\](?! {{3}}\|)(?:<\w{{1,10}}>)?(?: (?:out|err))?:?"
    r"|\([^()\n]{0,60}\bpid=\d{1,8}[^()\n]{0,60}\)"
    rf"|(?!{_LEVEL}:)@?[A-Za-z][\w./-]{{0,60}}(?::[A-Za-z][\w.-]{{0,40}})?:"
    rf"|[\w.-]{{1,60}}(?:/[\w.-]{{1,80}}){{0,3}}\[[\w.-]{{1,63}}\]:|[\w.@-]{{1,60}}(?:/[\w.@-]{{1,60}}){{1,3}}(?: [\w:-]{{1,40}}:)?"
    rf"|<[\w.@/-]{{1,60}}>|[\w.@/-]{{1,60}} >|[ ]{{0,30}}[\w.-]{{1,60}} │){_STYLE}(?:(?<=>:)|[ ]|(?=\Z))"
    r"|[\w.-]{1,60}\t"
)
# The number of a task of Slurm or MPI. The numbers of lines increase.
_RANK = re.compile(r"(?P<file>(?!))?(?P<number>(?!))?[0-9]{1,4}: ")
_CONTINUATION = re.compile(
    r"[ \t]{2,}[^\s]|\t|at [\w$<./(]|[}\])]|[Cc]aused by: |Traceback \(|status code: \d{3}\b"
)
# Lines that a name must precede, and how many of ten lines a name must precede.
_MIN_LINES = 4
_MIN_LINES_OF_TEN = 9
_MAX_TASKS = 64
# A longer line can be a part of one.
_MAX_LENGTH = 30_000
_MAX_OTHERS = 3
# The formats of loggers that state the time.
_LOGGED = frozenset({"klog", "logfmt", "json_lines", "logrus"})
# What grep writes between two groups of lines.
_SEPARATORS = frozenset({"", "--"})


NO_TASKS: Final[frozenset[str]] = frozenset()


def find_tasks(lines: Sequence[str]) -> frozenset[str]:
    """Return what precedes the lines of each task in the beginning of a log; empty for most logs."""
    tasks = _find_tasks(lines, _TASK)
    return _find_tasks(lines, _RANK) if not tasks and lines and _RANK.match(lines[0]) else tasks


def _find_tasks(lines: Sequence[str], pattern: re.Pattern[str]) -> frozenset[str]:
    counts: dict[str, int] = {}
    total = others = logged = located = 0
    last = -1
    is_continued = False
    for line in lines:
        if line.strip() in _SEPARATORS:
            continue
        total += 1
        m = pattern.match(line)
        number = int(m["number"] or -1) if m else -1
        if m is None or 0 <= number <= last:
            others += 1
            if others > _MAX_OTHERS and others * 10 > total:
                # True for most logs after a few lines.
                return NO_TASKS
            continue
        # The lines of a file have successive numbers.
        located += m["file"] is not None or number == last + 1
        last = max(last, number)
        name = _name(m)
        counts[name] = counts.get(name, 0) + 1
        is_continued = is_continued or _CONTINUATION.match(line, m.end()) is not None
        logged += _is_logged(line[m.end() :])
    tasks = frozenset(name for name, count in counts.items() if count >= _MIN_LINES)
    covered = sum(counts[name] for name in tasks)
    is_named = covered * 10 >= total * _MIN_LINES_OF_TEN and len(tasks) <= _MAX_TASKS
    is_continued = is_continued or logged * 2 > total or located * 10 >= total * _MIN_LINES_OF_TEN
    return tasks if tasks and is_named and is_continued else NO_TASKS


def _is_logged(content: str) -> bool:
    """Return whether what follows a name is a line of a logger, which writes its own names after the time."""
    content = without_style(content)
    start = START.match(content)
    return (start is not None and start.lastgroup in _LOGGED) or split_prefix(content).is_stamped


def split_tasks(lines: Iterable[str], tasks: frozenset[str]) -> Iterator[str]:
    """Yield the lines of a log without the names of the tasks."""
    pattern = _RANK if all(map(_RANK.fullmatch, tasks)) else _TASK
    for line in lines:
        m = pattern.match(line) if len(line) <= _MAX_LENGTH else None
        if m is None or _name(m) not in tasks:
            yield line
        else:
            source = line.removesuffix("\n") + "\n"
            yield restore_line(source[m.end() :], source, task=m[0], stream=_name(m).strip())


def _name(m: re.Match[str]) -> str:
    """Return what is the same before each line of a task."""
    return "" if m["number"] else m["file"] or m[0]
