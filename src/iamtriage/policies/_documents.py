"""Statements and documents made of grants: the fewest that grant the same, in a fixed order; not for grants.

Limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (a managed policy has at
most 6,144 characters, white space not counted).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from iamtriage.policies._masked_arns import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage.policies._grants import Grant

__all__ = ("MANAGED_POLICY_LIMIT", "document", "documents", "size_of", "statement")

MANAGED_POLICY_LIMIT = 6_144
_VERSION = "2012-10-17"


def statement(
    grant: Grant, *, sid: str | None = None, principal: dict[str, Any] | str | None = None
) -> dict[str, Any]:
    """Give a statement for one grant, with a Principal for a resource-based policy."""
    made: dict[str, Any] = {} if sid is None else {"Sid": sid}
    made["Effect"] = "Allow"
    if principal is not None:
        made["Principal"] = principal
    made["Action"] = grant.action
    made["Resource"] = _one_or_many(grant.resources)
    if grant.conditions:
        made["Condition"] = _plain(grant.conditions)
    return made


def document(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give a policy document that holds the statements."""
    return {"Version": _VERSION, "Statement": list(statements)}


def documents(grants: Iterable[Grant], *, limit: int | None = MANAGED_POLICY_LIMIT) -> list[dict[str, Any]]:
    """Give documents that grant all of it and nothing else, none over the limit; one without a limit.

    Actions of one service with the same resources share a statement, and resources with the same actions.
    The order of the grants does not matter.
    """
    made: list[dict[str, Any]] = []
    room: list[dict[str, Any]] = []
    for each in _statements(_merged(grants), limit):
        if room and limit is not None and size_of(document([*room, each])) > limit:
            made.append(document(room))
            room = []
        room.append(each)
    return [*made, document(room)] if room else made


def size_of(policy: dict[str, Any]) -> int:
    """Give a document's size as IAM counts it.

    >>> size_of({"Version": "2012-10-17"})
    24
    """
    return len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False))


# (service, condition as JSON, actions, resources)
_Merged = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _merged(grants: Iterable[Grant]) -> list[_Merged]:
    """Bring what has the same resources together, then what has the same actions."""
    by_action: dict[tuple[str, str, str], set[str]] = {}
    for grant in grants:
        service = grant.action.partition(":")[0].lower()
        condition = json.dumps(_plain(grant.conditions), sort_keys=True) if grant.conditions else ""
        by_action.setdefault((service, condition, grant.action), set()).update(grant.resources)
    by_resources: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    for (service, condition, action), resources in by_action.items():
        # Whatever is allowed on * is allowed on each of them.
        key = ("*",) if "*" in resources else tuple(sorted(resources))
        by_resources.setdefault((service, condition, key), set()).add(action)
    return sorted(
        (service, condition, tuple(sorted(actions)), resources)
        for (service, condition, resources), actions in by_resources.items()
    )


def _statements(merged: list[_Merged], limit: int | None) -> Iterator[dict[str, Any]]:
    counts: dict[str, int] = {}
    for service, condition, actions, resources in merged:
        whole = [(actions, resources)]
        for part in whole if limit is None else _parts(actions, resources, limit - len(condition)):
            counts[service] = counts.get(service, 0) + 1
            made: dict[str, Any] = {"Sid": _sid(service, counts[service]), "Effect": "Allow"}
            made["Action"] = _one_or_many(part[0])
            made["Resource"] = _one_or_many(part[1])
            if condition:
                made["Condition"] = json.loads(condition)
            yield made


def _parts(
    actions: tuple[str, ...], resources: tuple[str, ...], limit: int
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Halve what is too large for a document of its own."""
    frame = document(
        [{"Sid": "A" * 40, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}]
    )
    if size_of(frame) <= limit or (len(actions) == 1 and len(resources) == 1):
        yield actions, resources
        return
    longer = max((actions, resources), key=lambda names: sum(map(len, names)) if len(names) > 1 else 0)
    middle = len(longer) // 2
    for half in (longer[:middle], longer[middle:]):
        yield from _parts(*((half, resources) if longer is actions else (actions, half)), limit)


def _sid(service: str, number: int) -> str:
    """Give a statement's id; IAM takes letters and digits only."""
    name = "".join(part.capitalize() for part in service.split("-"))
    return name if number == 1 else f"{name}{number}"


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _plain(conditions: object) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(conditions))
    return made


def has_placeholders(policy: object) -> bool:
    """Tell whether words of a document or statement have to be replaced before it is of use.

    >>> has_placeholders({"Resource": "arn:aws:s3:::REPLACE_NAME"})
    True
    """
    return PLACEHOLDER in json.dumps(policy)
