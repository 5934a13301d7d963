"""Explain that a service may not use the KMS key of the topic or queue to which it sends.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html and, for keys of AWS,
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.denials.closed_resources import explain_access
from iamtriage.explaining._rules.denials.resource_policies import policy_commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present
from iamtriage.explaining._rules.shared.service_access import ServiceAccess
from iamtriage.policies._documents import allow, build_document

if TYPE_CHECKING:
    from typing import Any

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_URL = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
# How to see the key of a topic or queue, and how to set one.
_SHOW_KEY = {
    "topic": "aws sns get-topic-attributes --topic-arn ARN --query Attributes.KmsMasterKeyId --output text",
    "queue": "aws sqs get-queue-attributes --queue-url QUEUE_URL --attribute-names KmsMasterKeyId --query Attributes.KmsMasterKeyId --output text",
}
_SET_KEY = {
    "topic": "aws sns set-topic-attributes --topic-arn ARN --attribute-name KmsMasterKeyId --attribute-value KEY_ID",
    "queue": "aws sqs set-queue-attributes --queue-url QUEUE_URL --attributes KmsMasterKeyId=KEY_ID",
}
_SSE_SQS = " A queue can use SSE-SQS instead (SqsManagedSseEnabled), which requires no KMS permissions."
_MANAGED_KEY = {"topic": "alias/aws/sns", "queue": "alias/aws/sqs"}
# The key in a template, in Terraform, or as the AWS CLI prints it.
_STATED_KEY = lazy_pattern(
    r"\b(?:KmsMasterKeyId|kms_master_key_id)[\"']?\s{0,20}[:=]\s{0,4}[\"']?(?:arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{6,30}:\d{12}:)?(?:key/)?(?P<key>alias/[\w/-]{1,250}|(?:mrk-)?[0-9a-f][0-9a-f-]{31,35})(?![\w/-])",
    re.ASCII,
)
_TEMPLATE = lazy_pattern(r"\bAWS::(?:SNS::Topic|SQS::Queue)\b|\baws_(?:sns_topic|sqs_queue)\b")
_KEY_POLICY = (
    "aws kms get-key-policy --key-id KEY_ID --policy-name default --query Policy --output text",
    "aws kms put-key-policy --key-id KEY_ID --policy-name default --policy file://policy.json",
)


def explain_target_key(
    denial: Denial, service: str, noun: str, name: str, values: dict[str, str], condition: dict[str, Any]
) -> Explanation:
    """Explain that the key policy does not allow a service.

    Args:
        denial: The denial, with the topic or queue as its resource.
        service: The service principal.
        noun: The resource in a word.
        name: Its name after a space, or nothing.
        values: The values of placeholders.
        condition: The condition of the statement for the service.
    """
    keys = {each["key"] for each in _STATED_KEY.finditer(denial.failure.text)}
    key = keys.pop() if len(keys) == 1 else None
    actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
    if key is not None and key == _MANAGED_KEY.get(noun):
        statement = allow(actions, "*", principal={"Service": service}, condition=condition or None)
        return _explain_managed_key(denial, service, noun, name, values, statement)
    show, step = _SHOW_KEY.get(noun), f"The key of the {noun} is {key or 'KEY_ID'}."
    if key is not None:
        find = "aws kms describe-key --key-id {} --query KeyMetadata.KeyId --output text"
        show = fill_command(find, key) if key.startswith("alias/") else None
    elif show is not None:
        step = f"The first command prints the key. If it is {_MANAGED_KEY[noun]}, its policy cannot be changed: create a customer managed key with this statement, and set it as KmsMasterKeyId of the {noun}.{_SSE_SQS if noun == 'queue' else ''}"
    row = ServiceAccess(
        "the key policy",
        service,
        f"use the key that encrypts the {noun}{name}",
        ((actions, "*", condition),),
        policy_commands(denial, *present(show), *_KEY_POLICY),
        _URL,
        step,
    )
    known = values if key is None or key.startswith("alias/") else {**values, "KEY_ID": key}
    return explain_access(denial, row, known)


def _explain_managed_key(
    denial: Denial, service: str, noun: str, name: str, values: dict[str, str], statement: dict[str, Any]
) -> Explanation:
    """Explain that a topic or queue has the key of AWS, whose policy allows only principals of the account."""
    key, of = _MANAGED_KEY[noun], f"the {noun}{name}"
    owner = f"arn:{values['PARTITION']}:iam::{values['ACCOUNT_ID']}:root"
    administer = allow("kms:*", "*", principal={"AWS": owner})
    create = "aws kms create-key --policy file://policy.json --query KeyMetadata.KeyId --output text"
    create, change = policy_commands(denial, create, _SET_KEY[noun])
    steps: list[str] = []
    if _TEMPLATE.search(denial.failure.text):
        steps.append(
            f"Set it in the template of the {noun}, too (KmsMasterKeyId, kms_master_key_id): the next deployment would set {key} again."
        )
    if noun == "queue":
        steps.append(_SSE_SQS.strip())
    return denial.explain(
        f"KMS denied {service} the key of {of}: it is {key}, an AWS managed key, whose policy does not allow the service and cannot be changed.",
        SERVICE_NOT_ALLOWED.cause(
            "derived",
            text=f"Only a key policy can allow a service principal, so a change of the {noun}'s policy has no effect. People and roles of the account can use {key}: this is why they can send to the {noun}.",
        ),
        topic="service-principal",
        remedies=(
            attrs.evolve(
                owner_remedy(
                    f"Encrypt the {noun} with a customer managed key that allows {service}",
                    *steps,
                    commands=(create, Labelled("With the key that it prints as KEY_ID:", change)),
                    url=_URL,
                ),
                policy=build_document([administer, statement]),
            ),
        ),
    )
