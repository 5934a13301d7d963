"""The command ``redact``."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from iamtriage.cli._input import open_input
from iamtriage.cli._options import add_file
from iamtriage.cli._output import FOUND, NOT_FOUND

if TYPE_CHECKING:
    import argparse

    from iamtriage.cli._output import Commands

__all__ = ("add_commands",)


def add_commands(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "redact",
        help="print a text without its secrets",
        description="Print a text with its secrets replaced. Check the result before you share it.",
        epilog="Exit status: 0 if something was replaced, 1 if nothing was, 2 on an error.",
    )
    add_file(command)
    command.add_argument(
        "--identifiers",
        action="store_true",
        help="also replace account IDs, principals, access key IDs, resources, addresses, and other IDs with "
        "pseudonyms",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from iamtriage.redaction._redact import redact

    with open_input(arguments.file, keep_bytes=True) as source:
        text = source.file.read()
        # Secrets in binary data would not be found.
        source.check()
    redacted = redact(text, identifiers=arguments.identifiers)
    stdout: object = sys.stdout
    if isinstance(stdout, TextIOWrapper):
        stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")
    sys.stdout.write(redacted)
    sys.stdout.flush()
    return NOT_FOUND if redacted == text else FOUND
