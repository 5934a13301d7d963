"""Build the remedy that allows an AWS service in the policy of a resource, and the statements of a key policy for its role."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.labels import Labelled
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.arns._principals import Role, ServicePrincipal
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._context.readers.terraform_code import Block, find_resources
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import owner_remedy, resource_policy_remedy, save_step
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.requirements.task_statements import IMAGE
from iamtriage.policies._documents import allow, build_document, list_actions
from iamtriage.policies._readers.elements import principal_names


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
            condition={
                operator: {key: _fill(value, values) for key, value in block.items()}
                for operator, block in condition.items()
            }
            or None,
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


# "the function in 111122223333", and the ARN of a function, a role or a user.
_CALLING_ACCOUNT = lazy_pattern(
    r"(?:\barn:aws[a-z-]{0,12}:(?:lambda:[a-z0-9-]{6,30}|iam:|sts:):|(?<!old )\b(?i:function|lambda)\b(?:(?!(?i:\b(?:not|old|previous|was|were)\b))[^\n.;:]){0,40}? )(\d{12})(?![\w-])"
)
_REPOSITORY = lazy_pattern(r"(?a)--repository-name[ =][\"']?([\w./-]{1,256})")


def limit_to_image(row: ServiceAccess, text: str, account: str | None) -> ServiceAccess:
    """Return what Lambda needs to pull the only image that a text names, which can be that of another account.

    https://repost.aws/knowledge-center/lambda-ecr-image

    Args:
        row: What Lambda needs in general.
        text: The text.
        account: The account of the call, if it is known.
    """
    owner, name = only_one({each.group("account", "name") for each in IMAGE.finditer(text)}, (None, None))
    if name is None:
        return row
    lines = tuple(each.replace("REPOSITORY", name) for each in row.commands)
    row = attrs.evolve(row, resource=f"{row.resource} of {name}", commands=lines)
    account = account or only_one({*_CALLING_ACCOUNT.findall(text)} - {owner})
    if account in {owner, None}:
        return row
    ((actions, resource, _),) = row.statements
    source = {"StringLike": {"aws:SourceArn": f"arn:PARTITION:lambda:REGION:{account}:function:*"}}
    return attrs.evolve(
        row,
        resource=f"{row.resource} in account {owner}",
        statements=((actions, resource, source),),
        step="Whoever creates the function needs both actions, too, as for docker pull.",
    )


def describe_pullers(allows: Sequence[Mapping[str, Any]], service: str, text: str) -> str:
    """Return whom statements of a repository's policy allow to pull instead of a service, as the end of a sentence."""
    if not {*_REPOSITORY.findall(text)} <= {each["name"] for each in IMAGE.finditer(text)}:
        return ""  # the policy can be that of another repository
    pulls = [each for each in allows if names_action(each, "ecr:BatchGetImage")]
    names = dict.fromkeys(name for each in pulls for name in principal_names(each))
    shown = join_words([clip_text(each) for each in names], "and")
    return f": it allows only {shown}" if 0 < len(names) < 4 and not {"*", service} & {*names} else ""


# What services call.
_DESTINATION = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:(?P<service>codebuild|codepipeline|firehose|kinesis|lambda|sns|sqs|states):(?P<region>[a-z0-9-]{6,30}):(?P<account>[0-9]{12}):(?:(?:function|stateMachine):|(?:deliverystream|project|stream)/)?(?P<name>[\w-]{1,80}(?:\.fifo)?)(?![\w.:/-])"
)
DESTINATION_ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}
"""What a service calls on a destination, whose policy can allow it."""
_TARGET_ACTIONS = {
    "codebuild": "codebuild:StartBuild",
    "codepipeline": "codepipeline:StartPipelineExecution",
    "firehose": "firehose:PutRecord",
    "kinesis": "kinesis:PutRecord",
    "states": "states:StartExecution",
    **DESTINATION_ACTIONS,
}
CALLERS_OF_TARGETS = frozenset({"events.amazonaws.com", "scheduler.amazonaws.com"})
"""Services that use a passed role to call a target, and for nothing else."""


_QUEUE_URL = lazy_pattern(
    r"(?a)https://sqs\.(?P<region>[a-z0-9-]{6,30})\.amazonaws\.com(?P<china>\.cn)?/(?P<account>[0-9]{12})/(?P<name>[\w-]{1,80}(?:\.fifo)?)"
)


def _name_queues(text: str) -> str:
    """Return a text with the ARNs of the queues whose URLs it has."""
    return _QUEUE_URL.sub(
        lambda url: (
            f"arn:{'aws-cn' if url['china'] else 'aws-us-gov' if url['region'].startswith('us-gov') else 'aws'}:sqs:{url['region']}:{url['account']}:{url['name']}"
        ),
        text,
    )


def find_destination(text: str, actions: Mapping[str, str] = DESTINATION_ACTIONS) -> re.Match[str] | None:
    """Return the only queue, topic or function of a text that is not the source of requests in a policy."""
    text = _name_queues(text)
    found = {
        each[0]: each
        for each in _DESTINATION.finditer(text)
        if each["service"] in actions
        and "aws:SourceArn" not in text[max(each.start() - 24, 0) : each.start()]
    }
    return only_one(found.values())


# For what a service sends requests, which have its ARN as aws:SourceArn. A policy can name others.
_SOURCES = {
    f"{service}.amazonaws.com": lazy_pattern(
        rf"(?a)(?<!SourceArn\": \")(?<!SourceArn\":\")\b(arn:aws[a-z-]{{0,12}}:{resource}\w)(?![\w/*-])"
    )
    for service, resource in {
        "cloudwatch": r"cloudwatch:[a-z0-9-]{6,30}:[0-9]{12}:alarm:[\w.-]{0,254}",
        "events": r"events:[a-z0-9-]{6,30}:[0-9]{12}:rule/[\w./-]{0,254}",
        "iot": r"iot:[a-z0-9-]{6,30}:[0-9]{12}:rule/[\w-]{0,254}",
        "s3": r"s3:::[a-z0-9.-]{2,62}",
        "sns": r"sns:[a-z0-9-]{6,30}:[0-9]{12}:[\w.-]{0,254}",
    }.items()
}


def find_source(denial: Denial) -> str | None:
    """Return the ARN of what a service calls for: the caller's, or that of the only rule, topic or bucket in the text."""
    if denial.principal_text is not None and denial.principal_text.startswith("arn:"):
        return denial.principal_text
    if not isinstance(denial.principal, ServicePrincipal) or denial.service == "kms":
        return None  # services call KMS without this key
    pattern = _SOURCES.get(denial.principal.name)
    return None if pattern is None else only_one({*pattern.findall(denial.failure.text)} - {denial.resource})


def allow_target(text: str, account: str | None) -> dict[str, Any] | None:
    """Return the statement that allows to call the only target in a text, if it is of an account.

    >>> allow_target("for arn:aws:states:eu-west-1:111122223333:stateMachine:nightly", "111122223333")["Action"]
    'states:StartExecution'
    """
    target = find_destination(text, _TARGET_ACTIONS)
    if target is None or target["account"] != account:
        return None
    return allow(_TARGET_ACTIONS[target["service"]], target[0])


def describe_target(text: str, role: Role | None, service: str) -> str | None:
    """Return what a role needs so that a service can call the target in a text, unless the text names the action."""
    if role is None or service not in CALLERS_OF_TARGETS:
        return None
    target = allow_target(text, role.account)
    if target is None or target["Action"] in text:
        return None
    return f"To call the target, the role {role.name} also needs {target['Action']} on {target['Resource']} in a policy of its own."


def find_account(text: str) -> str | None:
    """Return the only account that a text names."""
    return only_one(set(ACCOUNT_IN_TEXT.findall(text)))


def allow_notifications_remedy(text: str, values: dict[str, str]) -> Remedy:
    """Return the remedy that allows S3 in the policy of the destination, the one in the text if there is only one.

    Args:
        text: The text of the failure.
        values: The values of placeholders, if they are known.
    """
    match = find_destination(text)
    if match is None:
        return allow_service_remedy(NOTIFICATIONS, values)
    arn, service = match[0], match["service"]
    policy, action = RESOURCE_POLICIES[service], DESTINATION_ACTIONS[service]
    ((_, _, condition),) = NOTIFICATIONS.statements
    domain = find_domain(arn.split(":")[1])
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
    known |= {"ACCOUNT_ID": match["account"]} if find_account(_name_queues(text)) == match["account"] else {}
    remedy = allow_service_remedy(row, known)
    if not policy.adds_statement:
        return remedy
    step = (
        "The last command adds the statement, and keeps the others. ACCOUNT_ID is the account of the bucket."
    )
    return attrs.evolve(remedy, steps=(step,))


def _fill(text: str, values: dict[str, str]) -> str:
    return re.sub(r"[A-Z_]{6,}", lambda found: values.get(found[0], found[0]), text)


KEY_URLS = {
    "topic": "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    "queue": "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
}
"""The pages about key policies for services that send to a topic or queue."""
MANAGED_KEYS = {"topic": "alias/aws/sns", "queue": "alias/aws/sqs"}
"""The AWS managed key of a topic and of a queue."""
CREATE_KEY = "aws kms create-key --policy file://policy.json --query KeyMetadata.KeyId --output text"
"""The command that creates a key and prints its ID."""
SET_KEY = {
    "topic": "aws sns set-topic-attributes --topic-arn ARN --attribute-name KmsMasterKeyId --attribute-value KEY_ID",
    "queue": "aws sqs set-queue-attributes --queue-url QUEUE_URL --attributes KmsMasterKeyId=KEY_ID",
}
"""The commands that set the key of a topic and of a queue."""
SSE_SQS = "A queue can use SSE-SQS instead (SqsManagedSseEnabled), which requires no KMS permissions."
# The key in a template, in Terraform, in the CDK, as the AWS CLI prints it, alone under a query for it, or in a sentence.
_STATED_KEY = lazy_pattern(
    r"(?a)(?:\b(?:KmsMasterKeyId|kms_master_key_id)[\"']?\s{0,20}[:=]\s{0,4}|\.KmsMasterKeyId\b[^\n]{0,80}\n[^\S\n]{0,8}"
    r"|\b(?:is|are) encrypted (?:with|by|using) (?:the )?(?:(?:AWS[- ]managed|default|KMS|key) ){0,4}(?=[\"'`]?alias/aws/))[\"'`]?(?:arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{6,30}:\d{12}:)?(?:key/)?(?P<key>alias/[\w/-]{1,250}|(?:mrk-)?[0-9a-f][0-9a-f-]{31,35})(?![\w/-])|\bQueueEncryption\.KMS_MANAGED\b"
)
_TEMPLATE = lazy_pattern(r"\bAWS::(?:SNS::Topic|SQS::Queue)\b|\baws_(?:sns_topic|sqs_queue)\b")
_IN_TERRAFORM = {
    "topic": "Publishers then need kms:GenerateDataKey and kms:Decrypt on it.",
    "queue": "Consumers then need kms:Decrypt on it. Or, without a key, write sqs_managed_sse_enabled = true instead of the kms lines (SSE-SQS, for which you may have to update the provider).",
}


def find_stated_key(text: str) -> str | None:
    """Return the only key of queues and topics that a text shows: an alias or an ID."""
    return only_one({each["key"] or MANAGED_KEYS["queue"] for each in _STATED_KEY.finditer(text)})


def _find_encrypted(text: str) -> Block | None:
    """Return the first queue or topic of Terraform's code that has a key."""
    resources = find_resources(text, "aws_sqs_queue", "aws_sns_topic")
    return next((each for each in resources if "kms_master_key_id" in each.arguments), None)


def replace_key_remedy(
    text: str,
    noun: str,
    service: str,
    statement: dict[str, Any],
    values: dict[str, str],
    commands: tuple[str, str],
) -> Remedy:
    """Return the remedy that gives a queue or topic a key of one's own, because the AWS managed key is for its account only.

    Args:
        text: The text of the failure.
        noun: The resource in a word.
        service: The service principal.
        statement: The statement of the key policy for the service.
        values: The partition and the account.
        commands: The commands that create the key and set it.
    """
    owner = f"arn:{values['PARTITION']}:iam::{values['ACCOUNT_ID']}:root"
    administer = allow("kms:*", "*", principal={"AWS": owner})
    title = f"Encrypt the {noun} with a customer managed key that allows {service}"
    if (found := _find_encrypted(text)) is not None:
        name = found.name
        # The syntax of Terraform accepts that of JSON, too.
        lines = (
            json.dumps(each).replace(', "Action"', ',\n     "Action"') for each in (administer, statement)
        )
        listed = "\n".join(f"    {each}," for each in lines)
        return owner_remedy(
            title,
            f"Add the key, and write kms_master_key_id = aws_kms_key.{name}.arn in {found.address}.",
            _IN_TERRAFORM[noun],
            manifest=f'resource "aws_kms_key" "{name}" {{\n  policy = jsonencode({{ Version = "2012-10-17", Statement = [\n{listed}\n  ] }})\n}}\n',
            manifest_language="hcl",
            commands="terraform apply",
            url=KEY_URLS[noun],
        )
    again = None
    if _TEMPLATE.search(text):
        again = f"Set it in the template of the {noun}, too (KmsMasterKeyId, kms_master_key_id): the next deployment would set {MANAGED_KEYS[noun]} again."
    remedy = owner_remedy(
        title,
        again,
        SSE_SQS if noun == "queue" else None,
        commands=(commands[0], Labelled("With the key that it prints as KEY_ID:", commands[1])),
        url=KEY_URLS[noun],
    )
    return attrs.evolve(remedy, policy=build_document([administer, statement]))


def linked_role_key_statements(
    principal: str, *, grants_only_for_services: bool = True
) -> list[dict[str, Any]]:
    """Return the key policy statements that a service-linked role needs for a customer managed key.

    Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """
    use = list_actions("kms", "Encrypt Decrypt ReEncrypt* GenerateDataKey* DescribeKey")
    trusted = {"AWS": principal}
    limit = {"Bool": {"kms:GrantIsForAWSResource": "true"}} if grants_only_for_services else None
    return [
        allow(use, "*", sid="UseKey", principal=trusted),
        allow("kms:CreateGrant", "*", sid="CreateGrants", principal=trusted, condition=limit),
    ]
