"""Arguments and help that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

__all__ = ("SEARCH_STATUS", "add_file")

SEARCH_STATUS = "Exit status: 0 if a failure was found, 1 if none was, 2 on an error."


def add_file(command: argparse.ArgumentParser) -> None:
    """Add the FILE argument of commands that read logs."""
    command.add_argument(
        "file",
        nargs="?",
        default="-",
        metavar="FILE",
        help="the text file to read, plain or gzip-compressed (default: -, standard input)",
    )
