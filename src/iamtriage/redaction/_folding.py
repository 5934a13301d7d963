"""A text in lower case, place for place: what is found in it is found in the text; not for comparing."""

from __future__ import annotations

__all__ = ("folded",)


def folded(text: str) -> str:
    """Give a text in lower case, character for character.

    >>> folded("AWS_SECRET"), len(folded("\u0130"))
    ('aws_secret', 1)
    """
    # This capital is the only letter whose small form is two characters.
    return text.replace("\u0130", "i").lower()
