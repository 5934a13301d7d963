"""Check that commands get the same arguments without argparse as with it."""

from __future__ import annotations

import subprocess
import sys

from iamtriage.cli._arguments import FILE_COMMANDS, parse_plain_arguments
from iamtriage.cli._parsing import parse_arguments
from tests.tables import check_rows


@check_rows("files", [[], ["-"], ["a.log", "logs/**/*.gz"], ["a b", ""]])
@check_rows("command", sorted(FILE_COMMANDS))
def test_files_are_parsed_as_argparse_does(command: str, files: list[str]) -> None:
    plain, parsed = parse_plain_arguments([command, *files]), vars(parse_arguments([command, *files]))
    del parsed["parser"]
    assert plain is not None
    assert vars(plain) == parsed


@check_rows(
    "argv",
    [[], ["--version"], ["explain", "--help"], ["explain", "a.log", "--all"], ["parse", "-x"], ["scan", "--"], ["arn", "a"], ["nonsense"]],
)  # fmt: skip
def test_options_and_other_commands_need_argparse(argv: list[str]) -> None:
    assert parse_plain_arguments(argv) is None


def test_a_command_with_files_does_not_import_argparse() -> None:
    code = "import sys; from iamtriage.cli import main; main(['parse']); print('argparse' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], input="", check=True, capture_output=True, text=True)
    assert done.stdout.split()[-1] == "False"


def test_only_the_process_of_the_command_changes_garbage_collection() -> None:
    """``main()`` leaves the search for cycles to its caller; the command stops it, and sorts out nothing at exit."""
    code = (
        "import gc, sys; from iamtriage.cli import main; from iamtriage.__main__ import run\n"
        "before = gc.get_threshold(); assert main(['nonsense']) == 2; assert gc.get_threshold() == before\n"
        "sys.argv = ['iamtriage', 'nonsense']; assert run() == 2; print(gc.get_freeze_count() > 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"
