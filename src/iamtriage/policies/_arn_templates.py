"""Fill the ARN templates of resource types with known values, and with placeholders for the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.placeholders import placeholder_word
from iamtriage._typing import NamedTuple
from iamtriage.policies._masked_arns import sanitize_name

if TYPE_CHECKING:
    from iamtriage.actions._lookup import Action, ResourceType

_VARIABLE = lazy_pattern(r"\$\{(\w{1,64})\}")
_WORD_BOUNDARY = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])")
LAUNCH = "ec2:RunInstances"
_CREATES = lazy_pattern(r":(?P<verb>Allocate|Create|Run)(?P<what>[A-Z][A-Za-z]*)\Z")
# Types of resources. More than these have only actions for tags and the like.
_MAX_TYPES = 8
# Secrets Manager adds a hyphen and six characters to the name in the ARN of a secret:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
RANDOM_END = "-??????"
_HAS_RANDOM_END = lazy_pattern(r"-(?:[A-Za-z0-9]{6}|\?{6})\Z|\*\Z")
_RANDOM_END_OF_SECRET = lazy_pattern(r"-[A-Za-z0-9]{6}\Z")
_PARTIAL_SECRET = lazy_pattern(
    r"arn:[a-z-]{3,20}:secretsmanager:[a-z0-9-]{1,40}:[0-9]{12}:secret:[^\s*?]{1,512}"
)
OF_AWS = lazy_pattern(r":ssm:[a-z0-9-]{1,30}::(?:automation-definition|document|parameter/aws)/")
"""ARNs of resources of AWS, which have no account."""
_ENDINGS = {"Id": "Id", "Identifier": "Id", "Name": "Name", "ResourceId": "Id"}
_NOUNS = {"hostedzone": "hosted_zone", "healthcheck": "health_check"}
LOCATION_VARIABLES = frozenset({"Partition", "Region", "Account"})


def complete_secret_arn(arn: str, text: str = "") -> str:
    """Return the ARN of a secret that a text has without its random end, with that end or wildcards for it.

    Calls accept the ARN without the end, but IAM compares policies with the whole one.

    >>> partial = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"
    >>> complete_secret_arn(partial)[-9:], complete_secret_arn(partial, f"{partial}-a1B2c3")[-9:]
    ('db-??????', 'db-a1B2c3')
    """
    if _PARTIAL_SECRET.fullmatch(arn) is None or _HAS_RANDOM_END.search(arn) is not None:
        return arn
    whole = re.search(rf"{re.escape(arn)}-[A-Za-z0-9]{{6}}(?![\w/+=.@-])", text)
    return whole[0] if whole is not None else f"{arn}{RANDOM_END}"


def open_secret_arn(action: Action, arn: str) -> str:
    """Return an ARN with wildcards for its random end if the call creates the secret.

    Secrets Manager chooses that end for each attempt, so the one of a denied attempt does not come again.
    """
    is_created = action.name == "secretsmanager:CreateSecret"
    return _RANDOM_END_OF_SECRET.sub(RANDOM_END, arn) if is_created else arn


def restore_location(action: Action, arn: str) -> str:
    """Return an ARN with a placeholder for the account, and for the Region, that a text leaves out.

    >>> from iamtriage.actions import find_action
    >>> restore_location(find_action("dynamodb:PutItem"), "arn:aws:dynamodb:eu-west-2::table/orders")
    'arn:aws:dynamodb:eu-west-2:ACCOUNT_ID:table/orders'
    """
    _, partition, service, region, account, resource = arn.split(":", 5)
    if account or action.accepts(arn) is not None or OF_AWS.search(arn) is not None:
        return arn
    for where in dict.fromkeys((region, region or "REGION")):
        whole = f"arn:{partition}:{service}:{where}:ACCOUNT_ID:{resource}"
        if action.accepts(whole) is not None:
            return whole
    return arn


class Location(NamedTuple):
    """Where a resource is. Unknown parts become placeholders.

    Attributes:
        partition: The partition.
        region: The region.
        account: The 12-digit account ID.
        names: Names of resources, by the stem of the variable in ARN templates (:func:`name_stem`). ``name``
            is the name of the main resource, and ``prefix`` that of several S3 objects.
    """

    partition: str | None = None
    region: str | None = None
    account: str | None = None
    names: tuple[tuple[str, str], ...] = ()

    def name(self, stem: str) -> str | None:
        """Return the name with a stem, in a form that a policy accepts, if it is known.

        >>> Location(names=(("table", "orders"),)).name("table")
        'orders'
        """
        known = next((value for name, value in self.names if name == stem), None)
        if known is None:
            return None
        parts = [sanitize_name(part, asterisk="literal") for part in known.split("/")]
        return None if any(part == "NAME" for part in parts) else "/".join(parts)


def find_main_type(action: Action) -> ResourceType | None:
    """Return the main resource type of an action."""
    required = action.required_types
    if required:
        return required[0]
    by_name = {each.name: each for each in action.resource_types}
    for name in ("object", "bucket"):
        if action.service == "s3" and name in by_name:
            return by_name[name]
    return action.resource_types[0] if action.resource_types else None


def find_optional_types(action: Action, location: Location) -> tuple[ResourceType, ...]:
    """Return the main type of an action without required types, unless it accepts those of many types.

    Tagging actions do. Then only a known name can tell the type.
    """
    main = find_main_type(action)
    # Of S3, objects and buckets are the main types.
    is_for_tags = action.access_level == "tagging" and action.service != "s3"
    if main is None or len(action.resource_types) <= (1 if is_for_tags else _MAX_TYPES):
        return () if main is None else (main,)
    named = [
        each
        for each in action.resource_types
        if each.arns and location.name(name_stem(each.variables[-1])) is not None
    ]
    return (named[0],) if len(named) == 1 else ()


def log_group_suffix(action: Action, kind: ResourceType | None) -> str:
    """Return how policies end the ARN of a log group. Only actions for tags omit it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    is_group = kind is not None and kind.name == "log-group" and action.access_level != "tagging"
    return ":*" if is_group else ""


def is_created(action: Action, kind: ResourceType | None) -> bool:
    """Return whether an action creates resources of a type, and AWS chooses their IDs."""
    call = _CREATES.search(action.name)
    variable = kind.variables[-1] if call and kind is not None and kind.arns else ""
    if call is None or not variable.endswith("Id"):
        return False
    if (action.name, variable) == (LAUNCH, "NetworkInterfaceId"):
        return True
    stem = name_stem(variable)
    return stem.endswith(call["what"].lower().rstrip("s")) or (call["verb"], stem) == (
        "Allocate",
        "allocation",
    )


def fill_template(kind: ResourceType | None, location: Location, *, created: str | None = None) -> str:
    """Fill the template of a type with known values, and with placeholders for unknown ones.

    Args:
        kind: The resource type.
        location: The known values.
        created: What to write for the ID, if the call creates the resource.
    """
    if kind is None or not kind.arns:
        return "RESOURCE_ARN"
    known = {
        "Partition": partition_of(location),
        "Region": region_of(location),
        "Account": account_of(location),
    }
    return _VARIABLE.sub(
        lambda m: known.get(m[1]) or created or _find_name(kind, m[1], location) or _placeholder(m),
        kind.arns[0],
    )


def name_mask(action: Action, arn: str) -> str:
    """Return an ARN whose masked name is a placeholder that tells what it is, if the ARN has only this name.

    >>> from iamtriage.actions._lookup import find_action
    >>> name_mask(find_action("route53:GetHostedZone"), "arn:aws:route53:::hostedzone/NAME")
    'arn:aws:route53:::hostedzone/HOSTED_ZONE_ID'
    """
    if not arn.endswith("NAME"):
        return arn
    _, partition, _, region, account, _ = arn.split(":", 5)
    known = Location(partition, region, account)
    for kind in action.resource_types:
        names = [each for each in kind.variables if each not in LOCATION_VARIABLES] if kind.arns else []
        is_plain = len(names) == 1 and not names[0].endswith("WithoutLeadingSlash")
        if is_plain and fill_template(kind, known, created="NAME") == arn:
            return fill_template(kind, known)
    return arn


def strip_start(action: Action, resource: str) -> tuple[ResourceType | None, str]:
    """Return the type and the name of a resource if a text has only the end of its ARN, or masks the start.

    >>> from iamtriage.actions._lookup import find_action
    >>> kind, name = strip_start(find_action("eks:DescribeCluster"), ":cluster/orders")
    >>> kind.name, name
    ('cluster', 'orders')
    """
    main = find_main_type(action)
    for kind in dict.fromkeys((main, *action.resource_types)):
        template = kind.arns[0] if kind is not None and kind.arns else ""
        literal = template.split(":", 5)[-1].partition("${")[0]
        found = re.fullmatch(rf"(?:[^\w/]*:)?{re.escape(literal)}(?P<name>[\w+=,.@/-]+)", resource, re.ASCII)
        if template and found is not None and (literal or found.start("name") > 0):
            return kind, found["name"]
    return main, resource


def name_stem(name: str) -> str:
    """Return the stem of an ARN template variable, which the matching command option shares.

    >>> name_stem("TableName"), name_stem("table-name"), name_stem("RoleNameWithPath"), name_stem("SecretId")
    ('table', 'table', 'role', 'secret')
    """
    folded = name.replace("-", "").replace("_", "").lower()
    for ending in ("withoutleadingslash", "withpath", "identifier", "name", "id"):
        stem = folded.removesuffix(ending)
        folded = stem or folded
    return folded


def _find_name(kind: ResourceType, variable: str, location: Location) -> str | None:
    """Return the name for a variable of a resource type, if it is known."""
    if not location.names:
        return None
    found = location.name(name_stem(variable))
    if found is None and [each for each in kind.variables if each not in LOCATION_VARIABLES] == [variable]:
        found = location.name("name")
    if found and kind.name == "Secret" and not found.startswith(("arn:", "!")):
        return f"{found}{RANDOM_END}"
    return found.removeprefix("/") if found and variable.endswith("WithoutLeadingSlash") else found


def _placeholder(variable: re.Match[str]) -> str:
    """Return the placeholder for a variable. One that is only an ID or a name gets the noun before it.

    What has a name of its own needs no ID after it: ``stack/STACK_NAME/*``.
    """
    ending = _ENDINGS.get(variable[1])
    if ending is None:
        return placeholder_of(variable[1])
    literal = variable.string[: variable.start()].rpartition("}")[2]
    noun = re.split("[:/]", literal.strip(":/"))[-1]
    if not noun and variable[1] == "Id":
        return "*"
    return placeholder_of(f"{_NOUNS.get(noun, noun).replace('-', '_')}_{ending}" if noun else variable[1])


def placeholder_of(variable: str) -> str:
    return placeholder_word(_WORD_BOUNDARY.sub("_", variable))


def partition_of(location: Location) -> str:
    # IAM rejects a document with ARNs of another partition, so a wrong one is noticed.
    return location.partition or "aws"


def region_of(location: Location) -> str:
    return location.region or "REGION"


def account_of(location: Location) -> str:
    return location.account or "ACCOUNT_ID"
