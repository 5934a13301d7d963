"""The command ``redact``; not for finding secrets, which ``redaction`` does."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from iamtriage.cli._input import opened
from iamtriage.cli._output import FOUND, NOTHING

if TYPE_CHECKING:
    import argparse
    from typing import IO

    from iamtriage.cli._output import Commands

__all__ = ("add_command",)


def add_command(commands: Commands) -> None:
    """Add the command."""
    words = "print it without its secrets"
    command = commands.add_parser("redact", help=words, description=f"Read a text and {words}.")
    command.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="what to read; - or nothing: standard input"
    )
    command.add_argument(
        "--identifiers",
        action="store_true",
        help="give accounts, principals, key ids, resources, addresses and ids pseudonyms, too",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from iamtriage.redaction._redact import redact

    with opened(arguments.file) as file:
        text = _faithful(file).read()
    shown = redact(text, identifiers=arguments.identifiers)
    stream: object = sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")
    sys.stdout.write(shown)
    sys.stdout.flush()
    return NOTHING if shown == text else FOUND


def _faithful(file: IO[str]) -> IO[str]:
    """Read a file so that what is not hidden can be written as it was: line ends, bytes that are no text."""
    stream: object = file
    if isinstance(stream, TextIOWrapper):
        utf8 = stream.encoding.lower().startswith("utf-8")
        stream.reconfigure(newline="", errors="surrogateescape" if utf8 else "replace")
    return file
