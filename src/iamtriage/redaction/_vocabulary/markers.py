"""Define the markers that replace secrets.

A marker states the kind of secret and cannot be mistaken for one, because AWS secrets contain no spaces or brackets.
In a URL, where both are invalid, it has dashes instead. A marker needs no escapes in JSON, XML, Python, Go, a shell
or a URL.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, TypeAlias, get_args

__all__ = ("FILL", "MARKER", "WORD", "Secret", "is_marker", "make_marker")

Secret: TypeAlias = Literal[
    "EKS token", "SAML assertion", "authorization", "bearer token", "cookie", "encoded message", "one-time code",
    "password", "private key", "secret", "secret access key", "session token", "signature", "token", "web token",
]  # fmt: skip
"""The kind of a secret, in the words of its marker."""

# Every marker contains this word, so markers can be searched for quickly.
WORD = "REDACTED"
# Fills the lines of a wrapped secret around its marker, so that they keep their length. The readers of
# failures treat it as a masked encoded message.
FILL = "x"

_NAMES = "|".join(sorted(get_args(Secret), key=len, reverse=True))
_MAX_FILL = 20_000
_FILLER = rf"{FILL}{{0,{_MAX_FILL}}}"
MARKER = re.compile(
    rf"(?<!{FILL}){_FILLER}"
    rf"(?:\[{WORD} (?:{_NAMES})\]{_FILLER}|{WORD}-(?:{_NAMES.replace(' ', '-')}){_FILLER}(?![A-Za-z0-9]))"
)


@cache
def make_marker(what: Secret, *, url: bool) -> str:
    """Return the marker of a kind of secret.

    >>> make_marker("session token", url=False), make_marker("session token", url=True)
    ('[REDACTED session token]', 'REDACTED-session-token')
    """
    return f"{WORD}-{what.replace(' ', '-')}" if url else f"[{WORD} {what}]"


def is_marker(value: str) -> bool:
    """Return whether a value is a marker and nothing else, except quotes around it.

    >>> is_marker("[REDACTED token]"), is_marker('"[REDACTED token]"'), is_marker("[REDACTED token] x")
    (True, True, False)
    """
    return WORD in value and MARKER.fullmatch(value.strip("\\\"'`")) is not None
