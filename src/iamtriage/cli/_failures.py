"""The commands ``parse`` and ``scan``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.cli._input import open_input
from iamtriage.cli._options import SEARCH_STATUS, add_file
from iamtriage.cli._output import FOUND, NOT_FOUND, bold, format_rows, print_error

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from iamtriage.cli._input import Input
    from iamtriage.cli._output import Commands
    from iamtriage.failures._failures import Failure

__all__ = ("add_commands",)


def add_commands(commands: Commands) -> None:
    """Add the two commands."""
    parse = commands.add_parser(
        "parse",
        help="print the failure that is the root cause",
        description="Find the failure that is the root cause in a log or an error message, and print its "
        "facts: who was denied which action on which resource.",
        epilog=SEARCH_STATUS,
    )
    scan = commands.add_parser(
        "scan",
        help="print every failure of a log or stream",
        description="Print every failure in a log. FILE can be of any size, or a stream that stays open, "
        "such as the output of kubectl logs -f.",
        epilog=SEARCH_STATUS,
    )
    for command, read in ((parse, _read_cause), (scan, _read_all)):
        add_file(command)
        command.add_argument(
            "--json", action="store_true", help="print flat records, one JSON object per line"
        )
        command.add_argument(
            "--unredacted", action="store_true", help="print values as read, also tokens and encoded messages"
        )
        command.set_defaults(run=_run, read=read)


def _run(arguments: argparse.Namespace) -> int:
    with open_input(arguments.file) as source:
        count = _print(arguments.read(source), as_json=arguments.json, redacted=not arguments.unredacted)
        source.check(is_found=bool(count))
    if not count and not arguments.json:
        print_error("no AWS or Kubernetes access failure found")
    return FOUND if count else NOT_FOUND


def _read_cause(source: Input) -> Iterable[Failure]:
    from iamtriage._reading.parsing import parse_stream

    failure = parse_stream(source.file)
    return () if failure is None else (failure,)


def _read_all(source: Input) -> Iterator[Failure]:
    return source.scan()


def _print(failures: Iterable[Failure], *, as_json: bool, redacted: bool) -> int:
    """Print failures as they are found, and return their number."""
    write = _to_json if as_json else _format
    count = 0
    for failure in failures:
        print(("\n" if count and not as_json else "") + write(failure, redacted=redacted), flush=True)
        count += 1
    return count


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
