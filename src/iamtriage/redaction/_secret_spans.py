"""Merge the secrets found in a text, replace them with markers, and find where these can reveal others.

If a secret is wrapped over lines, or is in a line that fills a terminal's width, the lines keep their length,
because readers of failures use the width to find line breaks in words.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from functools import cached_property
from itertools import repeat
from operator import attrgetter
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.markers import FILL, MARKER, WORD, Secret, make_marker
from iamtriage.redaction._vocabulary.notations import BLANK, BREAK, INDENT
from iamtriage.redaction._vocabulary.value_ends import find_line_start, measure_common_prefix
from iamtriage.redaction._windows import extend_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = (
    "MAX_AROUND",
    "FoundSecret",
    "FoundSpans",
    "insert_markers",
    "is_unmarked",
    "list_windows",
    "merge_secrets",
)

MAX_AROUND = 200
"""The number of characters around a marker in which it can reveal a secret, up to the ends of lines."""
_LINE_BREAK = re.compile(BREAK + INDENT)
# The maximum length of a marker, in characters.
_MAX_MARKER = 120
_MAX_SIGN = 3
_SIGNS = ("=", ":")
_FILLED = re.compile(rf"(?:[{FILL}│┃|>#*\n\r]|{BLANK})*")
_STARTS_OF_FILLED = frozenset(["", *f"{FILL}│┃|>#*\n\r \t\xa0\x1b\\"])
# The length of a line that fills a terminal's width.
_MIN_WIDTH, _MAX_WIDTH = 40, 2_000
# The maximum distance to the start of a URL, in characters.
_URL_REACH = 2048
_URL_BOUNDS = "\n\t\"'<>`{"
# The signs of a URL, or of a percent-encoded text.
_URL = re.compile(
    r"://|\?|&(?![a-z]{2,5};|#)|&amp;(?=[\w.-]{1,64}=)|\\u0026"
    r"|%(?:25){0,16}(?:20|22|26|27|0[9AaDd]|3[AC-Fac-f]|5[Bb]|7[Bb])"
)
_ENTITY = re.compile(r"&(?:[a-z]{2,5}|#\w{1,6});")
# The characters that end a value. After anything else, a marker can be part of another name or value.
_DELIMITERS = frozenset(["", *"\"'`,;&<>(){}[]@|\\“”„‘’\x1b"])
# Before a space, these are no part of another value, either.
_STOPS = frozenset(".:!?")
_MAX_INDENT = 40
_LINE_STARTS = frozenset(["", "\n"])
_BLANKS = _LINE_STARTS | {" ", "\t"}
# Markers at the start of lines can look like a prefix of them, with at most so many line breaks between them.
_MAX_LINES_BETWEEN = 2


class FoundSecret(NamedTuple):
    """A secret, ``text[start:end]``.

    Attributes:
        start: The position of its first character.
        end: The position after its last character.
        what: The kind of secret.
        quote: The quotes that the marker needs so that JSON stays valid.
        is_whole: Whether one marker replaces all lines of the secret.
        is_dashed: Whether the marker must be one word without brackets, so that a document stays valid.
        name_start: The position of the name or phrase that announces the secret; -1 if there is none.
    """

    start: int
    end: int
    what: Secret
    quote: str = ""
    is_whole: bool = False
    is_dashed: bool = False
    name_start: int = -1

    def moved(self, by: int) -> FoundSecret:
        """Return the secret, and what announces it, at other positions."""
        # Faster than a copy with changes.
        name_start = max(-1, self.name_start + by) if self.name_start >= 0 else -1
        return FoundSecret(self.start + by, self.end + by, *self[2:-1], name_start)


class FoundSpans:
    """The parts of a text that belong to the secrets found in it.

    Args:
        text: The text.
        finds: The secrets, in any order.
    """

    def __init__(self, text: str, finds: Iterable[FoundSecret]) -> None:
        self._text, self._finds = text, finds

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        # Most texts need none.
        return [(found.start, found.end) for found in merge_secrets(self._text, self._finds)]

    def cover(self, start: int, end: int) -> bool:
        """Return whether a part of the text belongs to a secret."""
        at = bisect_right(self._spans, (start, sys.maxsize)) - 1
        return at >= 0 and end <= self._spans[at][1]


def insert_markers(text: str, finds: Iterable[FoundSecret]) -> str:
    """Replace each secret with a marker.

    Args:
        text: The text.
        finds: The secrets, merged.
    """
    pieces: list[str] = []
    done = 0
    has_url: bool | None = None
    for found in finds:
        if has_url is None:
            has_url = _URL.search(text) is not None
        written = text[found.start : found.end]
        if written[:1] in _STARTS_OF_FILLED and _FILLED.fullmatch(written):
            # An earlier round has filled the line.
            continue
        pieces += (text[done : found.start], _build_replacement(text, found, written, has_url=has_url))
        done = found.end
    if not done:
        return text
    pieces.append(text[done:])
    return "".join(pieces)


def is_unmarked(text: str, start: int, end: int) -> bool:
    """Return whether a part of a text contains and overlaps no marker."""
    low = max(0, start - _MAX_MARKER)
    if text.find(WORD, low, end + _MAX_MARKER) < 0:
        return True
    # What ends with a sign before a marker, or its quote or bracket, is the name of what the marker replaces.
    if text[max(start, end - _MAX_SIGN) : end].rstrip(" ").endswith(_SIGNS):
        end += 2
    return all(m.end() <= start or m.start() >= end for m in MARKER.finditer(text, low, end + _MAX_MARKER))


def merge_secrets(text: str, finds: Iterable[FoundSecret]) -> list[FoundSecret]:
    """Return secrets in text order. Merge overlapping ones under the name of the first.

    If another one begins in what looks like a prefix of lines, no line is kept.
    """
    merged: list[FoundSecret] = []
    current: FoundSecret | None = None
    for found in sorted(finds, key=attrgetter("start")):
        if current is None or found.start >= current.end:
            if current is not None:
                merged.append(current)
            current = found
        elif found.start > current.start or found.end > current.end:
            is_whole = current.is_whole or _begins_in_prefix(text, current.start, found.start)
            if found.end > current.end or is_whole != current.is_whole:
                current = current._replace(end=max(current.end, found.end), is_whole=is_whole)
    if current is not None:
        merged.append(current)
    return merged


def _begins_in_prefix(text: str, start: int, other: int) -> bool:
    """Return whether another secret begins in a later line, in what looks like a prefix of lines."""
    line = text.rfind("\n", start, other) + 1
    return line > 0 and other < line + measure_common_prefix(text, find_line_start(text, start), line)


def _build_replacement(text: str, found: FoundSecret, written: str, *, has_url: bool) -> str:
    # Most texts have no URL.
    may_be_in_url = has_url or text.startswith("&", found.end)
    is_dashed = found.is_dashed or (may_be_in_url and _is_in_url(text, found, has_url=has_url))
    word = found.quote + make_marker(found.what, url=is_dashed) + found.quote
    if "\n" in written and found.what != "private key" and not found.is_whole:
        return _build_wrapped_replacement(text, found, word)
    if len(word) < len(written) and not found.quote and _fills_its_line(text, found):
        return FILL * (len(written) - len(word)) + word
    return word


def _build_wrapped_replacement(text: str, found: FoundSecret, word: str) -> str:
    """Return the replacement of a secret wrapped over lines, with the marker in the last line with room."""
    line = find_line_start(text, found.start)
    starts = [found.start]
    ends: list[int] = []
    for m in _LINE_BREAK.finditer(text, found.start, found.end):
        next_line = text.find("\n", m.start(), m.end()) + 1
        if not next_line:
            continue
        ends.append(m.start())
        starts.append(min(found.end, max(m.end(), next_line + measure_common_prefix(text, line, next_line))))
    ends.append(found.end)
    parts = list(zip(starts, ends, strict=True))
    place = next((start for start, end in reversed(parts) if end - start >= len(word)), found.start)
    pieces: list[str] = []
    done = found.start
    for start, end in parts:
        shown = word if start == place else ""
        pieces += (text[done:start], FILL * (end - start - len(shown)), shown)
        done = end
    return "".join(pieces)


def _fills_its_line(text: str, found: FoundSecret) -> bool:
    """Return whether a terminal wrapped the line, because the previous or next line has the same length."""
    start = text.rfind("\n", max(0, found.start - _URL_REACH), found.start) + 1
    end = text.find("\n", found.end, found.end + _URL_REACH)
    size = end - start
    quote = text[found.end : found.end + 1]
    # A value in quotes at the end of its line is whole.
    is_whole = quote in {'"', "'"} and text[found.start - 1 : found.start] == quote and end - found.end <= 2
    if end < 0 or size < _MIN_WIDTH or found.end - found.start > _MAX_WIDTH or is_whole:
        return False
    before = text.rfind("\n", max(0, start - 2 - size), max(0, start - 1)) + 1
    after = text.find("\n", end + 1, end + 2 + size)
    return start - 1 - before == size or after - end - 1 == size


def _is_in_url(text: str, found: FoundSecret, *, has_url: bool) -> bool:
    """Return whether a secret is in a URL or a form, where a marker must not contain spaces."""
    if has_url:
        low = max(0, found.start - _URL_REACH)
        # The other bounds are searched only after the last space, which is near in most texts.
        low = max(low, 1 + text.rfind(" ", low, found.start))
        begin = max(low, 1 + max(map(text.rfind, _URL_BOUNDS, repeat(low), repeat(found.start))))
        if begin < found.start and _URL.search(text, begin, found.start):
            return True
    return text[found.end : found.end + 1] == "&" and _ENTITY.match(text, found.end) is None


def list_windows(text: str, finds: Iterable[FoundSecret], *, with_separate: bool) -> list[tuple[int, int]]:
    """Return the position of the lines around each secret whose marker can reveal another one.

    If they are most of the text, return the position of the whole text.

    Args:
        text: The text, without markers for the secrets.
        finds: The secrets, in text order.
        with_separate: Whether the marker of a separate value can reveal one, too.
    """
    revealing = finds if with_separate else _list_joined(text, finds)
    spans = ((max(0, found.start - MAX_AROUND), found.end + MAX_AROUND) for found in revealing)
    return extend_spans(text, spans, 2 * MAX_AROUND)


def _list_joined(text: str, finds: Iterable[FoundSecret]) -> Iterator[FoundSecret]:
    """Yield the secrets that are no separate values, in order."""
    last = -1
    for found in finds:
        if not _is_separate(text, found):
            yield found
        elif (
            text[found.start - 1 : found.start] in _BLANKS
            and text[max(0, found.start - _MAX_INDENT) : found.start].rstrip(" \t")[-1:] in _LINE_STARTS
        ):
            # Its line can look like the prefix of other lines, because it is equal to one of them.
            is_near = last >= 0 and 0 < text.count("\n", last, found.start) <= _MAX_LINES_BETWEEN
            if is_near or _has_prefix(text, found):
                yield found
            last = found.end


def _has_prefix(text: str, found: FoundSecret) -> bool:
    """Return whether the line that begins with a secret has a prefix in common with a line next to it."""
    line = text.rfind("\n", 0, found.start) + 1
    before, after = text.rfind("\n", 0, max(0, line - 1)) + 1, text.find("\n", found.end) + 1
    return any(other and measure_common_prefix(text, other, line) for other in (before, after))


def _is_separate(text: str, found: FoundSecret) -> bool:
    """Return whether a secret is a separate value, so that nothing after its marker belongs to it."""
    following = text[found.end : found.end + 1]
    return (
        following in _DELIMITERS
        or following.isspace()
        or (following in _STOPS and text[found.end + 1 : found.end + 2].isspace())
        or found.what == "private key"
        or (found.is_dashed and following == "%")
    )
