"""What the commands share: exit status, and printing that no terminal takes for a command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol

from iamtriage._text import escape_controls

if TYPE_CHECKING:
    import argparse

__all__ = ("FOUND", "NOTHING", "WRONG_USE", "Commands", "bold", "complain", "printable", "rows")

FOUND, NOTHING, WRONG_USE = 0, 1, 2
_LONGEST_VALUE = 400
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


class Commands(Protocol):
    """What argparse gives for adding commands; its own name for it is private."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 (argparse's name)
        """Add a command."""
        ...


def printable(value: object) -> str:
    """Give a value as one line without control characters."""
    text = str(value)
    if len(text) > _LONGEST_VALUE:
        text = f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"
    return escape_controls(text) or '""'


def bold(text: str) -> str:
    """Give a text in bold where standard output is a terminal that wants it."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return f"{_BOLD}{text}{_PLAIN}" if wanted else text


def rows(pairs: list[tuple[str, object]], width: int = 0) -> list[str]:
    """Give names and values as aligned lines; values of None are left out."""
    width = width or max((len(name) for name, _ in pairs), default=0)
    return [f"  {name:<{width}}  {printable(value)}" for name, value in pairs if value is not None]


def complain(words: object) -> None:
    """Say on standard error what is wrong."""
    print(f"iamtriage: {escape_controls(str(words))}", file=sys.stderr)
