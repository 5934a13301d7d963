"""Find texts that are percent-encoded, or escaped for HTML, and decode them.

Finders recognize signs that are escaped for HTML, but they find documents only in the decoded text.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from iamtriage._typing import override
from iamtriage.redaction._documents.nodes import Decoded, Scalar, decode
from iamtriage.redaction._documents.xml_spans import XmlAttribute
from iamtriage.redaction._vocabulary.notations import FILLER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._secret_spans import FoundSecret

__all__ = ("PercentEncoded", "find_escaped_text", "find_percent_encoded")

# A value of a query. Names and signs that end one are encoded in it.
_RUN = re.compile(r"(?:[\w.~*()!'/:;,@$+-]++|%[0-9A-Fa-f]{2})++")
# Spaces, line breaks, quotes, brackets and signs between names and values are signs of a text.
_TEXT = re.compile(r"%(?:25){0,4}(?:0[9AaDd]|2[0267]|3[ACDEacde]|[57][Bb])")
# A document has a bracket, or a line break and a colon.
_BRACKET = re.compile(r"%(?:26(?:lt|quot)%|3[Cc]|[57][Bb])")
_LINE_BREAK = re.compile(r"%0[AaDd]")
_COLON = re.compile(":|%3[Aa]")
# Texts that are encoded more than five times do not occur.
_PERCENT = re.compile(r"%(?!(?:25){5})([0-7][0-9A-Fa-f])")
_ENTITY = re.compile(r"&(?:quot|apos|lt|#0{0,4}3[49]|#[xX]0{0,4}2[27]);")


# Between two texts that are searched together. No value in a line is so far from its name.
_GAP = f"\n{FILLER}" * 4 + "\n"


class PercentEncoded(Scalar):
    """A percent-encoded text, or several, which are searched together.

    Attributes:
        runs: The position of each text.
        may_be_document: Whether the text can be a document.
    """

    __slots__ = ("may_be_document", "runs")

    def __init__(self, runs: list[tuple[int, int]], *, may_be_document: bool = False) -> None:
        super().__init__(runs[0][0], runs[-1][1])
        self.runs = runs
        self.may_be_document = may_be_document

    @override
    def decode(self, text: str) -> Decoded:
        contents: list[str] = []
        places: list[tuple[int, int]] = []
        length = 0
        for start, end in self.runs:
            content, run_places = decode(text, start, end, _PERCENT, _unquote)
            contents.append(content)
            places += ((length + at, origin) for at, origin in run_places) if length else run_places
            length += len(content) + len(_GAP)
        return Decoded(_GAP.join(contents), places)

    @override
    def mark(self, found: FoundSecret) -> FoundSecret:
        return found._replace(quote="", is_dashed=True)


def _unquote(escape: re.Match[str]) -> str:
    return _CHARACTERS[escape[1]]


_DIGITS = "0123456789abcdefABCDEF"
_CHARACTERS = {high + low: chr(int(high + low, 16)) for high in "01234567" for low in _DIGITS}


def find_percent_encoded(text: str) -> Iterator[PercentEncoded]:
    """Yield the percent-encoded parts of a text that can be a document or have several words."""
    done = 0
    while sign := _TEXT.search(text, done):
        # Backwards to where the run begins.
        start = sign.start()
        low = max(done, start - _MAX_BEFORE)
        start = low + len(text[low:start].rstrip(_RUN_CHARACTERS))
        while start > low and (text[start - 1].isalnum() or text[start - 1] in _RUN_CHARACTERS):
            start -= 1
        run = _RUN.match(text, start)
        done = max(sign.end(), run.end() if run else 0)
        if done - start < _MIN_LENGTH:
            continue
        may_be_document = _BRACKET.search(text, start, done) or (
            _LINE_BREAK.search(text, start, done) and _COLON.search(text, start, done)
        )
        yield PercentEncoded([(start, done)], may_be_document=may_be_document is not None)


# In characters. A shorter text has no room for a name and its value.
_MIN_LENGTH = 10
_MAX_BEFORE = 4_096
# Most characters of a run.
_RUN_CHARACTERS = f"{string.ascii_letters}{string.digits}%_.~*()!'/:;,@$+-"


def find_escaped_text(text: str) -> Scalar | None:
    """Return the whole text, if quotes or brackets in it are escaped for HTML."""
    return XmlAttribute(0, len(text)) if "&" in text and _ENTITY.search(text) else None
