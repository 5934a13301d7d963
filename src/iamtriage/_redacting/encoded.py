"""Finds encoded authorization failure messages: broken, cut and masked ones too; not for decoding them.

The message holds the account, the principal and the request, see
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._redacting.extents import further_lines, is_mixed
from iamtriage._redacting.finds import Found, untouched
from iamtriage._redacting.names import is_placeholder
from iamtriage._redacting.notations import BACKSLASHES, MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("encoded_messages",)

_GAP = r"[\s│]{1,40}"
_LABEL = re.compile(
    rf"encoded{_GAP}authorization{_GAP}failure{_GAP}message(?P<sign>[\"'`]?\s{{0,4}}[:：=]?)"
    rf"(?:\s|[│┃\"'`*(]|{BACKSLASHES}[nrt\"']|&\w{{2,5}};|&#\w{{1,6}};){{0,40}}"
)
# Its alphabet, with a mask in it.
_BLOB = re.compile(rf"{MASK}?[A-Za-z0-9_+/=-]{{1,20000}}(?:{MASK}[A-Za-z0-9_+/=-]{{0,20000}}){{0,8}}")
_LEAST = 8
# Copied from a terminal or a PDF, the message has blanks in it.
_MORE = re.compile(
    rf"[ \t]{{1,4}}(?P<piece>[A-Za-z0-9_-]{{16,20000}}+(?:{MASK}[A-Za-z0-9_-]{{0,20000}}+)?)"
    r"(?!\s{0,4}[:=(,])"
)


def encoded_messages(text: str, folded: str) -> Iterator[Found]:
    """Find every encoded message behind the words that announce it."""
    if "encoded" not in folded:
        return
    done = 0
    for label in _LABEL.finditer(folded):
        if label.end() < done:
            continue
        blob = _BLOB.match(text, label.end())
        if blob is None or (not label["sign"].strip("\"'` \t\n") and not is_mixed(blob[0])):
            continue
        if is_placeholder(blob[0]) or (len(blob[0]) < _LEAST and blob[0].isalpha() and blob[0].islower()):
            # A mask, or a word: the message is left out.
            continue
        end = _whole(text, blob.start(), blob.end())
        done = end
        if untouched(text, blob.start(), end):
            yield Found(blob.start(), end, "encoded message")


def _whole(text: str, start: int, end: int) -> int:
    while True:
        further = further_lines(text, start, end, announced=True)
        more = _MORE.match(text, further)
        if more and is_mixed(more["piece"]):
            further = more.end()
        if further == end:
            return end
        end = further
