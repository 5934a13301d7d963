"""Find which rows of a table can match a text, by literal fragments.

Each row names a fragment without which it cannot match. Searching a text for hundreds of fragments costs more than
reading it, so rows that share a few characters are asked for together first.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Characters in a shared part.
_LENGTH = 5
_ALTERNATIVE = "|"


class FragmentIndex:
    """The fragments of a table's rows.

    Args:
        fragments: one per row. Alternatives are separated by ``|``.

    >>> index = FragmentIndex(["unable to locate", "unable to assume", "rate exceeded"])
    >>> index.possible_rows("error: unable to assume the role")
    [1]
    """

    __slots__ = ("_groups",)

    def __init__(self, fragments: Sequence[str]) -> None:
        rows = [
            (number, fragment)
            for number, alternatives in enumerate(fragments)
            for fragment in alternatives.split(_ALTERNATIVE)
        ]
        shared = Counter(part for _, fragment in rows for part in _parts(fragment))
        groups: dict[str, list[tuple[int, str]]] = {}
        for number, fragment in rows:
            groups.setdefault(max(_parts(fragment), key=shared.__getitem__), []).append((number, fragment))
        self._groups = tuple(groups.items())

    def possible_rows(self, text: str) -> list[int]:
        """Return the numbers of the rows that have a fragment in a text, in the order of the table."""
        found = {
            number
            for part, rows in self._groups
            if part in text
            for number, fragment in rows
            if fragment in text
        }
        return sorted(found)


def _parts(fragment: str) -> list[str]:
    """Return the distinct substrings that can represent a fragment."""
    if len(fragment) <= _LENGTH:
        return [fragment]
    return list(dict.fromkeys(fragment[at : at + _LENGTH] for at in range(len(fragment) - _LENGTH + 1)))
