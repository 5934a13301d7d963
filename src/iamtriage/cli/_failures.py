"""The commands ``parse`` and ``scan``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.cli._input import Inputs
from iamtriage.cli._options import SEARCH_STATUS, add_files, add_selection
from iamtriage.cli._output import bold, format_rows, print_heading

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from iamtriage.cli._output import Commands
    from iamtriage.failures._failures import Failure
    from iamtriage.inputs._inputs import Input

__all__ = ("add_commands",)


def add_commands(commands: Commands) -> None:
    """Add the two commands."""
    parse = commands.add_parser(
        "parse",
        help="print the failure that is the root cause",
        description="Find the failure that is the root cause in a log or an error message, and print its "
        "facts: who was denied which action on which resource. Of several files, each has its own.",
        epilog=SEARCH_STATUS,
    )
    scan = commands.add_parser(
        "scan",
        help="print every failure of a log or stream",
        description="Print every failure in logs and event records. FILE can be of any size, or a stream "
        "that stays open, such as the output of kubectl logs -f.",
        epilog=SEARCH_STATUS,
    )
    for command, read in ((parse, _read_cause), (scan, _read_all)):
        add_files(command)
        add_selection(command)
        command.add_argument(
            "--json", action="store_true", help="print flat records, one JSON object per line"
        )
        command.add_argument(
            "--unredacted", action="store_true", help="print values as read, also tokens and encoded messages"
        )
        command.set_defaults(run=_run, read=read)


def _run(arguments: argparse.Namespace) -> int:
    inputs = Inputs(arguments.files, arguments)
    has_headings = inputs.are_many and not arguments.json
    count = 0
    for source in inputs:
        is_first = True
        for failure in arguments.read(source):
            if has_headings and is_first:
                print_heading(source.name, is_first=not count)
            elif count and not arguments.json:
                print()
            print(_write(failure, arguments), flush=True)
            count, is_first = count + 1, False
    nothing = None if arguments.json else "no AWS or Kubernetes access failure found"
    return inputs.report(is_found=bool(count), nothing=nothing)


def _read_cause(source: Input) -> Iterable[Failure]:
    failure = source.find_cause()
    return () if failure is None else (failure,)


def _read_all(source: Input) -> Iterator[Failure]:
    return source.failures()


def _write(failure: Failure, arguments: argparse.Namespace) -> str:
    write = _to_json if arguments.json else _format
    return write(failure, redacted=not arguments.unredacted)


def _to_json(failure: Failure, *, redacted: bool) -> str:
    import json

    from iamtriage.failures._records import to_record

    return json.dumps(to_record(failure, redacted=redacted), ensure_ascii=True)


def _format(failure: Failure, *, redacted: bool) -> str:
    """Format a failure for people."""
    from iamtriage.failures._labels import LABELS
    from iamtriage.failures._records import to_record

    title = bold(failure.kind.replace("_", " "))
    source = failure.envelope.source
    if source:
        title += f"  (from {source})"
    record = dict(to_record(failure, redacted=redacted))
    if failure.kind == "kubernetes_forbidden" and record["principal"] == record["k8s_user"]:
        # Print one name only once.
        record["principal"] = None
    width = max(map(len, LABELS.values()))
    return "\n".join([title, *format_rows([(label, record[key]) for key, label in LABELS.items()], width)])
