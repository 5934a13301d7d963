"""Parse the arguments of a command that has only files, without argparse.

Importing argparse and building a parser takes as long as reading a short text.
"""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from iamtriage.cli._output import Commands

__all__ = ("COMMAND_MODULES", "FILE_COMMANDS", "parse_plain_arguments")

COMMAND_MODULES = {
    "explain": "explain",
    "why": "why",
    "parse": "failures",
    "scan": "failures",
    "report": "report",
    "redact": "redact",
    "arn": "arns",
    "aws-auth": "aws_auth",
    "sts": "sts",
    "trust": "trust",
    "check": "check",
}
"""The commands and their modules, in the order of the help."""
FILE_COMMANDS = frozenset({"explain", "parse", "redact", "scan"})
"""The commands whose only positional arguments are files."""


def parse_plain_arguments(argv: Sequence[str]) -> argparse.Namespace | None:
    """Return the parsed arguments if they are a command and files, or ``None`` to use argparse."""
    if not argv or argv[0] not in FILE_COMMANDS:
        return None
    command, *files = argv
    if any(each.startswith("-") and each != "-" for each in files):
        return None
    commands: dict[str, _Defaults] = {}
    add_commands = import_module(f"iamtriage.cli._commands.{COMMAND_MODULES[command]}").add_commands
    add_commands(cast("Commands", _Recorder(commands)))
    found = SimpleNamespace(**{**commands[command].values, "command": command, "files": files})
    return cast("argparse.Namespace", found)


class _Recorder:
    """Replaces argparse's object for commands."""

    def __init__(self, commands: dict[str, _Defaults]) -> None:
        self._commands = commands

    def add_parser(self, name: str, **_: object) -> _Defaults:
        return self._commands.setdefault(name, _Defaults())


class _Defaults:
    """Replaces a parser, and records the defaults of its options."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def add_argument(self, name: str, *, action: str = "store", default: object = None, **_: object) -> None:
        if name.startswith("--"):
            self.values[name[2:].replace("-", "_")] = False if action == "store_true" else default

    def add_argument_group(self, *_: object) -> _Defaults:
        return self

    def add_mutually_exclusive_group(self, **_: object) -> _Defaults:
        return self

    def set_defaults(self, **values: object) -> None:
        self.values |= values
