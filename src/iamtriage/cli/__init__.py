"""The command line ``iamtriage``; not for logic of its own. Each group of commands has a module.

Exit status as grep's: 0 something was found, 1 nothing, 2 wrong use.
"""

from __future__ import annotations

import argparse
import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from iamtriage.cli import _arns, _aws_auth, _explain, _failures, _redact, _sts, _trust
from iamtriage.cli._output import FOUND, WRONG_USE, complain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ("main",)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; those of the process when None.

    Returns:
        0 when something was found, 1 when nothing was, 2 on wrong use.
    """
    # Whatever a log holds, printing must not fail.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return WRONG_USE if stop.code else FOUND
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except BrokenPipeError:
        # The reader of our output has had enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except OSError as error:
        complain(f"{error.filename or arguments.file}: {error.strerror or error}")
        return WRONG_USE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iamtriage",
        description="Explain AWS authorization and credential failures; check role ARNs, aws-auth and STS.",
        epilog="Exit status: 0 something was found, 1 nothing, 2 wrong use.",
    )
    parser.add_argument("--version", action="version", version=f"iamtriage {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _explain.add_command(commands)
    _failures.add_commands(commands)
    _redact.add_command(commands)
    _arns.add_command(commands)
    _aws_auth.add_commands(commands)
    _sts.add_command(commands)
    _trust.add_command(commands)
    return parser


def _version() -> str:
    from iamtriage import __version__

    return __version__
