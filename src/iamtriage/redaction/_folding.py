"""Convert a text to lower case without changing the position of any character."""

from __future__ import annotations

__all__ = ("fold_case",)


def fold_case(text: str) -> str:
    """Return a text in lower case, character for character, so that positions stay the same.

    >>> fold_case("AWS_SECRET"), len(fold_case("\u0130"))
    ('aws_secret', 1)
    """
    # This is the only capital letter whose lower-case form has two characters.
    return text.replace("\u0130", "i").lower()
