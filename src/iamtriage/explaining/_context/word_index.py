"""Find out which of the words that rules look for are in a text.

Rules look for thousands of words, of which most texts have none. But texts repeat their own words: the
sentences of AWS, actions, roles and resources. So each word of a text is searched once for all rules, and
remembered.
"""

from __future__ import annotations

from iamtriage._typing import NamedTuple

# They are in many texts without the rest of what rules look for.
_FREQUENT = frozenset(
    {"Access", "Failed", "Resource", "User:", "assume", "create", "failed", "message:", "resource"}
)
# Logs repeat fewer words. Longer ones than this are mostly different each time.
_MAX_REMEMBERED = 4_096
_MAX_LENGTH = 200
# Parts are found by their first characters. Few are shorter.
_START = 3


class Sign(NamedTuple):
    """Words of which a text needs one.

    Attributes:
        group: The group of those without a space in a :class:`WordIndex`.
        rest: The group of the others, of which a text can have only a part.
        phrases: The others.
    """

    group: int
    rest: int
    phrases: tuple[str, ...]

    def is_in(self, text: str, found: int) -> bool:
        """Return whether a text has one of the words, given the groups that were found in it."""
        if found & self.group:
            return True
        return found & self.rest != 0 and any(map(text.__contains__, self.phrases))


class WordIndex:
    """The words that rules look for in texts, in groups.

    A set of groups is an integer, with a bit for each group.

    >>> index = WordIndex()
    >>> pods, locks = index.add("pod", "kube"), index.add("state lock")
    >>> index.find("the kubelet") == pods, index.find("a statement") == locks, index.find("arn:aws:s3:::a")
    (True, True, 0)
    """

    def __init__(self) -> None:
        self.size = 0
        """The number of groups. Modules that are imported later add some."""
        # Groups whose words are added when a text is first searched for them.
        self._new: list[tuple[int, tuple[str, ...], bool]] = []
        self._with_case, self._in_lowercase = _PartIndex(), _PartIndex()
        # Words of texts without a word of a group, and with one.
        self._others: dict[str, None] = {}
        self._found: dict[str, int] = {}

    def add(self, *words: str, ignores_case: bool = False) -> int:
        """Add a group, and return the set with it alone.

        Texts are searched for the rarest part of each word that has no space. Whether they have the rest
        remains to be found out.

        Args:
            words: The words.
            ignores_case: Whether they are in lowercase, and a text has them in any case.
        """
        group = 1 << self.size
        self.size += 1
        self._new.append((group, words, ignores_case))
        self._others.clear()
        self._found.clear()
        return group

    def sign(self, *words: str) -> Sign:
        """Add the groups of a sign."""
        phrases = tuple(word for word in words if word.split() != [word])
        return Sign(self.add(*(word for word in words if word not in phrases)), self.add(*phrases), phrases)

    def find(self, text: str) -> int:
        """Return the set of the groups of which a text has a word."""
        # Most texts have only words that were searched before, and few that a rule looks for.
        words = set(text.split()).difference(self._others)
        found = 0
        new: list[str] = []
        for word in words:
            groups = self._found.get(word, 0)
            found |= groups
            if not groups:
                new.append(word)
        return found | self._search(new) if new else found

    def _search(self, words: list[str]) -> int:
        """Return the set of the groups that have one of these words, and remember them."""
        while self._new:
            group, parts, ignores_case = self._new.pop()
            index = self._in_lowercase if ignores_case else self._with_case
            for part in parts:
                index.add(max(part.split(), key=_rarity), group)
        if len(words) > _MAX_REMEMBERED:
            text = " ".join(words)
            return self._with_case.find(text) | self._in_lowercase.find(text.lower())
        if len(self._others) + len(self._found) + len(words) > _MAX_REMEMBERED:
            self._others.clear()
            self._found.clear()
        all_found = 0
        for word in words:
            found = self._with_case.find(word) | self._in_lowercase.find(word.lower())
            all_found |= found
            if len(word) > _MAX_LENGTH:
                continue
            if found:
                self._found[word] = found
            else:
                self._others[word] = None
        return all_found


class _PartIndex:
    """Parts of words, with the sets of the groups to which they belong."""

    def __init__(self) -> None:
        self._by_start: dict[str, dict[str, int]] = {}
        self._lengths: set[int] = set()

    def add(self, part: str, group: int) -> None:
        start = part[:_START]
        self._lengths.add(len(start))
        parts = self._by_start.setdefault(start, {})
        parts[part] = parts.get(part, 0) | group

    def find(self, text: str) -> int:
        """Return the set of the groups of the parts that a text has."""
        # Searching a text for each part would take longer.
        starts = {text[at : at + length] for length in self._lengths for at in range(len(text) - length + 1)}
        found = 0
        for start in self._by_start.keys() & starts:
            for part, group in self._by_start[start].items():
                if part in text:
                    found |= group
        return found


def _rarity(part: str) -> tuple[bool, int]:
    """Return a sort key that is higher for parts of words that are probably rarer."""
    return part not in _FREQUENT, len(part)
