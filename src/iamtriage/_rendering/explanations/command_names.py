"""Name the commands that steps count: the reader of a step has not seen the commands yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

__all__ = ("name_commands",)

_ORDINALS = {"first": 0, "second": 1, "third": 2, "last": -1}
_COUNTED = lazy_pattern(r"\b[Tt]he (first|second|third|last) command(?= (?!iamtriage\b)|[,.:;)])")
_BOTH = lazy_pattern(r"\b[Tt]he first two commands\b")
# What counts commands without the word, so that the whole step has to count.
_COUNTED_ALONE = lazy_pattern(r"\b(?:first|second|third|last)\b(?! commands?\b| two commands\b)")
_AWS = lazy_pattern(r"aws ([a-z0-9-]+) ([a-z0-9]+(?:-[a-z0-9]+)*)(?= |\Z)")
_KUBECTL = lazy_pattern(
    r"kubectl (?:(?:-n|--namespace)[ =]\S+ )?"
    r"(auth can-i|auth whoami|config [a-z-]+|rollout [a-z]+|(?:get|describe) [a-z]+|annotate|exec|logs|run)"
    r"(?= |\Z)"
)
_COMPOUND = (" | ", " > /dev/null", " && ", "\n")
_PROGRAM = lazy_pattern(r"(?:curl|date|nslookup|iamtriage [a-z]+|eksctl [a-z]+ [a-z]+)(?= |\Z)")


def name_commands(step: str, commands: Sequence[str]) -> str:
    """Return a step that names the commands instead of counting them, if their names differ.

    >>> commands = ["aws iam get-role --role-name app", "kubectl get pods -n shop"]
    >>> name_commands("The first command prints the role's trust policy.", commands)
    "get-role prints the role's trust policy."
    >>> name_commands("Run the first two commands again.", commands)
    'Run get-role and kubectl get pods again.'
    >>> name_commands("The first command prints the role, the second the pods.", commands)
    'The first command prints the role, the second the pods.'
    """
    if "command" not in step or _COUNTED_ALONE.search(step):
        return step
    names = [_name(command) for command in commands]

    def name_of(index: int) -> str | None:
        name = names[index] if -len(names) <= index < len(names) else None
        return name if name is not None and names.count(name) == 1 else None

    def replace(found: re.Match[str]) -> str:
        return name_of(_ORDINALS[found[1]]) or found[0]

    def replace_both(found: re.Match[str]) -> str:
        both = name_of(0), name_of(1)
        return found[0] if None in both else f"{both[0]} and {both[1]}"

    return _BOTH.sub(replace_both, _COUNTED.sub(replace, step))


def _name(command: str) -> str | None:
    """Return the operation of a command of the AWS CLI, or the start of another command.

    What the last one of several commands prints is not what the first one does.
    """
    if any(each in command for each in _COMPOUND):
        return None
    if found := _AWS.match(command):
        return found[2] if "-" in found[2] else found[0]
    if found := _KUBECTL.match(command):
        return f"kubectl {found[1]}"
    found = _PROGRAM.match(command)
    return found[0] if found else None
