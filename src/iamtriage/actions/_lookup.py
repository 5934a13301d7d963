"""Look up IAM actions and their resources.

The results come from a table that is generated from published data (``docs/actions.md``), which is the
Service Authorization Reference in another format:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
Nothing is guessed: without an entry in the table, there is no result. The first look-up loads the table, and
the first look-up in a service parses the part of that service.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import attrs

from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._typing import NamedTuple
from iamtriage.actions._table import find_service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage.actions._arn_templates import TemplateMatch

__all__ = (
    "AccessLevel",
    "Action",
    "ResourceType",
    "find_action",
)

AccessLevel: TypeAlias = Literal["list", "read", "write", "permissions management", "tagging", "unknown"]
"""How AWS classifies an action:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html"""


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
        require_string(arn, "arn")
        start, *sections = arn.split(":", 5)
        if start != "arn" or len(sections) != 5:
            return None
        service = find_parsed_service(self.service)
        accepted = list(_match_types(self.resource_types, sections))
        others = _match_types(service.types.values(), sections) if service else ()
        closest = max((match for match, _ in (*accepted, *others)), default=None)
        # As a pattern, an ARN can match other resources, too: `log-group:orders:*` also matches the group's
        # streams.
        incomplete = [(match, kind) for match, kind in accepted if not match.complete]
        chosen = [kind for match, kind in accepted if match == closest]
        return chosen[0] if chosen else max(incomplete, key=itemgetter(0), default=(None, None))[1]


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
    require_string(action, "action")
    prefix, _, name = action.partition(":")
    # Some characters outside ASCII have an ASCII letter as their lower case.
    service = find_parsed_service(prefix.lower()) if action.isascii() else None
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
    service = find_parsed_service(prefix)
    return [each for key, each in service.actions.items() if key.startswith(name)] if service else []


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


def find_parsed_service(prefix: str) -> _Service | None:
    """Return the resource types and actions of a service, or ``None`` for an unknown prefix."""
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


def require_string(value: object, argument: str) -> None:
    """Raise ``TypeError`` if an argument is not a string."""
    if not isinstance(value, str):
        msg = f"{argument} must be a string, not {type(value).__name__}"
        raise TypeError(msg)
