"""The commands ``aws-auth lint|fix|migrate|who``; not for what they find: see ``iamtriage.aws_auth``."""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import sys
from typing import TYPE_CHECKING

from iamtriage._text import escape_controls
from iamtriage.cli._output import FOUND, NOTHING, WRONG_USE, bold, complain, printable, rows
from iamtriage.exceptions import AwsAuthError, InvalidArnError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from iamtriage.aws_auth import Migration
    from iamtriage.cli._output import Commands

__all__ = ("add_commands",)


def add_commands(commands: Commands) -> None:
    """Add the four commands."""
    words = "check, mend, query and replace the aws-auth ConfigMap of an EKS cluster"
    group = commands.add_parser("aws-auth", help=words, description=words.capitalize() + ".")
    inner = group.add_subparsers(dest="aws_auth", required=True, metavar="COMMAND")

    lint = _command(inner, "lint", "list what is wrong", _lint)
    lint.add_argument("--json", action="store_true", help="print findings, one JSON object a line")

    fix = _command(inner, "fix", "mend what is safe to mend, in the file, and show the difference", _fix)
    fix.add_argument("--diff", action="store_true", help="show the difference and leave the file alone")

    migrate = _command(inner, "migrate", "print the access entries that replace the ConfigMap", _migrate)
    migrate.add_argument("--cluster", required=True, metavar="NAME", help="the cluster's name")
    form = migrate.add_mutually_exclusive_group()
    form.add_argument("--terraform", action="store_true", help="print Terraform, not AWS CLI commands")
    form.add_argument("--json", action="store_true", help="print one JSON object")

    who = _command(inner, "who", "show the entry that a caller hits, as the authenticator finds it", _who)
    who.add_argument(
        "arn", metavar="ARN", help="the caller: what `aws sts get-caller-identity` prints as Arn"
    )
    who.add_argument("--json", action="store_true", help="print one JSON object")


def _command(
    commands: Commands,
    name: str,
    words: str,
    run: Callable[[argparse.Namespace, str], int],
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=f"Read an aws-auth ConfigMap: {words}.")
    command.add_argument(
        "file",
        metavar="FILE",
        help="YAML or JSON, as in the repository or as kubectl prints it; - standard input",
    )
    command.set_defaults(run=functools.partial(_with_text, run))
    return command


def _with_text(run: Callable[[argparse.Namespace, str], int], arguments: argparse.Namespace) -> int:
    """Run a command on the text of its file, whose line ends are kept."""
    try:
        # It says which extra is missing.
        importlib.import_module("iamtriage.aws_auth")
        return run(arguments, _text_of(arguments.file))
    except ImportError as error:
        complain(error)
    except UnicodeDecodeError as error:
        complain(f"{arguments.file}: not UTF-8 at byte {error.start}")
    except AwsAuthError as error:
        complain(f"{arguments.file}: {error}")
    except InvalidArnError as error:
        complain(error)
    return WRONG_USE


def _text_of(file: str) -> str:
    if file == "-":
        return sys.stdin.buffer.read().decode()
    with open(file, "rb") as stream:  # noqa: PTH123 (a name from the command line)
        return stream.read().decode()


def _lint(arguments: argparse.Namespace, text: str) -> int:
    from iamtriage.aws_auth import lint

    findings = lint(text)
    for finding in findings:
        if arguments.json:
            facts = {
                "code": finding.code,
                "severity": finding.severity,
                "line": finding.line,
                "value": finding.value,
                "message": finding.message,
                "fix": finding.fix,
            }
            print(json.dumps(facts, ensure_ascii=True))
            continue
        place = f"{printable(arguments.file)}:{finding.line}:"
        print(f"{place} {bold(f'{finding.severity}[{finding.code}]')} {escape_controls(finding.message)}")
        if finding.fix:
            print(f"    fix: {escape_controls(finding.fix)}")
    if not findings and not arguments.json:
        complain("nothing wrong found")
    return FOUND if findings else NOTHING


def _fix(arguments: argparse.Namespace, text: str) -> int:
    from iamtriage.aws_auth import diff, fix, load

    load(text)
    fixed = fix(text)
    if arguments.file == "-" and not arguments.diff:
        # A filter: what it reads comes out, mended or not.
        sys.stdout.write(fixed)
        return FOUND if fixed != text else NOTHING
    if fixed == text:
        complain("nothing that is safe to mend; `lint` lists the rest")
        return NOTHING
    if not arguments.diff:
        _replace(arguments.file, fixed.encode())
    print(
        "".join(f"{escape_controls(line)}\n" for line in diff(text, fixed, arguments.file).splitlines()),
        end="",
    )
    return FOUND


def _replace(file: str, data: bytes) -> None:
    """Write a file whole or not at all, keeping its mode and a link that leads to it."""
    import shutil
    import tempfile

    target = os.path.realpath(file)
    handle, name = tempfile.mkstemp(prefix=".iamtriage-", dir=os.path.dirname(target))  # noqa: PTH120 (realpath's text)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, name)
        os.replace(name, target)  # noqa: PTH105 (texts, as above)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108 (a text, as above)
        raise


def _migrate(arguments: argparse.Namespace, text: str) -> int:
    from iamtriage.aws_auth import load, migrate

    try:
        migration = migrate(load(text), cluster=arguments.cluster)
    except InvalidArnError:
        raise
    except ValueError as error:
        complain(error)
        return WRONG_USE
    if arguments.json:
        print(json.dumps(migration.to_dict(), ensure_ascii=True, indent=2))
    else:
        print(migration.terraform().rstrip("\n") if arguments.terraform else _script(migration))
    return FOUND if migration.entries else NOTHING


def _script(migration: Migration) -> str:
    """Give the commands as a shell script, each entry under its notes."""
    import attrs

    blocks = ["\n".join(f"# {escape_controls(note)}" for note in migration.notes)] if migration.notes else []
    for entry in migration.entries:
        lines = [f"# {escape_controls(note)}" for note in entry.notes]
        blocks.append("\n".join([*lines, *attrs.evolve(migration, entries=(entry,)).commands()]))
    return "\n\n".join(blocks)


def _who(arguments: argparse.Namespace, text: str) -> int:
    from iamtriage.aws_auth import load, who_matches

    match = who_matches(load(text), arguments.arn)
    if match is None:
        if not arguments.json:
            complain("no entry matches this caller: EKS answers Unauthorized, unless an access entry does")
        return NOTHING
    entry = match.entry
    line = None if isinstance(entry, str) else entry.line
    if arguments.json:
        facts = {
            "username": match.username,
            "groups": list(match.groups),
            "entry": entry if isinstance(entry, str) else entry.arn,
            "line": line,
            "problem": match.problem,
        }
        print(json.dumps(facts, ensure_ascii=True))
        return FOUND
    shown: list[tuple[str, object]] = [
        ("user", match.username),
        ("groups", ", ".join(match.groups) or "(none)"),
        ("entry", f"mapAccounts {entry}" if isinstance(entry, str) else entry.arn or "sso"),
        ("line", line),
        ("but", match.problem),
    ]
    print("\n".join([bold("matched"), *rows(shown)]))
    return FOUND
