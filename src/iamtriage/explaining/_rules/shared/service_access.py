"""Build the remedy that allows an AWS service in the policy of a resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._rendering.values import Value
from iamtriage.explaining._rules.shared.denial_remedies import save_step
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy


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
    text, file = " ".join(row.commands), "policy.json"
    if "attributes.json" in text:
        file = "attributes.json (a JSON string as the value of Policy)"
    what = "this statement" if len(statements) == 1 else "these statements"
    save = save_step(row.resource, file, statements=what)
    if "file://" not in text:
        save = f"Add this statement to {row.resource}, and keep the existing ones."
    return resource_policy_remedy(
        f"Allow {row.service} in {row.resource}",
        *((save, row.step) if row.step else (save,)),
        commands=tuple(_fill(each, values) for each in row.commands),
        statements=statements,
        url=row.url,
    )


def _fill(text: str, values: dict[str, str]) -> str:
    return re.sub(r"[A-Z_]{6,}", lambda found: values.get(found[0], found[0]), text)


def _fill_condition(condition: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    return {
        operator: {key: _fill(value, values) for key, value in block.items()}
        for operator, block in condition.items()
    }
