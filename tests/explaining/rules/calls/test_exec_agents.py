"""What the text shows of a task in which ECS Exec finds no agent."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_ERROR = "An error occurred (InvalidParameterException) when calling the ExecuteCommand operation: The execute command failed because execute command was not enabled when the task was run or the execute command agent isn't running. Wait and try again.\n"
_UNCONNECTED = "An error occurred (TargetNotConnectedException) when calling the ExecuteCommand operation: The execute command failed due to an internal error. Try again later.\n"
_DEPLOY = "--enable-execute-command --force-new-deployment"


_INTERNAL = "An error occurred (TargetNotConnectedException) when calling the ExecuteCommand operation: The execute command failed due to an internal error. Try again later.\n"
_CREATE = '"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel"'
_ALL, _CALL = '"ssmmessages:*"', '"ecs:ExecuteCommand"'
_POLICY = '\npolicy of the task role:\n{{"Effect": "Allow", "Action": [{}], "Resource": "*"}}'


@check_rows(
    ("text", "verdict", "command"),
    [
        (_INTERNAL, "it was started without ECS Exec, or the agent does not run", "aws ecs describe-tasks"),
        (f'{_INTERNAL}"enableExecuteCommand": false', "enableExecuteCommand is false", _DEPLOY),
        (
            f"{_INTERNAL}{_POLICY.format(_CREATE)}",
            "lacks ssmmessages:OpenControlChannel and ssmmessages:OpenDataChannel, which the task role needs",
            "aws iam put-role-policy",
        ),
        # All of them, and a policy for something else.
        (f"{_INTERNAL}{_POLICY.format(_ALL)}", "or the agent does not run", "aws ecs describe-tasks"),
        (f"{_INTERNAL}{_POLICY.format(_CALL)}", "or the agent does not run", "aws ecs describe-tasks"),
        (_ERROR, "it was started without ECS Exec, or the agent does not run", "aws ecs describe-tasks"),
        (f'{_ERROR}"enableExecuteCommand": false', "enableExecuteCommand is false", _DEPLOY),
        (f"{_ERROR}  enable_execute_command = false", "enableExecuteCommand is false", _DEPLOY),
        (
            f"{_ERROR}$ aws ecs describe-tasks --cluster shop --tasks 1 --query 'tasks[].enableExecuteCommand'\n[\n    false\n]",
            "enableExecuteCommand is false",
            f"aws ecs update-service --cluster shop --service SERVICE {_DEPLOY}",
        ),
        (f'{_ERROR}"taskRoleArn": null', "it has no task role", "aws iam put-role-policy --role-name TASK_ROLE_NAME"),
        (f"{_ERROR}There is no task role.", "it has no task role", "TASK_ROLE_NAME"),
        (
            f'{_ERROR}"enableExecuteCommand": true, "taskRoleArn": "arn:aws:iam::111122223333:role/web-task"',
            "ECS Exec is enabled, so most likely its task role web-task lacks the ssmmessages actions",
            "aws iam put-role-policy --role-name web-task",
        ),
        (
            f"{_UNCONNECTED}enableExecuteCommand is true. task role web-app: S3 only",
            "its task role web-app lacks",
            "aws iam put-role-policy --role-name web-app",
        ),
        (
            f"{_UNCONNECTED}enableExecuteCommand is true, the task role has ssmmessages:*",
            "it was started without ECS Exec, or the agent does not run",
            "aws ecs describe-tasks",
        ),
    ],
)  # fmt: skip
def test_state_of_a_task(*, text: str, verdict: str, command: str) -> None:
    explanation = explain(text)
    assert explanation is not None
    assert verdict in explanation.summary
    assert command in str(explanation.remedies[0].commands[0])


def test_the_task_role_of_the_text_gets_the_actions() -> None:
    explanation = explain(f'{_ERROR}"taskRoleArn": "arn:aws:iam::111122223333:role/web-task"')
    assert explanation is not None
    _, allow = explanation.remedies
    assert allow.title == "Allow the agent in the task role web-task"
    assert "--role-name web-task " in str(allow.commands[0])
