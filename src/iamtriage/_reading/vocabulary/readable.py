"""Look up words and their positions in a readable text.

Trying a pattern at every position of a text is slow, so readers try theirs only at the words that it needs. The words
are found once for all readers.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain
from operator import attrgetter
from string import ascii_letters, digits
from typing import TYPE_CHECKING, TypeVar

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import CODE_PARTS, CODE_PREFIXES, find_codes
from iamtriage._reading.vocabulary.fragments import list_literals

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from iamtriage._reading.vocabulary.pieces import Piece

_T = TypeVar("_T")
_start = attrgetter("start")
# Characters of the words before a code, such as "Client.".
_MAX_PREFIX = 80
# For more words, looking up each word of the text takes less time than searching the text for each of them.
_MAX_SEARCHES = 9
# In a long text, the number of characters before and after a fragment that its row can match, up to the ends of lines.
_MIN_LONG_TEXT = 4_000
_CHARS_BEFORE, _CHARS_AFTER = 300, 600
_WORD_CHARACTERS = frozenset(ascii_letters + digits + "_")
_WORDS = bytes(byte if chr(byte) in _WORD_CHARACTERS else 32 for byte in range(256))

# A pattern that starts with a set of characters skips all others quickly.
_OTHER_LETTER = lazy_pattern(r"[^\x00-\x7f](?<=[^\W\d_])")

NON_ASCII = "NON_ASCII"
"""A word that stands for all letters outside of ASCII."""
ANY_CODE = "ANY_CODE"
"""A word that stands for all words that can be an error code or a part of one."""
DOTTED_CODE = "DOTTED_CODE"
"""A word that stands for those of them that directly follow a dot or a backslash."""


class Readable:
    """A readable text and its words.

    Attributes:
        text: The text.
        flat: The text with spaces instead of newlines, to search it for literals.
        words: Its words of ASCII letters, digits and underscores; ``NON_ASCII`` if it has other letters; ``ANY_CODE``
            if it has codes, and ``DOTTED_CODE``.
        codes: The spans of the words that can be an error code or a part of one.
        sentences: The standard denial messages in it, after they were read.
        taken: The pieces that later readers must ignore, after they were read.

    >>> readable = Readable("AccessDenied: Access denied")
    >>> sorted(readable.words), readable.codes, readable.places({"denied"})
    (['ANY_CODE', 'Access', 'AccessDenied', 'denied'], [(0, 12)], [(21, 27)])
    """

    def __init__(self, text: str) -> None:
        self._set_text(text)
        self.words = set(self._written.split())
        if not text.isascii() and _OTHER_LETTER.search(text):
            self.words.add(NON_ASCII)
        self._codes = self.words & CODE_PARTS
        for prefix in self._codes & CODE_PREFIXES:
            if f"{prefix}." not in text:
                self._codes.remove(prefix)
        self._codes |= find_codes(self.words)
        self.codes = self.places(self._codes) if self._codes else []
        if self.codes:
            self.words.add(ANY_CODE)
            for start, _ in self.codes:
                if start and text[start - 1] in ".\\":
                    self.words.add(DOTTED_CODE)
        self.sentences: list[Piece] = []
        self.taken: list[Piece] = []

    def _set_text(self, text: str) -> None:
        self.text = text
        self.flat = text.replace("\n", " ") if "\n" in text else text
        # The words, at their positions, with spaces instead of other characters, and one before the text.
        self._written = f" {text.encode('ascii', 'replace').translate(_WORDS).decode('ascii')} "

    def shorten(self, text: str) -> None:
        """Replace the text by one without some of its words. Looking them up again would take longer."""
        self._set_text(text)
        self.codes = self.places(self._codes)

    def places(self, wanted: AbstractSet[str]) -> list[tuple[int, int]]:
        """Return the spans of certain words, in the order of the text."""
        written = self._written
        found: list[tuple[int, int]] = []
        if len(wanted) > _MAX_SEARCHES:
            end = 0
            for word in filter(wanted.__contains__, written.split()):
                start = written.index(f" {word} ", end)
                end = start + len(word)
                found.append((start, end))
            return found
        for word in wanted:
            spaced, end = f" {word} ", 0
            while (start := written.find(spaced, end)) >= 0:
                end = start + len(word)
                found.append((start, end))
        if len(wanted) > 1:
            found.sort()
        return found

    def are_in_sentences(self, wanted: AbstractSet[str]) -> bool:
        """Return whether certain words occur only in the standard denial messages."""
        return all(self.last_sentence_end(start) > start for start, _ in self.places(wanted))

    def last_sentence_end(self, position: int) -> int:
        """Return the end of the last standard denial that starts at or before a position, 0 if there is none.

        If the end is after the position, the position is inside the denial.
        """
        at = bisect_right(self.sentences, position, key=_start)
        return self.sentences[at - 1].end if at else 0

    def not_taken(self, starts: Iterable[int]) -> Iterable[int]:
        """Return the positions outside of the pieces that are taken; the positions are in order."""
        if not self.taken:
            return starts
        if len(self.taken) == 1:
            first, end = self.taken[0].start, self.taken[0].end
            return [start for start in starts if not first <= start < end]
        return outside(starts, sorted([(piece.start, piece.end) for piece in self.taken]), int)

    def code_starts(self) -> dict[int, int]:
        """Return the positions where codes can start, each with the end of the code's last word.

        A code can have words with dots before the last one, such as ``Client.``.
        """
        text = self.text
        starts = dict(self.codes)
        for start, end in self.codes if DOTTED_CODE in self.words else ():
            if text[start - 1 : start] != ".":
                continue
            at = start
            while text[at - 1 : at] == "." and start - at < _MAX_PREFIX:
                at = self._written.rfind(" ", 0, at)
                starts[at] = end
        return starts if len(starts) == len(self.codes) else dict(sorted(starts.items()))


def find_near_fragments(
    pattern: re.Pattern[str], fragment: str, readable: Readable
) -> Iterable[re.Match[str]]:
    """Return the matches of a row's pattern, of which each contains one of the row's fragments.

    Of a long text, only the surroundings of the fragments are searched.
    """
    text = readable.text
    if len(text) <= _MIN_LONG_TEXT or not fragment:
        return pattern.finditer(text)
    windows = _list_windows(fragment, readable)
    if not windows or sum(end - start for start, end in windows) * 2 > len(text):
        return pattern.finditer(text)
    return chain.from_iterable(pattern.finditer(text, start, end) for start, end in windows)


def _list_windows(fragment: str, readable: Readable) -> list[tuple[int, int]]:
    """Return the positions of the lines around each fragment, in order."""
    text, flat = readable.text, readable.flat
    places: list[int] = []
    # With more places, their surroundings are most of the text.
    most = len(flat) // (_CHARS_BEFORE + _CHARS_AFTER)
    for words, literal in list_literals(fragment):
        at = flat.find(literal) if readable.words.issuperset(words) else -1
        while at >= 0:
            if len(places) == most:
                return []
            places.append(at)
            at = flat.find(literal, at + len(literal))
    windows: list[tuple[int, int]] = []
    for at in sorted(places):
        if windows and at + _CHARS_AFTER < windows[-1][1]:
            continue
        start = text.rfind("\n", 0, max(0, at - _CHARS_BEFORE)) + 1
        end = text.find("\n", at + _CHARS_AFTER)
        if windows and start <= windows[-1][1]:
            start = windows.pop()[0]
        windows.append((start, end if end >= 0 else len(text)))
    return windows


def outside(
    items: Iterable[_T], spans: Sequence[tuple[int, int]], start_of: Callable[[_T], int]
) -> Iterator[_T]:
    """Yield the items that start outside of spans; both are in the order of the text.

    >>> list(outside([1, 5, 9], [(4, 6), (9, 12)], int))
    [1]
    """
    at, last = 0, len(spans)
    for item in items:
        start = start_of(item)
        while at < last and spans[at][1] <= start:
            at += 1
        if at == last or start < spans[at][0]:
            yield item
