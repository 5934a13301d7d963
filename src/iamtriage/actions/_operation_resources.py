"""Find the resource of a request from its parameters.

``operation_resources.txt`` documents its format; ``tools/sync_resources.py`` generates it. How requests name
resources: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.actions._lookup import Action, find_action
from iamtriage.actions._operations import actions_for
from iamtriage.actions._service_names import find_client, load_clients
from iamtriage.actions._table import read_data

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("resource_arn", "role_parameters")

_FILE = "operation_resources.txt"
_PARAMETER = lazy_pattern(r"(?<!\$)\{([A-Za-z0-9_.-]+)([*#@!/]?)\}")
_VARIABLE = lazy_pattern(r"\$\{(Partition|Region|Account)\}")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
_QUEUE_URL = lazy_pattern(r"https?://[^/?#]{1,300}/([0-9]{12})/([A-Za-z0-9_.-]{1,80})/?")
# In characters. The longest names are S3 keys.
_MAX_LENGTH = 2048
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
_DIRECTORY_BUCKET = "--x-s3"


class _Origin(NamedTuple):
    """The sections that all ARNs of a request share; ``None`` if unknown."""

    partition: str
    region: str | None
    account: str | None


def resource_arn(
    operation: str,
    parameters: Mapping[str, object],
    service: str,
    *,
    partition: str = "aws",
    region: str | None = None,
    account: str | None = None,
) -> str | None:
    """Return the ARN of the resource in a request, as IAM evaluates it.

    A name identifies a resource in the caller's account and the client's Region. A parameter that is an ARN
    is used unchanged.

    Args:
        operation: The operation in the SDK's spelling: ``"GetObject"``.
        parameters: The parameters of the request, with botocore's names.
        service: The service, by any name that :func:`service_prefix` accepts.
        partition: The partition of the client's Region.
        region: The Region of the client.
        account: The caller's account.

    Returns:
        The ARN, or ``None`` if the parameters do not identify exactly one resource, or if its ARN requires an
        account or a Region that is not given.

    Raises:
        TypeError: ``operation``, ``parameters`` or ``service`` has the wrong type.

    >>> resource_arn("GetObject", {"Bucket": "reports", "Key": "q1.csv"}, "s3")
    'arn:aws:s3:::reports/q1.csv'
    >>> resource_arn("Query", {"TableName": "orders"}, "dynamodb", region="eu-west-1", account="111122223333")
    'arn:aws:dynamodb:eu-west-1:111122223333:table/orders'
    >>> resource_arn("DescribeInstances", {}, "ec2", region="eu-west-1") is None
    True
    """
    if not isinstance(parameters, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"parameters must be a mapping, not {type(parameters).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    required = actions_for(operation, service)
    client = find_client(service)
    action = find_action(required[0].actions[0]) if required and required[0].actions else None
    if client is None or action is None:
        return None
    origin = _Origin(partition, region, account)
    for rule in _load_rules(client).get(required[0].operation.lower(), ()):
        arn = _apply(rule, parameters, action, origin)
        if arn is not None:
            return arn
    return None


def role_parameters(operation: str, service: str) -> tuple[str, ...]:
    """Return the parameters of an operation that pass a role to the service.

    Args:
        operation: The operation in the SDK's spelling: ``"CreateFunction"``.
        service: The service, by any name that :func:`service_prefix` accepts.

    >>> role_parameters("RegisterTaskDefinition", "ecs")
    ('executionRoleArn', 'taskRoleArn')
    """
    prefixes = load_clients().prefixes
    first = find_client(service)
    # Several clients, such as those of Amazon Bedrock, have one prefix.
    others = (client for client in prefixes if first and prefixes[client] == prefixes[first])
    for client in filter(None, (first, *others)):
        rules = _load_rules(client).get(operation.lower(), ())
        if names := tuple(rule[1:] for rule in rules if rule.startswith("+")):
            return names
    return ()


def _apply(rule: str, parameters: Mapping[str, object], action: Action, origin: _Origin) -> str | None:
    """Build the ARN from a rule, or return ``None`` if the rule does not apply to the parameters."""
    if rule.startswith("+"):
        return None
    if rule.startswith("="):
        name = rule[1:].rstrip("*#@!/")
        value = _read(parameters, name, rule[1 + len(name) :])
        return value if value is not None and value.startswith("arn:") and action.accepts(value) else None
    end = 0
    text = ""
    last = rule.rindex("{") if "{" in rule else -1
    for match in _PARAMETER.finditer(rule):
        text += rule[end : match.start()]
        end = match.end()
        value = _read(parameters, match[1], match[2])
        if value is None:
            return None
        if match[2] == "@":
            queue = _QUEUE_URL.fullmatch(value)
            if queue is None:
                return None
            value, origin = queue[2], origin._replace(account=queue[1])
        elif value.startswith("arn:"):
            if match.start() == last and end == len(rule):
                return value if action.accepts(value) else None
            if action.service == "s3":
                return _object_of_access_point(value, parameters)
            value = re.split(r"[/:]", value)[-1]
        elif not _is_name(value, action, match[2]):
            return None
        text += _strip_type(text, value.removeprefix("/") if match[2] == "/" else value)
    text += rule[end:]
    if action.service == "s3" and str(parameters.get("Bucket")).endswith(_DIRECTORY_BUCKET):
        text = f"arn:${{Partition}}:s3express:${{Region}}:${{Account}}:bucket/{parameters['Bucket']}"
    known = {"Partition": origin.partition, "Region": origin.region, "Account": origin.account}
    if any(not known[name] for name in _VARIABLE.findall(text)):
        return None
    return _VARIABLE.sub(lambda match: known[match[1]] or "", text)


def _read(parameters: Mapping[str, object], name: str, mark: str) -> str | None:
    """Return the value of a parameter, or ``None`` if it does not contain exactly one name."""
    value = parameters.get(name)
    if mark == "#" and isinstance(value, Mapping):
        value = list(cast("Mapping[object, object]", value))
    if mark in {"*", "#"}:
        items = cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
        value = items[0] if len(items) == 1 else None
    is_usable = isinstance(value, str) and 0 < len(value) <= _MAX_LENGTH
    return cast("str", value) if is_usable else None


def _is_name(value: str, action: Action, mark: str) -> bool:
    """Return whether a value can be a part of an ARN without changes."""
    if action.service == "s3":
        return "${" not in value  # any other character can be in a key
    return value.isprintable() and not set(value) & set(":*?${} " if mark != "!" else ":*?${} /")


def _strip_type(text: str, value: str) -> str:
    """Remove the type before a name, which the ARN already has: ``alias/`` or ``/hostedzone/``."""
    kind = re.split(r"[:/]", text[:-1])[-1] + text[-1:]
    if text.endswith("/"):
        value = value.removeprefix("/") if value.startswith("/" + kind) else value
    return value.removeprefix(kind) if len(kind) > 1 else value


def _object_of_access_point(bucket: str, parameters: Mapping[str, object]) -> str | None:
    """Return the ARN of an S3 object if the bucket is the ARN of an access point, otherwise ``None``.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """
    key = _read(parameters, "Key", "")
    return f"{bucket}/object/{key}" if key and ":accesspoint/" in bucket else None


# ---------------------------------------------------------------------------------------- the data file


@cache
def _load_sections() -> dict[str, str]:
    """Read the file and split it into the rules of each client.

    Raises:
        FileNotFoundError: The import loader of the package reads no data files.
    """
    _, *sections = read_data(_FILE).split("\n== ")
    return dict(_split(sections))


def _split(sections: list[str]) -> Iterator[tuple[str, str]]:
    for section in sections:
        client, _, text = section.partition("\n")
        yield client, text


@cache
def _load_rules(client: str) -> dict[str, tuple[str, ...]]:
    """Return a client's rules by lowercase operation, the most exact first."""
    start = f"arn:${{Partition}}:{load_clients().prefixes[client]}:${{Region}}:${{Account}}:"
    rules: dict[str, tuple[str, ...]] = {}
    rule = ""
    for line in _load_sections().get(client, "").splitlines():
        if not line.startswith(" "):
            rule = start + line[1:] if line.startswith("~") else line
            continue
        for operation in line.lower().split():
            rules[operation] = (*rules.get(operation, ()), rule)
    return rules
