"""Format a report as Markdown, for example for an issue or a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._text import escape_controls
from iamtriage.report._formats.headline import build_headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.report._contents import Contents

__all__ = ("render_markdown",)

_MAX_ROWS = 50
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$@-])")
_GROUPS = {"principal": "principal", "action": "action", "layer": "policy_type", "account": "account"}


def render_markdown(report: Contents, *, top: int = _MAX_ROWS) -> str:
    """Return a report as GitHub Flavored Markdown, which has tables."""
    return "\n".join(_lines(report, top)) + "\n"


def _lines(report: Contents, top: int) -> Iterator[str]:
    yield "# Denied AWS calls"
    yield ""
    for line in build_headline(report.totals):
        yield f"{line}."
        yield ""
    if report.totals["problems"]:
        shown = min(top, report.totals["problems"])
        yield f"## Problems ({shown:,} of {report.totals['problems']:,})"
        yield ""
        yield from _table(
            ("Count", "First seen", "Last seen", "Problem", "Cause"), _problem_rows(report, top)
        )
    for name, key in _GROUPS.items():
        rows = report.count_by(name, top)
        if any(row[key] is not None for row in rows):
            title = key.replace("_", " ").capitalize()
            yield f"## {title}"
            yield ""
            cells = ((_cell(row[key]), f"{row['denials']:,}", f"{row['problems']:,}") for row in rows)
            yield from _table((title, "Denials", "Problems"), cells)
    gone = report.gone()
    if gone:
        yield f"## Problems that no longer occur ({min(top, len(gone)):,} of {len(gone):,})"
        yield ""
        names = ("principal", "action", "resource")
        yield from _table(
            ("Principal", "Action", "Resource"),
            (tuple(_cell(each.get(n)) for n in names) for each in gone[:top]),
        )
    inputs = report.inputs(only_problems=True)
    if inputs:
        yield "## Inputs that were not read completely"
        yield ""
        yield from _table(("Input", "Reason"), ((_cell(i["name"]), _cell(i["reason"])) for i in inputs))


def _problem_rows(report: Contents, top: int) -> Iterator[tuple[str, ...]]:
    for problem in report.problems(top):
        explanation: dict[str, Any] = problem["explanation"]
        summary = _cell(explanation["summary"])
        cause, url = explanation["cause"], explanation["url"]
        yield (
            f"{problem['count']:,}",
            _cell((problem["first_seen"] or "")[:10]),
            _cell((problem["last_seen"] or "")[:10]),
            f"**New** {summary}" if problem["is_new"] else summary,
            f"[{_cell(cause)}]({url})" if cause else "",
        )


def _cell(value: object) -> str:
    """Escape a value so that it is text in any Markdown, in one line."""
    return "not stated" if value is None else _SPECIAL.sub(r"\\\1", escape_controls(str(value)))


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(' --- ' for _ in head)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
