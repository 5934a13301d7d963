"""Shorten texts that are too long to parse at once."""

from __future__ import annotations

MAX_TEXT_LENGTH = 64_000
"""The maximum length of a text that is parsed at once, in characters."""


def excerpt(text: str) -> str:
    """Return a text, or only the beginning and end of one that is too long.

    >>> excerpt("Access Denied"), len(excerpt("x" * 100_000))
    ('Access Denied', 64003)
    """
    if len(text) <= MAX_TEXT_LENGTH:
        return text
    return f"{text[: MAX_TEXT_LENGTH // 2]}\n…\n{text[-(MAX_TEXT_LENGTH // 2) :]}"
