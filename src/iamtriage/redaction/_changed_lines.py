"""Find the lines that unwrapping changes. Only there can the unwrapped text reveal more than the original."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage.redaction._folding import fold_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.vocabulary.view import Edit, View

__all__ = ("remove_unchanged_lines",)

# The number of lines before and after a changed line that can belong to a secret in it. A line without spaces
# can be a part of a value, so it does not count.
_LINES_BEFORE, _LINES_AFTER = 3, 3
# With shorter lines on average, removing them takes longer than searching them. In characters.
_MIN_LINE = 20
_NEAR, _CHANGED = 1, 2
# Replaces other lines. No secret, command or sentence contains so many line breaks.
_GAP = "\n" * 24
# At the beginning and end of a private key, which can have any number of lines.
_KEY_BOUND = "-----"
_INDENT = frozenset(" \t")
_LINE_END = re.compile(r"[ \t\r]*(?:\n|\Z)")


def remove_unchanged_lines(view: View, signs: re.Pattern[str]) -> None:
    """Remove the lines that are the same in the original, and not near a changed one.

    Args:
        view: The unwrapped text.
        signs: The pattern of the signs of a secret, in lower case.
    """
    lines = view.text.split("\n")
    if len(lines) * _MIN_LINE < len(view.text):
        view.edit(_gap_edits(lines, _find_lines_near(lines, _find_changed_lines(view, lines, signs))))


def _find_changed_lines(view: View, lines: list[str], signs: re.Pattern[str]) -> Iterator[int]:
    """Yield the number of each line that has other characters, or another line before it, in the original.

    A line without its indent counts as changed if the value of a sign in the previous line can begin there.
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
            if (
                (other and (not is_record or "\n" in other))
                or not original.startswith(text, start)
                or _LINE_END.match(original, start + len(text)) is None
                or (not is_record and between[-1:] in _INDENT and signs.search(fold_case(previous)))
            ):
                yield number
            before = start + len(text)
            previous = line
        at += len(line) + 1


def _find_lines_near(lines: list[str], changed: Iterable[int]) -> bytearray:
    """Return for each line whether it is a changed line or near one."""
    near = bytearray(len(lines))
    for number in changed:
        near[number] = _CHANGED
    remaining = 0
    for number, line in enumerate(lines):
        if near[number] == _CHANGED:
            remaining = _LINES_AFTER
            low = max(0, number - _LINES_BEFORE)
            near[low:number] = bytes([_NEAR]) * (number - low)
        elif remaining:
            near[number] = _NEAR
            remaining -= " " in line
        elif _KEY_BOUND in line:
            near[number] = _NEAR
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
