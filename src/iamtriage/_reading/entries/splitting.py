"""Split lines into the entries of a log, kept apart for each stream."""

from __future__ import annotations

import re
import sys
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from iamtriage._reading.entries.blocks import TRACEBACK, Block
from iamtriage._reading.entries.formats import (
    CONTINUATION,
    DROPPED,
    OPENING,
    SINGLE_LINES,
    START,
    TOOL_OUTPUT,
    Prefix,
    has_fraction,
    is_leveled,
    split_prefix,
)
from iamtriage._reading.entries.statements import continues_statement
from iamtriage._reading.vocabulary.triggers import may_hold_failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_LENGTH = 32_000
"""The maximum length of an entry, in characters."""
OVERLAP = 6_000
# How many lines without a sign of a failure are kept until one with a sign comes, and how many end an entry.
_MAX_SKIPPED = 256
_MAX_QUIET = 16
_MAX_STREAMS = 64
_OPENERS = frozenset("{[")
_LEVEL = "level"
_DOCUMENTS = frozenset({"json", "xml", "json_lines", "terraform_box"})
# What names the response whose body the next entry holds.
_HEADERS = re.compile(r"[Hh]eaders?\b|RequestId|request_id")
_BODY = re.compile(r"[Bb]ody:?\s{0,2}\Z")


class Tick:
    """Stands between lines of a live source: time has passed."""


TICK: Final = Tick()


class Entry(NamedTuple):
    """An entry of a log, a document, or a text without format.

    Attributes:
        text: Its lines, as in the source; lines of other streams are left out.
        start: Where its first line starts in the source.
        stream: What tells its stream from others, such as ``"api-1"`` of Docker Compose; empty if nothing does.
        format: The name of its format in the tables of ``formats``, or ``"plain"``.
        prefixes: Where the prefixes of its lines are in ``text``, and what else the log adds to them.
        low: Failures that start before this place of ``text`` belong to the entry before.
        high: Failures that start here or later belong to the entry after.
        following: The first line of the entry after it, if that may hold a failure too.
        statements: Where the lines of a text without a format begin that do not continue the line before.
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


# Many lines are empty.
_BLANK = "\n"
_BLANK_PREFIX = split_prefix(_BLANK)


class _Line(NamedTuple):
    """A line and what its prefix and content say of the entry that it belongs to."""

    text: str
    start: int
    is_hot: bool
    prefix: Prefix
    content: str
    format: str
    is_start: bool
    is_opening: bool
    is_continuation: bool

    @property
    def is_logged(self) -> bool:
        """Whether it has a time and a level."""
        return self.prefix.is_stamped and (self.prefix.is_leveled or is_leveled(self.content))


class _Open:
    """An entry that may go on."""

    __slots__ = (
        "begins",
        "block",
        "boundary",
        "format",
        "is_hot",
        "is_told",
        "is_touched",
        "last",
        "lines",
        "quiet",
        "size",
        "words",
    )

    def __init__(self, form: str) -> None:
        self.format = form
        self.lines: list[_Line] = []
        # Of each line, whether it begins a statement.
        self.begins: list[bool] = []
        self.size = 0
        self.is_hot = False
        self.is_touched = True
        self.quiet = 0
        self.last = 0
        self.words = ""
        # Whether the statement may tell of a failure.
        self.is_told = False
        # The number of lines before the last one that begins a part of its own.
        self.boundary = 0
        self.block = Block(is_document=form in _DOCUMENTS)

    @property
    def is_bare(self) -> bool:
        """Whether no logger wrote it; a level alone can be a tool's, too."""
        first = self.lines[0]
        return not first.prefix.is_stamped and (not first.is_start or first.format == _LEVEL)

    def add(self, line: _Line, number: int) -> None:
        """Take the next line of the entry, which is a line of a number among all."""
        self.last = number
        if line.text == _BLANK and self.lines:
            self._add_blank(line)
            return
        content = line.content
        ends_element = self.block.is_element_end(content)
        is_part = (
            self.block.is_open or line.is_continuation or (self.block.lists(content) and not line.is_opening)
        )
        if not is_part:
            self.boundary = len(self.lines)
        if self.words in _OPENERS and not content.lstrip().startswith('"'):
            # No JSON document begins there; an error goes on with its fields.
            self.begins[-1] = False
        is_bare = not self.lines or self.is_bare
        goes_on = is_part and not (is_bare and content.startswith(TRACEBACK))
        self.begins.append(
            not (
                goes_on
                or self.block.announces
                or self.block.expects_more
                or (
                    not (line.is_start or line.is_opening)
                    and continues_statement(self.words, content, is_hot=self.is_told, is_logged=not is_bare)
                )
            )
        )
        self.block.add(content)
        self.lines.append(line)
        self.words = content.strip()
        self.is_told = line.is_hot or (self.is_told and not self.begins[-1])
        if ends_element:
            self.boundary = len(self.lines)
        self.size += len(line.text)
        self.is_touched = True
        if line.is_hot:
            self.is_hot, self.quiet = True, 0
        elif not is_part:
            self.quiet += 1

    def _add_blank(self, line: _Line) -> None:
        """Take an empty line."""
        if not self.block.is_open:
            self.boundary = len(self.lines)
            self.quiet += 1
        if self.words in _OPENERS:
            self.begins[-1] = False
        self.begins.append(False)
        self.lines.append(line)
        if self.block.is_element_end(line.content):
            self.boundary = len(self.lines)
        self.words = ""
        self.size += len(line.text)
        self.is_touched = True

    def goes_on(self, line: _Line, *, is_log: bool) -> bool:
        """Return whether a line of the same stream belongs to the entry.

        Args:
            line: The line.
            is_log: Whether a logger wrote earlier entries of the stream.
        """
        content = line.content
        if not content.strip():
            return True
        block, prefix = self.block, line.prefix
        is_level = line.format == _LEVEL and not prefix.end and not is_log and self.format != _LEVEL
        is_weak = line.is_opening or is_level
        if (line.is_start and not is_weak) or line.is_logged:
            in_document = line.format == "json_lines" and (block.is_open or block.announces)
            return in_document or self._is_answered_by(content)
        last = self.lines[-1]
        is_same_write = last.text.startswith(line.text[: prefix.end])
        if (
            prefix.is_stamped
            and not last.prefix.end
            and (self.lines[0].prefix.end or not content[0].isspace())
        ):
            # The log does not stamp each line.
            return False
        if block.is_open or block.announces:
            return True
        if line.is_continuation:
            # Another tool's output can be indented, too, and another job's traceback can follow.
            is_other = content.startswith(TRACEBACK) or TOOL_OUTPUT.match(content.lstrip()) is not None
            return is_same_write or not (prefix.is_stamped and is_other)
        if prefix.is_stamped:
            return is_same_write and has_fraction(line.text[: prefix.end])
        if block.expects_more:
            return True
        if block.lists(content):
            return not line.is_opening
        # Prints of one failure follow one another in what people paste; in a log, each tool prints another.
        return not is_weak or (self.is_hot and self.is_bare and not is_log)

    def _is_answered_by(self, content: str) -> bool:
        """Return whether the entry holds the headers of the response whose body another entry announces."""
        return (
            _BODY.search(content.rstrip()[-8:]) is not None
            and _HEADERS.search(self.lines[-1].text) is not None
        )

    def entry(self, count: int | None = None, following: str = "") -> Entry:
        """Return the entry that the first lines are."""
        lines = self.lines[:count]
        prefixes: list[tuple[int, int]] = []
        statements: list[int] = []
        at = 0
        for line, begins in zip(lines, self.begins, strict=False):
            prefixes += [(at + begin, at + end) for begin, end in line.prefix.dropped(line.text)]
            if begins:
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
        """Forget the first lines."""
        self.size -= sum(len(line.text) for line in self.lines[:count])
        del self.lines[:count], self.begins[:count]
        self.boundary = max(0, self.boundary - count)
        self.is_hot = any(line.is_hot for line in self.lines)


class Splitter:
    """Collects lines into entries, and yields those that may hold a failure, in the order in which they start."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._complete: list[Entry] = []
        self._skipped: deque[tuple[str, int]] = deque(maxlen=_MAX_SKIPPED)
        # The streams with an entry that a logger wrote.
        self._logs: set[str] = set()
        self._stream = ""
        self._is_hot = False
        self._count = 0

    def add(self, text: str, start: int) -> Sequence[Entry]:
        """Take the next line and yield the entries that it completes."""
        is_hot = text != _BLANK and may_hold_failure(text)
        if not is_hot and not self._is_hot:
            self._skipped.append((text, start))
            return ()
        line = self._classify(text, start, is_hot=is_hot)
        if self._skipped:
            self._catch_up(line)
        self._take(line)
        return self._release()

    def tick(self) -> Sequence[Entry]:
        """Yield the entries to which nothing was added since the last tick."""
        for stream, entry in list(self._open.items()):
            if entry.is_hot and not entry.is_touched:
                self._close(stream)
            entry.is_touched = False
        return self._release()

    def flush(self) -> Sequence[Entry]:
        """Yield the entries that are left."""
        for stream in list(self._open):
            self._close(stream)
        self._skipped.clear()
        return self._release()

    def _release(self) -> Sequence[Entry]:
        """Return the complete entries that no open one precedes."""
        starts = [entry.lines[0].start for entry in self._open.values() if entry.is_hot]
        self._is_hot = bool(starts)
        if not self._complete:
            return ()
        first = min(starts, default=sys.maxsize)
        self._complete.sort(key=_start)
        count = sum(entry.start < first for entry in self._complete)
        ready, self._complete = self._complete[:count], self._complete[count:]
        return ready

    def _catch_up(self, line: _Line) -> None:
        """Take the lines that were skipped before a line, unless that begins an entry whatever they are."""
        skipped = [*self._skipped]
        self._skipped.clear()
        if self._starts_anew(line, skipped[-1][0]):
            self._open.pop("", None)
            self._stream = ""
            return
        if len(skipped) == _MAX_SKIPPED:
            # Lines may be lost before these.
            self._open.clear()
        for text, start in skipped:
            self._take(self._classify(text, start, is_hot=False))

    @staticmethod
    def _starts_anew(line: _Line, before: str) -> bool:
        """Return whether a line begins an entry whatever the lines before it are."""
        if line.prefix.stream or _BODY.search(line.text.rstrip()[-8:]):
            return False
        if line.format == "json_lines":
            return before.startswith('{"')
        return line.is_start or line.is_logged

    @staticmethod
    def _classify(text: str, start: int, *, is_hot: bool) -> _Line:
        if text == _BLANK:
            return _Line(text, start, False, _BLANK_PREFIX, text, "plain", False, False, False)  # noqa: FBT003
        prefix = split_prefix(text)
        content = prefix.content_of(text)
        begin = START.match(content)
        opening = None if begin else OPENING.match(content)
        m = begin or opening
        if begin and begin.lastgroup in DROPPED:
            prefix = prefix._replace(end=prefix.end + begin.end())
            content = content[begin.end() :]
        form = (m.lastgroup if m else None) or prefix.format or "plain"
        is_continuation = CONTINUATION.match(content) is not None
        return _Line(
            text,
            start,
            is_hot,
            prefix,
            content,
            form,
            begin is not None,
            opening is not None,
            is_continuation,
        )

    def _take(self, line: _Line) -> None:
        stream = self._stream = self._stream_of(line)
        entry = self._open.get(stream)
        if entry is not None and not entry.goes_on(line, is_log=stream in self._logs):
            self._close(stream, line.text if line.is_hot else "")
            entry = None
        if entry is None:
            if len(self._open) >= _MAX_STREAMS:
                self._close(next(iter(self._open)))
            entry = self._open[stream] = _Open(line.format)
        elif entry.size + len(line.text) > MAX_LENGTH:
            count = entry.boundary if entry.boundary * 2 > len(entry.lines) else len(entry.lines)
            if entry.is_hot:
                self._complete.append(entry.entry(count))
            entry.drop(count)
        self._count += 1
        entry.add(line, self._count)
        if entry.block.is_complete or (entry.format in SINGLE_LINES and _closes_quotes(line.text)):
            self._close(stream)
        elif entry.quiet > _MAX_QUIET:
            if entry.is_hot:
                self._close(stream)
            else:
                entry.drop(1)
        if len(self._open) > 1:
            for name in [
                name
                for name, each in self._open.items()
                if each.is_hot and each.last < self._count - _MAX_QUIET
            ]:
                self._close(name)

    def _stream_of(self, line: _Line) -> str:
        """Return the stream of a line; what has no prefix can go on with the line before, whatever that has."""
        stream = line.prefix.stream
        before = self._open.get(self._stream)
        if before is None or stream == self._stream:
            return stream
        is_loose = not line.prefix.end or (stream not in self._open and line.content[:1].isspace())
        return (
            self._stream if is_loose and before.goes_on(line, is_log=self._stream in self._logs) else stream
        )

    def _close(self, stream: str, following: str = "") -> None:
        entry = self._open.pop(stream)
        if not entry.is_bare or entry.format == _LEVEL:
            if len(self._logs) >= _MAX_STREAMS:
                self._logs.clear()
            self._logs.add(stream)
        if entry.is_hot:
            self._complete.append(entry.entry(following=following))


def _closes_quotes(line: str) -> bool:
    return (line.count('"') - line.count('\\"')) % 2 == 0


def _start(entry: Entry) -> int:
    return entry.start


def split_entries(items: Iterable[str | Tick], *, has_parts: bool = False) -> Iterator[Entry]:
    """Yield the entries of a stream that may hold a failure, in the order in which each is complete.

    Args:
        items: Lines, with or without newlines, and ticks.
        has_parts: Whether a long item without a newline is a part of a line that the next item continues.
    """
    splitter = Splitter()
    offset = 0
    # The end of a line's part, which is read again with the next part.
    begun = ""
    for item in items:
        if isinstance(item, Tick):
            yield from splitter.tick()
            continue
        if begun or len(item) > MAX_LENGTH:
            goes_on = has_parts and len(item) > MAX_LENGTH and not item.endswith("\n")
            yield from splitter.flush()
            yield from _pieces(begun + item, offset - len(begun), is_begun=bool(begun), goes_on=goes_on)
            offset += len(item)
            begun = (begun + item)[-OVERLAP:] if goes_on else ""
            continue
        line = item if item.endswith("\n") else f"{item}\n"
        yield from splitter.add(line, offset)
        offset += len(line)
    yield from splitter.flush()
    if begun:
        yield from _pieces(begun, offset - len(begun), is_begun=True, goes_on=False)


def _pieces(line: str, offset: int, *, is_begun: bool, goes_on: bool) -> Iterator[Entry]:
    """Cut a long line, or a part of one, into pieces that overlap; each failure belongs to one of them."""
    half = OVERLAP // 2
    start = 0
    while True:
        end = min(len(line), start + MAX_LENGTH)
        low = half if start or is_begun else 0
        high = end - start - half if end < len(line) or goes_on else sys.maxsize
        text = line[start:end]
        if may_hold_failure(text):
            yield Entry(text, offset + start, low=low, high=high)
        if end >= len(line):
            return
        start = end - OVERLAP
