"""Read the lines of a pipe or terminal as they arrive."""

from __future__ import annotations

import os
import stat
import time
from codecs import getincrementaldecoder
from io import IncrementalNewlineDecoder
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.entries.splitting import Tick

__all__ = ("find_live_descriptor", "read_live_lines")

# A log entry is complete after two ticks without another line.
_TICK_SECONDS = 0.3
# A longer line is read in parts of this many characters.
_MAX_LINE = 1_000_000
_READ_SIZE = 65_536


def find_live_descriptor(stream: Any) -> int | None:  # noqa: ANN401 (any stream, with a descriptor or without)
    """Return the file descriptor of a stream to wait for; ``None`` for files and on Windows."""
    if os.name == "nt":
        # Windows can wait only for sockets.
        return None
    try:
        descriptor: int = stream.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):
        return None
    is_live = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)
    return descriptor if is_live else None


class _Source(Protocol):
    @property
    def has_pending(self) -> bool: ...

    def read(self, size: int, /) -> bytes | None: ...


def read_live_lines(source: _Source, descriptor: int, encoding: str) -> Iterator[str | Tick]:
    """Yield lines as they arrive, and ticks at regular intervals.

    Args:
        source: The stream; ``has_pending`` says whether it has already read bytes.
        descriptor: The file descriptor to wait for.
        encoding: The encoding of the bytes.
    """
    import select

    from iamtriage._reading.entries.splitting import TICK

    decoder = IncrementalNewlineDecoder(getincrementaldecoder(encoding)("replace"), translate=True)
    begun = ""
    next_tick = time.monotonic() + _TICK_SECONDS
    while True:
        seconds = max(0.0, next_tick - time.monotonic())
        if source.has_pending or select.select([descriptor], [], [], seconds)[0]:
            data = source.read(_READ_SIZE) or b""
            *lines, begun = (begun + decoder.decode(data, final=not data)).split("\n")
            yield from (f"{line}\n" for line in lines)
            if begun and (not data or len(begun) > _MAX_LINE):
                yield begun
                begun = ""
            if not data:
                return
        if time.monotonic() >= next_tick:
            yield TICK
            next_tick = time.monotonic() + _TICK_SECONDS
