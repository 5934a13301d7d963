"""Find and open local files, and standard input."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, cast

from iamtriage._typing import NamedTuple
from iamtriage.inputs._content import describe_os_error
from iamtriage.inputs._inputs import Input
from iamtriage.inputs._live import find_live_descriptor
from iamtriage.inputs._selection import find_sibling

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from io import TextIOBase

    from iamtriage.inputs._selection import Selection

__all__ = ("LocalFile", "StandardInput", "find_local_inputs")

_CHUNK_SIZE = 1 << 20
_WILDCARDS = frozenset("*?[")


class _BinaryStream(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class LocalFile(NamedTuple):
    """A file, or a named pipe.

    Attributes:
        path: Its path.
    """

    path: str

    @contextmanager
    def open(self) -> Generator[tuple[Iterator[bytes], int | None], None, None]:
        """Open the file."""
        with open(self.path, "rb") as file:  # noqa: PTH123 (a path in any form)
            yield _read(file), find_live_descriptor(file)


class StandardInput:
    """Standard input."""

    @contextmanager
    def open(self) -> Generator[tuple[Iterator[bytes], int | None], None, None]:
        """Open the stream; closing it leaves standard input open."""
        buffer: _BinaryStream | None = getattr(sys.stdin, "buffer", None)
        if buffer is None:
            # A program has replaced standard input with a text stream.
            yield (line.encode() for line in cast("TextIOBase", sys.stdin)), None
        else:
            yield _read(buffer), find_live_descriptor(buffer)


def _read(stream: _BinaryStream) -> Iterator[bytes]:
    while chunk := stream.read1(_CHUNK_SIZE):
        yield chunk


def find_local_inputs(path: str, selection: Selection, seen: set[tuple[int, int] | str]) -> Iterator[Input]:
    """Yield the inputs that a local path names.

    Args:
        path: A file, a folder, a pattern, or ``-``.
        selection: The events to read.
        seen: The device and inode of each file that was yielded before.
    """
    if path == "-":
        yield Input("standard input", source=StandardInput(), selection=selection)
        return
    try:
        status = os.stat(path)  # noqa: PTH116 (a path in any form)
    except (OSError, ValueError) as error:
        if not _WILDCARDS.isdisjoint(path):
            yield from _find_matches(path, selection, seen)
        else:
            reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
            yield _build_unreadable(path, reason)
        return
    if not stat.S_ISDIR(status.st_mode):
        yield from _build_inputs(path, status, selection, seen)
        return
    is_empty = True
    for each in _walk(path, selection, seen):
        is_empty = False
        if each is not None:
            yield each
    if is_empty:
        yield _build_unreadable(path, "a folder without files")


def _find_matches(pattern: str, selection: Selection, seen: set[tuple[int, int] | str]) -> Iterator[Input]:
    from glob import iglob

    matches = sorted(iglob(pattern, recursive=True))  # noqa: PTH207 (the pattern can be absolute)
    if not matches:
        yield _build_unreadable(pattern, "no file matches this pattern")
    for match in matches:
        # With `**`, a folder is matched, and so are its files.
        if not (pattern.endswith("**") and os.path.isdir(match)) and selection.may_contain(match):  # noqa: PTH112
            yield from find_local_inputs(match, selection, seen)


def _walk(folder: str, selection: Selection, seen: set[tuple[int, int] | str]) -> Iterator[Input | None]:
    """Yield the inputs of a folder, and ``None`` for what is not selected or was yielded before."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        yield _build_unreadable(folder, describe_os_error(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = os.path.join(folder, entry.name)  # noqa: PTH118 (folders of any number of files)
        if not selection.may_contain(path):
            yield None
            continue
        try:
            is_folder, status = entry.is_dir(follow_symlinks=False), entry.stat()
        except OSError as error:
            yield _build_unreadable(path, describe_os_error(error))
            continue
        if is_folder:
            sibling = find_sibling(path)
            if sibling is not None:
                yield Input(path, skipped=sibling)
            else:
                yield from _walk(path, selection, seen)
        elif stat.S_ISREG(status.st_mode):
            yield from _build_inputs(path, status, selection, seen) or (None,)


def _build_inputs(
    path: str, status: os.stat_result, selection: Selection, seen: set[tuple[int, int] | str]
) -> tuple[Input, ...]:
    """Return the input of a file, unless it was yielded before."""
    identity = (status.st_dev, status.st_ino)
    if status.st_ino:
        if identity in seen:
            return ()
        seen.add(identity)
    sibling = find_sibling(path)
    if sibling is not None:
        return (Input(path, skipped=sibling),)
    is_file = stat.S_ISREG(status.st_mode)
    size, version = (status.st_size, str(status.st_mtime_ns)) if is_file else (None, None)
    return (Input(path, size, version, source=LocalFile(path), selection=selection),)


def _build_unreadable(name: str, reason: str) -> Input:
    return Input(name, skipped=reason, problem=reason)
