"""Render a report as one HTML file without external resources.

Every untrusted value is escaped, or is in a JSON data block, from which the script creates text nodes. A
content security policy allows only the style sheet and the script of this package.
"""

from __future__ import annotations

import json
from functools import cache
from html import escape
from itertools import islice
from pkgutil import get_data
from typing import TYPE_CHECKING, Any

from iamtriage._rendering.html.cards import build_page
from iamtriage._rendering.texts import is_web_address
from iamtriage._text import escape_controls, escape_lines
from iamtriage.report._formats.headline import build_headline
from iamtriage.report._formats.page.plots import draw_bars, draw_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage.report._contents import Contents

__all__ = ("render_page",)

# The number of problems that a browser can filter and sort without delay.
_MAX_PROBLEMS = 10_000
# The number of problems that the page shows without running the script, for example if a program prints it.
_MAX_STATIC = 50
# The number of problems with a short explanation as text. Others have their summary, cause and remedy.
_MAX_TEXTS = 300
_MAX_ROWS = 500
_MAX_BARS = 10
_MAX_POLICIES, _MAX_POLICY_LENGTH = 200, 20_000

_COLUMNS = (
    *("count", "first_seen", "last_seen", "is_new", "summary", "cause", "url", "remedy", "trust"),
    *("principal", "action", "resource", "account", "resource_account", "region", "service", "operation"),
    *("policy_type", "deny", "error_code", "kind", "fingerprint", "event_id", "source_ip", "text"),
)
# The rows that expanding a problem shows, in order.
_FACTS = {
    "principal": "Principal",
    "action": "Action",
    "resource": "Resource",
    "account": "Account",
    "resource_account": "Resource account",
    "region": "Region",
    "operation": "Operation",
    "deny": "Denied",
    "error_code": "Error code",
    "first_seen": "First seen",
    "last_seen": "Last seen",
    "event_id": "Example event",
    "source_ip": "Example source IP",
    "fingerprint": "Fingerprint",
}
_TABLES = {
    "principal": ("principal", "Principals"),
    "action": ("action", "Actions"),
    "account": ("account", "Accounts"),
    "region": ("region", "Regions"),
    "service": ("service", "Services"),
    "error_code": ("error_code", "Error codes"),
    "kind": ("kind", "Kinds"),
    "mfa": ("mfa", "Multi-factor authentication"),
}


def render_page(report: Contents) -> str:
    """Return the page of a report."""
    style, script = _read("page.css"), _read("page.js")
    body = f"\n{''.join(_sections(report))}<script>{script}</script>"
    return build_page("Denied AWS calls", body, style, script, head=f"<style>{style}</style>")


@cache
def _read(name: str) -> str:
    data = get_data(__package__ or "", name)
    return (data or b"").decode()


def _text(value: object) -> str:
    return escape(escape_controls(str(value)))


def _sections(report: Contents) -> Iterator[str]:
    yield from _header(report)
    if report.totals["denials"]:
        yield from _plots(report)
        yield from _problems(report)
        for name, (key, title) in _TABLES.items():
            yield from _group(report, name, key, title)
        yield from _assumptions(report)
        yield from _policies(report)
    gone = report.gone()
    if gone:
        columns = ("principal", "action", "resource", "policy_type", "last_seen")
        head = ("Principal", "Action", "Resource", "Policy type", "Last seen")
        rows = (tuple(_cell(each.get(name)) for name in columns) for each in gone)
        yield from _table("Problems that no longer occur", head, rows, len(gone))
    inputs = report.inputs(only_problems=True)
    if inputs:
        rows = ((_cell(each["name"]), _cell(each["reason"])) for each in inputs)
        yield from _table("Inputs that were not read completely", ("Input", "Reason"), rows, len(inputs))


def _header(report: Contents) -> Iterator[str]:
    totals = report.totals
    yield "<header><h1>Denied AWS calls</h1>"
    yield "".join(f'<p class="quiet">{_text(line)}.</p>' for line in build_headline(totals))
    shown = {
        "Denials": totals["denials"],
        "Problems": totals["problems"],
        "New problems": totals["new_problems"],
        "Problems that no longer occur": totals["gone_problems"],
        "Principals": totals["principals"],
        "Records": totals["records"],
        "Inputs read": totals["inputs_read"],
    }
    cells = (f"<div><dt>{k}</dt><dd>{v:,}</dd></div>" for k, v in shown.items() if v is not None)
    yield f'<dl class="totals">{"".join(cells)}</dl></header>\n'


# ---------------------------------------------------------------------------------------------- plots


def _plots(report: Contents) -> Iterator[str]:
    days = report.count_by("day")
    yield '<section><h2>Overview</h2><div class="plots">'
    if len([row for row in days if row["day"] is not None]) > 1:
        yield _figure("Denials by day", draw_days(days), days, "day")
    for name, key, title in (
        ("layer", "policy_type", "Denials by policy type"),
        ("principal", "principal", "Principals with the most denials"),
        ("action", "action", "Actions with the most denials"),
    ):
        rows = report.count_by(name, _MAX_BARS)
        yield _figure(title, draw_bars(rows, key), rows, key)
    yield "</div></section>\n"


def _figure(title: str, svg: str, rows: Sequence[dict[str, Any]], key: str) -> str:
    """Return a plot with its numbers as a table, which is its text alternative."""
    body = "".join(
        f'<tr>{_cell(row[key])}<td class="number">{row["denials"]:,}</td></tr>' for row in rows[:_MAX_ROWS]
    )
    name = key.replace("_", " ").capitalize()
    return (
        f"<figure><figcaption>{title}</figcaption>{svg}<details><summary>Numbers</summary><table>"
        f'<thead><tr><th>{name}</th><th class="number">Denials</th></tr></thead>'
        f"<tbody>{body}</tbody></table></details></figure>"
    )


# ------------------------------------------------------------------------------------------- problems


def _problems(report: Contents) -> Iterator[str]:
    urls: dict[str, int] = {}
    texts = dict(report.explanations(_MAX_TEXTS))
    rows = [
        _problem_row({**each, "text": texts.get(each["fingerprint"])}, urls)
        for each in report.problems(_MAX_PROBLEMS)
    ]
    total: int = report.totals["problems"]
    yield '<section><h2 id="problems-title">Problems</h2>'
    if total > len(rows):
        yield (
            f'<p class="quiet">The {len(rows):,} most frequent of {total:,} problems. '
            "<code>--format json</code> has all of them.</p>"
        )
    yield (
        '<div class="tools" id="problem-tools" hidden>'
        '<label class="wide">Filter<input type="search" id="problem-filter" '
        'placeholder="words, in any order"></label>'
    )
    choices = {"policy_type": "Policy type", "account": "Account", "service": "Service"}
    if report.totals["new_problems"] is not None:
        choices = {"is_new": "New", **choices}
    for column, title in choices.items():
        yield (f'<label>{title}<select data-column="{column}"><option value="">all</option></select></label>')
    yield (
        '</div><table class="problems" id="problems" aria-labelledby="problems-title"><thead><tr>'
        '<th class="number">Denials</th><th>Problem</th><th>Policy type</th>'
        "<th>First seen</th><th>Last seen</th></tr></thead><tbody>"
    )
    yield from (_static_row(dict(zip(_COLUMNS, row, strict=True)), list(urls)) for row in rows[:_MAX_STATIC])
    yield (
        '</tbody></table><div class="pager" id="problem-pager" hidden>'
        '<button type="button" id="problem-previous">Previous</button>'
        '<button type="button" id="problem-next">Next</button>'
        '<span id="problem-status" class="quiet" aria-live="polite"></span></div>'
    )
    data = {"names": _COLUMNS, "rows": rows, "urls": list(urls), "columns": list(_FACTS.items())}
    yield f'<script type="application/json" id="problem-data">{_dump(data)}</script></section>\n'


def _dump(data: object) -> str:
    """Return data as JSON that is safe in a script element."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _problem_row(problem: dict[str, Any], urls: dict[str, int]) -> list[Any]:
    explanation: dict[str, Any] = problem["explanation"]
    example: dict[str, Any] = problem["example"] or dict[str, Any]()
    url, trust = explanation["url"], explanation["trust"]
    values: dict[str, Any] = {
        **problem,
        **explanation,
        "url": urls.setdefault(url, len(urls)) if url and is_web_address(url) else None,
        "trust": trust["reason"] if trust else None,
        "event_id": example.get("event_id"),
        "source_ip": example.get("source_ip"),
    }
    # Only the text of an explanation has several lines.
    clean = {**dict.fromkeys(_COLUMNS, escape_controls), "text": escape_lines}
    return [clean[name](each) if isinstance(each := values[name], str) else each for name in _COLUMNS]


def _static_row(row: dict[str, Any], urls: list[str]) -> str:
    badge = '<span class="badge">new</span> ' if row["is_new"] else ""
    link = ""
    if row["url"] is not None:
        place: int = row["url"]
        url = escape(urls[place])
        link = f'<br><a href="{url}" rel="noopener noreferrer">{_text(row["cause"] or "Documentation")}</a>'
    remedy = f": {_text(row['remedy'])}" if row["remedy"] else ""
    days = "".join(
        f'<td class="day">{_text((row[name] or "")[:10])}</td>' for name in ("first_seen", "last_seen")
    )
    return (
        f'<tr><td class="number">{row["count"]:,}</td><td>{badge}{_text(row["summary"])}{link}{remedy}</td>'
        f"{_cell(row['policy_type'])}{days}</tr>"
    )


# --------------------------------------------------------------------------------------------- tables


def _cell(value: object) -> str:
    return '<td class="quiet">not stated</td>' if value is None else f"<td>{_text(value)}</td>"


def _number(value: int) -> str:
    return f'<td class="number" data-value="{value}">{value:,}</td>'


def _group(report: Contents, name: str, key: str, title: str) -> Iterator[str]:
    rows = report.count_by(name)
    if all(row[key] is None for row in rows):
        return
    cells = (
        (
            _cell(row[key]),
            _number(row["denials"]),
            _number(row["problems"]),
            f'<td class="day">{_text((row["last_seen"] or "")[:10])}</td>',
        )
        for row in rows
    )
    head = (key.replace("_", " ").capitalize(), "#Denials", "#Problems", "Last seen")
    yield from _table(title, head, cells, len(rows))


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]], total: int) -> Iterator[str]:
    """Yield a section with a table. Titles of columns with numbers begin with ``#``."""
    yield f"<section><h2>{title}</h2>"
    if total > _MAX_ROWS:
        yield f'<p class="quiet">The first {_MAX_ROWS:,} of {total:,}.</p>'
    if total > _MAX_BARS:
        yield (
            '<div class="tools" hidden><label class="wide">Filter<input type="search" class="filter">'
            "</label></div>"
        )
    heads = "".join(
        f'<th class="number">{name[1:]}</th>' if name.startswith("#") else f"<th>{name}</th>" for name in head
    )
    yield f'<div class="scroll"><table class="sortable"><thead><tr>{heads}</tr></thead><tbody>'
    yield from (f"<tr>{''.join(row)}</tr>" for row in islice(rows, _MAX_ROWS))
    yield "</tbody></table></div></section>\n"


def _assumptions(report: Contents) -> Iterator[str]:
    found = report.denied_role_assumptions()
    if not found:
        return
    is_checked = "trust" in found[0]
    rows = (
        (
            _number(row["denials"]),
            _cell(row["role"]),
            _cell(row["subject"] or row["principal"] or row["identity_provider"]),
            *((_cell(row["trust"]["reason"] if row["trust"] else None),) if is_checked else ()),
            f'<td class="day">{_text((row["last_seen"] or "")[:10])}</td>',
        )
        for row in found
    )
    head = ("#Denials", "Role", "Caller", *(("Trust policy",) if is_checked else ()), "Last seen")
    yield from _table("Roles that could not be assumed", head, rows, len(found))


def _policies(report: Contents) -> Iterator[str]:
    policies = report.policies_by_principal
    if not policies:
        return
    yield "<section><h2>Least-privilege policies</h2>"
    yield '<p class="quiet">Each allows the denied actions of one principal, and nothing else.'
    if len(policies) > _MAX_POLICIES:
        yield f" The first {_MAX_POLICIES:,} of {len(policies):,}."
    yield "</p>"
    for principal, proposed in islice(policies.items(), _MAX_POLICIES):
        text = json.dumps(proposed["policy"], indent=2)
        shown = f"<pre><code>{_text_block(text)}</code></pre>"
        if len(text) > _MAX_POLICY_LENGTH:
            shown = '<p class="quiet">It is too long for this page; <code>--format json</code> has it.</p>'
        verdict = ""
        checked = proposed["verification"]
        if checked is not None:
            names = {"fixed": "fixed", "not_fixed": "not fixed", "undecided": "undecided"}
            counts = ", ".join(f"{checked[key]:,} {name}" for key, name in names.items())
            reasons = "".join(f"<li>{_text(reason)}</li>" for reason in checked["reasons"])
            verdict = f"<p>Verified: {counts}.</p><ul>{reasons}</ul>"
        name = _text(principal or "Principals that are not stated")
        yield f'<details class="policy"><summary>{name}</summary>{verdict}{shown}</details>'
    yield "</section>\n"


def _text_block(text: str) -> str:
    return "\n".join(_text(line) for line in text.split("\n"))
