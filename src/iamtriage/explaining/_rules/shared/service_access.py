"""Build the remedy that allows an AWS service in the policy of a resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, save_step
from iamtriage.explaining._rules.shared.services import RESOURCE_POLICIES
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.remedies import Remedy


@attrs.frozen(eq=False, repr=False)
class ServiceAccess(Value):
    """What the policy of a resource has to allow a service.

    Attributes:
        resource: The resource in words.
        service: The service principal.
        purpose: What the service needs, as the end of a sentence.
        statements: Actions, resource and condition of each statement. ``BUCKET`` and other words in capitals are
            placeholders.
        commands: The commands that show and change the policy.
        url: The documentation.
        step: What else to know.
    """

    resource: str
    service: str
    purpose: str
    statements: tuple[tuple[str | list[str], str, dict[str, Any]], ...]
    commands: tuple[str, ...]
    url: str
    step: str = ""


NOTIFICATIONS = ServiceAccess(
    "the policy of the destination",
    "s3.amazonaws.com",
    "publish notifications",
    (
        (
            "sqs:SendMessage",
            "DESTINATION_ARN",
            {
                "ArnLike": {"aws:SourceArn": "arn:PARTITION:s3:::BUCKET"},
                "StringEquals": {"aws:SourceAccount": "ACCOUNT_ID"},
            },
        ),
    ),
    ("aws sqs get-queue-attributes --queue-url QUEUE_URL --attribute-names Policy KmsMasterKeyId",),
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
    "A topic needs sns:Publish, a function lambda:InvokeFunction instead. If the queue or topic is encrypted, the key policy must allow s3.amazonaws.com kms:GenerateDataKey and kms:Decrypt.",
)
"""What S3 needs to publish event notifications to a queue, topic or function."""


def allow_service_remedy(row: ServiceAccess, values: dict[str, str]) -> Remedy:
    """Return the remedy that allows a service in the policy of a resource.

    Args:
        row: What the service needs.
        values: The values of placeholders, if they are known.
    """
    statements = [
        allow(
            action,
            _fill(resource, values) or None,
            principal={"Service": row.service},
            condition=_fill_condition(condition, values) or None,
        )
        for action, resource, condition in row.statements
    ]
    save, lines = save_step(row.resource), " ".join(row.commands)
    if "policy.json" not in lines:
        save = f"Add this statement to {row.resource}, and keep the existing ones."
    if "add-permission" in lines:
        save, statements = "The command adds the statement, and keeps the others.", []
    return resource_policy_remedy(
        f"Allow {row.service} in {row.resource}",
        *((save, row.step) if row.step else (save,)),
        commands=tuple(_fill(each, values) for each in row.commands),
        statements=statements,
        url=row.url,
    )


# What S3 calls on a destination, and what the policy of one is called.
_DESTINATION = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:(?:(?P<sqs>sqs)|(?P<sns>sns)|(?P<lambda>lambda)):(?P<region>[a-z0-9-]{6,30}):(?P<account>[0-9]{12}):(?:function:)?(?P<name>[\w-]{1,80}(?:\.fifo)?)(?![\w.:-])",
    re.ASCII,
)
DESTINATION_ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}
"""What a service calls on a destination."""


_ACCOUNT = lazy_pattern(r"(?<![\w-])[0-9]{12}(?![\w-])", re.ASCII)
_IMPORTED = lazy_pattern(r"\bfrom(?:Queue|Topic|Function)(?:Arn|Attributes|Name)\b")


def find_destination(text: str) -> re.Match[str] | None:
    """Return the only queue, topic or function of a text that is not the source of requests in a policy."""
    found = {
        each[0]: each
        for each in _DESTINATION.finditer(text)
        if "aws:SourceArn" not in text[max(each.start() - 24, 0) : each.start()]
    }
    return next(iter(found.values())) if len(found) == 1 else None


def allow_notifications_remedy(text: str, values: dict[str, str]) -> Remedy:
    """Return the remedy that allows S3 in the policy of the destination, the one in the text if there is only one.

    Args:
        text: The text of the failure.
        values: The values of placeholders, if they are known.
    """
    match = find_destination(text)
    if match is None:
        return allow_service_remedy(NOTIFICATIONS, values)
    arn, service = match[0], next(filter(match.group, DESTINATION_ACTIONS))
    policy, action = RESOURCE_POLICIES[service], DESTINATION_ACTIONS[service]
    ((_, _, condition),) = NOTIFICATIONS.statements
    domain = "amazonaws.com.cn" if arn.startswith("arn:aws-cn:") else "amazonaws.com"
    known = {
        "QUEUE_URL": f"https://sqs.{match['region']}.{domain}/{match['account']}/{match['name']}",
        **values,
    }
    change = policy.change_command
    if policy.adds_statement:
        change = "aws lambda add-permission --function-name ARN --statement-id AllowS3 --action lambda:InvokeFunction --principal s3.amazonaws.com --source-arn arn:PARTITION:s3:::BUCKET --source-account ACCOUNT_ID"
    lines = (policy.show_command, change)
    row = attrs.evolve(
        NOTIFICATIONS,
        resource=f"the {policy.name}",
        statements=((action, arn, condition),),
        commands=tuple(f"{line.replace(' ARN ', f' {arn} ')} --region {match['region']}" for line in lines),
        step=""
        if policy.adds_statement
        else "If it is encrypted, the key policy must allow s3.amazonaws.com kms:GenerateDataKey and kms:Decrypt.",
    )
    accounts = set(_ACCOUNT.findall(text))
    known |= {"ACCOUNT_ID": match["account"]} if accounts == {match["account"]} else {}
    remedy = allow_service_remedy(row, known)
    if imported := _IMPORTED.search(text):
        step = f"The CDK does not change the policy of an imported resource ({imported[0]}): whoever manages it must."
        remedy = attrs.evolve(remedy, steps=(remedy.steps[0], step, *remedy.steps[1:]))
    if not policy.adds_statement:
        return remedy
    step = (
        "The last command adds the statement, and keeps the others. ACCOUNT_ID is the account of the bucket."
    )
    return attrs.evolve(remedy, steps=(step,))


def _fill(text: str, values: dict[str, str]) -> str:
    return re.sub(r"[A-Z_]{6,}", lambda found: values.get(found[0], found[0]), text)


def _fill_condition(condition: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    return {
        operator: {key: _fill(value, values) for key, value in block.items()}
        for operator, block in condition.items()
    }
