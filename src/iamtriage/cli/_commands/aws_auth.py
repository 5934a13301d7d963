"""Define the commands ``aws-auth lint``, ``fix``, ``migrate``, and ``who``."""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import sys
from typing import TYPE_CHECKING

from iamtriage._text import escape_controls
from iamtriage.cli._input import InputError, find_compression_name, read_bytes
from iamtriage.cli._options import add_color
from iamtriage.cli._output import (
    CLEAN,
    ERROR,
    FOUND,
    NOT_FOUND,
    PROBLEMS_FOUND,
    bold,
    format_rows,
    format_value,
    print_error,
)
from iamtriage.exceptions import AwsAuthError, InvalidArnError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from iamtriage.aws_auth import Migration
    from iamtriage.cli._output import Commands

__all__ = ("add_commands",)


def add_commands(commands: Commands) -> None:
    """Add the four commands."""
    group = commands.add_parser(
        "aws-auth",
        help="lint, fix, query, or migrate an aws-auth ConfigMap",
        description="Lint, fix, query, or migrate the aws-auth ConfigMap of an EKS cluster.",
        epilog="Run 'iamtriage aws-auth COMMAND --help' for the options and exit status of a command.",
    )
    subcommands = group.add_subparsers(dest="aws_auth", required=True, metavar="COMMAND")

    lint = subcommands.add_parser(
        "lint",
        help="list the problems",
        description="List the problems of an aws-auth ConfigMap, and how to fix them.",
        epilog="Exit status: 0 if there are no findings, 1 if there are, 2 on an error.",
    )
    _add_file(lint, _lint)
    lint.add_argument("--json", action="store_true", help="print one JSON object per finding")

    fix = subcommands.add_parser(
        "fix",
        help="fix the problems that are safe to fix",
        description="Fix the problems of an aws-auth ConfigMap that are safe to fix: rewrite FILE and "
        "print the difference. If FILE is -, print the fixed text.",
        epilog="Exit status: 0 on success; with --diff, 0 if there is nothing to fix, 1 if there is; 2 on "
        "an error.",
    )
    _add_file(fix, _fix)
    fix.add_argument("--diff", action="store_true", help="only print the difference, and do not rewrite FILE")

    migrate = subcommands.add_parser(
        "migrate",
        help="print the access entries that replace the ConfigMap",
        description="Print the access entries that replace an aws-auth ConfigMap, as AWS CLI commands.",
        epilog="Exit status: 0 if there are entries to migrate, 1 if there are none, 2 on an error.",
    )
    _add_file(migrate, _migrate)
    migrate.add_argument("--cluster", required=True, metavar="NAME", help="the name of the cluster")
    form = migrate.add_mutually_exclusive_group()
    form.add_argument("--terraform", action="store_true", help="print Terraform instead")
    form.add_argument("--json", action="store_true", help="print one JSON object instead")

    who = subcommands.add_parser(
        "who",
        help="show the entry that matches a caller",
        description="Show the entry that matches a caller, as the authenticator finds it, and the caller's "
        "Kubernetes username and groups.",
        epilog="Exit status: 0 if an entry matches, 1 if none does, 2 on an error.",
    )
    _add_file(who, _who)
    who.add_argument("arn", metavar="ARN", help="the caller's Arn from 'aws sts get-caller-identity'")
    who.add_argument("--json", action="store_true", help="print one JSON object")


def _add_file(command: argparse.ArgumentParser, run: Callable[[argparse.Namespace, str], int]) -> None:
    command.add_argument(
        "file",
        metavar="FILE",
        help="the ConfigMap in YAML or JSON, as a manifest or as kubectl get prints it; - is standard input",
    )
    add_color(command)
    command.set_defaults(run=functools.partial(_run_with_text, run))


def _run_with_text(run: Callable[[argparse.Namespace, str], int], arguments: argparse.Namespace) -> int:
    """Run a command with the text of its file."""
    try:
        # If the extra is not installed, this raises an error that names it.
        importlib.import_module("iamtriage.aws_auth")
        return run(arguments, read_bytes(arguments.file).decode())
    except ImportError as error:
        print_error(error)
    except UnicodeDecodeError as error:
        print_error(f"{arguments.file}: expected UTF-8, got other bytes at byte {error.start}")
    except AwsAuthError as error:
        print_error(f"{arguments.file}: {error}")
    except InvalidArnError as error:
        print_error(error)
    return ERROR


def _lint(arguments: argparse.Namespace, text: str) -> int:
    import attrs

    from iamtriage.aws_auth import lint

    findings = lint(text)
    for finding in findings:
        if arguments.json:
            print(json.dumps(attrs.asdict(finding), ensure_ascii=True))
            continue
        place = f"{format_value(arguments.file)}:{finding.line}:"
        print(f"{place} {bold(f'{finding.severity}[{finding.code}]')} {escape_controls(finding.message)}")
        if finding.fix:
            print(f"    fix: {escape_controls(finding.fix)}")
    if not findings and not arguments.json:
        print_error("no problems found")
    return PROBLEMS_FOUND if findings else CLEAN


def _fix(arguments: argparse.Namespace, text: str) -> int:
    from iamtriage.aws_auth import diff, fix, load

    load(text)
    fixed = fix(text)
    if arguments.file == "-" and not arguments.diff:
        # With standard input, the command is a filter: it prints all of its input, fixed or not.
        sys.stdout.write(fixed)
        return CLEAN
    if fixed == text:
        print_error("nothing to fix; lint lists problems that are not safe to fix")
        return CLEAN
    if not arguments.diff:
        compression = find_compression_name(arguments.file)
        if compression is not None:
            msg = f"{arguments.file}: {compression}-compressed, so fix cannot rewrite it; decompress it first"
            raise InputError(msg)
        _replace_file(arguments.file, fixed.encode())
    lines = diff(text, fixed, arguments.file).splitlines()
    print("".join(f"{escape_controls(line)}\n" for line in lines), end="")
    return PROBLEMS_FOUND if arguments.diff else CLEAN


def _replace_file(file: str, data: bytes) -> None:
    """Replace a file atomically, and keep its mode and symbolic link."""
    import shutil
    import tempfile

    target = os.path.realpath(file)
    handle, name = tempfile.mkstemp(prefix=".iamtriage-", dir=os.path.dirname(target))  # noqa: PTH120 (realpath returns a string)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, name)
        os.replace(name, target)  # noqa: PTH105 (strings, as above)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108 (a string, as above)
        raise


def _migrate(arguments: argparse.Namespace, text: str) -> int:
    from iamtriage.aws_auth import load, migrate

    try:
        migration = migrate(load(text), cluster=arguments.cluster)
    except (AwsAuthError, InvalidArnError):
        raise
    except ValueError as error:
        print_error(error)
        return ERROR
    if arguments.json:
        print(json.dumps(migration.to_dict(), ensure_ascii=True, indent=2))
    else:
        print(migration.terraform().rstrip("\n") if arguments.terraform else _format_script(migration))
    return FOUND if migration.entries else NOT_FOUND


def _format_script(migration: Migration) -> str:
    """Format the commands as a shell script, with the notes of each entry as comments."""
    import attrs

    blocks = ["\n".join(f"# {escape_controls(note)}" for note in migration.notes)] if migration.notes else []
    for entry in migration.entries:
        comments = [f"# {escape_controls(note)}" for note in entry.notes]
        blocks.append("\n".join([*comments, *attrs.evolve(migration, entries=(entry,)).commands()]))
    return "\n\n".join(blocks)


def _who(arguments: argparse.Namespace, text: str) -> int:
    from iamtriage.aws_auth import load, who_matches

    match = who_matches(load(text), arguments.arn)
    if match is None:
        if not arguments.json:
            print_error(
                "no entry matches this caller, so EKS returns Unauthorized unless it has an access entry; "
                "'iamtriage aws-auth lint' names entries that never match"
            )
        return NOT_FOUND
    entry = match.entry
    facts = {
        "username": match.username,
        "groups": match.groups,
        "entry": entry if isinstance(entry, str) else entry.arn,
        "line": None if isinstance(entry, str) else entry.line,
        "problem": match.problem,
    }
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=True))
        return FOUND
    facts["groups"] = ", ".join(match.groups) or "(none)"
    facts["entry"] = f"mapAccounts {entry}" if isinstance(entry, str) else entry.arn or "sso"
    print(format_rows(bold("matched"), list(facts.items())))
    return FOUND
