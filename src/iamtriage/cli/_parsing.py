"""Parse the arguments of commands with argparse."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from iamtriage._text import hide_secrets
from iamtriage._typing import override
from iamtriage.cli._arguments import COMMAND_MODULES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ("parse_arguments",)

_DEFAULT_COLUMNS = 80


class _Formatter(argparse.HelpFormatter):
    """Finds the width of the terminal without importing ``shutil``, which imports archive modules."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_terminal_columns() - 2)


def _terminal_columns() -> int:
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated) > 0:
        return int(stated)
    try:
        columns = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns
    except (OSError, ValueError):
        columns = 0
    return columns or _DEFAULT_COLUMNS


class _Parser(argparse.ArgumentParser):
    """A parser that records which subcommand was parsed, to print its usage for an unknown option."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, formatter_class=_Formatter, **kwargs)  # type: ignore[arg-type, misc]
        self.set_defaults(parser=self)

    @override
    def error(self, message: str) -> NoReturn:
        super().error(hide_secrets(message))


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments of a command.

    Raises:
        SystemExit: An argument is wrong, or asks for help.
    """
    command_line = _build_parser(argv[0] if argv else "")
    if not argv:
        command_line.print_help(sys.stderr)
        raise SystemExit(2)
    arguments, unknown = command_line.parse_known_args(argv)
    if hasattr(arguments, "files") and not any(each.startswith("-") and each != "-" for each in unknown):
        # argparse accepts FILE arguments only in one place.
        arguments.files.extend(unknown)
        unknown = []
    if unknown:
        parser: argparse.ArgumentParser = arguments.parser
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return arguments


def _build_parser(first: str) -> argparse.ArgumentParser:
    """Build the parser of a command, or of all commands if the first argument names none."""
    parser = _Parser(
        prog="iamtriage",
        description="Explain AWS access-denied, credential, and Kubernetes errors in logs and command "
        "output. Check role ARNs, aws-auth ConfigMaps, STS endpoints, and trust policies.",
        epilog="Run 'iamtriage COMMAND --help' for the options and exit status of a command.",
    )
    names = [first]
    if first not in COMMAND_MODULES:
        names = list(COMMAND_MODULES)
        parser.add_argument("--version", action="version", version=f"iamtriage {_get_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in dict.fromkeys(COMMAND_MODULES[name] for name in names):
        import_module(f"iamtriage.cli._commands.{module}").add_commands(commands)
    return parser


def _get_version() -> str:
    from iamtriage import __version__

    return __version__
