"""Define the command ``trust``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from iamtriage.cli._input import read_bytes
from iamtriage.cli._options import add_color, parse_context
from iamtriage.cli._output import ERROR, FOUND, NOT_FOUND, bold, format_rows, print_error
from iamtriage.exceptions import PolicyError, TokenError

if TYPE_CHECKING:
    import argparse

    from iamtriage.cli._output import Commands

__all__ = ("add_commands",)


def add_commands(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "trust",
        help="evaluate a role's trust policy for a caller or a token",
        description="Evaluate a role's trust policy for a caller or a web identity token. If it does not "
        "allow the call, print the condition that does not match and the line that fixes it.",
        epilog="Exit status: 0 if the policy allows the call, 1 if it does not or if that cannot be "
        "decided, 2 on an error.",
    )
    command.add_argument(
        "policy", metavar="POLICY", help="a JSON file with the trust policy, or - for standard input"
    )
    subject = command.add_mutually_exclusive_group(required=True)
    subject.add_argument("--token", metavar="FILE", help="a file with a web identity token, such as a pod's")
    subject.add_argument("--caller", metavar="ARN", help="the ARN of a principal, or a service principal")
    command.add_argument("--role", metavar="ARN", help="the ARN of the role")
    command.add_argument(
        "--action",
        help="the action (default: sts:AssumeRoleWithWebIdentity with --token, sts:AssumeRole with --caller)",
    )
    command.add_argument(
        "--context",
        metavar="KEY=VALUE",
        action="append",
        help="the value of a condition key, such as sts:ExternalId=…; can be repeated; other keys are "
        "then absent",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_color(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from iamtriage.trust._evaluation import check_trust_policy
    from iamtriage.trust._tokens import read_web_identity_token

    try:
        context = _build_context(arguments.context)
        claims = None if arguments.token is None else read_web_identity_token(read_bytes(arguments.token))
        default_action = "sts:AssumeRole" if claims is None else "sts:AssumeRoleWithWebIdentity"
        result = check_trust_policy(
            read_bytes(arguments.policy).decode(),
            action=arguments.action or default_action,
            role_arn=arguments.role,
            caller=arguments.caller,
            claims=claims,
            context=context,
        )
    except PolicyError as error:
        print_error(f"{arguments.policy}: {error}")
        return ERROR
    except TokenError as error:
        print_error(f"{arguments.token}: {error}")
        return ERROR
    except UnicodeDecodeError:
        print_error(f"{arguments.policy}: expected UTF-8, got other bytes")
        return ERROR
    except ValueError as error:
        # An invalid ARN, action, or context.
        print_error(error)
        return ERROR
    if arguments.json:
        import attrs

        print(json.dumps(attrs.asdict(result), ensure_ascii=True))
    else:
        verdict = bold(str(result).partition(":")[0])
        facts = [("why", result.reason), ("statement", result.statement), ("condition", result.condition)]
        print(format_rows(verdict, [*facts, ("fix", result.fix)]))
    return FOUND if result.allowed else NOT_FOUND


def _build_context(arguments: list[str] | None) -> dict[str, str | list[str]] | None:
    """Return the context of the request; a key with one value has a string."""
    if arguments is None:
        return None
    return {key: each[0] if len(each) == 1 else each for key, each in parse_context(arguments).items()}
