"""The commands ``parse`` and ``scan``; not for reading failures, which ``parsing`` and ``scanning`` do."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

from iamtriage.cli._input import opened
from iamtriage.cli._output import FOUND, NOTHING, bold, complain, rows
from iamtriage.failures._labels import LABELS
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from iamtriage.cli._output import Commands
    from iamtriage.failures._failures import Failure

__all__ = ("add_commands",)

_WIDTH = max(map(len, LABELS.values()))


def add_commands(commands: Commands) -> None:
    """Add the two commands."""
    for name, words in (
        ("parse", "show the one failure that is the cause"),
        ("scan", "show every failure, also of a stream"),
    ):
        command = commands.add_parser(name, help=words, description=f"Read a text and {words}.")
        command.add_argument(
            "file", nargs="?", default="-", metavar="FILE", help="what to read; - or nothing: standard input"
        )
        command.add_argument("--json", action="store_true", help="print flat records, one JSON object a line")
        command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    return _print(_failures(arguments), as_json=arguments.json)


def _failures(arguments: argparse.Namespace) -> Iterator[Failure]:
    with opened(arguments.file) as file:
        yield from _read(arguments.command, file)


def _read(command: str, file: IO[str]) -> Iterable[Failure]:
    if command == "scan":
        from iamtriage._reading.scanning import scan

        return scan(file)
    from iamtriage._reading.parsing import parse

    failure = parse(file.read())
    return () if failure is None else (failure,)


def _print(failures: Iterator[Failure], *, as_json: bool) -> int:
    """Print failures as they come; tell whether there was any."""
    count = 0
    for failure in failures:
        if as_json:
            print(json.dumps(to_record(failure), ensure_ascii=True), flush=True)
        else:
            print(("\n" if count else "") + _readable(failure), flush=True)
        count += 1
    if not count and not as_json:
        complain("no AWS or Kubernetes access failure found")
    return FOUND if count else NOTHING


def _readable(failure: Failure) -> str:
    """Give a failure as lines for people."""
    title = bold(failure.kind.replace("_", " "))
    source = failure.envelope.source
    if source:
        title += f"  (from {source})"
    record = dict(to_record(failure))
    if failure.kind == "kubernetes_forbidden" and record["principal"] == record["k8s_user"]:
        # One name is one line.
        record["principal"] = None
    return "\n".join([title, *rows([(label, record[key]) for key, label in LABELS.items()], _WIDTH)])
