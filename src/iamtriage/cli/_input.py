"""Open FILE arguments: plain or gzip-compressed text, or standard input."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from io import BufferedReader, RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, Protocol, TextIO, cast

from iamtriage._reading.encodings import encoding_of
from iamtriage._typing import override
from iamtriage.inputs._binary_formats import GZIP_MAGIC, find_binary_format
from iamtriage.inputs._live import find_live_descriptor, read_live_lines

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from typing_extensions import Buffer

    from iamtriage.failures._failures import Failure

__all__ = ("Input", "InputError", "is_gzip", "open_input", "read_bytes", "read_text")

_BUFFER_SIZE = 65_536
# Minimum number of bytes to recognize a format, if the stream has them.
_MIN_PREFIX = 16
_GZIP_IN_GZIP = "gzip-compressed data inside gzip; decompress it first"


class InputError(Exception):
    """A file that cannot be read as text; the message names the file and says why."""


class _BinaryStream(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class Input:
    """An open text file, and whether it could be read.

    Attributes:
        name: The name for messages.
        file: The file.
    """

    def __init__(self, name: str, file: TextIO, source: _Source | None = None) -> None:
        self.name = name
        self.file = file
        self._source = source

    def scan(self) -> Iterator[Failure]:
        """Yield the failures of the file; those of a pipe or terminal soon after their last line."""
        from iamtriage._reading.scanning import scan
        from iamtriage._reading.texts import scan_lines

        source = self._source
        descriptor = None if source is None else source.descriptor
        if source is None or descriptor is None:
            return scan(self.file)
        return scan_lines(read_live_lines(source, descriptor, self.file.encoding), has_parts=True)

    def check(self, *, is_found: bool = False) -> None:
        """Check that the file was read completely, and that finding nothing means that it contains nothing.

        Args:
            is_found: Whether something was found, so that NUL bytes in between do not matter.

        Raises:
            InputError: The compressed data ends early or is invalid, or the file is binary.
        """
        if self._source is None:
            return
        if self._source.error is not None:
            raise self._source.error
        if self._source.has_nul and not is_found:
            msg = f"{self.name}: binary data (NUL bytes), not text"
            raise InputError(msg)


@contextmanager
def open_input(name: str, *, keep_bytes: bool = False) -> Generator[Input, None, None]:
    """Open a FILE argument as text; ``-`` is standard input.

    The content decides on decompression and encoding, not the name. The file is read only as far as the
    caller reads, and decompressed in parts of bounded size. If compressed data ends early or is invalid, the
    text ends there, and :meth:`Input.check` raises the error.

    Args:
        name: The argument.
        keep_bytes: Whether to keep newlines, and bytes that are not UTF-8, to write them unchanged.

    Raises:
        OSError: The file cannot be opened.
        InputError: The file has a known binary format.
    """
    if name != "-":
        with open(name, "rb") as file:  # noqa: PTH123 (a name from the command line)
            yield _decode(name, file, keep_bytes=keep_bytes)
        return
    buffer: _BinaryStream | None = getattr(sys.stdin, "buffer", None)
    if buffer is not None:
        yield _decode(_display_name(name), buffer, keep_bytes=keep_bytes)
    else:
        # Something replaced standard input with a stream of strings.
        yield Input(_display_name(name), sys.stdin)


def read_bytes(name: str) -> bytes:
    """Read a whole FILE argument, decompressed if necessary.

    Raises:
        OSError: The file cannot be read.
        InputError: The file has a known binary format, or its compressed data is invalid.
    """
    if name == "-":
        return _read_all(_decompress(_display_name(name), cast("_BinaryStream", sys.stdin.buffer)))
    with open(name, "rb") as file:  # noqa: PTH123 (a name from the command line)
        return _read_all(_decompress(name, file))


def read_text(name: str) -> str:
    """Read a whole FILE argument as text.

    Raises:
        OSError: The file cannot be read.
        InputError: The file is not text, or its compressed data is invalid.
    """
    data = read_bytes(name)
    try:
        return data.decode(encoding_of(data[:2]))
    except UnicodeDecodeError as error:
        msg = f"{_display_name(name)}: not {error.encoding.upper()} at byte {error.start}"
        raise InputError(msg) from error


def _read_all(source: _Source) -> bytes:
    data = BufferedReader(source).read()
    if source.error is not None:
        raise source.error
    return data


def is_gzip(name: str) -> bool:
    """Return whether a file is gzip-compressed.

    Raises:
        OSError: The file cannot be read.
    """
    with open(name, "rb") as file:  # noqa: PTH123 (a name from the command line)
        return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC


def _display_name(name: str) -> str:
    return "standard input" if name == "-" else name


def _decode(name: str, stream: _BinaryStream, *, keep_bytes: bool) -> Input:
    source = _decompress(name, stream)
    encoding = encoding_of(source.prefix[:2])
    keeps_undecodable = keep_bytes and encoding.startswith("utf-8")
    file = TextIOWrapper(
        BufferedReader(source, _BUFFER_SIZE),
        encoding=encoding,
        errors="surrogateescape" if keeps_undecodable else "replace",
        newline="" if keep_bytes else None,
    )
    # Text in UTF-16 contains NUL bytes.
    return Input(name, file, None if encoding == "utf-16" else source)


def _decompress(name: str, stream: _BinaryStream) -> _Source:
    """Return the content of a stream, decompressed if it is gzip.

    Raises:
        InputError: The content has a known binary format.
    """
    source = _Source(name, stream)
    if source.prefix.startswith(GZIP_MAGIC):
        source = _GzipSource(name, source)
        if source.prefix.startswith(GZIP_MAGIC):
            msg = f"{name}: {_GZIP_IN_GZIP}"
            raise InputError(msg)
    binary_format = find_binary_format(source.prefix)
    if binary_format is not None:
        msg = f"{name}: {binary_format}"
        raise InputError(msg)
    return source


class _Source(RawIOBase):
    """A binary stream whose first bytes are known. Closing it leaves the stream open.

    Attributes:
        prefix: The first bytes of the stream.
        has_nul: Whether the bytes that were read contain NUL.
        descriptor: The file descriptor that the bytes come from as they arrive; ``None`` of files.
        error: Why the stream ended early.
    """

    def __init__(self, name: str, stream: _BinaryStream) -> None:
        super().__init__()
        self._name = name
        self._stream = stream
        self.has_nul = False
        self.descriptor = find_live_descriptor(stream)
        self.error: InputError | None = None
        self.prefix = b""
        # A short line of a pipe is all that there is for now.
        while len(self.prefix) < _MIN_PREFIX and not self.prefix.endswith(b"\n"):
            data = self._read(_BUFFER_SIZE)
            if not data:
                break
            self.prefix += data
        self._pending = self.prefix

    @property
    def has_pending(self) -> bool:
        """Whether bytes were read ahead."""
        return bool(self._pending)

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read1(size)
        except OSError as error:
            error.filename = error.filename or self._name
            raise

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        target = memoryview(buffer).cast("B")
        data = self._pending[: len(target)] or self._read(len(target))
        self._pending = self._pending[len(data) :]
        self.has_nul = self.has_nul or b"\0" in data
        target[: len(data)] = data
        return len(data)


class _GzipSource(_Source):
    """The decompressed content of a gzip stream."""

    def __init__(self, name: str, compressed: _Source) -> None:
        import gzip

        super().__init__(name, gzip.GzipFile(fileobj=BufferedReader(compressed, _BUFFER_SIZE)))
        # It reads ahead, so that there is nothing to wait for.
        self.descriptor = None

    @override
    def _read(self, size: int) -> bytes:
        import gzip
        import zlib

        try:
            return b"" if self.error else super()._read(size)
        except EOFError:
            self.error = InputError(f"{self._name}: truncated gzip data")
        except (zlib.error, gzip.BadGzipFile):
            self.error = InputError(f"{self._name}: invalid gzip data")
        return b""
