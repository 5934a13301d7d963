"""Decompress gzip, zstd, bzip2 and xz data in parts of bounded size."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ("PART_SIZE", "Compression", "DecompressionError", "decompress", "find_compression")

PART_SIZE = 1 << 20
"""Maximum number of bytes that are decompressed at once."""


class DecompressionError(Exception):
    """Compressed data that is incomplete, invalid, or cannot be read here. The message is the reason."""


class _Decompressor(Protocol):
    """The interface of ``bz2.BZ2Decompressor``, ``lzma.LZMADecompressor`` and ``ZstdDecompressor``."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Compression(NamedTuple):
    """A format of compressed data.

    Attributes:
        name: The name for messages.
        magic: The first bytes of such data.
        open: Returns a decompressor and the exceptions that it raises for invalid data.
    """

    name: str
    magic: bytes
    open: Callable[[], tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]]


class _GzipDecompressor:
    """One member of gzip data."""

    def __init__(self, library: Any) -> None:  # noqa: ANN401 (zlib, or a module like it)
        self._member: Any = library.decompressobj(library.MAX_WBITS | 16)
        self._has_more = False

    @property
    def eof(self) -> bool:
        return bool(self._member.eof)

    @property
    def needs_input(self) -> bool:
        return not (self._member.eof or self._has_more)

    @property
    def unused_data(self) -> bytes:
        data: bytes = self._member.unused_data
        return data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        part: bytes = self._member.decompress(self._member.unconsumed_tail + data, max(max_length, 0))
        # zlib can hold back output after it has consumed all input.
        self._has_more = bool(self._member.unconsumed_tail) or len(part) == max_length
        return part


def _open_gzip() -> tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]:
    """Use ISA-L if it is installed, because it takes half the time, or else zlib."""
    import zlib
    from importlib import import_module

    fast: Any = zlib
    with suppress(ImportError):
        fast = import_module("isal.isal_zlib")
    return partial(_GzipDecompressor, fast), (fast.error,)


def _open_bzip2() -> tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]:
    from bz2 import BZ2Decompressor

    return BZ2Decompressor, (OSError, ValueError)


def _open_xz() -> tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]:
    from lzma import LZMADecompressor, LZMAError

    return LZMADecompressor, (LZMAError,)


def _open_zstd() -> tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]:
    """Use the module of Python 3.14 or its backport.

    Raises:
        DecompressionError: Neither is installed.
    """
    from importlib import import_module

    for name in ("compression.zstd", "backports.zstd"):
        try:
            zstd: Any = import_module(name)
        except ImportError:
            continue
        return cast("Callable[[], _Decompressor]", zstd.ZstdDecompressor), (zstd.ZstdError,)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    msg = f"zstd-compressed data, which Python {version} cannot read; install iamtriage[zstd]"
    raise DecompressionError(msg)


_COMPRESSIONS = (
    Compression("gzip", b"\x1f\x8b", _open_gzip),
    Compression("zstd", b"\x28\xb5\x2f\xfd", _open_zstd),
    Compression("xz", b"\xfd7zXZ\x00", _open_xz),
    # After the letters and the block size: the magic number of a block, or that of the end.
    *(
        Compression("bzip2", b"BZh%d%s" % (size, block), _open_bzip2)
        for size in range(1, 10)
        for block in (b"1AY&SY", b"\x17rE8P\x90")
    ),
)


def find_compression(prefix: bytes) -> Compression | None:
    r"""Return the compression of data that begins with these bytes.

    >>> find_compression(b"\x1f\x8b\x08\x00").name
    'gzip'
    >>> find_compression(b"BZh9 is not bzip2") is None
    True
    """
    for compression in _COMPRESSIONS:
        if prefix.startswith(compression.magic):
            return compression
    return None


def decompress(compression: Compression, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield decompressed data in parts of at most ``PART_SIZE`` bytes.

    Several members are read as one content.

    Args:
        compression: The format.
        chunks: The compressed data.

    Raises:
        DecompressionError: The data ends early or is invalid. What was read before has been yielded.
    """
    new, errors = compression.open()
    member = new()
    invalid = f"invalid {compression.name} data"
    has_ended = False  # whether a member has ended, and none has begun since
    for data in chunks:
        pending = data
        while pending or not (has_ended or member.needs_input):
            if has_ended:
                # Writers may pad the end with NUL bytes.
                pending = pending.lstrip(b"\0")
                if not pending:
                    break
                if not compression.magic[:2].startswith(pending[:2]):
                    raise DecompressionError(invalid)
                member, has_ended = new(), False
            try:
                part = member.decompress(pending, PART_SIZE)
            except errors:
                raise DecompressionError(invalid) from None
            pending = b""
            if member.eof:
                pending, has_ended = member.unused_data, True
            if part:
                yield part
    if not has_ended:
        msg = f"truncated {compression.name} data"
        raise DecompressionError(msg)
