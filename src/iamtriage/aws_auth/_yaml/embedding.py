"""A scalar's text and the place of each of its characters in the source; not for what the text says.

The values of an aws-auth ConfigMap are texts that hold YAML themselves. To change a word in one of them,
and nothing around it, one has to know which characters of the file it came from. Styles that fold lines in
ways that cannot be told apart afterwards have no such places: then the whole scalar is written anew.
"""

from __future__ import annotations

import json
import re
from array import array
from typing import TYPE_CHECKING, NamedTuple

from iamtriage.aws_auth._yaml.nodes import LINE_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.aws_auth._yaml.nodes import Node

__all__ = ("Edit", "Embedded", "apply_edits", "quoted")

_HEADER = re.compile("[|>]([-+0-9]*)[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?(?:\r\n|[\n\r\x85\u2028\u2029])")
_ORDINARY = re.compile("[^\\\\ \t\r\n\x85\u2028\u2029]+")
_BLANKS = re.compile("[ \t]*")
_HEX = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})")
_LOW_HALF = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028",
    "P": "\u2029",
}  # fmt: skip
# What YAML wants escaped, above what JSON does.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_DEEPEST_INDENT = 40


class Edit(NamedTuple):
    """Text to be put in place of other text.

    Attributes:
        start: where the other text begins.
        end: where it ends.
        new: what stands there then.
    """

    start: int
    end: int
    new: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Make edits; one that overlaps an earlier one is left out.

    >>> apply_edits("a b c", [Edit(4, 5, "C"), Edit(0, 1, "A")])
    'A b C'
    """
    parts: list[str] = []
    at = 0
    # The longer of two that begin together comes first: what is removed need not be changed.
    for edit in sorted(set(edits), key=lambda e: (e.start, -e.end)):
        if edit.start >= at:
            parts += text[at : edit.start], edit.new
            at = edit.end
    return "".join((*parts, text[at:]))


def quoted(text: str) -> str:
    r"""Write a text in double quotes, as both YAML and JSON read it.

    >>> quoted('a "b"')
    '"a \\"b\\""'
    """
    return _UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(text, ensure_ascii=False))


class _Places(NamedTuple):
    starts: array[int]
    ends: array[int]

    def add(self, start: int, end: int) -> None:
        self.starts.append(start)
        self.ends.append(end)

    def add_run(self, start: int, end: int) -> None:
        """Add characters that stand for themselves."""
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))


class Embedded:
    r"""The text of a scalar, and where it stands in the source.

    Attributes:
        text: what YAML reads.
        exact: whether the place of each character is known.

    >>> from iamtriage.aws_auth._yaml.nodes import compose
    >>> source = r'a: "x\ny z"'
    >>> embedded = Embedded(source, compose(source)[0].items[1])
    >>> embedded.text, embedded.place(2), embedded.outer([Edit(4, 5, "w")])
    ('x\ny z', 7, [Edit(start=9, end=10, new='w')])
    """

    def __init__(self, source: str, node: Node) -> None:
        self.text = node.value
        self._source = source
        self._node = node
        self._indent = 0
        # Where an alias stands, its text does not.
        self._places = None if node.shared else self._read()
        self.exact = self._places is not None

    def place(self, index: int) -> int:
        """Give where in the source the character stands; the scalar's beginning where that is not known."""
        places = self._places
        if places is None:
            return self._node.start
        if index < len(places.starts):
            return places.starts[index]
        return places.ends[-1] if places.ends else self._node.start

    def outer(self, edits: list[Edit]) -> list[Edit]:
        """Turn edits of the text into edits of the source."""
        if not edits or self._node.shared:
            return []
        turned = [self._turned(edit) for edit in edits]
        if None in turned:
            return [Edit(self._node.start, self._last(), quoted(apply_edits(self.text, edits)))]
        return [edit for edit in turned if edit is not None]

    def _turned(self, edit: Edit) -> Edit | None:
        places, style = self._places, self._node.style
        if places is None or not places.starts:
            return None
        start = (
            places.ends[edit.start - 1]
            if edit.start == edit.end and edit.start
            else places.starts[edit.start]
        )
        end = places.ends[edit.end - 1] if edit.end > edit.start else start
        if style == "|":
            if not edit.new and self._whole_lines(edit):
                return Edit(self._line_start(start), self._line_start(places.starts[edit.end]), "")
            line_break = LINE_BREAK.search(self._source, self._node.start)
            margin = (line_break[0] if line_break else "\n") + " " * self._indent
            return None if _UNPRINTABLE.search(edit.new) else Edit(start, end, edit.new.replace("\n", margin))
        if style == '"':
            return Edit(start, end, quoted(edit.new)[1:-1])
        if LINE_BREAK.search(edit.new) or _UNPRINTABLE.search(edit.new):
            return None
        return Edit(start, end, edit.new.replace("'", "''"))

    def _whole_lines(self, edit: Edit) -> bool:
        text, start, end = self.text, edit.start, edit.end
        return (start == 0 or text[start - 1] == "\n") and text[end - 1] == "\n" and start < end < len(text)

    def _line_start(self, index: int) -> int:
        while index and self._source[index - 1] not in "\n\r\x85\u2028\u2029":
            index -= 1
        return index

    def _last(self) -> int:
        """Give where the last character stands: a block's end is behind lines that are not its own."""
        node = self._node
        if node.style not in {"|", ">"}:
            return node.end
        header = _HEADER.match(self._source, node.start)
        if header is None:
            return node.end
        last, indent = header.end() - len(LINE_BREAK.findall(header[0])[-1]), 0
        for start, stop, _ in _lines(self._source, header.end()):
            line = self._source[start:stop]
            margin = len(line) - len(line.lstrip(" "))
            if margin == len(line):
                continue
            indent = indent or margin
            if margin < indent:
                break
            last = stop
        return last

    def _read(self) -> _Places | None:
        """Find the places, and hold what was read against what the YAML reader read."""
        node = self._node
        readers = {"|": self._literal, '"': self._double, "'": self._single}
        reader = readers.get(node.style)
        return reader() if reader else None

    def _literal(self) -> _Places | None:
        header = _HEADER.match(self._source, self._node.start)
        if header is None:
            return None
        first = next((m for m in self._margins(header.end()) if m), 0)
        # The indicator counts from the indentation of what is around, which is not known here.
        indents = range(1, _DEEPEST_INDENT) if any(c.isdigit() for c in header[1]) else [first]
        for indent in indents:
            places = self._literal_at(header.end(), indent)
            if places is not None:
                self._indent = indent
                return places
        return None

    def _margins(self, start: int) -> Iterator[int]:
        for begin, stop, _ in _lines(self._source, start):
            line = self._source[begin:stop]
            if line.strip(" "):
                yield len(line) - len(line.lstrip(" "))
                return

    def _literal_at(self, start: int, indent: int) -> _Places | None:
        source, value = self._source, self._node.value
        places = _Places(array("q"), array("q"))
        pieces: list[str] = []
        for begin, stop, after in _lines(source, start):
            if source[begin : min(begin + indent, stop)].strip(" "):
                break
            at = min(begin + indent, stop)
            pieces += source[at:stop], "\n"
            places.add_run(at, stop)
            places.add(stop, after)
        found = "".join(pieces)
        if not found.startswith(value) or found[len(value) :].strip("\n"):
            return None
        del places.starts[len(value) :], places.ends[len(value) :]
        return places

    def _single(self) -> _Places | None:
        node, places = self._node, _Places(array("q"), array("q"))
        at, stop = node.start + 1, node.end - 1
        pieces: list[str] = []
        while at < stop:
            width = 2 if self._source.startswith("''", at) else 1
            pieces.append(self._source[at])
            places.add(at, at + width)
            at += width
        return places if "".join(pieces) == node.value else None

    def _double(self) -> _Places | None:
        node, source = self._node, self._source
        places = _Places(array("q"), array("q"))
        pieces: list[str] = []
        at, stop = node.start + 1, node.end - 1
        while at < stop:
            run = _ORDINARY.match(source, at, stop)
            if run:
                pieces.append(run[0])
                places.add_run(at, run.end())
                at = run.end()
                continue
            blanks = _BLANKS.match(source, at, stop)
            after = blanks.end() if blanks else at
            line_break = LINE_BREAK.match(source, after, stop)
            if after > at and line_break is None:
                pieces.append(source[at:after])
                places.add_run(at, after)
                at = after
                continue
            if line_break:
                # One break is a blank; of more, all but the first are kept.
                kept, after = _blank_lines(source, line_break.end())
                decoded = kept or " "
            else:
                decoded, after = _escape(source, at)
            pieces.append(decoded)
            # Of several characters that one break stands for, the first takes the break.
            for number in range(len(decoded)):
                places.add(after if number else at, after)
            at = after
        return places if "".join(pieces) == node.value else None


def _escape(source: str, at: int) -> tuple[str, int]:
    """Read the escape at a backslash: what it stands for, and where it ends."""
    letter = source[at + 1 : at + 2]
    line_break = LINE_BREAK.match(source, at + 1)
    if line_break:
        return _blank_lines(source, line_break.end())
    if letter in _ESCAPES:
        return _ESCAPES[letter], at + 2
    digits = _HEX.match(source, at + 1)
    if digits is None:
        return letter, at + 2
    number = int(digits[1] or digits[2] or digits[3], 16)
    low = _LOW_HALF.match(source, digits.end()) if 0xD800 <= number < 0xDC00 else None
    if low:
        return chr(0x10000 + (number - 0xD800) * 0x400 + int(low[1], 16) - 0xDC00), low.end()
    return (chr(number), digits.end()) if number < 0x110000 else ("", digits.end())


def _blank_lines(source: str, at: int) -> tuple[str, int]:
    kept = ""
    while True:
        blanks = _BLANKS.match(source, at)
        at = blanks.end() if blanks else at
        line_break = LINE_BREAK.match(source, at)
        if line_break is None:
            return kept, at
        kept += "\n"
        at = line_break.end()


def _lines(text: str, start: int) -> Iterator[tuple[int, int, int]]:
    """Give where each line begins, where it ends, and where the next one begins."""
    while start < len(text):
        found = LINE_BREAK.search(text, start)
        stop, after = found.span() if found else (len(text), len(text))
        yield start, stop, after
        start = after
