"""Render blocks as lines for a terminal.

Sections are indented. Every character of the output is printable, except for the control sequences that
``color`` adds for bold text and colors, which end on the same line.
"""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, assert_never

from iamtriage._patterns import lazy_pattern, may_find
from iamtriage._rendering.blocks import Code, Fields, Fold, Heading, Items, Labels, Link, Paragraph, Source
from iamtriage._rendering.shell import width_of
from iamtriage._rendering.texts import code_text, source_lines
from iamtriage._text import escape_controls
from iamtriage._typing import override

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._rendering.blocks import Block

__all__ = ("count_lines", "render")

_MIN_WIDTH = 40
_FILE = lazy_pattern(r"[\w.-]{1,64}\.json", re.ASCII)
_MAX_LABEL_WIDTH = 18
# The labels in the two blocks of an explanation have the same width.
_MIN_LABEL_WIDTH = 8
# Heading level -> the indent of the text below it.
_INDENTS = {1: 2, 2: 2, 3: 4}
# Code is indented further, so that it stands out from the sentences before and after it.
_CODE_INDENT = 2

# A command in prose, which stays on one line, so that it can be pasted.
_COMMAND_IN_PROSE = lazy_pattern(
    r"(?<!\S)(?:aws [a-z0-9-]{2,30} [a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){1,8}"
    r"|eksctl (?:create|get|utils) [a-z-]{2,40}|kubectl (?:-n \S{1,63} )?[a-z]{2,20}(?: [a-z]{2,20})?(?= -))"
    r"(?: --?[a-z][a-z-]{0,40}(?:[ =][^\s-]\S{0,80})?){0,6}",
    re.ASCII,
)

_PLAIN, _BOLD, _DIM, _TAG, _COMMAND, _ADDRESS = "", "1", "2", "36", "32", "4"


def render(blocks: tuple[Block, ...], *, width: int, color: bool, tight: bool = False) -> str:
    r"""Return blocks as text for a terminal, without a final newline.

    Commands are wrapped between arguments, so that they can be pasted.

    Args:
        blocks: The blocks.
        width: The maximum width of a line in columns, at least 40. Only longer words, JSON and YAML exceed
            it.
        color: Whether to add colors and bold text.
        tight: Whether to omit the empty lines within sections.

    >>> print(render((Heading("Why"), Items(("It is so\x07.",))), width=80, color=False))
    Why
      - It is so\x07.
    """
    lines: list[str] = []
    layout = _Layout(max(width, _MIN_WIDTH), color=color)
    before: Block | None = None
    for block in blocks:
        if before is not None and not (_are_tight if tight else _are_adjacent)(before, block):
            lines.append("")
        lines += layout.block(block)
        before = block
    return "\n".join(lines)


def count_lines(blocks: Iterable[Block], known: dict[Block, int], *, width: int) -> int:
    """Return the number of lines that :func:`render` returns with ``tight``.

    Args:
        blocks: The blocks of one section.
        known: A cache with the number of lines of each block. This function adds to it.
        width: As for :func:`render`.
    """
    layout = _LineCounter(max(width, _MIN_WIDTH), color=False)
    count = 0
    before: Block | None = None
    for block in blocks:
        if before is not None and not _are_tight(before, block):
            count += 1
        if block not in known:
            known[block] = sum(1 for _ in layout.block(block))
        elif isinstance(block, Heading):
            layout.indent = _INDENTS[block.level]
        count += known[block]
        before = block
    return count


def _are_adjacent(before: Block, block: Block) -> bool:
    """Return whether two blocks have no empty line between them."""
    if isinstance(before, Heading):
        below = not isinstance(block, Heading) or block.level > before.level
        return before.level > 1 and below and not isinstance(block, Code)
    return isinstance(before, Items) and isinstance(block, Link)


def _are_tight(before: Block, block: Block) -> bool:
    """Return whether two blocks have no empty line between them in a tight text."""
    if isinstance(before, Heading) and before.level == 1:
        return False
    return not isinstance(block, Labels) and not (isinstance(block, Heading) and block.level < 3)


class _Layout:
    """Lays out blocks in order."""

    def __init__(self, width: int, *, color: bool) -> None:
        self.width = width
        self.color = color
        self.indent = 0

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading():
                yield from self._heading(block)
            case Paragraph(text, quiet):
                yield from self._wrapped(_words(text, _DIM if quiet else _PLAIN), " " * self.indent)
            case Items():
                yield from self._items(block)
            case Labels():
                yield from self._labels(block)
            case Fields():
                yield from self._fields(block)
            case Code():
                yield from self._code(block)
            case Link(url, text):
                words = [*_words(f"{text}:"), *_words(url, _ADDRESS)]
                yield from self._wrapped(words, " " * self.indent)
            case Source():
                yield from self._source(block)
            case Fold(title, blocks):
                yield from self._heading(Heading(title))
                for inner in blocks:
                    yield from self.block(inner)
            case _:
                assert_never(block)

    def _heading(self, block: Heading) -> Iterator[str]:
        self.indent = _INDENTS[block.level]
        tags = ((f"[{escape_controls(tag)}]", _TAG) for tag in block.tags)
        before = " " * (self.indent - 2)
        yield from self._wrapped([*_words(block.text, _BOLD), *tags], before)

    def _items(self, block: Items) -> Iterator[str]:
        columns = len(str(len(block.items)))
        for number, item in enumerate(block.items, 1):
            bullet = f"{number:>{columns}}. " if block.ordered else "- "
            yield from self._wrapped(_words(item), " " * self.indent + bullet)

    def _labels(self, block: Labels) -> Iterator[str]:
        rows = [(escape_controls(label).rstrip(), text) for label, text in block.rows]
        column = max([width_of(label) for label, _ in rows] + [_MIN_LABEL_WIDTH])
        for label, text in rows:
            first = f"{self._styled(label, _TAG)}{' ' * (column - width_of(label))}  "
            yield from self._wrapped(_words(text), first, " " * (column + 2))

    def _fields(self, block: Fields) -> Iterator[str]:
        rows = [(escape_controls(label).rstrip(), value) for label, value in block.rows]
        column = max((width_of(label) for label, _ in rows if width_of(label) <= _MAX_LABEL_WIDTH), default=0)
        for label, value in rows:
            before = " " * self.indent
            gap = " " * max(0, column - width_of(label))
            if width_of(label) > column:
                yield from self._wrapped(_words(label, _DIM), before)
                yield from self._wrapped(_words(value), " " * (self.indent + column + 2))
            else:
                first = f"{before}{self._styled(label, _DIM)}{gap}  "
                yield from self._wrapped(_words(value), first, " " * (self.indent + column + 2))

    def _code(self, block: Code) -> Iterator[str]:
        before = " " * (self.indent and self.indent + _CODE_INDENT)
        text = code_text(block, self.width, before)
        # Shells disagree on backslashes in what echo prints, and Windows PowerShell on the encoding of files.
        has_command = "\\" not in text and not (block.for_powershell and block.added_to)
        if block.saved_as is not None and _FILE.fullmatch(block.saved_as) and has_command:
            quoted = text.removeprefix(before).replace("'", "''" if block.for_powershell else "'\\''")
            start, end = block.saving_command
            last = len(quoted.rpartition("\n")[2]) + len(end.partition("\n")[0])
            if block.added_to is not None and last > self.width:
                end = f"\n{end}"
            text = f"{before}{start}{quoted}" + end.replace("\n", f"\n{before}")
        elif block.added_to is not None:
            yield from self._wrapped(_words(block.caption or ""), " " * self.indent)
        for line in text.split("\n"):
            yield self._styled(line, _COMMAND)

    def _source(self, block: Source) -> Iterator[str]:
        for line in source_lines(block):
            yield from self._wrapped(_words(line), f"{' ' * self.indent}| ", f"{' ' * self.indent}|   ")

    def _wrapped(
        self, words: Iterable[tuple[str, str]], first: str, later: str | None = None
    ) -> Iterator[str]:
        """Wrap words into lines, with a prefix for the first line and one for the later lines."""
        later = " " * len(first) if later is None else later
        line: list[tuple[str, str]] = []
        before, column = first, len(later)
        room = self.width - column
        for whole, style in words:
            wide = width_of(whole)
            # A command that fits in no line is split into its words.
            for word in (whole,) if wide <= room else whole.split(" "):
                wide = wide if word is whole else width_of(word)
                if line and word and column + wide > self.width:
                    yield self._line(before, line)
                    line, before, column = [], later, len(later)
                line.append((word, style))
                column += wide + 1
        yield self._line(before, line)

    def _line(self, before: str, words: list[tuple[str, str]]) -> str:
        runs = (
            self._styled(" ".join(word for word, _ in run).rstrip(), style)
            for style, run in groupby(words, key=itemgetter(1))
        )
        return (before + " ".join(runs)).rstrip()

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and style and text else text


class _LineCounter(_Layout):
    """Lays out blocks as empty lines, to count them."""

    @override
    def _line(self, before: str, words: list[tuple[str, str]]) -> str:
        return ""


def _words(text: str, style: str = _PLAIN) -> list[tuple[str, str]]:
    """Return the printable words of a text with their style, with an empty word between two spaces.

    A command in prose is one word.
    """
    joined = escape_controls(text)
    if may_find(_COMMAND_IN_PROSE, joined):
        joined = _COMMAND_IN_PROSE.sub(lambda found: found[0].replace(" ", "\0"), joined)
    return [(word.replace("\0", " "), style) for word in joined.split(" ")]
