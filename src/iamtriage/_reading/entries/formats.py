"""Match the lines of log formats: prefixes, starts of entries, tools' output, and continuation lines.

A *prefix* precedes the content of a line: a time stamp or the name of a stream. A *start* is content that starts an
entry even without a time stamp. An *opening* is the first line of a tool's output, which has no log format. Each name
has one sample line in ``tests/reading/entries/test_formats.py``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.grammar import POWERSHELL_TRAILER
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_ZONE = r"(?:Z|[ ]?[+-]\d\d:?\d\d|[ ](?:UTC|GMT))?"
# Hadoop's years have two digits, and Java's and .NET's clocks twelve hours.
_DATE = (
    r"(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/ ][A-Z][a-z]{2}[-/ ]\d{4}|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)|\d\d\.\d\d\.\d{4}|\d{8}|\d\d-\d\d"
    r"|(?:[A-Z][a-z]{2},? )?[A-Z][a-z]{2} [ \d]?\d(?:,? \d{4})?)"
)
_STAMP = rf"{_DATE}[T_:, ]{{1,2}}\d?\d:\d\d:\d\d(?:[.,]\d{{1,9}})?(?: [AP]M)?{_ZONE}"
_ISO = rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}{_ZONE}"
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|SEVERE|PANIC)"

# A line of logrus on a terminal, with the seconds since the program started.
_LOGRUS = r"(?:TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)\[\d{1,9}\]"

POWERSHELL_FIELD = r"(?:CategoryInfo|FullyQualifiedErrorId)\b"
"""The name of a field that PowerShell prints below an error, after a plus."""

# The group in each pattern captures the stream's name; it is empty if the prefix names none.
PREFIXES: dict[str, str] = {
    "quote": r"(?P<quote>)>{1,3}(?:[ ]|(?=\n|\Z))",
    # The lines of an exception.
    "pytest": r"E {3}(?P<pytest>)",
    "docker_compose": r"(?:\x1b\[[0-9;]{0,16}m)?(?P<docker_compose>[A-Za-z0-9][\w./@-]{0,62}?(?:[-_.]\d{1,4}[ \t]{1,24}|[ \t]{2,24}| std(?:out|err) )|[ ]{0,30}\+[\w./-]{1,60} |\[[^\[\]\n]{1,80}\][ ]{3})(?:\x1b\[[0-9;]{0,16}m)?\|(?:\x1b\[0m)?(?:[ ](?:\x1b\[0m)?|(?=\n|\Z))",
    # BuildKit numbers the steps of a build.
    "buildkit": r"(?P<buildkit>#\d{1,4}) (?:\d{1,6}\.\d{1,3}(?:[ ]|(?=\n|\Z))|(?=DONE |CACHED|CANCELED|ERROR: |\[))",
    "pm2": r"(?P<pm2>\d{1,4}\|[\w.@-]{1,60}) {1,24}\|(?:[ ]|(?=\n|\Z))",
    # The step and the number of the line.
    "drone": r"\[[A-Za-z][\w-]{0,60}:L?\d{1,6}(?::\d{1,6}s)?\](?P<drone>)(?:[ ]|(?=\n|\Z))",
    # Packer and Vagrant.
    "packer": r"(?P<packer>(?:==|--)> [\w.-]{1,80}):(?:[ ]|(?=\n|\Z))",
    "kubectl": r"(?P<kubectl>\[pod/[^\]\s]{1,500}\])(?:[ ]|(?=\n|\Z))",
    # Pod names end with five of these letters and digits.
    "stern": r"(?P<stern>[a-z0-9][a-z0-9.-]{0,240}-[bcdfghjklmnpqrstvwxz2456789]{5} [a-z0-9][a-z0-9-]{0,62})(?:[ ]|(?=\n|\Z))",
    # Those of stateful sets end with a number, so only what follows distinguishes them from other words.
    "stern_ordinal": rf"(?P<stern_ordinal>[a-z][a-z0-9.-]{{0,240}}-\d{{1,4}} [a-z][a-z0-9-]{{0,62}}) (?=[ \t\n{{]|\[?\d{{4}}[-/]\d\d|{_CLOCK}|[DIWEF]\d{{4}} |\[?{_LEVEL}\b|(?:time|ts|level)=|(?i:caused by)|Traceback|An error occurred \(|[\w.]{{3,200}}(?:Error|Exception)\b)",
    # Rails puts the ID of the request before each line of a message.
    "request_tag": r"\[[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\](?P<request_tag>)(?:[ ]|(?=\n|\Z))",
    "codebuild": rf"\[Container\] \d{{4}}/\d\d/\d\d {_CLOCK}(?P<codebuild>)(?:[ ]|(?=\n|\Z))",
    "github_cli": r"(?P<github_cli>[^\t\n]{1,80}\t[^\t\n]{1,80})\t(?=\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)[ \t])",
    "container_runtime": rf"{_ISO} (?P<container_runtime>stdout|stderr) [FP](?:[ ]|(?=\n|\Z))",
    "syslog": rf"(?:<\d{{1,3}}>)?[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{{1,6}})? (?P<syslog>(?!{_LEVEL} )[\w.:-]{{1,64}} [^\s\[\]:]{{1,64}}(?:\[\d{{1,8}}\])?):(?:[ ]|(?=\n|\Z))",
    "syslog_5424": r"<\d{1,3}>1 \d{4}-\S{10,36} (?P<syslog_5424>[^\s]{1,255} [^\s]{1,48} [^\s]{1,128}) [^\s]{1,32} (?:-|\[[^\]\n]{0,500}\])(?:[ ]|(?=\n|\Z))",
    # Android
    "logcat": r"(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(?:(?: {1,6}\d{1,7}){2} [VDIWEFA] | \d{1,7}-\d{1,7}/[\w.:?-]{1,120} [VDIWEFA]/)(?P<logcat>[\w.$@/-]{1,60}) {0,40}:(?:[ ]|(?=\n|\Z))",
    "logcat_brief": r"[VDIWEFA]/(?P<logcat_brief>[\w.$@-]{1,60}) {0,40}\( {0,6}\d{1,7}\):(?:[ ]|(?=\n|\Z))",
    "journal": rf"{_ISO} (?P<journal>(?:[\w.:-]{{1,64}} )?(?!{_LOGRUS})[^\s\[\]:]{{1,64}}\[(?!{_LEVEL}\])[\w.-]{{1,40}}\]):?(?: [a-z]{{3}} \[info\])?(?:[ ]|(?=\n|\Z))",
    # The name of a program without a process ID. Loggers write such a time with another zone, or a level next.
    "rsyslog": rf"{_ISO}(?<=\.\d{{6}}[+-]\d\d:\d\d) (?P<rsyslog>(?!{_LEVEL} )[\w.-]{{1,64}} (?!{_LEVEL}:)[\w./-]{{1,64}}):(?:[ ]|(?=\n|\Z))",
    # Fluent Bit writes the same with the fields of its filters.
    # So do journalctl -o json and go test -json.
    "docker_json": r"\{(?:(?:\"(?:container_id|container_name|source|stream|time|date|@timestamp|_p|logtag|ecs_\w{1,30}|Time|Action|Package|Test)\":\s?(?:\"[^\"\n]{0,200}\"|[\d.]{1,30}),\s?){0,8}\"(?:log|Output)\"|(?:\"[A-Z_]{2,40}\"\s?:\s?\"[^\"\n]{0,300}\",\s?){0,40}\"MESSAGE\"):\s?\"(?P<docker_json>)",
    "cloudwatch": rf"{_ISO} (?P<cloudwatch>(?!\w{{1,10}}://|/|HTTP/\d|\d{{4}}/\d\d/\d\d )[\w$./\[\]-]{{1,200}}/[\w$./\[\]-]{{1,200}})(?:[ ]|(?=\n|\Z))",
    "cloud_foundry": rf"[ ]{{3}}{_ISO} \[(?P<cloud_foundry>[A-Z]{{2,5}}/[\w/-]{{1,60}})\] (?:OUT|ERR)(?:[ ]|(?=\n|\Z))",
    # Loki's command line.
    "logcli": rf"{_ISO}[ \t](?P<logcli>\{{\w{{1,60}}=\"[^{{}}\n]{{0,500}}\}})(?:[ \t]|(?=\n|\Z))",
    "gitlab": rf"{_ISO} (?P<gitlab>)\d\d[OE](?:[+ ]|(?=\n|\Z))",
    "plugin": rf"{_STAMP} (?:\[{_LEVEL}\][ \t]{{1,4}})?(?P<plugin>[\w.-]{{1,80}} plugin|plugin\.[\w.-]{{1,80}}):(?:[ ]|(?=\n|\Z))",
    "apache_error": rf"\[{_STAMP}[^\]\n]{{0,40}}\] \[[\w-]{{0,40}}:[a-z]{{3,8}}\d?\] (?P<apache_error>\[pid \d{{1,8}}(?::tid \d{{1,20}})?\])(?: \[(?:client|remote) [^\]\n]{{1,60}}\])?(?:[ ]|(?=\n|\Z))",
    "nest": rf"\[Nest\] \d{{1,7}} {{1,2}}- {_STAMP}(?P<nest>)[ \t]{{1,3}}",
    "bracketed_stamp": rf"\[{_STAMP}[^\]\n]{{0,40}}\](?P<bracketed_stamp>(?: \[(?!{_LEVEL}\])[\w.-]{{1,40}}\](?=[ ]|\n|\Z))?)(?: \[{_LEVEL}\](?=[ ]|\n|\Z))?(?:[ \t]|(?=\n|\Z))",
    # What a command or a pod of a task of Airflow writes.
    "airflow_output": r"\{(?:subprocess|pod_manager|docker|logging_mixin)\.py:\d{1,5}\} (?:INFO|WARNING) - (?P<airflow_output>(?:\[[a-z0-9-]{1,63}\])?)(?:[ ]|(?<=- )|(?=\n|\Z))",
    # Rows that CloudWatch Logs Insights exports, some with milliseconds since 1970, and of Python's loggers.
    "csv": rf"\"?(?:{_STAMP}|1\d{{12}})\"?(?P<csv>),(?!\d{{1,9}}(?![\d,]))(?:\"(?!,))?",
    "stamp": rf"{_STAMP}(?P<stamp>)(?:[ \t|;]|:[ ]|(?=\n|\Z))",
    # s6 and multilog.
    "tai64n": r"@[0-9a-f]{24}(?P<tai64n>)(?:[ ]|(?=\n|\Z))",
    # Seconds or milliseconds since 1970, or seconds since the kernel started.
    "epoch": r"(?:1\d{9}(?:\.\d{1,9})?|1\d{12}|\[ {0,6}\d{1,8}\.\d{6}\])(?P<epoch>)(?:[ \t]|(?=\n|\Z))",
    "teamcity": rf"\[{_CLOCK}\](?P<teamcity>)[ A-Za-z]:[\t ]{{1,8}}(?:\[[^\]\n]{{1,80}}\](?:[ ]|(?=\n|\Z)))?",
    "buildkite": r"\x1b_bk;t=\d{13}\x07(?P<buildkite>)",
    # Elixir writes the fields of the request between the time and the level.
    "elixir": rf"{_CLOCK} (?P<elixir>)(?:[a-z_]{{1,40}}=[^\s]{{1,120}} ){{1,8}}\[[a-z]{{4,9}}\](?:[ ]|(?=\n|\Z))",
    "terragrunt": rf"{_CLOCK} STD(?:OUT|ERR) {{1,3}}(?P<terragrunt>\[[\w./-]{{1,200}}\]) (?:terraform|tofu)[\w.-]{{0,20}}:(?:[ ]|(?=\n|\Z))",
    # sam logs writes the log stream before the time.
    "lambda_stream": r"\d{4}/\d\d/\d\d/\[[$\w.-]{1,128}\](?P<lambda_stream>[0-9a-f]{32})[ \t]",
    # Jenkins writes two spaces, and the name of a parallel branch.
    "clock": rf"\[?{_CLOCK}\]?[ \t][ ]?(?P<clock>(?:(?<=[ ]{{2}})\[(?!{_LEVEL}\]|Pipeline\]|\d)[\w .-]{{1,60}}\](?=[ ]|\n|\Z))?)(?:(?<=\])[ ])?",
}

STARTS: dict[str, str] = {
    "klog": r"[DIWEF]\d{4} \d\d:\d\d:\d\d",
    "logrus": rf"{_LOGRUS}[ \t]",
    # structlog writes it with single quotes.
    "logfmt": r"(?:time|ts|timestamp|t|at|level|lvl|severity|logger|event)=(?:[\"']|[\w:.+-])",
    "json_lines": r"\{\"",
    "access_log": r"[\w.:-]{1,64} [^\s]{1,64} [^\s\[]{1,64} \[\d\d/[A-Z][a-z]{2}/\d{4}[: ]",
    "request_line": r"\"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT) [^\s]{1,2000} HTTP/\d",
    "load_balancer": rf"(?:https?|h2|grpcs?|wss?|tls) {_ISO} ",
    "lambda_platform": r"(?:START|END|REPORT|INIT_START) (?:RequestId|Runtime)\b",
    "python_root": r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.-]{1,200}:",
    "level": rf"[ \t]{{0,4}}[\[<(]?{_LEVEL}[\])>]?(?:[ \t:|\-]|(?=\n|\Z))|(?:trace|debug|verbose|info|notice|warn|warning|error|fatal): ",
    "dotnet_console": r"(?:trce|dbug|info|warn|fail|crit): [\w.]{1,200}\[\d",
    # Go, TAP and Jest.
    "test_result": r"[ ]{0,16}--- (?:FAIL|PASS|SKIP): |=== (?:RUN|PAUSE|CONT|NAME) |(?:not )?ok \d{1,6} - |[ ]{2}● (?=\S[^\n]{0,300} › )",
    # A row of kubectl get events, and of the events of kubectl describe.
    "kubernetes_event": r"[ ]{0,4}(?:(?:[a-z0-9-]{1,63} {1,60})?(?:\d{1,4}[smhd]){1,3} {2,60})?(?:Normal|Warning) {2,60}[A-Z]\w{2,60} ",
    # AWS CDK
    "stack_event": r"[\w-]{1,128} \| {1,4}\d{1,4}(?:/\d{1,4})? \| \d{1,2}:\d\d:\d\d",
    "ansible": r"(?:ok|changed|skipping|failed|fatal): \[[^\[\]\n]{1,120}\]|(?:TASK|PLAY|RUNNING HANDLER) \[",
    "erlang": r"=(?:ERROR|CRASH|SUPERVISOR|WARNING|INFO|PROGRESS) REPORT==== ",
    "ruby_logger": rf"[DIWEFA], \[{_STAMP}",
}

OPENINGS: dict[str, str] = {
    "aws_cli": r"aws: \[ERROR\]: |An error occurred \(|A client error \(|Unable to locate credentials|(?:upload|download|copy|move|delete) failed: ",
    "powershell": r"aws(?:\.exe)? : ",
    "kubectl_errors": r"Error from server",
    "terraform_box": r"╷",
    "terraform": r"Error: ",
    "terraform_progress": r"[\w.\[\]\"-]{3,200}: (?:Refresh|Creat|Still |Modif|Destr|Read|Provision|Plan)",
    "java": r"Exception in thread \"",
    "dotnet": r"Unhandled exception",
    "go": r"panic: |goroutine \d",
    "ruby": r"/[^\s:]{1,400}\.rb:\d{1,6}:in ",
    "cpp_sdk_response": r"HTTP response code: \d{3}\b",
    "json": r"[{\[](?=[ \t]*(?:[\"{\[]|\r?(?:\n|\Z)))",
    "xml": r"<\?xml |<[A-Z][A-Za-z]{2,60}(?:>| xmlns)",
    "yaml": r"apiVersion: ",
    "table": r"[A-Z][A-Z()-]{1,40}(?: {2,60}[A-Z][A-Z()-]{1,40}){1,20}[ \t]*\r?(?:\n|\Z)",
    "shell": rf"(?:\$|\+{{1,3}}(?! {POWERSHELL_FIELD})|PS [A-Z]:\\[^>\n]{{0,200}}>|\[?[\w.-]{{1,32}}@[\w.-]{{1,64}}[: ][^\s#$%]{{1,200}}[$#%]) \S",
    "rule": r"(?:-{5,200}|={5,200}|\*{5,200}|_{5,200})[ \t]*\r?(?:\n|\Z)",
    "workflow_commands": r"##\[|::[a-z-]{3,20}(?: |::)|\[Pipeline\] |section_(?:start|end):\d|make(?:\[\d{1,3}\])?: \*\*\* ",
}

DROPPED = frozenset({"python_root"})
"""The formats whose first words are removed, because they have no separator from the message."""

RUNNERS = frozenset({"codebuild"})
"""The formats of programs that put their prefix only before their own lines, not before those of commands."""

SINGLE_LINES = frozenset({"access_log", "request_line", "load_balancer", "lambda_platform", "logfmt"})
"""The formats whose entries are single lines."""

ACCESS_LINES = frozenset({"access_log", "request_line", "load_balancer"})
"""The formats of the requests that a server has served, which it can write in the middle of another entry."""

CONTINUATIONS: dict[str, str] = {
    # rsyslog writes a tab as #011.
    "indented": r"(?:[ \t]{1,200}|#011)[^\s]",
    "frame": r"at (?=[\w$<./(])|\.\.\. \d{1,5} (?:more|common)|File \"|in /|#\d{1,4} ",
    "chain": r"[Cc]aused by\b|Suppressed: |Traceback \(|During handling of|The above exception",
    "go_frame": r"goroutine \d{1,9} \[|[\w./*()-]{3,200}\([^\s]{0,200}\)(?: \+0x[0-9a-f]{1,8})?\s*\Z|created by |exit status \d",
    "kubectl_exec": r"(?:Unable to connect to the server|Error: [^\"\n]{0,100}: Get \"[^\"\n]{1,300}\"): getting credentials",
    # GitLab Runner writes the level, sometimes in colour, before each line of what another program wrote.
    "go_tail": rf"(?:(?:#033|\x1b)?\[[0-9;]{{1,9}}m)?(?:{_LEVEL}:[ \t]{{1,9}}(?=status code: \d{{3}}, |caused by: ))?(?:status code: \d{{3}}\b|caused by: )",
    "closing": r"[}\])]|</",
    "box": r"[│┃║╵]",
    "separator": r"-{3,}(?:>|[ ]End)|-{3,4}\s*\Z|={3,4}\s*\Z|\^{2,}|~{2,}",
    "http_client": r"Reason: |HTTP response (?:headers|body):|excon\.error\.response\b|AWS HTTP error:",
    "cpp_sdk": r"(?:Resolved remote host IP address|Request ID|Exception name|Error message(?!:\s*\Z)):|\d{1,3} response headers:",
    "powershell_trailer": POWERSHELL_TRAILER,
}


def _alternatives(table: dict[str, str]) -> re.Pattern[str]:
    """Compile a table into one pattern whose ``lastgroup`` is the name of the row that matched."""
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in table.items()))


def _share_time(rows: Collection[str]) -> list[str]:
    """Return the rows, with those that start with the same time as one row, because a time takes long to match."""
    rests = [row.removeprefix(_ISO) for row in rows if row.startswith(_ISO)]
    shared = f"{_ISO}(?:{'|'.join(rests)})"
    return list(dict.fromkeys(shared if row.startswith(_ISO) else row for row in rows))


PREFIX = re.compile("|".join(_share_time(PREFIXES.values())))
START = _alternatives(STARTS)
OPENING = _alternatives(OPENINGS)
TOOL_OUTPUT = _alternatives({name: row for name, row in OPENINGS.items() if name not in {"json", "xml"}})
CONTINUATION = _alternatives(CONTINUATIONS)
_LEVELED = re.compile(rf"\b{_LEVEL}\b|\[(?:error|warn|warning|notice|info|debug|crit|alert|emerg)\]")
_MAX_LEVEL_END = 80
FRACTION = re.compile(r"\d\d[.,](?!0{3,9}\b)\d{3,9}")
"""Fractions of a second, which distinguish two writes. Loggers that know only the second write zeros."""


class Prefix(NamedTuple):
    """What precedes the content of a line.

    Attributes:
        format: Its name in the table; empty if the line has none.
        stream: The name of the stream that the line belongs to; empty if it has none.
        end: Where the content starts.
        is_stamped: Whether it states a time.
        is_leveled: Whether it also states a level.
        is_partial: Whether the container runtime wrote the rest of the line as another line.
        nesting: The names of the nested prefixes in the table, separated by spaces.
    """

    format: str
    stream: str
    end: int
    is_stamped: bool
    is_leveled: bool = False
    is_partial: bool = False
    nesting: str = ""

    def is_outer_of(self, other: Prefix) -> bool:
        """Return whether another prefix consists of prefixes like these and at least one more."""
        return other.nesting.startswith(f"{self.nesting} ")

    def content_of(self, line: str) -> str:
        """Return the part of a line that the program wrote."""
        if self.format == _CSV:
            return line[self.end : _start_of(_CSV_TAIL, line, self.end)]
        if self.format != _DOCKER_JSON:
            return line[self.end :]
        written = line[self.end : _start_of(_DOCKER_TAIL, line, self.end)]
        try:
            return str(json.loads(f'"{written}"'))
        except ValueError:
            return written

    def added_spans(self, line: str) -> list[tuple[int, int]]:
        """Return the spans that the log added to a line."""
        places = [(0, self.end)] if self.end else []
        if self.format == _DOCKER_JSON:
            places.append((_start_of(_DOCKER_TAIL, line, self.end), len(line.rstrip())))
        elif self.format == _CSV and (tail := _start_of(_CSV_TAIL, line, self.end)) < (
            end := len(line.rstrip())
        ):
            places.append((tail, end))
        return places


_DOCKER_JSON = "docker_json"
# Docker writes {"log":"...\n","stream":"stderr","time":"2026-10-07T09:00:00.123456789Z"}. The journal's message can end
# the object.
_DOCKER_TAIL = re.compile(
    r"(?:\\n)?\"(?:,\s?\"(?:stream|attrs|time|date|@timestamp|source|_p|logtag|kubernetes|container_(?:id|name)|ecs_\w{1,30}|[A-Z_]{2,40})\"\s?:[^\n]{0,1000})?\}\s*\Z"
)
_CSV = "csv"
# The columns after the message of an exported event, such as the log stream.
_CSV_TAIL = re.compile(r"\"?(?:,(?:[^\s,\"]{0,300}|\"[^\s,\"]{0,300}\")){1,6}\s*\Z")


def _start_of(tail: re.Pattern[str], line: str, begin: int) -> int:
    m = tail.search(line, begin)
    return m.start() if m else len(line.rstrip())


_NO_PREFIX = Prefix("", "", 0, is_stamped=False)
# Every prefix starts with one of these, with the name of a month or day, or with a level and a slash, or contains a bar,
# a hyphen or a tab.
_PREFIX_STARTS = frozenset("0123456789[<>{@#\x1b")
_SHORT_NAME = 3
_UNSTAMPED = frozenset({
    "quote", "buildkit", "stern", "stern_ordinal", "request_tag", "logcat_brief", "docker_json", "docker_compose",
    "kubectl", "packer", "pytest", "github_cli",
})  # fmt: skip
_MAX_PREFIXES = 4
_PARTIAL_TAGS = (" P ", " P")
# The length of a part of a line that Docker splits, in bytes.
_DOCKER_CHUNK = 16_384


def split_prefix(line: str) -> Prefix:
    """Find the prefix of a line, including nested ones such as Docker Compose's before a time stamp.

    >>> split_prefix("api-1  | 09:00:00 INFO ready").stream, split_prefix("ready").format
    ('api-1', '')
    """
    if (
        line[:1] not in _PREFIX_STARTS
        and line[_SHORT_NAME : _SHORT_NAME + 1] != " "
        and line[1:2] != "/"
        and not ("|" in line or "-" in line or "\t" in line)
    ):
        return _NO_PREFIX
    found = _NO_PREFIX
    for _ in range(_MAX_PREFIXES):
        m = PREFIX.match(line, found.end)
        if m is None:
            break
        name = m.lastgroup or ""
        stream = m[name].strip()
        found = Prefix(
            found.format if found.format == _DOCKER_JSON else name,
            f"{found.stream} {stream}" if found.stream and stream else found.stream or stream,
            m.end(),
            is_stamped=found.is_stamped or name not in _UNSTAMPED,
            is_leveled=name in {"bracketed_stamp", "elixir"}
            and _LEVELED.search(line, found.end, m.end()) is not None,
            is_partial=found.is_partial or (name == "container_runtime" and m[0].endswith(_PARTIAL_TAGS)),
            nesting=f"{found.nesting} {name}" if found.nesting else name,
        )
    if found.format == _DOCKER_JSON and len(line) > _DOCKER_CHUNK:
        chunk = found.content_of(line).encode("utf-8", "replace")
        return found._replace(is_partial=len(chunk) == _DOCKER_CHUNK)
    return found


def is_leveled(content: str) -> bool:
    """Return whether content states a log level near its start."""
    m = _LEVELED.search(content, 0, _MAX_LEVEL_END)
    return m is not None and not any(mark in content[: m.start()] for mark in "\"'{}")
