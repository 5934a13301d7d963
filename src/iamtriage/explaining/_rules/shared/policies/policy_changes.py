"""Change, name and write the statements of policies: what does not change keeps its place."""

from __future__ import annotations

import functools
import json
from binascii import crc32
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import upper_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.policies._readers.elements import as_mapping, as_strings, iterate_statements, parse_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from iamtriage.trust._evaluation import TrustResult


class Condition(NamedTuple):
    """A condition of a statement, as written."""

    operator: str
    key: str
    value: Any


def change_statements(
    policy: Mapping[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Return a policy with each statement changed.

    >>> change_statements({"Statement": {"Effect": "Deny"}}, lambda each: {**each, "Effect": "Allow"})
    {'Statement': {'Effect': 'Allow'}}
    """
    changed = [change(each) for each in iterate_statements(policy)]
    is_list = isinstance(policy.get("Statement"), list)
    return {**policy, "Statement": changed if is_list or not changed else changed[0]}


def replace_statement(
    policy: Mapping[str, Any], old: Mapping[str, Any], new: dict[str, Any]
) -> dict[str, Any]:
    """Return a policy with another statement in place of one of its own."""
    return change_statements(policy, lambda each: new if each is old else each)


def change_conditions(
    statement: Mapping[str, Any], change: Callable[[Condition], Condition | None]
) -> dict[str, Any]:
    """Return a statement with each condition changed, or without those for which ``change`` returns ``None``."""
    if "Condition" not in statement:
        return dict(statement)
    conditions: dict[str, dict[str, Any]] = {}
    moved: list[Condition] = []
    for operator, block in as_mapping(statement["Condition"]).items():
        for key, value in as_mapping(block).items():
            changed = change(Condition(operator, key, value))
            if changed is not None and changed.operator == operator:
                conditions.setdefault(operator, {})[changed.key] = changed.value
            elif changed is not None:
                moved.append(changed)
    for operator, key, value in moved:
        conditions.setdefault(operator, {})[key] = value
    return {**statement, "Condition": conditions}


def replace_condition(
    statement: Mapping[str, Any], operator: str, key: str, new: Condition | None
) -> dict[str, Any]:
    """Return a statement with another condition in place of one of its own, or without it.

    >>> statement = {"Condition": {"ArnLike": {"aws:SourceVpc": "vpce-1"}}}
    >>> replace_condition(statement, "ArnLike", "aws:SourceVpc", Condition("StringLike", "aws:SourceVpce", "vpce-1"))
    {'Condition': {'StringLike': {'aws:SourceVpce': 'vpce-1'}}}
    """
    return change_conditions(statement, lambda each: new if each[:2] == (operator, key) else each)


def add_condition(
    statement: Mapping[str, Any], operator: str, key: str, value: str | list[str]
) -> dict[str, Any]:
    """Return a Deny statement with another condition, which exempts what the statement exempts with the same key, too.

    >>> statement = {"Condition": {"ArnNotLike": {"aws:principalarn": "A"}}}
    >>> add_condition(statement, "ArnNotLike", "aws:PrincipalArn", "B")
    {'Condition': {'ArnNotLike': {'aws:principalarn': ['A', 'B']}}}
    """
    conditions = dict(as_mapping(statement.get("Condition")))
    keys = dict(as_mapping(conditions.get(operator)))
    own = next((each for each in keys if each.lower() == key.lower()), key)
    values = list(dict.fromkeys([*as_strings(keys.get(own)), *as_strings(value)]))
    conditions[operator] = {**keys, own: values if len(values) > 1 else values[0]}
    return {**statement, "Condition": conditions}


def replace_failed_condition(
    policy: Mapping[str, Any] | str | None,
    result: TrustResult,
    change: Callable[[Condition], Condition | None],
) -> dict[str, Any] | None:
    """Return a trust policy with another condition in place of the one that an evaluation names, ``None`` if that is no change."""
    document = parse_document(policy)
    statements = [] if document is None else list(iterate_statements(document))
    if document is None or result.statement is None or result.statement >= len(statements):
        return None
    failed = statements[result.statement]
    operator, _, key = (result.condition or "").partition(" ")
    block = as_mapping(as_mapping(failed.get("Condition")).get(operator))
    if key not in block:
        return None
    new = change(Condition(operator, key, block[key]))
    fixed = replace_statement(document, failed, replace_condition(failed, operator, key, new))
    return fixed if fixed != document else None


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: IAM accepts 128 characters.
_MAX_WORDS = 60
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
_RESOURCES_OF_DATA = lazy_pattern(r"\bresources\s*=")
_PART = lazy_pattern(r"[A-Za-z0-9]+")


@functools.lru_cache(maxsize=512)
def statement_id(action: str) -> str:
    """Return a statement ID for an action.

    >>> statement_id("eks:DescribeCluster")
    'EksDescribeCluster'
    """
    service, _, name = action.partition(":")
    return "".join(part.capitalize() for part in service.split("-")) + name


def inline_policy_name(statements: Iterable[Mapping[str, Any]], *, user: str | None = None) -> str:
    """Return a name for an inline policy with these statements.

    Args:
        statements: The statements of the policy.
        user: What uses all that the policy allows, if its name says more than the actions.

    >>> inline_policy_name([{"Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-logs/2026/*"}])
    'AllowGetObject-d59604'
    """
    statements = list(statements)
    listed = ([each["Action"]] if isinstance(each["Action"], str) else each["Action"] for each in statements)
    first = next((action.partition(":")[2] for actions in listed for action in actions), "")
    name = "".join(map(upper_first, _PART.findall((user or first).removeprefix("the "))))[:_MAX_WORDS]
    return f"Allow{name}-{crc32(json.dumps(statements, sort_keys=True).encode()) & 0xFFFFFF:06x}"


def write_resource(references: Sequence[str], text: str) -> tuple[Literal["yaml", "hcl", "text"], str]:
    """Return the language of the references in the code of a text, and the Resource of a statement in it.

    >>> write_resource(["${aws_s3_bucket.in.arn}"], "jsonencode({")
    ('hcl', 'Resource = aws_s3_bucket.in.arn')
    >>> write_resource(["${aws_s3_bucket.in.arn}"], "statement { resources = [aws_s3_bucket.out.arn] }")
    ('hcl', 'resources = [aws_s3_bucket.in.arn]')
    >>> write_resource(["${Orders.Arn}", "${Orders.Arn}/index/*"], "Resource: !GetAtt Orders.Arn")[1].splitlines()
    ['Resource:', '  - !GetAtt Orders.Arn', '  - !Sub "${Orders.Arn}/index/*"']
    """
    from iamtriage.policies._readers.unknown_values import is_of_terraform

    # A reference that is the whole value, or the value with a reference in it.
    pairs = [(each[2:-1] if each.endswith("}") else "", each) for each in references]
    is_single = len(references) == 1
    if is_of_terraform(references[0]):
        values = [name or f'"{each}"' for name, each in pairs]
        is_data = "aws_iam_policy_document" in text or _RESOURCES_OF_DATA.search(text) is not None
        listed = values[0] if is_single and not is_data else f"[{', '.join(values)}]"
        return "hcl", f"{'resources' if is_data else 'Resource'} = {listed}"
    inner = references[0].partition("}")[0]
    if not inner.endswith((".Arn", ".StreamArn")):
        # Pulumi's attributes, or those of the CDK.
        key = "Resource" if inner.endswith((".arn", ".streamArn")) else "resources"
        return "text", f"{key}: [{', '.join(name or f'`{each}`' for name, each in pairs)}]"
    if '"Fn::GetAtt"' in text or '"Ref"' in text:
        members = [{"Fn::GetAtt": name.split(".")} if name else {"Fn::Sub": each} for name, each in pairs]
        return "text", f'"Resource": {json.dumps(members[0] if is_single else members)}'
    values = [f"!GetAtt {name}" if name else f'!Sub "{each}"' for name, each in pairs]
    if is_single:
        return "yaml", f"Resource: {values[0]}"
    return "yaml", "\n".join(("Resource:", *(f"  - {each}" for each in values)))


OF_TOPIC = "that is the ARN of a subscription (the topic's ARN and an ID), and SNS sends the ARN of the topic"
"""Why no request of SNS has the ARN of a subscription."""
# A whole value that is a reference, as the readers of templates and of Terraform's code write it.
_NAMED = lazy_pattern(
    r"\$\{(?P<name>(?:data\.)?aws_(?P<kind>\w{2,60})\.[\w\[\]\"-]{1,80}|[A-Za-z][A-Za-z0-9]{0,254})(?:\.(?P<attribute>\w{1,40}))?\}"
)
# What Ref returns in place of an ARN, which these have as Arn, and the attributes of Terraform that are no ARN.
_NOT_ARNS = {
    "AWS::CloudTrail::Trail": "the name of the trail",
    "AWS::Cognito::UserPool": "the ID of the user pool",
    "AWS::Events::Rule": "the name of the rule",
    "AWS::IoT::TopicRule": "the name of the rule",
    "AWS::Lambda::Function": "the name of the function",
    "AWS::Logs::LogGroup": "the name of the log group",
    "AWS::S3::Bucket": "the name of the bucket",
    "AWS::Scheduler::Schedule": "the name of the schedule",
    "AWS::SQS::Queue": "the URL of the queue",
    "AWS::Serverless::Function": "the name of the function",
    "cloudfront_distribution.id": "the ID of the distribution",
    "cloudwatch_event_rule.id": "the name of the rule",
    "cloudwatch_event_rule.name": "the name of the rule",
    "cognito_user_pool.id": "the ID of the user pool",
    "iot_topic_rule.name": "the name of the rule",
    "s3_bucket.bucket": "the name of the bucket",
    "s3_bucket.id": "the name of the bucket",
    "scheduler_schedule.id": "the name of the schedule",
    "scheduler_schedule.name": "the name of the schedule",
    "sns_topic.name": "the name of the topic",
    "sqs_queue.id": "the URL of the queue",
    "sqs_queue.name": "the name of the queue",
    "sqs_queue.url": "the URL of the queue",
}


def correct_reference(value: str, text: str) -> tuple[str, str] | None:
    """Return the reference that code or a template has to have for the ARN with which a service calls, and why another one is wrong.

    >>> correct_reference("${aws_s3_bucket.in.id}", "")
    ('${aws_s3_bucket.in.arn}', 'that is the name of the bucket, not its ARN')
    """
    found = _NAMED.fullmatch(value)
    if found is None:
        return None
    name, kind, attribute = found["name"], found["kind"], found["attribute"]
    if kind == "sns_topic_subscription" and attribute in {"arn", "id"}:
        return (f"${{{name}.topic_arn}}", OF_TOPIC)
    if kind is not None:
        no_arn = _NOT_ARNS.get(f"{kind}.{attribute}")
        return None if no_arn is None else (f"${{{name}.arn}}", f"that is {no_arn}, not its ARN")
    resource = only_one([each for each in find_template_resources(text) if each.name == name])
    if resource is None or attribute is not None:
        return None
    topic = resource.properties.get("TopicArn")
    if resource.type == "AWS::SNS::Subscription":
        return (topic, OF_TOPIC) if isinstance(topic, str) else None
    no_arn = _NOT_ARNS.get(resource.type)
    return None if no_arn is None else (f"${{{name}.Arn}}", f"Ref returns {no_arn}, not its ARN")
