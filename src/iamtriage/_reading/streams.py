"""Find the root cause in the text of a file, in bounded memory."""

from __future__ import annotations

from itertools import chain
from typing import IO, TYPE_CHECKING

from iamtriage._reading.excerpts import MAX_TEXT_LENGTH
from iamtriage._reading.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures._failures import Failure

__all__ = ("parse_stream",)

# Characters per read. A line without an end must not fill the memory.
_MAX_LINE = 1_000_000


def parse_stream(file: IO[str]) -> Failure | None:
    """Return what :func:`parse` returns for the text of a file, in bounded memory.

    >>> from io import StringIO
    >>> parse_stream(StringIO("error: You must be logged in to the server (Unauthorized)")).kind
    'kubernetes_unauthorized'
    """
    text = file.read(MAX_TEXT_LENGTH + 1)
    if len(text) <= MAX_TEXT_LENGTH:
        return parse(text)
    # Most files are short.
    from iamtriage._reading.root_causes import choose_cause
    from iamtriage._reading.texts import scan_lines

    *lines, partial_line = text.split("\n")
    rest = _read_lines(file, partial_line)
    return choose_cause(scan_lines(chain((f"{line}\n" for line in lines), rest), has_parts=True))


def _read_lines(file: IO[str], partial_line: str) -> Iterator[str]:
    """Yield the lines of a file; long ones in parts."""
    line = partial_line + file.readline(_MAX_LINE)
    while line:
        yield line
        line = file.readline(_MAX_LINE)
