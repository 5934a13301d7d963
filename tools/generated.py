"""Print, check or overwrite a generated file: the shared command line of the sync tools."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

__all__ = ("add_options", "update_file")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--check`` and ``--write``, which exclude each other."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--check", action="store_true", help="compare with the checked-in file")
    group.add_argument("--write", action="store_true", help="overwrite the checked-in file")


def update_file(path: Path, content: str, options: argparse.Namespace, *, source: str) -> int:
    """Print the new content, write it, or print how it differs from the checked-in file.

    Args:
        path: The checked-in file.
        content: Its new content.
        options: Parsed options of :func:`add_options`. Without any, the content is printed.
        source: Name of the new content in the header of a diff.

    Returns:
        The exit status: 1 if ``--check`` finds a difference.
    """
    if options.write:
        path.write_text(content, encoding="utf-8", newline="\n")
    elif options.check:
        current = path.read_text(encoding="utf-8")
        diff = difflib.unified_diff(
            current.splitlines(keepends=True), content.splitlines(keepends=True), str(path), source
        )
        sys.stdout.writelines(diff)
        return int(current != content)
    else:
        sys.stdout.write(content)
    return 0
