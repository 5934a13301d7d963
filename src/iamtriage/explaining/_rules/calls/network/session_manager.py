"""Explain that Session Manager or ECS Exec cannot reach its agent."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, quote_phrases
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.remedies import account_remedy, identity_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow

PLUGIN_MISSING = lazy_pattern(r"SessionManagerPlugin is not found")
"""How the AWS CLI reports that the Session Manager plugin is not installed."""
EXEC_NOT_ENABLED = lazy_pattern(r"execute command was not enabled")
"""How ECS Exec reports that it is not enabled for a task."""
_ECS = lazy_pattern(r"[Ee]xecute command (?:failed|was not enabled)")
_INSTANCE_ID = lazy_pattern(r"(?<![\w-])m?i-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![\w-])", re.ASCII)
_TASK_ROLE = lazy_pattern(
    r"\bTask Role Permissions\s{0,4}\|\s{0,4}arn:\S{1,100}?:role/(?P<role>[\w+=,.@/-]{1,128})|\"taskRoleArn\": ?\"arn:[^\"]{1,100}:role/(?P<listed>[\w+=,.@/-]{1,128})\""
)
# What the checker finds of the task role, and what people say that they gave another role.
_DENIED_ACTION = lazy_pattern(r"\b(?P<action>ssmmessages:\w{1,40}): (?P<deny>implicit|explicit)Deny\b")
_AGENT_POLICY = "AmazonSSMManagedInstanceCore"
_CHANNEL_ACTIONS = join_words(tasks.SESSION_CHANNEL_ACTIONS, "and")
TARGET_NOT_CONNECTED = CauseType(
    "target-not-connected",
    title="The target is not connected to Session Manager",
    recognised_by="The error code TargetNotConnected.",
    fix="Check the agent, its permissions and its network.",
    sources=(pages.SESSION_TROUBLES,),
)
EXEC_NOT_ENABLED_CAUSE = CauseType(
    "exec-not-enabled",
    title="ECS Exec is not enabled for the task",
    text="ECS Exec was not enabled when the task started, or its agent does not run. The message covers both.",
    recognised_by="The message says that execute command was not enabled when the task was run.",
    fix="Enable ECS Exec on the service, and start new tasks.",
    sources=(pages.ECS_EXEC,),
)
SESSION_PLUGIN_MISSING = CauseType(
    "session-plugin-missing",
    title="The Session Manager plugin is not installed",
    text="The AWS CLI starts the program session-manager-plugin for sessions, and did not find it in the PATH.",
    recognised_by='The AWS CLI says "SessionManagerPlugin is not found".',
    fix="Install the Session Manager plugin where the command runs.",
    sources=(pages.SESSION_PLUGIN,),
)
OTHER_REGION_OR_ACCOUNT = CauseType(
    "other-region-or-account",
    title="The target is in another Region or account",
    fix="Call the Region and the account of the target. The command prints the account of the current credentials.",
    commands=("aws sts get-caller-identity",),
    recognised_by="The text shows that the Region and account of the call have no such instance.",
    sign=r"\"Reservations\": ?\[ ?\]",
    of="target-not-connected",
)
AGENT_WITHOUT_PERMISSIONS = CauseType(
    "agent-without-permissions",
    title="The agent lacks permissions",
    text="The task has no task role, or the role lacks the four ssmmessages permissions. The task execution role is not used here.",
    meaning="The SSM Agent is not allowed to connect: the instance profile or the task role is missing or lacks permissions.",
    fix="Attach AmazonSSMManagedInstanceCore to the instance's role, or the ssmmessages permissions to the task role.",
    recognised_by="The text shows that the instance has no instance profile, or that the checker of ECS Exec finds the task role denied.",
    sign=r"\bssmmessages:\w{1,40}: (?:implicit|explicit)Deny\b|\"IamInstanceProfileAssociations\": ?\[ ?\]|\"IamInstanceProfile\": ?null",
    remedy="lacks permissions, allow the",
    of="target-not-connected",
)
AGENT_NOT_RUNNING = CauseType(
    "agent-not-running",
    title="The agent is not running",
    text="The machine is stopped, or its SSM Agent is not running, not installed or too old.",
    fix="Start, install or update the SSM Agent. On Linux with systemd: sudo systemctl enable --now amazon-ssm-agent.",
    recognised_by="The text shows that the agent is not active.",
    sign=r"\bamazon-ssm-agent\b.{0,200}\b(?P<shown>Active: (?:inactive|failed))\b",
    of="target-not-connected",
)
SSM_UNREACHABLE = CauseType(
    "ssm-unreachable",
    title="The agent cannot reach Systems Manager",
    text="The agent cannot reach Systems Manager: no route to the internet, and no VPC endpoints for ssm and ssmmessages.",
    fix="Add a route to the internet, or VPC endpoints for ssm and ssmmessages.",
    recognised_by="The agent's log in the text shows that a connection to Systems Manager timed out.",
    sign=r"\b(?:ssm|ssmmessages|ec2messages)\.[a-z0-9-]{6,20}\.amazonaws\.com\b.{0,80}\b(?:i/o timeout|timed out)\b",
    remedy="Let the agent reach",
    of="target-not-connected",
)


def explain_agent_unreachable(case: Case[AwsError], message: str) -> Explanation:
    """Explain that an ECS task or a managed node has no connected agent."""
    envelope = case.failure.envelope
    is_ecs = envelope.operation == "ExecuteCommand" or envelope.service == "ecs" or _ECS.search(message)
    return _explain_task(case, message) if is_ecs else _explain_instance(case, message)


INSTALL_PLUGIN = your_remedy(
    "Install the Session Manager plugin",
    "On Debian and Ubuntu, run the first two commands, on macOS the third. The page below has the other systems.",
    "Open a new shell, then run the command again. The last command prints the version if the plugin is found.",
    commands=(
        "curl -o session-manager-plugin.deb https://s3.amazonaws.com/session-manager-downloads/plugin/latest/ubuntu_64bit/session-manager-plugin.deb",
        "sudo dpkg -i session-manager-plugin.deb",
        Labelled("Or, on macOS:", "brew install --cask session-manager-plugin"),
        Labelled("Then, in a new shell:", "session-manager-plugin --version"),
    ),
    url=pages.SESSION_PLUGIN,
)


def explain_plugin_missing(case: Case[AwsError], message: str) -> Explanation:
    """Explain that the AWS CLI does not find the Session Manager plugin."""
    return case.explain(
        "The Session Manager plugin is not installed on this machine, or it is not in the PATH.",
        SESSION_PLUGIN_MISSING.cause("reported", quote_phrases(message, "SessionManagerPlugin is not found")),
        remedies=INSTALL_PLUGIN,
        notes="No permission is missing: the session was not started.",
    )


def _explain_instance(case: Case[AwsError], message: str) -> Explanation:
    found = _INSTANCE_ID.search(message)
    return case.explain(
        f"The SSM Agent of {found[0] if found else 'the machine'} is not connected to Session Manager in the account and Region of the call.",
        TARGET_NOT_CONNECTED.cause("reported", code_evidence(case.failure)),
        OTHER_REGION_OR_ACCOUNT.cause(),
        AGENT_WITHOUT_PERMISSIONS.cause(
            text=f"The agent is not allowed to connect: the instance has no instance profile, or its role lacks permissions such as those of {_AGENT_POLICY}."
        ),
        AGENT_NOT_RUNNING.cause(),
        SSM_UNREACHABLE.cause(),
        topic="session-target-not-connected",
        remedies=(
            your_remedy(
                "Check whether the agent is connected",
                "The first command prints connected or notconnected. The second prints when the agent last reported. If it prints nothing, the agent never reported in that account and Region.",
                "If it prints nothing, check the instance profile and the network first. If the time is old, check the machine and its agent.",
                commands=(
                    "aws ssm get-connection-status --target INSTANCE_ID --region REGION",
                    "aws ssm describe-instance-information --region REGION --filters Key=InstanceIds,Values=INSTANCE_ID --query 'InstanceInformationList[].[PingStatus,LastPingDateTime,AgentVersion,IamRole]'",
                    "aws sts get-caller-identity --query Account --output text",
                ),
                url=pages.SESSION_TROUBLES,
            ),
            account_remedy(
                "If the instance's role lacks permissions, allow the agent to connect",
                "Check which instance profile the instance has, and attach one with a role if it has none. The agent needs a few minutes to pick it up.",
                f"Attach {_AGENT_POLICY} to the instance's role. Session Manager alone requires less: ssm:UpdateInstanceInformation, {_CHANNEL_ACTIONS} on *.",
                commands=(
                    "aws ec2 describe-iam-instance-profile-associations --region REGION --filters Name=instance-id,Values=INSTANCE_ID",
                    commands.attach_policy(
                        "ROLE_NAME", f"arn:{find_partition(case)}:iam::aws:policy/{_AGENT_POLICY}"
                    ),
                ),
                url=pages.SESSION_ROLE,
            ),
            account_remedy(
                "Let the agent reach Systems Manager",
                "The machine must reach the ssm and ssmmessages endpoints of its Region on port 443. Without internet access, it needs VPC endpoints with private DNS, whose security groups allow the machine.",
                url=pages.SESSION_ENDPOINTS,
            ),
        ),
        notes="The caller is not denied: if permissions are missing, they are those of the machine's role.",
    )


def _explain_task(case: Case[AwsError], message: str) -> Explanation:
    because = code_evidence(case.failure)
    text = "ECS cannot reach the agent in the container."
    cause = TARGET_NOT_CONNECTED.cause("reported", because, text=text)
    if EXEC_NOT_ENABLED.search(message):
        said = quote_phrases(message, "execute command was not enabled when the task was run")
        cause = EXEC_NOT_ENABLED_CAUSE.cause("reported", said or because)
    if _DENIED_ACTION.search(case.failure.text) is not None:
        return _explain_denied_role(case, cause)
    possible = (
        AGENT_WITHOUT_PERMISSIONS.cause(),
        AGENT_NOT_RUNNING.cause(
            text="The agent could not start or has stopped: the container's file system is read-only, or the platform version or container agent is too old."
        ),
        SSM_UNREACHABLE.cause(text="The VPC has an endpoint for ECS but none for ssmmessages."),
    )
    return case.explain(
        "ECS Exec is not enabled for the task, or its agent in the container is not running.",
        cause,
        *possible,
        topic="ecs-exec-not-connected",
        remedies=(
            your_remedy(
                "Check whether the task has ECS Exec",
                "The task's enableExecuteCommand must be true, and the agent's lastStatus RUNNING.",
                commands="aws ecs describe-tasks --region REGION --cluster ECS_CLUSTER --tasks TASK --query 'tasks[].[enableExecuteCommand,taskDefinitionArn,containers[].managedAgents]'",
                url=pages.ECS_EXEC,
            ),
            your_remedy(
                "If it is disabled, enable ECS Exec",
                "It cannot be enabled for a running task. For a service, the command enables it and replaces all tasks. Run a standalone task again with --enable-execute-command.",
                commands="aws ecs update-service --region REGION --cluster ECS_CLUSTER --service SERVICE --enable-execute-command --force-new-deployment",
                url=pages.ECS_EXEC,
            ),
            account_remedy(
                "If the task role lacks permissions, allow the ssmmessages actions",
                "The command prints the task role (taskRoleArn, not executionRoleArn). If there is none, add one to the task definition.",
                f"It requires {_CHANNEL_ACTIONS} on *. Then start new tasks.",
                commands="aws ecs describe-task-definition --region REGION --task-definition TASK_DEFINITION --query taskDefinition.taskRoleArn --output text",
                url=pages.ECS_EXEC,
            ),
        ),
        notes="The caller is not denied: if permissions are missing, they are those of the task role.",
    )


def _explain_denied_role(case: Case[AwsError], cause: Cause) -> Explanation:
    """Explain that the task role lacks permissions, as the checker of ECS Exec finds."""
    text = case.failure.text
    found = _TASK_ROLE.search(text)
    name = (found["role"] or found["listed"]).rpartition("/")[2] if found else None
    role = f"the task role {clip_text(name)}" if name else "the task role"
    denied = {each["action"]: each["deny"] for each in _DENIED_ACTION.finditer(text)}
    verb = "is denied" if "explicit" in denied.values() else "lacks"
    again = "aws ecs update-service --region REGION --cluster ECS_CLUSTER --service SERVICE --enable-execute-command --force-new-deployment"
    start = Labelled.required(
        "Then start new tasks, because the agent of a running one does not connect again:", again
    )
    step = "If the task belongs to no service, run it again instead of the last command. Then use the ID of the new task."
    title = f"Allow the ssmmessages actions for {role}"
    statements = (allow(tasks.SESSION_CHANNEL_ACTIONS, "*", sid="EcsExec"),)
    put = commands.put_policy(commands.role_name(name), inline_policy_name(statements))
    remedy = identity_remedy(title, step, commands=(put, start), statements=statements, url=pages.ECS_EXEC)
    if "explicit" in denied.values():
        remedy = account_remedy(
            f"Find the Deny that matches {role}",
            "An Allow does not override it. Look in the policies of the role, its permissions boundary, and the SCPs of the organization.",
            step,
            commands=(
                commands.fill_command(
                    "aws iam list-attached-role-policies --role-name {}", commands.role_name(name)
                ),
                commands.fill_command("aws iam list-role-policies --role-name {}", commands.role_name(name)),
                start,
            ),
            url=pages.ECS_EXEC,
        )
    listed = join_words(tuple(each.partition(":")[2] for each in denied), "and")
    return case.explain(
        f"The agent of ECS Exec is not connected: {role} {verb} the ssmmessages permissions. Trying again later does not help.",
        cause,
        AGENT_WITHOUT_PERMISSIONS.cause(
            "derived",
            f"The checker finds {listed} denied.",
            text="The agent runs in the container, with the task role. The task execution role is only for starting the task.",
        ),
        topic="ecs-exec-not-connected",
        remedies=remedy,
        notes="The caller is not denied, and needs no permission.",
    )
