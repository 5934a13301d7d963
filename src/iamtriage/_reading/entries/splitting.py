"""Split lines into log entries, separately for each stream."""

from __future__ import annotations

import sys
from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from iamtriage._reading.entries.formats import ACCESS_LINES
from iamtriage._reading.entries.lines import EMPTY_LINE, LEVEL, Line, RestoredLine, classify_line
from iamtriage._reading.entries.long_lines import MAX_LENGTH, LongLines
from iamtriage._reading.entries.open_entries import BODY, Entry, OpenEntry
from iamtriage._reading.vocabulary.triggers import may_contain_failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Lines without a sign of a failure: how many are kept before a line with a sign, and how many end an entry.
_MAX_SKIPPED = 256
_MAX_LINES_WITHOUT_SIGN = 16
_MAX_STREAMS = 64
# A text with shorter lines on average is not a log and would take long, so consecutive short lines are joined. The
# limits are the average in characters, by how many characters lines can fall short of it, and how many lines to join.
_MIN_CHARS_PER_LINE = 24
_MAX_SHORTAGE = 1_000
_MAX_JOINED = 100


class Tick:
    """A marker that time has passed between the lines of a live source."""


TICK: Final = Tick()


class Splitter:
    """Collects lines into entries, and returns those that can contain a failure in the order of their starts."""

    def __init__(self) -> None:
        self._open: dict[str, OpenEntry] = {}
        # The complete entries, each with where its first line with a sign of a failure starts.
        self._complete: list[tuple[int, Entry]] = []
        self._skipped: deque[tuple[str, int]] = deque(maxlen=_MAX_SKIPPED)
        # The streams that have an entry of a logger.
        self._logs: set[str] = set()
        self._stream = ""
        self._is_hot = False
        self._count = 0
        # By how many characters short lines are below the average; longer lines reduce it.
        self._shortage = 0
        self._short: list[str] = []
        self._short_start = 0

    def add(self, text: str, start: int) -> Sequence[Entry]:
        """Add the next line, and return the entries that it completes."""
        if len(text) >= _MIN_CHARS_PER_LINE:
            if self._shortage:
                self._shortage = max(0, self._shortage + _MIN_CHARS_PER_LINE - len(text))
        elif self._shortage < _MAX_SHORTAGE:
            self._shortage += _MIN_CHARS_PER_LINE - len(text)
        else:
            self._short_start = self._short_start if self._short else start
            self._short.append(text)
            return self._add_short() if len(self._short) == _MAX_JOINED else ()
        if self._short:
            return [*self._add_short(), *self._add(text, start)]
        return self._add(text, start)

    def _add(self, text: str, start: int) -> Sequence[Entry]:
        is_hot = text != EMPTY_LINE and may_contain_failure(text)
        if not is_hot and not self._is_hot:
            self._skipped.append((text, start))
            return ()
        line = classify_line(text, start, is_hot=is_hot)
        if self._skipped:
            self._add_skipped(line)
        self._add_line(line)
        self._is_hot = self._is_hot or is_hot
        return self._release() if self._complete else ()

    def _add_short(self) -> Sequence[Entry]:
        """Add the short lines that were held back as one line."""
        text = "".join(self._short)
        self._short.clear()
        return self._add(text, self._short_start) if text else ()

    def tick(self) -> Sequence[Entry]:
        """Return the entries that have no new lines since the last tick."""
        completed = self._add_short()
        for stream, entry in list(self._open.items()):
            if entry.is_hot and not entry.is_touched:
                self._close(stream)
            entry.is_touched = False
        return [*completed, *self._release()]

    def flush(self) -> Sequence[Entry]:
        """Return the remaining entries."""
        completed = self._add_short()
        for stream in list(self._open):
            self._close(stream)
        self._skipped.clear()
        return [*completed, *self._release()]

    def _release(self) -> Sequence[Entry]:
        """Return the complete entries before the first open one."""
        starts = [entry.hot_start for entry in self._open.values() if entry.is_hot]
        self._is_hot = bool(starts)
        if not self._complete:
            return ()
        first = min(starts, default=sys.maxsize)
        self._complete.sort(key=itemgetter(0))
        count = sum(start < first for start, _ in self._complete)
        ready, self._complete = self._complete[:count], self._complete[count:]
        return [entry for _, entry in ready]

    def _add_skipped(self, line: Line) -> None:
        """Add the lines that were skipped before a line, unless that certainly starts an entry."""
        skipped = [*self._skipped]
        self._skipped.clear()
        if self._begins_entry(line, skipped[-1][0]):
            self._open.pop("", None)
            self._stream = ""
            return
        if len(skipped) == _MAX_SKIPPED:
            # Lines before these can be lost.
            self._open.clear()
        for text, start in skipped:
            self._add_line(classify_line(text, start, is_hot=False))

    @staticmethod
    def _begins_entry(line: Line, before: str) -> bool:
        """Return whether a line certainly starts an entry."""
        if line.prefix.stream or BODY.search(line.text.rstrip()[-8:]) or before.endswith("?>\n"):
            return False
        if line.format == "json_lines":
            return before.startswith('{"')
        return line.is_start or line.is_logged

    def _add_line(self, line: Line) -> None:
        stream = self._stream = self._stream_of(line)
        entry = self._open.get(stream)
        if entry is not None and line.format in ACCESS_LINES and entry.block.is_open:
            entry.is_touched = True
            return
        if entry is not None:
            entry.is_interrupted = entry.is_interrupted or entry.last < self._count
            if entry.is_done_before(line, self._count) or not entry.accepts(
                line, is_log=stream in self._logs
            ):
                self._close(stream, line.text if line.is_hot else "")
                entry = None
        if entry is None:
            if len(self._open) >= _MAX_STREAMS:
                self._close(next(iter(self._open)))
            entry = self._open[stream] = OpenEntry(line.format)
        elif entry.size + len(line.text) > MAX_LENGTH:
            count = entry.boundary
            if entry.is_hot:
                self._complete.append((entry.hot_start, entry.build(count)))
            entry.drop(count)
        self._count += 1
        entry.add(line, self._count)
        if entry.is_complete:
            self._close(stream)
        elif entry.quiet > _MAX_LINES_WITHOUT_SIGN:
            if entry.is_hot:
                self._close(stream)
            else:
                entry.drop(1)
                if not entry.lines:
                    del self._open[stream]
        if len(self._open) > 1:
            for name in [
                name
                for name, each in self._open.items()
                if each.is_hot and each.last < self._count - self._max_silence
            ]:
                self._close(name)

    @property
    def _max_silence(self) -> int:
        """How many lines of other streams end an entry: more if there are more streams."""
        return _MAX_LINES_WITHOUT_SIGN * (len(self._open) - 1)

    def _stream_of(self, line: Line) -> str:
        """Return the stream of a line. A line with fewer prefixes can belong to the entry of the previous line."""
        stream = line.prefix.stream
        before = self._open.get(self._stream)
        if before is None or stream == self._stream:
            return stream
        # Loggers after another prefix write theirs only before the first line.
        is_outer = line.prefix.is_outer_of(before.lines[0].prefix) and (
            not stream or self._stream.startswith(f"{stream} ")
        )
        is_other = stream not in self._open and line.content[:1].isspace()
        # Not a line of another stream of the same log. A plugin's lines are in the entry of its host.
        is_same_log = self._stream and line.prefix.format == before.lines[-1].prefix.format != "plugin"
        # What a runner put before the line is no prefix of a logger.
        is_plain = not line.prefix.format and (not stream or self._stream.startswith(f"{stream} "))
        is_loose = is_plain or is_outer or (is_other and not is_same_log)
        return (
            self._stream if is_loose and before.accepts(line, is_log=self._stream in self._logs) else stream
        )

    def _close(self, stream: str, following: str = "") -> None:
        entry = self._open.pop(stream)
        if not entry.is_bare or entry.format == LEVEL:
            if len(self._logs) >= _MAX_STREAMS:
                self._logs.clear()
            self._logs.add(stream)
        if entry.is_hot:
            self._complete.append((entry.hot_start, entry.build(following=following)))


def split_entries(items: Iterable[str | Tick], *, has_parts: bool = False) -> Iterator[Entry]:
    """Yield the entries of a stream that can contain a failure, in the order in which they are complete.

    Args:
        items: Lines, with or without newlines, and ticks.
        has_parts: Whether a long item without a newline is a part of a line, which the next item continues.
    """
    splitter = Splitter()
    offset = 0
    long_lines = LongLines()
    for item in items:
        # Most items are strings, and this is the fastest check.
        if type(item) is not str:
            if isinstance(item, Tick):
                yield from splitter.tick()
                continue
            if isinstance(item, RestoredLine):
                if len(item) <= MAX_LENGTH and not long_lines.carried_over:
                    yield from splitter.add(item, offset)
                    offset += len(item.source)
                    continue
                item = item.source  # noqa: PLW2901 (the runner's name is part of a long line)
        if long_lines.carried_over or len(item) > MAX_LENGTH:
            has_more = has_parts and len(item) > MAX_LENGTH and not item.endswith("\n")
            yield from splitter.flush()
            yield from long_lines.split(item, offset, has_more=has_more)
            offset += len(item)
            continue
        line = item if item.endswith("\n") else f"{item}\n"
        entries = splitter.add(line, offset)
        if entries:
            # Most lines complete no entry.
            yield from entries
        offset += len(line)
    yield from splitter.flush()
    if long_lines.carried_over:
        yield from long_lines.split("", offset, has_more=False)
