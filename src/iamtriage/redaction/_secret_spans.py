"""Where secrets stand, put together, and markers in their places; not for finding any.

Where a secret is broken over lines, or stands in a line that a terminal filled, the lines keep their length:
their width is what tells a reader which line ends are no ends of words.
"""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from iamtriage.redaction._vocabulary.markers import FILL, MARKER, WORD, Secret, marker
from iamtriage.redaction._vocabulary.notations import BREAK, INDENT
from iamtriage.redaction._vocabulary.value_ends import line_of, line_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("Found", "hide", "untouched")

_LINE_END = re.compile(BREAK + INDENT)
_SLACK = 120
_FILLED = f"{FILL} \t\r\n│┃|>#*"
# From where on a line of a terminal counts as full.
_NARROWEST = 40
# How far back the beginning of a URL is looked for.
_URL_REACH = 2048
_URL_BOUNDS = " \n\t\"'<>`{"
_URL = re.compile(r"://|\?|&(?![a-z]{2,5};|#)|&amp;(?=[\w.-]{1,64}=)|%(?:25){0,4}(?:3[FfDd]|26)|\\u0026")
_ENTITY = re.compile(r"&(?:[a-z]{2,5}|#\w{1,6});")


class Found(NamedTuple):
    """A secret that stands in ``text[start:end]``.

    Attributes:
        quote: what must stand around the marker, so that a text in JSON stays one.
    """

    start: int
    end: int
    what: Secret
    quote: str = ""


def hide(text: str, finds: Iterable[Found]) -> str:
    """Put a marker in the place of each secret."""
    pieces: list[str] = []
    done = 0
    for found in _united(finds):
        if not text[found.start : found.end].strip(_FILLED):
            # What an earlier turn left.
            continue
        pieces += (text[done : found.start], _shown(text, found))
        done = found.end
    if not done:
        return text
    pieces.append(text[done:])
    return "".join(pieces)


def untouched(text: str, start: int, end: int) -> bool:
    """Tell whether no marker stands in a part of a text or reaches into it."""
    low = max(0, start - _SLACK)
    if text.find(WORD, low, end + _SLACK) < 0:
        return True
    return all(m.end() <= start or m.start() >= end for m in MARKER.finditer(text, low, end + _SLACK))


def _united(finds: Iterable[Found]) -> Iterator[Found]:
    """Give finds in order, those that overlap as one, which is called as the first is."""
    current: Found | None = None
    for found in sorted(finds, key=attrgetter("start")):
        if current is None or found.start >= current.end:
            if current is not None:
                yield current
            current = found
        elif found.end > current.end:
            current = current._replace(end=found.end)
    if current is not None:
        yield current


def _shown(text: str, found: Found) -> str:
    written = text[found.start : found.end]
    word = found.quote + marker(found.what, url=_in_url(text, found)) + found.quote
    if "\n" in written and found.what != "private key":
        return _broken(text, found, word)
    if len(word) < len(written) and _fills_its_line(text, found):
        return FILL * (len(written) - len(word)) + word
    return word


def _broken(text: str, found: Found, word: str) -> str:
    """Give what stands for a secret that is broken over lines: the marker in the last line that has room."""
    line = line_of(text, found.start)
    starts = [found.start]
    ends: list[int] = []
    for m in _LINE_END.finditer(text, found.start, found.end):
        fresh = text.find("\n", m.start(), m.end()) + 1
        if not fresh:
            continue
        ends.append(m.start())
        starts.append(min(found.end, max(m.end(), fresh + line_prefix(text, line, fresh))))
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


def _fills_its_line(text: str, found: Found) -> bool:
    """Tell whether a terminal broke the line, so that it is as long as one beside it."""
    start = text.rfind("\n", max(0, found.start - _URL_REACH), found.start) + 1
    end = text.find("\n", found.end, found.end + _URL_REACH)
    size = end - start
    if end < 0 or size < _NARROWEST:
        return False
    before = text.rfind("\n", max(0, start - 2 - size), max(0, start - 1)) + 1
    behind = text.find("\n", end + 1, end + 2 + size)
    return start - 1 - before == size or behind - end - 1 == size


def _in_url(text: str, found: Found) -> bool:
    """Tell whether a secret stands in a URL or a form, where a marker may hold no blank."""
    low = max(0, found.start - _URL_REACH)
    begin = max(text.rfind(bound, low, found.start) for bound in _URL_BOUNDS) + 1
    if _URL.search(text, max(low, begin), found.start):
        return True
    return text[found.end : found.end + 1] == "&" and _ENTITY.match(text, found.end) is None
