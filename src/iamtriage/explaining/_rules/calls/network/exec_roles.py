"""Say that code attaches the permissions of ECS Exec to the execution role of a task, with which its agent does not call."""

from __future__ import annotations

from iamtriage.explaining._context.readers.task_roles import AttachedPolicy, find_attached_policies
from iamtriage.explaining._rules.basics import Case, Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.failures._failures import AwsError

OTHER_ROLE = "The agent runs in the container, with the task role. The task execution role is only for starting the task."
"""Why permissions of the execution role have no effect."""
NOT_CALLER = "The caller is not denied, and needs no permission."
"""What is not the cause."""
_START = "aws ecs update-service --region REGION --cluster ECS_CLUSTER --service SERVICE --enable-execute-command --force-new-deployment"


def find_attached(text: str) -> AttachedPolicy | None:
    """Return the policy of the execution role in code that has the actions of the agent, which the task role lacks."""
    channels = [
        each
        for each in (find_attached_policies(text) if "ssmmessages" in text else ())
        if any(action.startswith("ssmmessages:") for action in each.actions)
    ]
    of_task = any(not each.of_execution for each in channels)
    return None if of_task else next((each for each in channels if each.of_execution), None)


def explain_attached(case: Case[AwsError], attached: AttachedPolicy, *causes: Cause) -> Explanation:
    """Explain that the code attaches the permissions to the execution role."""
    task = "a task role, which the definition lacks"
    if attached.task_role:
        task = f"the task role ({attached.task_role})"
    return case.explain(
        f"The agent of ECS Exec is not connected: the code attaches the ssmmessages permissions to the execution role ({attached.execution_role}), and the agent calls with {task}. Trying again later does not help.",
        *causes,
        topic="ecs-exec-not-connected",
        remedies=_move_remedy(attached),
        notes=NOT_CALLER,
    )


def _move_remedy(attached: AttachedPolicy) -> Remedy:
    """Return how to attach the policy to the task role."""
    setting, role = attached.setting, attached.task_role
    line = setting if setting and "=" in setting else None
    move = f"Move the statement from {attached.place} to {role or 'a role that taskRoleArn (task_role_arn) names'}."
    if line:
        move = f"In {attached.place}, this line replaces the one with the execution role."
    elif setting:
        move = f"Call {setting} instead of {attached.place}."
    apply = "Run terraform apply" if line else "Deploy the change"
    return account_remedy(
        f"Attach the ssmmessages permissions to the task role{f' {role}' if role else ''}",
        f"{move} {apply}. The last command starts new tasks: the agent of a running one does not connect again.",
        manifest=f"{line}\n" if line else None,
        manifest_language="hcl" if line else "text",
        commands=_START,
        url=pages.ECS_EXEC,
    )
