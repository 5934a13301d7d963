"""The command line: ``iamtriage parse`` and ``iamtriage scan``; not for logic of its own.

Exit status as grep's: 0 something was found, 1 nothing, 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from io import BufferedReader, TextIOWrapper
from typing import IO, TYPE_CHECKING

from iamtriage.records import to_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage.failures import Failure

__all__ = ("main",)

FOUND, NOTHING, WRONG_USE = 0, 1, 2

_LABELS = {
    "principal": "who",
    "action": "action",
    "resource": "resource",
    "k8s_user": "user",
    "k8s_verb": "verb",
    "k8s_resource": "resource type",
    "k8s_api_group": "API group",
    "k8s_namespace": "namespace",
    "deny": "denied",
    "policy_type": "policy type",
    "policy_arn": "policy",
    "code": "code",
    "operation": "operation",
    "service": "service",
    "status_code": "HTTP status",
    "account": "account",
    "request_id": "request id",
    "host_id": "host id",
    "authorization_id": "authorization id",
    "encoded_message": "encoded message",
}
_WIDTH = max(map(len, _LABELS.values()))
_LONGEST_VALUE = 400
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; those of the process when None.

    Returns:
        0 when something was found, 1 when nothing was, 2 on wrong use.
    """
    # Whatever a log holds, printing must not fail.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        return WRONG_USE if stop.code else FOUND
    try:
        return _print(_failures(arguments), as_json=arguments.json)
    except BrokenPipeError:
        # The reader of our output has had enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except OSError as error:
        print(f"iamtriage: {error.filename or arguments.file}: {error.strerror or error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iamtriage",
        description="Read AWS authorization and credential failures out of error texts and logs.",
        epilog="Exit status: 0 something was found, 1 nothing, 2 wrong use.",
    )
    parser.add_argument("--version", action="version", version=f"iamtriage {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, words in (
        ("parse", "show the one failure that is the cause"),
        ("scan", "show every failure, also of a stream"),
    ):
        command = commands.add_parser(name, help=words, description=f"Read a text and {words}.")
        command.add_argument(
            "file", nargs="?", default="-", metavar="FILE", help="what to read; - or nothing: standard input"
        )
        command.add_argument("--json", action="store_true", help="print flat records, one JSON object a line")
    return parser


def _version() -> str:
    from iamtriage import __version__

    return __version__


def _failures(arguments: argparse.Namespace) -> Iterator[Failure]:
    if arguments.file == "-":
        yield from _read(arguments.command, _as_text(sys.stdin))
    else:
        with open(arguments.file, encoding="utf-8") as file:  # noqa: PTH123 (a name from the command line)
            yield from _read(arguments.command, _as_text(file))


def _as_text(file: IO[str]) -> IO[str]:
    """Read a file in the encoding that its first bytes say; whatever they are, reading goes on."""
    from iamtriage._reading.encodings import encoding_of

    stream: object = file
    if isinstance(stream, TextIOWrapper):
        start = stream.buffer.peek(2) if isinstance(stream.buffer, BufferedReader) else b""  # pyright: ignore[reportUnknownMemberType]
        stream.reconfigure(encoding=encoding_of(start[:2]), errors="replace")
    return file


def _read(command: str, file: IO[str]) -> Iterable[Failure]:
    if command == "scan":
        from iamtriage.scanning import scan

        return scan(file)
    from iamtriage.parsing import parse

    failure = parse(file.read())
    return () if failure is None else (failure,)


def _print(failures: Iterator[Failure], *, as_json: bool) -> int:
    """Print failures as they come; tell whether there was any."""
    bold = not as_json and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    count = 0
    for failure in failures:
        if as_json:
            print(json.dumps(to_record(failure), ensure_ascii=True), flush=True)
        else:
            print(("\n" if count else "") + _readable(failure, bold=bold), flush=True)
        count += 1
    if not count and not as_json:
        print("iamtriage: no AWS or Kubernetes access failure found", file=sys.stderr)
    return FOUND if count else NOTHING


def _readable(failure: Failure, *, bold: bool) -> str:
    """Give a failure as lines for people."""
    title = failure.kind.replace("_", " ")
    source = failure.envelope.source
    lines = [f"{_BOLD}{title}{_PLAIN}" if bold else title]
    if source:
        lines[0] += f"  (from {source})"
    for key, value in to_record(failure).items():
        if (
            key in _LABELS
            and value is not None
            and not (key == "principal" and value == getattr(failure, "user", None))
        ):
            lines.append(f"  {_LABELS[key]:<{_WIDTH}}  {_printable(value)}")
    order = {label: at for at, label in enumerate(_LABELS.values())}
    lines[1:] = sorted(lines[1:], key=lambda line: order[line[2 : 2 + _WIDTH].rstrip()])
    return "\n".join(lines)


def _printable(value: object) -> str:
    """Give a value as one line that no terminal takes for a command."""
    text = str(value)
    if len(text) > _LONGEST_VALUE:
        text = f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text) or '""'
