"""Add and parse arguments that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from iamtriage.cli._output import ColorChoice

if TYPE_CHECKING:
    import argparse

__all__ = ("SEARCH_STATUS", "add_color", "add_files", "add_selection", "name_option", "parse_context")

SEARCH_STATUS = (
    "Exit status: 0 if a failure was found, 1 if none was, 2 on an error, also if only a part of the input "
    "could not be read."
)
_SELECTION_OPTIONS = {"since": "--since", "until": "--until", "accounts": "--account"}


def add_color(command: argparse.ArgumentParser) -> None:
    """Add the option that says when to color the output."""
    command.add_argument(
        "--color",
        choices=get_args(ColorChoice),
        default="auto",
        help="color the output: auto (on a terminal, the default), always or never",
    )


def add_files(command: argparse.ArgumentParser) -> None:
    """Add the FILE arguments of commands that read logs."""
    command.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="a log or event records, plain or compressed; a folder; an s3:// prefix; or a pattern such "
        "as 'logs/**/*.gz' (default: -, standard input)",
    )


def add_selection(command: argparse.ArgumentParser) -> None:
    """Add the options that select event records, and the files of a CloudTrail tree."""
    selection = command.add_argument_group(
        "selection of event records", "Logs that are not event records are read completely."
    )
    selection.add_argument(
        "--since",
        metavar="TIME",
        help="select events from this time on, such as 2026-11-27, or an age such as 7d",
    )
    selection.add_argument("--until", metavar="TIME", help="select events before this time")
    selection.add_argument(
        "--account", metavar="ID", action="append", default=[], help="an account ID; can be repeated"
    )
    selection.add_argument(
        "--region", metavar="REGION", action="append", default=[], help="a Region; can be repeated"
    )


def name_option(error: ValueError) -> str:
    """Return the message of an invalid selection, with the option in place of the argument of the library.

    >>> name_option(ValueError("accounts: expected 12-digit account IDs, got '12'"))
    "--account: expected 12-digit account IDs, got '12'"
    """
    message = str(error)
    name, colon, rest = message.partition(":")
    return f"{_SELECTION_OPTIONS[name]}{colon}{rest}" if name in _SELECTION_OPTIONS else message


def parse_context(arguments: list[str] | None) -> dict[str, list[str]]:
    """Parse the values of ``--context``: condition keys with their values.

    Raises:
        ValueError: A value is not ``KEY=VALUE``.

    >>> parse_context(["aws:PrincipalTag/team=a", "aws:PrincipalTag/team=b"])
    {'aws:PrincipalTag/team': ['a', 'b']}
    """
    values: dict[str, list[str]] = {}
    for argument in arguments or ():
        key, equals, value = argument.partition("=")
        if not key or not equals:
            msg = f"--context must be KEY=VALUE, not {argument!r}"
            raise ValueError(msg)
        values.setdefault(key, []).append(value)
    return values
