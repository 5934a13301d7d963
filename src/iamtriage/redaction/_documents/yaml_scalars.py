"""Decode the scalars of YAML: plain, in quotes, and in blocks.

Styles: https://yaml.org/spec/1.2.2/#chapter-7-flow-style-productions and #chapter-8-block-style-productions.
"""

from __future__ import annotations

import re

from iamtriage._typing import override
from iamtriage.redaction._documents.nodes import Encoded, Encoding
from iamtriage.redaction._secret_spans import FoundSecret

__all__ = ("DOUBLE_QUOTED", "SINGLE_QUOTED", "BlockScalar", "PlainScalar")

# A line break in a scalar of several lines is a space; each further one is a line break.
_FOLD = r"[ \t]*+(?P<fold>\r?\n(?:[ \t]*+\r?\n)*+)[ \t]*+"
_FOLDED = re.compile(_FOLD)
_DOUBLE_QUOTED = re.compile(
    r"(?P<bytes>(?:\\x[89a-fA-F][0-9a-fA-F]){2,4})|\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    rf"|(?P<break>\r?\n[ \t]*+)|(?P<sign>.))|{_FOLD}"
)
_SINGLE_QUOTED = re.compile(rf"(?P<quote>'')|{_FOLD}")
_CHARACTERS = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_INDENTED_LINE = re.compile(r"\n[ ]*")


class PlainScalar(Encoded):
    """A scalar without quotes.

    Attributes:
        is_flow: Whether it is inside brackets, where brackets and commas end it.
    """

    __slots__ = ("is_flow",)

    def __init__(self, start: int, end: int, *, is_flow: bool, is_expression: bool = False) -> None:
        # Most values of YAML are plain, and calling the other constructor takes as long as this one.
        self.start, self.end = start, end
        self.is_text, self.is_quoted, self.is_expression = True, False, is_expression
        self.encoding = _PLAIN
        self.is_flow = is_flow

    @override
    def mark(self, found: FoundSecret) -> FoundSecret:
        if self.covers(found):
            # Without quotes, a marker in brackets would be a list.
            # Faster than a copy with changes.
            return FoundSecret(*found[:3], '"', is_whole=True, name_start=found.name_start)
        if found.start == self.start:
            return found._replace(quote="", is_dashed=True)
        return found._replace(is_dashed=True) if self.is_flow else found


class BlockScalar(Encoded):
    """A literal or folded scalar. It begins after the indentation of its first line.

    Attributes:
        indent: The number of spaces before each line.
        is_folded: Whether its line breaks are spaces.
    """

    __slots__ = ("indent", "is_folded")

    def __init__(self, start: int, end: int, indent: int, *, is_folded: bool, is_expression: bool) -> None:
        super().__init__(
            start, end, Encoding(_INDENTED_LINE, self._unindent, "\n"), is_expression=is_expression
        )
        self.indent, self.is_folded = indent, is_folded

    def _unindent(self, line: re.Match[str]) -> str:
        more = " " * (line.end() - line.start() - 1 - self.indent)
        return (" " if self.is_folded and not more else "\n") + more


def _fold(found: re.Match[str]) -> str:
    """Return the characters of a line break or an escaped quote."""
    if not found["fold"]:
        return "'"
    count = found["fold"].count("\n")
    return "\n" * (count - 1) if count > 1 else " "


def _unescape(found: re.Match[str]) -> str:
    """Return the characters of an escape or a line break in double quotes."""
    kind = found.lastgroup or ""
    written = found[kind]
    if kind == "sign":
        return _CHARACTERS.get(written, written)
    if kind == "bytes":
        # In a string of bytes, a character that is not ASCII has several escapes.
        return bytes.fromhex(written.replace("\\x", "")).decode("utf-8", "replace")
    if kind == "fold":
        return _fold(found)
    if kind == "break":
        return ""
    value = int(written, 16)
    return chr(value) if value <= _MAX_CHARACTER else "\ufffd"


_MAX_CHARACTER = 0x10FFFF
_PLAIN = Encoding(_FOLDED, _fold, "\n")
DOUBLE_QUOTED = Encoding(_DOUBLE_QUOTED, _unescape, "\\\n", {ord("\\"): "\\\\", ord('"'): '\\"'})
SINGLE_QUOTED = Encoding(_SINGLE_QUOTED, _fold, "'\n", {ord("'"): "''"})
