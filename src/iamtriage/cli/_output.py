"""Print output that is safe for terminals, and define the exit statuses."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol

from iamtriage._text import escape_controls, hide_secrets

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

__all__ = (
    "CLEAN",
    "ERROR",
    "FOUND",
    "NOT_FOUND",
    "PROBLEMS_FOUND",
    "Commands",
    "bold",
    "format_rows",
    "format_value",
    "print_error",
    "write_heading",
)

# The status of a search, as with grep.
FOUND, NOT_FOUND = 0, 1
# The status of a check, as with linters.
CLEAN, PROBLEMS_FOUND = 0, 1
# Wrong use, and files that cannot be read.
ERROR = 2

_MAX_VALUE_LENGTH = 400
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


class Commands(Protocol):
    """The object of argparse to which commands are added. Its own type is private."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002 (argparse's name)
        description: str,
        epilog: str | None = None,
    ) -> argparse.ArgumentParser:
        """Add a command."""
        ...


def format_value(value: object) -> str:
    """Format a value as one line without control characters."""
    text = str(value)
    if len(text) > _MAX_VALUE_LENGTH:
        text = f"{text[:_MAX_VALUE_LENGTH]}… ({len(text)} characters)"
    return escape_controls(text) or '""'


def bold(text: str, file: TextIO | None = None) -> str:
    """Make a text bold if the output is a terminal and ``NO_COLOR`` is not set."""
    is_colored = (file or sys.stdout).isatty() and not os.environ.get("NO_COLOR")
    return f"{_BOLD}{text}{_PLAIN}" if is_colored else text


def format_rows(pairs: list[tuple[str, object]], width: int = 0) -> list[str]:
    """Format names and values as aligned lines, without values that are ``None``."""
    width = width or max((len(name) for name, _ in pairs), default=0)
    return [f"  {name:<{width}}  {format_value(value)}" for name, value in pairs if value is not None]


def print_error(message: object) -> None:
    """Print a message to standard error, without secrets: a token can be given in the place of a file."""
    print(f"iamtriage: {escape_controls(hide_secrets(str(message)))}", file=sys.stderr)


def write_heading(file: TextIO, name: str, *, is_first: bool) -> None:
    """Write the name of an input above what was found in it, as ``head`` does."""
    print(("" if is_first else "\n") + bold(f"==> {format_value(name)} <==", file), file=file)
