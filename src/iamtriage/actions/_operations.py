"""Look up the actions that operations require, and the IAM prefixes of services.

Where an operation requires other actions than the one of the same name, the table's second part lists them
(``docs/actions.md``).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import attrs

from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage.actions._lookup import find_action, find_parsed_service, require_string
from iamtriage.actions._service_names import find_client, load_clients
from iamtriage.actions._table import load_operations, load_table

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = (
    "OperationActions",
    "actions_for",
    "service_prefix",
    "spell_action",
)

# In characters. All names of operations are shorter.
_MAX_LENGTH = 200
# For Lambda and CloudFront, CloudTrail appends the API version to the operation.
_API_VERSION = r"20[0-9]{6}(?:v[0-9]{1,2})?\Z"


@attrs.frozen(eq=False)
class OperationActions(Value, View):
    """The actions that an operation requires.

    Attributes:
        operation: The operation as SDKs spell it: ``"HeadObject"``.
        service: The IAM prefix of its service: ``"s3"``. The actions can have another prefix.
        actions: The actions, the most important first: ``("s3:GetObject", "s3:GetObjectVersion")``.
        all_needed: Whether every request requires all of them. If not, it depends on the request.
        exact: Whether the first action has the operation's name.
        none_needed: Whether the operation requires no permission. Then ``actions`` contains the action of the
            same name, if it exists. A policy statement for it has no effect.

    >>> [required] = actions_for("GetCallerIdentity", "sts")
    >>> required.actions, required.none_needed
    (('sts:GetCallerIdentity',), True)
    """

    operation: str
    service: str
    actions: tuple[str, ...]
    all_needed: bool = True
    exact: bool = False
    none_needed: bool = False


def spell_action(action: str) -> str:
    """Return an action as AWS documents it, or the one that an operation written as an action requires.

    An unknown action is returned unchanged.

    >>> spell_action("sqs:sendmessage"), spell_action("s3:ListObjectsV2")
    ('sqs:SendMessage', 's3:ListBucket')
    """
    known = find_action(action)
    if known is not None:
        return known.name
    service, _, operation = action.partition(":")
    return next((each for found in actions_for(operation, service) for each in found.actions), action)


def service_prefix(name: str) -> str | None:
    """Return the IAM prefix of a service, found by any of its names.

    Args:
        name: An SDK's client or service ID, an AWS CLI command, a signing name, a title, the event source of
            a CloudTrail record, or the prefix itself. Case, spaces, hyphens and a leading Amazon or AWS are
            ignored.

    Returns:
        The prefix, or ``None`` for an unknown name.

    Raises:
        TypeError: ``name`` is not a string.

    >>> service_prefix("Elastic Load Balancing v2"), service_prefix("monitoring.amazonaws.com")
    ('elasticloadbalancing', 'cloudwatch')
    """
    require_string(name, "name")
    client = find_client(name)
    return None if client is None else load_clients().prefixes[client]


def actions_for(operation: str, service: str | None = None) -> tuple[OperationActions, ...]:
    """Return the actions that an operation requires, for each service that has the operation.

    Most operations require the action of the same name. The others are maintained by hand, because AWS
    publishes no freely usable list. Uncertain entries are omitted. With ``service``, the name of an action
    that is not an operation is accepted, too: CloudTrail records ``AccessKubernetesApi``, for example.

    Args:
        operation: The operation in the spelling of an SDK (``HeadObject``, ``head_object``), the AWS CLI
            (``head-object``) or CloudTrail (``GetFunction20150331v2``).
        service: Search only this service. Any name that :func:`service_prefix` accepts.

    Returns:
        One entry for each service, the most used service first; empty for an unknown operation.

    Raises:
        TypeError: An argument is not a string.

    >>> [needed] = actions_for("HeadObject", "S3")
    >>> needed.actions, needed.all_needed
    (('s3:GetObject', 's3:GetObjectVersion'), False)
    >>> [needed.service for needed in actions_for("CreateCluster")][:3]
    ['eks', 'ecs', 'redshift']
    """
    require_string(operation, "operation")
    if service is not None:
        require_string(service, "service")
    key = operation.lower().replace("-", "").replace("_", "")
    # Some characters outside ASCII have an ASCII letter as their lower case.
    if not operation.isascii() or not key.isalnum() or len(key) > _MAX_LENGTH:
        return ()
    if key[-1].isdigit() and not (key := re.sub(_API_VERSION, "", key)):
        return ()
    if service is None:
        return _actions_in_all_services(key)
    client = find_client(service)
    if client is None:
        return ()
    prefix = load_clients().prefixes[client]
    found = find_parsed_service(prefix)
    action = found.actions.get(key) if found else None
    required = _required_actions(key, prefix, client, action.name.partition(":")[2] if action else None)
    return (required,) if required else ()


def _required_actions(key: str, prefix: str, client: str, same: str | None) -> OperationActions | None:
    """Return the actions that an operation requires.

    A client's operations take precedence over those of other clients with the same prefix. ``key`` is the
    operation in lower case, and ``same`` the action of the same name, as AWS spells it, if it exists.
    """
    found = _load_exceptions(client).get(key)
    if found is None and same:
        return OperationActions(same, prefix, (f"{prefix}:{same}",), exact=True)
    neighbors = (_load_exceptions(each).get(key) for each in load_clients().by_prefix.get(prefix, ()))
    return found or next(filter(None, neighbors), None)


@lru_cache(maxsize=1024)
def _actions_in_all_services(key: str) -> tuple[OperationActions, ...]:
    """Return the actions that an operation requires in each service, the most used service first."""
    clients, same = load_clients(), dict(_find_same_names(key))
    prefixes = {clients.prefixes[each] for each in load_operations()[1] if key in _load_exceptions(each)}
    found = (
        _required_actions(key, prefix, clients.by_prefix.get(prefix, [prefix])[0], same.get(prefix))
        for prefix in load_table().services
        if prefix in same or prefix in prefixes
    )
    return tuple(filter(None, found))


def _find_same_names(key: str) -> Iterator[tuple[str, str]]:
    """Yield the actions that have an operation's name, as prefix and name, without parsing each service."""
    for prefix, text in _lowercase_services():
        end = -1
        while (start := text.find(f" {key}", end + 1)) >= 0:
            end = start + len(key) + 1
            # Lines with actions start with a space. A dot follows an action that is not an operation.
            if text[end : end + 1] in " \n" and text[text.rfind("\n", 0, start) + 1] == " ":
                yield prefix, load_table().services[prefix][start + 1 : end]
                break


@cache
def _lowercase_services() -> tuple[tuple[str, str], ...]:
    return tuple((prefix, text.lower()) for prefix, text in load_table().services.items())


@cache
def _load_exceptions(client: str) -> dict[str, OperationActions]:
    """Parse the operations of a client that require anything other than the action of the same name.

    Returns:
        The required actions by lowercase operation.
    """
    found: dict[str, OperationActions] = {}
    prefix, required = load_clients().prefixes.get(client, client), ""
    for line in load_operations()[1].get(client, "").splitlines():
        if not line.startswith(" "):
            required = line
            continue
        nothing = required.startswith("-")
        names = required.removeprefix("-").strip()
        # `+` joins actions that an operation always requires, `|` joins alternatives.
        actions = tuple(names.replace(" | ", " + ").split(" + ")) if names else ()
        for operation in line.split():
            exact = bool(actions) and actions[0].lower() == f"{prefix}:{operation}".lower()
            found[operation.lower()] = OperationActions(
                operation,
                prefix,
                actions,
                all_needed=not nothing and "|" not in required,
                exact=exact,
                none_needed=nothing,
            )
    return found
