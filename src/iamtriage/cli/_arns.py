"""The command ``arn``; not for what ARNs mean, which ``principals`` and ``role_arns`` know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

from iamtriage.cli._output import FOUND, NOTHING, WRONG_USE, bold, complain, rows
from iamtriage.exceptions import InvalidArnError, RolePathUnknownError

if TYPE_CHECKING:
    import argparse

    from iamtriage.arns._principals import Principal
    from iamtriage.cli._output import Commands

__all__ = ("add_command",)

_DETAILS = (
    ("path", "path"),
    ("name", "name"),
    ("role_name", "role"),
    ("session_name", "session"),
    ("permission_set", "permission set"),
    ("suffix", "suffix"),
    ("region", "Identity Center region"),
    ("service", "made by"),
)


def add_command(commands: Commands) -> None:
    """Add the command."""
    from iamtriage.typing import RoleTarget

    words = "take an ARN apart, and show a role's in the form for each place"
    command = commands.add_parser("arn", help=words, description=f"Read an ARN: {words}.")
    command.add_argument(
        "arn", metavar="ARN", help="the ARN of anything; or an account, or a service principal"
    )
    command.add_argument(
        "--for",
        dest="target",
        choices=get_args(RoleTarget),
        help="print a role's ARN in this form and nothing else",
    )
    command.add_argument("--path", help="the role's path, where the ARN does not tell it")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from iamtriage.arns._role_arns import normalize_role_arn

    if arguments.target:
        try:
            found = normalize_role_arn(arguments.arn, target=arguments.target, path=arguments.path)
        except RolePathUnknownError as error:
            complain(error)
            return NOTHING
        except InvalidArnError as error:
            complain(error)
            return WRONG_USE
        print(json.dumps(found) if arguments.json else found)
        return FOUND
    try:
        kind, facts = _facts(arguments.arn)
    except InvalidArnError as error:
        complain(error)
        return WRONG_USE
    forms = _forms(arguments.arn, arguments.path)
    if arguments.json:
        print(json.dumps({"kind": kind, **dict(facts), "forms": forms}, ensure_ascii=True))
        return FOUND
    shown = [(f"for {target}", form or "(needs the path, see below)") for target, form in forms.items()]
    pairs = [(label, value) for label, value in facts if value != ""] + shown
    print("\n".join([bold(kind), *rows(pairs)]))
    if None in forms.values():
        print(f"\n{_why_not(arguments.arn)}, or state it with --path")
    elif kind == "role session" and arguments.path is None:
        print("\na session's ARN does not tell the role's path; if it has one, state it with --path")
    return FOUND


def _facts(text: str) -> tuple[str, list[tuple[str, object]]]:
    """Give what kind of ARN it is and its parts; an ARN of something else has its sections only."""
    from iamtriage.arns._arns import parse_arn
    from iamtriage.arns._principals import parse_principal

    principal: Principal | None
    try:
        principal = parse_principal(text)
    except InvalidArnError as error:
        if not text.startswith("arn:"):
            raise
        arn = parse_arn(text)
        if arn.service in {"iam", "sts"} and arn.resource_type in {"role", "user", "assumed-role"}:
            raise error from None
        sections: list[tuple[str, object]] = list(arn._asdict().items())
        return f"{arn.service or 'unknown'} resource", sections
    facts: list[tuple[str, object]] = [
        (name, getattr(principal, name, "")) for name in ("partition", "account")
    ]
    for name, label in _DETAILS:
        value = getattr(principal, name, None)
        if value is not None:
            facts.append((label, value))
    return principal.kind, facts


def _forms(text: str, path: str | None) -> dict[str, str | None]:
    """Give a role's ARN for each place, None where the path is needed; nothing for what is no role."""
    from iamtriage.arns._role_arns import normalize_role_arn
    from iamtriage.typing import RoleTarget

    forms: dict[str, str | None] = {}
    for target in get_args(RoleTarget):
        try:
            forms[target] = normalize_role_arn(text, target=target, path=path)
        except RolePathUnknownError:
            forms[target] = None
        except InvalidArnError:
            return {}
    return forms


def _why_not(text: str) -> str:
    from iamtriage.arns._role_arns import normalize_role_arn

    try:
        return normalize_role_arn(text)
    except RolePathUnknownError as error:
        return str(error)
