"""Define the command ``explain``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import escape_controls
from iamtriage.cli._input import Inputs, read_text
from iamtriage.cli._options import SEARCH_STATUS, add_color, add_files, add_selection
from iamtriage.cli._output import ERROR, is_colored, print_error, write_heading
from iamtriage.exceptions import PolicyError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from iamtriage.cli._output import Commands
    from iamtriage.explaining._explanations.explanations import Detail, Explanation
    from iamtriage.explaining._extensions import Extension
    from iamtriage.explaining._facts import Facts
    from iamtriage.inputs._inputs import Input

__all__ = ("add_commands",)

_MIN_WIDTH, _MAX_WIDTH = 40, 100


def add_commands(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "explain",
        help="explain why a call failed, and how to fix it",
        description="Explain the failure in a log or an error message: why the call failed, how certain "
        "that is, and how to fix it.",
        epilog=SEARCH_STATUS,
    )
    add_files(command)
    add_selection(command)
    command.add_argument(
        "--all",
        action="store_true",
        help="explain every failure in the log, each problem once, not only the root cause",
    )
    command.add_argument(
        "--fact",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a fact that FILE does not state, such as cluster, region, namespace, service_account, caller, "
        "resource, authentication_mode, trust_policy, or decoded_message; NAME=@PATH reads the value from a "
        "file; can be repeated",
    )
    command.add_argument(
        "--extension",
        metavar="MODULE:FUNCTION",
        action="append",
        default=[],
        help="a Python function that adds what your organization knows to each explanation; can be repeated",
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, one explanation per line")
    form.add_argument("--markdown", action="store_true", help="print Markdown")
    form.add_argument("--html", action="store_true", help="print an HTML page")
    form.add_argument(
        "--policy",
        action="store_true",
        help="print one least-privilege policy for each denied principal that an Allow can help",
    )
    command.add_argument(
        "--principal",
        metavar="ARN",
        help="with --policy, print only the policy of this role, role session or user",
    )
    command.add_argument(
        "--full",
        action="store_true",
        help="print all causes, remedies and notes, not only what to do first",
    )
    add_color(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        facts = _parse_facts(arguments.fact)
    except (TypeError, ValueError) as error:
        # A fact is unknown, or its value is invalid.
        print_error(error)
        return ERROR
    if arguments.html and arguments.all:
        print_error("--html prints one explanation and cannot be combined with --all")
        return ERROR
    if arguments.principal is not None and not arguments.policy:
        print_error("--principal requires --policy")
        return ERROR
    if not arguments.extension:
        return _explain_file(arguments, facts)
    from iamtriage.explaining._extensions import extended

    try:
        extensions = [_load_extension(argument) for argument in arguments.extension]
    except (ImportError, AttributeError, ValueError) as error:
        is_missing = isinstance(error, ImportError)
        hint = "; to import from this folder, run 'python -m iamtriage'" if is_missing else ""
        print_error(f"--extension: {error}{hint}")
        return ERROR
    with extended(*extensions):
        return _explain_file(arguments, facts)


def _load_extension(argument: str) -> Extension:
    from importlib import import_module

    module, colon, function = argument.partition(":")
    if not module or not colon or not function:
        msg = f"expected MODULE:FUNCTION, got {argument!r}"
        raise ValueError(msg)
    extension: Extension = getattr(import_module(module), function)
    return extension


def _explain_file(arguments: argparse.Namespace, facts: Facts) -> int:
    inputs = Inputs(arguments.files, arguments)
    if arguments.policy:
        try:
            count = _print_policies(inputs, arguments.principal)
        except PolicyError as error:
            print_error(error)
            return ERROR
        return inputs.report(
            is_found=bool(count), nothing="no denial found that an Allow in an identity-based policy can fix"
        )
    count = _print_explanations(inputs, facts, arguments)
    nothing = None if arguments.json else "no AWS or Kubernetes access failure found"
    return inputs.report(is_found=bool(count), nothing=nothing)


def _parse_facts(arguments: list[str]) -> Facts:
    from iamtriage.explaining._facts import NO_FACTS

    if not arguments:
        return NO_FACTS
    from iamtriage.explaining._given_facts import build_facts

    facts: dict[str, object] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not name or not equals:
            msg = f"--fact must be NAME=VALUE, not {argument!r}"
            raise ValueError(msg)
        text = read_text(value[1:]) if value.startswith("@") else value
        facts[name] = _parse_claims(text) if name == "token_claims" else text
        if name == "trust_policy":
            _check_json(name, text)
    return build_facts(facts)


def _parse_claims(text: str) -> dict[str, object]:
    """Parse claims from JSON, or from the web identity token that contains them."""
    import json

    from iamtriage.trust._tokens import read_web_identity_token

    try:
        if not text.lstrip().startswith("{"):
            return dict(read_web_identity_token(text.strip()))
        claims: dict[str, object] = json.loads(text)
    except ValueError as error:
        msg = f"token_claims: {error}"
        raise ValueError(msg) from error
    return claims


def _check_json(name: str, text: str) -> None:
    """Check a document that explanations otherwise only read if they need it.

    Raises:
        ValueError: The text is not JSON.
    """
    import json

    try:
        json.loads(text)
    except ValueError as error:
        msg = f"{name}: not JSON: {error}"
        raise ValueError(msg) from error


def _explain_cause(source: Input, facts: Facts) -> Iterable[Explanation]:
    from iamtriage.explaining._explain import explain

    failure = source.find_cause()
    if failure is None:
        explanation = explain(source.unparsed, facts=facts)
        return (explanation,) if explanation.causes else ()
    # So that the explanation names the other failures.
    return (attrs.evolve(explain(failure, facts=facts), text=failure.text),)


def _explain_all(source: Input, facts: Facts, seen: set[str]) -> Iterator[Explanation]:
    """Yield the explanations of an input's failures, each problem once.

    Args:
        source: The input.
        facts: The facts from the command line.
        seen: The fingerprints of the problems that have been explained.
    """
    from iamtriage.explaining._explain import explain
    from iamtriage.failures._fingerprints import fingerprint

    for failure in source.failures():
        key = fingerprint(failure)
        if key not in seen:
            seen.add(key)
            yield explain(failure, facts=facts)


def _print_explanations(inputs: Inputs, facts: Facts, arguments: argparse.Namespace) -> int:
    """Print explanations as they are found, and return their number."""
    seen: set[str] = set()
    has_headings = inputs.are_many and not (arguments.json or arguments.markdown or arguments.html)
    count = 0
    for source in inputs:
        is_first = True
        found = _explain_all(source, facts, seen) if arguments.all else _explain_cause(source, facts)
        for explanation in found:
            if has_headings and is_first:
                write_heading(sys.stdout, source.name, is_first=not count)
            elif count and not arguments.json:
                print()
            print(_format(explanation, arguments), flush=True)
            count, is_first = count + 1, False
    return count


def _format(explanation: Explanation, arguments: argparse.Namespace) -> str:
    if arguments.json:
        import json

        return json.dumps(explanation.to_dict(), ensure_ascii=True)
    detail: Detail = "full" if arguments.full else "short"
    if arguments.markdown:
        return explanation.to_markdown(detail=detail)
    if arguments.html:
        return explanation.to_html(detail=detail, page=True)
    is_terminal = sys.stdout.isatty()
    columns = _terminal_columns() if is_terminal else _MAX_WIDTH
    return explanation.to_text(
        detail=detail,
        width=min(max(columns, _MIN_WIDTH), _MAX_WIDTH),
        color=is_colored(),
    )


def _terminal_columns() -> int:
    # It imports the modules of archives.
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _print_policies(inputs: Inputs, principal: str | None) -> int:
    """Print the policies for the denials in a log, and return their number.

    A line that begins with ``#`` names the principal before each policy. A single policy is plain JSON.

    Raises:
        PolicyError: The principal was not denied.
    """
    import json

    from iamtriage.explaining._policy_for import documents_by_principal, policies_for

    failures = (failure for source in inputs for failure in source.failures())
    if principal is not None:
        documents = {principal: policies_for(failures, principal=principal)}
    else:
        documents = documents_by_principal(failures)
    count = 0
    for name, policies in documents.items():
        if len(documents) > 1:
            print(f"# {escape_controls(name)}" if name else "# denials that name no principal")
        for policy in policies:
            print(json.dumps(policy, indent=2, ensure_ascii=True))
        count += len(policies)
    return count
