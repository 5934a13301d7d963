"""A policy that a tool creates beside what needs it can be too late, which no wider policy changes."""

from __future__ import annotations

import pytest

from iamtriage import explain

MESSAGE = 'Resource handler returned message: "Invalid request provided: The function execution role does not have permissions to call ReceiveMessage on SQS (Service: Lambda, Status Code: 400, Request ID: 0a1b2c3d-4e5f-4061-8293-a4b5c6d7e8f9)" (RequestToken: 0a1b, HandlerErrorCode: InvalidRequest)'
EVENT = f"10:00:41  Trigger  AWS::Lambda::EventSourceMapping  CREATE_FAILED  {MESSAGE}\n"
TEMPLATE = """
  ReadPolicy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: read
      Roles: [!Ref Role]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
            Resource: !GetAtt Orders.Arn
  Trigger:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Fn
      EventSourceArn: !GetAtt Orders.Arn
"""
TERRAFORM = """aws_iam_role_policy.read: Creating...
aws_lambda_event_source_mapping.orders: Creating...
aws_iam_role_policy.read: Creation complete after 1s [id=orders:read]
Error: creating Lambda Event Source Mapping (arn:aws:sqs:eu-west-1:111122223333:orders): operation error Lambda: CreateEventSourceMapping, https response error StatusCode: 400, RequestID: 1, InvalidParameterValueException: The function execution role does not have permissions to call ReceiveMessage on SQS

  with aws_lambda_event_source_mapping.orders,
  on main.tf line 40, in resource "aws_lambda_event_source_mapping" "orders":
"""
CASES = {
    "SAM": (
        f"CREATE_IN_PROGRESS  AWS::IAM::Policy  ReadPolicy  -\nCREATE_IN_PROGRESS  AWS::Lambda::EventSourceMapping  Trigger  -\nCREATE_FAILED  AWS::Lambda::EventSourceMapping  Trigger  {MESSAGE}\n",
        "Trigger:\n  DependsOn: ReadPolicy\n",
    ),
    "CDK": (
        f"shop | 3/8 | 11:20:04 AM | CREATE_IN_PROGRESS | AWS::IAM::Policy | Fn/ServiceRole/DefaultPolicy (FnPolicyAB12)\nshop | 3/8 | 11:20:05 AM | CREATE_IN_PROGRESS | AWS::Lambda::EventSourceMapping | Trigger (Trigger)\nshop | 4/8 | 11:20:06 AM | CREATE_FAILED | AWS::Lambda::EventSourceMapping | Trigger (Trigger) {MESSAGE}",
        "trigger.node.addDependency(policy)\n",
    ),
    "console": (
        f"10:00:07\tTrigger\tAWS::Lambda::EventSourceMapping\tCREATE_FAILED\t{MESSAGE}\n10:00:05\tTrigger\tAWS::Lambda::EventSourceMapping\tCREATE_IN_PROGRESS\t-\n10:00:04\tReadPolicy\tAWS::IAM::Policy\tCREATE_IN_PROGRESS\t-\n",
        "Trigger:\n  DependsOn: ReadPolicy\n",
    ),
    "Terraform": (TERRAFORM, "depends_on = [aws_iam_role_policy.read]\n"),
    "code only": (EVENT + TEMPLATE, "Trigger:\n  DependsOn: ReadPolicy\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_policy_beside_what_needs_it(name: str) -> None:
    text, code = CASES[name]
    explanation = explain(text)
    assert "created when" in explanation.summary or "created yet when" in explanation.summary
    (remedy,) = explanation.remedies
    assert remedy.manifest == code
    assert remedy.policy is None


@pytest.mark.parametrize(
    "text",
    [
        EVENT + TEMPLATE.replace("Mapping\n    Prop", "Mapping\n    DependsOn: ReadPolicy\n    Prop"),
        EVENT + TEMPLATE.replace("sqs:ReceiveMessage, ", ""),
        f"10:00:01  ReadPolicy  AWS::IAM::Policy  CREATE_IN_PROGRESS\n10:00:18  ReadPolicy  AWS::IAM::Policy  CREATE_COMPLETE\n10:00:40  Trigger  AWS::Lambda::EventSourceMapping  CREATE_IN_PROGRESS\n{EVENT}",
        TERRAFORM.replace("role_policy.read", "role.read"),
        # The Serverless Framework prints no columns.
        f"CREATE_FAILED: Trigger (AWS::Lambda::EventSourceMapping)\n{MESSAGE}\n",
    ],
)
def test_policy_that_is_not_late(text: str) -> None:
    assert "created" not in explain(text).summary
