"""Define the commands ``parse`` and ``scan``."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from iamtriage.cli._input import InputError, Inputs
from iamtriage.cli._options import SEARCH_STATUS, add_color, add_files, add_selection
from iamtriage.cli._scan_formats import CsvWriter, JsonWriter, ParquetWriter, TextWriter

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Iterable

    from iamtriage.cli._output import Commands
    from iamtriage.cli._scan_formats import Writer
    from iamtriage.failures._failures import Failure
    from iamtriage.inputs._inputs import Input

__all__ = ("add_commands",)

_FORMATS = ("text", "jsonl", "csv", "parquet", "github", "sarif")


def add_commands(commands: Commands) -> None:
    """Add the two commands."""
    parse = commands.add_parser(
        "parse",
        help="print the failure that is the root cause",
        description="Find the failure that is the root cause in a log or an error message, and print its "
        "facts: who was denied which action on which resource. With several files, this is done for each.",
        epilog=SEARCH_STATUS,
    )
    scan = commands.add_parser(
        "scan",
        help="print every failure in a log or stream",
        description="Print every failure in logs and event records. FILE can be of any size, or a stream "
        "that stays open, such as the output of kubectl logs -f.",
        epilog=SEARCH_STATUS,
    )
    for command in (parse, scan):
        add_files(command)
        add_selection(command)
        form = command.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="print flat records, one JSON object per line")
        if command is scan:
            form.add_argument(
                "--format",
                choices=_FORMATS,
                default="text",
                help="text (the default), jsonl (as --json), csv, parquet (requires --output), github: "
                "annotations for GitHub Actions, or sarif: for code scanning; the last two state each "
                "problem once",
            )
            command.add_argument(
                "--output", metavar="FILE", help="write to this file instead of standard output"
            )
        command.add_argument(
            "--unredacted",
            action="store_true",
            help="do not redact values, such as tokens and encoded messages",
        )
        add_color(command)
        command.set_defaults(run=_run)
    parse.set_defaults(only_cause=True, format="text", output=None)
    scan.set_defaults(only_cause=False)


def _run(arguments: argparse.Namespace) -> int:
    inputs = Inputs(arguments.files, arguments)
    is_found = False
    with _open_output(arguments) as file:
        writer = _open_writer(arguments, file, inputs)
        try:
            for source in inputs:
                for failure, line in _read(source, arguments):
                    is_found = True
                    writer.write(source, failure, line)
        finally:
            # What was found before an interrupt is written, too.
            writer.finish(inputs.problems)
    is_text = arguments.format == "text" and not arguments.json
    return inputs.report(
        is_found=is_found, nothing="no AWS or Kubernetes access failure found" if is_text else None
    )


@contextmanager
def _open_output(arguments: argparse.Namespace) -> Generator[TextIO, None, None]:
    if arguments.format == "parquet" and arguments.output is None:
        msg = "--format parquet requires --output"
        raise InputError(msg)
    if arguments.output is None or arguments.format == "parquet":
        yield sys.stdout
        return
    with open(arguments.output, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 (a path of a user)
        yield file


def _open_writer(arguments: argparse.Namespace, file: TextIO, inputs: Inputs) -> Writer:
    redacted = not arguments.unredacted
    if arguments.json or arguments.format == "jsonl":
        return JsonWriter(file, redacted=redacted)
    if arguments.format == "text":
        return TextWriter(file, redacted=redacted, has_headings=inputs.are_many)
    if arguments.format == "csv":
        return CsvWriter(file, redacted=redacted)
    if arguments.format == "parquet":
        return ParquetWriter(arguments.output, redacted=redacted)
    from iamtriage.cli._annotations import GithubWriter, SarifWriter

    return GithubWriter(file) if arguments.format == "github" else SarifWriter(file)


def _read(source: Input, arguments: argparse.Namespace) -> Iterable[tuple[Failure, int | None]]:
    """Return the failures of an input, with line numbers if the format writes them."""
    if arguments.only_cause:
        cause = source.find_cause()
        return () if cause is None else ((cause, None),)
    if arguments.format in {"github", "sarif"}:
        return source.failures_with_lines()
    return ((failure, None) for failure in source.failures())
