"""Explain that ECS could not start a task, if the message names no answer of a service.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.network.unreachable_endpoints import CONNECTION_FAILED, TASK_REMEDY
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import AwsError

_PAGE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html"
_LOGS_PAGE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html"
_NO_LOG_GROUP = lazy_pattern(r"failed to validate logger args[^\n]{0,300}?\blog group does not exist")
_RETRIEVES = lazy_pattern(
    # The reason follows the number of retries, if the message is whole.
    r"\bunable to (?P<what>retrieve ecr registry auth|retrieve secrets? from (?:asm|ssm)): service call has been retried \d{1,2} time\(s\)(?!:)"
)
_GROUP_MISSING = CauseType(
    "task-log-group-missing",
    title="The log group of the container does not exist",
    text="ECS creates the log stream, and not the log group, unless awslogs-create-group is true.",
    recognised_by='The message says "failed to validate logger args" and that the log group does not exist.',
    fix="Create the log group that awslogs-group names, or set awslogs-create-group to true.",
    sources=(_LOGS_PAGE,),
)


def explain_task_start(case: Case[AwsError]) -> Explanation | None:
    """Explain that ECS could not start a task, ``None`` for other errors and for messages with another reason."""
    if "ResourceInitializationError" not in case.text:
        return None
    if _NO_LOG_GROUP.search(case.text) is not None:
        return _explain_log_group(case)
    found = _RETRIEVES.search(case.text)
    if found is None:
        return None
    what = "the login to the ECR registry" if "registry" in found["what"] else "a secret"
    return case.explain(
        f"ECS could not start the task: it did not get {what}. The message ends before the reason, which most often is the network.",
        CONNECTION_FAILED.cause(
            text="The task has no network path to ECR, Secrets Manager or Systems Manager.",
        ),
        NO_IDENTITY_ALLOW.cause(
            text="The task execution role lacks a permission. The whole message then says AccessDenied."
        ),
        topic="no-answer",
        remedies=(
            TASK_REMEDY,
            your_remedy(
                "Read the whole message",
                "The reason follows the number of retries.",
                commands="aws ecs describe-tasks --cluster ECS_CLUSTER --tasks TASK_ID --query 'tasks[].stoppedReason'",
                url=_PAGE,
            ),
        ),
    )


def _explain_log_group(case: Case[AwsError]) -> Explanation:
    return case.explain(
        "ECS could not start the task: the log group of the container does not exist in this account and Region.",
        _GROUP_MISSING.cause("reported", code_evidence(case.failure)),
        topic=_GROUP_MISSING.code,
        remedies=account_remedy(
            "Create the log group that awslogs-group in the task definition names",
            "Or set awslogs-create-group to true in the options of the log driver: the task execution role then also needs logs:CreateLogGroup.",
            commands=(
                "aws ecs describe-task-definition --task-definition TASK_DEFINITION --query 'taskDefinition.containerDefinitions[].logConfiguration.options'",
                Labelled(
                    "Then, with the name and the Region that it prints:",
                    "aws logs create-log-group --log-group-name LOG_GROUP_NAME --region REGION",
                ),
            ),
            url=_LOGS_PAGE,
        ),
        notes="This is not a denial, so an IAM policy does not help.",
    )
