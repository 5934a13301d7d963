"""Collect the lines of an entry to which the next line may belong."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, TypeAlias

from iamtriage._reading.entries.blocks import TRACEBACK, Block
from iamtriage._reading.entries.formats import FRACTION, RUNNERS, SINGLE_LINES, TOOL_OUTPUT
from iamtriage._reading.entries.lines import EMPTY_LINE, LEVEL, Line
from iamtriage._reading.entries.statements import (
    ANNOUNCED_STATUS,
    continues_sentence,
    continues_statement,
    has_body_of,
    starts_members,
    starts_report,
    starts_with_clause,
)
from iamtriage._reading.entries.wrapping import find_words_width, is_wrapped
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.failures._failures import Failure

_OPENERS = frozenset("{[")
# The first characters of what a JSON document contains.
_ELEMENTS = frozenset('"{[')
_ITEM = re.compile(r"[ \t]{0,8}[-*•][ ]")
_DOCUMENTS = frozenset({"json", "xml", "json_lines", "terraform_box"})
# Words in the headers of a response. The next entry can contain the body.
_HEADERS = re.compile(r"[Hh]eaders?\b|RequestId|request_id")
# The end of a line that announces the body of a response.
BODY = re.compile(r"[Bb]ody:?\s{0,2}\Z")
# A class of exceptions, whose message is on the next line.
_CLASS = re.compile(r"[\w.]{1,100}(?:Exception|Error):\Z")
# The first line of a report, indented, in a box or in a comment.
_REPORT = re.compile(
    r"(?P<indent>\s{0,40}(?:[│#] )?)(?:╷|Error: |User: arn:|An error occurred \(|[\w.]{3,100}(?:Error|Exception): )"
)
_CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d)")
# In seconds. No program takes longer to write one report.
_MAX_PAUSE = 5
# How many lines of other streams can be between two statements of one report.
_MAX_GAP = 2


class Entry(NamedTuple):
    """An entry of a log, a document, or a text without format.

    Attributes:
        text: Its lines, as in the source, without lines of other streams.
        start: The offset of its first line in the source.
        stream: The name of its stream, such as ``"api-1"`` of Docker Compose; empty if it has none.
        format: The name of its format in the tables of ``formats``, or ``"plain"``.
        prefixes: The spans in ``text`` of prefixes and other text that the log added.
        low: Failures that start before this position in ``text`` belong to the previous entry.
        high: Failures that start here or later belong to the next entry.
        following: The first line of the next entry, if that can contain a failure, too.
        statements: The starts of the lines that do not continue the previous line, if the text has no format.
    """

    text: str
    start: int
    stream: str = ""
    format: str = "plain"
    prefixes: tuple[tuple[int, int], ...] = ()
    low: int = 0
    high: int = sys.maxsize
    following: str = ""
    statements: tuple[int, ...] = ()


# The parts of an entry that are texts for themselves, such as log events, each with its failures, and how to find them
# in an entry that is in so many strings.
Parts: TypeAlias = "list[tuple[list[Failure], Entry]]"
Find: TypeAlias = "Callable[[Entry, int], Parts]"


class OpenEntry:
    """An entry to which the next line may belong."""

    def __init__(self, form: str) -> None:
        self.format = form
        self.lines: list[Line] = []
        # Whether each line starts a statement.
        self.begins: list[bool] = []
        self.size = 0
        self.is_hot = False
        self.is_touched = True
        self.quiet = 0
        self.last = 0
        # Whether lines of other streams are between its lines.
        self.is_interrupted = False
        self.words = ""
        # The first key of the last element of a list in YAML, with its mark.
        self.element = ""
        # Whether the current statement can report a failure.
        self.may_fail = False
        # The number of lines before the last one that starts a new part, by the depth of brackets.
        self._boundaries: dict[int, int] = {}
        self.block = Block(is_document=form in _DOCUMENTS)
        # Such an entry has one line, or more if a quoted value has line breaks.
        self._is_single_line = form in SINGLE_LINES
        self._has_open_quote = False

    @property
    def is_complete(self) -> bool:
        """Whether the entry certainly ends with its last line."""
        has_ended = self.block.is_complete or (self._is_single_line and not self._has_open_quote)
        return has_ended and not self._is_partial

    @property
    def is_bare(self) -> bool:
        """Whether no logger wrote the entry. A tool can write a level without a time, and commands below a runner's line."""
        first = self.lines[0]
        is_stamped = first.prefix.is_stamped and first.prefix.format not in RUNNERS
        return not is_stamped and (not first.is_start or first.format == LEVEL)

    @property
    def boundary(self) -> int:
        """How many lines to separate from the rest of a long entry: up to the end of the outermost element, if any."""
        count = len(self.lines)
        return next(
            (self._boundaries[d] for d in sorted(self._boundaries) if self._boundaries[d] * 2 > count), count
        )

    def add(self, line: Line, number: int) -> None:
        """Add the next line of the entry."""
        self.last = number
        if line.text == EMPTY_LINE and self.lines:
            self._add_empty_line(line)
            return
        content, block = line.content, self.block
        is_open = block.is_open or self._is_partial
        closed = block.closes(content) if is_open else 0
        is_bare = not self.lines or self.is_bare
        starts_element = (
            (is_open and block.is_element_start(content))
            or self._is_next_element(content)
            or (not is_bare and line.is_hot and self._is_next_item(content))
            or (line.is_continuation and not is_open and self._starts_indented(content))
        )
        is_part = (
            is_open
            or (line.is_continuation and not starts_element)
            or (block.continues_headers(content) and not line.is_opening)
        )
        if not is_part:
            self._boundaries[0] = len(self.lines)
        if self.words in _OPENERS and content.lstrip()[:1] not in _ELEMENTS:
            # The fields of an error follow, not a JSON document.
            self.begins[-1] = False
        # Other programs can write such lines, too.
        is_outer = bool(self.lines) and line.prefix.is_outer_of(self.lines[0].prefix)
        continues = is_part and not (
            (is_bare and content.startswith(TRACEBACK)) or starts_report(self.words, content)
        )
        self.begins.append(
            starts_element
            or not (
                continues
                or block.announces
                or block.expects_more
                or (
                    not (line.is_start or line.is_opening)
                    and continues_statement(
                        self.words,
                        content,
                        is_hot=self.may_fail and not is_outer,
                        is_logged=not is_bare and not (is_outer and line.prefix.is_stamped),
                    )
                )
                or has_body_of(self.words, content)
            )
        )
        words = content.strip()
        block.add(content, words)
        self.words = words or self._announced_status
        self.lines.append(line)
        self.may_fail = line.is_hot or (self.may_fail and not self.begins[-1])
        if closed:
            self._boundaries[closed] = len(self.lines)
        self.size += len(line.text)
        self.is_touched = True
        if self._is_single_line and (line.text.count('"') - line.text.count('\\"')) % 2:
            self._has_open_quote = not self._has_open_quote
        if line.is_hot:
            self.is_hot, self.quiet = True, 0
        elif not is_part:
            self.quiet += 1

    def _starts_indented(self, content: str) -> bool:
        """Return whether an indented line starts a report or an object after a line with another indent."""
        if self.block.announces or self.block.expects_more:
            return False
        if starts_members(self.words, content):
            return True
        report = None if self.words else _REPORT.match(content)
        if report is None:
            return False
        before = next((line.content for line in reversed(self.lines) if line.content.strip()), "")
        return not before.startswith(report["indent"] or content)

    @property
    def _announced_status(self) -> str:
        """What a line after an empty line can continue."""
        return self.words if self.words and ANNOUNCED_STATUS.search(self.words[-80:]) else ""

    def _is_next_element(self, content: str) -> bool:
        """Return whether a line starts with the same key as the previous element of a list in YAML."""
        if not content.lstrip().startswith("- ") or self.words.startswith("▿"):
            # Swift's dump prints "▿ name: Optional" and the value below it, after "- some:".
            return False
        before, self.element = self.element, content[: content.find(":") + 1]
        return self.element != "" and self.element == before

    def _is_next_item(self, content: str) -> bool:
        """Return whether a line is an item of a list, as is the previous line, which reports a failure, too."""
        item = _ITEM.match(content)
        before = self.lines[-1]
        return item is not None and before.is_hot and before.content.startswith(item[0])

    def _add_empty_line(self, line: Line) -> None:
        """Add an empty line."""
        if not self.block.is_open:
            self._boundaries[0] = len(self.lines)
            self.quiet += 1
        if self.words in _OPENERS:
            self.begins[-1] = False
        self.begins.append(False)
        self.lines.append(line)
        self.words = self._announced_status
        self.size += len(line.text)
        self.is_touched = True

    def accepts(self, line: Line, *, is_log: bool) -> bool:
        """Return whether a line of the same stream belongs to the entry.

        Args:
            line: The line.
            is_log: Whether a logger wrote an earlier entry of the stream.
        """
        content = line.content
        if self._is_partial or not content.strip():
            return True
        block, prefix = self.block, line.prefix
        is_level = line.format == LEVEL and not prefix.format and not is_log and self.format != LEVEL
        is_weak = line.is_opening or is_level
        if (line.is_start and not is_weak) or line.is_logged:
            in_document = line.format == "json_lines" and (block.is_open or block.announces)
            # The headers of the response whose body the line announces.
            has_headers = BODY.search(content.rstrip()[-8:]) and _HEADERS.search(self.lines[-1].text)
            return in_document or bool(has_headers) or has_body_of(self.words, content)
        first, last = self.lines[0], self.lines[-1]
        is_same_write = last.text.startswith(line.text[: prefix.end])
        if prefix.is_stamped and not last.prefix.format and (first.prefix.format or not content[0].isspace()):
            # This log does not put a time before each line.
            return False
        # Behind another prefix, a logger writes its own only before the first line.
        is_stamped = prefix.is_stamped and not prefix.is_outer_of(first.prefix)
        if prefix.is_stamped and last.prefix.is_stamped and _is_later(last, line):
            return False
        if block.is_open or block.announces or has_body_of(self.words, content):
            return True
        if line.is_continuation and not (is_stamped and self._is_column(content)):
            # Output of another tool can be indented, too, and a traceback of another job can follow.
            is_other = content.startswith(TRACEBACK) or TOOL_OUTPUT.match(content.lstrip()) is not None
            return is_same_write or not (is_stamped and is_other)
        if is_stamped:
            return (
                starts_with_clause(content.lstrip(" \t#"))
                or (
                    (not line.is_opening or _CLASS.match(self.words) is not None)
                    and continues_sentence(self.words, content, is_hot=self.may_fail)
                )
                or (is_same_write and FRACTION.search(line.text, 0, prefix.end) is not None)
            )
        if block.expects_more:
            return True
        if block.continues_headers(content):
            return not line.is_opening
        if line.format == "shell" and self.is_hot:
            return False
        # Pasted text often contains several reports of one failure. In a log, each tool reports another one.
        return not is_weak or (self.is_hot and self.is_bare and not is_log)

    @property
    def hot_start(self) -> int:
        """Where the first line with a sign of a failure starts."""
        return next((line.start for line in self.lines if line.is_hot), self.lines[0].start)

    def is_done_before(self, line: Line, number: int) -> bool:
        """Return whether a line is of another report, and lines of other streams are between."""
        is_other = line.is_hot or (number - self.last > _MAX_GAP and bool(line.content.strip()))
        if not (self.is_interrupted and self.is_hot and is_other):
            return False
        block = self.block
        is_part = (
            block.is_open
            or block.announces
            or block.expects_more
            or (line.is_continuation and not _REPORT.match(line.content))
        )
        return not (
            is_part
            or self._is_partial
            or continues_statement(self.words, line.content, is_hot=self.may_fail, is_logged=False)
        )

    @property
    def _is_partial(self) -> bool:
        """Whether the next line is the rest of the last one."""
        return bool(self.lines) and self.lines[-1].prefix.is_partial

    def _is_column(self, content: str) -> bool:
        """Return whether the space before a line is also before the first line, as between columns."""
        space = len(content) - len(content.lstrip())
        return space > 0 and self.lines[0].content[:space] == content[:space]

    def build(self, count: int | None = None, following: str = "") -> Entry:
        """Build an entry from the first lines, by default from all."""
        lines = self.lines[:count]
        prefixes: list[tuple[int, int]] = []
        statements: list[int] = []
        at = 0
        partial = ""
        may_be_wrapped = self.is_bare and any(self.begins[1:])
        contents = [line.content for line in lines] if may_be_wrapped else []
        width = find_words_width(contents)
        for place, (line, begins) in enumerate(zip(lines, self.begins, strict=False)):
            spans = line.prefix.added_spans(line.text)
            if partial and spans:
                # The newline before the rest of a line is not of the program, either.
                spans[0] = (len(partial.rstrip("\r\n")) - len(partial), spans[0][1])
            partial = line.text if line.prefix.is_partial else ""
            if line.breaks:
                spans = sorted([*spans, *line.breaks])
            prefixes += [(at + begin, at + end) for begin, end in spans]
            if begins and not (width and place and is_wrapped(contents[place - 1], contents[place], width)):
                statements.append(at)
            at += len(line.text)
        return Entry(
            "".join(line.text for line in lines),
            lines[0].start,
            lines[0].prefix.stream,
            self.format,
            tuple(prefixes),
            following=following,
            statements=tuple(statements),
        )

    def drop(self, count: int) -> None:
        """Remove the first lines."""
        self.size -= sum(len(line.text) for line in self.lines[:count])
        del self.lines[:count], self.begins[:count]
        self.words = self.words if self.lines else ""
        self._boundaries = {
            depth: lines - count for depth, lines in self._boundaries.items() if lines > count
        }
        self.is_hot = any(line.is_hot for line in self.lines)


def _is_later(before: Line, line: Line) -> bool:
    """Return whether the times before two lines are too far apart for lines of one report."""
    first, second = (_CLOCK.search(each.text, 0, each.prefix.end) for each in (before, line))
    if not first or not second or before.text[: first.start()] != line.text[: second.start()]:
        # Other clocks, or another day
        return False
    times = [int(m[1]) * 3600 + int(m[2]) * 60 + int(m[3]) for m in (first, second)]
    return abs(times[1] - times[0]) > _MAX_PAUSE
