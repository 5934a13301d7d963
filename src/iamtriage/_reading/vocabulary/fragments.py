"""Find which rows of a table can match a text, by words and literal fragments.

Each row names a fragment without which it cannot match. Searching a text for hundreds of fragments takes longer than
parsing it, so a fragment is searched for only if the text has the fragment's rarest whole word.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

# Frequent words of failures, the most frequent first. The others are rarer.
_FREQUENT_WORDS = """
    to not is aws authorized the perform arn error User on resource role in operation sts Error policy 403
    com assumed Code with An calling because no when request action code amazonaws this identity for https
    message id Message failed an status The Access are You AWS Status credentials service Response response
    Request access ID api name cluster Account at does account by client region permissions Failed Denied
    IAM token or API denied provided be your get key and time call from authorization invalid http found
    instance was Client model you STS session has due create permission HTTP profile provider unable expired
    bucket object while assume returned auth valid have can of file No run we that match Credential This
    current
"""
_RARITIES = {word: rank for rank, word in enumerate(_FREQUENT_WORDS.split())}
_ALTERNATIVE = "|"
# Searching for one of these first is faster. The first ones are rarer.
_RARE_PARTS = (*"!?*#&<>{}[]=;)(\"'_", "cloud", "liyun")
_WORD = re.compile(r"(?<=[^\w])[A-Za-z0-9_]{2,}(?=[^\w])", re.ASCII)
_STATED_WORDS = re.compile(r"<([\w ]+)>(.*)", re.ASCII | re.DOTALL)


class FragmentIndex:
    """The fragments of a table's rows.

    Args:
        fragments: One per row. Alternatives are separated by ``|``. One can start with one or two whole words in angle
            brackets, which the text must have in addition to the rest. A row without a fragment can match any text.

    >>> index = FragmentIndex(["unable to locate", "they are not authorized", "rate exceeded", "<STS>", "<role>the r"])
    >>> text = "STS: they are not authorized to assume the role"
    >>> list_rows(index.find_rows(set(text.replace(":", "").split()), text))
    (1, 3, 4)
    """

    def __init__(self, fragments: Iterable[str]) -> None:
        # Sets of rows are integers, with a bit for each row: joining them takes little time.
        self._always = 0
        # Word -> another word and the fragment that the text must contain, too -> the rows. Without another word, it is the
        # same one. The fragment can be empty.
        table: dict[str, dict[tuple[str, str], int]] = {}
        # For fragments without a whole word: a part or the fragment itself -> the fragment -> the rows.
        others: dict[str, dict[str, int]] = {}
        for number, alternatives in enumerate(fragments):
            row = 1 << number
            if not alternatives:
                self._always |= row
                continue
            for fragment in alternatives.split(_ALTERNATIVE):
                words, literal = _required(fragment)
                if words:
                    found, key = table.setdefault(words[0], {}), (words[-1], literal)
                    found[key] = found.get(key, 0) | row
                else:
                    part = next((part for part in _RARE_PARTS if part in fragment), fragment)
                    rows = others.setdefault(part, {})
                    rows[fragment] = rows.get(fragment, 0) | row
        self._others = tuple((part, tuple(rows.items())) for part, rows in others.items())
        self._rows = {
            word: tuple((*required, rows) for required, rows in found.items())
            for word, found in table.items()
        }
        self._words = frozenset(self._rows)

    def find_rows(self, words: AbstractSet[str], text: str) -> int:
        """Return the set of the rows that have a fragment in a text, for ``list_rows``."""
        found = self._always
        for part, others in self._others:
            if part in text:
                for fragment, rows in others:
                    if fragment in text:
                        found |= rows
        table = self._rows
        for word in self._words & words:
            for other, fragment, rows in table[word]:
                if other in words and fragment in text:
                    found |= rows
        return found


@lru_cache(maxsize=2048)
def list_rows(rows: int) -> tuple[int, ...]:
    """Return the numbers of the rows in a set, in order.

    >>> list_rows(0b1101)
    (0, 2, 3)
    """
    return tuple(number for number, bit in enumerate(reversed(f"{rows:b}")) if bit == "1")


def _required(fragment: str) -> tuple[list[str], str]:
    """Return the one or two rarest whole words that a text with a fragment has, and the literal that it contains."""
    stated, literal = _divide(fragment)
    return sorted({*_WORD.findall(literal), *stated}, key=_rarity, reverse=True)[:2], literal


@cache
def list_literals(fragment: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the alternatives of a fragment: the words that it states, and the literal that shows its place."""
    alternatives = map(_divide, fragment.split(_ALTERNATIVE))
    return tuple((tuple(words), literal or words[0]) for words, literal in alternatives)


def _divide(fragment: str) -> tuple[list[str], str]:
    """Return the whole words in angle brackets that a fragment starts with, and the rest."""
    stated = _STATED_WORDS.match(fragment)
    return (stated[1].split(), stated[2]) if stated else ([], fragment)


def find_around_literal(
    text: str, pattern: re.Pattern[str], literal: str, max_length_before: int, max_length_after: int
) -> Iterator[re.Match[str]]:
    """Yield the matches that contain a literal, with limited lengths before it and from it on."""
    done = 0
    at = text.find(literal)
    while at >= 0:
        m = pattern.search(text, max(done, at - max_length_before), at + max_length_after)
        if m:
            yield m
            done = m.end()
        at = text.find(literal, max(at + 1, done))


def _rarity(word: str) -> tuple[int, int]:
    """Return a sort key that is higher for words that are probably rarer."""
    return _RARITIES.get(word, len(_RARITIES)), len(word)
