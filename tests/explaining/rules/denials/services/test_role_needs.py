"""A service reports that its role lacks permissions, and the text has the policy of the role."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ENI = "arn:aws:ec2:eu-west-1:444455556666:network-interface/*"
_SUBNET = "arn:aws:ec2:eu-west-1:444455556666:subnet/"
_OLD, _NEW = "subnet-0a1b2c3d4e5f60718", "subnet-08192a3b4c5d6e7f0"
_BASE: dict[str, Any] = {
    "Effect": "Allow",
    "Action": [
        *("ec2:CreateNetworkInterface", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces"),
        *(
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeVpcs",
        ),
    ],
    "Resource": "*",
}
_PERMISSION: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "ec2:CreateNetworkInterfacePermission",
    "Resource": _ENI,
    "Condition": {"ArnEquals": {"ec2:Subnet": f"{_SUBNET}{_OLD}"}},
}
_BUILD = "VPC_CLIENT_ERROR: Unexpected EC2 error: UnauthorizedOperation\n\nThe service role is arn:aws:iam::444455556666:role/web-build. Its policy:\n"
_NO_MATCH = f"allows it only if ec2:Subnet is {_SUBNET}{_OLD}, but the request has {_SUBNET}{_NEW}."


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.mark.parametrize(
    ("statements", "settings", "summary"),
    [
        ([_BASE, _PERMISSION], f"subnets: [{_NEW}]", _NO_MATCH),
        ([_BASE, _PERMISSION], f'"vpcConfig": {{"subnets": ["{_OLD}", "{_NEW}"]}}', _NO_MATCH),
        ([_BASE, _PERMISSION], f'subnet_ids = [\n  "{_NEW}",\n]', _NO_MATCH),
        ([_BASE, _PERMISSION], f"Subnets:\n    - {_NEW}\n", _NO_MATCH),
        ([_BASE, _PERMISSION], f"subnets: [{_OLD}]", "although the policy in the text allows what it needs"),
        ([{**_BASE, "Action": "ec2:*"}], f"subnets: [{_NEW}]", "although the policy in the text allows what it needs"),
        ([_BASE], f"subnets: [{_NEW}]", "lacks the permissions to create the network interface"),
    ],
    ids=["yaml", "one of two", "hcl", "list", "same subnet", "allowed", "lacking"],
)  # fmt: skip
def test_build_in_vpc(statements: list[dict[str, Any]], settings: str, summary: str) -> None:
    explanation = explain(f"{_BUILD}{_policy(*statements)}\n\n{settings}\n")
    assert summary in explanation.summary
    assert explanation.topic == "service-role-lacks-permission"
    shown = str(explanation)
    # What the policy allows is not missing.
    assert "needs ec2:CreateNetworkInterface," not in shown
    if summary is _NO_MATCH:
        assert f"{_SUBNET}{_NEW}" in json.dumps(dict(explanation.remedies[0].policy or {}))
    if len(statements) == 1 and statements[0] is _BASE:
        assert "The role needs ec2:CreateNetworkInterfacePermission." in explanation.causes[0].text


def test_condition_in_code() -> None:
    """The line of the code has the value, and the other conditions stay."""
    code = f"""
  statement {{
    actions   = ["ec2:CreateNetworkInterfacePermission"]
    resources = ["{_ENI}"]
    condition {{
      test     = "ArnEquals"
      variable = "ec2:Subnet"
      values   = ["{_SUBNET}{_OLD}"]
    }}
  }}
"""
    explanation = explain(f'{_BUILD}terraform:\n{code}\n"subnets": ["{_NEW}"]')
    assert explanation.summary.endswith(_NO_MATCH)
    first = explanation.remedies[0]
    assert first.manifest == f'values   = ["{_SUBNET}{_OLD}", "{_SUBNET}{_NEW}"]'
    assert first.commands == ("terraform apply",)


def test_other_resource() -> None:
    """The remedy has all actions that the service needs."""
    allowed = {"Effect": "Allow", "Action": ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]}
    text = f"Ensure that the access policy allows access to the S3 bucket. arn:aws:s3:::lake-in\nrole arn:aws:iam::444455556666:role/fh\n{_policy({**allowed, 'Resource': 'arn:aws:s3:::lake-in'})}"
    explanation = explain(f"Access was denied. {text}")
    assert explanation.summary.endswith("the policy in the text allows it only on arn:aws:s3:::lake-in.")
    policy = explanation.remedies[0].policy or {}
    assert policy["Statement"][0]["Resource"] == "arn:aws:s3:::lake-in/*"
    assert "s3:PutObject" in policy["Statement"][0]["Action"]


def test_stream_of_table() -> None:
    """The statement for the ARN of the table has no effect, and the whole policy replaces the one of the role."""
    table = "arn:aws:dynamodb:eu-west-1:444455556666:table/ledger"
    reading = [
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:DescribeStream",
        "dynamodb:ListStreams",
    ]
    logs = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    text = f"""Cannot access stream {table}/stream/2026-07-02T13:44:10.215. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.

$ aws iam get-role-policy --role-name projector --policy-name streams --query PolicyDocument
{_policy({"Effect": "Allow", "Action": reading, "Resource": table}, logs)}
"""
    explanation = explain(text)
    assert "the execution role projector is not allowed to read the stream" in explanation.summary
    assert "allows it on the table only, table/ledger" in explanation.summary
    first = explanation.remedies[0]
    statements = (first.policy or {})["Statement"]
    assert statements[0] == logs
    assert {"Effect": "Allow", "Action": "dynamodb:ListStreams", "Resource": "*"} in statements
    assert table not in [each["Resource"] for each in statements]
    assert "--role-name projector --policy-name streams" in first.commands[-1]


def test_narrower_statement() -> None:
    """The role needs the actions on some log group only, and the policy that is proposed is for all."""
    group = "arn:aws:logs:eu-west-1:444455556666:log-group:vpc"
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    text = f"DeliverLogsErrorMessage: The IAM role for your flow logs does not have sufficient permissions. arn:aws:iam::444455556666:role/fl\n{_policy({'Effect': 'Allow', 'Action': actions, 'Resource': group})}"
    assert "allows it only on" not in explain(text).summary


@pytest.mark.parametrize(
    ("key", "value", "verdict"),
    [
        ("ec2:Subnet", f"{_SUBNET}{_OLD}", f"The policy n allows it only if ec2:Subnet is {_SUBNET}{_OLD}"),
        ("ec2:Subnet", f"{_SUBNET}{_NEW}", "although the policy n allows it"),
    ],
)
def test_function_in_vpc(key: str, value: str, verdict: str) -> None:
    actions = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]
    statement = {
        "Effect": "Allow",
        "Action": actions,
        "Resource": "*",
        "Condition": {"ArnEquals": {key: value}},
    }
    text = f'An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The provided execution role does not have permissions to call CreateNetworkInterface on EC2\n$ aws iam get-role-policy --role-name fn --policy-name n --query PolicyDocument\n{_policy(statement)}\nsubnet_ids = ["{_NEW}"]\n'
    explanation = explain(text)
    assert verdict.removeprefix("The ") in explanation.summary
    assert "the execution role fn" in explanation.summary or "the execution role is" in explanation.summary


_MAPPING = "Error: creating Lambda Event Source Mapping (arn:aws:sqs:eu-west-1:111122223333:jobs.fifo): operation error Lambda: CreateEventSourceMapping, InvalidParameterValueException: The provided execution role does not have permissions to call ReceiveMessage on SQS\n\n"
_OLD_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
_PART = f'"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"{{}}],\n"Resource": "{_OLD_QUEUE}"\n'
_GETS = "aws iam get-role-policy --role-name {} --policy-name queue\n"
_TERRAFORM = f"""resource "aws_iam_role_policy" "queue" {{
  role   = aws_iam_role.worker.id
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = "{_OLD_QUEUE}"
    }}]
  }})
}}
"""
_DEPLOYER = "arn:aws:sts::111122223333:assumed-role/{}/ci called it.\n"


@check_rows(
    ("text", "title", "step", "command"),
    [
        (
            _GETS.format("jobs-worker") + _PART.format(', "sqs:GetQueueAttributes"'),
            f"Write {_OLD_QUEUE}.fifo in place of {_OLD_QUEUE} in the inline policy queue of the role jobs-worker",
            "It has all actions that the role needs",
            "--role-name jobs-worker --policy-name queue",
        ),
        (
            _GETS.format("jobs-worker") + _PART.format(""),
            f"Write {_OLD_QUEUE}.fifo in place of",
            "It lacks sqs:GetQueueAttributes, too",
            "--role-name jobs-worker --policy-name queue",
        ),
        (
            _TERRAFORM,
            "Correct the resource in the policy aws_iam_role_policy.queue",
            "Change the line",
            "terraform apply",
        ),
        # The policy of who deploys is another one.
        (
            _DEPLOYER.format("jobs-worker") + _GETS.format("jobs-worker") + _PART.format(""),
            "In the configuration, allow it",
            "AWSLambdaSQSQueueExecutionRole",
            "",
        ),
    ],
)
def test_policy_of_the_role_with_another_queue(text: str, title: str, step: str, command: str) -> None:
    """The Resource that the text shows is the cause, and the managed policy for every queue is no answer to it."""
    explanation = explain(_MAPPING + text)
    [remedy] = explanation.remedies
    assert remedy.title.startswith(title)
    assert step in remedy.steps[0]
    assert command in " ".join(map(str, remedy.commands))
    if "inline policy" in title:
        assert "the execution role jobs-worker is not allowed" in explanation.summary
        assert "managed" not in str(explanation)
