"""Code attaches a policy to the other role of an ECS task than the one that calls."""

from __future__ import annotations

import pytest

from iamtriage import explain

DENIED = "User: arn:aws:sts::111122223333:assumed-role/{0}/0a1b2c3d4e5f60718293a4b5c6d7e8f9 is not authorized to perform: {1} on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no identity-based policy allows the {1} action\n"
TERRAFORM = """resource "aws_ecs_task_definition" "app" {{
  execution_role_arn = aws_iam_role.start.arn
  task_role_arn      = aws_iam_role.app.arn
}}
resource "aws_iam_role_policy" "extra" {{
  role   = aws_iam_role.{}.id
  policy = jsonencode({{ Statement = [{{ Effect = "Allow", Resource = "*", Action = ["{}"] }}] }})
}}
"""
TEMPLATE = """  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ExecutionRoleArn: !GetAtt StartRole.Arn
      TaskRoleArn: !GetAtt AppRole.Arn
  {}:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyDocument:
            Statement:
              - Action: {}
  Other:
    Type: AWS::SQS::Queue
"""
CDK = "executionRoleArn\ntaskDefinition.{}(new iam.PolicyStatement({{ actions: ['{}'] }}));"
SEND, EXEC = "sqs:SendMessage", "ssmmessages:CreateControlChannel"


@pytest.mark.parametrize(
    ("text", "title", "line"),
    [
        (
            DENIED.format("app", SEND) + TERRAFORM.format("start", SEND),
            "task",
            "role = aws_iam_role.app.id\n",
        ),
        (
            f"ResourceInitializationError: unable to pull secrets: AccessDeniedException: {DENIED.format('start', SEND)}{TERRAFORM.format('app', SEND)}",
            "execution",
            "role = aws_iam_role.start.id\n",
        ),
        (DENIED.format("app", SEND) + TEMPLATE.format("StartRole", SEND), "task", None),
        (DENIED.format("app", SEND) + CDK.format("addToExecutionRolePolicy", SEND), "task", None),
    ],
    ids=["terraform", "start", "template", "CDK"],
)
def test_policy_of_the_other_role(text: str, title: str, line: str | None) -> None:
    explanation = explain(text)
    assert explanation.causes[0].code == "policy-of-other-task-role"
    assert explanation.remedies[0].title.startswith(f"Attach the policy to the {title} role")
    assert explanation.remedies[0].manifest == line


@pytest.mark.parametrize(
    "code",
    [
        TERRAFORM.format("app", SEND),
        TERRAFORM.format("start", "sqs:ReceiveMessage"),
        TERRAFORM.format("start", SEND).replace("aws_iam_role.app.arn", "aws_iam_role.start.arn"),
        TEMPLATE.format("AppRole", SEND),
        CDK.format("addToTaskRolePolicy", SEND),
    ],
    ids=["task role", "other action", "one role", "template", "CDK"],
)
def test_policy_of_the_calling_role(code: str) -> None:
    explanation = explain(DENIED.format("app", SEND) + code)
    assert "policy-of-other-task-role" not in {each.code for each in explanation.causes}


@pytest.mark.parametrize(
    ("code", "is_misplaced"),
    [
        (TERRAFORM.format("start", EXEC), True),
        (TERRAFORM.format("app", EXEC), False),
        (TEMPLATE.format("StartRole", EXEC), True),
        (CDK.format("addToExecutionRolePolicy", EXEC), True),
        (TERRAFORM.format("start", EXEC) + TERRAFORM.format("app", EXEC).partition("}\n")[2], False),
    ],
    ids=["execution role", "task role", "template", "CDK", "both"],
)
def test_permissions_of_the_agent(code: str, *, is_misplaced: bool) -> None:
    error = "An error occurred (TargetNotConnectedException) when calling the ExecuteCommand operation: The execute command failed due to an internal error. Try again later.\n"
    explanation = explain(error + code)
    assert (
        "attaches the ssmmessages permissions to the execution role" in explanation.summary
    ) == is_misplaced
