"""Add the command that finishes what a failure interrupted, such as writing the state of Terraform.

A tool prints it after the error. It comes after the first remedy, because it needs the credentials or permissions,
and before the tool runs again. The command is built from words that are checked, and not copied from the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage._text import line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_stack_names

_MAX_CHARS = 100_000
_MAX_COMMANDS = 2
_PREVENTION = "aws iam update-role "
# https://github.com/hashicorp/terraform/blob/main/internal/backend/local/backend_apply.go
_STATE_PUSH = lazy_pattern(
    r"\b(?P<tool>terraform|tofu) state push (?P<file>[\w][\w.-]{0,99})|\b(?P<written>errored\.tfstate)\b"
)
# https://github.com/hashicorp/terraform/blob/main/internal/command/clistate/state.go
_LOCK_ERROR = lazy_pattern(r"Error (?P<verb>acquir|releas)ing the state lock")
_LOCK_ID = lazy_pattern(
    r"(?:\block ID[\s│|]{1,8}\\?\"|\bLock Info:[\s│|]{1,80}ID:\s{1,20}|\bforce-unlock )(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_TABLE_LOCK = lazy_pattern(r"(?i:\bdynamodb\b)[^\n]{0,400}?\bDeleteItem\b")
_LOCK_OWNER = lazy_pattern(r"\bWho:[ \t]{1,20}(?P<who>[\w.@-]{1,120})")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
_ROLLBACK_FAILED = lazy_pattern(r"\bUPDATE_ROLLBACK_FAILED\b")
# What the commands of Pulumi print if another update has not ended.
_PULUMI = lazy_pattern(r"[`'\"]pulumi cancel[`'\"]")


# An action of CodePipeline: https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-retry.html
_ACTION_FAILED = lazy_pattern(r"\b[Aa]ction execution failed\b|\"errorDetails\"")
_PIPELINE = lazy_pattern(
    r"(?a)(?:\b|(?<=\bCode))(?i:pipeline(?:[ _-]?name)?)[\"']?(?::| is| named)?\s{1,4}[\"'`]?(?P<name>(?!execution\b|failed\b|stage\b|action\b|is\b|in\b|the\b|says\b|has\b)[A-Za-z0-9][\w.@-]{0,99})|(?:--pipeline-name|get-pipeline-state --name)[ =](?P<option>[A-Za-z0-9][\w.@-]{0,99})"
)
_STAGE = lazy_pattern(
    r"(?a)\b(?i:stage(?:[ _-]?name)?)[\"']?:?\s{1,4}[\"'`]?(?P<name>(?!of\b|is\b|in\b|the\b|failed\b|fails\b|says\b|shows\b|with\b|and\b)[A-Za-z0-9][\w.@-]{0,99})"
)


class _Recovery(NamedTuple):
    """What to do after the first remedy.

    Attributes:
        title: What it does, as the rest of the title of the remedy.
        steps: The steps.
        command: The command, with the words before it.
    """

    title: str
    steps: tuple[str, ...]
    command: Labelled


def add_recoveries(remedies: tuple[Remedy, ...], kind: str, text: str) -> tuple[Remedy, ...]:
    """Return the remedies, the first of which also finishes what the failure interrupted."""
    if not remedies:
        return remedies
    first = remedies[0]
    found = tuple(each for each in _find_recoveries(text[:_MAX_CHARS]) if each.command not in first.commands)
    if not found:
        return remedies
    titles = " and ".join(each.title for each in found)
    steps = tuple(step for each in found for step in each.steps)
    commands = first.commands
    if kind == "expired_credentials" and len(commands) > _MAX_COMMANDS:
        # The steps name the other ways to get credentials.
        commands = commands[:1]
    # What only makes later sessions longer comes last.
    later = tuple(each for each in commands if each.startswith(_PREVENTION))
    commands = tuple(each for each in commands if each not in later)
    completed = attrs.evolve(
        first,
        title=f"{first.title}, then {titles}",
        # What must not be done comes first.
        steps=(*steps, *first.steps),
        commands=(
            *commands,
            *(each.command for each in found),
            *(Labelled("So that it does not happen again:", each) for each in later),
        ),
    )
    return (completed, *remedies[1:])


def _find_recoveries(text: str) -> Iterator[_Recovery]:
    pushed = _STATE_PUSH.search(text)
    tool = "tofu" if (pushed is not None and pushed["tool"] == "tofu") or "OpenTofu" in text else "terraform"
    if pushed is not None:
        file = pushed["file"] or pushed["written"]
        yield _Recovery(
            f"push {file}",
            (
                f"Keep {file}, and run {tool} state push before another {tool} apply, which would create a forked state: {file} has what the run created. A CI runner deletes the file, unless the job uploads it as an artifact.",
            ),
            Labelled("Then, in the directory of the failed run:", f"{tool} state push {file}"),
        )
    lock = _LOCK_ERROR.search(text)
    if lock is not None:
        yield from _unlock(text, tool, is_held=lock["verb"] == "acquir")
    if (failed := _ROLLBACK_FAILED.search(text)) is not None:
        start, end = line_start(text, failed.start()), text.find("\n", failed.end())
        # The text can name other stacks, too.
        names = find_stack_names(text[start : end if end >= 0 else None]), find_stack_names(text)
        name = next(chain(*names), "STACK_NAME")
        yield _Recovery(
            "continue the rollback",
            (
                "The stack is in UPDATE_ROLLBACK_FAILED: it cannot be updated before the rollback has been continued.",
            ),
            Labelled(
                "Then:", fill_command("aws cloudformation continue-update-rollback --stack-name {}", name)
            ),
        )
    if _ACTION_FAILED.search(text) is not None:
        yield _retry_stage(text)
    if _PULUMI.search(text) is not None:
        yield _Recovery(
            "remove the lock of the stack",
            ("Run pulumi cancel only if no other update of the stack is running.",),
            Labelled("Then, if no other update is running:", "pulumi cancel"),
        )


def _retry_stage(text: str) -> _Recovery:
    """Return how to retry the failed action of a pipeline, with the same change."""
    found, stage = _PIPELINE.search(text), _STAGE.search(text)
    pipeline = "PIPELINE_NAME" if found is None else found["name"] or found["option"]
    name = "STAGE_NAME" if stage is None else stage["name"]
    state = fill_command(
        "aws codepipeline get-pipeline-state --name {} --query {} --output text",
        pipeline,
        f"stageStates[?stageName=='{name}'].latestExecution.pipelineExecutionId",
    )
    retry = fill_command(
        "aws codepipeline retry-stage-execution --pipeline-name {} --stage-name {} --retry-mode FAILED_ACTIONS",
        pipeline,
        name,
    )
    return _Recovery(
        "retry the stage",
        (),
        Labelled.required("Then retry the stage:", f'{retry} --pipeline-execution-id "$({state})"'),
    )


def _unlock(text: str, tool: str, *, is_held: bool) -> Iterator[_Recovery]:
    """Yield how to remove the lock of a run that has ended."""
    found, owner = _LOCK_ID.search(text), _LOCK_OWNER.search(text)
    if is_held and found is None:
        # The lock could not even be written.
        return
    blocks = ""
    if not is_held:
        # What a later run meets: https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
        code = "ConditionalCheckFailedException" if _TABLE_LOCK.search(text) else "PreconditionFailed"
        blocks = f"The lock of this run is still there, so later runs fail with {code}. "
    of_run = f"The lock is of {owner['who']}. " if owner is not None else ""
    yield _Recovery(
        "remove the state lock",
        (
            f"{blocks}{of_run}Run {tool} force-unlock only if no run holds the lock, and if it still exists: the next {tool} plan then says so.",
        ),
        Labelled(
            "Then, if the lock still exists:",
            f"{tool} force-unlock {'LOCK_ID' if found is None else found['id']}",
        ),
    )
