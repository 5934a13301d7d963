"""Read from a pattern which words a text needs so that it finds something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# The parts of a pattern: words, before no quantifier, groups, and others with quantifiers.
_PARTS = (
    r"((?:(?:[^\\.^$*+?{}\[\]()|]|\\[^A-Za-z0-9\\])(?![*+?{]))+)"
    r"|(\((?:\?(?:P<\w+>|>|[a-zA-Z]*(?:-[a-zA-Z]+)?:))?(?!\?))|(\()|(\))([*?]|\{0?,\d*\}|\{0\})?[+?]*|(\|)"
    r"|(?:\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d+,?\d*\}|\\(?:x..|u.{4}|U.{8}|N\{[^}]*\}|\d+|.)|.)[*+?]*"
)
_WORD, _GROUP, _ASSERTION, _END, _OPTIONAL, _OR = range(1, 7)
# Texts have most shorter words by chance, and few longer ones.
_MIN_WORD, _LONG_WORD = 2, 5
_NOTHING: tuple[str, ...] = ()


def needed_words(source: str) -> tuple[str, ...]:
    r"""Return words of which a text needs one so that a pattern finds something, or none if it needs none.

    >>> needed_words(r"\bpods?\b|[Ss]ervice(?:Account| account)s?|kube-(?:proxy|system){0,2}")
    ('pod', 'ervice', 'kube-')
    """
    return _read_group(re.finditer(_PARTS, source, re.DOTALL))


def _read_group(parts: Iterator[re.Match[str]]) -> tuple[str, ...]:
    """Return the needed words of a group up to its end."""
    branches: list[tuple[str, ...]] = []
    best = _NOTHING
    kind: int | None = None
    while kind not in {_END, _OPTIONAL}:
        part = next(parts, None)
        kind = _END if part is None else part.lastindex
        words = _NOTHING
        if part is not None and kind == _WORD:
            words = (part[0].replace("\\", ""),)
        elif kind in {_GROUP, _ASSERTION}:
            words = _read_group(parts)
        elif kind in {_END, _OPTIONAL, _OR}:
            branches.append(best)
            best = _NOTHING
        if words and kind != _ASSERTION:
            best = max(best, words, key=_usefulness)
    if _NOTHING in branches or kind == _OPTIONAL:
        return ()
    found = dict.fromkeys(each for branch in branches for each in branch)
    return tuple(each for each in found if not any(other in each and other != each for other in found))


def _usefulness(words: tuple[str, ...]) -> tuple[int, int]:
    """Return a sort key that is higher for words that fewer texts have."""
    shortest = min((len(word.strip()) for word in words), default=0)
    return (min(shortest, _LONG_WORD), -len(words)) if shortest >= _MIN_WORD else (0, 0)
