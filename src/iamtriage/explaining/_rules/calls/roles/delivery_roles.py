"""Explain that CloudWatch Logs cannot write to the destination of a subscription filter.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html and, for encrypted streams,
https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy
from iamtriage.explaining._rules.shared.requirements.services import ASSUME_ROLE
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._readers.elements import principal_names

_PAGE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html"
_SERVICE = "logs.amazonaws.com"
_UNDELIVERED = lazy_pattern(
    r"Could not deliver (?:test )?message to specified (?P<kind>Kinesis|Firehose|destination)"
)
_TARGET = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:(?P<service>kinesis|firehose|logs):(?P<region>[a-z0-9-]{6,30}):\d{12}:(?P<type>stream/|deliverystream/|destination:)(?P<name>[\w.-]{1,128})",
)
_ROLE = r"arn:aws[a-z-]{0,12}:iam::\d{12}:role/[\w+=,.@/-]{0,511}[\w+=@-]"
_PASSED = lazy_pattern(
    rf"(?:--role-arn|\b[rR]ole_?[aA]rn)[\"']?(?:\s?[:=]\s?|\s{{1,4}})[\"']?(?P<role>{_ROLE})", re.ASCII
)
_ANY_ROLE = lazy_pattern(_ROLE, re.ASCII)
_WITH_ITS_ROLE = "CloudWatch Logs writes a test message when a subscription filter is saved, with the role of the destination."
_NOT_THE_CALLER = "The caller's permissions are not the problem."
SUBSCRIPTION_UNDELIVERED = CauseType(
    "subscription-undelivered",
    title="CloudWatch Logs cannot write to the destination of a subscription filter",
    text="CloudWatch Logs writes a test message when a subscription filter is saved, with the role that the call passes (roleArn).",
    recognised_by='The message says "Could not deliver test message to specified".',
    fix="Let the role trust logs.amazonaws.com, and allow it to write to the stream.",
    sources=(_PAGE,),
)
_MAY_NOT_WRITE = "No policy of the role allows it to write to the stream, or to use the stream's KMS key."


def explain_undelivered_message(case: Case[AwsError], message: str) -> Explanation | None:
    """Explain that the test message of a subscription filter did not arrive; return ``None`` for another error."""
    found = _UNDELIVERED.search(message)
    if found is None:
        return None
    target = _TARGET.search(case.failure.text)
    if target is not None and target["type"] == "destination:":
        service, named = "logs", target["name"]
    else:
        service = target["service"] if target else "firehose" if found["kind"] == "Firehose" else "kinesis"
        named = target["name"] if target else "STREAM_NAME"
    region = target["region"] if target else "REGION"
    undelivered = SUBSCRIPTION_UNDELIVERED.cause(
        "reported", code_evidence(case.failure), text=_WITH_ITS_ROLE if service == "logs" else None
    )
    if service == "logs":
        return case.explain(
            "CloudWatch Logs could not write to the destination of the subscription filter: most likely, the role of the destination may not write to its stream.",
            undelivered,
            NO_IDENTITY_ALLOW.cause(text=_MAY_NOT_WRITE),
            remedies=_check_destination(named, region),
            notes=_NOT_THE_CALLER,
        )
    role_arn = _find_role(case.failure.text)
    kind = "deliverystream" if service == "firehose" else "stream"
    arn = target[0] if target else f"arn:aws:{service}:REGION:ACCOUNT_ID:{kind}/{named}"
    access = _allow_writing(service, arn, commands.role_name((role_arn or "").rpartition("/")[2]))
    # Few errors need the evaluation of a trust policy.
    from iamtriage.explaining._rules.sts.trust.service_trust import explain_untrusted_role

    untrusted = explain_untrusted_role(
        case, _SERVICE, ASSUME_ROLE, role_arn, clues.quote_phrases(message, "Could not deliver")
    )
    trusts = [each for each in case.context.policies if each.is_trust_policy]
    services = [
        name for each in trusts for allowed in each.allows for name in principal_names(allowed, "Service")
    ]
    is_trusting = any(each.startswith("logs.") for each in services)
    if trusts and not is_trusting:
        return attrs.evolve(untrusted, remedies=(*untrusted.remedies[:1], access))
    return case.explain(
        "CloudWatch Logs could not write to the destination of the subscription filter: most likely, its role may not do that.",
        undelivered,
        *(() if is_trusting else untrusted.causes[1:2]),
        NO_IDENTITY_ALLOW.cause(text=_MAY_NOT_WRITE),
        remedies=(
            *(() if is_trusting else untrusted.remedies[:1]),
            access,
            _check_state(service, named, region),
        ),
        notes=_NOT_THE_CALLER,
    )


def _find_role(text: str) -> str | None:
    """Return the role that the call passes, or else the only role in a text."""
    if (passed := _PASSED.search(text)) is not None:
        return passed["role"]
    return only_one(set(_ANY_ROLE.findall(text)))


def _allow_writing(service: str, arn: str, role: str) -> Remedy:
    action = (
        "kinesis:PutRecord" if service == "kinesis" else ["firehose:PutRecord", "firehose:PutRecordBatch"]
    )
    statements = (allow(action, arn),)
    key = "If a customer managed KMS key encrypts the stream, also allow kms:GenerateDataKey on it."
    remedy = account_remedy(
        "Allow the role to write to the stream",
        key if service == "kinesis" else None,
        commands=commands.put_policy(role, inline_policy_name(statements)),
        url=_PAGE,
    )
    return attrs.evolve(remedy, policy=build_document(statements), layer="identity")


def _check_state(service: str, name: str, region: str) -> Remedy:
    query = "aws kinesis describe-stream-summary --stream-name {} --region {} --query StreamDescriptionSummary.StreamStatus"
    if service == "firehose":
        query = "aws firehose describe-delivery-stream --delivery-stream-name {} --region {} --query DeliveryStreamDescription.DeliveryStreamStatus"
    return account_remedy(
        "Check that the stream is ACTIVE",
        "After a change of the role, wait about ten seconds, and repeat the call.",
        commands=fill_command(query, name, region),
        url=_PAGE,
    )


def _check_destination(name: str, region: str) -> Remedy:
    return owner_remedy(
        "Check the role of the destination, in the account of the destination",
        "The role (roleArn) must trust logs.amazonaws.com, and be allowed to write to the stream (targetArn).",
        commands=fill_command(
            "aws logs describe-destinations --destination-name-prefix {} --region {} --query 'destinations[].[targetArn,roleArn,accessPolicy]'",
            name,
            region,
        ),
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html",
    )
