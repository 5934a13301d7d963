"""Explain that a service may not use the KMS key that encrypts a topic or queue.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html and
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html (the policy of an AWS managed key cannot be changed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.denials.managed_services import explain_access
from iamtriage.explaining._rules.denials.resource_policies import policy_commands
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.explaining._rules.shared.service_access import ServiceAccess
from iamtriage.policies._documents import allow, build_document

if TYPE_CHECKING:
    from iamtriage.arns._arns import Arn
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_SHOW_KEY = {
    "topic": "aws sns get-topic-attributes --topic-arn ARN --query Attributes.KmsMasterKeyId --output text",
    "queue": "aws sqs get-queue-attributes --queue-url QUEUE_URL --attribute-names KmsMasterKeyId --query Attributes.KmsMasterKeyId --output text",
}
_SET_KEY = {
    "topic": "aws sns set-topic-attributes --topic-arn ARN --attribute-name KmsMasterKeyId --attribute-value KEY_ID",
    "queue": "aws sqs set-queue-attributes --queue-url QUEUE_URL --attributes KmsMasterKeyId=KEY_ID",
}
_MANAGED_KEY = {"topic": "alias/aws/sns", "queue": "alias/aws/sqs"}
_CREATE_KEY = "aws kms create-key --policy file://policy.json --query KeyMetadata.Arn --output text"
_SSE_SQS = "aws sqs set-queue-attributes --queue-url QUEUE_URL --attributes KmsMasterKeyId=,SqsManagedSseEnabled=true"
# Who uses the key besides the service, and for what.
_USERS = {
    "topic": "publishers of the topic kms:Decrypt and kms:GenerateDataKey",
    "queue": "consumers of the queue kms:Decrypt",
}
_ACTIONS = ["kms:Decrypt", "kms:GenerateDataKey*"]
_URL = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
_SSE_URL = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-sqs-sse-queue.html"
_STATED_KEY = lazy_pattern(
    r"\b(?:KmsMasterKeyId|kms_master_key_id)\\?\"?\s?[:=]\s?\\?\"(?P<key>[\w/:-]{1,300})"
)


def explain_service_key(
    denial: Denial,
    service: str,
    resource: str,
    arn: Arn | None,
    condition: dict[str, Any],
    values: dict[str, str],
) -> Explanation:
    """Explain that a service is not allowed to use the key that encrypts a topic or queue.

    Args:
        denial: The denial.
        service: The service principal.
        resource: The topic or queue in words, such as ``queue orders``.
        arn: The topic or queue, if it is known.
        condition: The condition of the statement for the service.
        values: The values of placeholders.
    """
    noun = resource.partition(" ")[0]
    stated = {each["key"] for each in _STATED_KEY.finditer(denial.failure.text)}
    lines: tuple[str, ...] = (
        "aws kms get-key-policy --key-id KEY_ID --policy-name default --query Policy --output text",
        "aws kms put-key-policy --key-id KEY_ID --policy-name default --policy file://policy.json",
    )
    step = f"The key of the {noun} is KEY_ID."
    if noun in _SHOW_KEY:
        lines = (_SHOW_KEY[noun], *lines)
        step = f"The first command prints the key. If it is {_MANAGED_KEY[noun]}, its policy cannot be changed: create a customer managed key with this statement, and set it as KmsMasterKeyId of the {noun}."
    row = ServiceAccess(
        "the key policy",
        service,
        f"use the key that encrypts the {resource}",
        ((_ACTIONS, "*", condition),),
        commands_on(denial, arn, *lines),
        _URL,
        step,
    )
    explanation = explain_access(denial, row, values)
    if stated != {_MANAGED_KEY.get(noun)}:
        return explanation
    # No policy allows another service to use an AWS managed key. The account's root is KMS's own default: without it,
    # IAM policies could not allow anything on the new key.
    key, [statement] = _MANAGED_KEY[noun], (explanation.remedies[0].policy or {})["Statement"]
    root = f"arn:{values['PARTITION']}:iam::{values['ACCOUNT_ID']}:root"
    replace = Remedy(
        f"Encrypt the {noun} with a customer managed key that allows {service}",
        "resource owner",
        (
            "Save the key policy as policy.json: the first command creates the key.",
            f"Allow the {_USERS[noun]} on the new key, in their own policies.",
        ),
        commands_on(denial, arn, _CREATE_KEY, _SET_KEY[noun]),
        build_document([allow("kms:*", "*", principal={"AWS": root}), statement]),
        layer="resource",
        url=_URL,
    )
    simple = owner_remedy(
        "Or encrypt the queue with SSE-SQS, which requires no KMS permissions",
        commands=commands_on(denial, arn, _SSE_SQS),
        url=_SSE_URL,
    )
    text = f"The {noun} uses {key}. The policy of an AWS managed key does not allow other services, and cannot be changed."
    return attrs.evolve(
        explanation,
        summary=f"{service} is not allowed to use {key}, the key that encrypts the {resource}.",
        causes=(SERVICE_NOT_ALLOWED.cause("derived", text=text),),
        remedies=(replace, simple) if noun == "queue" else (replace,),
    )


def commands_on(denial: Denial, arn: Arn | None, *templates: str) -> tuple[str, ...]:
    """Return commands with what the ARN of the resource states."""
    resource = None if arn is None else str(arn)
    return policy_commands(attrs.evolve(denial, resource=resource, resource_arn=arn), *templates)
