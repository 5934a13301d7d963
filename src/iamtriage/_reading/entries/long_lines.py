"""Split lines that are too long for one entry: documents between their elements, other lines into overlapping pieces."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from iamtriage._reading.entries.open_entries import Entry
from iamtriage._reading.vocabulary.triggers import may_contain_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 32_000
"""The maximum length of an entry, in characters."""
OVERLAP_LENGTH = 6_000
"""Characters that consecutive pieces of a long line share."""

# A logger can write a document in its message.
_DOCUMENT = re.compile(r"[^\"\n]{0,400}?[\[{]\s*[\[{\"']")
# A string ends with the text if that is truncated. Python prints single quotes.
_TOKEN = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)|(?<=[\s\[({,:])\'[^\'\\\n]*+(?:\\.[^\'\\\n]*+)*+\'|[\[\]{}]',
    re.DOTALL,
)
_COMMA = re.compile(r"\s*,")
_OPENERS = ("{", "[")
_QUOTES = frozenset("\"'")


class LongLines:
    """Splits long lines, which can arrive in parts.

    Attributes:
        carried_over: The end of the last part of a line, which is read again with the next part.
    """

    def __init__(self) -> None:
        self.carried_over = ""
        self._is_document = False

    def split(self, item: str, offset: int, *, has_more: bool) -> Iterator[Entry]:
        """Yield the entries in a line, or in the next part of one.

        Args:
            item: The line or the part.
            offset: Its offset in the source.
            has_more: Whether another part follows.
        """
        is_continued = bool(self.carried_over)
        line = self.carried_over + item
        offset -= len(self.carried_over)
        if not is_continued:
            self._is_document = _DOCUMENT.match(line) is not None
        if self._is_document:
            at = 0
            for end in _element_ends(line):
                yield from _split(line[at:end], offset + at)
                at = end
            if not has_more:
                yield from _split(line[at:], offset + at)
                self.carried_over = ""
                return
            if len(line) - at <= MAX_LENGTH:
                self.carried_over = line[at:]
                return
            # One element is too long.
            self._is_document = is_continued = False
            line, offset = line[at:], offset + at
        yield from _pieces(line, offset, is_continued=is_continued, has_more=has_more)
        self.carried_over = line[-OVERLAP_LENGTH:] if has_more else ""


def _element_ends(text: str) -> Iterator[int]:
    """Yield the positions at which to split a document: between elements of its outermost list, if possible.

    >>> text = '{"events": [' + '{"message": "[x]"}, ' * 3_000 + "]}"
    >>> [text[end : end + 12] for end in _element_ends(text)]
    [' {"message":']
    """
    # The end of the last element of each depth; elements of lists come before values of objects.
    ends: dict[tuple[bool, int], int] = {}
    start = 0
    opened: list[str] = []
    for m in _TOKEN.finditer(text):
        token = m[0]
        if token in _OPENERS:
            opened.append(token)
        else:
            if opened and token[0] not in _QUOTES:
                opened.pop()
            comma = _COMMA.match(text, m.end())
            if comma is None:
                continue
            if comma.end() - start > MAX_LENGTH and ends:
                start = _choose(ends, start)
                yield start
                ends = {level: end for level, end in ends.items() if end > start}
            # A part of a document starts with an element of a list.
            ends[opened[-1:] == ["{"], len(opened)] = comma.end()
    while ends and len(text) - start > MAX_LENGTH:
        start = _choose(ends, start)
        yield start
        ends = {level: end for level, end in ends.items() if end > start}


def _choose(ends: dict[tuple[bool, int], int], start: int) -> int:
    """Return the end of the outermost element in the second half of an entry, else the last end."""
    return next(
        (ends[level] for level in sorted(ends) if ends[level] - start > MAX_LENGTH // 2), max(ends.values())
    )


def _split(text: str, offset: int) -> Iterator[Entry]:
    """Yield a part of a document, in pieces if it has no elements."""
    if len(text) > MAX_LENGTH:
        yield from _pieces(text, offset, is_continued=False, has_more=False)
    elif may_contain_failure(text):
        yield Entry(text, offset, format="json")


def _pieces(line: str, offset: int, *, is_continued: bool, has_more: bool) -> Iterator[Entry]:
    """Yield a long line, or a part of one, in overlapping pieces; each failure belongs to one of them."""
    half = OVERLAP_LENGTH // 2
    start = 0
    while True:
        end = min(len(line), start + MAX_LENGTH)
        low = half if start or is_continued else 0
        high = end - start - half if end < len(line) or has_more else sys.maxsize
        text = line[start:end]
        if may_contain_failure(text):
            yield Entry(text, offset + start, low=low, high=high)
        if end >= len(line):
            return
        start = end - OVERLAP_LENGTH
