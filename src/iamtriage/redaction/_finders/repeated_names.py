"""Store the identifiers found in a text, to recognize them as words elsewhere."""

from __future__ import annotations

import re
from bisect import insort
from typing import TYPE_CHECKING

from iamtriage.redaction._pseudonyms import ACCOUNT, ACCOUNT_INSIDE, UUID
from iamtriage.redaction._vocabulary.identifier_nouns import IdentifierKind, is_kept
from iamtriage.redaction._vocabulary.known_words import is_grammar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("MIN_NAME", "KnownNames")

_UUID = re.compile(UUID)
_WORD = re.compile(r"[A-Za-z0-9]+")
_MAX_LENGTH = 256
MIN_NAME = 3
# Kinds of names that are often common words.
_COMMON = frozenset({"path", "object", "parameter", "log-group", "index", "alias"})


class KnownNames:
    """Names and the kinds of their first occurrences."""

    def __init__(self) -> None:
        self._nouns: dict[str, IdentifierKind] = {}
        # The first word of a name -> the lengths of the names that begin with it, the longest first.
        self._lengths: dict[str, list[int]] = {}
        self._searched: set[str] = set()
        self._kept: set[str] = set()
        self.accounts: set[str] = set()

    def add(self, value: str, noun: IdentifierKind) -> None:
        """Store a name."""
        account = value.replace("-", "") if noun == "account" else value
        if ACCOUNT.fullmatch(account):
            self.accounts.add(account)
            value, noun = account, "account"
        if value in self._nouns or is_kept(value):
            return
        self._nouns[value] = noun
        self.accounts.update(ACCOUNT_INSIDE.findall(value))
        begin = _WORD.match(value)
        if begin and self._is_searchable(value, noun):
            self._searched.add(value)
            lengths = self._lengths.setdefault(begin[0], [])
            if len(value) not in lengths:
                insort(lengths, len(value), key=int.__neg__)

    def __iter__(self) -> Iterator[tuple[str, IdentifierKind]]:
        """Yield each name and its kind."""
        return iter(self._nouns.items())

    def keep(self, words: Iterable[str]) -> None:
        """Store words that stay in the text, even if a resource has that name."""
        self._kept.update(word.lower() for word in words)

    def noun(self, value: str, noun: IdentifierKind) -> IdentifierKind:
        """Return the kind of a name's first occurrence."""
        return self._nouns.get(value, noun)

    def find_in(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, IdentifierKind]]:
        """Find known names that are separate words in a part of a text."""
        done = start
        lengths = self._lengths
        words: Iterable[re.Match[str]] = _WORD.finditer(text, start, end) if lengths else ()
        if text.find("\\", start, end) < 0 and text.find("%", start, end) < 0:
            # The first characters of a word can only be a part of an escape.
            if lengths.keys().isdisjoint(_WORD.findall(text, start, end)):
                return
            words = [word for word in words if word[0] in lengths]
        for word in words:
            begin, at = word[0], word.start()
            before = text[at - 1 : at]
            if before == "%" or (before == "\\" and begin[0] in "nrt"):
                # After an escape, another word begins.
                escape = 2 if before == "%" else 1
                begin, at = begin[escape:], at + escape
            if begin not in lengths or word.start() < done or before == "_":
                continue
            length = self._length(text, at, end, begin)
            if length:
                done = at + length
                yield at, done, self._nouns[text[at:done]]

    def _length(self, text: str, at: int, end: int, begin: str) -> int:
        """Return the length of the longest name that begins with the word at a position, or 0."""
        for length in self._lengths[begin]:
            value = text[at : at + length]
            following = text[at + length : at + length + 1]
            if (
                at + length <= end
                and value in self._searched
                and not following.isalnum()
                and following != "_"
                and value.lower() not in self._kept
            ):
                return length
        return 0

    @staticmethod
    def _is_searchable(value: str, noun: IdentifierKind) -> bool:
        """Return whether to search for a name: it is not a common word, and its form does not identify it."""
        if not MIN_NAME <= len(value) <= _MAX_LENGTH or noun == "host" or _UUID.fullmatch(value):
            return False
        if value.isalpha() and (value.islower() or value.istitle() or value.isupper()):
            return noun not in _COMMON and not is_grammar(value)
        return not value.replace("-", "").isalnum() or not is_grammar(value)
