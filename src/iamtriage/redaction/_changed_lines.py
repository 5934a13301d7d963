"""Find the lines that unwrapping changes. Only there can the unwrapped text reveal more than the original."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage._reading.vocabulary.view import View
from iamtriage.redaction._finders.phrases import SENTENCE_WORD
from iamtriage.redaction._vocabulary.searched_text import fold_case
from iamtriage.redaction._vocabulary.secret_names import NAME_END

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit

__all__ = ("keep_changed_lines",)

# The number of lines before and after a changed line that can belong to a secret in it.
_LINES_AROUND = 3
# If there are fewer lines, or shorter ones on average, removing them takes longer than searching them.
_MIN_LINES = 2 * _LINES_AROUND
_MIN_LINE = 20
# Replaces other lines. No secret, command or sentence contains so many line breaks.
_GAP = "\n" * 100
# At the beginning and end of a private key, which can have any number of lines.
_KEY_BOUND = "-----"
_MANY_SPACES = " " * 5
_MAX_SPACES = 200
_INDENT = frozenset(" \t")
_LINE_END = re.compile(r"[ \t\r]*(?:\n|\Z)")


def keep_changed_lines(view: View, signs: re.Pattern[str]) -> tuple[View, View]:
    """Return the lines that are not the same in the original, and those near them.

    Of the lines of the second view, only the spaces differ, so that they can contain only sentences.

    Args:
        view: The unwrapped text.
        signs: The pattern of the signs of a secret, in lower case.
    """
    lines = view.text.split("\n")
    if len(view.text) < _MIN_LINE * max(len(lines), _MIN_LINES):
        return view, View("")
    changed, spaced = _find_changed_lines(view, lines, signs)
    near = _find_lines_near(lines, changed)
    others = _find_lines_near(lines, {number: 1 for number in spaced if not near[number]})
    return _keep_lines(view, lines, near), _keep_lines(view, lines, others)


def _keep_lines(view: View, lines: Sequence[str], kept: bytearray) -> View:
    """Return a view of some lines of another view."""
    if not any(kept):
        return View("")
    copy = View(view.original)
    copy.text, copy.layers = view.text, [*view.layers]
    copy.edit(_gap_edits(lines, kept))
    return copy


def _find_changed_lines(
    view: View, lines: Sequence[str], signs: re.Pattern[str]
) -> tuple[dict[int, int], list[int]]:
    """Return the lines that have other characters, or another line before them, in the original.

    With the number of each line comes the number of lines around it that can belong to a secret in it. The
    second list has the lines of which only the spaces differ.
    """
    changed: dict[int, int] = {}
    spaced: list[int] = []
    original = view.original
    at = before = 0
    previous = ""
    for number, line in enumerate(lines):
        if line:
            # The character for a record replaces a time.
            text = line.removeprefix(RECORD)
            is_record = len(text) < len(line)
            start = view.origin(at + is_record)
            between = original[before:start]
            other = between.lstrip()
            end = start + len(text)
            written = text
            if not (original.startswith(text, start) and _LINE_END.match(original, end)):
                # In a longer line, more than the spaces differs.
                high = start + 2 * len(text) + _MAX_SPACES
                line_end = original.find("\n", start, high)
                written = original[start : line_end if line_end >= 0 else high]
                end = start + len(written)
            if (other and (not is_record or "\n" in other)) or " ".join(written.split()) != text:
                changed[number] = _LINES_AROUND
            elif (not is_record and between[-1:] in _INDENT) or written is not text:
                # Sentences need one space between words, names with two words, too, and other secrets few.
                folded = fold_case(f"{previous}\n{line}")
                if (_MANY_SPACES in written and signs.search(folded)) or _divides_name(
                    view, folded, at + len(line)
                ):
                    changed[number] = 1
                elif SENTENCE_WORD.search(folded):
                    spaced.append(number)
            before = end
            previous = line
        at += len(line) + 1
    return changed, spaced


def _divides_name(view: View, folded: str, end: int) -> bool:
    """Return whether more than a space is between the words of a name in lines that end at a position."""
    begin = end - len(folded)
    for name in NAME_END.finditer(folded):
        if " " in name[0]:
            first, last = view.origin(begin + name.start()), view.origin(begin + name.end() - 1)
            if last - first >= len(name[0]):
                return True
    return False


def _find_lines_near(lines: Sequence[str], reaches: dict[int, int]) -> bytearray:
    """Return for each line whether it is a changed line or near one.

    Args:
        lines: The lines.
        reaches: The number of lines that are near a changed line, by the number of that line.
    """
    near = bytearray(len(lines))
    remaining = 0
    for number, line in enumerate(lines) if reaches else ():
        reach = reaches.get(number)
        if reach is not None:
            remaining = max(remaining, reach)
            low = max(0, number - reach)
            near[low : number + 1] = b"\x01" * (number + 1 - low)
        elif remaining:
            near[number] = 1
            # A line without spaces can be a part of a long value, so it does not count.
            remaining -= " " in line
        elif _KEY_BOUND in line:
            near[number] = 1
    return near


def _gap_edits(lines: Sequence[str], near: bytearray) -> Iterator[Edit]:
    """Yield the edits that replace each run of other lines with a gap."""
    at = start = 0
    is_gap = False
    for line, is_near in zip(lines, near, strict=True):
        if is_near and is_gap:
            yield start, at - 1, _GAP
        if not is_near and not is_gap:
            start = at
        is_gap = not is_near
        at += len(line) + 1
    if is_gap:
        yield start, at - 1, _GAP
