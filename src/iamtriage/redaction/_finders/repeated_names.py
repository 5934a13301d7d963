"""The identifiers that were found in a text, to know them again as words; not for finding them first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._pseudonyms import ACCOUNT, ACCOUNT_INSIDE, UUID
from iamtriage.redaction._vocabulary.identifier_nouns import Numbered, is_kept
from iamtriage.redaction._vocabulary.known_words import is_grammar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("Known",)

_UUID = re.compile(UUID)
_WORD = re.compile(r"[A-Za-z0-9]+")
_LONGEST = 256
_SHORTEST = 3
# Of which many are common words.
_PARTS = frozenset({"path", "object", "parameter", "log-group", "index", "alias"})


class Known:
    """Names with what they are of, as first found."""

    def __init__(self) -> None:
        self._nouns: dict[str, Numbered] = {}
        # The first word of a name -> the lengths of the names that begin with it.
        self._lengths: dict[str, set[int]] = {}
        self._telling: set[str] = set()
        self._kept: set[str] = set()
        self.accounts: set[str] = set()

    def add(self, value: str, noun: Numbered) -> None:
        """Take note of a name."""
        account = value.replace("-", "") if noun == "account" else value
        if ACCOUNT.fullmatch(account):
            self.accounts.add(account)
            value, noun = account, "account"
        if value in self._nouns or is_kept(value):
            return
        self._nouns[value] = noun
        self.accounts.update(ACCOUNT_INSIDE.findall(value))
        begin = _WORD.match(value)
        if begin and self._is_telling(value, noun):
            self._telling.add(value)
            self._lengths.setdefault(begin[0], set()).add(len(value))

    def keep(self, words: Iterable[str]) -> None:
        """Take note of words that stay, whatever is called so."""
        self._kept.update(word.lower() for word in words)

    def noun(self, value: str, noun: Numbered) -> Numbered:
        """Give what a name is of: what it was of where it was found first."""
        return self._nouns.get(value, noun)

    def words(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Numbered]]:
        """Find known names that stand as words of their own in a part of a text."""
        done = start
        for word in _WORD.finditer(text, start, end):
            at = word.start()
            if at < done:
                continue
            before = text[at - 1 : at]
            if before == "_":
                continue
            if before == "%" or (before == "\\" and word[0][0] in "nrt"):
                # Behind an escape another word begins.
                at += 2 if before == "%" else 1
            begin = word[0] if at == word.start() else word[0][at - word.start() :]
            length = self._length(text, at, end, begin) if begin in self._lengths else 0
            if length:
                done = at + length
                yield at, done, self._nouns[text[at:done]]

    def _length(self, text: str, at: int, end: int, begin: str) -> int:
        """Give the length of the longest name at a place that begins with a word; 0 where there is none."""
        for length in sorted(self._lengths[begin], reverse=True):
            value = text[at : at + length]
            following = text[at + length : at + length + 1]
            if (
                at + length <= end
                and value in self._telling
                and not following.isalnum()
                and following != "_"
                and value.lower() not in self._kept
            ):
                return length
        return 0

    @staticmethod
    def _is_telling(value: str, noun: Numbered) -> bool:
        """Tell whether a name is no word of any sentence, and is not found by its shape anyway."""
        if not _SHORTEST <= len(value) <= _LONGEST or noun == "host" or _UUID.fullmatch(value):
            return False
        if value.isalpha() and (value.islower() or value.istitle() or value.isupper()):
            return noun not in _PARTS and not is_grammar(value)
        return not value.replace("-", "").isalnum() or not is_grammar(value)
