"""Say which role starts a task of ECS, and how to start a new one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.labels import Labelled
from iamtriage.explaining._rules.shared import commands
from iamtriage.failures._failures import Failure

_NOT_STARTED = "ResourceInitializationError"
# What the event of a service says, which ECS repeats.
_NOT_LAUNCHED = "failed to launch a task"
_GIVING = lazy_pattern(r"\b(?:did add|added|associated|attached|gave|given|put)\b")
_ROLE_ARN = r"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,128}/){0,8}"
# In a task definition, or printed by a query for both roles.
_TASK_ROLE = lazy_pattern(
    rf"(?ia)\btask_?[rR]ole_?[aA]rn\"?\s{{0,4}}[:=]\s{{0,20}}\"?{_ROLE_ARN}(?P<stated>[\w+=,.@-]{{1,64}})"
    r"|\btask role:? [\"'`]?(?P<named>(?!(?:re|pre|non)-)\w{1,40}[-_][\w+=,.@-]{1,60}\w)(?![\w/]|:\S)"
    rf"|\btaskRoleArn, ?(?:taskDefinition\.)?executionRoleArn\b[^\n]{{0,40}}\n\W{{0,8}}{_ROLE_ARN}(?P<first>[\w+=,.@-]{{1,64}})"
    rf"|\bexecutionRoleArn, ?(?:taskDefinition\.)?taskRoleArn\b[^\n]{{0,40}}\n\W{{0,8}}{_ROLE_ARN}[\w+=,.@-]{{1,64}}\W{{1,12}}{_ROLE_ARN}(?P<second>[\w+=,.@-]{{1,64}})"
)
_CLUSTER = lazy_pattern(
    r"(?a)\baws ecs [^\n|;]{0,200}?--cluster[ =](?:arn:[\w:-]{1,60}:cluster/)?(\w[\w-]{0,254})"
    r"|:ecs:[a-z0-9-]{5,30}:[0-9]{12}:(?:task|service|container-instance)/(\w[\w-]{0,254})/"
)
_SERVICE = lazy_pattern(
    r"(?a)\baws ecs [^\n|;]{0,200}?--services?[ =](\w[\w-]{0,254})|\(service (\w[\w-]{0,254})\)"
    r"|\b[Ss]ervice[: ] ?(\w[\w-]{0,254}) \((?:deployment|instance|port|task)\b"
    r"|:ecs:[a-z0-9-]{5,30}:[0-9]{12}:service/[\w-]{1,255}/(\w[\w-]{0,254})"
    r"|\"(?:serviceName\"\s?:\s?\"|group\"\s?:\s?\"service:)(\w[\w-]{0,254})\"|\bservice[ :=](\w[\w-]{0,254})[:,] ?(?:desired|pending|running)\b"
)

# What only texts about AWS Batch have, which starts a task of ECS for each job.
_BATCH = lazy_pattern(
    r"\bjobRoleArn\b|\bAWS Batch\b|\bBatch job\b|\baws batch \w|\barn:aws[a-z-]{0,12}:batch:"
)
_JOB_ROLE = lazy_pattern(r"\bjobRoleArn\b|\bjob role\b")
_BATCH_NAMES = tuple(
    lazy_pattern(
        rf"(?a)--{option}[ =](\w[\w-]{{0,127}})|\"{key}\" ?: ?\"(?:arn:aws[\w:-]{{1,60}}/)?(\w[\w-]{{0,127}})[\":]"
    )
    for option, key in (
        ("job-name", "jobName"),
        ("job-queue", "jobQueue"),
        ("job-definition", "jobDefinition(?:Name)?"),
    )
)


def new_task_commands(text: str, region: str | None) -> tuple[Labelled, ...]:
    """Return how to start a task again that ECS could not start; empty for other texts.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html

    Args:
        text: The text.
        region: The region of the task, if it is known.

    >>> new_task_commands("ResourceInitializationError … aws ecs describe-tasks --cluster live --tasks 1", None)[0]
    'aws ecs update-service --cluster live --service SERVICE --force-new-deployment'
    """
    retries = _NOT_LAUNCHED in text
    if not retries and not _says_not_started(text):
        return ()
    if not retries and "aws ecs " not in text and _BATCH.search(text) and not _SERVICE.search(text):
        names = (_only_value(pattern.findall(text)) for pattern in _BATCH_NAMES)
        placeholders = ("JOB_NAME", "JOB_QUEUE_NAME", "JOB_DEFINITION_NAME")
        values = (name or placeholder for name, placeholder in zip(names, placeholders, strict=True))
        command = commands.fill_command(
            "aws batch submit-job --job-name {} --job-queue {} --job-definition {}", *values
        )
        if region and commands.region(region) == region:
            command = f"{command} --region {region}"
        of_program = ": its job role, which is for the program in the container, needs no change"
        label = f"Then submit the job again{of_program if _JOB_ROLE.search(text) else ''}:"
        return (Labelled.required(label, command),)
    command = name_service("aws ecs update-service --cluster {} --service {} --force-new-deployment", text)
    if region and commands.region(region) == region:
        command = f"{command} --region {region}"
    label = (
        "ECS then starts the tasks after a while, or at once with:" if retries else "Then start a new task:"
    )
    return (Labelled.required(label, command),)


def name_service(template: str, text: str) -> str:
    """Return a command with the only cluster and service of a text, or placeholders for them, in its braces."""
    cluster, service = (_only_value(pattern.findall(text)) for pattern in (_CLUSTER, _SERVICE))
    return commands.fill_command(template, cluster or "ECS_CLUSTER", service or "SERVICE")


def _says_not_started(text: str) -> bool:
    if _NOT_STARTED not in text:
        return False
    # A denial that is not about a task does not need the module.
    from iamtriage.explaining._others.describing import says_not_started

    return says_not_started(text)


CREATES_LOG_GROUP = lazy_pattern(r"awslogs-create-group\b\W{1,6}(?i:true)\b")
"""The option of a task definition with which ECS creates the log group."""
_LOG_GROUP = lazy_pattern(
    r"(?a):logs:(?P<region>[a-z0-9-]{4,30}):[0-9]{12}:log-group:(?P<name>[\w/.#-]{1,512})"
)


def create_log_group_command(text: str, action: str, resource: str | None) -> Labelled | None:
    """Return how to create the log group that a task definition lets ECS create, so that ECS does not need to.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    """
    is_creation = action == "logs:CreateLogGroup" and CREATES_LOG_GROUP.search(text) is not None
    found = _LOG_GROUP.search(resource or "") if is_creation else None
    if found is None:
        return None
    template = "aws logs create-log-group --log-group-name {} --region {}"
    return Labelled(
        "Or, instead of the permission, create the log group, and remove awslogs-create-group from the task definition:",
        commands.fill_command(template, found["name"], commands.region(found["region"])),
    )


def execution_role_hint(failure: Failure, action: str) -> str | None:
    """Return which role starts a task of ECS, if it could not be started.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html

    Args:
        failure: The failure.
        action: The denied action.
    """
    if not _says_not_started(failure.text):
        return None
    task_role = find_task_role(failure.text)
    policy = (
        ", whose policy the text shows," if task_role and _shows_policy(failure, task_role, action) else ""
    )
    other = f"The task role {task_role}{policy}" if task_role else "The task role"
    given = _find_given(failure.text, task_role, action)
    end = f", so {given} there does not help: remove it again, unless the program needs it" if given else ""
    return f"ECS starts a task with its task execution role (executionRoleArn), so allow it there. {other} is only for the program in the container{end}."


def _find_given(text: str, task_role: str | None, action: str) -> str | None:
    """Return the managed policy or the action that somebody gave the task role, as the text says."""
    from iamtriage.explaining._context.readers.statements import POLICY_OR_ACTION, find_changed

    names = rf"\btask role\b|(?<![\w/-]){re.escape(task_role)}(?![\w-])" if task_role else r"\btask role\b"
    clause = find_changed(text, re.compile(names))
    if clause is None or not _GIVING.search(clause):
        return None
    service, _, name = action.partition(":")
    found = POLICY_OR_ACTION.search(clause)
    if found is None:
        # "GetSecretValue for this secret"
        return action if re.search(rf"\b{re.escape(name)}\b", clause) else None
    return None if ":" in found[0].removeprefix(f"{service.lower()}:") else found[0]


def find_task_role(text: str) -> str | None:
    """Return the name of the task role, if the text has only one."""
    return _only_value(_TASK_ROLE.findall(text))


def _shows_policy(failure: Failure, role: str, action: str) -> bool:
    """Return whether a command printed a policy of a role that names an action."""
    from iamtriage.explaining._context.readers.command_runs import find_runs

    for run in find_runs(failure):
        named = run.command.option("role-name")
        is_of_role = (
            run.command.words[1:2] == ("get-role-policy",) and named is not None and named.value == role
        )
        # The error can follow the output.
        if is_of_role and action in run.output.partition(_NOT_STARTED)[0]:
            return True
    return False


def _only_value(found: Iterable[tuple[str, ...]]) -> str | None:
    """Return the only value that the groups of a pattern have."""
    return only_one({value for groups in found for value in groups if value})
