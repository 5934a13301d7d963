"""Find the distinct parts of a text. Each other part is like one of them, except for digits.

It also has the same surroundings. So if the distinct parts reveal nothing, the others reveal nothing either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage.redaction._vocabulary.unquoted_values import zero_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Part", "find_distinct_parts")

# In characters.
_SAMPLE = 3_000
# The surroundings that can belong to a secret in a part.
_AROUND = 700
_MIN_PART = 50
# What a part begins with. It is the same in each copy.
_BEGINNING = re.compile("[^0]{2,64}")
_BEGINNING_REACH = 300


class Part(NamedTuple):
    """A part of a text, ``text[start:end]``, and its surroundings, ``text[low:high]``."""

    low: int
    start: int
    end: int
    high: int


def find_distinct_parts(text: str) -> list[Part]:
    """Return the distinct parts of a text, or the whole text if they are half of it or more."""
    size = len(text)
    whole = [Part(0, 0, size, size)]
    if size < 2 * _SAMPLE:
        return whole
    # A piece of the text shows whether it repeats.
    sample = zero_digits(text[size // 2 :][:_SAMPLE])
    beginnings = _BEGINNING.findall(sample, 0, _BEGINNING_REACH)
    beginning = max(beginnings, key=lambda each: sample.count(each) * len(each), default="")
    if not beginning or sum(map(len, set(sample.split(beginning)))) * 2 > _SAMPLE:
        return whole
    parts = [*_list_distinct(zero_digits(text), beginning)]
    return parts if sum(part.high - part.low for part in parts) * 2 < size else whole


def _list_distinct(zeroed: str, beginning: str) -> Iterator[Part]:
    """Yield the distinct parts. Those that follow each other, or have the same surroundings, are one part.

    Args:
        zeroed: The text, with a zero for each digit.
        beginning: What each part begins with.
    """
    size = len(zeroed)
    known: set[str] = set()
    current: Part | None = None
    start = 0
    while start < size:
        end = zeroed.find(beginning, start + _MIN_PART)
        end = size if end < 0 else end
        low, high = max(0, start - _AROUND), min(size, end + _AROUND)
        surroundings = zeroed[low:high]
        if surroundings not in known:
            known.add(surroundings)
            if current and low <= current.high:
                current = current._replace(end=end, high=high)
            else:
                if current:
                    yield current
                current = Part(low, start, end, high)
        start = end
    if current:
        yield current
