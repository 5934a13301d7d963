"""Build policy documents from grants: as few statements as possible, in a fixed order.

A managed policy has at most 6,144 characters, whitespace excluded:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from iamtriage.policies._grants import Grant

__all__ = (
    "MANAGED_POLICY_LIMIT",
    "allow",
    "build_document",
    "build_documents",
    "build_statement",
    "list_actions",
    "policy_size",
)

MANAGED_POLICY_LIMIT = 6_144
_VERSION = "2012-10-17"


def build_statement(
    grant: Grant, *, sid: str | None = None, principal: dict[str, Any] | str | None = None
) -> dict[str, Any]:
    """Return an Allow statement for a grant, with a Principal for a resource-based policy."""
    statement: dict[str, Any] = {} if sid is None else {"Sid": sid}
    statement["Effect"] = "Allow"
    if principal is not None:
        statement["Principal"] = principal
    statement["Action"] = grant.action
    statement["Resource"] = _unwrap_single(grant.resources)
    if grant.conditions:
        statement["Condition"] = _to_plain_types(grant.conditions)
    return statement


def allow(
    actions: str | Sequence[str],
    resource: str | None = None,
    *,
    sid: str | None = None,
    principal: str | Mapping[str, str] | None = None,
    condition: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return an Allow statement for actions, in the order in which AWS writes its elements.

    >>> allow(("s3:GetObject",), "arn:aws:s3:::logs/*", sid="Read")
    {'Sid': 'Read', 'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::logs/*'}
    >>> allow("sts:AssumeRole", principal={"Service": "ec2.amazonaws.com"})
    {'Effect': 'Allow', 'Principal': {'Service': 'ec2.amazonaws.com'}, 'Action': 'sts:AssumeRole'}
    """
    action = actions if isinstance(actions, str) else _unwrap_single(actions)
    elements = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    }
    return {name: value for name, value in elements.items() if value is not None}


def list_actions(service: str, names: str) -> tuple[str, ...]:
    """Return actions of a service by their names, separated by spaces.

    >>> list_actions("s3", "GetObject PutObject")
    ('s3:GetObject', 's3:PutObject')
    """
    return tuple(f"{service}:{name}" for name in names.split())


def build_document(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a policy document with the statements."""
    return {"Version": _VERSION, "Statement": list(statements)}


def build_documents(
    grants: Iterable[Grant], *, limit: int | None = MANAGED_POLICY_LIMIT
) -> list[dict[str, Any]]:
    """Return documents that together allow the grants and nothing else, each within the limit.

    Without a limit, there is one document. Actions of a service that have the same resources share a
    statement, and so do resources that have the same actions. The order of the grants does not matter.
    """
    documents: list[dict[str, Any]] = []
    statements: list[dict[str, Any]] = []
    for statement in _build_statements(_merge_grants(grants), limit):
        if statements and limit is not None and policy_size(build_document([*statements, statement])) > limit:
            documents.append(build_document(statements))
            statements = []
        statements.append(statement)
    return [*documents, build_document(statements)] if statements else documents


def policy_size(policy: dict[str, Any]) -> int:
    """Return the size of a document as IAM counts it: characters without whitespace.

    >>> policy_size({"Version": "2012-10-17"})
    24
    """
    return len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False))


# The number of characters of a statement ID, to compute the size of a statement.
_SIZE_OF_SID = 40
# A number can follow.
_MAX_SID = _SIZE_OF_SID - 3


# (service, condition as JSON, actions, resources)
_MergedGrant = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _merge_grants(grants: Iterable[Grant]) -> list[_MergedGrant]:
    """Merge grants of the same action, then actions that have the same resources."""
    by_action: dict[tuple[str, str, str], set[str]] = {}
    for grant in grants:
        service = grant.action.partition(":")[0].lower()
        condition = json.dumps(_to_plain_types(grant.conditions), sort_keys=True) if grant.conditions else ""
        by_action.setdefault((service, condition, grant.action), set()).update(grant.resources)
    by_resources: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    for (service, condition, action), resources in by_action.items():
        # A statement that allows * allows every other resource too.
        key = ("*",) if "*" in resources else tuple(sorted(resources))
        by_resources.setdefault((service, condition, key), set()).add(action)
    return sorted(
        (service, condition, tuple(sorted(actions)), resources)
        for (service, condition, resources), actions in by_resources.items()
    )


def _build_statements(merged: list[_MergedGrant], limit: int | None) -> Iterator[dict[str, Any]]:
    counts: dict[str, int] = {}
    for service, condition, actions, resources in merged:
        whole = [(actions, resources)]
        parts = whole if limit is None else _split_grant(actions, resources, limit - len(condition))
        for some_actions, some_resources in parts:
            name = _build_sid(service, some_actions)
            counts[name] = counts.get(name, 0) + 1
            sid = name if counts[name] == 1 else f"{name}{counts[name]}"
            statement: dict[str, Any] = {"Sid": sid, "Effect": "Allow"}
            statement["Action"] = _unwrap_single(some_actions)
            statement["Resource"] = _unwrap_single(some_resources)
            if condition:
                statement["Condition"] = json.loads(condition)
            yield statement


def _split_grant(
    actions: tuple[str, ...], resources: tuple[str, ...], limit: int
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Halve actions or resources until each part fits into a document."""
    document = build_document(
        [{"Sid": "A" * _SIZE_OF_SID, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}]
    )
    if policy_size(document) <= limit or (len(actions) == 1 and len(resources) == 1):
        yield actions, resources
        return
    longer = max((actions, resources), key=lambda names: sum(map(len, names)) if len(names) > 1 else 0)
    middle = len(longer) // 2
    for half in (longer[:middle], longer[middle:]):
        yield from _split_grant(*((half, resources) if longer is actions else (actions, half)), limit)


def _build_sid(service: str, actions: Sequence[str]) -> str:
    """Return a statement ID: the service, with the action if it is the only one.

    IAM accepts letters and digits only.
    """
    name = "".join(part.capitalize() for part in service.split("-"))
    action = actions[0].partition(":")[2] if len(actions) == 1 else ""
    is_short = action.isalnum() and len(name) + len(action) <= _MAX_SID
    return f"{name}{action[0].upper()}{action[1:]}" if is_short else name


def _unwrap_single(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _to_plain_types(conditions: object) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(conditions))
    return plain
