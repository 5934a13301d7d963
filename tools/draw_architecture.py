"""Draw the figures of docs/architecture.md: the packages, and the data flow from a text to an explanation.

The packages and their layers come from the import contract in pyproject.toml, and each description is the
first line of the package's docstring, so that the figure always matches the code::

    python tools/draw_architecture.py            # exit status 1 if docs/_static/*.svg are out of date
    python tools/draw_architecture.py --write    # draws them
"""

from __future__ import annotations

import ast
import sys
import textwrap
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "iamtriage"
FIGURES = ROOT / "docs" / "_static"

WIDTH = 1000
_MARGIN, _GAP, _ARROW = 16, 10, 28
_HEAD, _LINE, _CHARACTER = 38, 17, 6.6  # a box without its text, a line of text, the width of a character
_BOX_HEIGHT = _HEAD + 2 * _LINE
EDGES = frozenset({"__main__", "arrow", "boto", "cli", "inputs", "logs", "notebook", "report", "testing"})
"""Packages that do I/O, or that programs use around the core."""

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2430 }
.name { font: 600 14px ui-monospace, monospace }
.note { font-size: 12px; fill: #5a6270 }
.edge rect { fill: #fdf0dd; stroke: #c98a1d }
.public rect { fill: #e6f0fb; stroke: #3a76b8 }
.private rect { fill: #f1f2f4; stroke: #9aa1ac }
.value rect { fill: #e7f5ea; stroke: #3d8f52 }
path { fill: none; stroke: #5a6270; stroke-width: 1.5 }
"""


def layers() -> list[list[str]]:
    """Return the layers of the contract between the packages, the highest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [c for c in project["tool"]["importlinter"]["contracts"] if c["id"] == "packages"]
    return [line.split(" | ") for line in contract["layers"]]


def description(name: str) -> str:
    """Return the first line of the docstring of a package or module."""
    path = PACKAGE / name / "__init__.py"
    source = path if path.exists() else PACKAGE / f"{name}.py"
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].replace("``", "").rstrip(".")


def packages_figure() -> str:
    """Draw a row of boxes for each layer; each row imports only from rows below it."""
    parts: list[str] = []
    top = _MARGIN
    for layer in layers():
        width = (WIDTH - 2 * _MARGIN - _GAP * (len(layer) - 1)) / len(layer)
        texts = {name: _wrapped(description(name), width) for name in layer}
        height = _HEAD + _LINE * max(map(len, texts.values()))
        for place, (name, lines) in enumerate(texts.items()):
            parts.append(_box((_MARGIN + place * (width + _GAP), top), (width, height), name, lines))
        top += height + _GAP
    title = "The packages of iamtriage in layers. Each imports only from layers below it."
    return _figure(title, parts, top - _GAP + _MARGIN)


_FLOW: tuple[tuple[str, str, str, int, int], ...] = (
    # name, description, kind, column, row
    ("text, stream", "a string, bytes, lines or a file", "value", 0, 0),
    ("exception, mapping", "ClientError, API body, audit record", "value", 0, 2),
    ("entries", "cut a stream into log entries and documents", "private", 1, 0),
    ("canonical", "match unmodified SDK output", "private", 2, 0),
    ("unwrapping", "strip boxes, wraps, escapes", "private", 2, 1),
    ("readers", "find pieces: codes, sentences, bodies", "private", 3, 1),
    ("judging", "join pieces; decide kind and cause", "private", 4, 1),
    ("structured", "read fields; search only the message", "private", 2, 2),
    ("Failure", "typed, frozen, with spans", "value", 4, 2),
    ("record", "flat, JSON-ready; and its fingerprint", "public", 3, 3),
    ("explain + Facts", "choose a rule; build causes and remedies", "public", 4, 3),
    ("Explanation", "summary, causes, remedies", "value", 4, 4),
    ("_rendering", "blocks of text, without secrets", "private", 3, 4),
    ("output", "terminal, Markdown, HTML card, JSON", "value", 2, 4),
)
_ARROWS = (
    ("text, stream", "entries"),
    ("entries", "canonical"),
    ("canonical", "unwrapping"),
    ("unwrapping", "readers"),
    ("readers", "judging"),
    ("judging", "Failure"),
    ("canonical", "Failure"),
    ("exception, mapping", "structured"),
    ("structured", "Failure"),
    ("Failure", "record"),
    ("Failure", "explain + Facts"),
    ("explain + Facts", "Explanation"),
    ("Explanation", "_rendering"),
    ("_rendering", "output"),
)


def flow_figure() -> str:
    """Draw the data flow from a text or exception to a rendered explanation."""
    width = (WIDTH - 2 * _MARGIN - 5 * _ARROW) / 5
    places = {
        name: (_MARGIN + column * (width + _ARROW), _MARGIN + row * (_BOX_HEIGHT + _ARROW))
        for name, _, _, column, row in _FLOW
    }
    parts = [
        _box(places[name], (width, _BOX_HEIGHT), name, _wrapped(text, width), kind)
        for name, text, kind, _, _ in _FLOW
    ]
    parts += [_arrow(places[start], places[end], width) for start, end in _ARROWS]
    height = max(top for _, top in places.values()) + _BOX_HEIGHT + _MARGIN
    title = "The data flow of iamtriage: text, entry, pieces, Failure, Explanation, output."
    return _figure(title, parts, height)


def _wrapped(text: str, width: float) -> list[str]:
    return textwrap.wrap(text, int((width - 20) / _CHARACTER), max_lines=3, placeholder=" …")


def _kind(name: str) -> str:
    if name in EDGES:
        return "edge"
    return "private" if name.startswith("_") else "public"


def _box(
    place: tuple[float, float],
    size: tuple[float, float],
    name: str,
    lines: list[str],
    kind: str | None = None,
) -> str:
    (left, top), (width, height) = place, size
    rows = "".join(
        f'<text class="note" x="{left + 10:.0f}" y="{top + 42 + _LINE * number:.0f}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    return (
        f'<g class="{kind or _kind(name)}">'
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6"/>'
        f'<text class="name" x="{left + 10:.0f}" y="{top + 22:.0f}">{escape(name)}</text>{rows}</g>'
    )


def _arrow(start: tuple[float, float], end: tuple[float, float], width: float) -> str:
    """Draw an arrow along a row or column, down to the left, or to the right around the boxes in between."""
    (x1, y1), (x2, y2) = start, end
    middle = _BOX_HEIGHT / 2
    if y1 == y2:
        first, last = (x1 + width, x2) if x2 > x1 else (x1, x2 + width)
        path = f"M{first:.0f} {y1 + middle:.0f}H{last:.0f}"
    elif x1 == x2:
        path = f"M{x1 + width / 2:.0f} {y1 + _BOX_HEIGHT:.0f}V{y2:.0f}"
    elif x2 < x1:
        across = y2 - _ARROW / 2
        path = f"M{x1 + width / 4:.0f} {y1 + _BOX_HEIGHT:.0f}V{across:.0f}H{x2 + width / 2:.0f}V{y2:.0f}"
    else:
        around = x2 + width + _ARROW
        path = f"M{x1 + width:.0f} {y1 + middle:.0f}H{around:.0f}V{y2 + middle:.0f}H{x2 + width:.0f}"
    return f'<path marker-end="url(#tip)" d="{path}"/>'


def _figure(title: str, parts: list[str], height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto">'
        '<path d="M0 0L8 4L0 8z" style="fill:#5a6270;stroke:none"/></marker></defs>\n'
        f'<rect width="{WIDTH}" height="{height:.0f}" rx="8" style="fill:#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


FILES = {"packages.svg": packages_figure, "flow.svg": flow_figure}


def main(arguments: list[str]) -> int:
    """Draw the figures, or return 1 if the checked-in ones are out of date."""
    if arguments not in ([], ["--write"]):
        sys.stderr.write(__doc__ or "")
        return 2
    outdated = False
    for name, draw in FILES.items():
        drawn = draw()
        path = FIGURES / name
        if arguments:
            path.write_text(drawn, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != drawn:
            sys.stdout.write(
                f"{path.relative_to(ROOT)} is out of date: run tools/draw_architecture.py --write\n"
            )
            outdated = True
    return int(outdated)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
