"""Run the commands of the command line ``iamtriage``."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from iamtriage.cli._arguments import parse_plain_arguments
from iamtriage.cli._input import InputError
from iamtriage.cli._output import ERROR, FOUND, choose_color, print_error

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

__all__ = ("main",)

_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments; by default, those of the process.

    Returns:
        The exit status: 0 or 1 as the command's help says, 2 on an error, 130 after Ctrl-C.

    >>> main(["arn", "arn:aws:iam::111122223333:role/team/app", "--for", "aws-auth"])
    arn:aws:iam::111122223333:role/app
    0
    """
    # Printing must not fail, whatever characters a log contains.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = _parse_arguments(sys.argv[1:] if argv is None else argv)
    except SystemExit as error:
        return ERROR if error.code else FOUND
    choose_color(getattr(arguments, "color", "auto"))
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


def _parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    plain = parse_plain_arguments(argv)
    if plain is not None:
        return plain
    from iamtriage.cli._parsing import parse_arguments

    return parse_arguments(argv)
