"""The command ``trust``; not for the rules, which ``trust_policies`` and ``web_identity`` know."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from iamtriage.cli._output import FOUND, NOTHING, WRONG_USE, bold, complain, rows

if TYPE_CHECKING:
    import argparse

    from iamtriage.cli._output import Commands

__all__ = ("add_command",)


def add_command(commands: Commands) -> None:
    """Add the command."""
    words = "tell whether a role's trust policy lets a caller or a token in, and which line mends it"
    command = commands.add_parser("trust", help=words, description=words.capitalize() + ".")
    command.add_argument("policy", metavar="POLICY", help="the trust policy, a JSON file; - standard input")
    who = command.add_mutually_exclusive_group(required=True)
    who.add_argument("--token", metavar="FILE", help="a web identity token, as a pod has it")
    who.add_argument("--caller", metavar="ARN", help="a principal's ARN, or a service principal")
    command.add_argument("--role", metavar="ARN", help="the role's ARN")
    command.add_argument("--action", help="the action; the default follows from --token or --caller")
    command.add_argument(
        "--context",
        metavar="KEY=VALUE",
        action="append",
        help="a condition key's value, such as sts:ExternalId=…; may be repeated; the others are then absent",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from iamtriage.trust._evaluation import check_trust_policy
    from iamtriage.trust._tokens import read_web_identity_token

    try:
        context = _context(arguments.context)
        claims = None if arguments.token is None else read_web_identity_token(_bytes_of(arguments.token))
        default = "sts:AssumeRole" if claims is None else "sts:AssumeRoleWithWebIdentity"
        result = check_trust_policy(
            _bytes_of(arguments.policy).decode(),
            action=arguments.action or default,
            role_arn=arguments.role,
            caller=arguments.caller,
            claims=claims,
            context=context,
        )
    except UnicodeDecodeError:
        complain(f"{arguments.policy}: not UTF-8")
        return WRONG_USE
    except ValueError as error:
        # No policy, no token, no ARN, an action that is not STS's, a time or context that is none.
        complain(error)
        return WRONG_USE
    verdict = {True: "allowed", False: "not allowed", None: "cannot be decided"}[result.allowed]
    facts: list[tuple[str, object]] = [
        ("why", result.reason),
        ("statement", result.statement),
        ("condition", result.condition),
        ("fix", result.fix),
    ]
    if arguments.json:
        print(json.dumps({"allowed": result.allowed, **dict(facts)}, ensure_ascii=True))
    else:
        print("\n".join([bold(verdict), *rows(facts)]))
    return FOUND if result.allowed else NOTHING


def _context(given: list[str] | None) -> dict[str, str | list[str]] | None:
    if given is None:
        return None
    values: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not key or not equals:
            msg = f"--context is KEY=VALUE, not {text!r}"
            raise ValueError(msg)
        values.setdefault(key, []).append(value)
    return {key: many[0] if len(many) == 1 else many for key, many in values.items()}


def _bytes_of(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
