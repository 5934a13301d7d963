"""Find the problems in an aws-auth ConfigMap, and the edits that fix them.

Linting reports the problems, and fixing applies their edits, so the two always agree. The rules are those of
``pkg/config`` and ``pkg/mapper/configmap`` in kubernetes-sigs/aws-iam-authenticator.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from iamtriage._text import quote_text
from iamtriage.arns._names import ACCOUNT
from iamtriage.aws_auth._arn_checks import find_partition
from iamtriage.aws_auth._entry_checks import Duplicates, EntryChecker
from iamtriage.aws_auth._problems import Problem, describe_node
from iamtriage.aws_auth._yaml.fields import RawEntry, parse_entries

if TYPE_CHECKING:
    from iamtriage.aws_auth._yaml.nodes import Node
    from iamtriage.aws_auth._yaml.source import ConfigMap, MapText

__all__ = ("find_problems",)


def find_problems(config_map: ConfigMap) -> list[Problem]:
    """Return the problems of a ConfigMap, sorted by line."""
    problems = _check_data(config_map)
    entries: list[RawEntry] = []
    for map_text in config_map.maps:
        problems += _check_map(map_text)
        if map_text.name != "mapAccounts":
            entries += parse_entries(map_text)
    duplicates = Duplicates(entries)
    partition = _find_main_partition(entries)
    for entry in entries:
        if entry.node.kind == "mapping":
            problems += EntryChecker(entry, duplicates, partition).check()
    return sorted(problems, key=lambda problem: problem.line)


def _check_data(config_map: ConfigMap) -> list[Problem]:
    problems = [
        Problem("map-name", line, key, f"{quote_text(key)} is not a map's name, so it has no effect", name)
        for key, line, name in config_map.misspelled
    ]
    problems += [
        Problem("duplicate-key", line, key, f"duplicate key {quote_text(key)}; the last one wins", "keep one")
        for key, line in config_map.duplicate_keys
    ]
    if not config_map.maps and not config_map.misspelled:
        message = "mapRoles, mapUsers, and mapAccounts are missing, so no principal is mapped"
        problems.append(Problem("nothing-mapped", config_map.line, "", message, "add mapRoles: |"))
    return problems


def _check_map(map_text: MapText) -> list[Problem]:
    """Return the problems of a map as a whole, and those of the accounts."""
    name, root = map_text.name, map_text.root
    if map_text.error is not None:
        code = "not-text" if map_text.is_not_text else "unreadable"
        fix = f"write `{name}: |`, and indent the list below it" if map_text.is_not_text else None
        return [Problem(code, map_text.error.line, name, str(map_text.error), fix)]
    if root is None:
        return []
    if root.kind != "sequence":
        message = f"{name} must be a list, not {describe_node(root)}; the authenticator ignores it"
        return [
            Problem("not-a-list", map_text.line_of(root), root.value, message, "begin each entry with `- `")
        ]
    if name == "mapAccounts":
        return [_check_account(map_text, node) for node in root.items]
    arn_key = "rolearn" if name == "mapRoles" else "userarn"
    return [
        Problem(
            "not-a-list",
            map_text.line_of(node),
            node.value,
            f"an entry must be a mapping, not {describe_node(node)}; the authenticator drops it",
            f"write `- {arn_key}: ARN`",
        )
        for node in root.items
        if node.kind != "mapping"
    ]


def _check_account(map_text: MapText, node: Node) -> Problem:
    line = map_text.line_of(node)
    if node.kind == "scalar" and ACCOUNT.fullmatch(node.value):
        message = "every user and role of this account is mapped, with its ARN as the username and no groups"
        fix = "map only the roles and users that need access, in mapRoles and mapUsers"
        return Problem("account-mapping", line, node.value, message, fix)
    actual = quote_text(node.value) if node.kind == "scalar" else describe_node(node)
    message = f"an account ID must be 12 digits, not {actual}"
    return Problem("invalid-account", line, node.value, message, "write the 12-digit account ID, in quotes")


def _find_main_partition(entries: list[RawEntry]) -> str | None:
    """Return the partition of most entries; in a tie, that of the first entry."""
    counts = Counter(found for found in (find_partition(entry.arn) for entry in entries) if found)
    return counts.most_common(1)[0][0] if counts else None
