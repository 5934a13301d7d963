"""Keep the beginning and end of texts that are too long to be read at once."""

from __future__ import annotations

LONG = 64_000
"""Characters that are read at once."""


def excerpt(text: str) -> str:
    """Return a text, or the beginning and end of one that is too long.

    >>> excerpt("Access Denied"), len(excerpt("x" * 100_000))
    ('Access Denied', 64003)
    """
    if len(text) <= LONG:
        return text
    return f"{text[: LONG // 2]}\n…\n{text[-(LONG // 2) :]}"
