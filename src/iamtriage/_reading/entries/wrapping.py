"""Join the lines of a log that a terminal broke at its width."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._reading.entries.formats import CONTINUATION, OPENING, START, split_prefix
from iamtriage._reading.entries.lines import restore_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MIN_WIDTH = 40
_MAX_WIDTH = 600
# Lines that must be as long as the longest one and continue on the next line, and how many of ten such lines must.
_MIN_BROKEN = 3
_MIN_BROKEN_OF_TEN = 8
# A rule or an empty row has fewer characters.
_MIN_CHARACTERS = 8
# The first characters of rows.
_BORDERS = frozenset("|│┃║╵╷+*#>=~-")
# As many as fit in an entry.
_MAX_JOINED = 50


def find_width(lines: Sequence[str]) -> int:
    """Return the width at which a terminal broke the lines of a log, or 0 if it broke none.

    Args:
        lines: The first lines of the log, without newlines.
    """
    lengths = [*map(len, lines)]
    width = max(lengths, default=0)
    if not _MIN_WIDTH <= width <= _MAX_WIDTH or lengths.count(width) < _MIN_BROKEN:
        return 0
    broken: set[str] = set()
    whole: set[str] = set()
    for line, following in pairwise(lines):
        if len(line) == width and line not in whole and line not in broken and following.strip():
            (broken if _continues(line, following) else whole).add(line)
    count = len(broken)
    is_broken = count >= _MIN_BROKEN and count * 10 >= (count + len(whole)) * _MIN_BROKEN_OF_TEN
    # Without a log, pasted text is joined as one text.
    return width if is_broken and any(map(starts_entry, lines)) else 0


def join_lines(lines: Iterable[str], width: int) -> Iterator[str]:
    """Yield the lines of a log, each of those that a terminal broke as one.

    Args:
        lines: The lines, with their newlines.
        width: The width of the terminal.
    """
    parts: list[str] = []
    try:
        for line in lines:
            if parts and not (len(parts) < _MAX_JOINED and _continues(parts[-1].rstrip("\n"), line)):
                yield _join(parts)
                parts = []
            parts.append(line)
            if len(line) != width + 1 or line[-1] != "\n":
                yield _join(parts)
                parts = []
    except GeneratorExit:
        raise
    except BaseException:
        if parts:
            yield _join(parts)
        raise
    if parts:
        yield _join(parts)


def starts_entry(line: str) -> bool:
    """Return whether a line has the prefix or the start of a log format."""
    return split_prefix(line).end > 0 or START.match(line) is not None


def _continues(line: str, following: str) -> bool:
    """Return whether the next line can be the rest of a full line."""
    if not following.strip() or len(set(line)) < _MIN_CHARACTERS:
        return False
    first = following[0]
    if first == line[0] and first in _BORDERS:
        # Rows of a table or box.
        return False
    if first == " " and following[1:2] not in {" ", "\t"}:
        # A terminal keeps the space at which it breaks a line.
        return True
    return not (
        starts_entry(following) or OPENING.match(following) is not None or CONTINUATION.match(following)
    )


def _join(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    parts[-1] = parts[-1].removesuffix("\n") + "\n"
    breaks: list[tuple[int, int]] = []
    end = 0
    for part in parts[:-1]:
        end += len(part)
        breaks.append((end - len(part) + len(part.rstrip("\r\n")), end))
    text = "".join(part.rstrip("\r\n") for part in parts[:-1]) + parts[-1]
    return restore_line(text, "".join(parts), breaks=tuple(breaks))
