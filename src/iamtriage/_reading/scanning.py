"""Yield every failure in a text or stream."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from iamtriage._reading.texts import scan_lines, scan_text
from iamtriage._text import wrong_type_message

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("scan",)

# Characters per read. A line without an end must not fill the memory.
_MAX_LINE = 1_000_000


@runtime_checkable
class _LineReader(Protocol):
    def readline(self, size: int, /) -> str | bytes: ...


def scan(source: str | Iterable[str] | _LineReader) -> Iterator[Failure]:
    """Yield every failure in a text or stream, in order.

    A stream is read lazily and in bounded memory. Each failure is yielded once: repeated reports are merged if they
    are in the same log entry, such as a line and its traceback, if they have the same request ID, or if an entry
    repeats the previous one word for word.

    In a string, list or file, lines that a terminal or a mail program broke are joined again, and the output of tasks whose
    names precede each line is read separately. The lines of other iterables and of pipes are never read ahead.

    Args:
        source: A string, an iterable of lines, or an open text file. A string is always text, never a file name.
            To scan a file, open it: ``with open("build.log") as file: found = list(scan(file))``.

    Yields:
        The failures. ``failure.text`` is the part of the source that contains the failure; ``failure.span`` and
        ``failure.spans`` are offsets in it, in characters. If the source raises an exception, even
        ``KeyboardInterrupt``, the failures that were read so far are yielded before it is re-raised.

    Raises:
        TypeError: ``source`` has another type.

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
        return scan_lines(_read_lines(source), has_parts=True, is_live=not _is_seekable(source))
    lines: object = source
    if isinstance(lines, list | tuple):
        items = cast("Iterable[object]", lines)
        return scan_lines(_end_lines(_decode_lines(items)), is_live=False)
    if isinstance(lines, Iterable) and not isinstance(lines, bytes | bytearray | Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        return scan_lines(_decode_lines(lines))
    expected = "a string, an iterable of lines or a text file"
    raise TypeError(wrong_type_message("the argument of scan()", expected, source))


def _is_seekable(file: _LineReader) -> bool:
    """Return whether a file is not a pipe or terminal, whose lines arrive one by one."""
    seekable: object = getattr(file, "seekable", None)
    try:
        return callable(seekable) and bool(seekable())
    except (OSError, ValueError):
        # Reading the file raises the exception.
        return False


def _decode_lines(lines: Iterable[object]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, str):
            yield line
        elif isinstance(line, bytes):
            yield line.decode("utf-8", "replace")
        else:
            raise TypeError(wrong_type_message("each line in the argument of scan()", "a string", line))


def _end_lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n"


def _read_lines(file: _LineReader) -> Iterator[str]:
    """Yield the lines of a file as they arrive, for example through a pipe; long ones in parts."""
    decoder = getincrementaldecoder("utf-8")("replace")
    while line := file.readline(_MAX_LINE):
        yield line if isinstance(line, str) else decoder.decode(line)
