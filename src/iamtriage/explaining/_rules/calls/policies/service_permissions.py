"""Read the conditions and permissions with which a resource lets a service call it, and correct them.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html (ARNs without a
Region), https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html (ARNs for managing and
for calling an API), https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (ARNs of log groups end with ``:*``),
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_log_group (where they do not),
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_permission and
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.policies.corrected_patterns import Correction
from iamtriage.explaining._rules.shared.policies.policy_changes import OF_TOPIC, correct_reference
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, iterate_conditions, principal_names, shown_sid
from iamtriage.policies._readers.unknown_values import widen

_S3, _LOGS = "s3.amazonaws.com", "logs.amazonaws.com"
_PARTITION = r"(?:aws[a-z-]{0,12}|\$\{AWS::Partition\})"
_REFERENCE = r"\$\{[^{}]{1,100}\}"
# CloudFront is global, and the ARN of a bucket has neither Region nor account.
_DISTRIBUTION = lazy_pattern(
    rf"(?P<start>arn:{_PARTITION}:cloudfront):(?P<region>[a-z0-9-]{{5,30}}|{_REFERENCE}):(?P<rest>(?:[0-9]{{12}}|{_REFERENCE}):distribution/\S{{1,100}})"
)
_BUCKET = lazy_pattern(
    r"(?P<start>arn:aws[a-z-]{0,12}:s3):(?P<region>[a-z0-9-]{0,30}):(?P<account>[0-9]{0,12}):(?P<bucket>[a-z0-9.-]{3,63})(?P<objects>/\*)?"
)
_MANAGED_API = lazy_pattern(
    rf"arn:(?P<partition>{_PARTITION}):apigateway:(?P<region>[a-z0-9-]{{5,30}}|{_REFERENCE}):(?:[0-9]{{12}}|{_REFERENCE})?:/(?:rest)?apis/(?P<api>[a-z0-9]{{5,20}}|{_REFERENCE})(?P<rest>/\S{{0,200}})?"
)
# The attribute with the ARN for managing an API, and the reference to a bucket with the keys of its objects.
_MANAGED_ATTRIBUTE = lazy_pattern(
    r"(?P<start>\$\{aws_api(?:_gateway_rest_api|gatewayv2_api)\.[\w-]{1,64}\.)arn\}(?P<rest>/\S{0,200})?"
)
_OBJECTS = lazy_pattern(
    r"(?P<bucket>\$\{aws_s3_bucket\.[\w-]{1,64}\.arn\}|arn:aws[a-z-]{0,12}:s3:::\$\{[^{}]{1,100}\}|\$\{[A-Za-z0-9]{1,64}\.Arn\})/\*"
)
# A log group without its streams, which the attribute of Terraform lacks, too.
_LOG_GROUP = lazy_pattern(
    rf"arn:{_PARTITION}:logs:(?:[a-z0-9-]{{5,30}}|{_REFERENCE}):(?:[0-9]{{12}}|{_REFERENCE}):log-group:(?:[\w./#-]|{_REFERENCE}){{1,512}}"
    r"|\$\{(?:data\.)?aws_cloudwatch_log_group\.[\w\[\].-]{1,80}\.arn\}"
)


# The ARN of a subscription is that of its topic and a UUID.
_SUBSCRIPTION = lazy_pattern(
    rf"(?P<topic>arn:{_PARTITION}:sns:[^:]{{1,40}}:[^:]{{1,40}}:[\w-]{{1,256}}):[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
)


def correct_source(
    value: str, account: str | None, service: str | None = None, text: str = ""
) -> Correction | None:
    """Return the ARN with which a service calls, if a policy has one that it never has.

    Args:
        value: The value of aws:SourceArn in the policy.
        account: The account of the API, if the value is the ARN of one.
        service: The service that calls.
        text: The text with the code or the template, if there is one.

    >>> correct_source("arn:aws:s3:eu-west-1:111122223333:uploads", None).value
    'arn:aws:s3:::uploads'
    >>> correct_source("arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/*/*", "111122223333").value
    'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/*/*'
    """
    if text and value.startswith("${") and (named := correct_reference(value, text)) is not None:
        return Correction(*named)
    if (found := _SUBSCRIPTION.fullmatch(value)) is not None:
        return Correction(found["topic"], OF_TOPIC)
    if (found := _DISTRIBUTION.fullmatch(value)) is not None:
        reason = "the ARN of a CloudFront distribution has no Region, so the condition never matches"
        return Correction(f"{found['start']}::{found['rest']}", reason)
    if (found := _BUCKET.fullmatch(value)) is not None and (
        found["region"] or found["account"] or found["objects"]
    ):
        reason = "S3 sends the ARN of the bucket, which has no Region, no account and no key"
        return Correction(f"{found['start']}:::{found['bucket']}", reason)
    managed = "that is the ARN for managing the API, and its requests have {}"
    if (found := _MANAGED_ATTRIBUTE.fullmatch(value)) is not None:
        fixed = f"{found['start']}execution_arn}}{found['rest'] or '/*/*'}"
        return Correction(fixed, managed.format("execution_arn"))
    if service == _S3 and (found := _OBJECTS.fullmatch(value)) is not None:
        return Correction(found["bucket"], "S3 sends the ARN of the bucket, without /*")
    if service == _LOGS and _LOG_GROUP.fullmatch(value):
        lacking = ", which the attribute does not have" if value.startswith("$") else ""
        reason = f"CloudWatch Logs calls with the ARN of the log group and :* at its end{lacking}"
        return Correction(f"{value}:*", reason)
    if (found := _MANAGED_API.fullmatch(value)) is not None:
        of_account = "${AWS::AccountId}" if "${AWS::" in value else account or "ACCOUNT_ID"
        api = f"arn:{found['partition']}:execute-api:{found['region']}:{of_account}:{found['api']}"
        return Correction(f"{api}{found['rest'] or '/*/*'}", managed.format("one of execute-api"))
    return None


GATEWAY = "apigateway.amazonaws.com"
"""The service principal of API Gateway."""
URL = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"
"""The page about function policies."""
# The permission in Terraform's code, and an argument that is a string or a reference.
_PERMISSION = "aws_lambda_permission"
_WRITTEN = lazy_pattern(r"\"(?P<text>[^\"\n]{0,400})\"|(?P<reference>[\w.\[\]-]{1,200})")
# The attribute with the ARN for managing an API, in place of execution_arn:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api
_API_ARN = lazy_pattern(r"(?<=\.)(?<!execution_)arn\b(?=[}\s\"/]|\Z)")
_MAX_TEXTS = 4
# What the execution log of an API says of a request.
_EXECUTION = lazy_pattern(r"HTTP Method: (?P<method>[A-Z]{3,7}), Resource Path: (?P<path>/[\w{}+./-]{0,200})")
# A request in a sentence or a command, where a URL has the stage before the path, and what the text says of it.
_REQUEST = lazy_pattern(
    r"\b(?P<method>DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT)(?: on| to| for)?[ `'\"]{1,3}"
    r"(?:https://[a-z0-9]{10}\.execute-api\.[a-z0-9.-]{10,60}/[\w$-]{1,64})?(?P<path>/[\w{}+-][\w{}+./-]{0,200})(?<!\.)(?=(?P<after>(?:(?!\b[A-Z]{3,7} /)[^\n;,.]){0,60}))"
)
_NOT, _WORKS = (
    lazy_pattern(r"n't\b|\bnot\b"),
    lazy_pattern(
        r"\b(?:(?:is|are) (?:fine|ok|OK)|work(?:s|ed|ing)?|succeed(?:s|ed)?|goes through|OK|2\d\d)\b"
    ),
)


@lru_cache(maxsize=_MAX_TEXTS)
def _find_permissions(text: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        statement
        for found in (*_list_blocks(text), *_list_resources(text))
        if (statement := _build_statement(found)) is not None
    )


def find_permissions(text: str) -> list[dict[str, Any]]:
    r"""Return the statements that the permissions in Terraform's code or a template of CloudFormation add.

    >>> code = 'resource "aws_lambda_permission" "s3" {\n  principal = "s3.amazonaws.com"\n  action = "lambda:InvokeFunction"\n  function_name = "in"\n}'
    >>> [each["Resource"] for each in find_permissions(code)]
    ['arn:*:lambda:*:*:function:in']
    """
    return list(_find_permissions(text)) if "ermission" in text else []


def find_request(text: str) -> tuple[str, str] | None:
    """Return the method and the path of an API's failed request, from its execution log or the only one in the sentences.

    >>> find_request("GET /films works, DELETE /films returns 500.")
    ('DELETE', '/films')
    """
    if (logged := _EXECUTION.search(text)) is not None:
        return logged["method"], logged["path"]
    found = {
        (each["method"], each["path"])
        for each in _REQUEST.finditer(text)
        if _WORKS.search(each["after"]) is None or _NOT.search(each["after"]) is not None
    }
    return only_one(found)


def _list_blocks(text: str) -> list[dict[str, str]]:
    return [
        {
            name.replace("_", ""): found["text"]
            if found["reference"] is None
            else f"${{{found['reference']}}}"
            for name, written in block.arguments.items()
            if (found := _WRITTEN.fullmatch(written)) is not None
        }
        for block in find_resources(text, _PERMISSION)
        if block.is_whole
    ]


def _list_resources(text: str) -> list[dict[str, str]]:
    return [
        {key.lower(): value for key, value in each.properties.items() if isinstance(value, str)}
        for each in find_template_resources(text, "AWS::Lambda::Permission")
    ]


def _build_statement(permission: Mapping[str, str]) -> dict[str, Any] | None:
    principal, function = permission.get("principal", ""), permission.get("functionname", "")
    if not principal.endswith(".amazonaws.com") or not function or "action" not in permission:
        return None
    is_name = re.fullmatch(r"[\w-]{1,64}", function) is not None
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": permission["action"],
        "Resource": f"arn:*:lambda:*:*:function:{function}" if is_name else function,
    }
    conditions = {
        "ArnLike": {"AWS:SourceArn": permission.get("sourcearn")},
        "StringEquals": {"AWS:SourceAccount": permission.get("sourceaccount")},
    }
    known = {key: value for key, value in conditions.items() if all(value.values())}
    return {**statement, "Condition": known} if known else statement


def _find_in_terraform(text: str, service: str) -> tuple[str, str] | None:
    """Return the address of the only permission of a service in Terraform's code, and the source_arn that it has."""
    found = [
        (block.address, written)
        for block in find_resources(text, _PERMISSION)
        if block.text_of("principal") == service
        and _WRITTEN.fullmatch(written := block.arguments.get("source_arn", ""))
    ]
    return only_one(found)


def replace_permission(
    case: Case[Any], statement: Mapping[str, Any], service: str, key: str, old: str, new: str
) -> Remedy:
    """Return the remedy that corrects a statement of a function policy, in Terraform's code if the text has it."""
    resource, sid = as_strings(statement.get("Resource"))[0], str(statement.get("Sid") or "STATEMENT_ID")
    show = fill_command("aws lambda get-policy --function-name {} --query Policy --output text", resource)
    of_account = key.lower() == "aws:sourceaccount"
    code = None if of_account else _find_in_terraform(case.failure.text, service)
    if code is not None:
        (address, written), fixed = code, f'"{new}"'
        if new.startswith(old):
            ending = new.removeprefix(old)
            fixed = f'{written[:-1]}{ending}"' if written.startswith('"') else f'"${{{written}}}{ending}"'
        elif (exported := _API_ARN.sub("execution_arn", written)) != written:
            fixed = exported if "/" in written else f'"${{{exported}}}/*/*"'
        return owner_remedy(
            f"Correct source_arn of {address}",
            f"Write source_arn = {fixed} in the code, for {clip_text(new)}. A permission that the AWS CLI adds would be unknown to Terraform.",
            commands=("terraform apply", Labelled("Then check the policy:", show)),
            url=URL,
        )
    add = fill_command(
        f"aws lambda add-permission --function-name {{}} --action lambda:InvokeFunction --principal {{}} --source-{'account' if of_account else 'arn'} {{}}",
        *(resource, service, new),
    )
    # The new statement is to be no wider.
    other = "arn" if of_account else "account"
    for operator, name, values in iterate_conditions(statement):
        if name.lower() == f"aws:source{other}" and len(values) == 1 and "Not" not in operator:
            add += fill_command(f" --source-{other} {{}}", values[0])
    add += " --statement-id"
    if "/" in old and service == GATEWAY and correct_source(old, None) is None:
        # It allows other routes, which are to go on working.
        return owner_remedy("Allow this route, too", commands=(f"{add} AllowRoute", show), url=URL)
    return owner_remedy(
        f"Replace the statement {clip_text(sid)} of the function policy",
        f"The corrected {key} is {clip_text(new)}.",
        commands=(
            fill_command("aws lambda remove-permission --function-name {} --statement-id {}", resource, sid),
            f"{add} {fill_command('{}', sid)}",
            show,
        ),
        url=URL,
    )


def find_deny(case: Case[Any], service: str, action: str, target: str | None) -> tuple[str, Remedy] | None:
    """Return the end of a sentence that says that a Deny without a condition is for a service, and what to do about it."""
    for policy in case.context.policies:
        if policy.is_trust_policy or policy.is_code:
            continue
        for each in policy.denies:
            names = principal_names(each)
            resources = as_strings(each.get("Resource"))
            is_on = target is None or any(matches(target, compile_glob(widen(one))) for one in resources)
            if each.get("Condition") or not {service, "*"} & set(names):
                continue
            if not resources or not is_on or names_action(each, action) is False:
                continue
            words = f"the statement {sid}" if (sid := shown_sid(each)) else "the Deny statement"
            remedy = owner_remedy(
                f"Change {words} of the policy, or remove it",
                f"An Allow does not override it. If {service} is meant to call, exempt it.",
                url=pages.EVALUATION,
            )
            return f"denies {service} {clip_text(action)} ({words})", remedy
    return None


_NOTIFICATION_URL = (
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_notification"
)
# The destination of a notification in Terraform's code.
_NOTIFIED = lazy_pattern(
    r"\b(?:queue|topic|lambda_function)_arn\s{0,20}=\s{0,4}(?P<type>aws_(?:sqs_queue|sns_topic|lambda_function))\.(?P<name>\w{1,60})\.arn\b"
)
_CODED_BUCKET = lazy_pattern(r"(?P<address>aws_s3_bucket\.\w{1,60})\.\w{1,20}|\"(?P<name>[a-z0-9.-]{3,63})\"")
_POLICY_TYPES = {
    "aws_sqs_queue": "aws_sqs_queue_policy",
    "aws_sns_topic": "aws_sns_topic_policy",
    "aws_lambda_function": _PERMISSION,
}
_POLICY = """resource "{policy}" "{name}" {{
  {argument} = {type}.{name}.{attribute}
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{
    Effect = "Allow", Principal = {{ Service = "s3.amazonaws.com" }}, Action = "{action}",
    Resource = {type}.{name}.arn, Condition = {{ ArnLike = {{ "aws:SourceArn" = {bucket} }} }}
  }}] }})
}}
"""
_FUNCTION_PERMISSION = """resource "{policy}" "{name}" {{
  action = "lambda:InvokeFunction"
  function_name = {type}.{name}.function_name
  principal = "s3.amazonaws.com"
  source_arn = {bucket}
}}
"""


def allow_notifications_in_terraform(text: str) -> Remedy | None:
    """Return the remedy that allows S3 in Terraform's code of a bucket's only notification, before it is created."""
    blocks = {each.address: each for each in find_resources(text, "aws_s3_bucket_notification")}
    if (block := only_one(blocks.values())) is None:
        return None
    found = only_one({each.groups(): each for each in _NOTIFIED.finditer(block.body)}.values())
    bucket = _CODED_BUCKET.fullmatch(block.arguments.get("bucket", ""))
    if found is None or bucket is None:
        return None
    kind, name = found["type"], found["name"]
    policy = _POLICY_TYPES[kind]
    existing = find_resources(text, policy)
    address = existing[0].address if existing else f"{policy}.{name}"
    wait = f"depends_on = [{address}]"
    if existing and (len(existing) > 1 or "depends_on" in block.arguments):
        return None
    where = "S3 tests the destination when the notification is created, and Terraform creates both in any order otherwise."
    if existing:
        return owner_remedy(
            f"Let {block.address} wait for {address}",
            f"Write this into {block.address}. {where}",
            manifest=f"{wait}\n",
            manifest_language="hcl",
            commands="terraform apply",
            url=_NOTIFICATION_URL,
        )
    row = _FUNCTION_PERMISSION if kind == "aws_lambda_function" else _POLICY
    code = row.format(
        policy=policy,
        name=name,
        type=kind,
        argument="queue_url" if kind == "aws_sqs_queue" else "arn",
        attribute="id" if kind == "aws_sqs_queue" else "arn",
        action="sqs:SendMessage" if kind == "aws_sqs_queue" else "sns:Publish",
        bucket=f"{bucket['address']}.arn" if bucket["address"] else f'"arn:aws:s3:::{bucket["name"]}"',
    )
    return owner_remedy(
        f"Allow s3.amazonaws.com in {'a permission' if policy == _PERMISSION else 'the policy'} of {kind}.{name}",
        f"Add the resource, and write {wait} into {block.address}: {where}",
        None
        if policy == _PERMISSION
        else "If the destination has another policy already, add the statement to that one: there is only one.",
        None
        if policy == _PERMISSION
        else "If it is encrypted with a KMS key, the key policy must allow s3.amazonaws.com kms:GenerateDataKey and kms:Decrypt.",
        manifest=code,
        manifest_language="hcl",
        commands="terraform apply",
        url=_NOTIFICATION_URL,
    )
