"""Look up IAM actions, the operations that require them, and their resources.

The results come from a table that is generated from published data (``docs/actions.md``), which is the
Service Authorization Reference in another format:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
Nothing is guessed: without an entry in the table, there is no result. The first look-up loads the table, and
the first look-up in a service parses the part of that service.
"""

from __future__ import annotations

from functools import cache, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage.actions._service_names import find_client, load_clients
from iamtriage.actions._table import find_service, load_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage.actions._arn_templates import TemplateMatch

__all__ = (
    "AccessLevel",
    "Action",
    "OperationActions",
    "ResourceType",
    "actions_for",
    "find_action",
    "service_prefix",
    "spell_action",
)

AccessLevel: TypeAlias = Literal["list", "read", "write", "permissions management", "tagging", "unknown"]
"""How AWS classifies an action:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html"""

# `+` joins actions that an operation always requires, `|` joins alternatives.
_ACTION_SEPARATOR = lazy_pattern(r" [+|] ")
# In characters. All names of operations are shorter.
_MAX_LENGTH = 200
# For Lambda and CloudFront, CloudTrail appends the API version to the operation.
_API_VERSION = lazy_pattern(r"20[0-9]{6}(?:v[0-9]{1,2})?\Z")


@attrs.frozen(eq=False)
class ResourceType(Value, View):
    """A resource type that the ``Resource`` of a statement can name.

    Attributes:
        name: The AWS name, unique in its service: ``"bucket"``.
        arns: The published ARN templates: ``"arn:${Partition}:s3:::${BucketName}"``. Few types have more than
            one.

    >>> find_action("s3:GetObject").accepts("arn:aws:s3:::reports/q1.csv").arns
    ('arn:${Partition}:s3:::${BucketName}/${ObjectName}',)
    """

    name: str
    arns: tuple[str, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables in the ARN templates, each once.

        >>> find_action("s3:GetObject").accepts("arn:aws:s3:::reports/q1.csv").variables
        ('Partition', 'BucketName', 'ObjectName')
        """
        from iamtriage.actions._arn_templates import variable_names

        return tuple(dict.fromkeys(name for arn in self.arns for name in variable_names(arn)))


@attrs.frozen(eq=False)
class Action(Value, View):
    """An IAM action.

    Attributes:
        name: The AWS spelling: ``"s3:GetObject"``.
        service: The prefix: ``"s3"``.
        access_level: How AWS classifies it.
        resource_types: The resource types that a statement can name for it; empty if it accepts only ``*``.
        required_types: The types among them that AWS marks as required: a statement that names types must
            name these too.

    >>> action = find_action("s3:ListBucket")
    >>> action.access_level, [each.name for each in action.resource_types]
    ('list', ['accesspoint', 'bucket'])
    """

    name: str
    service: str
    access_level: AccessLevel
    resource_types: tuple[ResourceType, ...]
    required_types: tuple[ResourceType, ...] = ()

    @property
    def only_wildcard(self) -> bool:
        """Whether the ``Resource`` of a statement must be ``*``, because AWS checks no resource.

        >>> find_action("s3:ListAllMyBuckets").only_wildcard, find_action("s3:ListBucket").only_wildcard
        (True, False)
        """
        return not self.resource_types

    def accepts(self, arn: str) -> ResourceType | None:
        """Return the resource type of an ARN if the action accepts it, otherwise ``None``.

        If the ARN matches several types of the service, the closest match wins: an ARN that looks like an
        object is not a bucket. The ARN can contain wildcards, as in a statement. A trailing ``*`` stands for
        any further sections and names. ``*`` alone has no type. The time is linear in the length of the ARN.

        Args:
            arn: The ARN of a resource, or the ``Resource`` of a statement.

        Raises:
            TypeError: ``arn`` is not a string.

        >>> find_action("s3:GetObject").accepts("arn:aws:s3:::reports/q1.csv").name
        'object'
        >>> find_action("s3:ListBucket").accepts("arn:aws:s3:::reports/q1.csv") is None
        True
        """
        _require_string(arn, "arn")
        start, *sections = arn.split(":", 5)
        if start != "arn" or len(sections) != 5:
            return None
        service = _find_service(self.service)
        accepted = list(_match_types(self.resource_types, sections))
        others = _match_types(service.types.values(), sections) if service else ()
        closest = max((match for match, _ in (*accepted, *others)), default=None)
        # As a pattern, an ARN can match other resources, too: `log-group:orders:*` also matches the group's
        # streams.
        incomplete = [(match, kind) for match, kind in accepted if not match.complete]
        chosen = [kind for match, kind in accepted if match == closest]
        return chosen[0] if chosen else max(incomplete, key=itemgetter(0), default=(None, None))[1]


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


def find_action(action: str) -> Action | None:
    """Find an action by its name, ignoring case like IAM.

    Args:
        action: Prefix, colon and name, without wildcards.

    Returns:
        The action, or ``None`` if AWS publishes no such action.

    Raises:
        TypeError: ``action`` is not a string.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

    >>> find_action("S3:getobject").name, find_action("s3:GetObjects")
    ('s3:GetObject', None)
    """
    _require_string(action, "action")
    prefix, _, name = action.partition(":")
    # Some characters outside ASCII have an ASCII letter as their lower case.
    service = _find_service(prefix.lower()) if action.isascii() else None
    return service.actions.get(name.lower()) if service else None


def complete_action(start: str) -> str | None:
    """Return the only action that begins with a text, or ``None`` if several do or none does.

    >>> complete_action("secretsmanager:GetSec"), complete_action("secretsmanager:Get")
    ('secretsmanager:GetSecretValue', None)
    """
    found = _actions_with_start(start)
    return found[0].name if len(found) == 1 else None


def is_start_of_action(start: str) -> bool:
    """Return whether a text is only the beginning of actions.

    >>> is_start_of_action("dynamodb:Get"), is_start_of_action("dynamodb:GetItem")
    (True, False)
    """
    return find_action(start) is None and bool(_actions_with_start(start))


def _actions_with_start(start: str) -> list[Action]:
    prefix, _, name = start.lower().partition(":")
    service = _find_service(prefix)
    return [each for key, each in service.actions.items() if key.startswith(name)] if service else []


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
    _require_string(name, "name")
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
    _require_string(operation, "operation")
    if service is not None:
        _require_string(service, "service")
    key = operation.lower().replace("-", "").replace("_", "")
    # Some characters outside ASCII have an ASCII letter as their lower case.
    if not operation.isascii() or not key.isalnum() or len(key) > _MAX_LENGTH:
        return ()
    key = _API_VERSION.sub("", key)
    if not key:
        return ()
    if service is None:
        return _actions_in_all_services(key)
    client = find_client(service)
    if client is None:
        return ()
    prefix = load_clients().prefixes[client]
    found = _find_service(prefix)
    action = found.actions.get(key) if found else None
    required = _required_actions(key, prefix, client, action.name.partition(":")[2] if action else None)
    return (required,) if required else ()


def _require_string(value: object, argument: str) -> None:
    if not isinstance(value, str):
        msg = f"{argument} must be a string, not {type(value).__name__}"
        raise TypeError(msg)


# ------------------------------------------------------------------------------------------- operations


def _required_actions(key: str, prefix: str, client: str, same: str | None) -> OperationActions | None:
    """Return the actions that an operation requires.

    A client's operations take precedence over those of other clients with the same prefix. ``key`` is the
    operation in lower case, and ``same`` the action of the same name, as AWS spells it, if it exists.
    """
    exceptions = _load_exceptions()
    found = exceptions.get((client, key))
    if found is None and same:
        return OperationActions(same, prefix, (f"{prefix}:{same}",), exact=True)
    neighbors = (exceptions.get((each, key)) for each in load_clients().by_prefix.get(prefix, ()))
    return found or next(filter(None, neighbors), None)


@lru_cache(maxsize=1024)
def _actions_in_all_services(key: str) -> tuple[OperationActions, ...]:
    """Return the actions that an operation requires in each service, the most used service first."""
    clients, same = load_clients(), dict(_find_same_names(key))
    prefixes = {clients.prefixes[client] for client, operation in _load_exceptions() if operation == key}
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


# ------------------------------------------------------------------------------------------------- ARNs


def _match_types(
    types: Iterable[ResourceType], sections: Sequence[str]
) -> Iterator[tuple[TemplateMatch, ResourceType]]:
    """Yield the types that an ARN matches, each with its match."""
    from iamtriage.actions._arn_templates import match_template

    for kind in types:
        for arn in kind.arns:
            match = match_template(arn, sections)
            if match:
                yield match, kind


# ------------------------------------------------------------------------------------ parsing the table


class _Service(NamedTuple):
    """A service's resource types by name, and its actions by lowercase name."""

    types: dict[str, ResourceType]
    actions: dict[str, Action]


# The services that were looked up, by prefix.
_parsed: dict[str, _Service] = {}


def _find_service(prefix: str) -> _Service | None:
    found = _parsed.get(prefix)
    if found is None:
        text = find_service(prefix)
        if text is None:
            return None
        found = _parsed[prefix] = _parse_service(prefix, text)
    return found


def _parse_service(prefix: str, text: str) -> _Service:
    arns: dict[str, list[str]] = {}
    actions: dict[str, Action] = {}
    types: dict[str, ResourceType] = {}
    level: AccessLevel = "unknown"
    accepted: tuple[ResourceType, ...] = ()
    required: tuple[ResourceType, ...] = ()
    start = f"arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:"
    for line in text.splitlines():
        if line.startswith("["):
            types = types or {name: ResourceType(name, tuple(each)) for name, each in arns.items()}
            label, _, names = line[1:].partition("]")
            level = cast("AccessLevel", label)
            listed = names.strip().split(", ") if names else []
            accepted = tuple(types[name.rstrip("!")] for name in listed)
            required = tuple(types[name[:-1]] for name in listed if name.endswith("!"))
        elif line.startswith(" "):
            for name in line.replace(".", "").split():
                actions[name.lower()] = Action(f"{prefix}:{name}", prefix, level, accepted, required)
        else:
            name, _, arn = line.partition(" = ")
            arns.setdefault(name, []).append(start + arn[1:] if arn.startswith("~") else arn)
    return _Service(types, actions)


@cache
def _lowercase_services() -> tuple[tuple[str, str], ...]:
    return tuple((prefix, text.lower()) for prefix, text in load_table().services.items())


@cache
def _load_exceptions() -> dict[tuple[str, str], OperationActions]:
    """Parse the operations that require anything other than the action of the same name.

    Returns:
        The required actions by client and lowercase operation.
    """
    found: dict[tuple[str, str], OperationActions] = {}
    for client, text in load_table().operations.items():
        prefix = load_clients().prefixes[client]
        required = ""
        for line in text.splitlines():
            if not line.startswith(" "):
                required = line
                continue
            nothing = required.startswith("-")
            names = required.removeprefix("-").strip()
            actions = tuple(_ACTION_SEPARATOR.split(names)) if names else ()
            for operation in line.split():
                exact = bool(actions) and actions[0].lower() == f"{prefix}:{operation}".lower()
                found[client, operation.lower()] = OperationActions(
                    operation,
                    prefix,
                    actions,
                    all_needed=not nothing and "|" not in required,
                    exact=exact,
                    none_needed=nothing,
                )
    return found
