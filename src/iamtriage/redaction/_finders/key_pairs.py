"""Finds secret keys and tokens that only their neighbour tells, an access key id or a name; no others.

A secret access key is 40 characters of base64 with no mark of its own, as a git commit is. So 40 such
characters count beside an access key id, or where a name of AWS's keys stands in front of them in quotes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import Found, untouched
from iamtriage.redaction._vocabulary.notations import BASE64, FRONT, PADDING
from iamtriage.redaction._vocabulary.secret_names import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("paired_secrets",)

_KEY_ID = re.compile(r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9x]{12,124}")
_END = r"(?![A-Za-z0-9+/=_-])"
_START = re.compile(rf"{FRONT}[A-Za-z0-9+/%\\]")
_SECRET = re.compile(rf"{FRONT}{BASE64}{{40}}{_END}")
_BROKEN = re.compile(rf"{FRONT}(?P<first>{BASE64}{{8,39}})\r?\n[ \t]{{0,8}}(?P<rest>{BASE64}{{1,32}}){_END}")
_TOKEN = re.compile(rf"{FRONT}{BASE64}{{100,20000}}{PADDING}")
_REACH = 300
# The rule of detect-secrets, and a little more.
_NAMED = re.compile(
    r"aws.{0,20}?(?:key|pwd|pw|password|pass|token)(?s:.){0,20}?[\"'](?P<value>[0-9a-zA-Z/+]{40})[\"']",
    re.IGNORECASE,
)


def paired_secrets(text: str, folded: str) -> Iterator[Found]:
    """Find the secrets beside access key ids, and beside names of AWS's keys."""
    if "AKIA" in text or "ASIA" in text or "ABIA" in text or "ACCA" in text or "A3T" in text:
        yield from _beside_ids(text)
    at = folded.find("aws")
    while at >= 0:
        named = _NAMED.match(text, at)
        if named and untouched(text, *named.span("value")):
            yield Found(*named.span("value"), "secret access key")
        at = folded.find("aws", at + 3)


def _beside_ids(text: str) -> Iterator[Found]:
    done = 0
    for key_id in _KEY_ID.finditer(text):
        low, high = max(done, key_id.start() - _REACH), key_id.end() + _REACH
        # What begins in the range may reach out of it.
        for begin in _START.finditer(text, low, high):
            yield from _at(text, begin.start())
        done = high


def _at(text: str, at: int) -> Iterator[Found]:
    key = _SECRET.match(text, at)
    if key and _is_key(key[0]):
        yield Found(*key.span(), "secret access key")
        return
    token = _TOKEN.match(text, at)
    if token and not is_placeholder(token[0]):
        yield Found(*token.span(), "session token")
        return
    broken = _BROKEN.match(text, at)
    if broken:
        whole = broken["first"] + broken["rest"]
        if len(whole) == 40 and _is_key(whole):
            yield Found(*broken.span(), "secret access key")


def _is_key(value: str) -> bool:
    """Tell 40 characters of base64 from a hexadecimal hash, and from a path or a name."""
    few = min(sum(c.isupper() for c in value), sum(c.islower() for c in value))
    return few >= 8 or (few >= 1 and any(c.isdigit() or c == "+" for c in value))
