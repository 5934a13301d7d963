r"""Takes off the marks with which shells, editors and people continue a line; not the line ends behind them.

A line goes on behind ``\`` (POSIX shells, Emacs), a backtick (PowerShell) or ``^`` (cmd). The same characters
end lines by chance: a terminal's width breaks an escape in two, a path ends with one, a backtick closes what
it quotes. Marks come in runs, stand behind a blank, and in lines that have no others of their kind; of these
signs, enough must be there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit, View

_MARKS = "\\`^"
# A mark alone between blanks, or doubled, is none: an escaped backslash, a fence, what points at source code.
_MARKED = re.compile(r"(?P<blank>[ \t])?(?P<mark>[\\`^])\Z")
_TEXT = re.compile(r"\w")


class _Line(NamedTuple):
    """A line and where it begins, its words in front of a mark, and how that stands there."""

    start: int = -1
    written: str = ""
    words: str = ""
    mark: str = ""
    blank: bool = False


def strip_continuations(view: View) -> None:
    """Drop the mark of every line that a mark continues, with the blank before it where all have one."""
    if any(f"{mark}\n" in view.text for mark in _MARKS):
        view.edit(edit for run in _runs(view.text) for edit in _edits(run))


def _runs(text: str) -> Iterator[list[_Line]]:
    """Find the lines that one kind of mark continues, each run with the line behind it and that before it."""
    lines: list[_Line] = [_Line()]
    at = 0
    for written in text.split("\n"):
        line = _line(written, at)
        at += len(written) + 1
        if len(lines) > 1 and line.mark != lines[-1].mark:
            yield [*lines, line]
            lines = [lines[-1]]
        if line.mark:
            lines.append(line)
        else:
            lines = [line]
    if len(lines) > 1:
        yield [*lines, _Line()]


def _line(written: str, start: int) -> _Line:
    m = _MARKED.search(written[-2:])
    words = written[: len(written) - len(m[0])] if m else written
    if m is None or (not m["blank"] and words.endswith(m["mark"])) or _TEXT.search(words) is None:
        return _Line(start, written, written)
    return _Line(start, written, words, m["mark"], blank=m["blank"] is not None)


def _edits(lines: Sequence[_Line]) -> Iterator[Edit]:
    before, *run, behind = lines
    behind_blanks = all(line.blank for line in run)
    if not _are_marks(before, run, behind, behind_blanks=behind_blanks):
        return
    for line in run:
        end = line.start + len(line.written)
        yield end - 1 - behind_blanks, end, ""


def _are_marks(before: _Line, run: Sequence[_Line], behind: _Line, *, behind_blanks: bool) -> bool:
    """Tell the marks of lines that go on from characters that end lines by chance."""
    mark = run[0].mark
    alone = not any(mark in line.words for line in run) and mark not in behind.words
    if mark != "\\":
        # Alone, it may close what Markdown quotes, or point at source code.
        return alone and (behind_blanks or len(run) > 1) and (len(run) > 1 or bool(behind.words.strip()))
    if len(run) > 1:
        return behind_blanks or alone
    # One of three lines of one length: they were broken by their width.
    width = len(run[0].written)
    return alone and bool(behind.words.strip()) and width not in {len(before.written), len(behind.written)}
