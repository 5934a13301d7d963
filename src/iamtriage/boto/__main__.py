"""Run a program and explain its AWS errors: ``python -m iamtriage.boto app.py ARGS``."""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from iamtriage.boto._install.installing import install

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("main",)


def main(arguments: Sequence[str] | None = None) -> None:
    """Install ``explain_errors`` in the process, and run a program as Python would.

    Exceptions and the exit status are those of the program.

    Args:
        arguments: The arguments of the command line; by default, those of the process.
    """
    parser = argparse.ArgumentParser(
        prog="python -m iamtriage.boto",
        description="Run a Python program. Tracebacks of AWS errors end with an explanation.",
    )
    parser.add_argument("-m", dest="module", action="store_true", help="PROGRAM is a module name")
    parser.add_argument("--full", action="store_true", help="explain in full, with policies and commands")
    parser.add_argument("program", metavar="PROGRAM", help="the Python file or module to run")
    parser.add_argument("args", metavar="ARGS", nargs=argparse.REMAINDER, help="arguments of the program")
    options = parser.parse_args(arguments)
    install(full=options.full)
    sys.argv = [options.program, *options.args]
    if options.module:
        sys.path[0] = ""
        runpy.run_module(options.program, run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = str(Path(options.program).resolve().parent)
        runpy.run_path(options.program, run_name="__main__")


if __name__ == "__main__":
    main()
