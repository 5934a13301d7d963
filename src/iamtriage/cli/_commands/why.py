"""Define the command ``why``."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from iamtriage.cli._options import add_color
from iamtriage.cli._output import ERROR, FOUND, NOT_FOUND, bold, is_colored, print_error

if TYPE_CHECKING:
    import argparse

    from iamtriage.cli._output import Commands
    from iamtriage.explaining.causes import CauseInfo

__all__ = ("add_commands",)

_MIN_WIDTH, _MAX_WIDTH = 40, 100


def add_commands(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "why",
        help="say what a cause means and how to fix it, or list all causes",
        description="Say what a cause means, how it is recognized, and how to fix it, with an example. "
        "CODE is the code that 'iamtriage explain --json' prints for a cause.",
        epilog="Exit status: 0 on success, 1 if there is no such cause, 2 on an error.",
    )
    command.add_argument("code", nargs="?", metavar="CODE", help="the code of a cause, such as scp-deny")
    command.add_argument("--list", action="store_true", help="list the codes and titles of all causes")
    command.add_argument("--json", action="store_true", help="print JSON, one cause per line")
    add_color(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from iamtriage.explaining.causes import all_causes, cause_info

    if arguments.list == (arguments.code is not None):
        print_error("expected either CODE or --list")
        return ERROR
    if arguments.list and not arguments.json:
        _print_list()
        return FOUND
    try:
        infos = all_causes() if arguments.list else (cause_info(arguments.code),)
    except KeyError as error:
        message = str(error.args[0])
        # A similar code is a better hint.
        print_error(message if message.endswith("?") else f"{message}; iamtriage why --list prints all codes")
        return NOT_FOUND
    for info in infos:
        print(json.dumps(info.to_dict(), ensure_ascii=True) if arguments.json else _format_page(info))
    return FOUND


def _print_list() -> None:
    from iamtriage.explaining.causes import SUBJECTS, all_causes

    infos = all_causes()
    width = max(len(info.code) for info in infos)
    for subject, group in groupby(infos, lambda info: info.subject):
        print(bold(SUBJECTS[subject]))
        for info in group:
            print(f"  {info.code:<{width}}  {info.title}")


def _format_page(info: CauseInfo) -> str:
    from shutil import get_terminal_size

    width = min(max(get_terminal_size().columns, _MIN_WIDTH), _MAX_WIDTH)
    return info.to_text(width=width, color=is_colored())
