"""Collect what decides for most rules whether they apply: what the record states, and which words the text has.

Rules look for hundreds of words, of which most texts have none. But texts repeat their own words: the sentences of
AWS, actions, roles and resources. So each word of a text is searched once for all rules, and remembered.
"""

from __future__ import annotations

from typing import NamedTuple

from iamtriage.typing import Deny, PolicyType

# They are in many texts without the rest of what rules look for.
_FREQUENT = frozenset({"Access", "Failed", "Resource", "User:", "assume", "create", "failed", "message:"})
# Logs repeat fewer words. Longer ones than this are mostly different each time.
_MAX_REMEMBERED = 4_096
_MAX_LENGTH = 200


class Stated(NamedTuple):
    """What a denial states, the same as many others.

    Attributes:
        service: The service.
        action: The action in lowercase, empty if it is unknown.
        deny: ``"explicit"`` or ``"implicit"``.
        policy_type: The type of policy that denies, or that does not allow.
        words: The set of the words that its text has, from ``WordIndex.find``.
    """

    service: str | None
    action: str
    deny: Deny | None
    policy_type: PolicyType | None
    words: int


class WordIndex:
    """The words that rules look for in texts, in groups.

    A set of groups is an integer, with a bit for each group.

    >>> index = WordIndex()
    >>> pods, locks = index.add("pod", "kube"), index.add("state lock")
    >>> index.find("the kubelet") == pods, index.find("a statement") == locks, index.find("arn:aws:s3:::orders")
    (True, True, 0)
    """

    def __init__(self) -> None:
        self._groups: list[tuple[int, bool, tuple[str, ...]]] = []
        # Words of texts without a word of a group, and with one.
        self._others: dict[str, None] = {}
        self._found: dict[str, int] = {}

    def add(self, *words: str, ignores_case: bool = False) -> int:
        """Add a group, and return the set with it alone.

        Texts are searched for the rarest part of each word that has no space. Whether they have the rest remains to be
        found out.

        Args:
            words: The words.
            ignores_case: Whether they are in lowercase, and a text has them in any case.
        """
        group = 1 << len(self._groups)
        self._groups.append((group, ignores_case, tuple(max(each.split(), key=_rarity) for each in words)))
        self._others.clear()
        self._found.clear()
        return group

    def find(self, text: str) -> int:
        """Return the set of the groups of which a text has a word."""
        # Most texts have only words that were searched before, and few that a rule looks for.
        words = set(text.split()).difference(self._others)
        new: list[str] = []
        found = 0
        for word in words:
            groups = self._found.get(word, 0)
            found |= groups
            if not groups:
                new.append(word)
        return found | self._find_in(new) if new else found

    def _find_in(self, words: list[str]) -> int:
        """Return the set of the groups that have one of these words, and remember them."""
        text = " ".join(words)
        lowercase = text.lower()
        groups = [
            (group, ignores_case, parts)
            for group, ignores_case, parts in self._groups
            if any(map((lowercase if ignores_case else text).__contains__, parts))
        ]
        if len(words) <= _MAX_REMEMBERED:
            self._remember(words, groups)
        return sum(group for group, *_ in groups)

    def _remember(self, words: list[str], groups: list[tuple[int, bool, tuple[str, ...]]]) -> None:
        """Remember of which of these groups each word is."""
        if len(self._others) + len(self._found) + len(words) > _MAX_REMEMBERED:
            self._others.clear()
            self._found.clear()
        for word in words:
            if len(word) > _MAX_LENGTH:
                continue
            lowercase = word.lower()
            found = sum(
                group
                for group, ignores_case, parts in groups
                if any(map((lowercase if ignores_case else word).__contains__, parts))
            )
            if found:
                self._found[word] = found
            else:
                self._others[word] = None


def _rarity(part: str) -> tuple[bool, int]:
    """Return a sort key that is higher for parts of words that are probably rarer."""
    return part not in _FREQUENT, len(part)


WORDS = WordIndex()
"""The words that the rules for denials look for."""
