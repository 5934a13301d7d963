"""Find TOML, and the position of each of its values. Grammar: https://toml.io/en/v1.0.0.

A text is TOML only if all of it is, and if it has the name of a table, or a value over several lines.
"""

from __future__ import annotations

import re

from iamtriage.redaction._documents.json_spans import JsonScalar
from iamtriage.redaction._documents.nodes import Encoded, Encoding, Item, Node, Scalar

__all__ = ("find_toml",)

_STRING = r"\"(?:[^\"\\\n]|\\[^\n])*+\"|'[^'\n]*+'"
_PART = rf"(?:[A-Za-z0-9_-]++|{_STRING})"
_NAME = rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+"
_KEY = re.compile(rf"(?P<key>{_NAME})[ \t]*+=[ \t]*+")
_TABLE = re.compile(rf"\[{{1,2}}[ \t]*+(?P<key>{_NAME})[ \t]*+\]{{1,2}}")
# Another value after a sign is of an INI file, which has no quotes.
_NUMBER = r"(?:0(?:x[0-9A-Fa-f_]++|[ob][0-7_]++)|[0-9][0-9_]*+(?:\.[0-9_]++)?(?:[eE][-+]?[0-9_]++)?)"
_TIME = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9:.]++(?:[Zz]|[-+][0-9:]++)?)?|[0-9]{2}:[0-9]{2}[0-9:.]*+)"
_VALUE = re.compile(
    r"\"{3}(?:\r?\n)?(?P<lines>(?:[^\"\\]|\\.|\"{1,2}(?!\"))*+\"{0,2})\"{3}"
    r"|'{3}(?:\r?\n)?(?P<raw>(?:[^']|'{1,2}(?!'))*+'{0,2})'{3}"
    rf"|(?P<string>{_STRING})"
    rf"|(?P<other>(?:true|false|[-+]?(?:inf|nan|{_NUMBER})|{_TIME})(?=[ \t\r\n,\]}}#]|\Z))",
    re.DOTALL,
)
_SPACE = re.compile(r"[ \t]*+")
_END = re.compile(r"[ \t]*+(?P<comment>#[^\r\n]*+)?\r?(?:\n|\Z)")
_BETWEEN = re.compile(r"[ \t\r\n]*+(?P<comment>#[^\r\n]*+)?")
_MAX_DEPTH = 40
# More items that are shorter on average do not occur in real documents, and would take long.
_MAX_SHORT_ITEMS = 1_000
_MIN_CHARS_PER_ITEM = 15
_CLOSING = {"[": "]", "{": "}"}
_CHARACTERS = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class TomlError(Exception):
    """The text is not TOML."""


def find_toml(text: str) -> Node | None:
    """Return the values of a text that is TOML as one object, otherwise ``None``."""
    if not ("[" in text or "'''" in text or '"""' in text):
        return None
    reader = _Reader(text)
    try:
        reader.read()
    except TomlError:
        return None
    return reader.document if reader.has_evidence else None


def _unescape(escape: re.Match[str]) -> str:
    if code := escape["code"]:
        value = int(code[1:], 16)
        return chr(value) if value <= _MAX_CHARACTER else "\ufffd"
    sign: str = escape["sign"]
    return "" if sign.isspace() else _CHARACTERS.get(sign, sign)


_MAX_CHARACTER = 0x10FFFF
_BASIC = Encoding(
    re.compile(r"\\(?:(?P<code>u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|(?P<sign>[ \t]*+\r?\n\s*+|.))", re.DOTALL),
    _unescape,
    "\\",
    {ord("\\"): "\\\\", ord('"'): '\\"'},
)


class _Reader:
    """Reads TOML, line by line.

    Attributes:
        document: The values of the text.
        has_evidence: Whether there was the name of a table, or a value over several lines.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._count = 0
        self.document = Node(0, "object")
        self.document.end = len(text)
        self.has_evidence = False

    def read(self) -> None:
        """Read all lines.

        Raises:
            TomlError: The text is not TOML.
        """
        text, at, table = self._text, 0, self.document
        while at < len(text):
            if ended := _END.match(text, at):
                at = self._end_line(ended, table)
                continue
            at = self._skip(at)
            if header := _TABLE.match(text, at):
                table = Node(at, "object")
                table.end = at = header.end()
                self.document.items.append(Item(self._get_key(header), "", table))
                self.has_evidence = True
            else:
                at = self._read_pair(at, table, 0)
            ended = _END.match(text, at)
            if ended is None:
                raise TomlError
            at = self._end_line(ended, table)

    def _end_line(self, ended: re.Match[str], node: Node) -> int:
        self._add_comment(ended, node)
        return ended.end()

    @staticmethod
    def _add_comment(found: re.Match[str], node: Node) -> None:
        if found["comment"]:
            node.items.append(Item(None, "", Scalar(*found.span("comment"), is_expression=True)))

    def _skip(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        return space.end() if space else at

    def _read_pair(self, at: int, node: Node, depth: int) -> int:
        key = _KEY.match(self._text, at)
        if key is None:
            raise TomlError
        return self._read_value(key.end(), node, self._get_key(key), depth)

    def _get_key(self, found: re.Match[str]) -> Scalar:
        start, end = found.span("key")
        written = found["key"]
        if written[0] not in "\"'" or written.count(written[0]) > _QUOTES_OF_A_KEY:
            return Scalar(start, end)
        return self._get_string(start, end)

    def _get_string(self, start: int, end: int) -> Scalar:
        """Return the scalar of a string, whose quotes are at these positions."""
        if self._text[start] == '"':
            return Encoded(start + 1, end - 1, _BASIC)
        return Scalar(start + 1, end - 1)

    def _read_value(self, at: int, node: Node, key: Scalar | None, depth: int) -> int:
        """Read a value, add it to an object or list, and return its end."""
        self._count += 1
        if self._count > _MAX_SHORT_ITEMS and at < self._count * _MIN_CHARS_PER_ITEM:
            raise TomlError
        opening = self._text[at : at + 1]
        if opening in _CLOSING:
            return self._read_collection(at, node, key, depth)
        found = _VALUE.match(self._text, at)
        if found is None:
            raise TomlError
        kind = found.lastgroup or ""
        start, end = found.span(kind)
        scalar = Scalar(start, end)
        if kind == "string":
            scalar = self._get_string(start, end)
        elif kind == "lines":
            scalar = Encoded(start, end, _BASIC)
        elif kind == "other":
            scalar = JsonScalar(start, end, is_text=False)
        self.has_evidence = self.has_evidence or kind in {"lines", "raw"}
        node.items.append(Item(key, "", scalar))
        return found.end()

    def _read_collection(self, at: int, node: Node, key: Scalar | None, depth: int) -> int:
        """Read an array or a table in one line."""
        if depth > _MAX_DEPTH:
            raise TomlError
        text, opening = self._text, self._text[at]
        inner = Node(at, "object" if opening == "{" else "list")
        node.items.append(Item(key, "", inner))
        begin = at
        at = self._skip_lines(at + 1, inner)
        while not text.startswith(_CLOSING[opening], at):
            if opening == "{":
                at = self._read_pair(at, inner, depth + 1)
            else:
                at = self._read_value(at, inner, None, depth + 1)
            at = self._skip_lines(at, inner)
            if text.startswith(",", at):
                at = self._skip_lines(at + 1, inner)
            elif not text.startswith(_CLOSING[opening], at):
                raise TomlError
        inner.end = at + 1
        self.has_evidence = self.has_evidence or text.find("\n", begin, at) >= 0
        return inner.end

    def _skip_lines(self, at: int, node: Node) -> int:
        """Return the position after spaces, line breaks and comments."""
        while found := _BETWEEN.match(self._text, at):
            self._add_comment(found, node)
            at = found.end()
            if not found["comment"]:
                break
        return at


_QUOTES_OF_A_KEY = 2
