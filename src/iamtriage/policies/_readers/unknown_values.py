"""Find the values of a policy that are not known: references of templates and code, and policy variables.

A reference is written as ``${…}``, as in Terraform. Functions of CloudFormation become one.
"""

from __future__ import annotations

from typing import Any, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple

__all__ = (
    "Container",
    "arn_of_reference",
    "find_container",
    "has_reference",
    "is_of_terraform",
    "resolve_functions",
    "widen",
    "with_resource_of",
)

# A reference, a placeholder of Jinja or Helm, and one that was cut off.
_UNKNOWN = lazy_pattern(r"\$\{[^{}]{0,400}\}|\{\{[^{}]{0,400}\}\}|\$\{.*")
_COLON = lazy_pattern(r":(?![^{}]{0,400}\})")
# Policy variables, which IAM replaces by values of the request. The Serverless Framework has some of its own.
_VARIABLE = lazy_pattern(
    r"\$\{(?:[*?$]|(?!(?:self|opt|env|file|cf|ssm|sls|param|terraform|strToBool):)[a-z][\w.-]{0,120}:[\w/.-]{1,120})(?:,[^{}]{0,200})?\}"
)
# The ARN of a resource in Terraform, and the ARN that a construct of the CDK has. Buckets are missing: a
# wildcard would match their objects, too.
_ARN_NAMES = (
    r"(?P<terraform>aws_\w{2,60})\.[\w-]{1,80}(?:\[[^\]{}]{0,80}\])?\.arn"
    r"|[\w.]{1,80}\.(?P<cdk>[a-z][A-Za-z]{2,20}Arn)"
)
_TYPED = lazy_pattern(rf"\A\$\{{(?:data\.)?(?:{_ARN_NAMES})\}}")
_ARNS_BY_TYPE = {
    name: arn
    for names, arn in (
        ("aws_cloudwatch_log_group logGroupArn", "logs:*:*:log-group:*"),
        ("aws_codebuild_project", "codebuild:*:*:project/*"),
        ("aws_db_instance", "rds:*:*:db:*"),
        ("aws_dynamodb_table tableArn", "dynamodb:*:*:table/*"),
        ("aws_ecr_repository repositoryArn", "ecr:*:*:repository/*"),
        ("aws_ecs_cluster", "ecs:*:*:cluster/*"),
        ("aws_ecs_task_definition taskDefinitionArn", "ecs:*:*:task-definition/*"),
        ("aws_eks_cluster", "eks:*:*:cluster/*"),
        ("aws_iam_policy", "iam:*:*:policy/*"),
        ("aws_iam_role roleArn", "iam:*:*:role/*"),
        ("aws_iam_user userArn", "iam:*:*:user/*"),
        ("aws_kinesis_firehose_delivery_stream", "firehose:*:*:deliverystream/*"),
        ("aws_kinesis_stream streamArn", "kinesis:*:*:stream/*"),
        ("aws_kms_alias", "kms:*:*:alias/*"),
        ("aws_kms_key keyArn", "kms:*:*:key/*"),
        ("aws_lambda_function functionArn", "lambda:*:*:function:*"),
        ("aws_opensearch_domain", "es:*:*:domain/*"),
        ("aws_secretsmanager_secret secretArn", "secretsmanager:*:*:secret:*"),
        ("aws_ses_configuration_set aws_sesv2_configuration_set", "ses:*:*:configuration-set/*"),
        ("aws_ses_domain_identity aws_ses_email_identity aws_sesv2_email_identity", "ses:*:*:identity/*"),
        ("aws_sfn_state_machine stateMachineArn", "states:*:*:stateMachine:*"),
        ("aws_sns_topic topicArn", "sns:*:*:*"),
        ("aws_sqs_queue queueArn", "sqs:*:*:*"),
        ("aws_ssm_parameter parameterArn", "ssm:*:*:parameter/*"),
    )
    for name in names.split()
}
# A reference that is the whole ARN of a resource, in Terraform, the CDK, CloudFormation and Pulumi.
_WHOLE = lazy_pattern(
    rf"\A\$\{{(?:data\.)?(?:{_ARN_NAMES}"
    r"|(?!(?:each|local|module|self|this|var)\.)[A-Za-z]\w{0,80}\.(?P<plain>[aA]rn))\}\Z"
)
# ARNs of what is in a resource: what the resource and the part are, its references, and what follows them.
_PARTS = (
    (
        lazy_pattern(r"(\Aarn:[\w-]{1,20}:dynamodb:[^:]*:[^:]*:table/[^/]+)/stream/."),
        *("table", "stream", "aws_dynamodb_table tableArn Arn arn", ""),
    ),
    (
        lazy_pattern(r"(\Aarn:[\w-]{1,20}:dynamodb:[^:]*:[^:]*:table/[^/]+)/index/."),
        *("table", "indexes", "aws_dynamodb_table tableArn Arn arn", "/index/*"),
    ),
    (
        lazy_pattern(r"(\Aarn:[\w-]{1,20}:s3:::[^/:]+)/."),
        *("bucket", "objects", "aws_s3_bucket bucketArn Arn arn", "/*"),
    ),
    (
        lazy_pattern(r"(\Aarn:[\w-]{1,20}:lambda:[^:]*:[^:]*:function:[^:]+):."),
        *("function", "versions and aliases", "aws_lambda_function Arn arn", ":*"),
    ),
    # In a template, the ARN of a log group ends in :*.
    (
        lazy_pattern(r"(\Aarn:[\w-]{1,20}:logs:[^:]*:[^:]*:log-group:[^:]+):."),
        *("log group", "log streams", "aws_cloudwatch_log_group", ":*"),
    ),
)
# References to the name, ID or URL of a resource: in Terraform, the CDK, and with Ref in a template, where it
# can also refer to a parameter.
_NOT_ARN = lazy_pattern(
    r"\A\$\{(?:(?P<terraform>(?:data\.)?aws_\w{2,60}\.[\w-]{1,80}(?:\[[^\]{}]{0,80}\])?)\.(?:bucket|function_name|id|key_id|name|queue_url|url)"
    r"|(?P<cdk>[\w.]{1,80}\.[a-z][A-Za-z]{1,20}?)(?:Name|Url|Id)|(?P<logical>[A-Z][A-Za-z0-9]{1,80}(?<!Arn)(?<!ARN)(?<!Id)(?<!Name)(?<!Param)(?<!Parameter)(?<!Url)(?<!Uri)))\}\Z"
)
_MAX_DEPTH = 12


def is_of_terraform(reference: str) -> bool:
    """Return whether a reference is one of Terraform."""
    return reference.startswith(("${aws_", "${data.aws_"))


def arn_of_reference(pattern: str) -> str | None:
    """Return the reference to the ARN of a resource for one to its name, ID or URL.

    >>> [arn_of_reference(each) for each in ("${aws_sqs_queue.jobs.id}", "${Jobs}", "${jobs.queueUrl}")]
    ['${aws_sqs_queue.jobs.arn}', '${Jobs.Arn}', '${jobs.queueArn}']
    >>> [arn_of_reference(each) for each in ("${Jobs.Arn}", "${JobsArn}", "${var.jobs}")]
    [None, None, None]
    """
    found = _NOT_ARN.match(pattern) if "{" in pattern else None
    if found is None:
        return None
    if found["terraform"]:
        return f"${{{found['terraform']}.arn}}"
    return f"${{{found['cdk']}Arn}}" if found["cdk"] else f"${{{found['logical']}.Arn}}"


class Container(NamedTuple):
    """The most that a reference can stand for: the resource that contains another one.

    Attributes:
        arn: The ARN of the resource.
        noun: What it is.
        parts: What resources like the other one are.
        corrected: The reference for what is in the resource.
    """

    arn: str
    noun: str
    parts: str
    corrected: str


def find_container(pattern: str, resource: str) -> Container | None:
    """Return the container of a resource, such as its bucket, if only that is what a reference can stand for.

    >>> find_container("${Orders.Arn}", "arn:aws:s3:::orders/1.csv")
    Container(arn='arn:aws:s3:::orders', noun='bucket', parts='objects', corrected='${Orders.Arn}/*')
    """
    found = _WHOLE.match(pattern) if "{" in pattern else None
    if found is None:
        return None
    name = found[found.lastgroup or 0]
    for of_part, noun, parts, names, end in _PARTS:
        whole = of_part.match(resource) if name in names.split() else None
        if whole is not None:
            corrected = f"{pattern}{end}"
            if parts == "stream":
                other = "stream_arn" if found["terraform"] else "StreamArn" if name == "Arn" else "streamArn"
                last = "tableStreamArn" if found["cdk"] else other
                corrected = f"{pattern.rpartition('.')[0]}.{last}}}"
            return Container(whole[1], noun, parts, corrected)
    return None


def widen(pattern: str, resource: str = "") -> str:
    """Return a pattern with a wildcard in place of each unknown part.

    The reference to the ARN of a resource in code has the type of that resource, and is never ``*``.

    Args:
        pattern: The pattern.
        resource: The resource with which it is compared: a reference to what contains it stays narrow.

    >>> widen("arn:aws:s3:::${var.bucket}/*"), widen("${aws_autoscaling_group.web.arn}")
    ('arn:aws:s3:::*/*', 'arn:*')
    >>> widen("${aws_dynamodb_table.orders.arn}/index/*")
    'arn:*:dynamodb:*:*:table/*/index/*'
    """
    if "{" not in pattern:
        return pattern
    if resource and (container := find_container(pattern, resource)) is not None:
        return container.arn
    typed = _TYPED.match(pattern)
    arn = None if typed is None else _ARNS_BY_TYPE.get(typed[typed.lastgroup or 0])
    if typed is not None and arn is not None:
        pattern = f"arn:*:{arn}{pattern[typed.end() :]}"
    return "arn:*" if arn is None and _WHOLE.match(pattern) else _UNKNOWN.sub("*", pattern)


def has_reference(value: object, depth: int = 0) -> bool:
    """Return whether a value contains a reference that IAM does not know.

    >>> has_reference(["arn:aws:s3:::home/${aws:username}"]), has_reference(["${aws_s3_bucket.orders.arn}"])
    (False, True)
    """
    if isinstance(value, str):
        return "{" in value and _UNKNOWN.search(_VARIABLE.sub("", value)) is not None
    if depth == _MAX_DEPTH:
        return True
    if isinstance(value, dict):
        return any(has_reference(each, depth + 1) for each in cast("dict[str, object]", value).values())
    return isinstance(value, list) and any(
        has_reference(each, depth + 1) for each in cast("list[object]", value)
    )


def with_resource_of(written: str, arn: str) -> str | None:
    """Return an ARN with references and the resource of another one, if only that differs.

    >>> with_resource_of("arn:aws:sns:${Region}:${Account}:old", "arn:aws:sns:eu-west-1:111122223333:new")
    'arn:aws:sns:${Region}:${Account}:new'
    """
    parts, others = _COLON.split(written, maxsplit=5), arn.split(":", 5)
    if (
        not has_reference(written)
        or len(parts) != len(others)
        or has_reference(parts[-1])
        or "*" in parts[-1]
    ):
        return None
    if any(
        part != other and not _UNKNOWN.fullmatch(part)
        for part, other in zip(parts[:-1], others[:-1], strict=True)
    ):
        return None
    return ":".join((*parts[:-1], others[-1]))


def resolve_functions(value: object, depth: int = 0) -> Any:  # noqa: ANN401 (any JSON value)
    """Return a value of a template with a reference in place of each function of CloudFormation.

    >>> resolve_functions({"Resource": {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Orders"}, "/*"]]}})
    {'Resource': 'arn:aws:s3:::${Orders}/*'}
    """
    if depth == _MAX_DEPTH:
        return value
    if isinstance(value, list):
        return [resolve_functions(each, depth + 1) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    items = cast("dict[str, Any]", value)
    name = next(iter(items)) if len(items) == 1 else None
    if name is not None and (name == "Ref" or name.startswith("Fn::")):
        return _resolve_function(name, resolve_functions(items[name], depth + 1))
    return {key: resolve_functions(each, depth + 1) for key, each in items.items()}


def _resolve_function(name: str, argument: object) -> str:
    listed = cast("list[object]", argument) if isinstance(argument, list) else [argument]
    if name == "Fn::Sub" and listed and isinstance(listed[0], str):
        return listed[0]
    if name == "Fn::Join" and len(listed) == 2 and isinstance(listed[0], str) and isinstance(listed[1], list):
        parts = cast("list[object]", listed[1])
        if all(isinstance(part, str) for part in parts):
            return listed[0].join(cast("list[str]", parts))
    if name in {"Ref", "Fn::GetAtt"} and all(isinstance(each, str) for each in listed):
        return f"${{{'.'.join(cast('list[str]', listed))}}}"
    return f"${{{name}}}"
