"""Find the commands that a step is about, and the steps that commands require."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.blocks import Code, Paragraph
from iamtriage._rendering.explanations.command_blocks import files_of, is_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.parts import RemedyParts

__all__ = (
    "FOLLOWING",
    "commands_needed",
    "follow_up_blocks",
    "is_assignment",
    "is_attachment",
    "split_follow_ups",
    "steps_of_commands",
)

# Words in a step about commands that can be hidden, and how many commands the step then requires.
_COUNTED = (
    (lazy_pattern(r"\b(?:last command|all (?:the )?commands)\b"), 99),
    (
        lazy_pattern(
            r"\b(?:second command|both commands|the second (?:prints|tells|says|lists|is))\b", re.IGNORECASE
        ),
        2,
    ),
    (lazy_pattern(r"\bfirst command\b"), 1),
)
_DEFINED = lazy_pattern(r"(?P<word>[A-Z]+_[A-Z_]+) is ")
_NESTED = "nested command"
# Commands that belong together: an access entry is created if none exists, and needs an access policy.
_CREATE_ENTRY = "aws eks create-access-entry"
FOLLOWING = {
    "aws eks describe-access-entry": _CREATE_ENTRY,
    "aws eks list-access-entries": _CREATE_ENTRY,
    _CREATE_ENTRY: "aws eks associate-access-policy",
    # A policy allows nothing before it is attached.
    "aws iam create-policy ": "aws iam attach-",
    # Pods get a role only when they are created.
    "aws eks create-pod-identity-association": "kubectl rollout restart",
}
_ATTACHES = lazy_pattern(r"Attach the policy to the (?:role|user) \S+?(?:: the caller is a session of it)?\.")
_ASSIGNMENT = lazy_pattern(r"[A-Za-z_]\w*=|\$\w{1,40} = ")
# The start of a step about what to do after the commands, or instead of them.
_FOLLOW_UP = lazy_pattern(
    r"(?:Then (?!set )|Afterwards,? |After (?:a|that|the fix)\b|Retry |Only if "
    r"|If EKS calls the principal invalid, "
    r"|Or (?!.*\b(?:the (?:second )?command|these lines|below)\b))",
    re.DOTALL,
)
# A condition on what the commands print, unless the step before names what a pronoun is about.
_RESULT = lazy_pattern(
    r"If (?!(?:it|they|the list|one of)\b|[^,]*\bbecause\b)"
    r"(?:(?![,:]|\b(?:it|this|them|those|these)\b).){0,120}"
    r"\b(?:(?:answer|fail|find|list|print|report|show|work)s?|does not help|is not enough|is still)\b"
    r"(?!.*\b(?:run|with|use|below|the) (?:the )?(?:second )?commands?\b)",
    re.DOTALL,
)
# The start of such a sentence within a step.
_FOLLOW_UP_SENTENCE = lazy_pattern(
    r"(?<=[.!?]) "
    r"(?=Then (?:deploy|open a new|re-create|repeat|restart|retry|run|sign in again|start|use the new)\b)"
)
# Words for a document below the steps.
_INTRODUCES = lazy_pattern(
    r"\b(?i:add|pass|put|replace|save)\b[^.]{0,60}\b(?:this policy|(?:this|the) (?:document|statement))\b"
    r"|\b(?:as|one|policy|statement) below\b"
)
# A command at the end of such a step.
_ENDS_IN_COMMAND = lazy_pattern(
    r"(?P<words>[^\n]{1,400}?:) (?P<command>(?:aws|kubectl) [^\n]{1,400}(?<!\.))\Z"
)
# The index of the operation in a command of the AWS CLI.
_OPERATION = 2


def commands_needed(step: str, commands: Sequence[str]) -> int:
    """Return how many of the commands a step requires, because it states their number or mentions them.

    >>> commands_needed("The second command shows the policy.", ["aws iam get-role", "aws iam get-policy"])
    2
    >>> commands_needed("ROLE_ARN is a role.", ["aws iam list-roles", "aws iam get-x --arn ROLE_ARN"])
    2
    """
    counted = next((count for pattern, count in _COUNTED if pattern.search(step)), 0)
    named = (
        number
        for number, command in enumerate(commands, 1)
        if _mentions(command, step) or any(name in step for name in files_of(command))
    )
    if (defined := _DEFINED.match(step)) is not None:
        # It says what replaces a placeholder.
        uses = (number for number, command in enumerate(commands, 1) if defined["word"] in command)
        counted = max(counted, next(uses, 0))
    if _NESTED in step:
        counted = next((number for number, command in enumerate(commands, 1) if "$(" in command), counted)
    return min(max((counted, *named)), len(commands))


def _mentions(command: str, step: str) -> bool:
    """Return whether a step mentions a command, by its operation or as a program that prints."""
    words = command.split()
    if words[:1] == ["aws"]:
        operation = words[_OPERATION] if len(words) > _OPERATION else ""
        return "-" in operation and re.search(rf"(?<![\w-]){re.escape(operation)}(?![\w-])", step) is not None
    return f"{words[0]} prints " in step


def split_follow_ups(
    steps: Sequence[str], commands: Sequence[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what to do before and with the commands of a remedy, and what to do after or instead of them.

    >>> split_follow_ups(["Add the role. Then restart the pods.", "Or ask the owner.", "Retry the call."])
    (('Add the role.',), ('Then restart the pods.', 'Or ask the owner.', 'Retry the call.'))
    """
    before: list[str] = []
    after: list[str] = []
    for step in steps:
        if _FOLLOW_UP.match(step) or (_RESULT.match(step) and not _precedes_change(step, commands)):
            after.append(step)
            continue
        # What follows a condition depends on it, too.
        first, *more = [step] if step.startswith("If ") else _FOLLOW_UP_SENTENCE.split(step, maxsplit=1)
        before.append(first)
        after += more
    return tuple(before), tuple(after)


def follow_up_blocks(steps: Iterable[str]) -> Iterator[Block]:
    """Yield the blocks of what follows commands. A command at the end of a step can be copied by itself.

    >>> [each.text for each in follow_up_blocks(["If it fails, sign in: aws login", "Retry the call."])]
    ['If it fails, sign in:', 'aws login', 'Retry the call.']
    """
    for step in steps:
        found = _ENDS_IN_COMMAND.match(step)
        if found is None:
            yield Paragraph(step)
        else:
            yield from (Paragraph(found["words"]), Code(found["command"], "sh"))


def _precedes_change(step: str, commands: Sequence[str]) -> bool:
    """Return whether a change follows a command whose result a step is about."""
    mentioned = [number for number, command in enumerate(commands, 1) if _mentions(command, step)]
    if _COUNTED[-1][0].search(step):
        mentioned.append(1)
    return bool(mentioned) and any(map(is_change, commands[min(mentioned) :]))


def is_assignment(commands: Sequence[str], count: int) -> bool:
    """Return whether the last of the first commands only sets a variable for the next one.

    >>> is_assignment(["URL=$(aws eks describe-cluster)", "curl $URL"], 1)
    True
    """
    return 0 < count < len(commands) and _ASSIGNMENT.match(commands[count - 1]) is not None


def is_attachment(step: str) -> bool:
    """Return whether a step only attaches a policy to a role or user, as the command below the policy does.

    >>> is_attachment("Attach the policy to the role app.")
    True
    """
    return _ATTACHES.fullmatch(step) is not None


def steps_of_commands(remedy: RemedyParts, commands: int) -> Iterator[int]:
    """Yield the indexes of the steps that the first commands require.

    Such a step saves the file that a command reads, says what a document without one is, or who creates the
    access entry.

    >>> from iamtriage._rendering.explanations.parts import RemedyParts
    >>> command = "aws iam put-role-policy --policy-document file://policy.json"
    >>> steps = ("Ask an administrator.", "Save this as policy.json.")
    >>> list(steps_of_commands(RemedyParts("Allow it", "you", steps, (), None, (command,), None), 1))
    [1]
    """
    shown = "\n".join(remedy.commands[:commands])
    if _CREATE_ENTRY in shown:
        # An administrator runs this command, not the reader of the first steps.
        yield from (index for index, step in enumerate(remedy.steps) if "creates an access entry" in step)
    if remedy.documents and not any(map(files_of, remedy.commands[:commands])):
        # Nothing else says what a document is that no command reads.
        introducing = (index for index, step in enumerate(remedy.steps) if _INTRODUCES.search(step))
        yield from islice(introducing, 1)
    for name in files_of(shown):
        for index, step in enumerate(remedy.steps):
            if name in step and not is_attachment(step):
                yield index
                break
