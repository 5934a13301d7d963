"""Takes off boxes that have a border on both sides, and joins what their width broke.

Not for a bar at the left alone (``unwrap``), nor for tables, whose columns only their borders tell apart.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._reading.unwrapping.linewraps import (
    FULL_LINES,
    NARROWEST,
    RECORD_START,
    last_and_first,
    whole_words_meet,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit, View

_FRAMES = "│┃║|"
# What stands in front of the left border may be a log's; of a pipe, which shells write too, only blanks.
_LEFT = re.compile(r"[^│┃║]{0,48}?(?P<bar>[│┃║])|[ \t]{0,48}(?P<pipe>\|)")
_TOKEN = re.compile(r"[^\s]+")
# A value that begins a line is no rest of the one before.
_VALUE = re.compile(r"arn:|https?://")


class _Line(NamedTuple):
    """A line between two borders: ``[start, end)`` of the text, and what lies inside."""

    start: int
    left: int
    inside: str
    end: int
    frame: str

    @property
    def lead(self) -> int:
        return len(self.inside) - len(self.inside.lstrip())

    @property
    def trail(self) -> int:
        return len(self.inside) - len(self.inside.rstrip())


def strip_boxes(view: View) -> None:
    """Drop both borders of every box with their padding, and the line ends inside a word or value."""
    if any(f"{frame}\n" in view.text or view.text.endswith(frame) for frame in _FRAMES):
        view.edit(edit for box in _boxes(view.text) for edit in _edits(box))


def _boxes(text: str) -> Iterator[list[_Line]]:
    """Find the runs of lines between borders."""
    box: list[_Line] = []
    at = 0
    for written in text.split("\n"):
        line = _line(written, at)
        at += len(written) + 1
        if box and (line is None or line.frame != box[0].frame):
            yield from _unless_table(box)
            box = []
        if line:
            box.append(line)
    yield from _unless_table(box)


def _line(written: str, at: int) -> _Line | None:
    stripped = written.rstrip()
    if not stripped or stripped[-1] not in _FRAMES or (m := _LEFT.match(stripped)) is None:
        return None
    if m[m.lastgroup or 0] != stripped[-1] or m.end() >= len(stripped):
        return None
    return _Line(at, at + m.end(), stripped[m.end() : -1], at + len(written), stripped[-1])


def _unless_table(box: list[_Line]) -> Iterator[list[_Line]]:
    """Give a box; not a table, which has borders inside of each line, nor a lone line between pipes."""
    if box and not all(line.frame in line.inside for line in box) and (len(box) > 1 or box[0].frame != "|"):
        yield box


def _edits(box: Sequence[_Line]) -> Iterator[Edit]:
    written = [line for line in box if line.inside.strip()]
    lead = min((line.lead for line in written), default=0)
    trail = min((line.trail for line in written), default=0)
    joined = _joined(box, lead, trail)
    begin = box[0].start
    for line, goes_on in zip(box, [*joined, False], strict=True):
        first = line.left + min(lead, len(line.inside))
        last = max(first, line.left + len(line.inside.rstrip()))
        # From the end of the line before, where that goes on here.
        yield begin, first, ""
        if goes_on:
            begin = last
        else:
            yield last, line.end, ""
            begin = line.end + 1


def _joined(box: Sequence[_Line], lead: int, trail: int) -> list[bool]:
    """Tell of each line but the last whether its last word goes on in the next line."""
    width = max(len(line.inside) for line in box)
    # Rows between pipes may be cells of any length. Of drawn boxes, wide characters and escapes make lines of
    # different lengths that a terminal shows alike.
    aligned = box[0].frame != "|" or len({len(line.inside) for line in box}) == 1
    # Padding that is wider at the right than at the left: no line is full.
    fits = aligned and width >= NARROWEST and trail <= max(lead, 1)
    full = [fits and line.trail == trail for line in box]
    pairs = list(zip(full, pairwise(box), strict=False))
    ragged = sum(not filled and _did_not_fit(line, following, trail) for filled, (line, following) in pairs)
    hard = sum(filled and _goes_on(following) for filled, (_, following) in pairs)
    return [
        filled
        and following.lead == lead
        and _goes_on(following)
        and (hard > ragged or _too_long(line, following, width - lead - trail))
        and ((hard >= FULL_LINES and not ragged) or not whole_words_meet(*_insides(line, following)))
        for filled, (line, following) in pairs
    ]


def _insides(line: _Line, following: _Line) -> tuple[str, str]:
    return line.inside.rstrip(), following.inside.strip()


def _too_long(line: _Line, following: _Line, width: int) -> bool:
    """Tell whether a word that two lines make is wider than the box, so that any wrapper must break it."""
    ends = last_and_first(*_insides(line, following))
    return ends is not None and len(ends[0]) + len(ends[1]) > width


def _goes_on(following: _Line) -> bool:
    """Tell whether a line can be the rest of a full one."""
    begun = following.inside.lstrip()
    return bool(begun) and not RECORD_START.match(begun) and not _VALUE.match(begun)


def _did_not_fit(line: _Line, following: _Line, trail: int) -> bool:
    """Tell whether a line was left short because the next word did not fit, as wrappers at blanks do."""
    word = _TOKEN.match(following.inside.lstrip())
    # One column is free where the blank stood at which a terminal broke.
    return word is not None and line.trail > trail + 1 and len(word[0]) + 1 > line.trail - trail
