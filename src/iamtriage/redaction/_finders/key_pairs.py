"""Find secret access keys and tokens by an access key ID or a name next to them.

A secret access key is 40 characters of base64 without a distinctive prefix, similar to a Git commit. So 40 such
characters are a key only near an access key ID, or in quotes after the name of an AWS key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.notations import BASE64, BEFORE, PADDING
from iamtriage.redaction._vocabulary.placeholders import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.searched_text import SearchedText

__all__ = ("find_paired_secrets", "is_access_key_id", "is_secret_access_key")

_KEY_ID = re.compile(r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9x]{12,124}")
_END = r"(?![A-Za-z0-9+/=_-])"
# Before 40 characters of base64, or fewer and a line break, without which neither a key nor a token matches.
_START = re.compile(rf"{BEFORE}(?={BASE64}{{8}}(?:{BASE64}{{32}}|{BASE64}{{0,31}}+\r?\n))[A-Za-z0-9+/%\\]")
_SECRET = re.compile(rf"{BEFORE}{BASE64}{{40}}{_END}")
_WRAPPED = re.compile(
    rf"{BEFORE}(?P<first>{BASE64}{{8,39}})\r?\n[ \t]{{0,8}}(?P<rest>{BASE64}{{1,32}}){_END}"
)
_TOKEN = re.compile(rf"{BEFORE}{BASE64}{{100,20000}}{PADDING}")
# The rest of a longer value.
_REST = re.compile(rf"{BASE64}{{1,20000}}{PADDING}")
_REACH = 300
# The rule of detect-secrets, slightly extended.
_NAME = re.compile(r"aws.{0,20}?(?:key|pwd|pw|password|pass|token)(?s:.){0,20}\Z", re.IGNORECASE)
# A text is searched faster for each quote than for both.
_QUOTED = tuple(
    (quote, re.compile(rf"{quote}(?P<value>[0-9a-zA-Z/+]{{40}})(?=[\"'])")) for quote in ('"', "'")
)
_LINE_END = re.compile(r"\n|\\n")
_MAX_NAME = 51


def find_paired_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find the secrets near access key IDs, and after names of AWS keys."""
    text = searched.text
    if "AKIA" in text or "ASIA" in text or "ABIA" in text or "ACCA" in text or "A3T" in text:
        yield from _find_secrets_near_ids(text)
    patterns = [pattern for quote, pattern in _QUOTED if quote in text and "aws" in searched.folded]
    for quoted in (m for pattern in patterns for m in pattern.finditer(text)):
        start = quoted.start()
        name = _NAME.search(text, max(0, start - _MAX_NAME), start)
        if name is None or (_LINE_END.search(name[0]) and not _is_key(quoted["value"])):
            continue
        if is_unmarked(text, *quoted.span("value")):
            yield FoundSecret(*quoted.span("value"), "secret access key")


def _find_secrets_near_ids(text: str) -> Iterator[FoundSecret]:
    done = 0
    for key_id in _KEY_ID.finditer(text):
        low, high = max(done, key_id.start() - _REACH), key_id.end() + _REACH
        # A secret that begins in this range can end outside it.
        for begin in _START.finditer(text, low, high):
            for found in _match_secret(text, begin.start()):
                done = max(done, found.end)
                yield found
        done = max(done, high)


def _match_secret(text: str, at: int) -> Iterator[FoundSecret]:
    if text.startswith("%", at - 1) and at:
        # The digits of a percent-encoded character belong to that character.
        return
    key = _SECRET.match(text, at)
    if key and _is_key(key[0]):
        yield FoundSecret(*key.span(), "secret access key")
        return
    token = _TOKEN.match(text, at)
    if token and not is_placeholder(token[0]) and is_unmarked(text, *token.span()):
        end = token.end()
        while rest := _REST.match(text, end):
            end = rest.end()
        yield FoundSecret(at, end, "session token")
        return
    broken = _WRAPPED.match(text, at)
    if broken:
        whole = broken["first"] + broken["rest"]
        if len(whole) == 40 and _is_key(whole):
            yield FoundSecret(*broken.span(), "secret access key")


def _is_key(value: str) -> bool:
    """Return whether 40 characters are base64, and not a hexadecimal hash, a path, a name or two access key IDs."""
    if _KEY_ID.match(value):
        return False
    few = min(sum(c.isupper() for c in value), sum(c.islower() for c in value))
    return few >= 8 or (few >= 1 and any(c.isdigit() or c == "+" for c in value))


def is_access_key_id(value: str) -> bool:
    """Return whether a value is an access key ID."""
    return _KEY_ID.fullmatch(value) is not None


def is_secret_access_key(value: str) -> bool:
    """Return whether a value next to an access key ID is its secret access key."""
    return _SECRET.fullmatch(value) is not None and _is_key(value)
