"""Find the lines that unwrapping changes. Only there can the unwrapped text reveal more than the original."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage.redaction._finders.phrases import SENTENCE_WORD
from iamtriage.redaction._vocabulary.searched_text import fold_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.vocabulary.view import Edit, View

__all__ = ("remove_unchanged_lines",)

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


def remove_unchanged_lines(view: View, signs: re.Pattern[str]) -> None:
    """Remove the lines that are the same in the original, and not near a changed one.

    Args:
        view: The unwrapped text.
        signs: The pattern of the signs of a secret, in lower case.
    """
    lines = view.text.split("\n")
    if len(lines) > _MIN_LINES and len(lines) * _MIN_LINE < len(view.text):
        view.edit(_gap_edits(lines, _find_lines_near(lines, _find_changed_lines(view, lines, signs))))


def _find_changed_lines(view: View, lines: list[str], signs: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield each line that has other characters, or another line before it, in the original.

    With the number of the line comes the number of lines around it that can belong to a secret in it.
    """
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
                yield number, _LINES_AROUND
            elif (not is_record and between[-1:] in _INDENT) or written is not text:
                # Only the spaces differ. Sentences need one space, and other secrets few.
                folded = fold_case(f"{previous}\n{line}")
                if SENTENCE_WORD.search(folded) or (_MANY_SPACES in written and signs.search(folded)):
                    yield number, 1
            before = end
            previous = line
        at += len(line) + 1


def _find_lines_near(lines: list[str], changed: Iterable[tuple[int, int]]) -> bytearray:
    """Return for each line whether it is a changed line or near one."""
    reaches = dict(changed)
    near = bytearray(len(lines))
    remaining = 0
    for number, line in enumerate(lines):
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


def _gap_edits(lines: list[str], near: bytearray) -> Iterator[Edit]:
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
