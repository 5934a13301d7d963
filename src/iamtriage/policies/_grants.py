"""Find the least-privilege grant for a denied call: an action and the resources that it accepts.

``iamtriage.actions`` knows which resources an action accepts. Its source is
https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._rendering.values import Value
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import spell_action
from iamtriage.arns._names import strip_type
from iamtriage.arns._principals import SERVICE_LINKED_PREFIX
from iamtriage.policies._arn_templates import (
    LAUNCH,
    LOCATION_VARIABLES,
    OF_AWS,
    RANDOM_END,
    Location,
    account_of,
    complete_secret_arn,
    fill_template,
    find_main_type,
    find_optional_types,
    is_created,
    log_group_suffix,
    name_mask,
    open_secret_arn,
    partition_of,
    placeholder_of,
    region_of,
    restore_location,
    strip_start,
)
from iamtriage.policies._masked_arns import sanitize_arn, sanitize_name
from iamtriage.policies._request_patterns import is_aws_pattern, is_log_group_pattern, restore_end

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.actions._lookup import Action

__all__ = ("Grant", "build_grant", "complete_type")

_TRANSFORM = ":aws:transform/"
_ACTION = lazy_pattern(r"[A-Za-z0-9-]{1,64}:[A-Za-z0-9]{1,128}")
# IAM's denials name some resources without an ARN: "role deploy", "user ana".
_IAM_RESOURCE = lazy_pattern(
    r"(?P<type>role|user|group|policy|instance profile|server certificate|mfa)\s+"
    r"(?P<name>[\w+=,.@/-]{1,128})",
    re.ASCII,
)
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
_QUEUE_URL = lazy_pattern(
    r"https://(?:sqs\.)?(?P<region>[a-z0-9-]{5,30})\.[a-z.]{3,40}/(?P<account>[0-9]{12})/(?P<name>[\w.-]{1,85})/?",
    re.ASCII,
)
_BARE_NAME = lazy_pattern(r"[\w+=,.@/-]{1,512}", re.ASCII)
_ESCAPED = lazy_pattern(r"\$\{[*?]\}")
# The messages of these services name no resource although the call has one.
_RESOURCE_UNNAMED = frozenset({"es", "execute-api", "s3"})
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
_WRITES_WITHOUT_RESOURCE = frozenset({"cloudwatch:PutMetricData"})
# Characters.
_MAX_ARN_LENGTH = 2_048
_ASSUMED_PARTITION = (
    "The partition is assumed to be aws. China, GovCloud and the isolated regions have others."
)
# Topics are the only resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
_PHONE_NUMBER = lazy_pattern(r"\+[0-9*Xx][0-9*Xx -]{3,20}")
_PHONE_NUMBER_NOTE = (
    "A phone number has no ARN, so only * matches it, and topics, too. "
    "To leave out topics, replace Resource by NotResource arn:aws:sns:*:*:*."
)
# https://docs.aws.amazon.com/iot/latest/developerguide/cog-iot-policies.html
_IDENTITY_ID = lazy_pattern(
    r"[a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9]:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_IDENTITY_NOTE = "A Cognito identity ID has no ARN, so only * matches it."
_ATTACH_NOTE = (
    "With *, the caller can attach any AWS IoT policy, also to itself: a backend is a safer caller."
    " Guests need none."
)
_NEW_ID = "AWS chooses the ID of what the call creates, so the ARN ends with *."
WILDCARD_OF_AWS = "The * in the ARN is from AWS: the call creates the resource, or names no single one."
WILDCARD_OF_STACK = "The call names the stack: the * in the ARN stands for the ID of the stack."
_STACK = lazy_pattern(r":cloudformation:[^:]{0,40}:[^:]{0,40}:stack/[^/*?]{1,128}/\*\Z")
UNKNOWN_ACTION = "iamtriage does not know the action"
"""How the note begins about an action that the table lacks: misspelt, or added by AWS since."""
_TYPE_NAMES = {
    "mfa": "mfa",
    "server certificate": "server-certificate",
    "instance profile": "instance-profile",
}


# An ARN that a text cuts off within the type of the resource.
_CUT_TYPE = lazy_pattern(
    r"arn:(?P<partition>aws[a-z-]{0,20}):[a-z0-9-]{1,40}:(?P<region>[a-z0-9-]{0,30}):(?P<account>\d{12})?:(?P<type>[a-z-]{0,40})[:/]?(?:\.{2,}|…|\s?[\[(<])",
    re.ASCII,
)
Conditions: TypeAlias = "Mapping[str, Mapping[str, str | tuple[str, ...]]]"
# EC2 writes the type as an asterisk, too, if a call can be on several types or does not come to its resource.
_ANY_TYPE = lazy_pattern(r"arn:[\w-]{3,20}:ec2:[^:]{0,40}:[^:]{0,40}:\*/\*", re.ASCII)
# The resources of a grant, and its notes.
_Resources: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]


@attrs.frozen(eq=False, repr=False)
class Grant(Value):
    """An action to allow, and its resources.

    Attributes:
        action: The action, in AWS's spelling if it is known.
        resources: ARNs, or ``*``.
        conditions: The conditions of the statement.
        known: Whether the action table contains the action.
        notes: Sentences about the choice of resources.
    """

    action: str
    resources: tuple[str, ...]
    conditions: Conditions | None = attrs.field(default=None, hash=False)
    known: bool = True
    notes: tuple[str, ...] = ()

    @property
    def has_placeholders(self) -> bool:
        """Whether placeholders must be replaced before the grant can be used."""
        return bool(find_placeholders(f"{self.resources} {self.conditions}"))


_RANDOM_END_NOTE = (
    "Secrets Manager ends a secret's ARN with a hyphen and six characters; ?????? matches them."
)

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
_INDEX = "/index/"
_INDEX_NOTE = (
    "An index is a resource of its own, which the table does not cover. {}/* stands for all indexes."
)


def build_grant(action: str, resource: str | None, location: Location) -> Grant | None:
    """Return the grant for an action on a resource, or ``None`` if the action is incomplete.

    Args:
        action: The action as written.
        resource: The resource as written, or ``None`` if the message names none.
        location: The location of resources without an ARN.

    >>> build_grant("s3:getobject", "arn:aws:s3:::orders/2026.csv", Location())
    Grant(action='s3:GetObject', resources=('arn:aws:s3:::orders/2026.csv',), conditions=None, known=True, \
notes=())
    >>> build_grant("ec2:DescribeInstances", None, Location()).resources
    ('*',)
    >>> build_grant("eks:DescribeCluster", None, Location("aws", account="111122223333")).resources
    ('arn:aws:eks:REGION:111122223333:cluster/CLUSTER',)
    """
    # The same calls are denied repeatedly, so results are cached, except for texts longer than any ARN.
    if resource is None or len(resource) <= _MAX_ARN_LENGTH:
        return _cached_grant(action, resource, location)
    return _build_grant(action, resource, location)


def _build_grant(action: str, resource: str | None, location: Location) -> Grant | None:
    if not _ACTION.fullmatch(action):
        return None
    resource = resource and strip_type(resource)
    known = find_action(spell_action(action))
    if known is None:
        notes = (f"{UNKNOWN_ACTION} {action}; check its spelling.",)
        resources, more = _copy_resource(resource, location)
        return Grant(action, resources, known=False, notes=notes + more)
    if known.only_wildcard:
        shown = (
            sanitize_arn(resource, partition=location.partition)
            if resource and resource.endswith("/")
            else None
        )
        of_all = f" {shown} is not the ARN of one of them." if shown else ""
        note = f"The Resource must be *: {known.name} cannot be limited to single resources.{of_all}"
        return Grant(known.name, ("*",), notes=(note,))
    if known.name == "sns:Publish" and _PHONE_NUMBER.fullmatch(resource or ""):
        return Grant(known.name, ("*",), notes=(_PHONE_NUMBER_NOTE,))
    if known.service == "iot" and _IDENTITY_ID.fullmatch(resource or ""):
        more = (_ATTACH_NOTE,) if ":Attach" in known.name else ()
        return Grant(known.name, ("*",), notes=(_IDENTITY_NOTE, *more))
    if resource in {None, "*"} and _needs_no_resource(known, resource, location):
        note = f"The message names no resource, and {known.name} requires none: * is right here."
        return Grant(known.name, ("*",), notes=(note,))
    if resource == "*":
        resources, more = _find_resources(known, None, location)
        note = f"Which resource does the call use? The message says only *, and {known.name} accepts ARNs."
        return Grant(known.name, resources, notes=(note, *more))
    resources, more = _find_resources(known, resource, location)
    return Grant(known.name, resources, notes=more)


def _needs_no_resource(action: Action, resource: str | None, location: Location) -> bool:
    """Return whether * is the resource of a call that names none, as all types are optional."""
    if action.required_types or not action.resource_types or action.service in _RESOURCE_UNNAMED:
        return False
    reads = action.access_level in {"list", "read"} or action.name in _WRITES_WITHOUT_RESOURCE
    if resource is None and not reads:
        return False
    templates = _find_resources(action, None, location)[0]
    return bool(set(find_placeholders(f"{templates}")) - {"ACCOUNT_ID", "REGION"})


_cached_grant = functools.lru_cache(maxsize=512)(_build_grant)


def _copy_resource(resource: str | None, location: Location) -> _Resources:
    arn = sanitize_arn(resource, partition=location.partition) if resource else None
    if arn is None:
        return ("RESOURCE_ARN",), ()
    return (arn,), _build_wildcard_notes(arn)


def _find_resources(action: Action, resource: str | None, location: Location) -> _Resources:
    """Return the resource in a form that the action accepts, and notes."""
    arn, is_pattern = None, False
    if resource and _ANY_TYPE.fullmatch(resource):
        return _allow_any_type(action, resource, location)
    if resource:
        resource = restore_end(action, resource)
        is_pattern = is_aws_pattern(action, resource)
        arn = sanitize_arn(resource, partition=location.partition, is_pattern=is_pattern)
    if arn is not None:
        arn = restore_location(action, arn)
        if action.accepts(arn) is not None:
            if (whole := open_secret_arn(action, complete_secret_arn(arn))) != arn:
                return (whole,), (_RANDOM_END_NOTE,)
            index = (
                (_INDEX_NOTE.format(arn.rpartition("/")[0]),) if _INDEX in arn and ":dynamodb:" in arn else ()
            )
            return (name_mask(action, arn),), (*index, *_build_wildcard_notes(arn))
        if (completed := complete_type(action, resource or "", location)) is not None:
            return (completed,), ()
        if action.service == "s3" and arn.startswith("arn:"):
            return _convert_s3_arn(action, arn, location)
        if arn.endswith(f":/{action.name.partition(':')[2]}"):
            # "ce:GetCostAndUsage on resource: arn:aws:ce:us-east-1:111122223333:/GetCostAndUsage"
            return (arn,), ("The ARN names the call itself: AWS checks it instead of a resource.",)
        if _TRANSFORM in arn:
            # A macro that a template uses, which the reference of actions does not list:
            # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros.html
            return (arn,), (
                (
                    "The resource is a transform of the template, with aws instead of an account: no ARN of a"
                    " stack matches it. A template without a transform does not need it. The stack still"
                    " needs the Allow, too."
                ),
            )
        if OF_AWS.search(arn) is not None:
            # https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
            return (arn,), (
                "It is of AWS, so its ARN has no account: a resource with an account does not match it.",
            )
        if is_pattern and arn.split(":", 5)[-1] == "*":
            # "schemas:ListRegistries on resource: arn:aws:schemas:eu-west-1:111122223333:*"
            return (arn,), (WILDCARD_OF_AWS,)
        words = f"AWS lists no resource of this form for {action.name}: check which resource the call used."
        return (arn,), (words,)
    if resource:
        named = _build_arn(action, resource, location)
        if named is not None:
            return named
    kinds = action.required_types or find_optional_types(action, location)
    templates = tuple(
        dict.fromkeys(
            fill_template(kind, location, created="*" if is_created(action, kind) else None)
            + log_group_suffix(action, kind)
            for kind in kinds
        )
    )
    notes = () if location.partition else (_ASSUMED_PARTITION,)
    # The explanation of a launch says it of all of its resources.
    if action.name != LAUNCH and any(is_created(action, kind) for kind in kinds):
        notes = (_NEW_ID, *notes)
    return templates or ("RESOURCE_ARN",), notes


def _allow_any_type(action: Action, resource: str, location: Location) -> _Resources:
    """Return the resources of the types that an action requires, or else of any type, as AWS writes it."""
    arn = sanitize_arn(resource, partition=location.partition, is_pattern=True) or resource
    _, partition, _, region, account, _ = arn.split(":", 5)
    known = Location(partition, region, account)
    required = tuple(fill_template(kind, known, created="*") for kind in action.required_types)
    return required or (arn,), (WILDCARD_OF_AWS,)


def complete_type(action: Action, resource: str, location: Location) -> str | None:
    """Return the ARN with the whole resource type, if a text cuts it off within the type.

    >>> complete_type(find_action("iam:PassRole"), "arn:aws:iam::111122223333:ro...", Location())
    'arn:aws:iam::111122223333:role/ROLE_NAME_WITH_PATH'
    """
    cut = _CUT_TYPE.match(resource)
    if cut is None:
        return None
    partition, region, account, shown = cut.group("partition", "region", "account", "type")
    location = location._replace(partition=partition, region=region, account=account)
    main = find_main_type(action)
    for kind in dict.fromkeys((main, *action.resource_types)):
        template = kind.arns[0] if kind is not None and kind.arns else ""
        start = template.split(":", 5)[-1].partition("${")[0]
        if start and start.startswith(shown):
            return fill_template(kind, location)
    return None


def _build_wildcard_notes(arn: str) -> tuple[str, ...]:
    plain = _ESCAPED.sub("", arn)
    notes = (WILDCARD_OF_AWS,) if "*" in plain else ()
    if _STACK.search(plain):
        notes = (WILDCARD_OF_STACK,)
    if is_log_group_pattern(arn):
        return ()
    if plain == arn:
        return notes
    return (*notes, "${*} and ${?} match only the characters * and ? in the name.")


def _convert_s3_arn(action: Action, arn: str, location: Location) -> _Resources:
    """Convert an object's ARN to its bucket's, or a bucket's to an object's, as the action requires."""
    bucket, slash, _ = arn.partition("/")
    names = {each.name for each in action.resource_types}
    if "bucket" in names and slash:
        return (bucket,), (f"{action.name} applies to the bucket, not to its objects.",)
    if "object" in names and not slash:
        words = (
            f"{action.name} applies to objects. Their ARN is that of the bucket, followed by / and the key."
        )
        if (key := location.name("object")) is not None:
            return (f"{arn}/{key}",), ()
        prefix = location.name("prefix")
        if prefix is not None:
            words = f"The command is for several objects, so the statement covers all below {prefix}."
            if not prefix:
                words = (
                    "If the program keeps its objects below a prefix, add it before the * of the Resource."
                )
            return (f"{arn}/{prefix}*",), (words,)
        return (f"{arn}/OBJECT_KEY",), (words,)
    return (arn,), ()


def _build_arn(action: Action, resource: str, location: Location) -> _Resources | None:
    """Build an ARN from a bare name, if the action's resource types determine it."""
    if action.service == "iam":
        typed = _IAM_RESOURCE.fullmatch(resource)
        kind = typed["type"] if typed else None
        name = typed["name"] if typed else resource
        if not _BARE_NAME.fullmatch(name):
            return None
        types = [
            each for each in action.resource_types if kind is None or each.name == _TYPE_NAMES.get(kind, kind)
        ]
        if len(types) != 1:
            return None
        path = ""
        if types[0].name == "role" and name.startswith(SERVICE_LINKED_PREFIX):
            path = "aws-service-role/*/"
        prefix = f"arn:{partition_of(location)}:iam::{account_of(location)}:{types[0].name}"
        whole = location.name(f"{types[0].name} {name}")
        if whole is not None and not path:
            return (f"{prefix}/{whole}",), ()
        arn = f"{prefix}/{path}{sanitize_name(name)}"
        if path:
            return (arn,), (
                "A service-linked role has the name of its service in its path, which the * matches.",
            )
        return (arn,), (f"If the {kind or types[0].name} has a path, add it to the ARN.",)
    queue = _QUEUE_URL.fullmatch(resource) if action.service == "sqs" else None
    if queue is not None:
        arn = f"arn:{partition_of(location)}:sqs:{queue['region']}:{queue['account']}:{queue['name']}"
        return (arn,), ()
    kind, resource = strip_start(action, resource)
    if not _BARE_NAME.fullmatch(resource) or sanitize_name(resource) != resource:
        return None
    if action.service == "secretsmanager":
        prefix = f"{partition_of(location)}:secretsmanager:{region_of(location)}:{account_of(location)}"
        arn = f"arn:{prefix}:secret:{resource}{RANDOM_END}"
        return (arn,), (_RANDOM_END_NOTE,)
    template = fill_template(kind, location)
    names = [] if kind is None else [each for each in kind.variables if each not in LOCATION_VARIABLES]
    return ((template.replace(placeholder_of(names[0]), resource),), ()) if len(names) == 1 else None
