"""Define the command ``check``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import escape_controls
from iamtriage.cli._input import InputError, read_text
from iamtriage.cli._options import add_color, parse_context
from iamtriage.cli._output import ERROR, bold, print_error
from iamtriage.cli._policy_files import find_policy_files, read_policy_file

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import Any

    from iamtriage.cli._output import Commands
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.policies._evaluation.decisions import Decision
    from iamtriage.policies._evaluation.verification import Verification
    from iamtriage.policies._readers.collection import PolicyCollection
    from iamtriage.policies._requests import Request
    from iamtriage.typing import PolicyType

__all__ = ("add_commands",)

_ALLOWED, _DENIED, _UNDECIDED = 0, 1, 3
# Options that state the type of a policy.
_TYPE_OPTIONS: dict[str, PolicyType] = {
    "identity": "identity",
    "boundary": "permissions_boundary",
    "session": "session",
    "resource_policy": "resource",
    "vpc_endpoint": "vpc_endpoint",
}
_LEVEL_OPTIONS: dict[str, PolicyType] = {"scp": "service_control", "rcp": "resource_control"}


def add_commands(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "check",
        help="evaluate policies for a request, offline",
        description="Evaluate IAM policies for a request, as AWS does, and print the decision with the "
        "statement that decides. The request comes from an error message (--error) or from options. "
        "POLICY can be a policy document, the output of AWS CLI commands such as "
        "get-account-authorization-details, or the output of terraform show -json.",
        epilog="Exit status: 0 if the request is allowed, 1 if it is denied, 2 on an error, 3 if the "
        "result is undecided.",
    )
    command.add_argument(
        "policies", metavar="POLICY", nargs="*", help="a JSON file, a folder with *.json files, or a pattern"
    )
    request = command.add_argument_group("the request")
    request.add_argument(
        "--error", metavar="FILE", help="a file with the error message, or - for standard input"
    )
    request.add_argument("--principal", metavar="ARN", help="the principal: an ARN, a service, or anonymous")
    request.add_argument("--action", help="the IAM action, such as s3:GetObject")
    request.add_argument("--resource", metavar="ARN", help="the resource")
    request.add_argument("--principal-account", metavar="ID", help="the account of the principal")
    request.add_argument("--resource-account", metavar="ID", help="the account of the resource")
    request.add_argument(
        "--context", metavar="KEY=VALUE", action="append", help="a condition key; can be repeated"
    )
    request.add_argument(
        "--complete-context", action="store_true", help="other condition keys are missing from the request"
    )
    types = command.add_argument_group("policies by type, if the file does not state it")
    types.add_argument("--identity", metavar="FILE", action="append", help="an identity-based policy")
    types.add_argument("--boundary", metavar="FILE", action="append", help="the permissions boundary")
    types.add_argument("--session", metavar="FILE", action="append", help="a session policy")
    types.add_argument("--resource-policy", metavar="FILE", action="append", help="the resource's policy")
    types.add_argument("--vpc-endpoint", metavar="FILE", action="append", help="the endpoint's policy")
    for name, words in (("scp", "service"), ("rcp", "resource")):
        types.add_argument(
            f"--{name}",
            metavar="FILE",
            nargs="+",
            action="append",
            help=f"the {words} control policies of a level; repeat it for each level, the root first",
        )
    command.add_argument(
        "--adding", metavar="FILE", action="append", help="a policy to add: check whether it fixes the denial"
    )
    command.add_argument("--full", action="store_true", help="print every statement that was evaluated")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_color(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        return _check(arguments)
    except ValueError as error:
        # An invalid policy, document, ARN, action or context.
        print_error(error)
        return ERROR


def _check(arguments: argparse.Namespace) -> int:
    from iamtriage.policies._evaluation.verification import verify_request
    from iamtriage.policies._readers.collection import merge_collections

    failure, request = _build_request(arguments)
    collection = merge_collections(_read_collections(arguments))
    policies = collection.select(request.principal, request.resource)
    missing = collection.find_missing(request.principal, request.resource)
    added = [
        policy.document
        for name in arguments.adding or ()
        for policy in read_policy_file(name).policies
        if policy.policy_type in {"identity", "resource"}
    ]
    if arguments.adding and not added:
        msg = "--adding: expected a policy"
        raise ValueError(msg)
    result = verify_request(request, policies, adding=added or None, failure=failure)
    if result.after is None:  # pragma: no cover (a request has a decision)
        return _UNDECIDED
    status = _find_status(result, result.after, missing)
    if arguments.json:
        print(json.dumps(_build_data(result, result.after, missing, arguments), ensure_ascii=True))
    else:
        print("\n".join(_format(result, result.after, missing, arguments)))
    return status


def _find_status(result: Verification, after: Decision, missing: tuple[str, ...]) -> int:
    if after.deny == "explicit":
        return _DENIED
    if missing or result.fixes is None:
        return _UNDECIDED
    return _ALLOWED if result.fixes else _DENIED


def _build_data(
    result: Verification, after: Decision, missing: tuple[str, ...], arguments: argparse.Namespace
) -> dict[str, object]:
    data = after.to_dict("full" if arguments.full else "short")
    verification = result.to_dict() if arguments.adding or arguments.error else None
    return {**data, "missing_policies": list(missing), "verification": verification}


def _format(
    result: Verification, after: Decision, missing: tuple[str, ...], arguments: argparse.Namespace
) -> Iterator[str]:
    first, *rest = after.to_text("full" if arguments.full else "short").split("\n")
    if missing and after.deny != "explicit":
        yield bold("undecided: attached policies are missing")
        yield from (f"  {escape_controls(each)}" for each in missing)
        first = f"without them: {first}"
    yield escape_controls(first) if missing else bold(escape_controls(first))
    yield from map(escape_controls, rest)
    if arguments.adding or (arguments.error and result.fixes is None):
        yield ""
        yield from map(escape_controls, str(result).split("\n"))


# ------------------------------------------------------------------------------------------ the request


def _build_request(arguments: argparse.Namespace) -> tuple[AccessDenied | None, Request]:
    from iamtriage.policies._requests import Request

    context = parse_context(arguments.context)
    names = ("complete_context", "principal_account", "resource_account")
    options: dict[str, Any] = {name: getattr(arguments, name) for name in names}
    if arguments.error is None:
        action, resource = arguments.action, arguments.resource
        if action and resource is None:
            resource = _find_only_resource(action)
        if not (arguments.principal and action and resource):
            msg = "expected --error, or --principal, --action and --resource"
            raise ValueError(msg)
        return None, Request(arguments.principal, action, resource, context, **options)
    failure, request = _read_denied_request(arguments)
    return failure, attrs.evolve(request, context={**request.context, **context}, **options)


def _read_denied_request(arguments: argparse.Namespace) -> tuple[AccessDenied, Request]:
    from iamtriage._reading.parsing import parse
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.policies._evaluation.denied_requests import build_request

    failure = parse(read_text(arguments.error))
    if not isinstance(failure, AccessDenied):
        msg = f"{arguments.error}: expected the message of an access denial"
        raise InputError(msg)
    stated = attrs.evolve(failure, action=arguments.action or failure.action)
    facts = {"caller": arguments.principal, "resource": arguments.resource}
    if arguments.resource:
        stated = attrs.evolve(stated, resource=arguments.resource)
    request = build_request(stated, facts)
    if isinstance(request, str):
        msg = f"{request} Pass --principal, --action or --resource."
        raise ValueError(msg)  # noqa: TRY004 (what the error lacks)
    return failure, request


def _find_only_resource(action: str) -> str | None:
    """Return ``*`` for an action that supports no resource."""
    from iamtriage.actions._lookup import find_action

    known = find_action(action)
    return "*" if known is not None and known.only_wildcard else None


# ----------------------------------------------------------------------------------------- the policies


def _read_collections(arguments: argparse.Namespace) -> Iterator[PolicyCollection]:
    for name in arguments.policies:
        for path in find_policy_files(name):
            yield read_policy_file(path)
    for option, policy_type in _TYPE_OPTIONS.items():
        for name in getattr(arguments, option) or ():
            yield read_policy_file(name, policy_type)
    for option, policy_type in _LEVEL_OPTIONS.items():
        levels: list[list[str]] = getattr(arguments, option) or []
        for level, names in enumerate(levels):
            for name in names:
                yield read_policy_file(name, policy_type, level)
