"""What stands in a secret's place; not for finding secrets.

A marker says what was there and cannot be taken for it: no secret of AWS holds a blank or a bracket. In a
URL, where neither may stand, it has dashes instead. Nothing in it needs an escape in JSON, XML, Python, Go,
a shell or a URL.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias, get_args

__all__ = ("FILL", "MARKER", "WORD", "Secret", "is_marker", "marker")

Secret: TypeAlias = Literal[
    "EKS token",
    "SAML assertion",
    "authorization",
    "bearer token",
    "cookie",
    "encoded message",
    "one-time code",
    "password",
    "private key",
    "secret",
    "secret access key",
    "session token",
    "signature",
    "token",
    "web token",
]
"""What a secret is, in the words that the marker says."""

# What every marker has, to look for it quickly.
WORD = "REDACTED"
# What stands beside a marker where a secret was broken over lines, so that the lines keep their length. The
# readers of failures take it for an encoded message that is masked.
FILL = "x"

_NAMES = "|".join(sorted(get_args(Secret), key=len, reverse=True))
MARKER = re.compile(
    rf"(?<!{FILL}){FILL}{{0,20000}}"
    rf"(?:\[{WORD} (?:{_NAMES})\]{FILL}{{0,20000}}"
    rf"|{WORD}-(?:{_NAMES.replace(' ', '-')}){FILL}{{0,20000}}(?![A-Za-z0-9]))"
)


def marker(what: Secret, *, url: bool) -> str:
    """Give the marker of a kind of secret.

    >>> marker("session token", url=False), marker("session token", url=True)
    ('[REDACTED session token]', 'REDACTED-session-token')
    """
    return f"{WORD}-{what.replace(' ', '-')}" if url else f"[{WORD} {what}]"


def is_marker(value: str) -> bool:
    """Tell whether a value is one of the markers and nothing else."""
    return MARKER.fullmatch(value) is not None
