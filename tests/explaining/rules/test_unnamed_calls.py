"""A denial names no call, and the words of the tool before it, or the type of a resource, tell which one it was."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

BARE = "UnauthorizedOperation: You are not authorized to perform this operation."
STATUS = "\n\tstatus code: 403, request id: 0a1b2c3d-1111-2222-3333-444455556666"
ENCODED = f"{BARE} Encoded authorization failure message: {'Ab3_' * 60}"
DENIED = "AccessDenied: Access Denied\n\tstatus code: 403, request id: 0a1b2c3d-1111-2222-3333-444455556666"
S3 = "AccessDenied: Access Denied\n\tstatus code: 403, request id: 0A1B2C3D4E5F6071, host id: Zx9="


@check_rows(
    ("text", "action"),
    [
        (f"Error: creating Security Group (web-sg): {BARE}{STATUS}", "ec2:CreateSecurityGroup"),
        (f"Error: Error launching source instance: {BARE}{STATUS}", "ec2:RunInstances"),
        (f"* aws_eip.nat: Error creating EIP: {BARE}{STATUS}", "ec2:AllocateAddress"),
        (
            f"Error: reading EC2 VPC (vpc-0a1b) Attribute (enableDnsHostnames): {BARE}",
            "ec2:DescribeVpcAttribute",
        ),
        (
            f'Error: {BARE}{STATUS}\n\n  on az.tf line 3, in data "aws_availability_zones" "all":\n',
            "ec2:DescribeAvailabilityZones",
        ),
        (f"* data.aws_ami.node: {BARE}{STATUS}", "ec2:DescribeImages"),
        (f"==> amazon-ebs.web: Error querying AMI: {BARE}{STATUS}", "ec2:DescribeImages"),
        (f"==> amazon-ebs.web: Error creating temporary keypair: {BARE}{STATUS}", "ec2:CreateKeyPair"),
        (f'E0708 21:25:44 node.go:1] error listing AWS instances: "{BARE}"', "ec2:DescribeInstances"),
        (f"failed to ensure load balancer: error describing subnets: {BARE}", "ec2:DescribeSubnets"),
        (f'could not attach volume "vol-0a1b2c3d" to node "i-0a1b2c3d": {BARE}', "ec2:AttachVolume"),
        (f"[web] Instance creation failed => {BARE}", "ec2:RunInstances"),
        (f"Error: Error putting S3 policy: {S3}", "s3:PutBucketPolicy"),
        (
            f'* failed updating the unique ID of ARN "arn:aws:iam::111122223333:role/web": {DENIED}',
            "iam:GetRole",
        ),
        (
            f'unable to resolve ARN "arn:aws:iam::111122223333:user/ana" to internal ID: {DENIED}',
            "iam:GetUser",
        ),
        (f"Error: reading S3 Bucket (acme-logs): {S3}", "s3:ListBucket"),
        (f"Error: getting S3 Bucket Versioning (acme-logs): {S3}", "s3:GetBucketVersioning"),
    ],
)
def test_described_call(text: str, action: str) -> None:
    explanation = explain(text)
    assert f"denied {action}" in explanation.summary
    assert any(action in each.text for each in explanation.causes if each.evidence == "derived")


@check_rows(
    "text",
    [
        # A rule is authorized, and not created.
        f"Error: creating Security Group rule (sg-0a1b): {BARE}",
        # The last words are about something that EC2 does not have.
        f"Creating EC2 instance web: attaching the role: {BARE}",
        f"failed to reconcile the attachment: {BARE}",
        # Another service can mean another call.
        "Error: creating Security Group (web): AccessDenied: Access Denied",
    ],
)
def test_call_that_is_not_described(text: str) -> None:
    assert "denied ec2:" not in explain(text).summary
    assert "denied s3:" not in explain(text).summary


def test_encoded_message_can_name_another_action() -> None:
    explanation = explain(f"Error: creating EC2 VPC: {ENCODED}{STATUS}")
    assert "denied ec2:CreateVpc: the encoded message states" in explanation.summary
    assert explanation.remedies[0].title.startswith("Decode the message")
    assert any("The encoded message can name another action" in each.text for each in explanation.causes)


def test_each_described_call_is_a_denial() -> None:
    text = (
        f"* data.aws_ami.node: {BARE}{STATUS}\n* data.aws_vpcs.all: Error fetching VPCs: {BARE}{STATUS[:-1]}7"
    )
    shown = explain(text).to_text()
    assert "denied ec2:DescribeImages" in shown
    assert "denied ec2:DescribeVpcs" in shown


def test_controller_without_a_call() -> None:
    explanation = explain(f"Warning  FailedBuildModel  2m  ingress  Failed build model due to {BARE}")
    assert explanation.summary.startswith(
        "The role of the AWS Load Balancer Controller was denied a call to ec2"
    )
    assert "the policy of the controller's release" in explanation.remedies[0].title


@pytest.mark.parametrize(
    ("event", "required"),
    [
        (
            "CREATE_FAILED  AWS::Lambda::LayerVersion  Deps  null (Service: AWSLambdaInternal; Status Code: 403; Error Code: AccessDeniedException; Request ID: 0a1b; Proxy: null)",
            "lambda:PublishLayerVersion",
        ),
        (
            "DELETE_FAILED  AWS::EC2::VPC  Vpc  You are not authorized to perform this operation. (Service: Ec2, Status Code: 403, Request ID: 0a1b)",
            "Deleting it requires ec2:DeleteVpc",
        ),
        (
            "Error: error creating Lambda Function (1): AccessDeniedException: \n\tstatus code: 403, request id: 0a1b\n\n  with aws_lambda_function.api,\n",
            "lambda:GetLayerVersion",
        ),
    ],
)
def test_deployed_resource(event: str, required: str) -> None:
    explanation = explain(event)
    assert "the message names neither the action nor the reason" in explanation.summary
    assert any(required in step for step in explanation.remedies[0].steps)


QUEUE = "AccessDenied: Access to the resource https://sqs.eu-west-1.amazonaws.com/{} is denied."
OWN = QUEUE.format("111122223333/jobs")
PASSED_ON = "(API Gateway calls a Lambda function, which sends to the queue)"


@check_rows(
    ("text", "title", "command"),
    [
        (OWN, "Allow the caller what it does with the queue jobs", "aws sts get-caller-identity"),
        (QUEUE.format(""), "Find the caller and the call", "aws sts get-caller-identity"),
        (f"12:00:01 UTC : Endpoint response body before transformations: {OWN}", "Allow the role of the API Gateway integration what it does with the queue jobs", "aws apigateway get-integration"),
        (f"{OWN}\nThe caller is API Gateway.", "Allow the role of the API Gateway integration what it does with the queue jobs", "aws apigateway get-integration"),
        (f"{OWN}\n{PASSED_ON}", "Allow the caller what it does with the queue jobs", "aws sts get-caller-identity"),
        (f"{OWN} This is because special characters aren't supported in the message body.", "Encode the message body", None),
        (f"{OWN}\nWe do not use API Gateway.", "Allow the caller what it does", "aws sts get-caller-identity"),
        (f"{OWN}\nIt works from API Gateway, but our task fails.", "Allow the caller what it does", "aws sts get-caller-identity"),
        (f"{OWN} Are special characters not allowed in the message body?", "Allow the caller what it does", "aws sts get-caller-identity"),
        (f"{OWN} The queue has no special characters in its name.", "Allow the caller what it does", "aws sts get-caller-identity"),
    ],
)  # fmt: skip
def test_denied_call_to_a_queue(text: str, title: str, command: str | None) -> None:
    first = explain(text).remedies[0]
    assert first.title.startswith(title)
    assert (first.commands[0] if first.commands else "").startswith(command or "")
    assert bool(first.commands) is (command is not None)


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("AccessDeniedException: UnknownError\n    at de_CommandError (node_modules/@aws-sdk/client-lambda/dist-cjs/index.js:1:1)", ", which lacks data events, such as Invoke"),
        (QUEUE.format(""), ", which lacks data events, such as SendMessage"),
        ("AccessDeniedException: UnknownError\n    at de_CommandError (node_modules/@aws-sdk/client-eks/dist-cjs/index.js:1:1)", ""),
    ],
)  # fmt: skip
def test_event_history_without_the_call(text: str, lacks: str) -> None:
    steps = explain(text).remedies[0].steps
    assert any(f"that CloudTrail has{lacks}: look" in each for each in steps)
