"""Make text from outside safe to print; word error messages."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = (
    "clip_text",
    "escape_controls",
    "escape_lines",
    "hide_secrets",
    "join_words",
    "quote_argument",
    "quote_json",
    "quote_text",
    "wrong_type_message",
)

# What a text with a secret contains: a word about it, or a long run of characters of tokens.
_SECRET_SIGNS = lazy_pattern(
    r"secret|token|pass|pwd|pw\b|signature|key|session|cookie|bearer|auth|encoded|saml|jwt|psk|seed|code|docker|curl"
    r"|mysql|login|://[^/\s]{0,256}@|[A-Za-z0-9_~+=-]{20}",
    re.IGNORECASE,
)
# Most values of a failure need no search: words and ARNs whose parts are too short for a token and cannot
# assign a value, and UUIDs.
_PLAIN = lazy_pattern(
    r"(?:arn:(?:[\w.,*@+-]{0,23}[:/])*)?[\w.,*@+-]{0,23}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.ASCII,
)
# Longer values in which nothing was found, since principals and resources repeat. Secrets are never kept.
_searched: dict[str, None] = {}
_MAX_SEARCHED_VALUES = 1_024
_MAX_VALUE_LENGTH = 512

# In characters.
_MAX_QUOTED = 120
_MAX_JSON = 300
# https://fishshell.com/docs/current/language.html#quotes
_FISH_ESCAPE = lazy_pattern(r"\\(?:[\\']|\Z)")
# Before it is cut, this much of a text is searched for secrets.
_MAX_SEARCHED = 4_000


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


def escape_lines(text: str) -> str:
    r"""Return a text with an escape for each character that is not printable, except newlines and tabs.

    Control characters of a terminal, marks that change the direction of text, and lone surrogates, which no
    output accepts, are not printable.

    >>> print(escape_lines("a\u202eb\ud800"))
    a\u202eb\ud800
    """
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" else escape_controls(c) for c in text)


def quote_argument(text: str) -> str:
    r"""Quote an argument of a command for POSIX shells, zsh and fish.

    ``shlex.quote`` leaves ``=`` and ``%`` at the beginning, which zsh and fish expand, and in single quotes a
    backslash before a quote or another backslash, which fish takes for an escape.

    >>> print(quote_argument("orders api"), quote_argument("=ls"), quote_argument("a\\"))
    'orders api' '=ls' a"\\"
    """
    import shlex  # few processes print a command

    if _FISH_ESCAPE.search(text):
        return '"\\\\"'.join(shlex.quote(part) if part else "" for part in text.split("\\"))
    return f"'{text}'" if text[:1] in {"=", "%"} and "'" not in text else shlex.quote(text)


def join_words(words: Sequence[str], conjunction: str) -> str:
    """Join words with commas, and the last two with a conjunction.

    >>> join_words(["a"], "or"), join_words(["a", "b", "c"], "and")
    ('a', 'a, b and c')
    """
    return f" {conjunction} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def hide_secrets(text: str) -> str:
    """Return a text without its secrets, as :func:`iamtriage.redact` does.

    Most texts take one test. Redaction is imported by name, because it is a higher layer.

    >>> hide_secrets("eu-west-1"), hide_secrets("password=hunter2")
    ('eu-west-1', 'password=[REDACTED password]')
    """
    if text in _searched or _PLAIN.fullmatch(text) or _SECRET_SIGNS.search(text) is None:
        return text
    redact: Callable[[str], str] = import_module("iamtriage.redaction._redact").redact
    shown = redact(text)
    if shown == text and len(text) <= _MAX_VALUE_LENGTH:
        if len(_searched) >= _MAX_SEARCHED_VALUES:
            _searched.clear()
        _searched[text] = None
    return shown


def quote_text(text: str) -> str:
    """Quote a text for an error message: without secrets, escaped, and at most a line or two long.

    >>> quote_text("a" * 1000).endswith("a'… (1000 characters)")
    True
    """
    text = hide_secrets(text[:_MAX_SEARCHED]) + text[_MAX_SEARCHED:]
    return repr(text) if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]!r}… ({len(text)} characters)"


def quote_json(text: str) -> str:
    """Quote a text as a JSON string, in ASCII and clipped, so that it is safe to print."""
    import json  # loading it is a fifth of the time to the first STS endpoint, and few texts are quoted

    return json.dumps(text if len(text) <= _MAX_JSON else f"{text[:_MAX_JSON]}…")


def quote_words(text: str) -> str:
    """Quote words of a text as evidence, without secrets; words with a quotation mark stay unquoted.

    >>> quote_words("while true"), quote_words('serviceaccount "cart"')
    ('"while true"', 'serviceaccount "cart"')
    """
    words = clip_text(hide_secrets(text).strip()).replace(r"\"", '"')
    return words if '"' in words else f'"{words}"'


def clip_text(text: str) -> str:
    """Clip and escape a text as :func:`quote_json` does, without the quotes."""
    return quote_json(text)[1:-1]
