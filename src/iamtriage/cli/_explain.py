"""The command ``explain``; not for the rules, which ``explaining`` and ``policies`` know."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from iamtriage.cli._input import opened
from iamtriage.cli._output import FOUND, NOTHING, WRONG_USE, complain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from typing import IO

    from iamtriage.cli._output import Commands
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure

__all__ = ("add_command",)

_NARROWEST, _WIDEST = 40, 100


def add_command(commands: Commands) -> None:
    """Add the command."""
    words = "say why it failed, how sure that is, and what helps"
    command = commands.add_parser("explain", help=words, description=f"Read a text and {words}.")
    command.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="what to read; - or nothing: standard input"
    )
    command.add_argument(
        "--all",
        action="store_true",
        help="explain every failure, each kind of problem once, not the cause alone",
    )
    command.add_argument(
        "--fact",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="what is known beside the text: cluster, region, namespace, service_account, caller, resource, "
        "authentication_mode, trust_policy, decoded_message, …; @FILE as VALUE reads a file; may be repeated",
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, one explanation a line")
    form.add_argument("--markdown", action="store_true", help="print Markdown")
    form.add_argument("--html", action="store_true", help="print an HTML page")
    form.add_argument(
        "--policy",
        action="store_true",
        help="print one policy that allows what an Allow can help, of all denials",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        facts = _facts(arguments.fact)
    except (TypeError, ValueError) as error:
        # A name that no fact has, a document that is none, a mode that clusters do not have.
        complain(error)
        return WRONG_USE
    if arguments.html and arguments.all:
        complain("--html makes the page of one explanation; leave --all out")
        return WRONG_USE
    with opened(arguments.file) as file:
        if arguments.policy:
            return _print_policy(file)
        return _print(_explanations(file, facts, every=arguments.all), arguments)


def _facts(given: list[str]) -> Facts:
    from iamtriage.explaining._facts import facts_of

    values: dict[str, object] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            msg = f"--fact is NAME=VALUE, not {text!r}"
            raise ValueError(msg)
        known: object = Path(value[1:]).read_text(encoding="utf-8") if value.startswith("@") else value
        values[name] = _claims(str(known)) if name == "token_claims" else known
    return facts_of(values)


def _claims(text: str) -> dict[str, object]:
    """Read claims from JSON, or from the token that holds them."""
    from iamtriage.trust._tokens import read_web_identity_token

    if not text.lstrip().startswith("{"):
        return dict(read_web_identity_token(text.strip()))
    claims: dict[str, object] = json.loads(text)
    return claims


def _explanations(file: IO[str], facts: Facts, *, every: bool) -> Iterable[Explanation]:
    from iamtriage.explaining._explain import explain

    if not every:
        explanation = explain(file.read(), facts=facts)
        return () if explanation.failure is None else (explanation,)
    return (explain(failure, facts=facts) for failure in _once(file))


def _once(file: IO[str]) -> Iterable[Failure]:
    """Give every failure of a stream, but each problem once."""
    from iamtriage._reading.scanning import scan
    from iamtriage.failures._fingerprints import fingerprint

    seen: set[str] = set()
    for failure in scan(file):
        key = fingerprint(failure)
        if key not in seen:
            seen.add(key)
            yield failure


def _print(explanations: Iterable[Explanation], arguments: argparse.Namespace) -> int:
    count = 0
    for explanation in explanations:
        if count and not arguments.json:
            print()
        print(_shown(explanation, arguments), flush=True)
        count += 1
    if not count and not arguments.json:
        complain("no AWS or Kubernetes access failure found")
    return FOUND if count else NOTHING


def _shown(explanation: Explanation, arguments: argparse.Namespace) -> str:
    if arguments.json:
        return json.dumps(explanation.to_dict(), ensure_ascii=True)
    if arguments.markdown:
        return explanation.to_markdown()
    if arguments.html:
        return explanation.to_html(page=True)
    terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns if terminal else 80
    return explanation.to_text(
        width=min(max(columns, _NARROWEST), _WIDEST), color=terminal and not os.environ.get("NO_COLOR")
    )


def _print_policy(file: IO[str]) -> int:
    from iamtriage._reading.scanning import scan
    from iamtriage.explaining._policy_for import policies_for

    made = policies_for(scan(file))
    for policy in made:
        print(json.dumps(policy, indent=2, ensure_ascii=True))
    if not made:
        complain("no denial found that an Allow in an identity-based policy can help")
    return FOUND if made else NOTHING
