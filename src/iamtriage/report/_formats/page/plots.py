"""Draw the plots of the page as SVG, without a network.

Altair describes a plot, and vl-convert renders it. The colors are markers that the style sheet of the page
replaces, so that plots are also readable in dark mode.
"""

# Altair's types are incomplete:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingImports=false

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("BAR_COLOR", "LINE_COLOR", "TEXT_COLOR", "draw_bars", "draw_days")

TEXT_COLOR, LINE_COLOR, BAR_COLOR = "#010101", "#020202", "#030303"
"""Markers for colors, as the attributes of the SVG state them."""
# All plots have the same width, so that their text has the same size after scaling.
_WIDTH, _HEIGHT = 480, 190
_AXIS_WIDTH = 44
_MAX_LABEL = 40
# Browsers can use wider fonts than vl-convert.
_CHARACTER_WIDTH = 7.4
_CONFIG: dict[str, Any] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "bar": {"color": BAR_COLOR},
    "axis": {
        "labelColor": TEXT_COLOR,
        "titleColor": TEXT_COLOR,
        "domainColor": LINE_COLOR,
        "tickColor": LINE_COLOR,
        "gridColor": LINE_COLOR,
        "labelFontSize": 12,
        "labelLimit": 400,
    },
}
# The page has the description of a plot, and its numbers as a table.
_ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_SIZE = re.compile(r'\A<svg [^>]*?(viewBox="[\d. -]+")[^>]*>')


def draw_days(rows: Sequence[dict[str, Any]]) -> str:
    """Draw the denials by day."""
    import altair as alt

    values = [{"day": row["day"], "denials": row["denials"]} for row in rows if row["day"] is not None]
    days = alt.Axis(grid=False, format="%b %-d", tickMinStep=86_400_000, tickCount=6)
    numbers = alt.Axis(**_ticks(values), minExtent=_AXIS_WIDTH, maxExtent=_AXIS_WIDTH)
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X("day:T", timeUnit="utcyearmonthdate", title=None, axis=days),
            y=alt.Y("denials:Q", title=None, axis=numbers),
        )
        .properties(width=_WIDTH - _AXIS_WIDTH, height=_HEIGHT)
    )
    return _render(chart)


def draw_bars(rows: Sequence[dict[str, Any]], key: str) -> str:
    """Draw the denials by the values of a key, as bars in the given order."""
    import altair as alt

    names = [_label(row[key]) for row in rows]
    # Labels that are equal after they were shortened would share one bar.
    before = [names[:place].count(name) for place, name in enumerate(names)]
    names = [f"{name} ({count + 1})" if count else name for name, count in zip(names, before, strict=True)]
    values = [
        {"place": place, "value": name, "denials": row["denials"]}
        for place, (name, row) in enumerate(zip(names, rows, strict=True))
    ]
    extent = round(_CHARACTER_WIDTH * max(map(len, names))) + 10
    labels = alt.Axis(grid=False, ticks=False, domain=False, minExtent=extent, maxExtent=extent)
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar(height=14)
        .encode(
            y=alt.Y("value:N", sort=alt.SortField("place"), title=None, axis=labels),
            x=alt.X("denials:Q", title=None, axis=alt.Axis(**_ticks(values))),
        )
        .properties(width=_WIDTH - extent, height={"step": 22})
    )
    return _render(chart)


def _ticks(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the options of an axis with whole numbers of denials."""
    return {"tickCount": min(4, max(each["denials"] for each in values)), "format": "~s"}


def _label(value: object) -> str:
    """Return a value as a label. A long value is shortened to its end, which distinguishes ARNs."""
    text = escape_controls("not stated" if value is None else str(value))
    return text if len(text) <= _MAX_LABEL else f"…{text[-_MAX_LABEL:]}"


def _render(chart: Any) -> str:  # noqa: ANN401 (Altair's types are incomplete)
    from vl_convert import vegalite_to_svg

    svg: str = vegalite_to_svg({**chart.to_dict(), "config": _CONFIG})
    svg = _ROLES.sub("", svg)
    return _SIZE.sub(
        r'<svg xmlns="http://www.w3.org/2000/svg" class="plot" aria-hidden="true" \1>', svg, count=1
    )
