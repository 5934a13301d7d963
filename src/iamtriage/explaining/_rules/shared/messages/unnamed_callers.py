"""Find the caller of a denial that names none in the text around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from iamtriage.explaining._context.values import Runtime, Stated
    from iamtriage.failures._failures import AccessDenied

# "role: ARN", as people and tools write the role of a pipeline or project.
_LABELLED_ROLE = lazy_pattern(
    r"^[ \t]{0,8}(?:[\w-]{1,20} ){0,2}[\"']?(?i:\w{0,20}role(?:[_ ]?arn)?)[\"']?\s{0,4}[:=]\s?[\"']?(arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})",
    re.ASCII | re.MULTILINE,
)


def find_provided_role(failure: AccessDenied, account: Stated | None) -> str | None:
    """Return the role that the text names as that of a controller, or as "the provided role" of a service."""
    if "provided role" in failure.text[slice(*failure.span)]:
        found = set(_LABELLED_ROLE.findall(failure.text))
        return found.pop() if len(found) == 1 else None
    if account is None:
        return None
    from iamtriage.explaining._rules.shared.principals.named_callers import find_role_of_controller

    return find_role_of_controller(failure.text, account.value)


def describe_unnamed(failure: AccessDenied, action: str | None, runtime: Runtime | None) -> str | None:
    """Return whose credentials what ran the call uses, in words, if the text shows that."""
    if "HandlerErrorCode: " in failure.text:
        return "the role that CloudFormation uses"
    if " API returned error: " in failure.text[slice(*failure.span)]:
        return "the role of the Aurora cluster"
    if runtime is not None and runtime.kind != "cloudshell":
        return runtime.caller
    if action is not None:
        from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial

        controller = find_controller_of_denial(action, failure)
        if controller is not None:
            return f"the role of {controller.name}"
    if "task role " in failure.text:
        from iamtriage.explaining._rules.shared.texts.ecs_starts import find_task_role

        if (name := find_task_role(failure.text)) is not None:
            return f"the task role {name}"
    return None
