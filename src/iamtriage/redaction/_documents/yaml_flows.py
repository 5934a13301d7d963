"""Read the scalars of YAML, and its parts that are like JSON: objects and lists in brackets, and aliases.

Styles: https://yaml.org/spec/1.2.2/#chapter-7-flow-style-productions and #chapter-8-block-style-productions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._typing import override
from iamtriage.redaction._documents.nodes import Encoded, Encoding, Item, Node
from iamtriage.redaction._secret_spans import FoundSecret

if TYPE_CHECKING:
    from iamtriage.redaction._documents.nodes import Scalar, Value

__all__ = ("DOUBLE_QUOTED", "SINGLE_QUOTED", "BlockScalar", "FlowReader", "PlainScalar", "YamlError")

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
        self.encoding = _PLAIN_ENCODING
        self.is_flow = is_flow

    @override
    def mark(self, found: FoundSecret) -> FoundSecret:
        # Faster than copies with changes.
        if self.covers(found):
            # Without quotes, a marker in brackets would be a list.
            return FoundSecret(*found[:3], '"', is_whole=True, name_start=found.name_start)
        if found.start == self.start:
            return FoundSecret(*found[:3], "", found.is_whole, is_dashed=True, name_start=found.name_start)
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
_PLAIN_ENCODING = Encoding(_FOLDED, _fold, "\n")
DOUBLE_QUOTED = Encoding(_DOUBLE_QUOTED, _unescape, "\\\n", {ord("\\"): "\\\\", ord('"'): '\\"'})
SINGLE_QUOTED = Encoding(_SINGLE_QUOTED, _fold, "'\n", {ord("'"): "''"})


_SPACE = re.compile(r"(?:[ \t\r\n]++(?:#[^\n]*+)?)*+")
_PROPERTY = re.compile(r"(?:&[\w.-]++|!(?:<[^<>\s]*+>|[^\s,\[\]{}]*+))(?=[ \t\r\n]|\Z)[ \t]*+")
# With other tags, the value differs from the text: "!Ref", "!Sub", "!vault", "!ENV".
_PLAIN_TAGS = frozenset({"!", "!!str", "!!binary", "!!int", "!!float", "!!timestamp"})
_ALIAS = re.compile(r"\*[\w.-]+")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^']|'')*+'", re.DOTALL)
_WORD = r"(?:[^\s,\[\]{}:#]|:(?=[^\s,\[\]{}])|(?<=[^\s])#)"
# Not a string with a prefix, as in the source code of a program.
_PLAIN = re.compile(
    rf"(?![bBuUrRfF]{{1,2}}[\"'])(?:[^\s,\[\]{{}}:#&*!|>'\"%@`?-]|[?:-](?=[^\s,\[\]{{}}])){_WORD}*+(?:\s++{_WORD}++)*+"
)
# A question mark before a key. It is needed only before empty and long ones.
_EXPLICIT = re.compile(r"\?(?=[ \t\r\n])")
_COLON = re.compile(r"\s*+:")
_PAIR = re.compile(rf"(?:{_QUOTED.pattern}|{_PLAIN.pattern})\s*+:(?=[\s,\[\]{{}}\"']|\Z)", re.DOTALL)
_CLOSING = {"object": "}", "list": "]"}
_MAX_DEPTH = 100
# More keys that are shorter on average do not occur in real documents, and would take long.
_MAX_SHORT_VALUES = 1_000
_MIN_CHARS_PER_KEY = 15


class YamlError(Exception):
    """A text is not YAML, or uses features that are not supported."""


class FlowReader:
    """Reads values.

    Args:
        text: The text.
        comments: A list to which the positions of comments are added.

    Attributes:
        comments: The positions of comments.
        key_count: The number of keys that were read.
    """

    def __init__(self, text: str, comments: list[tuple[int, int]]) -> None:
        self._text = text
        self.comments = comments
        self.key_count = 0

    def skip_properties(self, at: int) -> tuple[int, bool]:
        """Return the start of a value after its anchor and tag, and whether it is an expression."""
        is_expression = False
        for _ in range(2):
            found = _PROPERTY.match(self._text, at)
            if found is None:
                break
            tag = found[0].rstrip()
            is_expression |= tag[0] == "!" and tag not in _PLAIN_TAGS
            at = found.end()
        return at, is_expression

    def read(self, at: int, *, is_expression: bool) -> tuple[Value | None, int]:
        """Read an object, a list, a scalar in quotes or an alias.

        Args:
            at: The position of its first character.
            is_expression: Whether a tag precedes it.

        Returns:
            The value (``None`` for an alias) and its end.

        Raises:
            YamlError: There is no such value.
        """
        if self._text[at] in "{[":
            return self._read_collection(at)
        return self._read_scalar(at, is_expression=is_expression)

    def _read_quoted(self, at: int, *, is_expression: bool) -> tuple[Scalar, int]:
        quoted = _QUOTED.match(self._text, at)
        if quoted is None:
            raise YamlError
        encoding = DOUBLE_QUOTED if quoted[0][0] == '"' else SINGLE_QUOTED
        return Encoded(at + 1, quoted.end() - 1, encoding, is_expression=is_expression), quoted.end()

    def _read_collection(self, at: int) -> tuple[Node, int]:
        """Read an object or a list with its content."""
        text = self._text
        stack = [self._begin(at)]
        at += 1
        while True:
            node = stack[-1]
            at = self._skip_space(at)
            if text.startswith(_CLOSING[node.kind], at):
                at += 1
                node.end = at
                stack.pop()
                if not stack:
                    return node, at
                at = self._after_value(at, stack[-1])
                continue
            if _EXPLICIT.match(text, at):
                at = self._skip_space(at + 1)
            key: Scalar | None = None
            target = node
            if node.kind == "object":
                key, at = self._read_key(at)
                if text[at : at + 1] in {",", "}"}:
                    # The value is null.
                    at = self._after_value(at, node)
                    continue
            elif _PAIR.match(text, at):
                # An object without braces: "[key: value]".
                key, at = self._read_key(at)
                target = Node(at, "object")
                node.items.append(Item(None, "", target))
            at, is_expression = self.skip_properties(at)
            if text[at : at + 1] in {"{", "["}:
                if len(stack) > _MAX_DEPTH:
                    raise YamlError
                stack.append(self._begin(at))
                target.items.append(Item(key, "", stack[-1]))
                at += 1
                continue
            value, at = self._read_scalar(at, is_expression=is_expression)
            if value is not None:
                target.items.append(Item(key, "", value))
            at = self._after_value(at, node)

    def _begin(self, at: int) -> Node:
        return Node(at, "object" if self._text[at] == "{" else "list")

    def _read_key(self, at: int) -> tuple[Scalar, int]:
        """Read a key and its colon, and return the start of the value."""
        key, at = self._read_scalar(at, is_expression=False)
        colon = _COLON.match(self._text, at)
        if key is None or colon is None:
            # A name without a value is more likely the notation of a program: "{Name:value}".
            raise YamlError
        self.key_count += 1
        if self.key_count > _MAX_SHORT_VALUES and at < self.key_count * _MIN_CHARS_PER_KEY:
            raise YamlError
        return key, self._skip_space(colon.end())

    def _read_scalar(self, at: int, *, is_expression: bool) -> tuple[Scalar | None, int]:
        text = self._text
        first = text[at : at + 1]
        if first == "*":
            alias = _ALIAS.match(text, at)
            if alias:
                return None, alias.end()
        if first in {'"', "'"}:
            return self._read_quoted(at, is_expression=is_expression)
        plain = _PLAIN.match(text, at)
        if plain is None:
            raise YamlError
        return PlainScalar(at, plain.end(), is_flow=True, is_expression=is_expression), plain.end()

    def _after_value(self, at: int, node: Node) -> int:
        """Return the start of the next item, or the bracket that ends the node."""
        at = self._skip_space(at)
        if self._text.startswith(",", at):
            return at + 1
        if not self._text.startswith(_CLOSING[node.kind], at):
            raise YamlError
        return at

    def _skip_space(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        end = space.end() if space else at
        if "#" in self._text[at:end]:
            self.comments.append((at, end))
        return end
