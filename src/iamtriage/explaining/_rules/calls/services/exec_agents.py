"""Explain that ECS Exec finds no agent in a task.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.credentials.workloads.ecs_tasks import NO_TASK_ROLE
from iamtriage.explaining._rules.shared.commands import put_policy
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import account_remedy, identity_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements.tasks import SESSION_CHANNEL_ACTIONS
from iamtriage.explaining._rules.shared.texts.ecs_starts import find_task_role, name_service
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow

_PAGE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"
NO_EXEC_AGENT = CauseType(
    "ecs-exec-agent",
    title="The agent of ECS Exec does not run in the task",
    text="The task was started without ECS Exec, its task role lacks the ssmmessages actions, its subnets have no way to the endpoint ssmmessages, or its root file system is read-only.",
    recognised_by="ECS says that execute command was not enabled, or that its agent is not running.",
    fix="Start a new task with ECS Exec enabled and a task role that allows the ssmmessages actions.",
    sources=(_PAGE,),
)
_OFF = lazy_pattern(
    r"\benable_?[eE]xecute_?[cC]ommand\"?\s{0,4}[:=]\s{0,4}[fF]alse\b|\benableExecuteCommand\b[^\n:=]{0,200}\n[\s\[]{0,40}[fF]alse\b"
)
_ON = lazy_pattern(
    r"\benable_?[eE]xecute_?[cC]ommand\b[\"'`]?(?:\s{0,4}[:=]\s{0,4}| (?:is|was) (?:set to )?)[tT]rue\b|\benableExecuteCommand\b[^\n:=]{0,200}\n[\s\[]{0,40}[tT]rue\b"
)
_NO_ROLE = lazy_pattern(
    rf"{NO_TASK_ROLE.sign}|(?i:\bno task role\b|\btask role[:=]? (?:is )?(?:none|null|empty|missing|not set)\b)"
)
_RUNNING_TASKS = "Running tasks do not change: the command starts new ones."
_DEPLOY = "aws ecs update-service --cluster {} --service {} --enable-execute-command --force-new-deployment"


def explain_exec_agent(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that ECS Exec finds no agent in a task, with what the text shows of the task."""
    text = case.failure.text
    summary = "ECS Exec finds no agent in the task"
    cause = NO_EXEC_AGENT.cause("reported", code_evidence(case.failure))
    deploy, role = name_service(_DEPLOY, text), find_task_role(text)
    if _OFF.search(text):
        return case.explain(
            f"{summary}: the task was started without ECS Exec (enableExecuteCommand is false).",
            NO_EXEC_AGENT.cause(
                "derived", text="The setting of the service applies to tasks that start afterwards."
            ),
            topic=NO_EXEC_AGENT.code,
            remedies=(
                your_remedy(
                    "Enable ECS Exec, and start a new task", _RUNNING_TASKS, commands=deploy, url=_PAGE
                ),
                _allow_agent(role, deploy),
            ),
        )
    if role is None and _NO_ROLE.search(text):
        why = "The agent calls with the task role. Permissions of the execution role have no effect on it."
        return case.explain(
            f"{summary}: it has no task role, so the agent has no permissions.",
            NO_EXEC_AGENT.cause("derived", text=why),
            topic=NO_EXEC_AGENT.code,
            remedies=_allow_agent(None, deploy, is_missing=True),
        )
    allow_agent = _allow_agent(role, deploy)
    if missing := _find_missing_actions(case):
        listed = join_words(missing, "and")
        return case.explain(
            f"{summary}: the policy in the text lacks {listed}, which the task role needs.",
            NO_EXEC_AGENT.cause(
                "derived", text="The agent calls with the task role. It stops if a channel cannot be opened."
            ),
            topic=NO_EXEC_AGENT.code,
            remedies=allow_agent,
        )
    is_on = _ON.search(text) is not None and "ssmmessages" not in text
    check = account_remedy(
        "Check the setting and the agent of the task",
        f"If it prints false, start a new task with --enable-execute-command{', if it is older than the setting' if is_on else ''}. If it prints STOPPED, check the task role, the way to the endpoint ssmmessages (a NAT gateway or a VPC endpoint), and readonlyRootFilesystem, which must be false.",
        commands=name_service(
            "aws ecs describe-tasks --cluster {} --tasks TASK --query 'tasks[].[enableExecuteCommand,containers[].managedAgents[].lastStatus]'",
            text,
        ),
        url=_PAGE,
    )
    verdict = "it was started without ECS Exec, or the agent does not run"
    if is_on:
        whose = f"its task role{f' {role}' if role else ''}"
        verdict = f"ECS Exec is enabled, so most likely {whose} lacks the ssmmessages actions"
        other = "Or the task is older than the setting, its subnets have no way to the endpoint ssmmessages, or its root file system is read-only. The agent calls with the task role, not with the execution role."
        cause = NO_EXEC_AGENT.cause("possible", code_evidence(case.failure), text=other)
    return case.explain(
        f"{summary}: {verdict}.",
        cause,
        topic=NO_EXEC_AGENT.code,
        remedies=(allow_agent, check) if is_on else (check, allow_agent),
    )


def _find_missing_actions(case: Case[AwsError]) -> tuple[str, ...]:
    """Return the actions of the agent that the policies in the text lack, if they have some of them."""
    allowed = [each for policy in case.context.policies for each in policy.allowed_actions]
    if not any(each.lower().startswith("ssmmessages:") for each in allowed):
        return ()
    allows = list(case.context.allows)
    return tuple(
        each for each in SESSION_CHANNEL_ACTIONS if all(names_action(one, each) is False for one in allows)
    )


def _allow_agent(role: str | None, deploy: str, *, is_missing: bool = False) -> Remedy:
    statement = allow(SESSION_CHANNEL_ACTIONS, "*", sid="EcsExec")
    whose = f"the task role {role}" if role else "the task role"
    first = None
    if is_missing:
        first = "Create a role that trusts ecs-tasks.amazonaws.com, and set it as taskRoleArn in a new revision of the task definition (task_role_arn in Terraform). Update the service to this revision."
    return identity_remedy(
        "Give the task a role that allows the agent" if is_missing else f"Allow the agent in {whose}",
        first,
        "These actions accept no Resource but *.",
        statements=(statement,),
        commands=(
            put_policy(role or "TASK_ROLE_NAME", inline_policy_name([statement])),
            Labelled.required("Then start new tasks, as running ones do not change:", deploy),
        ),
        url=_PAGE,
    )
