"""Find encoded authorization failure messages, including wrapped, truncated and masked ones.

The message contains the account, the principal and the request; see
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.notations import BACKSLASHES, MASK
from iamtriage.redaction._vocabulary.placeholders import is_placeholder
from iamtriage.redaction._vocabulary.value_ends import (
    find_wrapped_end,
    looks_like_base64,
    measure_line_prefix,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.searched_text import SearchedText

__all__ = ("find_encoded_messages",)

# Whitespace, and the prefix of a wrapped log line.
_GAP = r"(?:[\s│]{1,40}|[ \t]{0,8}\n[^\n]{1,80}?[ \t])"
# A terminal can break any of the words.
_BROKEN = r"(?:[ \t]{0,8}\n[ \t│┃|>#*]{0,80}|\\{1,64}n)?"
_WORDS = _GAP.join(_BROKEN.join(word) for word in ("encoded", "authorization", "failure", "message"))
# A text is searched faster for a part that begins with a rare letter.
_NEEDED = re.compile(f"{_BROKEN.join('zation')}{_GAP}f")
_LABEL = re.compile(
    rf"{_WORDS}(?P<sign>[\"'`]?\s{{0,4}}[:：=]?)"
    rf"(?:\s|[│┃\"'`*(]|{BACKSLASHES}[nrt\"']){{0,40}}"
)
# The alphabet of the message, with a mask in it.
_BLOB = re.compile(rf"{MASK}?[A-Za-z0-9_+/=-]{{1,20000}}(?:{MASK}[A-Za-z0-9_+/=-]{{0,20000}}){{0,8}}")
_MIN_LENGTH = 8
# A message copied from a terminal or a PDF can contain spaces.
_MORE = re.compile(
    rf"[ \t]{{1,4}}(?P<piece>[A-Za-z0-9_-]{{16,20000}}+(?:{MASK}[A-Za-z0-9_-]{{0,20000}}+)?)"
    r"(?!\s{0,4}[:=(,])"
)


def find_encoded_messages(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find every encoded message after the words that announce it."""
    text, folded = searched.text, searched.folded
    if not _NEEDED.search(folded):
        return
    done = 0
    for label in _LABEL.finditer(folded):
        if label.end() < done:
            continue
        blob = _BLOB.match(text, _find_message_start(text, label.start(), label.end()))
        if blob is None or (not label["sign"].strip("\"'` \t\n") and not looks_like_base64(blob[0])):
            continue
        end = _find_end(text, blob.start(), blob.end())
        is_short = len(blob[0]) < _MIN_LENGTH
        is_word = is_short and ((blob[0].isalpha() and blob[0].islower()) or blob[0].isdigit())
        if end == blob.end() and (is_word or is_placeholder(blob[0])):
            # The message is masked or missing.
            continue
        done = end
        if is_unmarked(text, blob.start(), end):
            yield FoundSecret(blob.start(), end, "encoded message", name_start=label.start())


def _find_message_start(text: str, start: int, end: int) -> int:
    """Return where the message can begin: after the announcing words and the prefix of a log line."""
    line = text.rfind("\n", start, end) + 1
    if not line:
        return end
    return max(end, line + measure_line_prefix(text, start, line))


def _find_end(text: str, start: int, end: int) -> int:
    while True:
        further = find_wrapped_end(text, start, end, announced=True)
        more = _MORE.match(text, further)
        if more and looks_like_base64(more["piece"]):
            further = more.end()
        if further == end:
            return end
        end = further
