"""Measure unquoted values, and remember what was found out about values."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ("MAX_EDGE", "MIN_LONG", "Digits", "UnquotedValues", "zero_all_digits", "zero_digits")

MIN_LONG = 2_000
"""The length in characters from which a value is judged by its ends."""
MAX_EDGE = 200
"""The length of each of these ends."""
_MAX_REMEMBERED = 64
_MAX_ANSWERS = 1_000
# An escape with digits.
_ESCAPE = re.compile(r"%(?:25){0,16}[0-9A-Fa-f]{2}|&#\w{1,6};|\\u[0-9A-Fa-f]{4}")
# A word with the base64 of nine characters of ASCII, which can be a login. https://www.rfc-editor.org/rfc/rfc4648#section-4:
# four characters encode three bytes, and in ASCII the first bit of each byte is zero.
_LOGIN = re.compile(
    r"(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]{12})(?=[A-Za-z0-9+/]*?(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/]){3})"
    r"[A-Za-z0-9+/]+"
)
_REST = re.compile(r"[A-Za-z0-9+/]*")
_AUTH = re.compile(r"[Aa][Uu][Tt][Hh](?![A-Za-z])")
# In characters. The judgment of a name does not reach further.
_MAX_LOGIN_REACH = 600
_DIGIT = re.compile("[0-9]")


class Digits:
    """Finds whether a text has a digit after a position. If positions are in order, the text is searched once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._from, self._next = 0, -1

    def is_near(self, at: int, reach: int) -> bool:
        """Return whether a number of characters after a position contain a digit."""
        if not self._from <= at <= self._next:
            digit = _DIGIT.search(self._text, at)
            self._from, self._next = at, digit.start() if digit else sys.maxsize
        return self._next < at + reach


class UnquotedValues:
    """Caches where unquoted values end, and whether values are secrets.

    Args:
        text: The text.

    Attributes:
        digits: The digits of the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.digits = Digits(text)
        self._known: dict[re.Pattern[str], tuple[int, int]] = {}
        self._answers: dict[tuple[Any, str, Any], bool] = {}

    def remember(
        self, ask: Callable[[Any, str, Any], bool], name: object, value: str, placement: object
    ) -> bool:
        """Return the answer to a question about a value, cached for short values and some long ones."""
        if len(value) > _MAX_REMEMBERED and len(self._answers) > _MAX_ANSWERS:
            return ask(name, value, placement)
        key = (name, value, placement)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = ask(name, value, placement)
        return answer

    def end(self, pattern: re.Pattern[str], at: int) -> int | None:
        """Return the end of the value at a position, or ``None`` if there is none."""
        start, end = self._known.get(pattern, (0, 0))
        if start <= at < end:
            return end
        end = at
        # Match in pieces, because each repetition of a group takes memory.
        while found := pattern.match(self._text, end):
            end = found.end()
        if end == at:
            return None
        self._known[pattern] = (at, end)
        return end


def zero_all_digits(text: str) -> str:
    """Return a text with a zero for each digit."""
    # Faster than a translation if a character is not ASCII.
    for digit in "123456789":
        text = text.replace(digit, "0")
    return text


def zero_digits(text: str) -> str:
    """Return a text with a zero for each digit, except in escapes, and in logins, which are decoded."""
    zeroed = zero_all_digits(text)
    if "%" in text or "&#" in text or "\\u" in text:
        zeroed = _copy_matches(_ESCAPE.finditer(text), zeroed)
    return _copy_matches(_find_logins(text), zeroed)


def _find_logins(text: str) -> Iterator[re.Match[str]]:
    """Yield what can be a login, after names such as ``_auth``."""
    done = 0
    for name in _AUTH.finditer(text):
        if name.end() + _MAX_LOGIN_REACH > done:
            start, done = max(done, name.end()), name.end() + _MAX_LOGIN_REACH
            # A login is not divided between two searches.
            rest = _REST.match(text, done)
            done = done if rest is None else rest.end()
            yield from _LOGIN.finditer(text, start, done)


def _copy_matches(matches: Iterable[re.Match[str]], other: str) -> str:
    """Return another text of the same length with the matches in a text."""
    pieces: list[str] = []
    done = 0
    for m in matches:
        pieces += (other[done : m.start()], m[0])
        done = m.end()
    return "".join([*pieces, other[done:]]) if pieces else other
