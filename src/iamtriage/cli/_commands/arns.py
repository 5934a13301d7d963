"""Define the command ``arn``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

from iamtriage._text import hide_secrets
from iamtriage.cli._options import add_color
from iamtriage.cli._output import ERROR, FOUND, NOT_FOUND, bold, format_rows, print_error
from iamtriage.exceptions import InvalidArnError, RolePathUnknownError

if TYPE_CHECKING:
    import argparse

    from iamtriage.arns._principals import Principal
    from iamtriage.cli._output import Commands

__all__ = ("add_commands",)

# Attribute of a principal -> its label.
_LABELS = {
    "path": "path",
    "name": "name",
    "role_name": "role",
    "session_name": "session",
    "permission_set": "permission set",
    "suffix": "suffix",
    "region": "Identity Center region",
    "service": "created by",
}


def add_commands(commands: Commands) -> None:
    """Add the command."""
    from iamtriage.typing import RoleTarget

    command = commands.add_parser(
        "arn",
        help="print the parts of an ARN, and a role's ARN for IAM, aws-auth, and access entries",
        description="Print the parts of an ARN. For a role or a role session, also print the role's ARN in "
        "the form that IAM, the aws-auth ConfigMap, and EKS access entries require.",
        epilog="Exit status: 0 on success, 1 if --for requires a path that the ARN does not contain, 2 on "
        "an error.",
    )
    command.add_argument("arn", metavar="ARN", help="any ARN, an account ID, or a service principal")
    command.add_argument(
        "--for",
        dest="target",
        choices=get_args(RoleTarget),
        help="print only the role's ARN, in this form",
    )
    command.add_argument("--path", help="the role's path, if the ARN does not contain it")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_color(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from iamtriage.arns._role_arns import normalize_role_arn

    try:
        if arguments.target:
            arn = hide_secrets(
                normalize_role_arn(arguments.arn, target=arguments.target, path=arguments.path)
            )
            print(json.dumps(arn) if arguments.json else arn)
            return FOUND
        kind, described = _describe(arguments.arn)
    except (InvalidArnError, RolePathUnknownError) as error:
        is_unknown = isinstance(error, RolePathUnknownError)
        print_error(f"{error}, or pass --path" if is_unknown else error)
        return NOT_FOUND if is_unknown else ERROR
    # A name can contain a token.
    facts = [(label, hide_secrets(str(value))) for label, value in described]
    listed = _list_forms(arguments.arn, arguments.path)
    forms = {target: form and hide_secrets(form) for target, form in listed.items()}
    if arguments.json:
        print(json.dumps({"kind": kind, **dict(facts), "forms": forms}, ensure_ascii=True))
        return FOUND
    form_rows = [
        (f"for {target}", form or "(requires the path, see below)") for target, form in forms.items()
    ]
    print(format_rows(bold(kind), [row for row in (*facts, *form_rows) if row[1] != ""]))
    if None in forms.values():
        print(f"\n{hide_secrets(_explain_unknown_path(arguments.arn))}, or pass --path")
    elif kind == "role session" and arguments.path is None:
        print("\na session's ARN does not contain the role's path; if the role has one, pass --path")
    return FOUND


def _describe(text: str) -> tuple[str, list[tuple[str, object]]]:
    """Return the kind and the parts of an ARN. For anything but a principal, these are its sections."""
    from iamtriage.arns._arns import parse_arn
    from iamtriage.arns._principal_parsing import parse_principal

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
    for name, label in _LABELS.items():
        value = getattr(principal, name, None)
        if value is not None:
            facts.append((label, value))
    return principal.kind, facts


def _list_forms(text: str, path: str | None) -> dict[str, str | None]:
    """Return a role's ARN for each target, ``None`` if the path is unknown; empty for other ARNs."""
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


def _explain_unknown_path(text: str) -> str:
    from iamtriage.arns._role_arns import normalize_role_arn

    try:
        return normalize_role_arn(text)
    except RolePathUnknownError as error:
        return str(error)
