"""A reference in code to the ARN of a table, bucket, function or log group does not cover what is in it."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_START = "arn:aws:{}:eu-west-1:111122223333:"
_STREAM = _START.format("dynamodb") + "table/orders/stream/2026-11-20T07:12:55.317"
_INDEX = _START.format("dynamodb") + "table/orders/index/by-day"
_VERSION = _START.format("lambda") + "function:orders:7"
_LOG_STREAM = _START.format("logs") + "log-group:/orders:log-stream:a"
_OBJECT = "arn:aws:s3:::orders-eu/2026/1.csv"
_YAML = "Statement:\n  - Effect: Allow\n    Action: {}\n    Resource: {}"
_HCL = 'Statement = [{{ Effect = "Allow", Action = "{}", Resource = {} }}]'
_DATA = 'data "aws_iam_policy_document" "p" {{\n  statement {{\n    actions = ["{}"]\n    resources = [{}]\n  }}\n}}'
_JSON = '{{"Statement": [{{"Effect": "Allow", "Action": "{}", "Resource": {}}}]}}'
_CDK = "new iam.PolicyStatement({{ actions: ['{}'], resources: [{}] }})"


@check_rows(
    ("action", "resource", "language", "reference", "corrected"),
    [
        ("dynamodb:GetRecords", _STREAM, _YAML, "!GetAtt OrdersTable.Arn", "Resource: !GetAtt OrdersTable.StreamArn"),
        ("dynamodb:GetRecords", _STREAM, _HCL, "aws_dynamodb_table.orders.arn", "Resource = aws_dynamodb_table.orders.stream_arn"),
        ("dynamodb:GetRecords", _STREAM, _CDK, "table.tableArn", "resources: [table.tableStreamArn]"),
        ("dynamodb:Query", _INDEX, _YAML, "!GetAtt Table.Arn", 'Resource:\n  - !GetAtt Table.Arn\n  - !Sub "${Table.Arn}/index/*"'),
        ("dynamodb:Query", _INDEX, _JSON, '{"Fn::GetAtt": ["Orders", "Arn"]}', '"Resource": [{"Fn::GetAtt": ["Orders", "Arn"]}, {"Fn::Sub": "${Orders.Arn}/index/*"}]'),
        ("s3:GetObject", _OBJECT, _DATA, "aws_s3_bucket.orders.arn", 'resources = [aws_s3_bucket.orders.arn, "${aws_s3_bucket.orders.arn}/*"]'),
        ("s3:GetObject", _OBJECT, _CDK, "bucket.bucketArn", "resources: [bucket.bucketArn, `${bucket.bucketArn}/*`]"),
        ("lambda:InvokeFunction", _VERSION, _HCL, "aws_lambda_function.this.arn", 'Resource = [aws_lambda_function.this.arn, "${aws_lambda_function.this.arn}:*"]'),
        ("logs:PutLogEvents", _LOG_STREAM, _HCL, "aws_cloudwatch_log_group.main.arn", 'Resource = [aws_cloudwatch_log_group.main.arn, "${aws_cloudwatch_log_group.main.arn}:*"]'),
        # It can stand for the resource, or that of something else.
        ("dynamodb:GetRecords", _STREAM, _YAML, "!GetAtt OrdersTable.StreamArn", None),
        ("s3:GetObject", _OBJECT, _DATA, '"${aws_s3_bucket.orders.arn}/*"', None),
        ("s3:GetObject", _OBJECT, _DATA, "var.bucket.arn", None),
        ("s3:GetObject", _OBJECT, _DATA, "aws_s3_bucket.invoices.arn", None),
        ("lambda:InvokeFunction", _VERSION, _HCL, "aws_lambda_alias.orders.arn", None),
        ("logs:PutLogEvents", _LOG_STREAM, _YAML, "!GetAtt OrdersLogs.Arn", None),
        ("s3:ListBucket", "arn:aws:s3:::orders-eu", _YAML, "!GetAtt OrdersBucket.Arn", None),
    ],
)  # fmt: skip
def test_reference(action: str, resource: str, language: str, reference: str, corrected: str | None) -> None:
    denied = f'User: arn:aws:sts::111122223333:assumed-role/app/a is not authorized to perform: {action} on resource: "{resource}" because no identity-based policy allows the {action} action'
    explanation = explain(f"{denied}\n\n{language.format(action, reference)}\n")
    first = explanation.remedies[0]
    assert ("which does not cover its" in explanation.summary) is (corrected is not None)
    assert first.title.startswith("Correct the Resource in the policy") is (corrected is not None)
    assert corrected is None or first.manifest == corrected


_REJECTED = "Cannot access stream {0}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in DynamoDB."
_ROLE = "  IndexRole:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {Statement: [{Principal: {Service: lambda.amazonaws.com}}]}\n"


@pytest.mark.parametrize(
    ("reference", "verdict", "corrected"),
    [
        ("!GetAtt OrdersTable.Arn", "the policy in the text has OrdersTable.Arn, the ARN of the table, which does not cover its stream.", "Resource: !GetAtt OrdersTable.StreamArn"),
        (_STREAM.partition("/stream")[0], "allows it on the table only, table/orders, whose ARN does not cover its stream.", f"Resource: {_STREAM.partition('/stream')[0]}/stream/*"),
        ("!Ref OrdersStreamArn", f"read the stream {_STREAM}.", None),
    ],
    ids=["reference", "table", "unknown"],
)  # fmt: skip
def test_stream_of_an_event_source(reference: str, verdict: str, corrected: str | None) -> None:
    """Lambda checks the execution role, which the template defines."""
    policy = _YAML.format("dynamodb:GetRecords", reference)
    explanation = explain(f"{_REJECTED.format(_STREAM)}\n{_ROLE}\n{policy}\n")
    assert "the execution role IndexRole is not allowed to read the stream" in explanation.summary
    assert explanation.summary.endswith(verdict)
    first = explanation.remedies[0]
    assert first.manifest == corrected
    if corrected is None:
        assert first.policy is not None
        assert first.policy["Statement"][0]["Resource"].endswith(":table/orders/stream/*")


@pytest.mark.parametrize(
    ("reference", "corrected"),
    [
        ("aws_s3_bucket.orders", 'resources = [aws_s3_bucket.orders.arn, "${aws_s3_bucket.orders.arn}/*"]'),
        ("aws_s3_bucket.invoices", None),
    ],
)
def test_objects_without_their_bucket(reference: str, corrected: str | None) -> None:
    denied = 'User: arn:aws:sts::111122223333:assumed-role/app/a is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::orders-eu" because no identity-based policy allows the s3:ListBucket action'
    code = _DATA.format("s3:ListBucket", f'"${{{reference}.arn}}/*"')
    explanation = explain(f"{denied}\n\n{code}\n")
    assert ("the objects of the bucket" in explanation.summary) is (corrected is not None)
    assert explanation.remedies[0].manifest == corrected


def test_reference_of_a_bucket_policy() -> None:
    denied = 'User: arn:aws:sts::444455556666:assumed-role/etl/run is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::drop/a.csv" because no resource-based policy allows the s3:GetObject action'
    code = """data "aws_iam_policy_document" "drop" {
  statement {
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::444455556666:role/etl"]
    }
    actions   = ["s3:GetObject"]
    resources = [aws_s3_bucket.drop.arn]
  }
}"""
    explanation = explain(f"{denied}\n\n{code}")
    assert "it is the ARN of the bucket, which does not cover its objects" in explanation.summary
    assert explanation.remedies[0].manifest == 'resources = ["${aws_s3_bucket.drop.arn}/*"]'


_QUEUE = "Invalid request provided: The provided execution role does not have permissions to call ReceiveMessage on SQS (Service: Lambda, Status Code: 400) (HandlerErrorCode: InvalidRequest)"


@pytest.mark.parametrize(
    ("actions", "verdict", "title"),
    [
        ("[sqs:SendMessage, sqs:GetQueueAttributes]", ": the policy in the text allows only sqs:SendMessage and sqs:GetQueueAttributes.", "Add sqs:ReceiveMessage and sqs:DeleteMessage to the statement"),
        ("[sqs:ReceiveMessage]", "is not allowed to perform sqs:ReceiveMessage.", "In the template, allow it"),
        ("[s3:GetObject]", "is not allowed to perform sqs:ReceiveMessage.", "In the template, allow it"),
    ],
)  # fmt: skip
def test_actions_for_an_event_source(actions: str, verdict: str, title: str) -> None:
    explanation = explain(f"{_QUEUE}\n{_ROLE}\n{_YAML.format(actions, '!GetAtt Jobs.Arn')}\n")
    assert explanation.summary.endswith(verdict)
    assert explanation.remedies[0].title.startswith(title)
