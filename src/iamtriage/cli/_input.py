"""Read FILE arguments: files, folders, globs, and standard input."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from iamtriage.cli._options import name_option
from iamtriage.cli._output import ERROR, FOUND, NOT_FOUND, print_error

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Sequence

    from iamtriage.inputs._inputs import Input

__all__ = ("InputError", "Inputs", "find_compression_name", "read_bytes", "read_text")

# A file name rarely has as many blanks as an error message.
_MIN_BLANKS = 3
_END_OF_INPUT = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D"


class InputError(Exception):
    """A file that cannot be read as expected; the message names the file and says why."""


class Inputs:
    """The inputs of a command, and whether they could be read.

    Attributes:
        are_many: Whether the output has to name the input of each result.
        problems: The name of each input that could not be read, or not completely, and the reason.
    """

    def __init__(self, files: Sequence[str], selection: argparse.Namespace | None = None) -> None:
        """Find the inputs.

        Args:
            files: The arguments; if there are none, standard input is read.
            selection: The options that :func:`iamtriage.cli._options.add_selection` added.

        Raises:
            InputError: An option has an invalid value.
        """
        from iamtriage.inputs._opening import open_inputs

        names = list(files) or ["-"]
        if not files and sys.stdin is not None and sys.stdin.isatty():
            print_error(f"paste the text, then press {_END_OF_INPUT}")
        try:
            if selection is None:
                self._inputs = open_inputs(names)
            else:
                self._inputs = open_inputs(
                    names,
                    since=selection.since,
                    until=selection.until,
                    accounts=selection.account,
                    regions=selection.region,
                )
        except ValueError as error:
            raise InputError(name_option(error)) from error
        if any(name.startswith("s3://") for name in names):
            from iamtriage.inputs._sources.prefetching import prefetch

            self._inputs = prefetch(self._inputs)
        self.are_many = len(names) > 1 or not (names[0] == "-" or os.path.isfile(names[0]))  # noqa: PTH113 (a path in any form)
        self.problems: list[tuple[str, str]] = []
        self._selected = 0

    def __iter__(self) -> Generator[Input, None, None]:
        """Yield the inputs that can be read, and report the others on standard error."""
        for source in self._inputs:
            if source.skipped is None:
                self._selected += 1
                yield source
            if source.problem is not None:
                self.problems.append((source.name, source.problem))
                print_error(f"{source.name}: {source.problem}{_hint_at_pipe(source.name)}")
            elif source.skipped is not None:
                print_error(f"{source.name}: skipped: {source.skipped}")

    def report(self, *, is_found: bool, nothing: str | None) -> int:
        """Return the exit status of a search, and report on standard error if nothing was found.

        Args:
            is_found: Whether something was found.
            nothing: The message if nothing was found; ``None`` for no message.
        """
        if self.problems:
            return ERROR
        if not is_found and not self._selected:
            nothing = "no file can contain events of this time, these accounts and these Regions"
        if not is_found and nothing is not None:
            print_error(nothing)
        return FOUND if is_found else NOT_FOUND


def _hint_at_pipe(name: str) -> str:
    """Return what to do instead if an argument is an error message rather than the name of a file."""
    is_message = name.count(" ") >= _MIN_BLANKS and not os.path.lexists(name)
    return ". FILE is the name of a file: pipe an error message into iamtriage instead" if is_message else ""


def read_bytes(name: str) -> bytes:
    """Read a whole FILE argument, decompressed if necessary.

    Raises:
        OSError: The file cannot be opened.
        InputError: The file cannot be read, is in a known binary format, or its compressed data is invalid.
    """
    from iamtriage.inputs._content import Content
    from iamtriage.inputs._sources.local import LocalFile, StandardInput

    with (StandardInput() if name == "-" else LocalFile(name)).open() as (chunks, _):
        content = Content(chunks)
        data = b"".join(content)
    if content.problem is not None:
        msg = f"{_display_name(name)}: {content.problem}"
        raise InputError(msg)
    return data


def read_text(name: str) -> str:
    """Read a whole FILE argument as text.

    Raises:
        OSError: The file cannot be opened.
        InputError: The file cannot be read, is not text, or its compressed data is invalid.
    """
    from iamtriage._reading.encodings import encoding_of

    data = read_bytes(name)
    try:
        return data.decode(encoding_of(data[:2]))
    except UnicodeDecodeError as error:
        msg = (
            f"{_display_name(name)}: expected {error.encoding.upper()}, got other bytes at byte {error.start}"
        )
        raise InputError(msg) from error


def find_compression_name(name: str) -> str | None:
    """Return the compression format of a file, or ``None``.

    Raises:
        OSError: The file cannot be read.
    """
    from iamtriage.inputs._decompression import find_compression

    with open(name, "rb") as file:  # noqa: PTH123 (a name from the command line)
        compression = find_compression(file.read(16))
    return None if compression is None else compression.name


def _display_name(name: str) -> str:
    return "standard input" if name == "-" else name
