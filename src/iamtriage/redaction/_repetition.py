"""Find the distinct parts of a text. Each other part is a copy of one of them, except for digits.

It also has the same surroundings, so what is in a distinct part is in its copies, too.
"""

from __future__ import annotations

import re

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.notations import FILLER
from iamtriage.redaction._vocabulary.searched_text import zero_digits

__all__ = ("AROUND", "Copy", "Part", "Parts", "find_parts")

AROUND = 700
"""The number of characters before and after a part that can belong to a secret in it."""
# In characters.
_SAMPLE = 3_000
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
    parts = _divide(zero_digits(text), beginning)
    return parts if sum(part.high - part.low for part in parts.distinct) * 2 < size else whole


def _divide(zeroed: str, beginning: str) -> Parts:
    """Divide a text. Distinct parts that follow each other, or have the same surroundings, are one part.

    Args:
        zeroed: The text, with a zero for each digit.
        beginning: What each part begins with.
    """
    size = len(zeroed)
    parts = Parts([], [])
    distinct, copies = parts
    known: dict[str, int] = {}
    start = 0
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
            distinct[-1] = distinct[-1]._replace(end=end, high=high)
        else:
            distinct.append(Part(low, start, end, high))
        start = end
    return parts
