"""Read every failure of a text or stream, in order."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from iamtriage._reading.texts import scan_lines, scan_text

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("scan",)

# A line that never ends must not fill the memory: it is read in parts.
_LONGEST_LINE = 1_000_000


@runtime_checkable
class _LineReader(Protocol):
    def readline(self, size: int, /) -> str | bytes: ...


def scan(source: str | Iterable[str] | _LineReader) -> Iterator[Failure]:
    """Yield every failure of a text or stream, in order.

    A stream is read as far as the caller iterates, in parts of bounded size. Prints in one entry of a log (a line and
    its traceback) are one failure, and so are prints in several entries that state the same request ID, or that repeat
    the entry before word for word. Other entries are failures of their own.

    Args:
        source: The text, an iterable of lines, or an open text file. A string is always text, never the name
            of a file. To read a file, pass it open: ``with open("build.log") as file: found = list(scan(file))``.

    Yields:
        The failures. ``failure.text`` is the part of the source around it, and spans count in it. If reading
        the source raises an exception, even ``KeyboardInterrupt``, the failures of the entry that has begun
        come first, and the exception is raised after them.

    Raises:
        TypeError: ``source`` is none of these.

    >>> log = '''
    ... 10:00:01 INFO ready
    ... 10:00:02 ERROR An error occurred (Throttling) when calling the ListRoles operation: Rate exceeded
    ... 10:00:09 ERROR error: You must be logged in to the server (Unauthorized)
    ... '''
    >>> [failure.kind for failure in scan(log)]
    ['aws_error', 'kubernetes_unauthorized']
    """
    if isinstance(source, str):
        return scan_text(source)
    if isinstance(source, _LineReader):
        return scan_lines(_lines_of(source), has_parts=True)
    lines: object = source
    if isinstance(lines, Iterable) and not isinstance(lines, bytes | bytearray | Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        return scan_lines(_decoded(lines))
    msg = f"scan() takes text, lines or a text file, not {type(source).__name__}"
    raise TypeError(msg)


def _decoded(lines: Iterable[object]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, str):
            yield line
        elif isinstance(line, bytes):
            yield line.decode("utf-8", "replace")
        else:
            msg = f"scan() takes lines of text, not {type(line).__name__}"
            raise TypeError(msg)


def _lines_of(file: _LineReader) -> Iterator[str]:
    """Read a file by the line, as it comes through a pipe; not even a line without end is held whole."""
    decoder = getincrementaldecoder("utf-8")("replace")
    while line := file.readline(_LONGEST_LINE):
        yield line if isinstance(line, str) else decoder.decode(line)
