"""Run the commands of the command line ``iamtriage``."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING

from iamtriage.cli._input import InputError
from iamtriage.cli._output import ERROR, FOUND, print_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ("main",)

_INTERRUPTED = 130
_DEFAULT_COLUMNS = 80
# The commands and their modules, in the order of the help.
_MODULES = {
    "explain": "explain",
    "parse": "failures",
    "scan": "failures",
    "report": "report",
    "redact": "redact",
    "arn": "arns",
    "aws-auth": "aws_auth",
    "sts": "sts",
    "trust": "trust",
    "check": "check",
    "why": "why",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments; those of the process if ``None``.

    Returns:
        The exit status: 0 or 1 as the command's help says, 2 on an error, 130 after Ctrl-C.
    """
    # Printing must not fail, whatever characters a log contains.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = _parse_arguments(argv)
    except SystemExit as error:
        return ERROR if error.code else FOUND
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except BrokenPipeError:
        # The reader closed the pipe. Without this, Python would report it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except OSError as error:
        reason = error.strerror or error
        print_error(f"{error.filename}: {reason}" if error.filename else reason)
        return ERROR
    except InputError as error:
        print_error(error)
        return ERROR
    except KeyboardInterrupt:
        return _INTERRUPTED


class _Formatter(argparse.HelpFormatter):
    """Finds the width of the terminal without ``shutil``, which imports the modules of archives."""

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
    """A parser that remembers which subcommand was parsed, to print its usage for an unknown option."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, formatter_class=_Formatter, **kwargs)  # type: ignore[arg-type, misc]
        self.set_defaults(parser=self)


def _parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    argv = sys.argv[1:] if argv is None else argv
    arguments, unknown = _build_parser(argv[0] if argv else "").parse_known_args(argv)
    if hasattr(arguments, "files") and not any(each.startswith("-") and each != "-" for each in unknown):
        # argparse takes FILE arguments only from one place.
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
    if first not in _MODULES:
        names = list(_MODULES)
        parser.add_argument("--version", action="version", version=f"iamtriage {_get_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in dict.fromkeys(_MODULES[name] for name in names):
        import_module(f"{__name__}._commands.{module}").add_commands(commands)
    return parser


def _get_version() -> str:
    from iamtriage import __version__

    return __version__
