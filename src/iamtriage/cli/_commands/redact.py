"""Define the command ``redact``."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from iamtriage.cli._input import Inputs
from iamtriage.cli._options import add_files
from iamtriage.cli._output import ERROR, FOUND, NOT_FOUND

if TYPE_CHECKING:
    import argparse

    from iamtriage.cli._output import Commands
    from iamtriage.inputs._inputs import Input

__all__ = ("add_commands",)


def add_commands(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "redact",
        help="print a text without its secrets",
        description="Print a text with its secrets replaced. Several files are redacted as one text. Check "
        "the result before you share it.",
        epilog="Exit status: 0 if something was replaced, 1 if nothing was, 2 on an error.",
    )
    add_files(command)
    command.add_argument(
        "--identifiers",
        action="store_true",
        help="also replace account IDs, principals, access key IDs, resources, addresses, and other IDs with "
        "pseudonyms",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from iamtriage.redaction._redact import redact

    inputs = Inputs(arguments.files)
    text = "".join([_read(source) for source in inputs])
    if inputs.problems and not text:
        return ERROR
    redacted = redact(text, identifiers=arguments.identifiers)
    stdout: object = sys.stdout
    if isinstance(stdout, TextIOWrapper):
        stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")
    sys.stdout.write(redacted)
    sys.stdout.flush()
    if inputs.problems:
        return ERROR
    return NOT_FOUND if redacted == text else FOUND


def _read(source: Input) -> str:
    """Return the text of an input, or an empty string if redaction could miss secrets in it."""
    from iamtriage.inputs._content import NUL_BYTES

    text = ""
    for content in source.open_content():
        text = content.open_text(keep_bytes=True).read()
        if content.is_binary:
            source.problem = NUL_BYTES
    return text if source.problem is None else ""
