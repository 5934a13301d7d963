"""Measure the width of a printable text in a terminal."""

from __future__ import annotations

from unicodedata import category, east_asian_width

__all__ = ("width_of",)


def width_of(text: str) -> int:
    """Return the width of a printable text in columns.

    Source: https://www.unicode.org/reports/tr11/

    >>> width_of("ab"), width_of("日本"), width_of("e\u0301")
    (2, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if category(character) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
