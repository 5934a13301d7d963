"""Define the command ``report``."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from iamtriage.cli._options import add_selection, name_option
from iamtriage.cli._output import CLEAN, ERROR, PROBLEMS_FOUND, print_error
from iamtriage.cli._policy_files import find_policy_files, read_policy_file

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from iamtriage.cli._output import Commands
    from iamtriage.policies._readers.collection import PolicyCollection
    from iamtriage.report import Report

__all__ = ("add_commands",)

_INTERRUPTED = 130
_DEFAULT_TOP = 10


def add_commands(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "report",
        help="count the denials of many files, and group them into problems",
        description="Read CloudTrail log files, other event records, and logs, with all processor cores. "
        "Report who was denied what, since when, by which policy type, and what would fix it.",
        epilog="Exit status: 0 if the report is complete, 1 if it has problems that are new (--baseline, "
        "--since-run), 2 on an error or if an input could not be read completely, 130 after Ctrl-C.",
    )
    command.add_argument(
        "paths", nargs="*", metavar="PATH", help="a file, folder, pattern or s3:// URL; - is standard input"
    )
    command.add_argument(
        "--store",
        metavar="FILE",
        help="a DuckDB file that stores the denials; inputs that it has already are not read again",
    )
    output = command.add_argument_group("output")
    output.add_argument("--format", choices=list(_WRITERS), default="text", help="the format (default: text)")
    output.add_argument("--output", metavar="FILE", help="the output file (default: standard output)")
    output.add_argument(
        "--top",
        type=_parse_positive,
        default=_DEFAULT_TOP,
        metavar="N",
        help=f"the number of rows per table, for text (default: {_DEFAULT_TOP})",
    )
    add_selection(command)
    compared = command.add_argument_group("what is new")
    compared.add_argument("--baseline", metavar="FILE", help="the file with the expected problems")
    compared.add_argument(
        "--write-baseline", metavar="FILE", help="write the problems of this report to a file"
    )
    compared.add_argument(
        "--since-run",
        metavar="N",
        help="a run in the store: its number, or last for the one before the newest; later problems are new. "
        "A run that reads nothing new has no number",
    )
    command.add_argument(
        "--policies",
        metavar="POLICY",
        action="append",
        help="a file or folder with policies, to verify proposed policies and to check trust policies",
    )
    command.add_argument(
        "--workers", type=_parse_positive, metavar="N", help="the number of processes (default: one per core)"
    )
    command.set_defaults(run=_run)


def _parse_positive(text: str) -> int:
    """Parse a positive number.

    Raises:
        ValueError: The string is not a positive number. argparse then prints the usage.
    """
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _run(arguments: argparse.Namespace) -> int:
    try:
        from iamtriage.report import build_report
    except ImportError as error:
        print_error(error)
        return ERROR
    if not arguments.paths and not arguments.store:
        print_error("expected a PATH or --store")
        return ERROR
    if arguments.since_run is not None and not arguments.store:
        print_error("--since-run requires --store")
        return ERROR
    if arguments.format == "parquet" and not arguments.output:
        print_error("--format parquet requires --output")
        return ERROR
    try:
        options = _read_options(arguments)
        with _show_progress() as on_progress:
            report = build_report(arguments.paths, **options, on_progress=on_progress)
        with report:
            return _finish(report, arguments)
    except ImportError as error:
        # HTML requires Altair and vl-convert, and text requires rich.
        print_error(f"{error}: pip install 'iamtriage[report]'")
        return ERROR
    except ValueError as error:
        # The store, baseline, a policy, a time or an account is invalid.
        print_error(name_option(error))
        return ERROR


def _read_options(arguments: argparse.Namespace) -> dict[str, Any]:
    from iamtriage.report import Baseline

    since_run: str | None = arguments.since_run
    if since_run is not None and since_run != "last" and not since_run.isdecimal():
        msg = f"--since-run must be a number or last, not {since_run!r}"
        raise ValueError(msg)
    return {
        "store": arguments.store,
        "since": arguments.since,
        "until": arguments.until,
        "accounts": arguments.account,
        "regions": arguments.region,
        "baseline": Baseline.read(arguments.baseline) if arguments.baseline else None,
        "since_run": int(since_run) if since_run and since_run.isdecimal() else since_run,
        "policies": _read_policies(arguments.policies) if arguments.policies else None,
        "workers": arguments.workers,
    }


def _read_policies(names: list[str]) -> PolicyCollection:
    from iamtriage.policies._readers.collection import merge_collections

    return merge_collections(read_policy_file(path) for name in names for path in find_policy_files(name))


def _finish(report: Report, arguments: argparse.Namespace) -> int:
    """Write the report, and return the exit status."""
    _WRITERS[arguments.format](report, arguments)
    if arguments.write_baseline:
        report.new_baseline().write(arguments.write_baseline)
    if report.was_interrupted:
        advice = (
            "run the command again to read the rest" if arguments.store else "--store keeps what was read"
        )
        print_error(f"interrupted: the report covers only what was read; {advice}")
        return _INTERRUPTED
    unread = report.totals["inputs_with_problems"]
    if unread:
        print_error(f"inputs that could not be read completely: {unread}")
        return ERROR
    return PROBLEMS_FOUND if report.totals["new_problems"] else CLEAN


def _write_text(report: Report, arguments: argparse.Namespace) -> None:
    if not arguments.output and sys.stdout.isatty():
        from iamtriage.report._formats.terminal import print_summary

        print_summary(report, sys.stdout, top=arguments.top)
        return
    _write(report.to_text(top=arguments.top), arguments)


def _write(text: str, arguments: argparse.Namespace) -> None:
    if not arguments.output:
        sys.stdout.write(text)
        return
    with open(arguments.output, "w", encoding="utf-8") as file:  # noqa: PTH123 (a name from the command line)
        file.write(text)


def _write_csv(report: Report, arguments: argparse.Namespace) -> None:
    report.write_csv(arguments.output or sys.stdout)


_WRITERS: dict[str, Callable[[Report, argparse.Namespace], None]] = {
    "text": _write_text,
    "html": lambda report, arguments: _write(report.to_html(), arguments),
    "json": lambda report, arguments: _write(f"{report.to_json()}\n", arguments),
    "csv": _write_csv,
    "parquet": lambda report, arguments: report.write_parquet(arguments.output),
    "markdown": lambda report, arguments: _write(report.to_markdown(top=arguments.top), arguments),
}


def _show_progress() -> Any:  # noqa: ANN401 (a context manager with the callback)
    """Return a context manager with a function that shows the progress, or ``None`` without a terminal."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    from iamtriage.report._formats.terminal import show_progress

    return show_progress(sys.stderr)
