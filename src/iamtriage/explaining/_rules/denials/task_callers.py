"""Explain denials of a container of ECS that called with the role of its instance.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._rules.credentials.ecs_tasks import NO_TASK_ROLE, task_role_remedy
from iamtriage.explaining._rules.shared.clues import find_instance
from iamtriage.explaining._rules.shared.ecs_starts import find_task_role
from iamtriage.explaining._rules.shared.wording import denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial


def add_task_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Say that a task has no role, or does not use the one of its definition, if the text has that."""
    session: str = getattr(denial.principal, "session_name", "")
    if find_instance(session) != session or not session:
        return explanation
    text, role = denial.case.text, find_task_role(denial.failure.text)
    is_missing = role is None and re.search(NO_TASK_ROLE.sign, text) is not None
    if role is None and not is_missing:
        return explanation
    why = "and the definition in the text has no task role"
    reason = "Without a task role, a container on EC2 gets the role of its instance."
    if role is not None:
        why = f"and not with the task role {clip_text(role)}"
        reason = "The running task is of another revision, or the process does not have AWS_CONTAINER_CREDENTIALS_RELATIVE_URI."
    kept = tuple(each for each in explanation.causes if each.evidence != "possible")
    allow = next((each for each in explanation.remedies if each.layer == "identity"), None)
    first = task_role_remedy(text, is_missing=is_missing)
    if allow is not None:
        grantee = f"the role {clip_text(role)}" if role else "the task role"
        step = f"Allow the action to {grantee}, not to the instance's role, which all its containers share: {denial.action} on {denial.resource or 'the resource'}."
        first = attrs.evolve(first, steps=(*first.steps, step))
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"the container called with the role of its instance, {why}"),
        causes=(*kept, NO_TASK_ROLE.cause("derived", text=reason)),
        remedies=(first,),
    )
