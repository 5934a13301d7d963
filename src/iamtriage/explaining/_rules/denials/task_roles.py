"""Add that code attaches the policy for a call to the other role of an ECS task than the one that calls."""

from __future__ import annotations

import re

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.task_roles import find_attached_policies
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import account_remedy

_AT_START = ("ResourceInitializationError", "CannotPullContainer")
POLICY_OF_OTHER_TASK_ROLE = CauseType(
    "policy-of-other-task-role",
    title="The code attaches the policy to the other role of the task",
    meaning="ECS starts a task with the execution role, and the program in it calls with the task role. A policy of the one has no effect on the other.",
    recognised_by="Terraform, a template or code of the CDK in the text has the denied action in a policy of the other role.",
    fix="Attach the policy to the role that calls.",
    sources=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html",
    ),
)


def add_policy_of_other_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that code attaches the policy with the denied action to the other role of the task than the one that calls."""
    text, action = denial.failure.text, denial.action or ""
    starts = any(map(text.__contains__, _AT_START))
    naming = [
        each
        for each in find_attached_policies(text)
        if names_action({"Action": sorted(each.actions)}, action)
    ]
    if not naming or any(each.of_execution == starts for each in naming):
        return explanation
    found, own, other = naming[0], "task", "execution"
    if starts:
        own, other = other, own
    role = found.execution_role if starts else found.task_role
    caller = (
        "ECS starts the task with the execution role" if starts else "the program calls with the task role"
    )
    at = f" ({clip_text(role)})" if role else ", which the definition lacks"
    line = found.setting if found.setting and "=" in found.setting and not starts else None
    if starts and found.setting and "=" in found.setting:
        line = re.sub(r"aws_iam_role\.[\w-]+", found.execution_role, found.setting)
    move = (
        f"In {found.place}, this line replaces the one with the {other} role."
        if line
        else f"Move the statement from {found.place} to the {own} role{at}."
    )
    if found.setting and not line:
        move = f"Call {found.setting} instead of {found.place}."
    remedy = account_remedy(
        f"Attach the policy to the {own} role, not to the {other} role",
        f"{move} Then deploy the change: running tasks have the permission seconds later.",
        manifest=f"{line}\n" if line else None,
        manifest_language="hcl" if line else "text",
        url=POLICY_OF_OTHER_TASK_ROLE.sources[0],
    )
    verdict = f"the code attaches the policy with {action} to the {other} role, and {caller}{at}"
    return attrs.evolve(
        explanation,
        summary=f"{re.split(r'[:.](?: |$)', explanation.summary)[0]}: {verdict}.",
        causes=(
            POLICY_OF_OTHER_TASK_ROLE.cause(
                "derived", text=f"A policy of the {other} role has no effect on calls with the {own} role."
            ),
            *(each for each in explanation.causes if not each.code.startswith("stated-policy-")),
        ),
        remedies=(
            remedy,
            *(each for each in explanation.remedies if each.layer in {"resource", "role_trust"}),
        ),
    )
