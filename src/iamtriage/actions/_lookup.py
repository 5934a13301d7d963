"""IAM's actions: what an SDK operation needs, and on which resources; not for what a policy grants.

The answers are those of a table that is generated from published data, see ``docs/actions.md``. It is AWS's
Service Authorization Reference in another form:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
Nothing is guessed: what the table does not know has no answer. The table is loaded with the first question,
and each service is read when it is first asked for.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast

import attrs

from iamtriage._rendering.views import View
from iamtriage.actions._arn_templates import fit, names_of_holes
from iamtriage.actions._service_names import client_of, clients

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage.actions._arn_templates import Fit

__all__ = (
    "AccessLevel",
    "Action",
    "OperationActions",
    "ResourceType",
    "actions_for",
    "find_action",
    "service_prefix",
)

AccessLevel: TypeAlias = Literal["list", "read", "write", "permissions management", "tagging", "unknown"]
"""How AWS classes an action:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html"""

# What stands between the actions that an operation needs: all of them, or some.
_BETWEEN = re.compile(r" [+|] ")
# More characters than any operation has.
_LONGEST = 200
# CloudTrail writes the version of the API behind the operation, for Lambda and CloudFront.
_DATE = re.compile(r"20[0-9]{6}(?:v[0-9]{1,2})?\Z")


@attrs.frozen
class ResourceType(View):
    """A type of resource, as a statement's ``Resource`` names it.

    Attributes:
        name: AWS's name for it, unique in its service: ``"bucket"``.
        arns: how its ARNs are made, as AWS publishes it: ``"arn:${Partition}:s3:::${BucketName}"``. Few
            types have more than one form.
    """

    name: str
    arns: tuple[str, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the holes in the ARNs, each once.

        >>> find_action("s3:GetObject").accepts("arn:aws:s3:::reports/q1.csv").variables
        ('Partition', 'BucketName', 'ObjectName')
        """
        return tuple(dict.fromkeys(name for arn in self.arns for name in names_of_holes(arn)))


@attrs.frozen
class Action(View):
    """An IAM action.

    Attributes:
        name: as AWS spells it: ``"s3:GetObject"``.
        service: the prefix: ``"s3"``.
        access_level: what AWS classes it as.
        resource_types: the types of resource that a statement can name for it; none where it takes ``*``
            only.
        required_types: those of them that AWS marks as required: a statement that names types must name
            these too.
    """

    name: str
    service: str
    access_level: AccessLevel
    resource_types: tuple[ResourceType, ...]
    required_types: tuple[ResourceType, ...] = ()

    @property
    def only_wildcard(self) -> bool:
        """Whether a statement's ``Resource`` must be ``*``, as AWS checks no resource.

        >>> find_action("s3:ListAllMyBuckets").only_wildcard, find_action("s3:ListBucket").only_wildcard
        (True, False)
        """
        return not self.resource_types

    def accepts(self, arn: str) -> ResourceType | None:
        """Tell as which type of resource the action takes an ARN; None where it does not.

        Where the ARN fits several types of the service, its type is the one whose ARNs say most of it: what
        looks like an object is no bucket. The ARN may hold wildcards, as in a statement; at its end ``*``
        stands for whatever the ARN goes on with. ``*`` alone is of no type. The time grows with the ARN's
        length.

        Raises:
            TypeError: ``arn`` is no text.

        >>> find_action("s3:GetObject").accepts("arn:aws:s3:::reports/q1.csv").name
        'object'
        >>> find_action("s3:ListBucket").accepts("arn:aws:s3:::reports/q1.csv") is None
        True
        """
        _check(arn, "an ARN")
        start, *sections = arn.split(":", 5)
        if start != "arn" or len(sections) != 5:
            return None
        service = _service(self.service)
        own = list(_fitting(self.resource_types, sections))
        others = _fitting(service.types.values(), sections) if service else ()
        best = max((found for found, _ in (*own, *others)), default=None)
        # As a pattern an ARN may stand for other resources too: `log-group:orders:*` for the group's streams.
        open_ends = [(found, kind) for found, kind in own if not found.whole]
        chosen = [kind for found, kind in own if found == best]
        return chosen[0] if chosen else max(open_ends, key=itemgetter(0), default=(None, None))[1]


@attrs.frozen
class OperationActions(View):
    """What an operation of a service needs.

    Attributes:
        operation: the operation, as SDKs spell it: ``"HeadObject"``.
        service: the IAM prefix of the service that has it: ``"s3"``. Its actions may have another.
        actions: the actions, the most telling first: ``("s3:GetObject", "s3:GetObjectVersion")``.
        all_needed: whether every request needs all of them. If not, it depends on the request which of them.
        exact: whether the first action bears the operation's name.
        none_needed: whether no policy has to allow anything. ``actions`` then holds the action of the
            operation's name, if there is one; a policy that names it changes nothing.
    """

    operation: str
    service: str
    actions: tuple[str, ...]
    all_needed: bool = True
    exact: bool = False
    none_needed: bool = False


def find_action(action: str) -> Action | None:
    """Look an action up, without regard to case, as IAM reads it.

    Args:
        action: prefix, colon and name; no wildcards.

    Returns:
        None where AWS publishes no such action, or the text is none.

    Raises:
        TypeError: ``action`` is no text.

    >>> find_action("S3:getobject").name, find_action("s3:GetObjects")
    ('s3:GetObject', None)
    """
    _check(action, "an action")
    prefix, _, name = action.partition(":")
    # Outside of ASCII there are characters whose lower case is a letter of it.
    service = _service(prefix.lower()) if action.isascii() else None
    return service.actions.get(name.lower()) if service else None


def service_prefix(name: str) -> str | None:
    """Give the prefix that a service's actions have, for any of the names by which the service goes.

    Args:
        name: an SDK's client or service id, the AWS CLI's command, a signing name, a title, the event source
            of a CloudTrail record, or the prefix itself. Case, blanks, hyphens and a leading Amazon or AWS do
            not matter.

    Returns:
        None for an unknown name.

    Raises:
        TypeError: ``name`` is no text.

    >>> service_prefix("Elastic Load Balancing v2"), service_prefix("monitoring.amazonaws.com")
    ('elasticloadbalancing', 'cloudwatch')
    """
    _check(name, "a service's name")
    client = client_of(name)
    return None if client is None else clients().prefixes[client]


def actions_for(operation: str, service: str | None = None) -> tuple[OperationActions, ...]:
    """Tell which actions an operation needs, in each service that has an operation of that name.

    Most operations need the action of their name. The others are kept by hand, as AWS publishes no list of
    them for free use; what is not known for sure is left out. With a service, an action that is no operation
    is taken as one, as ``AccessKubernetesApi``, which CloudTrail writes.

    Args:
        operation: its name, as an SDK (``HeadObject``, ``head_object``), the AWS CLI (``head-object``) or
            CloudTrail (``GetFunction20150331v2``) writes it.
        service: only this one, by any name that :func:`service_prefix` knows.

    Returns:
        One entry for each service, the most used first; none where nothing is known.

    Raises:
        TypeError: an argument is no text.

    >>> [needed] = actions_for("HeadObject", "S3")
    >>> needed.actions, needed.all_needed
    (('s3:GetObject', 's3:GetObjectVersion'), False)
    >>> [needed.service for needed in actions_for("CreateCluster")][:3]
    ['eks', 'ecs', 'redshift']
    """
    _check(operation, "an operation")
    plain = operation.lower().replace("-", "").replace("_", "")
    if service is not None:
        _check(service, "a service's name")
    # Outside of ASCII there are characters whose lower case is a letter of it.
    if not operation.isascii() or not plain.isalnum() or len(plain) > _LONGEST:
        return ()
    plain = _DATE.sub("", plain)
    if not plain:
        return ()
    if service is None:
        return _everywhere(plain)
    client = client_of(service)
    if client is None:
        return ()
    prefix = clients().prefixes[client]
    known = _service(prefix)
    action = known.actions.get(plain) if known else None
    needed = _needed(plain, prefix, client, action.name.partition(":")[2] if action else None)
    return (needed,) if needed else ()


def _check(text: object, what: str) -> None:
    if not isinstance(text, str):
        msg = f"{what} is text, not {type(text).__name__}"
        raise TypeError(msg)


# ------------------------------------------------------------------------------------------- operations


def _needed(plain: str, prefix: str, client: str, same: str | None) -> OperationActions | None:
    """Give what an operation needs. A client's own operations go before those of others with its prefix.

    Args:
        plain: the operation, in lower case.
        prefix: the client's.
        client: the client.
        same: the action of the operation's name, as AWS spells it, if there is one.
    """
    exceptions = _exceptions()
    found = exceptions.get((client, plain))
    if found is None and same:
        return OperationActions(same, prefix, (f"{prefix}:{same}",), exact=True)
    neighbours = (exceptions.get((each, plain)) for each in clients().of_prefix.get(prefix, ()))
    return found or next(filter(None, neighbours), None)


@lru_cache(maxsize=1024)
def _everywhere(plain: str) -> tuple[OperationActions, ...]:
    """Give what an operation needs in each service that has it, the most used first."""
    known, same = clients(), dict(_bearing(plain))
    prefixes = {known.prefixes[client] for client, operation in _exceptions() if operation == plain}
    found = (
        _needed(plain, prefix, known.of_prefix.get(prefix, [prefix])[0], same.get(prefix))
        for prefix in _services()
        if prefix in same or prefix in prefixes
    )
    return tuple(filter(None, found))


def _bearing(plain: str) -> Iterator[tuple[str, str]]:
    """Find the actions of an operation's name, as prefix and name, without reading each service."""
    for prefix, text in _lowered():
        end = -1
        while (at := text.find(f" {plain}", end + 1)) >= 0:
            end = at + len(plain) + 1
            # Lines of actions begin with a blank. Behind an action that is no operation stands a dot.
            if text[end] in " \n" and text[text.rfind("\n", 0, at) + 1] == " ":
                yield prefix, _services()[prefix][at + 1 : end]
                break


# ------------------------------------------------------------------------------------------------- ARNs


def _fitting(types: Iterable[ResourceType], sections: Sequence[str]) -> Iterator[tuple[Fit, ResourceType]]:
    """Give the types whose ARNs a text may be one of, and how well it fits."""
    for kind in types:
        for arn in kind.arns:
            found = fit(arn, sections)
            if found:
                yield found, kind


# ------------------------------------------------------------------------------------ reading the table


class _Service(NamedTuple):
    """What stands under a prefix, by name; the actions by their lower-case names."""

    types: dict[str, ResourceType]
    actions: dict[str, Action]


def _services() -> dict[str, str]:
    from iamtriage.actions._action_table import SERVICES

    return SERVICES


def _service(prefix: str) -> _Service | None:
    return _read_service(prefix) if prefix in _services() else None


@cache
def _read_service(prefix: str) -> _Service:
    arns: dict[str, list[str]] = {}
    actions: dict[str, Action] = {}
    types: dict[str, ResourceType] = {}
    level: AccessLevel = "unknown"
    accepted: tuple[ResourceType, ...] = ()
    required: tuple[ResourceType, ...] = ()
    start = f"arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:"
    for line in _services()[prefix].splitlines():
        if line.startswith("["):
            types = types or {name: ResourceType(name, tuple(each)) for name, each in arns.items()}
            word, _, names = line[1:].partition("]")
            level = cast("AccessLevel", word)
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
def _lowered() -> tuple[tuple[str, str], ...]:
    return tuple((prefix, text.lower()) for prefix, text in _services().items())


@cache
def _exceptions() -> dict[tuple[str, str], OperationActions]:
    """Read what operations need that need not the action of their name, by client and lower-case name."""
    from iamtriage.actions._action_table import EXCEPTIONS

    found: dict[tuple[str, str], OperationActions] = {}
    for client, text in EXCEPTIONS.items():
        prefix = clients().prefixes[client]
        needs = ""
        for line in text.splitlines():
            if not line.startswith(" "):
                needs = line
                continue
            none = needs.startswith("-")
            actions = tuple(_BETWEEN.split(needs.removeprefix("-").strip())) if needs != "-" else ()
            for operation in line.split():
                same = bool(actions) and actions[0].lower() == f"{prefix}:{operation}".lower()
                found[client, operation.lower()] = OperationActions(
                    operation,
                    prefix,
                    actions,
                    all_needed=not none and "|" not in needs,
                    exact=same,
                    none_needed=none,
                )
    return found
