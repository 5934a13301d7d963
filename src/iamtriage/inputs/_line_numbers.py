"""Find the line of a log that a failure was read from."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeVar

from iamtriage._reading.entries.lines import RestoredLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.failures._failures import Failure

__all__ = ("LineNumbers",)

# The maximum number of recent lines, and of their characters, to keep.
_MAX_LINES = 20_000
_MAX_CHARS = 4_000_000

_T = TypeVar("_T")


class LineNumbers:
    """Keeps the last lines of a log with their numbers, from 1."""

    def __init__(self) -> None:
        self._lines: deque[tuple[int, str]] = deque()
        self._chars = 0
        self._number = 1
        # The line of the last failure, its text, and the position of the failure in it.
        self._found = 0
        self._last: tuple[str, int] | None = None

    def watch(self, lines: Iterable[_T]) -> Iterator[_T]:
        """Yield lines unchanged, and keep the strings among them, which can be parts of a long line."""
        for line in lines:
            if isinstance(line, RestoredLine):
                for part in line.source.splitlines(keepends=True):
                    self._remember(part)
            elif isinstance(line, str):
                self._remember(line)
            yield line

    def _remember(self, line: str) -> None:
        self._lines.append((self._number, line.rstrip("\r\n")))
        self._number += line.endswith("\n")
        self._chars += len(line)
        while len(self._lines) > _MAX_LINES or (self._chars > _MAX_CHARS and len(self._lines) > 1):
            self._chars -= len(self._lines.popleft()[1])

    def find(self, failure: Failure) -> int | None:
        """Return the number of the line in which a failure begins, or ``None``.

        Pass the failures in the order in which they were read.
        """
        start = failure.span[0]
        begin, end = failure.text.rfind("\n", 0, start) + 1, failure.text.find("\n", start)
        line = failure.text[begin : None if end < 0 else end].rstrip("\r")
        # The same failure at the same position belongs to a later line.
        identity = (line, start - begin)
        first = self._found + (identity == self._last)
        after = [
            (number, known) for number, known in self._lines if number >= first and line and line in known
        ]
        # The failure's line is the same as in the log, or a part of it, if a prefix of the log was omitted.
        number = next((number for number, known in after if known == line), after[0][0] if after else None)
        if number is not None:
            self._found, self._last = number, identity
        return number
