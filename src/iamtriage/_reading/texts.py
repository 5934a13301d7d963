"""Find the failures in a text or stream, entry by entry."""

from __future__ import annotations

import re
import sys
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, cast

from iamtriage._reading.assembly import read
from iamtriage._reading.documents import read_documents
from iamtriage._reading.elements import read_elements, read_rows
from iamtriage._reading.judging.building import build
from iamtriage._reading.log_events import read_log_events
from iamtriage._reading.repeats import Repeats
from iamtriage._reading.strings import read_log, read_strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage._reading.entries.open_entries import Entry, Parts
    from iamtriage._reading.entries.splitting import Tick
    from iamtriage.failures._failures import Failure


_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def find_causes_in_parts(text: str) -> list[Failure]:
    """Return the failures in a document of several reports or with logs in strings, or an empty list for any other text."""
    from iamtriage._reading.entries.open_entries import Entry

    entry = Entry(text, 0)
    parts = read_elements(entry, _find_in_strings, 0)
    if not parts and text.count("\\n") > 1:
        parts = read_strings(entry, _find_in_parts, 0)
    return [failure for failures, _ in _in_order(entry, parts) for failure in failures] if parts else []


def find_failures(
    text: str,
    prefixes: Sequence[tuple[int, int]] = (),
    statements: Sequence[int] = (),
    low: int = 0,
    high: int = sys.maxsize,
) -> list[Failure]:
    """Return every failure in a text of moderate length, in order.

    Args:
        text: The text, or an entry of a log.
        prefixes: The spans of the prefixes that the log put before its lines.
        statements: The starts of the lines that do not continue the previous line.
        low: The first position at which a failure can start.
        high: The position at which and after which no failure can start.
    """
    # The module has many patterns.
    from iamtriage._reading.entries.open_entries import Entry

    entry = Entry(text, 0, prefixes=tuple(prefixes), low=low, high=high, statements=tuple(statements))
    return [failure for failures, _ in _find_in_parts(entry) for failure in failures]


def _find_in_entry(
    text: str, prefixes: Sequence[tuple[int, int]], statements: Sequence[int], low: int, high: int
) -> list[Failure]:
    """Return every failure in a text without log events and logs in strings; the arguments are those above."""
    documents = read_documents(text, prefixes)
    if documents is not None:
        return [failure for failure in documents if low <= failure.span[0] < high]
    view, candidates = read(text, prefixes=prefixes, statements=statements)
    return [
        build(candidate, view)
        for candidate in candidates
        if low <= view.span(candidate.start, candidate.end)[0] < high
    ]


def _find_in_parts(entry: Entry, depth: int = 0) -> Parts:
    """Return the failures in an entry, or in each log event or entry in its strings, which are entries, too.

    Args:
        entry: The entry.
        depth: In how many strings it is.
    """
    parts = None
    is_whole = not (entry.low > 0 or entry.high < sys.maxsize)
    if is_whole:
        find = partial(_find_in_message, depth=depth)
        parts = read_log_events(entry.text, entry.prefixes, find, entry.start)
        if parts is None and (records := read_documents(entry.text, entry.prefixes)) is not None:
            return [(records, entry)]
        if parts is None:
            parts = read_elements(entry, _find_in_strings, depth)
    if parts is None:
        parts = read_strings(entry, _find_in_parts, depth)
    if parts is None and is_whole:
        parts = read_rows(entry, _find_in_parts, depth)
    return _read_entry(entry) if parts is None else _in_order(entry, parts)


def _find_in_strings(entry: Entry, depth: int) -> Parts:
    """Return the failures in an entry, or in each entry in its strings."""
    parts = read_strings(entry, _find_in_parts, depth)
    return _read_entry(entry) if parts is None else _in_order(entry, parts)


def _read_entry(entry: Entry) -> Parts:
    return [(_find_in_entry(entry.text, entry.prefixes, entry.statements, entry.low, entry.high), entry)]


def _in_order(entry: Entry, parts: Parts) -> Parts:
    """Return the failures of an entry and their parts in the order of the text."""

    def position(each: tuple[Failure, Entry]) -> int:
        # The parts are in order, but the rest of the document comes after them.
        is_rest = len(each[1].text) == len(entry.text)
        return each[0].span[0] if is_rest else each[1].start - entry.start

    low, high = entry.low, entry.high
    found = [(each, part) for failures, part in parts for each in failures if low <= each.span[0] < high]
    found.sort(key=position)
    groups = (list(group) for _, group in groupby(found, key=lambda each: id(each[1])))
    return [([each for each, _ in group], group[0][1]) for group in groups]


def _find_in_message(text: str, depth: int) -> Parts:
    """Return the failures in the message of a log event, which can be a log, too."""
    from iamtriage._reading.entries.open_entries import Entry

    parts = read_log(text, _find_in_parts, depth + 1) if "\n" in text else None
    return _find_in_parts(Entry(text, 0), depth + 1) if parts is None else parts


def scan_text(text: str) -> Iterator[Failure]:
    """Yield every failure in a text of any length."""
    return scan_lines((m[0] for m in _LINE.finditer(text)), is_live=False)


def scan_lines(
    items: Iterable[str] | Iterable[str | Tick], *, has_parts: bool = False, is_live: bool = True
) -> Iterator[Failure]:
    """Yield every failure in a stream.

    Args:
        items: Lines, with or without newlines, and ticks.
        has_parts: Whether a long item without a newline is a part of a line, which the next item continues.
        is_live: Whether lines can arrive one by one, so that none may be read ahead. Otherwise, all items are lines
            with newlines.
    """
    from iamtriage._reading.entries.splitting import split_entries

    if not is_live:
        from iamtriage._reading.entries.restoring import restore_lines

        items = restore_lines(cast("Iterable[str]", items))
    source = _Source(items)
    try:
        repeats = Repeats()
        for entry in split_entries(source, has_parts=has_parts):
            for failures, part in _find_in_parts(entry):
                yield from repeats.merge(failures, part, entry)
        yield from repeats.flush()
    except GeneratorExit:
        # The caller stopped before it saw the source's exception. An interrupt must not get lost.
        if source.error is None or isinstance(source.error, Exception):
            raise
    error, source.error = source.error, None
    if error is not None:
        try:
            raise error
        finally:
            del error  # else the frame in its traceback would keep it alive


class _Source:
    """A stream that ends where its source raises an exception, so that the last entry is still read.

    Attributes:
        error: The exception.
    """

    def __init__(self, items: Iterable[str | Tick]) -> None:
        self._items = items
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[str | Tick]:
        try:
            yield from self._items
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001 (raised after the last entry)
            self.error = error
