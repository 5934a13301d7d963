"""What a statement has to say so that a denied call gets through: actions, resources, and no more.

Which resources an action accepts: https://docs.aws.amazon.com/service-authorization/latest/reference/ (as
``iamtriage.actions`` has it). Not for documents, and not for whether an Allow helps at all.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, TypeAlias

import attrs

from iamtriage.actions._lookup import find_action
from iamtriage.policies._masked_arns import PLACEHOLDER, policy_arn, policy_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.actions._lookup import Action, ResourceType

__all__ = ("Grant", "Place", "grant_for")

_ACTION = re.compile(r"[A-Za-z0-9-]{1,64}:[A-Za-z0-9]{1,128}", re.ASCII)
# How IAM's own denials name what has no ARN in them: "role deploy", "user ana".
_IAM_NAMES = re.compile(
    r"(?P<type>role|user|group|policy|instance profile|server certificate|mfa)\s+"
    r"(?P<name>[\w+=,.@/-]{1,128})",
    re.ASCII,
)
_BARE = re.compile(r"[\w+=,.@/-]{1,512}", re.ASCII)
_VARIABLE = re.compile(r"\$\{(\w{1,64})\}")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST = 2_048
_ASSUMED = "The partition is taken to be aws. China, GovCloud and the isolated regions have others."
_PLACES = frozenset({"Partition", "Region", "Account"})
_CASE_OF = {"mfa": "mfa", "server certificate": "server-certificate", "instance profile": "instance-profile"}


Conditions: TypeAlias = "Mapping[str, Mapping[str, str | tuple[str, ...]]]"


@attrs.frozen
class Place:
    """Where a resource lies, as far as it is known; what is not becomes a placeholder.

    Attributes:
        partition: the partition.
        region: the region.
        account: the account's 12 digits.
    """

    partition: str | None = None
    region: str | None = None
    account: str | None = None


@attrs.frozen
class Grant:
    """What has to be allowed.

    Attributes:
        action: the action, in AWS's spelling where it is known.
        resources: ARNs, or ``*``.
        conditions: the statement's conditions.
        known: whether the action is one of AWS's.
        notes: what to know about it, in sentences.
    """

    action: str
    resources: tuple[str, ...]
    conditions: Conditions | None = attrs.field(default=None, hash=False)
    known: bool = True
    notes: tuple[str, ...] = ()

    @property
    def has_placeholders(self) -> bool:
        """Whether words have to be replaced before it is of use."""
        return any(PLACEHOLDER in each for each in self.resources) or PLACEHOLDER in str(self.conditions)


def grant_for(action: str, resource: str | None, place: Place) -> Grant | None:
    """Give what lets an action on a resource through; None where the action is no whole action.

    Args:
        action: the action as written.
        resource: the resource as written, None where the text names none.
        place: where resources without an ARN lie.

    >>> grant_for("s3:getobject", "arn:aws:s3:::orders/2026.csv", Place())
    Grant(action='s3:GetObject', resources=('arn:aws:s3:::orders/2026.csv',), conditions=None, known=True, \
notes=())
    >>> grant_for("ec2:DescribeInstances", None, Place()).resources
    ('*',)
    >>> grant_for("eks:DescribeCluster", None, Place("aws", account="111122223333")).resources
    ('arn:aws:eks:REPLACE_REGION:111122223333:cluster/REPLACE_CLUSTER_NAME',)
    """
    # The same calls are denied again and again. A text that is longer than any ARN is not kept.
    if resource is None or len(resource) <= _LONGEST:
        return _cached(action, resource, place)
    return _grant_for(action, resource, place)


def _grant_for(action: str, resource: str | None, place: Place) -> Grant | None:
    if not _ACTION.fullmatch(action):
        return None
    known = find_action(action)
    if known is None:
        notes = (f"{action} is not among the actions that this version knows; check its spelling.",)
        resources, more = _as_written(resource, place)
        return Grant(action, resources, known=False, notes=notes + more)
    if known.only_wildcard:
        note = f"AWS accepts only * as the resource of {known.name}."
        return Grant(known.name, ("*",), notes=(note,))
    if resource == "*":
        note = f"* is the resource that AWS checked for {known.name}; a narrower one would not match."
        return Grant(known.name, ("*",), notes=(note,))
    resources, more = _accepted(known, resource, place)
    return Grant(known.name, resources, notes=more)


_cached = functools.lru_cache(maxsize=512)(_grant_for)


def _as_written(resource: str | None, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if resource == "*":
        return ("*",), ()
    arn = policy_arn(resource, partition=place.partition) if resource else None
    return (arn or f"{PLACEHOLDER}RESOURCE_ARN",), ()


def _accepted(action: Action, resource: str | None, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the resource in a form that the action accepts."""
    arn = policy_arn(resource, partition=place.partition) if resource else None
    if arn is not None:
        if action.accepts(arn) is not None:
            return (arn,), _about_stars(arn)
        if action.service == "s3" and arn.startswith("arn:"):
            return _s3(action, arn)
        words = (
            f"AWS lists no resource of this form for {action.name}: "
            "compare it with what the call was made on."
        )
        return (arn,), (words,)
    if resource:
        named = _named(action, resource, place)
        if named is not None:
            return named
    kinds = action.required_types or ((_likeliest(action),) if action.resource_types else ())
    templates = tuple(dict.fromkeys(_template(kind, place) for kind in kinds)) or (
        f"{PLACEHOLDER}RESOURCE_ARN",
    )
    return templates, () if place.partition else (_ASSUMED,)


def _about_stars(arn: str) -> tuple[str, ...]:
    if arn.endswith(("/*", ":*")):
        return ("The * at the end stands in the message: AWS checked no single resource.",)
    return ()


def _s3(action: Action, arn: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Turn an object's ARN into its bucket's, or a bucket's into an object's, as the action wants."""
    bucket, slash, _ = arn.partition("/")
    names = {each.name for each in action.resource_types}
    if "bucket" in names and slash:
        return (bucket,), (f"{action.name} is allowed on the bucket, not on its objects.",)
    if "object" in names and not slash:
        words = f"{action.name} is allowed on objects: behind the bucket's ARN stands / and the object's key."
        return (f"{arn}/{PLACEHOLDER}OBJECT_KEY",), (words,)
    return (arn,), ()


def _named(action: Action, resource: str, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Make the ARN of a bare name, where the action's types tell how."""
    if action.service == "iam":
        said = _IAM_NAMES.fullmatch(resource)
        kind = said["type"] if said else None
        name = said["name"] if said else resource
        if not _BARE.fullmatch(name):
            return None
        types = [
            each for each in action.resource_types if kind is None or each.name == _CASE_OF.get(kind, kind)
        ]
        if len(types) != 1:
            return None
        arn = f"arn:{_partition(place)}:iam::{_account(place)}:{types[0].name}/{policy_name(name)}"
        return (arn,), (f"Where the {kind or types[0].name} has a path, the path belongs into the ARN.",)
    if not _BARE.fullmatch(resource) or policy_name(resource, wildcard=False) != resource:
        return None
    if action.service == "secretsmanager":
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
        where = f"{_partition(place)}:secretsmanager:{_region(place)}:{_account(place)}"
        arn = f"arn:{where}:secret:{resource}-??????"
        return (arn,), (
            "Secrets Manager ends a secret's ARN with a hyphen and six characters; ?????? stands for them.",
        )
    kind = _likeliest(action)
    template = _template(kind, place)
    own = [] if kind is None else [each for each in kind.variables if each not in _PLACES]
    return ((template.replace(_placeholder(own[0]), resource),), ()) if len(own) == 1 else None


def _likeliest(action: Action) -> ResourceType | None:
    """Give the type of resource that an action is mostly about."""
    required = action.required_types
    if required:
        return required[0]
    by_name = {each.name: each for each in action.resource_types}
    for name in ("object", "bucket"):
        if action.service == "s3" and name in by_name:
            return by_name[name]
    return action.resource_types[0] if action.resource_types else None


def _template(kind: ResourceType | None, place: Place) -> str:
    """Fill what is known into a type's ARN; the rest are placeholders."""
    if kind is None or not kind.arns:
        return f"{PLACEHOLDER}RESOURCE_ARN"
    known = {"Partition": _partition(place), "Region": _region(place), "Account": _account(place)}
    return _VARIABLE.sub(lambda m: known.get(m[1]) or _placeholder(m[1]), kind.arns[0])


def _placeholder(variable: str) -> str:
    return f"{PLACEHOLDER}{_WORDS.sub('_', variable).upper()}"


def _partition(place: Place) -> str:
    # IAM refuses a document with another partition than its own, so that a wrong one cannot go unseen.
    return place.partition or "aws"


def _region(place: Place) -> str:
    return place.region or f"{PLACEHOLDER}REGION"


def _account(place: Place) -> str:
    return place.account or f"{PLACEHOLDER}ACCOUNT_ID"
