"""Read the bytes of an input, decompress them, and record their problems."""

from __future__ import annotations

import os
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import chain
from typing import TYPE_CHECKING

from iamtriage._reading.encodings import encoding_of
from iamtriage._typing import override
from iamtriage.inputs._binary_formats import find_binary_format
from iamtriage.inputs._decompression import DecompressionError, decompress, find_compression

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from typing_extensions import Buffer

__all__ = ("NUL_BYTES", "Content", "describe_os_error")

NUL_BYTES = "binary data (NUL bytes), not text"
"""The problem of an input in which nothing was found, because it may not be text."""

# Minimum number of bytes to recognize a format, if the input has them.
_MIN_PREFIX = 64
_PARQUET = b"PAR1"
_TEXT_BUFFER_SIZE = 65_536


def describe_os_error(error: OSError) -> str:
    """Return the reason of an operating system error, in the same words on every system.

    >>> describe_os_error(FileNotFoundError(2, "The system cannot find the file specified"))
    'No such file or directory'
    """
    return os.strerror(error.errno) if error.errno else str(error)


class Content:
    """The bytes of an input, decompressed if necessary. They can be read only once.

    Attributes:
        problem: Why the bytes end early or cannot be read; ``None`` if they are complete.
        has_nul: Whether the bytes that were read contain NUL.
        prefix: The first bytes.
        descriptor: The file descriptor of a pipe or terminal; ``None`` for anything else.
    """

    def __init__(self, chunks: Iterator[bytes], descriptor: int | None = None) -> None:
        self.problem: str | None = None
        self.has_nul = False
        self.descriptor = descriptor
        self._chunks = self._catch_read_errors(chunks)
        self._pending: list[bytes] = []
        self._parquet: Iterator[bytes] | None = None
        self.prefix = self._read_prefix()
        compression = find_compression(self.prefix)
        if compression is not None:
            # Decompression reads ahead, so waiting for the descriptor would block.
            self.descriptor = None
            self._chunks = self._catch_decompression_errors(
                decompress(compression, self._with_pending(self._chunks))
            )
            self.prefix = self._read_prefix()
            inner = find_compression(self.prefix)
            if inner is not None:
                self._reject(f"{inner.name}-compressed data inside {compression.name}; decompress it first")
        binary_format = find_binary_format(self.prefix)
        if binary_format is not None and self.problem is None:
            if self.prefix.startswith(_PARQUET):
                self._parquet = chain(self._pending, self._chunks)
            self._reject(binary_format)
        self.has_nul = any(b"\0" in chunk for chunk in self._pending)

    def _read_prefix(self) -> bytes:
        """Read and return the first bytes: fewer if a pipe has only a short line so far."""
        prefix = b""
        while len(prefix) < _MIN_PREFIX and not prefix.endswith(b"\n"):
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            prefix += chunk
        self._pending = [prefix] if prefix else []
        return prefix

    def _with_pending(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        pending, self._pending = self._pending, []
        yield from pending
        yield from chunks

    def _catch_decompression_errors(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from parts
        except DecompressionError as error:
            self.problem = self.problem or str(error)

    def _catch_read_errors(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield bytes up to an error of the operating system or of S3."""
        try:
            yield from chunks
        except OSError as error:
            self.problem = describe_os_error(error)

    def _reject(self, problem: str) -> None:
        self.problem = problem
        self._pending = []
        self._chunks = iter(())

    @property
    def is_rejected(self) -> bool:
        """Whether nothing of the content can be read."""
        return self.problem is not None and not self._pending and self._parquet is None

    @property
    def is_parquet(self) -> bool:
        """Whether the content is Parquet data."""
        return self._parquet is not None

    def take_parquet(self) -> Iterator[bytes]:
        """Yield the bytes of Parquet data."""
        chunks, self._parquet, self.problem = self._parquet, None, None
        if chunks is not None:
            yield from chunks

    @property
    def has_pending(self) -> bool:
        """Whether there are bytes that were read ahead."""
        return bool(self._pending)

    @property
    def is_binary(self) -> bool:
        """Whether the bytes that were read are not text. Text in UTF-16 contains NUL bytes."""
        return self.has_nul and self.encoding != "utf-16"

    @property
    def encoding(self) -> str:
        """The encoding of the content as text: UTF-8, or UTF-16 after a byte order mark."""
        return encoding_of(self.prefix[:2])

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes in parts, beginning with what was read ahead."""
        pending, self._pending = b"".join(self._pending), []
        if pending:
            yield pending
        for chunk in self._chunks:
            self.has_nul = self.has_nul or b"\0" in chunk
            yield chunk

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, of any length, or empty bytes at the end."""
        del size
        return next(iter(self), b"")

    def is_shorter_than(self, size: int) -> bool:
        """Read ahead, and return whether the content has fewer bytes than this."""
        while sum(map(len, self._pending)) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                return True
            self.has_nul = self.has_nul or b"\0" in chunk
            self._pending.append(chunk)
        return False

    def extend_prefix(self, size: int) -> bytes:
        """Read further until the prefix has a newline, and return it.

        Args:
            size: The length, in bytes, after which to stop without a newline.
        """
        while b"\n" not in self.prefix and self.fill_prefix(min(len(self.prefix) + 1, size)):
            pass
        return self.prefix

    def fill_prefix(self, size: int) -> bool:
        """Read further until the prefix has a length, and return whether something was read."""
        length = len(self.prefix)
        while len(self.prefix) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self.has_nul = self.has_nul or b"\0" in chunk
            self._pending.append(chunk)
            self.prefix += chunk
        return len(self.prefix) > length

    def open_text(self, *, keep_bytes: bool = False) -> TextIO:
        """Return the content as a text file.

        Args:
            keep_bytes: Whether to keep newlines, and bytes that are not UTF-8, to write them unchanged.
        """
        keeps_undecodable = keep_bytes and self.encoding.startswith("utf-8")
        return TextIOWrapper(
            BufferedReader(self.open_bytes(), _TEXT_BUFFER_SIZE),
            encoding=self.encoding,
            errors="surrogateescape" if keeps_undecodable else "replace",
            newline="" if keep_bytes else None,
        )

    def open_bytes(self) -> RawIOBase:
        """Return the content as a binary stream."""
        return _ByteFile(self)


class _ByteFile(RawIOBase):
    """A binary stream of the content's bytes. Closing it does not close the content."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._chunks = iter(content)
        self._rest = memoryview(b"")

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        target = memoryview(buffer).cast("B")
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        data = self._rest[: len(target)]
        self._rest = self._rest[len(data) :]
        target[: len(data)] = data
        return len(data)
