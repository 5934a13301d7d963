"""How commands read a text: a file or standard input, in the encoding that it shows; not what it says."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ("opened",)


@contextmanager
def opened(name: str) -> Generator[IO[str], None, None]:
    """Give the file of a name for reading, standard input for ``-``.

    Raises:
        OSError: the file cannot be opened.
    """
    if name == "-":
        yield _as_text(sys.stdin)
        return
    with open(name, encoding="utf-8") as file:  # noqa: PTH123 (a name from the command line)
        yield _as_text(file)


def _as_text(file: IO[str]) -> IO[str]:
    """Read a file in the encoding that its first bytes say; whatever they are, reading goes on."""
    from iamtriage._reading.encodings import encoding_of

    stream: object = file
    if isinstance(stream, TextIOWrapper):
        start = stream.buffer.peek(2) if isinstance(stream.buffer, BufferedReader) else b""  # pyright: ignore[reportUnknownMemberType]
        stream.reconfigure(encoding=encoding_of(start[:2]), errors="replace")
    return file
