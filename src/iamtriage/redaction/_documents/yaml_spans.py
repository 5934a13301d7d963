"""Read YAML, and the position of each of its values.

A text is YAML only if all of it is: every line is checked, because prose can look like YAML. Each character
is read once or twice, so the time is linear. Rare features are not supported: keys that span several lines,
and keys that are lists or objects. Spec: https://yaml.org/spec/1.2.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.nodes import Encoded, Item, Node, Scalar
from iamtriage.redaction._documents.yaml_flows import (
    DOUBLE_QUOTED,
    SINGLE_QUOTED,
    BlockScalar,
    FlowReader,
    PlainScalar,
    YamlError,
)

if TYPE_CHECKING:
    from iamtriage.redaction._documents.nodes import Value

__all__ = ("KEY_SIGN", "YamlReader")

_SKIPPED = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?\r?\n)*+(?:[ \t]*+(?:#[^\n]*+)?\Z)?")
_STARTS_OF_SKIPPED = frozenset(["", *" \t#\r\n"])
_INDENT = re.compile(r"[ ]*+")
_BLANKS = re.compile(r"[ \t]*+")
_MARK = re.compile(r"(?:---|\.\.\.)(?=[ \t\r\n]|\Z)")
_DIRECTIVE = re.compile(r"%(?:YAML|TAG) [^\n]*+(?:\n|\Z)")
_LINE_END = re.compile(r"[ \t]*+(?P<comment>(?<=[ \t])#[^\r\n]*+)?(?:\r?\n|\r?\Z)")
_ITEM = re.compile(r"-(?=[ \t\r\n]|\Z)")
# Before a key that is empty or long. On the next line, the sign is before its value.
_EXPLICIT_KEY = re.compile(
    r"\?[ \t]++(?P<key>\"(?:[^\"\\\n]|\\[^\n])*+\"|'(?:[^'\n]|'')*+'|\w[\w ./-]{0,400})[ \t]*+(?:\r?\n|\Z)"
)
KEY_SIGN = re.compile(r":(?=[ \t\r\n]|\Z)")
_KEY_END = re.compile(rf"{KEY_SIGN.pattern}|\n")
_COMMENT = re.compile(r"(?<=[ \t])#")
_QUOTED_KEY = re.compile(r"(?:\"(?:[^\"\\\n]|\\[^\n])*+\"|'(?:[^'\n]|'')*+')(?=[ \t]*+:(?:[ \t\r\n]|\Z))")
# No plain scalar begins with these.
_INDICATORS = frozenset(",[]{}#&*!|>'\"%@`")
_DASHES = frozenset("-?:")
_BLOCK = re.compile(r"(?P<style>[|>])(?:[-+]?(?P<indent>[1-9])?[-+]?)(?=[ \t\r\n]|\Z)")
# A terminal broke a string in an object.
_OUTDENT = re.compile(r"\n[^\s\]}#]")
_BLANK_LINES = re.compile(r"(?:[ \t]*+\r?\n)*+")
_MAX_KEY = 1024
# A sentence, a log line or a command before a colon: four words, a sign that names do not contain, a drive;
# or a line that begins with an escape.
_PROSE_KEY = re.compile(r"(?:\S++[ \t]++){3}|[^\n]*?(?:[\",=]|[ ]')|net use |\\[nrt]")
# A string in the source code of a program.
_PREFIXED_STRING = re.compile(r"[bBuUrRfF]{1,2}[\"']")
# Real documents are less deeply nested. Hostile ones would take long.
_MAX_DEPTH = 100
# Most lines: a key and a plain scalar in one line.
_SIMPLE = re.compile(
    r"(?P<key>\w[\w./\\-]{0,200}+):[ ]++"
    r"(?P<value>(?![bBuUrRfF]{1,2}[\"'])[A-Za-z0-9_/.+=~^$](?:[^\s:#]++|:(?=[^\s])|[ ]++(?=[^\s:#]))*+)"
    r"[ \t]*+\r?\n(?=[^\t\r\n]|\Z)"
)
# More values that are shorter on average do not occur in real documents, and would take long.
_MAX_SHORT_VALUES = 1_000
_MIN_CHARS_PER_VALUE = 15


class _Level:
    """A block object or list that more lines can continue.

    Attributes:
        indent: The column of its keys or dashes.
        node: Its values; ``None`` for a document.
        key: The key whose value is next.
        is_waiting: Whether a value is next.
    """

    __slots__ = ("indent", "is_waiting", "key", "node")

    def __init__(self, indent: int, node: Node | None) -> None:
        self.indent, self.node = indent, node
        self.key: Scalar | None = None
        self.is_waiting = True


class YamlReader:
    """Reads a text as YAML, line by line.

    Attributes:
        documents: The values of the documents.
        comments: The positions of comments.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._levels = [_Level(-1, None)]
        self._value_count = 0
        self._flows = FlowReader(text, [])
        self.documents: list[Value] = []
        self.comments = self._flows.comments
        self._key_count = 0

    @property
    def key_count(self) -> int:
        """The number of keys."""
        return self._key_count + self._flows.key_count

    def read(self) -> None:
        """Read all documents.

        Raises:
            YamlError: The text is not YAML.
        """
        text, at = self._text, 1 if self._text.startswith("\ufeff") else 0
        while (at := self._skip(at)) < len(text):
            first = text[at]
            indent = _INDENT.match(text, at) if first == " " else None
            start = indent.end() if indent else at
            column = start - at
            # Comparing a character is faster than matching.
            if first in "-." and (mark := _MARK.match(text, at)):
                at = self._begin_document(mark)
            elif first == "%" and (directive := _DIRECTIVE.match(text, at)):
                at = directive.end()
            else:
                at = self._read_entry(start, column)

    def _skip(self, at: int) -> int:
        """Return the start of the next line with content."""
        if self._text[at : at + 1] not in _STARTS_OF_SKIPPED:
            return at
        skipped = _SKIPPED.match(self._text, at)
        end = skipped.end() if skipped else at
        if end > at:
            self.comments.append((at, end))
        return end

    def _begin_document(self, mark: re.Match[str]) -> int:
        self._levels = [_Level(-1, None)]
        at = self._after_blanks(mark.end())
        if mark[0] == "..." or self._is_line_end(at):
            return self._end_line(at)
        return self._read_value(at, -1)

    def _read_entry(self, at: int, column: int) -> int:
        """Read an item, a key and its value, or a value, and return the start of the next line."""
        text = self._text
        if text[at] == "\t":
            raise YamlError
        if text[at] == "?" and (explicit := _EXPLICIT_KEY.match(text, at)):
            return self._read_explicit_key(explicit, column)
        is_value = KEY_SIGN.match(text, at) if text[at] == ":" else None
        while is_value or (text.startswith("-", at) and _ITEM.match(text, at)):
            if is_value:
                self._expect_value(column)
                is_value = None
            else:
                self._open(column, "list", at)
            following = self._after_blanks(at + 1)
            if self._is_line_end(following):
                return self._end_line(following)
            if "\t" in text[at:following]:
                raise YamlError
            column += following - at
            at = following
        simple = _SIMPLE.match(text, at)
        if simple and not text.startswith(" " * (column + 1), simple.end()):
            self._open(column, "object", at)
            self._levels[-1].key = PlainScalar(at, simple.end("key"), is_flow=False)
            self._key_count += 1
            self._add(PlainScalar(*simple.span("value"), is_flow=False))
            return simple.end()
        key = self._read_key(at)
        if key is None:
            levels = self._levels
            while levels[-1].indent >= column:
                levels.pop()
            return self._read_value(at, levels[-1].indent)
        self._open(column, "object", at)
        scalar, end = key
        self._levels[-1].key = scalar
        self._key_count += 1
        following = self._after_blanks(end)
        if self._is_line_end(following):
            self._count_value(following)
            return self._end_line(following)
        return self._read_value(following, column)

    def _read_explicit_key(self, explicit: re.Match[str], column: int) -> int:
        self._open(column, "object", explicit.start())
        start, end = explicit.span("key")
        encoding = {'"': DOUBLE_QUOTED, "'": SINGLE_QUOTED}.get(self._text[start])
        self._levels[-1].key = (
            Encoded(start + 1, end - 1, encoding)
            if encoding
            else PlainScalar(start, start + len(explicit["key"].rstrip()), is_flow=False)
        )
        self._key_count += 1
        return explicit.end()

    def _expect_value(self, column: int) -> None:
        """Continue the object at a column with the value of its last key."""
        levels = self._levels
        while levels[-1].indent > column:
            levels.pop()
        if levels[-1].indent != column or self._is_list(levels[-1]) or levels[-1].key is None:
            raise YamlError

    def _open(self, column: int, kind: str, at: int) -> None:
        """Continue the object or list at a column, or begin one."""
        levels = self._levels
        while levels[-1].indent > column or (
            levels[-1].indent == column and kind == "object" and self._is_list(levels[-1])
        ):
            levels.pop()
        level = levels[-1]
        if level.indent == column and self._is_list(level) == (kind == "list"):
            level.is_waiting = True
            return
        if not level.is_waiting or len(levels) > _MAX_DEPTH:
            raise YamlError
        node = Node(at, "list" if kind == "list" else "object")
        self._add(node)
        levels.append(_Level(column, node))

    @staticmethod
    def _is_list(level: _Level) -> bool:
        return level.node is not None and level.node.kind == "list"

    def _add(self, value: Value) -> None:
        level = self._levels[-1]
        self._count_value(value.start)
        if not level.is_waiting:
            raise YamlError
        if level.node is None:
            self.documents.append(value)
        else:
            level.node.items.append(Item(level.key, "", value))
        level.is_waiting, level.key = False, None

    def _count_value(self, at: int) -> None:
        self._value_count += 1
        count = self._value_count + self._flows.key_count
        if count > _MAX_SHORT_VALUES and at < count * _MIN_CHARS_PER_VALUE:
            raise YamlError

    def _read_key(self, at: int) -> tuple[Scalar, int] | None:
        """Return the key at a position, and the end of its colon."""
        text = self._text
        first = text[at]
        if first in "\"'":
            quoted = _QUOTED_KEY.match(text, at)
            if quoted is None:
                return None
            encoding = DOUBLE_QUOTED if first == '"' else SINGLE_QUOTED
            return Encoded(at + 1, quoted.end() - 1, encoding), text.index(":", quoted.end()) + 1
        if first in _INDICATORS or (first in _DASHES and not text[at + 1 : at + 2].strip()):
            return None
        colon = _KEY_END.search(text, at, at + _MAX_KEY)
        if colon is None or colon[0] == "\n" or _COMMENT.search(text, at, colon.start()):
            return None
        if _PROSE_KEY.match(text, at, colon.start()):
            raise YamlError
        end = at + len(text[at : colon.start()].rstrip())
        return PlainScalar(at, end, is_flow=False), colon.end()

    def _read_value(self, at: int, indent: int) -> int:
        """Read a value, and return the start of the next line.

        Args:
            at: The position of its first character.
            indent: The column of the object or list that it is in.
        """
        text = self._text
        at, tag = self._flows.skip_properties(at)
        first = text[at : at + 1]
        if self._is_line_end(at):
            return self._end_line(at)
        if first in "|>":
            return self._read_block(at, indent, is_expression=tag)
        if first in "{[\"'*":
            start = at
            value, at = self._flows.read(at, is_expression=tag)
            if indent >= 0 and _OUTDENT.search(text, start, at):
                raise YamlError
            if value is not None:
                self._add(value)
            else:
                self._count_value(at)
                self._levels[-1].is_waiting = False
            return self._end_line(at)
        return self._read_plain(at, indent, is_expression=tag)

    def _read_plain(self, start: int, indent: int, *, is_expression: bool) -> int:
        """Read a scalar without quotes. More indented lines belong to it."""
        text = self._text
        is_dash = text[start] in _DASHES and not text[start + 1 : start + 2].strip()
        if is_dash or text[start] in _INDICATORS or _PREFIXED_STRING.match(text, start):
            raise YamlError
        line = start
        while True:
            newline = text.find("\n", line)
            limit = len(text) if newline < 0 else newline
            colon = _KEY_END.search(text, line, limit)
            comment = _COMMENT.search(text, line, limit)
            if colon and not (comment and comment.start() < colon.start()):
                raise YamlError
            end = line + len(text[line : comment.start() if comment else limit].rstrip())
            following = self._continuation(newline + 1, indent) if newline >= 0 and not comment else -1
            if following < 0:
                break
            line = following
        self._add(PlainScalar(start, end, is_flow=False, is_expression=is_expression))
        return self._end_line(end)

    def _continuation(self, at: int, indent: int) -> int:
        """Return the start of the content of a line that continues a plain scalar, or -1."""
        text = self._text
        blank = _BLANK_LINES.match(text, at)
        at = blank.end() if blank else at
        spaces = _INDENT.match(text, at)
        start = spaces.end() if spaces else at
        if start >= len(text) or start - at <= indent or text[start] == "#" or _MARK.match(text, at):
            return -1
        following = self._after_blanks(start)
        return -1 if following >= len(text) or text[following] == "#" else following

    def _read_block(self, at: int, indent: int, *, is_expression: bool) -> int:
        """Read a literal or folded scalar: the lines that are more indented."""
        text = self._text
        header = _BLOCK.match(text, at)
        if header is None:
            raise YamlError
        at = self._end_line(header.end())
        blank = _BLANK_LINES.match(text, at)
        first = blank.end() if blank else at
        spaces = _INDENT.match(text, first)
        size = (spaces.end() if spaces else first) - first
        if header["indent"]:
            size = max(0, indent) + int(header["indent"])
        if size <= indent or size == 0:
            # It is empty.
            self._levels[-1].is_waiting = False
            return first
        start, line = first + size, first
        end = start
        prefix = " " * size
        while line < len(text):
            newline = text.find("\n", line)
            limit = len(text) if newline < 0 else newline
            if text.startswith(prefix, line):
                written = len(text[line:limit].rstrip())
                end = max(end, line + written) if written > size else end
            elif text[line:limit].strip():
                break
            line = limit + 1
        self._add(
            BlockScalar(start, end, size, is_folded=header["style"] == ">", is_expression=is_expression)
        )
        return min(line, len(text))

    def _after_blanks(self, at: int) -> int:
        blanks = _BLANKS.match(self._text, at)
        return blanks.end() if blanks else at

    def _is_line_end(self, at: int) -> bool:
        text = self._text
        return at >= len(text) or text[at] in "\r\n" or (text[at] == "#" and text[at - 1 : at] in {" ", "\t"})

    def _end_line(self, at: int) -> int:
        """Return the start of the next line. Only a comment can precede it."""
        ended = _LINE_END.match(self._text, at)
        if ended is None:
            raise YamlError
        if ended["comment"]:
            self.comments.append(ended.span("comment"))
        return ended.end()
