"""List log formats: a table of functions that write one entry.

A format writes an entry and its continuation lines. If a supervisor reads the output of a program line by line, each
line has a prefix.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ("FORMATS", "INNER", "Entry", "Format", "Worker")


class Worker(NamedTuple):
    """A program that writes to a log.

    Attributes:
        name: Its name, such as ``"orders"``.
        number: Its number, from 1.
        token: The suffix that a supervisor adds to its name, such as ``"7c9f4"``.
    """

    name: str
    number: int
    token: str


class Entry(NamedTuple):
    """One entry of a log, or one line of it.

    Attributes:
        at: The time when it was written.
        level: ``"DEBUG"``, ``"INFO"``, ``"WARN"`` or ``"ERROR"``.
        worker: The worker that wrote it.
        text: Its message.
        first: Whether it is the first line of its entry.
    """

    at: datetime
    level: str
    worker: Worker
    text: str
    first: bool = True

    @property
    def milliseconds(self) -> str:
        """The milliseconds of its time, as three digits."""
        return f"{self.at.microsecond // 1000:03}"

    @property
    def utc(self) -> str:
        """Its time in ISO 8601."""
        return f"{self.at:%Y-%m-%dT%H:%M:%S}.{self.milliseconds}Z"


class Format(NamedTuple):
    """How a log writes an entry.

    Attributes:
        write: A function that writes an entry, or one line of it.
        per_line: Whether each line has the prefix, so that a reader can assign it.
        nests: Whether the format of the program follows the prefix.
        shared: Whether the prefix names the worker, so that several workers can write line by line.
        bare: Whether the log can contain text without the format, written by tools to the same file.
        stamped: Whether a reader can recognize the start of an entry.
    """

    write: Callable[[Entry], str]
    per_line: bool = False
    nests: bool = False
    shared: bool = False
    bare: bool = True
    stamped: bool = True


_PYTHON_LEVELS = {"WARN": "WARNING"}
_SEVERITIES = {"DEBUG": 7, "INFO": 6, "WARN": 4, "ERROR": 3}


def _python(entry: Entry) -> str:
    level = _PYTHON_LEVELS.get(entry.level, entry.level)
    return f"{entry.at:%Y-%m-%d %H:%M:%S},{entry.milliseconds} {level} {entry.worker.name}.jobs: {entry.text}"


def _python_dashes(entry: Entry) -> str:
    level = _PYTHON_LEVELS.get(entry.level, entry.level)
    return f"{entry.at:%Y-%m-%d %H:%M:%S},{entry.milliseconds} - {entry.worker.name} - {level} - {entry.text}"


def _iso(entry: Entry) -> str:
    return f"{entry.utc} {entry.level:5} [{entry.worker.name}-{entry.worker.number}] {entry.text}"


def _logback(entry: Entry) -> str:
    logger = f"c.example.{entry.worker.name}.Sync"
    return f"{entry.at:%H:%M:%S}.{entry.milliseconds} [worker-{entry.worker.number}] {entry.level:5} {logger} - {entry.text}"


def _log4j(entry: Entry) -> str:
    logger = f"com.example.{entry.worker.name}.Sync"
    return f"{entry.at:%Y-%m-%d %H:%M:%S},{entry.milliseconds} [pool-{entry.worker.number}] {entry.level:5} {logger}:41 - {entry.text}"


def _spring(entry: Entry) -> str:
    return (
        f"{entry.utc} {entry.level:>5} {entry.worker.number} --- [{entry.worker.name}] [nio-8080-exec-{entry.worker.number}] "
        f"com.example.Sync                         : {entry.text}"
    )


def _klog_head(entry: Entry) -> str:
    # klog has no DEBUG level.
    level = "I" if entry.level == "DEBUG" else entry.level[0]
    return f"{level}{entry.at:%m%d %H:%M:%S.%f} {entry.worker.number:>7}"


def _klog(entry: Entry) -> str:
    return f"{_klog_head(entry)} sync.go:88] {entry.text}"


def _klog_pairs(entry: Entry) -> str:
    said = json.dumps(entry.text, ensure_ascii=False)
    said = f'"Reconciler error" err={said}' if entry.level == "ERROR" else said
    return f'{_klog_head(entry)} controller.go:324] {said} controller="{entry.worker.name}"'


def _logfmt(entry: Entry) -> str:
    said = json.dumps(entry.text, ensure_ascii=False)
    return f"time={entry.utc} level={entry.level.lower()} worker={entry.worker.name} msg={said}"


def _json(entry: Entry) -> str:
    line = {
        "ts": entry.utc,
        "level": entry.level.lower(),
        "logger": entry.worker.name,
        "message": entry.text,
        "thread": f"worker-{entry.worker.number}",
    }
    return json.dumps(line, ensure_ascii=False)


def _json_error(entry: Entry) -> str:
    failed = entry.level == "ERROR"
    said: dict[str, object] = {"msg": "job failed", "error": entry.text} if failed else {"msg": entry.text}
    head = {"level": entry.level.lower(), "time": int(entry.at.timestamp() * 1000), "name": entry.worker.name}
    return json.dumps({**head, **said}, separators=(",", ":"), ensure_ascii=False)


def _syslog(entry: Entry) -> str:
    priority = 8 + _SEVERITIES[entry.level]
    head = f"<{priority}>{entry.at:%b} {entry.at.day:>2} {entry.at:%H:%M:%S}"
    return f"{head} web-{entry.worker.number} {entry.worker.name}[{400 + entry.worker.number}]: {entry.text}"


def _syslog_5424(entry: Entry) -> str:
    priority = 8 + _SEVERITIES[entry.level]
    worker = entry.worker
    return (
        f"<{priority}>1 {entry.utc} web-{worker.number} {worker.name} {400 + worker.number} - - {entry.text}"
    )


def _journal(entry: Entry) -> str:
    head = f"{entry.at:%b %d %H:%M:%S} ip-10-0-1-7"
    return f"{head} {entry.worker.name}[{400 + entry.worker.number}]: {entry.text}"


def _compose(entry: Entry) -> str:
    return f"{entry.worker.name + '-' + str(entry.worker.number):<12} | {entry.text}"


def _kubectl(entry: Entry) -> str:
    return f"[pod/{entry.worker.name}-{entry.worker.token}/app] {entry.text}"


def _cloudwatch(entry: Entry) -> str:
    return f"{entry.utc} [{entry.level}] {entry.text}"


def _cloudwatch_tail(entry: Entry) -> str:
    stream = f"{entry.worker.name}/app/{entry.worker.token}"
    return f"{entry.at:%Y-%m-%dT%H:%M:%S.%f}+00:00 {stream} {entry.text}"


def _lambda(entry: Entry) -> str:
    # This is the ID of the invocation, not of the failed AWS call.
    invocation = (
        f"{entry.worker.token:0>8}-{entry.at:%H%M}-4{entry.at:%S}0-8{entry.milliseconds}-{entry.at:%f}abcdef"
    )
    return f"[{entry.level}]\t{entry.utc}\t{invocation}\t{entry.text}"


def _github(entry: Entry) -> str:
    mark = "##[error]" if entry.level == "ERROR" and entry.first else ""
    return f"{entry.at:%Y-%m-%dT%H:%M:%S.%f}7Z {mark}{entry.text}"


def _gitlab(entry: Entry) -> str:
    return f"{entry.at:%Y-%m-%dT%H:%M:%S.%f}Z 01O {entry.text}"


def _jenkins(entry: Entry) -> str:
    return f"[{entry.utc}] [{entry.worker.name}] {entry.text}"


def _plain(entry: Entry) -> str:
    return entry.text


FORMATS: dict[str, Format] = {
    "python": Format(_python),
    "python, dashes": Format(_python_dashes),
    "iso": Format(_iso),
    "logback": Format(_logback),
    "log4j": Format(_log4j),
    "spring": Format(_spring),
    "klog": Format(_klog),
    "klog, structured": Format(_klog_pairs, bare=False),
    "logfmt": Format(_logfmt, bare=False),
    "json": Format(_json, bare=False),
    "json, error field": Format(_json_error, bare=False),
    "syslog 3164": Format(_syslog, per_line=True, shared=True),
    "syslog 5424": Format(_syslog_5424, per_line=True, shared=True),
    "journal": Format(_journal, per_line=True, nests=True, shared=True),
    "compose": Format(_compose, per_line=True, nests=True, shared=True),
    "kubectl": Format(_kubectl, per_line=True, nests=True, shared=True),
    "cloudwatch": Format(_cloudwatch),
    "cloudwatch tail": Format(_cloudwatch_tail, per_line=True, nests=True, shared=True, bare=False),
    "lambda": Format(_lambda),
    "github": Format(_github, per_line=True),
    "gitlab": Format(_gitlab, per_line=True),
    "jenkins": Format(_jenkins, per_line=True, shared=True),
    "terraform": Format(_plain, stamped=False),
    "plain": Format(_plain, stamped=False),
}
"""The formats by name."""

INNER = ("python", "iso", "logback", "klog", "logfmt", "json", "plain")
"""The formats of programs that run under a supervisor."""
