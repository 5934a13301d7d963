"""Explain that Session Manager or ECS Exec cannot reach its agent.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-troubleshooting.html,
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html and the descriptions of the two errors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import code_evidence
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, find_region, quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.companion_actions import SESSION_CHANNEL_ACTIONS

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

__all__ = ("EXEC_NOT_ENABLED", "explain_agent_unreachable")

EXEC_NOT_ENABLED = re.compile(r"execute command was not enabled")
"""How ECS Exec reports that it is not enabled for a task."""

_ECS = re.compile(r"[Ee]xecute command (?:failed|was not enabled)")
_INSTANCE_ID = re.compile(r"(?<![\w-])m?i-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![\w-])", re.ASCII)
_AGENT_POLICY = "AmazonSSMManagedInstanceCore"


TARGET_NOT_CONNECTED = CauseType(
    "target-not-connected",
    title="The target is not connected to Session Manager",
    recognised_by="The error code TargetNotConnected.",
    fix="Check the agent, its permissions and its network.",
    sources=(pages.SESSION_TROUBLES,),
    example="session-not-connected",
)
EXEC_NOT_ENABLED_CAUSE = CauseType(
    "exec-not-enabled",
    title="ECS Exec is not enabled for the task",
    text="ECS Exec was not turned on when the task began, or its agent does not run: the text names both.",
    recognised_by="The message says that execute command was not enabled when the task was run.",
    fix="Enable ECS Exec on the service, and start new tasks.",
    sources=(pages.ECS_EXEC,),
    example="ecs-exec-not-enabled",
)
OTHER_REGION_OR_ACCOUNT = CauseType(
    "other-region-or-account",
    title="The target is in another region or account",
    fix="Call the region and the account of the target.",
    of="target-not-connected",
)
AGENT_WITHOUT_PERMISSIONS = CauseType(
    "agent-without-permissions",
    title="The agent lacks permissions",
    text="The task has no task role, or the role lacks the four permissions of ssmmessages. The task execution role does not count here.",
    meaning="The SSM Agent is not allowed to connect: the instance profile or the task role is missing or lacks permissions.",
    fix="Attach AmazonSSMManagedInstanceCore to the instance's role, or the ssmmessages permissions to the task role.",
    of="target-not-connected",
)
AGENT_NOT_RUNNING = CauseType(
    "agent-not-running",
    title="The agent is not running",
    text="The machine or its SSM Agent does not run, or the agent is not installed or too old.",
    fix="Start, install or update the SSM Agent.",
    of="target-not-connected",
)
AGENT_WITHOUT_WAY = CauseType(
    "agent-without-way",
    title="The agent cannot reach Systems Manager",
    text="The agent has no way to Systems Manager: no route to the internet, and no VPC endpoints for ssm and ssmmessages.",
    fix="Add a route to the internet, or VPC endpoints for ssm and ssmmessages.",
    of="target-not-connected",
)


def explain_agent_unreachable(case: Case[AwsError], message: str) -> Explanation:
    """Explain that an ECS task or a managed node has no connected agent."""
    envelope = case.failure.envelope
    is_ecs = envelope.operation == "ExecuteCommand" or envelope.service == "ecs" or _ECS.search(message)
    return _explain_task(case, message) if is_ecs else _explain_instance(case, message)


def _explain_instance(case: Case[AwsError], message: str) -> Explanation:
    found = _INSTANCE_ID.search(message)
    node = found[0] if found else "INSTANCE_ID"
    region = commands.region(find_region(case))
    return Explanation(
        failure=case.failure,
        topic="session-target-not-connected",
        summary="Session Manager has no connection to the machine's agent, in the account and region of the call.",
        causes=(
            TARGET_NOT_CONNECTED.cause("reported", code_evidence(case.failure)),
            OTHER_REGION_OR_ACCOUNT.cause(),
            AGENT_WITHOUT_PERMISSIONS.cause(
                text=f"Its agent may not connect: the instance has no instance profile, or the role in it lacks permissions such as those of {_AGENT_POLICY}."
            ),
            AGENT_NOT_RUNNING.cause(),
            AGENT_WITHOUT_WAY.cause(),
        ),
        remedies=(
            Remedy(
                title="See whether the agent is connected",
                who="you",
                steps=(
                    "The first command says connected or notconnected. The second tells when the agent was last heard of; no entry means never, in that account and region.",
                    "With no entry, look at instance profile and network first; with an old one, at the machine and its agent.",
                ),
                commands=(
                    fill_command("aws ssm get-connection-status --target {} --region {}", node, region),
                    fill_command(
                        "aws ssm describe-instance-information --region {} --filters Key=InstanceIds,Values={}"
                        " --query 'InstanceInformationList[].[PingStatus,LastPingDateTime,AgentVersion,IamRole]'",
                        region,
                        node,
                    ),
                    "aws sts get-caller-identity --query Account --output text",
                ),
                url=pages.SESSION_TROUBLES,
            ),
            Remedy(
                title="If the instance's role lacks permissions, allow the agent to connect",
                who="account administrator",
                steps=(
                    "See which instance profile the instance has, and give it one with a role if it has none.",
                    f"{_AGENT_POLICY}, attached to the role of the instance, holds what Systems Manager takes. Session Manager alone takes less: ssm:UpdateInstanceInformation, {', '.join(SESSION_CHANNEL_ACTIONS[:-1])} and {SESSION_CHANNEL_ACTIONS[-1]}, on *.",
                ),
                commands=(
                    fill_command(
                        "aws ec2 describe-iam-instance-profile-associations --region {} --filters Name=instance-id,Values={}",
                        region,
                        node,
                    ),
                    fill_command(
                        "aws iam attach-role-policy --role-name ROLE_NAME --policy-arn {}",
                        f"arn:{find_partition(case)}:iam::aws:policy/{_AGENT_POLICY}",
                    ),
                ),
                url=pages.SESSION_ROLE,
            ),
            Remedy(
                title="Give the agent a way out",
                who="account administrator",
                steps=(
                    "The machine has to reach ssm and ssmmessages of its region on port 443, over the internet or by VPC endpoints with private DNS whose security groups let the machine in.",
                ),
                url=pages.SESSION_ENDPOINTS,
            ),
        ),
        notes=("It is no denial of the caller: what may lack permissions is the role of the machine.",),
    )


def _explain_task(case: Case[AwsError], message: str) -> Explanation:
    is_off = EXEC_NOT_ENABLED.search(message) is not None
    region = commands.region(find_region(case))
    because = quote_phrases(
        message, "execute command was not enabled when the task was run"
    ) or code_evidence(case.failure)
    cause = (
        EXEC_NOT_ENABLED_CAUSE.cause("reported", because)
        if is_off
        else TARGET_NOT_CONNECTED.cause("reported", because, text="ECS reaches no agent in the container.")
    )
    return Explanation(
        failure=case.failure,
        topic="ecs-exec-not-connected",
        summary="ECS Exec reaches no agent in the task's container.",
        causes=(
            cause,
            AGENT_WITHOUT_PERMISSIONS.cause(),
            AGENT_NOT_RUNNING.cause(
                text="The agent could not start or has ended: the container's file system is read-only, or its platform or container agent is too old."
            ),
            AGENT_WITHOUT_WAY.cause(text="The VPC has an endpoint for ECS, and none for ssmmessages."),
        ),
        remedies=(
            Remedy(
                title="See what the task says of ECS Exec",
                who="you",
                steps=(
                    "The task's enableExecuteCommand has to be true, and its agent's lastStatus RUNNING.",
                ),
                commands=(
                    fill_command(
                        "aws ecs describe-tasks --region {} --cluster CLUSTER --tasks TASK"
                        " --query 'tasks[].[enableExecuteCommand,taskDefinitionArn,containers[].managedAgents]'",
                        region,
                    ),
                ),
                url=pages.ECS_EXEC,
            ),
            Remedy(
                title="Turn ECS Exec on, where it is off",
                who="you",
                steps=(
                    "It cannot be turned on for a task that runs. For a service the command turns it on and replaces all its tasks; a single task has to be run anew with --enable-execute-command.",
                ),
                commands=(
                    fill_command(
                        "aws ecs update-service --region {} --cluster CLUSTER --service SERVICE --enable-execute-command --force-new-deployment",
                        region,
                    ),
                ),
                url=pages.ECS_EXEC,
            ),
            Remedy(
                title="If the task role lacks permissions, allow the agent its channels",
                who="account administrator",
                steps=(
                    "The command prints the task role: taskRoleArn, not executionRoleArn. If there is none, give the task definition one.",
                    f"It takes {', '.join(SESSION_CHANNEL_ACTIONS[:-1])} and {SESSION_CHANNEL_ACTIONS[-1]}, on *. Then start new tasks.",
                ),
                commands=(
                    fill_command(
                        "aws ecs describe-task-definition --region {} --task-definition TASK_DEFINITION"
                        " --query taskDefinition.taskRoleArn --output text",
                        region,
                    ),
                ),
                url=pages.ECS_EXEC,
            ),
        ),
        notes=("It is no denial of the caller: what may lack permissions is the role of the task.",),
    )
