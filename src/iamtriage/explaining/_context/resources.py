"""Find the resource of a call in the context: its ARN, or the names from which its ARN is built."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import service_prefix
from iamtriage.explaining._context.model import NOTHING, Context
from iamtriage.policies._arn_templates import name_stem
from iamtriage.policies._masked_arns import find_partition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.explaining._context.values import Stated
    from iamtriage.failures._failures import AccessDenied, Failure

# The host of a queue's URL.
_QUEUE_HOST = "https://sqs."
_ARN = lazy_pattern(r"arn:aws[a-z-]{0,12}:[\x21-\x7e]{4,1024}")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
_QUEUE_URL = lazy_pattern(r"(?a)https://(?:sqs\.)?([a-z0-9-]{5,30})\.\S{1,80}?/([0-9]{12})/([\w.-]{1,85})")
# An ARN in a sentence, which can end with punctuation.
_ARN_IN_TEXT = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:[0-9]{0,12}:[\w+=,.@/:*-]{0,1023}[\w*/]"
)
# Characters of a failure's line before its message.
_CHARS_BEFORE = 600
_MAX_CHARS = 64_000
_NAME = lazy_pattern(r"(?a)[\w+=,.@/-]{1,512}")
# "creating SSM Parameter (/shop/db): " of Terraform's provider. A search for its end is faster.
_BEFORE_MESSAGE = "): "
_PROVISIONED = lazy_pattern(
    r"(?a)\b(?:creating|deleting|describing|modifying|putting|reading|tagging|updating) (?P<type>[A-Z][A-Za-z0-9 ]{1,60}?) \((?P<name>[\w/.@+=,-]{1,512})\): "
)
# Options of the AWS CLI that do not name a resource.
_OTHER_OPTIONS = frozenset(
    {"region", "profile", "output", "query", "endpoint-url", "filters", "max-items", "cli-input-json", "body"}
)
# The names of a context and the variables of ARN templates that they fill.
_NAMES = {
    "bucket": "bucket",
    "key": "object",
    "cluster": "cluster",
    "function": "function",
    "log_group": "loggroup",
    "instance": "instance",
    "file_system": "filesystem",
    "vpc_endpoint": "vpcendpoint",
    "api": "api",
}


_KAFKA_CLUSTER = lazy_pattern(
    r"(?a)\b(arn:aws[a-z-]{0,12}:kafka:[a-z0-9-]{5,20}:[0-9]{12}:)(?:cluster|topic|group)/([\w-]{1,64}/[0-9a-f]{8}-[0-9a-f-]{27}-\w{1,4})"
)
_OF_KAFKA = lazy_pattern(
    r"(?a)(?P<kind>Topic|Group)AuthorizationException: [^\n:]{0,60}: \[?(?P<name>[\w.-]{1,249})"
)


def find_failed_resource(
    failure: AccessDenied, context: Context, action: str | None, region: str | None
) -> str | None:
    """Return the ARN of the resource that was denied, as the text around the failure states it, or ``None``."""
    operation = failure.envelope.operation or action or ""
    if "AssumeRole" in operation and context.role_arn is not None:
        return context.role_arn.value
    if action == "rds-db:connect":
        from iamtriage.explaining._context.readers.databases import database_user_arn

        return database_user_arn(failure, None if context.caller is None else context.caller.value)
    if action is not None and action.startswith("kafka-cluster:"):
        return _find_kafka_resource(failure, action)
    known = None if action is None else find_action(action)
    if known is not None and known.only_wildcard:
        # What the text has is the resource of other actions.
        return None
    from iamtriage.explaining._context.readers.unique_values import stated_partition

    # Only S3 returns host IDs, and its URLs name the bucket.
    is_s3 = failure.envelope.host_id or (context.bucket and ".amazonaws.com" in context.bucket.words)
    service = failure.envelope.service or ("s3" if is_s3 else None)
    of_region = find_partition(region) if region else stated_partition(failure.text)
    if (found := find_resource(context, action or service, of_region)) is not None or action is None:
        return found
    if "arn:" not in failure.text and _QUEUE_HOST not in failure.text:
        return None
    return None if known is None else find_stated_arn(failure, lambda arn: known.accepts(arn) is not None)


def _find_kafka_resource(failure: AccessDenied, action: str) -> str | None:
    """Return the ARN of the cluster that a text states, or that of what its client may not use in it."""
    clusters = set(_KAFKA_CLUSTER.findall(failure.text))
    denied = _OF_KAFKA.search(failure.text, *failure.span)
    if len(clusters) != 1:
        return None
    account, cluster = clusters.pop()
    arn = f"{account}cluster/{cluster}"
    if denied is not None:
        arn = f"{account}{denied['kind'].lower()}/{cluster}/{denied['name']}"
    known = find_action(action)
    return None if known is None or known.accepts(arn) is None else arn


def find_resource(context: Context, action: str | None, partition: str | None = None) -> str | None:
    """Return the ARN of the resource that the context states for an action, or ``None``.

    Args:
        context: The context.
        action: The action, or the service if the action is unknown.
        partition: The partition of resources whose names do not state one.
    """
    service = (action or "").partition(":")[0].lower()
    known = find_action(action) if action is not None and ":" in action else None
    if known is not None and known.only_wildcard:
        # What the text names is something else, such as the bucket of a policy for ListBuckets.
        return None
    if service == "s3" and context.bucket is not None:
        is_of_bucket = known is not None and "object" not in {each.name for each in known.resource_types}
        name = dict(context.parameters).get("key") if context.key is None else context.key.value
        key = "" if name is None or is_of_bucket else f"/{name}"
        if context.bucket.value.startswith("arn:"):
            return context.bucket.value + (f"/object{key}" if key else "")
        return f"arn:{partition or 'aws'}:s3:::{context.bucket.value}{key}"
    if context.command is None or action is None or ":" not in action:
        return None
    known = find_action(action)
    if known is None:
        return None
    for name, value in context.command.options:
        if _ARN.fullmatch(value) and known.accepts(value) is not None:
            return value
        queue = _QUEUE_URL.fullmatch(value) if name == "queue-url" else None
        if queue is not None and service == "sqs":
            return _queue_arn(queue)
    return None


def find_stated_arn(
    failure: Failure, accepts: Callable[[str], bool], *, is_anywhere: bool = False
) -> str | None:
    """Return the only ARN in the line of a failure, or anywhere in its text, that is accepted, or ``None``.

    >>> from iamtriage import parse
    >>> text = "failed to fetch arn:aws:sns:eu-west-1:111122223333:jobs: AccessDenied: Access Denied"
    >>> find_stated_arn(parse(text), lambda arn: ":sns:" in arn)
    'arn:aws:sns:eu-west-1:111122223333:jobs'
    """
    text, (start, end) = failure.text, failure.span
    low = line_start(text, start, start - _CHARS_BEFORE)
    if is_anywhere:
        low, end = 0, min(len(text), _MAX_CHARS)
    stated = (*_ARN_IN_TEXT.findall(text, low, end), *find_queues(text[low:end]))
    return only_one({each for each in stated if accepts(each)})


def find_queues(text: str) -> Iterator[str]:
    """Yield the ARNs of the queues whose URLs a text has."""
    return map(_queue_arn, _QUEUE_URL.finditer(text))


def _queue_arn(url: re.Match[str]) -> str:
    partition = find_partition(url[1]) or "aws"
    return f"arn:{partition}:sqs:{url[1]}:{url[2]}:{url[3]}"


def resource_names(context: Context, service: str | None) -> tuple[tuple[str, str], ...]:
    """Return the names that the context states for a service, by the stem of the variable in ARN templates.

    The stem of an option such as ``--table-name`` is that of ``${TableName}``; ``name`` is an option
    ``--name``, which names the main resource of a call.
    """
    return () if context is NOTHING else tuple(_iterate_names(context, service))


def find_provisioned_name(failure: Failure) -> tuple[tuple[str, str], ...]:
    """Return the name of the resource that Terraform was working on, as the line of the failure has it before the message.

    >>> from iamtriage import parse
    >>> text = "Error: creating SQS Queue (jobs): operation error SQS: CreateQueue, https response error StatusCode: 403"
    >>> find_provisioned_name(parse(f"{text}, RequestID: 1, api error AccessDenied: Access Denied"))
    (('queue', 'jobs'),)
    """
    text, (start, end) = failure.text, failure.span
    low = line_start(text, start, start - _CHARS_BEFORE)
    if text.find(_BEFORE_MESSAGE, low, end) < 0:
        return ()
    found = _PROVISIONED.search(text, low, end)
    if found is None or found["name"].startswith("arn:"):
        return ()
    return ((name_stem(found["type"].rpartition(" ")[2]), found["name"]),)


def _iterate_names(context: Context, service: str | None) -> Iterator[tuple[str, str]]:
    from iamtriage.explaining._context.readers.command_lines import operation_of_command

    command = context.command
    called = operation_of_command(command)
    is_of_service = called is not None and service is not None and service_prefix(called[0]) == service
    for name, value in command.options if command is not None and is_of_service else ():
        if name not in _OTHER_OPTIONS and _NAME.fullmatch(value) and not value.startswith("-"):
            yield ("name" if name == "name" else name_stem(name)), value
    for name, value in context.parameters:
        stem = "object" if service == "s3" and name == "key" else name_stem(name)
        yield ("name" if name == "name" else stem), value
    for name, stem in _NAMES.items():
        stated: Stated | None = getattr(context, name)
        if stated is not None and not stated.value.startswith("arn:"):
            yield stem, stated.value
    if context.prefix is not None:
        yield "prefix", context.prefix.value
