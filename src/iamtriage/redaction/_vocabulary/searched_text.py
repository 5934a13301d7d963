"""Represent a text that is searched for secrets, with what its finders have in common: its case, its names, its parts.

Each part that is not distinct is a copy of a distinct one, except for digits. It also has the same surroundings, so
what is in a distinct part is in its copies, too.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.markers import WORD
from iamtriage.redaction._vocabulary.notations import FILLER
from iamtriage.redaction._vocabulary.secret_names import NAME_OR_MARKER

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = (
    "AROUND",
    "MAX_EDGE",
    "MIN_LONG",
    "Part",
    "Parts",
    "SearchedText",
    "fill_spans",
    "find_parts",
    "fold_case",
    "zero_all_digits",
    "zero_digits",
)

MIN_LONG = 2_000
"""The length in characters from which a value is judged by its ends."""
MAX_EDGE = 200
"""The length of each of these ends."""
_ASCII = bytes(range(128))
# In characters.
_MIN_REPETITIVE = 2_000
_LINE = re.compile(r"[^\n]+")
# An escape in which a digit matters.
_ESCAPE = re.compile(r"%(?:25){0,16}(?!0[0A-Fa-f])[0-9A-Fa-f]{2}|&#\w{1,6};|\\u[0-9A-Fa-f]{4}")
# A word with the base64 of nine characters of ASCII, which can be a login. https://www.rfc-editor.org/rfc/rfc4648#section-4:
# four characters encode three bytes, and in ASCII the first bit of each byte is zero.
_LOGIN = re.compile(
    r"(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]{12})(?=[A-Za-z0-9+/]*?(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/]){3})"
    r"[A-Za-z0-9+/]+"
)
_AUTH = re.compile(r"auth(?![a-z])")

AROUND = 700
"""The number of characters before and after a part that can belong to a secret in it."""
# In characters.
_SAMPLE = 3_000
# The share of distinct words above which a text is not repetitive.
_MAX_DISTINCT = 0.8
_MIN_PART = 200
# What a part begins with. It is the same in each copy.
_BEGINNING = re.compile(f"[^0{FILLER}]{{2,64}}")
_BEGINNING_REACH = 300


class Part(NamedTuple):
    """A part of a text, ``text[start:end]``, and its surroundings, ``text[low:high]``."""

    low: int
    start: int
    end: int
    high: int


class Copy(NamedTuple):
    """A part of a text, ``text[start:end]``, and the start of the part that it is like."""

    start: int
    end: int
    original: int


class Parts(NamedTuple):
    """The distinct parts of a text, and their copies."""

    distinct: list[Part]
    copies: list[Copy]


class SearchedText:
    """A text, and caches where its unquoted values end.

    Attributes:
        text: The text.
        folded: The text in lower case, character for character.
        is_marked: Whether the text can contain markers.
        unresolved: The position of each name of a secret whose value has not been found.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold_case(text)
        self.is_marked = WORD in text
        self.unresolved: list[tuple[int, int]] = []
        self._known: dict[str, tuple[int, int]] = {}

    @cached_property
    def names(self) -> list[re.Match[str]]:
        """The last word of each name that can announce a secret, and the markers, in order."""
        return [*NAME_OR_MARKER.finditer(self.folded)]

    @cached_property
    def words(self) -> str:
        """The distinct words of the text, one a line; a text that is short, or repeats few words, unchanged.

        Most long texts repeat themselves, so to search their words for a part of a word takes less time.
        """
        text = self.text
        sample = text[:_SAMPLE].split() if len(text) >= _MIN_REPETITIVE else []
        return text if len(set(sample)) >= len(sample) * _MAX_DISTINCT else "\n".join(set(text.split()))

    @cached_property
    def parts(self) -> Parts:
        """The distinct parts of the text, and their copies."""
        return find_parts(self.text)

    def end(self, pattern: re.Pattern[str], at: int) -> int | None:
        """Return the end of the value at a position, or ``None`` if there is none.

        Args:
            pattern: The pattern of a piece of the value.
            at: The position.
        """
        # A pattern is hashed each time, unlike its source.
        start, end = self._known.get(pattern.pattern, (0, 0))
        if start <= at < end:
            return end
        end = at
        # Match in pieces, because each repetition of a group takes memory.
        while found := pattern.match(self.text, end):
            end = found.end()
        if end == at:
            return None
        self._known[pattern.pattern] = (at, end)
        return end


def fill_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Replace parts of a text, which are in order, with fillers, so that positions and line breaks stay the same."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += (text[done:start], _LINE.sub(lambda line: FILLER * len(line[0]), text[start:end]))
        done = end
    return "".join([*pieces, text[done:]])


def fold_case(text: str) -> str:
    """Return a text in lower case, character for character, so that positions stay the same.

    >>> fold_case("AWS_SECRET"), len(fold_case("\u0130"))
    ('aws_secret', 1)
    >>> [fold_case(text * 500) == text.lower() * 500 for text in ("\u2502 AWS ", "\u00c9 \u2502 AWS ")]
    [True, True]
    """
    if len(text) >= _MIN_REPETITIVE and not text.isascii():
        # In a long text, this is faster, because most have no other letters.
        written = text.encode("utf-8", "surrogatepass")
        others = written.translate(None, _ASCII).decode("utf-8", "surrogatepass")
        if others == others.lower():
            return written.lower().decode("utf-8", "surrogatepass")
    # This is the only capital letter whose lower-case form has two characters.
    return text.replace("\u0130", "i").lower()


def zero_all_digits(text: str) -> str:
    """Return a text with a zero for each digit."""
    # Faster than a translation if a character is not ASCII.
    for digit in "123456789":
        text = text.replace(digit, "0")
    return text


def zero_digits(text: str) -> str:
    """Return a text with a zero for each digit, except in escapes, and in logins, which are decoded."""
    zeroed = zero_all_digits(text)
    if "%" in text or "&#" in text or "\\u" in text:
        zeroed = _copy_matches(_ESCAPE.finditer(text), zeroed)
    return _copy_matches(_LOGIN.finditer(text), zeroed) if _AUTH.search(text.lower()) else zeroed


def _copy_matches(matches: Iterable[re.Match[str]], other: str) -> str:
    """Return another text of the same length with the matches in a text."""
    pieces: list[str] = []
    done = 0
    for m in matches:
        pieces += (other[done : m.start()], m[0])
        done = m.end()
    return "".join([*pieces, other[done:]]) if pieces else other


def find_parts(text: str) -> Parts:
    """Return the distinct parts of a text, or the whole text if they are half of it or more."""
    size = len(text)
    whole = Parts([Part(0, 0, size, size)], [])
    if size < 2 * _SAMPLE:
        return whole
    # A piece of the text shows whether it repeats.
    sample = zero_digits(text[size // 2 :][:_SAMPLE])
    beginnings = _BEGINNING.findall(sample, 0, _BEGINNING_REACH)
    beginning = max(beginnings, key=lambda each: sample.count(each) * len(each), default="")
    if not beginning or sum(map(len, set(sample.split(beginning)))) * 2 > _SAMPLE:
        return whole
    return _divide(zero_digits(text), beginning) or whole


def _divide(zeroed: str, beginning: str) -> Parts | None:
    """Divide a text, unless half of it or more is distinct.

    Distinct parts that follow each other, or have the same surroundings, are one part.

    Args:
        zeroed: The text, with a zero for each digit.
        beginning: What each part begins with.
    """
    size = len(zeroed)
    parts = Parts([], [])
    distinct, copies = parts
    known: dict[str, int] = {}
    start = covered = 0
    while start < size:
        end = zeroed.find(beginning, start + _MIN_PART)
        end = size if end < 0 else end
        low, high = max(0, start - AROUND), min(size, end + AROUND)
        original = known.setdefault(zeroed[low:high], start)
        if original < start:
            copies.append(Copy(start, end, original))
        elif distinct and low <= distinct[-1].high:
            while copies and copies[-1].start >= distinct[-1].end:
                copies.pop()
            last = distinct[-1]
            covered += high - last.high
            distinct[-1] = Part(last.low, last.start, end, high)
        else:
            covered += high - low
            distinct.append(Part(low, start, end, high))
        if covered * 2 >= size:
            return None
        start = end
    return parts
