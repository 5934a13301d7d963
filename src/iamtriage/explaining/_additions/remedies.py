"""Complete the remedies of an explanation when they are read, and hide their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import keep_label
from iamtriage.explaining._additions.remedy_values import fill_remedies
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.explaining._sources import map_strings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from iamtriage.explaining._context.values import Runtime
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure

# Wide permissions, which people add in vain.
_WIDE_SIGNS = ("FullAccess", "AdministratorAccess", "PowerUserAccess", ":*")
# Words of commands that finish what a failure interrupted, or of errors that need one.
_RECOVERY_SIGNS = (
    *("state push", "errored.tfstate", "the state lock", "ROLLBACK_FAILED", "pulumi cancel"),
    *("Action execution failed", "action execution failed", "aws codepipeline get-pipeline-state"),
)
# What a remedy says if the reader needs nobody for it. Others then need not change a policy.
_KEEPS_POLICY = lazy_pattern(r"\b[Nn]o policy has to change\b|\b[Tt]he policy can stay as it is\b")
_OF_SHELL = ("unset AWS_", "export AWS_")
_UNSET = lazy_pattern(r"unset (AWS_[A-Z_]{1,60}(?: AWS_[A-Z_]{1,60}){0,9})")
_EXPORT = lazy_pattern(r"export (AWS_[A-Z_]{1,60}=[\w.@+-]{1,100})")
_IN_KERNEL = "Calls of a notebook see the variables of its kernel, which lines with ! cannot change: run these lines in a cell, those of aws with !. Then create existing clients again."
# The caller of a command beside the message of the task.
_OF_PERSON = (":user/", "/AWSReservedSSO_")
_MARKER = lazy_pattern(r"\[REDACTED ([A-Za-z -]{1,40})\]")


def complete_remedies(explanation: Explanation, facts: Facts, runtime: Runtime | None) -> tuple[Remedy, ...]:
    """Return the remedies of an explanation with the values that are known, and those for what else failed.

    Args:
        explanation: The explanation.
        facts: The facts, completed by the context.
        runtime: The environment of the failed code, if that has other credentials than the user.
    """
    remedies = fill_remedies(explanation, facts, runtime)
    failure = explanation.failure
    if failure is None:
        return remedies
    if remedies[1:] and any(map(_KEEPS_POLICY.search, remedies[0].steps)):
        remedies = (remedies[0], *(each for each in remedies[1:] if each.who == remedies[0].who))
    if any(sign in failure.text for sign in _WIDE_SIGNS):
        from iamtriage.explaining._additions.vain_permissions import remove_vain_permission

        remedies = remove_vain_permission(remedies, explanation.causes, failure)
    if failure.kind == "access_denied" and failure.principal is None and " user" in failure.text:
        from iamtriage.explaining._additions.own_users import attach_to_user

        remedies = attach_to_user(remedies, failure)
    if failure.kind == "access_denied" and "ResourceInitializationError" in failure.text:
        remedies = _start_new_task(remedies, failure, facts)
    is_of_admin = "aws iam " in failure.text or ("--profile" in failure.text and "dmin" in failure.text)
    if failure.kind == "access_denied" and is_of_admin:
        from iamtriage.explaining._additions.admin_profiles import add_admin_profile

        remedies = add_admin_profile(remedies, failure)
    if "In" in failure.text and any(each.startswith(_OF_SHELL) for one in remedies for each in one.commands):
        from iamtriage.explaining._rules.shared.clues import runs_in_notebook

        if runs_in_notebook(failure):
            remedies = tuple(map(_write_for_notebook, remedies))
    if not any(sign in failure.text for sign in _RECOVERY_SIGNS):
        return remedies
    from iamtriage.explaining._additions.recoveries import add_recoveries

    return add_recoveries(remedies, failure.kind, failure.text)


def _start_new_task(remedies: tuple[Remedy, ...], failure: Failure, facts: Facts) -> tuple[Remedy, ...]:
    """Return the remedies, the first of which also starts a new task if it changes a policy: ECS does not try again."""
    first = next(iter(remedies), None)
    if first is None or (first.policy is None and first.statement is None):
        return remedies
    if any(sign in failure.text[slice(*failure.span)] for sign in _OF_PERSON):
        return remedies
    if any("--force-new-deployment" in each or "submit-job" in each for each in first.commands):
        return remedies
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clues import find_region
    from iamtriage.explaining._rules.shared.texts.ecs_starts import new_task_commands

    lines = (*first.commands, *new_task_commands(failure.text, find_region(Case(failure, facts))))
    return (attrs.evolve(first, commands=lines), *remedies[1:])


def _write_for_notebook(remedy: Remedy) -> Remedy:
    """Return a remedy that changes the variables of a notebook's kernel, which no command of a shell can change."""
    lines = [each for command in remedy.commands for each in _set_in_kernel(command)]
    if lines == [*remedy.commands]:
        return remedy
    # Files of a shell do not set what a kernel has.
    kept = tuple(each for each in lines if not each.startswith("grep "))
    steps = tuple(each for each in remedy.steps if " shell" not in each)
    return attrs.evolve(remedy, steps=(_IN_KERNEL, *steps), commands=kept)


def _set_in_kernel(command: str) -> tuple[str, ...]:
    if (found := _UNSET.fullmatch(command)) is not None:
        names = ", ".join(f'"{each}"' for each in found[1].split())
        # A loop prints nothing.
        return (keep_label(command, "import os"), f"for name in [{names}]: os.environ.pop(name, None)")
    found = _EXPORT.fullmatch(command)
    return (command if found is None else keep_label(command, f"%env {found[1]}"),)


def hide_in_remedy(remedy: Remedy, hide: Callable[[str], str]) -> Remedy:
    """Return a remedy without the secrets in its parts."""

    def hide_in_command(command: str) -> str:
        # A shell would expand the brackets of a marker.
        return _MARKER.sub(lambda found: f"REDACTED-{found[1].replace(' ', '-')}", hide(command))

    def hide_in_document(document: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return None if document is None else cast("Mapping[str, Any]", map_strings(document, hide))

    values = {
        "title": hide(remedy.title),
        "steps": tuple(map(hide, remedy.steps)),
        "policy": hide_in_document(remedy.policy),
        "statement": hide_in_document(remedy.statement),
        "manifest": None if remedy.manifest is None else hide(remedy.manifest),
    }
    changes: Any = {name: value for name, value in values.items() if value != getattr(remedy, name)}
    shown = change_commands(remedy, tuple(map(hide_in_command, remedy.commands)))
    return attrs.evolve(shown, **changes) if changes else shown
