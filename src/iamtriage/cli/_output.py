"""Print output that is safe for terminals, and define the exit statuses."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from iamtriage._text import escape_controls, hide_secrets

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import TextIO

__all__ = (
    "CLEAN",
    "ERROR",
    "FOUND",
    "NOT_FOUND",
    "PROBLEMS_FOUND",
    "ColorChoice",
    "Commands",
    "bold",
    "choose_color",
    "format_rows",
    "format_value",
    "is_colored",
    "print_error",
    "write_heading",
)

# The status of a search, as with grep.
FOUND, NOT_FOUND = 0, 1
# The status of a check, as with linters.
CLEAN, PROBLEMS_FOUND = 0, 1
# Wrong use, and files that cannot be read.
ERROR = 2

ColorChoice: TypeAlias = Literal["auto", "always", "never"]
_color: ColorChoice = "auto"

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


def choose_color(choice: ColorChoice) -> None:
    """Set when the process colors its output: the value of ``--color``."""
    global _color  # noqa: PLW0603 (one command runs at a time)
    _color = choice


def is_colored(file: TextIO | None = None) -> bool:
    """Return whether to color the output: by default, on a terminal, unless ``NO_COLOR`` is set."""
    is_file = file is not None and file is not sys.stdout
    if _color == "auto" or is_file:
        return _color != "never" and (file or sys.stdout).isatty() and not os.environ.get("NO_COLOR")
    return _color == "always"


def bold(text: str, file: TextIO | None = None) -> str:
    """Make a text bold if the output is colored."""
    return f"{_BOLD}{text}{_PLAIN}" if is_colored(file) else text


def format_rows(title: str, pairs: Sequence[tuple[str, object]], width: int = 0) -> str:
    """Format names and values as aligned lines below a title, without values that are ``None``."""
    width = width or max((len(name) for name, _ in pairs), default=0)
    rows = [f"  {name:<{width}}  {format_value(value)}" for name, value in pairs if value is not None]
    return "\n".join([title, *rows])


def print_error(message: object) -> None:
    """Print a message to standard error, without secrets: a token can be given in the place of a file."""
    print(f"iamtriage: {escape_controls(hide_secrets(str(message)))}", file=sys.stderr)


def write_heading(file: TextIO, name: str, *, is_first: bool) -> None:
    """Write the name of an input above what was found in it, as ``head`` does."""
    print(("" if is_first else "\n") + bold(f"==> {format_value(name)} <==", file), file=file)
