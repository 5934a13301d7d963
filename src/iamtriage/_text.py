"""Texts from outside, made fit for a message or a terminal; not for what the messages say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("clipped", "escaped", "joined", "quoted", "shown")

_SHOWN = 120
_QUOTED = 300


def escaped(text: str) -> str:
    r"""Give a text with everything that a terminal may take for a command written as an escape.

    >>> print(escaped("a\x1b[31m\nb"))
    a\x1b[31m\nb
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def joined(names: Sequence[str], word: str) -> str:
    """Give names in a row, with a word before the last.

    >>> joined(["a"], "or"), joined(["a", "b", "c"], "and")
    ('a', 'a, b and c')
    """
    return f" {word} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def shown(text: str) -> str:
    """Give a text for an error message: quoted, escaped, and not longer than a line or two.

    >>> shown("a" * 1000).endswith("a'… (1000 characters)")
    True
    """
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}… ({len(text)} characters)"


def quoted(text: str) -> str:
    """Give a text as JSON writes it, in ASCII and bounded, so that it is safe to print."""
    import json  # a fifth of the time to a first STS endpoint, for what is seldom wanted

    return json.dumps(text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…")


def clipped(text: str) -> str:
    """Give a text without quotes, as safe to print as a quoted one."""
    return quoted(text)[1:-1]
