"""Map the text of a YAML scalar to its positions in the source.

The values of an aws-auth ConfigMap are strings that contain YAML. To change a single word in such a string,
an edit needs the positions of the word in the file. In some styles, folded lines lose these positions. Then
the edit replaces the whole scalar.
"""

from __future__ import annotations

import json
import re
from array import array
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.aws_auth._yaml.nodes import LINE_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.aws_auth._yaml.nodes import Node

__all__ = ("Edit", "EmbeddedText", "apply_edits", "quote_yaml")

_HEADER = re.compile("[|>]([-+0-9]*)[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?(?:\r\n|[\n\r\x85\u2028\u2029])")
_PLAIN_RUN = re.compile("[^\\\\ \t\r\n\x85\u2028\u2029]+")
_SPACES = re.compile("[ \t]*")
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_LOW_SURROGATE = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028",
    "P": "\u2029",
}  # fmt: skip
# Characters that must be escaped in YAML, but not in JSON.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_MAX_INDENT = 40


class Edit(NamedTuple):
    """A replacement of part of a text.

    Attributes:
        start: The index where the replaced part begins.
        end: The index where it ends.
        new: The new text.
    """

    start: int
    end: int
    new: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits, without those that overlap an earlier one.

    >>> apply_edits("a b c", [Edit(4, 5, "C"), Edit(0, 1, "A")])
    'A b C'
    """
    parts: list[str] = []
    index = 0
    # The longer of two edits at the same index comes first: a removed part needs no other edit.
    for edit in sorted(set(edits), key=lambda e: (e.start, -e.end)):
        if edit.start >= index:
            parts += text[index : edit.start], edit.new
            index = edit.end
    return "".join((*parts, text[index:]))


def quote_yaml(text: str) -> str:
    r"""Return a text in double quotes, valid in both YAML and JSON.

    >>> quote_yaml('a "b"')
    '"a \\"b\\""'
    """
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


class _SourceMap(NamedTuple):
    """The start and end in the source of each character of a text."""

    starts: array[int]
    ends: array[int]

    def add(self, start: int, end: int) -> None:
        self.starts.append(start)
        self.ends.append(end)

    def add_run(self, start: int, end: int) -> None:
        """Add characters that the source contains unchanged."""
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))


class EmbeddedText:
    r"""The text of a scalar and its position in the source.

    Attributes:
        text: The text of the scalar.

    >>> from iamtriage.aws_auth._yaml.nodes import compose
    >>> source = r'a: "x\ny z"'
    >>> embedded = EmbeddedText(source, compose(source)[0].items[1])
    >>> embedded.text, embedded.source_index(2), embedded.to_source_edits([Edit(4, 5, "w")])
    ('x\ny z', 7, [Edit(start=9, end=10, new='w')])
    """

    def __init__(self, source: str, node: Node) -> None:
        self.text = node.value
        self._source = source
        self._node = node
        self._indent = 0
        # The text of an alias is elsewhere.
        self._map = None if node.is_shared else self._build_map()

    def source_index(self, index: int) -> int:
        """Return the index of a character in the source; the start of the scalar if it is unknown."""
        source_map = self._map
        if source_map is None:
            return self._node.start
        if index < len(source_map.starts):
            return source_map.starts[index]
        return source_map.ends[-1] if source_map.ends else self._node.start

    def to_source_edits(self, edits: list[Edit]) -> list[Edit]:
        """Convert edits of the text to edits of the source."""
        if not edits or self._node.is_shared:
            return []
        converted = [self._to_source_edit(edit) for edit in edits]
        if None in converted:
            return [Edit(self._node.start, self._find_end(), quote_yaml(apply_edits(self.text, edits)))]
        return [edit for edit in converted if edit is not None]

    def _to_source_edit(self, edit: Edit) -> Edit | None:
        """Return the edit of the source; ``None`` if the whole scalar has to be replaced."""
        source_map, style = self._map, self._node.style
        if source_map is None or not source_map.starts:
            return None
        start = (
            source_map.ends[edit.start - 1]
            if edit.start == edit.end and edit.start
            else source_map.starts[edit.start]
        )
        end = source_map.ends[edit.end - 1] if edit.end > edit.start else start
        if style == "|":
            if not edit.new and self._covers_whole_lines(edit):
                return Edit(self._line_start(start), self._line_start(source_map.starts[edit.end]), "")
            line_break = LINE_BREAK.search(self._source, self._node.start)
            margin = (line_break[0] if line_break else "\n") + " " * self._indent
            return None if _UNPRINTABLE.search(edit.new) else Edit(start, end, edit.new.replace("\n", margin))
        if style == '"':
            return Edit(start, end, quote_yaml(edit.new)[1:-1])
        if LINE_BREAK.search(edit.new) or _UNPRINTABLE.search(edit.new):
            return None
        return Edit(start, end, edit.new.replace("'", "''"))

    def _covers_whole_lines(self, edit: Edit) -> bool:
        text, start, end = self.text, edit.start, edit.end
        return (start == 0 or text[start - 1] == "\n") and text[end - 1] == "\n" and start < end < len(text)

    def _line_start(self, index: int) -> int:
        while index and self._source[index - 1] not in "\n\r\x85\u2028\u2029":
            index -= 1
        return index

    def _find_end(self) -> int:
        """Return the index after the last character. The node of a block ends after later comments."""
        header = _HEADER.match(self._source, self._node.start)
        if header is None:  # quoted
            return self._node.end
        last, block_indent = header.end() - len(LINE_BREAK.findall(header[0])[-1]), 0
        for start, end, _ in _iterate_lines(self._source, header.end()):
            line = self._source[start:end]
            indent = len(line) - len(line.lstrip(" "))
            if indent == len(line):
                continue
            block_indent = block_indent or indent
            if indent < block_indent:
                break
            last = end
        return last

    def _build_map(self) -> _SourceMap | None:
        """Return the source map; ``None`` if it does not result in the text that the YAML parser read."""
        builders = {"|": self._map_literal, '"': self._map_double_quoted, "'": self._map_single_quoted}
        builder = builders.get(self._node.style)
        return builder() if builder else None

    def _map_literal(self) -> _SourceMap | None:
        header = _HEADER.match(self._source, self._node.start)
        if header is None:
            return None
        # An indentation indicator is relative to the parent's indentation, which is unknown here.
        has_indicator = any(character.isdigit() for character in header[1])
        indents = range(1, _MAX_INDENT) if has_indicator else [self._first_indent(header.end())]
        for indent in indents:
            source_map = self._map_literal_lines(header.end(), indent)
            if source_map is not None:
                self._indent = indent
                return source_map
        return None

    def _first_indent(self, start: int) -> int:
        """Return the indentation of the first line that is not blank."""
        for begin, end, _ in _iterate_lines(self._source, start):
            line = self._source[begin:end]
            if line.strip(" "):
                return len(line) - len(line.lstrip(" "))
        return 0

    def _map_literal_lines(self, start: int, indent: int) -> _SourceMap | None:
        source, value = self._source, self._node.value
        source_map = _SourceMap(array("q"), array("q"))
        pieces: list[str] = []
        for begin, end, next_begin in _iterate_lines(source, start):
            if source[begin : min(begin + indent, end)].strip(" "):
                break
            index = min(begin + indent, end)
            pieces += source[index:end], "\n"
            source_map.add_run(index, end)
            source_map.add(end, next_begin)
        text = "".join(pieces)
        if not text.startswith(value) or text[len(value) :].strip("\n"):
            return None
        del source_map.starts[len(value) :], source_map.ends[len(value) :]
        return source_map

    def _map_single_quoted(self) -> _SourceMap | None:
        node, source_map = self._node, _SourceMap(array("q"), array("q"))
        index, end = node.start + 1, node.end - 1
        pieces: list[str] = []
        while index < end:
            width = 2 if self._source.startswith("''", index) else 1
            pieces.append(self._source[index])
            source_map.add(index, index + width)
            index += width
        return source_map if "".join(pieces) == node.value else None

    def _map_double_quoted(self) -> _SourceMap | None:
        node, source = self._node, self._source
        source_map = _SourceMap(array("q"), array("q"))
        pieces: list[str] = []
        index, end = node.start + 1, node.end - 1
        while index < end:
            run = _PLAIN_RUN.match(source, index, end)
            if run:
                pieces.append(run[0])
                source_map.add_run(index, run.end())
                index = run.end()
                continue
            spaces = _SPACES.match(source, index, end)
            after = spaces.end() if spaces else index
            line_break = LINE_BREAK.match(source, after, end)
            if after > index and line_break is None:
                pieces.append(source[index:after])
                source_map.add_run(index, after)
                index = after
                continue
            if line_break:
                # YAML folds one line break to a space; of several, it keeps all but the first.
                kept, after = _skip_blank_lines(source, line_break.end())
                decoded = kept or " "
            else:
                decoded, after = _decode_escape(source, index)
            pieces.append(decoded)
            # If several characters come from one place in the source, the first gets all of it.
            for number in range(len(decoded)):
                source_map.add(after if number else index, after)
            index = after
        return source_map if "".join(pieces) == node.value else None


def _decode_escape(source: str, index: int) -> tuple[str, int]:
    """Return the text of the escape at a backslash, and the index after it."""
    letter = source[index + 1 : index + 2]
    line_break = LINE_BREAK.match(source, index + 1)
    if line_break:
        return _skip_blank_lines(source, line_break.end())
    if letter in _ESCAPES:
        return _ESCAPES[letter], index + 2
    # The YAML parser rejects any other escape.
    end = index + 2 + _HEX_DIGITS[letter]
    number = int(source[index + 2 : end], 16)
    low = _LOW_SURROGATE.match(source, end) if 0xD800 <= number < 0xDC00 else None
    if low:
        return chr(0x10000 + (number - 0xD800) * 0x400 + int(low[1], 16) - 0xDC00), low.end()
    return (chr(number), end) if number < 0x110000 else ("", end)


def _skip_blank_lines(source: str, index: int) -> tuple[str, int]:
    """Return a newline per blank line, and the index after these lines and the next line's indentation."""
    newlines = ""
    while True:
        spaces = _SPACES.match(source, index)
        index = spaces.end() if spaces else index
        line_break = LINE_BREAK.match(source, index)
        if line_break is None:
            return newlines, index
        newlines += "\n"
        index = line_break.end()


def _iterate_lines(text: str, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield the start and end of each line, and the start of the next line."""
    while start < len(text):
        line_break = LINE_BREAK.search(text, start)
        end, next_start = line_break.span() if line_break else (len(text), len(text))
        yield start, end, next_start
        start = next_start
