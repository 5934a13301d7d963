r"""Join the lines of commands and code: remove line continuation marks, and join string literals of adjacent lines.

A line continues after ``\`` (POSIX shells, Emacs), a backtick (PowerShell) or ``^`` (cmd). The same characters can be
at the end of a line for other reasons: a terminal wraps inside an escape, a path ends with a backslash, a backtick
closes a quotation. Marks occur on consecutive lines, after a space, and on lines without other such characters; enough
of these signs must be present. The newlines remain.

Python joins adjacent literals, and other languages have ``+`` between them. The lines of a list or a log look the same
if each is quoted as a whole. So two literals are joined only if the first one ends with a space, as where authors break
a long message.

R prints the name of an element on one line, and its value, with its index, on the next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit, View

# The character is not a mark between spaces, or doubled (an escaped backslash, a fence, a pointer at source code).
_MARKED = lazy_pattern(r"(?P<space>[ \t])?(?P<mark>[\\`^])\Z")
_MARKS = ("\\", "`", "^")
_TEXT = lazy_pattern(r"\w")
# A prompt of Python or the mark of a diff can start the second line.
_BORDER = lazy_pattern(
    r"(?P<quote>[\"'])(?<= .)[ \t]{0,8}\+?[ \t]{0,8}\n[ \t]{0,80}(?:(?:\.\.\.|\+)[ \t]{1,80})?"
    r"[bBfFrRuU]{0,2}(?P=quote)"
)
# The first characters of a border, which takes longer to search for.
_BORDER_STARTS = tuple(f" {quote}{after}" for quote in "\"'" for after in "\n \t+")
# A name that is not an identifier is in backquotes. The names of the elements around it precede it.
_ELEMENT = lazy_pattern(r"^[^\s\"']{0,200}\$`?(?P<name>[A-Za-z][\w.-]{1,60})`?\n\[1\] ", re.MULTILINE)


class _Line(NamedTuple):
    """A line, its start, the words before its mark, the mark, and whether a space precedes the mark."""

    start: int = -1
    written: str = ""
    words: str = ""
    mark: str = ""
    has_space: bool = False


def strip_continuations(view: View) -> None:
    """Remove continuation marks, and the space before each of them if all have one."""
    text = view.text
    if (
        ("\\" in text and "\\\n" in text)
        or ("`" in text and "`\n" in text)
        or ("^" in text and "^\n" in text)
    ):
        view.edit(edit for run in _runs(text) for edit in _continuation_edits(run))


def _runs(text: str) -> Iterator[list[_Line]]:
    """Yield each run of lines with the same mark, with the line before and the line after it."""
    run: list[_Line] = []
    before = _Line()
    unmarked: tuple[int, str] | None = None
    at = 0
    for written in text.split("\n"):
        line = _line(written, at) if written[-1:] in _MARKS else None
        if line is None or not line.mark:
            if run:
                yield [before, *run, line or _Line(at, written, written)]
                run = []
            unmarked = at, written
        else:
            if run and line.mark != run[-1].mark:
                yield [before, *run, line]
                before, run = run[-1], []
            elif not run:
                before = _Line(unmarked[0], unmarked[1], unmarked[1]) if unmarked else before
            run.append(line)
        at += len(written) + 1
    if run:
        yield [before, *run, _Line()]


def _line(written: str, start: int) -> _Line:
    m = _MARKED.search(written[-2:])
    words = written[: len(written) - len(m[0])] if m else written
    if m is None or (not m["space"] and words.endswith(m["mark"])) or _TEXT.search(words) is None:
        return _Line(start, written, written)
    return _Line(start, written, words, m["mark"], has_space=m["space"] is not None)


def _continuation_edits(lines: Sequence[_Line]) -> Iterator[Edit]:
    before, *run, after = lines
    follow_spaces = all(line.has_space for line in run)
    if not _are_marks(before, run, after, follow_spaces=follow_spaces):
        return
    for line in run:
        end = line.start + len(line.written)
        yield end - 1 - follow_spaces, end, ""


def _are_marks(before: _Line, run: Sequence[_Line], after: _Line, *, follow_spaces: bool) -> bool:
    """Return whether the characters at the ends of lines are continuation marks."""
    mark = run[0].mark
    alone = not any(mark in line.words for line in run) and mark not in after.words
    if mark != "\\":
        # Alone, it can close a Markdown quotation or point at source code.
        return alone and (follow_spaces or len(run) > 1) and (len(run) > 1 or bool(after.words.strip()))
    if len(run) > 1:
        return follow_spaces or alone
    # A terminal wrapped lines of the same length.
    width = len(run[0].written)
    return alone and bool(after.words.strip()) and width not in {len(before.written), len(after.written)}


def join_literals(view: View) -> None:
    """Remove what is between two literals: quotes, newline and indentation. Put R's names before their values."""
    text = view.text
    if "\n[1] " in text:
        view.sub(_ELEMENT, lambda m: f"{m['name']}: ")
        text = view.text
    if (
        ('"' in text and '"\n' in text) or ("'" in text and "'\n" in text) or ("+" in text and "+\n" in text)
    ) and any(map(text.__contains__, _BORDER_STARTS)):
        view.edit(_literal_edits(text))


def _literal_edits(text: str) -> Iterator[Edit]:
    for border in _BORDER.finditer(text):
        start, end = border.span()
        # Otherwise, it opens a literal: after an odd number of quotes, it closes one.
        if text.count(border["quote"], text.rfind("\n", 0, start) + 1, start) % 2:
            yield start, end, ""
