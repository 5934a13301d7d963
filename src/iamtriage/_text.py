"""Make text from outside safe to print; word error messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("clip_text", "escape_controls", "join_words", "quote_json", "quote_text", "wrong_type_message")

# In characters.
_MAX_QUOTED = 120
_MAX_JSON = 300


def wrong_type_message(name: str, expected: str, value: object) -> str:
    """Word the ``TypeError`` for an argument of the wrong type.

    >>> wrong_type_message("text", "a string", 3)
    'text must be a string, not int'
    """
    return f"{name} must be {expected}, not {type(value).__name__}"


def escape_controls(text: str) -> str:
    r"""Return a text with an escape for each character that is not printable.

    A terminal could take such a character for a command.

    >>> print(escape_controls("a\x1b[31m\nb"))
    a\x1b[31m\nb
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def join_words(words: Sequence[str], conjunction: str) -> str:
    """Join words with commas, and the last two with a conjunction.

    >>> join_words(["a"], "or"), join_words(["a", "b", "c"], "and")
    ('a', 'a, b and c')
    """
    return f" {conjunction} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def quote_text(text: str) -> str:
    """Quote a text for an error message: escaped, and at most a line or two long.

    >>> quote_text("a" * 1000).endswith("a'… (1000 characters)")
    True
    """
    return repr(text) if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]!r}… ({len(text)} characters)"


def quote_json(text: str) -> str:
    """Quote a text as a JSON string, in ASCII and clipped, so that it is safe to print."""
    import json  # loading it is a fifth of the time to the first STS endpoint, and few texts are quoted

    return json.dumps(text if len(text) <= _MAX_JSON else f"{text[:_MAX_JSON]}…")


def clip_text(text: str) -> str:
    """Clip and escape a text as :func:`quote_json` does, without the quotes."""
    return quote_json(text)[1:-1]
