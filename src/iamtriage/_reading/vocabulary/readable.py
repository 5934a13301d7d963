"""Look up words and their positions in a readable text.

Trying a pattern at every position of a text is slow, so readers try theirs only at the words that it needs. The words
are found once for all readers.
"""

from __future__ import annotations

from itertools import compress
from string import ascii_letters, digits
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.codes import find_codes

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from iamtriage._reading.vocabulary.pieces import Piece

# Characters of the words before a code, such as "Client.".
_MAX_PREFIX = 80
_WORD_CHARACTERS = frozenset(ascii_letters + digits + "_")
_WORDS = bytes(byte if chr(byte) in _WORD_CHARACTERS else 32 for byte in range(256))

NON_ASCII = "NON_ASCII"
"""A word that stands for all characters outside of ASCII."""


class Readable:
    """A readable text and its words.

    Attributes:
        text: The text.
        flat: The text with spaces instead of newlines, to search it for literals.
        words: Its words of ASCII letters, digits and underscores, and ``NON_ASCII`` if it has other characters.
        sentences: The standard denial messages in it, after they were read.
        taken: The pieces that later readers must ignore, after they were read.
        rows: The rows of the readers' tables that can match, after they were looked up.

    >>> readable = Readable("AccessDenied: Access denied")
    >>> sorted(readable.words), readable.codes, readable.places({"denied"})
    (['Access', 'AccessDenied', 'denied'], [(0, 12)], [(21, 27)])
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.flat = text.replace("\n", " ") if "\n" in text else text
        self._sequence = text.encode("ascii", "replace").translate(_WORDS).decode("ascii").split()
        self.words = set(self._sequence)
        if not text.isascii():
            self.words.add(NON_ASCII)
        self.sentences: list[Piece] = []
        self.taken: list[Piece] = []
        self.rows: list[int] | None = None
        self._capitalized: list[str] | None = None
        self._lowered: set[str] | None = None
        self._lowered_sequence: list[str] | None = None
        self._codes: list[tuple[int, int]] | None = None

    @property
    def capitalized(self) -> list[str]:
        """The words that start with an uppercase letter."""
        if self._capitalized is None:
            # Most words start with a lowercase letter, so one comparison is enough for them.
            self._capitalized = [word for word in self.words if word < "[" and word >= "A"]
        return self._capitalized

    @property
    def lowered(self) -> set[str]:
        """The words in lower case."""
        if self._lowered is None:
            self._lowered = set(self._lower_sequence())
        return self._lowered

    def _lower_sequence(self) -> list[str]:
        """Return the words in lower case, in the order of the text."""
        if self._lowered_sequence is None:
            self._lowered_sequence = [*map(str.lower, self._sequence)]
        return self._lowered_sequence

    @property
    def codes(self) -> list[tuple[int, int]]:
        """The spans of the words that can be an error code or a part of one."""
        if self._codes is None:
            codes = find_codes(self.words, self.capitalized)
            self._codes = self.places(codes) if codes else []
        return self._codes

    def places(self, wanted: Container[str], *, any_case: bool = False) -> list[tuple[int, int]]:
        """Return the spans of certain words, in the order of the text.

        Args:
            wanted: The words.
            any_case: Whether the words are in lower case and can have any case in the text.
        """
        text, at = self.text, 0
        found: list[tuple[int, int]] = []
        words = self._sequence
        matching: Iterable[str]
        if any_case:
            matching = compress(words, map(wanted.__contains__, self._lower_sequence()))
        else:
            matching = filter(wanted.__contains__, words)
        for word in matching:
            at = text.find(word, at)
            end = at + len(word)
            while text[at - 1 : at] in _WORD_CHARACTERS or text[end : end + 1] in _WORD_CHARACTERS:
                at = text.find(word, at + 1)
                end = at + len(word)
            found.append((at, end))
            at = end
        return found

    def are_in_sentences(self, wanted: Container[str]) -> bool:
        """Return whether certain words occur only in the standard denial messages."""
        at = 0
        for start, _ in self.places(wanted):
            while at < len(self.sentences) and self.sentences[at].end <= start:
                at += 1
            if at == len(self.sentences) or start < self.sentences[at].start:
                return False
        return True

    def code_starts(self) -> dict[int, int]:
        """Return the positions where codes can start, each with the end of the code's last word.

        A code can have words with dots before the last one, such as ``Client.``.
        """
        text = self.text
        starts = dict(self.codes)
        for start, end in self.codes:
            at = start
            while text[at - 1 : at] == "." and start - at < _MAX_PREFIX:
                at -= 1
                while text[at - 1 : at] in _WORD_CHARACTERS:
                    at -= 1
                starts[at] = end
        return starts if len(starts) == len(self.codes) else dict(sorted(starts.items()))
