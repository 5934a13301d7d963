"""Finds encoded authorization failure messages: broken, cut and masked ones too; not for decoding them.

The message holds the account, the principal and the request, see
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import Found, untouched
from iamtriage.redaction._vocabulary.notations import BACKSLASHES, MASK
from iamtriage.redaction._vocabulary.secret_names import is_placeholder
from iamtriage.redaction._vocabulary.value_ends import further_lines, is_mixed, line_of, line_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("encoded_messages",)

# White space; where a log put a prefix in front of a broken line, that too.
_GAP = r"(?:[\s│]{1,40}|[ \t]{0,8}\n[^\n]{1,80}?[ \t])"
# A terminal may have broken any of the words.
_BROKEN = r"(?:[ \t]{0,8}\n[ \t│┃|>#*]{0,80}|\\{1,64}n)?"
_WORDS = _GAP.join(_BROKEN.join(word) for word in ("encoded", "authorization", "failure", "message"))
_LABEL = re.compile(
    rf"{_WORDS}(?P<sign>[\"'`]?\s{{0,4}}[:：=]?)"
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
    if "encoded" not in folded and "failure" not in folded:
        return
    done = 0
    for label in _LABEL.finditer(folded):
        if label.end() < done:
            continue
        blob = _BLOB.match(text, _behind(text, label.start(), label.end()))
        if blob is None or (not label["sign"].strip("\"'` \t\n") and not is_mixed(blob[0])):
            continue
        end = _whole(text, blob.start(), blob.end())
        word = len(blob[0]) < _LEAST and blob[0].isalpha() and blob[0].islower()
        if end == blob.end() and (word or is_placeholder(blob[0])):
            # A mask, or the message is left out.
            continue
        done = end
        if untouched(text, blob.start(), end):
            yield Found(blob.start(), end, "encoded message")


def _behind(text: str, start: int, end: int) -> int:
    """Give where the message may begin: behind the words, and what a log writes in front of each line."""
    fresh = text.rfind("\n", start, end) + 1
    return max(end, fresh + line_prefix(text, line_of(text, start), fresh)) if fresh else end


def _whole(text: str, start: int, end: int) -> int:
    while True:
        further = further_lines(text, start, end, announced=True)
        more = _MORE.match(text, further)
        if more and is_mixed(more["piece"]):
            further = more.end()
        if further == end:
            return end
        end = further
