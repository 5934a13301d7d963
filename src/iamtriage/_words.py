"""Texts from outside, made fit for a message or a terminal; not for what the messages say."""

from __future__ import annotations

__all__ = ("escaped", "shown")

_SHOWN = 120


def escaped(text: str) -> str:
    r"""Give a text with everything that a terminal may take for a command written as an escape.

    >>> print(escaped("a\x1b[31m\nb"))
    a\x1b[31m\nb
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(text: str) -> str:
    """Give a text for an error message: quoted, escaped, and not longer than a line or two.

    >>> shown("a" * 1000).endswith("a'… (1000 characters)")
    True
    """
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}… ({len(text)} characters)"
