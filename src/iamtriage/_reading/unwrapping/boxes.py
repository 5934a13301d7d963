"""Remove boxes with borders on both sides, and join the words that they wrap.

``unwrap`` removes a bar on the left alone. Tables keep their borders, because nothing else separates their columns.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.line_numbers import strip_line_numbers
from iamtriage._reading.unwrapping.linewraps import (
    FRESH_LINE,
    MIN_FULL_LINES,
    MIN_WIDTH,
    RECORD_START,
    are_wrapped,
    breaks_at_space,
    join_wrapped_lines,
    last_and_first,
)
from iamtriage._reading.vocabulary.view import View
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit

BORDERS = ("│", "┃", "╷", "╵", "║", "â")
"""Drawn borders; the last one is how a wrong encoding shows the start of one."""
_FRAMES = "│┃║|"
_FRAME_ENDS = tuple(_FRAMES)
# A log's prefix can precede a drawn border. Only whitespace can precede a pipe, because shells write pipes, too.
_LEFT_BORDER = lazy_pattern(r"[^│┃║]{0,48}?(?P<bar>[│┃║])|[ \t]{0,48}(?P<pipe>\|)")
# A first line whose start was not pasted, and a last line whose end was not pasted.
_CUT_START = lazy_pattern(r"[^│┃║]{1,400}(?P<bar>[│┃║])")
_CUT_END = lazy_pattern(r"[ \t]{0,48}(?P<bar>[│┃║])[^│┃║]{1,400}")
_WORD = lazy_pattern(r"[^\s]+")
# A value at the start of a line does not continue the previous line.
_VALUE = lazy_pattern(r"arn:|https?://")


# A line with a drawn border at its start, after the prefix of a log.
_BORDERED = lazy_pattern(r"^(?P<prefix>[^\n│┃╷╵║]{0,48})[│┃╷╵║][ \t]?(?P<inside>[^\n]*)", re.MULTILINE)
_TIME = lazy_pattern(r"\d\d:\d\d")


class _Line(NamedTuple):
    """A line of a box.

    Attributes:
        start: Where the line starts in the text.
        left: Where the content between the borders starts.
        inside: The content between the borders.
        end: Where the line ends.
        frame: The character of its borders.
        cut: "start" or "end" if the border there was not pasted.
    """

    start: int
    left: int
    inside: str
    end: int
    frame: str
    cut: str = ""

    @property
    def leading_spaces(self) -> int:
        return len(self.inside) - len(self.inside.lstrip())

    @property
    def trailing_spaces(self) -> int:
        return len(self.inside) - len(self.inside.rstrip())


def strip_boxes(view: View) -> None:
    """Remove the borders and padding of every box, and the newlines inside words and values."""
    if "││" in view.text:
        # Rows that were pasted as one line.
        view.edit((m.end() - 1, m.end() - 1, "\n") for m in re.finditer("││", view.text))
    text = view.text
    if (
        text.endswith(_FRAME_ENDS)
        or "|\n" in text
        or (not text.isascii() and any(f"{frame}\n" in text for frame in _FRAMES))
    ):
        view.edit(edit for box in _boxes(view.text) for edit in _edits(box))


def _boxes(text: str) -> Iterator[list[_Line]]:
    """Yield the lines of each box."""
    box: list[_Line] = []
    at = 0
    for written in text.split("\n"):
        # Most lines have no border.
        may_be_inside = written.rstrip()[-1:] == "|" or not written.isascii()
        line = (_line(written, at) or _cut_line(written, at, has_box=bool(box))) if may_be_inside else None
        at += len(written) + 1
        if box and (
            line is None or line.frame != box[0].frame or line.cut == "start" or box[-1].cut == "end"
        ):
            yield from _skip_tables(box)
            box = []
        if line:
            box.append(line)
    yield from _skip_tables(box)


def _line(written: str, at: int) -> _Line | None:
    stripped = written.rstrip()
    if not stripped or stripped[-1] not in _FRAMES or (m := _LEFT_BORDER.match(stripped)) is None:
        return None
    if m[m.lastgroup or 0] != stripped[-1] or m.end() >= len(stripped):
        return None
    return _Line(at, at + m.end(), stripped[m.end() : -1], at + len(written), stripped[-1])


def _cut_line(written: str, at: int, *, has_box: bool) -> _Line | None:
    """Return the first or last line of a drawn box if one of its borders was not pasted."""
    stripped = written.rstrip()
    m = _CUT_START.fullmatch(stripped) if stripped.endswith(_FRAME_ENDS) else None
    if m:
        return _Line(at, at, stripped[:-1], at + len(written), m["bar"], "start")
    m = _CUT_END.fullmatch(stripped) if has_box else None
    if m:
        return _Line(at, at + m.end("bar"), stripped[m.end("bar") :], at + len(written), m["bar"], "end")
    return None


def _skip_tables(box: list[_Line]) -> Iterator[list[_Line]]:
    """Yield a box, unless it is a table, with borders inside each line, or a single line between pipes or without a border."""
    if not box or all(line.frame in line.inside for line in box):
        return
    if len(box) > 1 or (box[0].frame != "|" and not box[0].cut):
        yield box


def _edits(box: Sequence[_Line]) -> Iterator[Edit]:
    written = [line for line in box if line.inside.strip()]
    leading_spaces = min((line.leading_spaces for line in written if line.cut != "start"), default=0)
    trailing_spaces = min((line.trailing_spaces for line in written if line.cut != "end"), default=0)
    joined = _find_joined_lines(box, leading_spaces, trailing_spaces)
    begin = box[0].start
    for line, is_joined in zip(box, [*joined, False], strict=True):
        first = line.left + (0 if line.cut == "start" else min(leading_spaces, len(line.inside)))
        last = max(first, line.left + len(line.inside.rstrip()))
        # If the previous line continues on this one, the edit starts at the end of its text.
        yield begin, first, ""
        if is_joined:
            begin = last
        else:
            yield last, line.end, ""
            begin = line.end + 1


def _find_joined_lines(box: Sequence[_Line], leading_spaces: int, trailing_spaces: int) -> list[bool]:
    """Return, for each line except the last, whether its last word continues on the next line."""
    width = max(len(line.inside) for line in box)
    # Rows between pipes can be cells of any length. In drawn boxes, lines of the same width on a terminal can differ in
    # length because of wide characters and escapes.
    aligned = box[0].frame != "|" or len({len(line.inside) for line in box}) == 1
    # If the padding is wider on the right than on the left, no line is full.
    fits = aligned and width >= MIN_WIDTH and trailing_spaces <= max(leading_spaces, 1)
    full = [fits and line.trailing_spaces == trailing_spaces for line in box]
    pairs = list(zip(full, pairwise(box), strict=False))
    word_wrapped = sum(
        not filled and _did_not_fit(line, following, trailing_spaces) for filled, (line, following) in pairs
    )
    breaks = [_contents(*pair) for filled, pair in pairs if filled and _can_continue(pair[1])]
    hard_wrapped = len(breaks) if are_wrapped(breaks) else 0
    return [
        filled
        and following.leading_spaces == leading_spaces
        and _can_continue(following)
        and (
            hard_wrapped > word_wrapped
            or _is_too_long(line, following, width - leading_spaces - trailing_spaces)
        )
        and (
            (hard_wrapped >= MIN_FULL_LINES and not word_wrapped)
            or not breaks_at_space(*_contents(line, following))
        )
        for filled, (line, following) in pairs
    ]


def _contents(line: _Line, following: _Line) -> tuple[str, str]:
    return line.inside.rstrip(), following.inside.strip()


def _is_too_long(line: _Line, following: _Line, width: int) -> bool:
    """Return whether the joined word is wider than the box, so that it was certainly broken."""
    ends = last_and_first(*_contents(line, following))
    return ends is not None and len(ends[0]) + len(ends[1]) > width


def _can_continue(following: _Line) -> bool:
    """Return whether a line can continue a full line."""
    first_words = following.inside.lstrip()
    return bool(first_words) and not RECORD_START.match(first_words) and not _VALUE.match(first_words)


def _did_not_fit(line: _Line, following: _Line, trailing_spaces: int) -> bool:
    """Return whether a line is short because the next word did not fit, as with word wrapping."""
    word = _WORD.match(following.inside.lstrip())
    # The space at which the line was broken leaves one column empty.
    return (
        word is not None
        and line.trailing_spaces > trailing_spaces + 1
        and len(word[0]) + 1 > line.trailing_spaces - trailing_spaces
    )


def remove_borders(text: str) -> View:
    """Remove drawn borders and line numbers, and join the lines of a sentence that a box or a terminal wraps.

    Everything else, such as times and commands, remains.
    """
    view = View(text)
    if not text.isascii() and any(map(text.__contains__, BORDERS[:-1])):
        strip_boxes(view)
        box: list[re.Match[str]] = []
        edits: list[Edit] = []
        for line in _BORDERED.finditer(view.text):
            if box and line.start() != box[-1].end() + 1:
                edits += _border_edits(box)
                box = []
            box.append(line)
        view.edit([*edits, *_border_edits(box)] if box else edits)
    strip_line_numbers(view)
    join_wrapped_lines(view)
    return view


def _border_edits(box: Sequence[re.Match[str]]) -> Iterator[Edit]:
    """Yield the edits for the adjacent lines of a box."""
    yield box[0].end("prefix"), box[0].start("inside"), ""
    # A word that is longer than a line has a separate line.
    width = max((len(line["inside"].rstrip()) for line in box if " " in line["inside"].strip()), default=0)
    for line, following in pairwise(box):
        has_time = _TIME.search(following["prefix"]) is not None
        is_frame = has_time or not following["prefix"].strip()
        inside = line["inside"].rstrip()
        if is_frame and width >= MIN_WIDTH and _is_wrapped(inside, following["inside"], width):
            yield line.start("inside") + len(inside), following.start("inside"), " "
        else:
            # Only the first line keeps its time. Other times would split a sentence.
            yield following.start() if has_time else following.end("prefix"), following.start("inside"), ""


def _is_wrapped(line: str, following: str, width: int) -> bool:
    """Return whether a line of a box ends because the next word did not fit."""
    # A line of Windows that is empty has a carriage return.
    if not line or not following.strip() or FRESH_LINE.match(following) or following.startswith("- "):
        return False
    return len(line) + len(following.split(maxsplit=1)[0]) >= width
