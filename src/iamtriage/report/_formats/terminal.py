"""Print a report and its progress on a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from iamtriage._text import escape_controls
from iamtriage.report._formats.headline import build_headline

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TextIO

    from iamtriage.report._contents import Contents
    from iamtriage.report._contents import Progress as ReportProgress

__all__ = ("print_summary", "show_progress")

_MAX_ROWS = 10
_MAX_INPUTS = 20
_WIDTH = 100
# Title -> the name for count_by() and the key of its rows.
_GROUPS = {
    "Principal": ("principal", "principal"),
    "Action": ("action", "action"),
    "Policy type": ("layer", "policy_type"),
    "Account": ("account", "account"),
    "Region": ("region", "region"),
    "Error code": ("error_code", "error_code"),
    "Kind": ("kind", "kind"),
}


def print_summary(report: Contents, file: TextIO, *, top: int = _MAX_ROWS) -> None:
    """Print the most frequent problems and values of a report."""
    console = Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = _WIDTH
    first, *rest = build_headline(report.totals)
    console.print(Text(first, "bold"))
    for line in rest:
        console.print(line)
    _print_problems(report, console, top)
    for title, (name, key) in _GROUPS.items():
        rows = report.count_by(name, top)
        if any(row[key] is not None for row in rows):
            _print_group(console, title, key, rows)
    _print_assumptions(report, console, top)
    _print_gone(report, console, top)
    _print_inputs(report, console)


def _escape(value: object) -> Text:
    return Text(escape_controls(str(value)))


def _new_table(console: Console) -> Table:
    console.print()
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")


def _print_problems(report: Contents, console: Console, top: int) -> None:
    if not report.totals["problems"]:
        return
    table = _new_table(console)
    table.add_column("Count", justify="right")
    table.add_column("Last seen", no_wrap=True)
    shown = min(top, report.totals["problems"])
    table.add_column(f"Problem ({shown:,} of {report.totals['problems']:,})", overflow="fold")
    for problem in report.problems(top):
        explanation = problem["explanation"]
        text = _escape(explanation["summary"])
        if problem["is_new"]:
            text = Text.assemble(("new  ", "bold yellow"), text)
        advice = ": ".join(each for each in (explanation["cause"], explanation["remedy"]) if each)
        if advice:
            text.append(f"\n{escape_controls(advice)}", "dim")
        if explanation["trust"]:
            text.append(f"\nTrust policy: {escape_controls(explanation['trust']['reason'])}", "dim")
        table.add_row(f"{problem['count']:,}", (problem["last_seen"] or "-")[:10], text)
    console.print(table)


def _print_group(console: Console, title: str, key: str, rows: list[dict[str, Any]]) -> None:
    table = _new_table(console)
    table.add_column("Denials", justify="right")
    table.add_column("Problems", justify="right")
    table.add_column(title, overflow="fold")
    for row in rows:
        value = _escape(row[key]) if row[key] is not None else Text("not stated", "dim")
        table.add_row(f"{row['denials']:,}", f"{row['problems']:,}", value)
    console.print(table)


def _print_assumptions(report: Contents, console: Console, top: int) -> None:
    rows = report.denied_role_assumptions(top)
    if not rows:
        return
    table = _new_table(console)
    table.add_column("Denials", justify="right")
    table.add_column("Role that could not be assumed", overflow="fold")
    table.add_column("Caller", overflow="fold")
    for row in rows:
        role = _escape(row["role"] or "not stated")
        caller = _escape(row["subject"] or row["principal"] or row["identity_provider"] or "not stated")
        if row.get("trust"):
            role.append(f"\n{escape_controls(row['trust']['reason'])}", "dim")
        table.add_row(f"{row['denials']:,}", role, caller)
    console.print(table)


def _print_gone(report: Contents, console: Console, top: int) -> None:
    gone = report.gone()
    if not gone:
        return
    table = _new_table(console)
    table.add_column("Action", overflow="fold")
    table.add_column("Principal", overflow="fold")
    table.add_column(
        f"Resource no longer denied ({min(top, len(gone)):,} of {len(gone):,})",
        overflow="fold",
    )
    for each in gone[:top]:
        table.add_row(
            *(_escape(each.get(name) or "not stated") for name in ("action", "principal", "resource"))
        )
    console.print(table)


def _print_inputs(report: Contents, console: Console) -> None:
    inputs = report.inputs(only_problems=True)
    if not inputs:
        return
    console.print()
    console.print(Text(f"Inputs that were not read completely ({len(inputs):,})", "bold"))
    for each in inputs[:_MAX_INPUTS]:
        console.print(_escape(f"  {each['name']}: {each['reason']}"), soft_wrap=True)
    if len(inputs) > _MAX_INPUTS:
        console.print(f"  and {len(inputs) - _MAX_INPUTS:,} others: --format json lists all of them")


@contextmanager
def show_progress(file: TextIO) -> Generator[Callable[[ReportProgress], None]]:
    """Show the progress of a report in a terminal, and yield the function that updates it."""
    bar = Progress(
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[counts]}"),
        TimeRemainingColumn(compact=True),
        console=Console(file=file, highlight=False),
        transient=True,
    )
    task = bar.add_task("", total=None, counts="")

    def update(progress: ReportProgress) -> None:
        elapsed = bar.tasks[0].elapsed or 0.0
        rate = progress.records / elapsed if elapsed else 0.0
        counts = (
            f"{progress.inputs_read:,}/{progress.inputs:,} inputs, {rate:,.0f} records/s, "
            f"{progress.denials:,} denials"
        )
        bar.update(task, total=progress.size, completed=progress.size_read, counts=counts)

    with bar:
        yield update
