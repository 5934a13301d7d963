"""Explain denials of an AWS service that a message names in words, such as "CloudWatch Alarms is not authorized to …".

The service calls as a service principal, so only the policy of what it uses can allow it. Sources:
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html (encrypted topics),
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import ServicePrincipal
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.denials.managed_services import RESOURCES, explain_access
from iamtriage.explaining._rules.denials.resource_policies import explain_service_principal, policy_commands
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.service_access import ServiceAccess
from iamtriage.explaining._rules.shared.service_specific import SERVICES_IN_PROSE
from iamtriage.explaining._rules.shared.services import RESOURCE_POLICIES

if TYPE_CHECKING:
    from iamtriage.arns._arns import Arn
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_ARN = lazy_pattern(
    r"arn:[\w-]{3,20}:(?:sns|sqs|lambda):[a-z0-9-]{1,30}:[^:\s]{1,20}:[A-Za-z0-9][\w.:/-]{0,300}[\w]"
)
_KEY = lazy_pattern(r"\b(?:encryption|KMS) key\b|Service: (?:AWS)?KMS\b")
_BUCKET = lazy_pattern(r"\bbucket:? [\"'`]?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")
# https://docs.aws.amazon.com/ses/latest/dg/receiving-email-permissions.html and
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html
_SERVICES_BY_SENTENCE = {
    "could not write to bucket": "ses.amazonaws.com",
    "could not publish to sns topic": "ses.amazonaws.com",
    "could not invoke lambda function": "ses.amazonaws.com",
    "topic policy is incorrect": "cloudtrail.amazonaws.com",
}
_ALARM_ACTION = "Failed to execute action arn:"
# By the service in the resource's ARN, or the word for it: the resource, and what a service does with it.
_KINDS = (
    ("sns", "topic", "sns:Publish", "publish to"),
    ("sqs", "queue", "sqs:SendMessage", "send messages to"),
    ("lambda", "function", "lambda:InvokeFunction", "invoke"),
    ("s3", "bucket", "s3:PutObject", "write to"),
)
_KEY_OF = {
    "sns": "aws sns get-topic-attributes --topic-arn ARN --query Attributes.KmsMasterKeyId --output text",
    "sqs": "aws sqs get-queue-attributes --queue-url QUEUE_URL --attribute-names KmsMasterKeyId --query Attributes.KmsMasterKeyId --output text",
}
_EVENTS = "events.amazonaws.com"
_ALARMS = "cloudwatch.amazonaws.com"
# CloudWatch invokes functions with a principal for alarms only.
_ALARMS_IN_LAMBDA = "lambda.alarms.cloudwatch.amazonaws.com"
_IN_ACCOUNT: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": "ACCOUNT_ID"}}
_URL = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
_POLICY_URL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"


def explain_calling_resource(denial: Denial) -> Explanation:
    """Explain the denial of a resource, such as an alarm, for which a service calls."""
    arn = try_parse_arn(denial.principal_text)
    service = f"{'' if arn is None else arn.service}.amazonaws.com"
    if denial.service == "lambda" and service == _ALARMS:
        service = _ALARMS_IN_LAMBDA
    name = denial.caller.rpartition(":")[2]
    principal = ServicePrincipal(service)
    return explain_service_principal(
        attrs.evolve(denial, principal=principal, caller=f"{service} (for {name})")
    )


def explain_calling_service(denial: Denial) -> Explanation:
    """Explain the denial of a service that the message names in words."""
    words = denial_paragraph(denial.failure)
    lowered = words.lower()
    named = {**_SERVICES_BY_SENTENCE, **SERVICES_IN_PROSE}
    service = next((principal for name, principal in named.items() if name in lowered), _ALARMS)
    if _ALARM_ACTION in words:
        service = _ALARMS
    command = context_of(denial.facts).command
    stated = None if command is None else command.option("destination-arn")
    found = _ARN.search(words if stated is None else f"{words} {stated.value}")
    arn = try_parse_arn(found[0] if found is not None else denial.resource)
    prefix, noun, action, verb = next(
        (each for each in _KINDS if arn is not None and each[0] == arn.service),
        next((each for each in _KINDS if each[1] in lowered), ("", "resource", "", "use")),
    )
    name = "" if arn is None else f" {arn.resource.rpartition(':')[2]}"
    values = {"PARTITION": denial.location.partition or "aws", "ACCOUNT_ID": _account(denial, arn)}
    if _KEY.search(words):
        return explain_access(denial, _key_access(denial, service, prefix, f"{noun}{name}", arn), values)
    if prefix == "s3":
        return _explain_bucket(denial, service, words, values)
    if prefix == "lambda" and service == _ALARMS:
        service = _ALARMS_IN_LAMBDA
    target = commands.arn(None if arn is None else str(arn), f"{noun.upper()}_ARN")
    show = RESOURCE_POLICIES[prefix or "sqs"]
    lines = _commands(denial, arn, show.show_command, show.change_command)
    lines = tuple(line.replace(" RESOURCE_ARN", f" {target}") for line in lines)
    if prefix == "lambda":
        lines = (
            f"aws lambda add-permission --function-name {target} --statement-id AllowService --action {action} --principal {service} --source-account ACCOUNT_ID",
        )
    row = ServiceAccess(
        f"the {show.name}",
        service,
        f"{verb} the {noun}{name}",
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
        ((action, target, {} if (service, prefix) == (_EVENTS, "sns") else _IN_ACCOUNT),),
        lines,
        _POLICY_URL,
        "The command does that." if prefix == "lambda" else "",
    )
    return explain_access(denial, row, values)


def _commands(denial: Denial, arn: Arn | None, *templates: str) -> tuple[str, ...]:
    """Return commands with what the ARN of the resource states."""
    resource = None if arn is None else str(arn)
    return policy_commands(attrs.evolve(denial, resource=resource, resource_arn=arn), *templates)


def _account(denial: Denial, arn: Arn | None) -> str:
    return commands.account(
        denial.account or denial.resource_account or (None if arn is None else arn.account)
    )


def _key_access(denial: Denial, service: str, prefix: str, resource: str, arn: Arn | None) -> ServiceAccess:
    """Return what a service needs to use the key that encrypts a topic or queue."""
    lines: tuple[str, ...] = (
        "aws kms get-key-policy --key-id KEY_ID --policy-name default --query Policy --output text",
        "aws kms put-key-policy --key-id KEY_ID --policy-name default --policy file://policy.json",
    )
    noun = resource.partition(" ")[0]
    step = f"The key of the {noun} is KEY_ID."
    find = _KEY_OF.get(prefix)
    if find is not None:
        lines = (find, *lines)
        step = f"The first command prints the key. If it is alias/aws/{prefix}, nobody can change its policy: create a customer managed key with this statement, and set it as KmsMasterKeyId of the {noun}."
    return ServiceAccess(
        "the key policy",
        service,
        f"use the key that encrypts the {resource}",
        # With EventBridge, the request to KMS has no such condition keys.
        ((["kms:Decrypt", "kms:GenerateDataKey*"], "*", _IN_ACCOUNT if service == _ALARMS else {}),),
        _commands(denial, arn, *lines),
        _URL,
        step,
    )


def _explain_bucket(denial: Denial, service: str, words: str, values: dict[str, str]) -> Explanation:
    found = _BUCKET.search(words)
    values["BUCKET"] = commands.bucket(found["bucket"] if found else None)
    show = RESOURCE_POLICIES["s3"]
    row = next((each for each in RESOURCES.values() if each.service == service), None)
    if row is None:
        row = ServiceAccess(
            "the bucket policy",
            service,
            "write to the bucket",
            (("s3:PutObject", "arn:PARTITION:s3:::BUCKET/*", _IN_ACCOUNT),),
            (show.show_command, show.change_command),
            _POLICY_URL,
        )
    return explain_access(denial, row, values)
