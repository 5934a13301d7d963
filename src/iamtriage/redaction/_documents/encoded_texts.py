"""Find texts that are percent-encoded, or escaped for HTML, and decode them.

Finders recognize encoded signs, but they find commands, sentences and documents only in the decoded text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._typing import override
from iamtriage.redaction._documents.nodes import Decoded, Scalar, decode
from iamtriage.redaction._documents.xml_spans import XmlAttribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._secret_spans import FoundSecret

__all__ = ("find_escaped_text", "find_percent_encoded")

# A value of a query. Names and signs that end one are encoded in it.
_RUN = re.compile(r"(?:[\w.~*()!'/:;,@$+-]++|%[0-9A-Fa-f]{2})++")
# Spaces, line breaks, quotes and brackets show that a value is a text.
_TEXT = re.compile(r"%(?:25)?(?:20|0[9AaDd]|2[27]|26(?:lt|quot)%|3[Cc]|60|7[Bb])")
_PERCENT = re.compile(r"%([0-7][0-9A-Fa-f])")
_ENTITY = re.compile(r"&(?:quot|apos|lt|#0{0,4}3[49]|#[xX]0{0,4}2[27]);")


class PercentEncoded(Scalar):
    """A percent-encoded text."""

    __slots__ = ()

    @override
    def decode(self, text: str) -> Decoded:
        return decode(text, self.start, self.end, _PERCENT, _unquote)

    @override
    def mark(self, found: FoundSecret) -> FoundSecret:
        return found._replace(quote="", is_dashed=True)


def _unquote(escape: re.Match[str]) -> str:
    return _CHARACTERS[escape[1]]


_DIGITS = "0123456789abcdefABCDEF"
_CHARACTERS = {high + low: chr(int(high + low, 16)) for high in "01234567" for low in _DIGITS}


def find_percent_encoded(text: str) -> Iterator[Scalar]:
    """Yield each part of a text that is percent-encoded and has several words."""
    done = 0
    while sign := _TEXT.search(text, done):
        # Backwards to where the run begins.
        start = sign.start()
        low = max(done, start - _MAX_BEFORE)
        while start > low and (text[start - 1].isalnum() or text[start - 1] in _SIGNS):
            start -= 1
        run = _RUN.match(text, start)
        done = max(sign.end(), run.end() if run else 0)
        yield PercentEncoded(start, done)


# In characters.
_MAX_BEFORE = 4_096
_SIGNS = frozenset("%_.~*()!'/:;,@$+-")


def find_escaped_text(text: str) -> Scalar | None:
    """Return the whole text, if quotes or brackets in it are escaped for HTML."""
    return XmlAttribute(0, len(text)) if "&" in text and _ENTITY.search(text) else None
