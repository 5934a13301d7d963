"""Leave out commands whose output the text already shows, or say that it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from iamtriage.explaining._context.values import CommandLine
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.failures._failures import Failure

# Commands that only print something. Others can be a fix, or a retry.
_CHECK = lazy_pattern(
    r"(?:kubectl (?:.* )?(?:get|describe|auth can-i)|aws (?:[a-z0-9-]+ (?:get|list|describe)-(?!login|session-token|token|object$)|configure list))\b"
)
# What a command prints if it could not answer.
_NO_ANSWER = lazy_pattern(
    r"(?i)(?:access ?denied|not authorized|unauthorized|forbidden|expired|unable to|could not|timed? ?out|usage:)"
)
_ORDINAL = lazy_pattern(r"\b(?:first|second|third|last|two|both) commands?\b|\bthe commands?\b")
_FIRST = lazy_pattern(r"\b[Tt]he first command\b|\b[Tt]he first one(?= (?:lists|prints|shows)\b)")
_ONLY = lazy_pattern(r"\b[Tt]he command\b(?= (?:lists|prints|shows)\b)")
_KINDS = {
    "cm": "configmap", "deploy": "deployment", "ds": "daemonset", "no": "node", "ns": "namespace", "po": "pod",
    "sa": "serviceaccount", "sts": "statefulset", "svc": "service",
}  # fmt: skip
# What remedies look for in objects of a kind, and other commands that print it, too.
_PARTS = {"serviceaccount": ".annotations"}
# Options that change only the form of the output. The configured Region can be the wanted one.
_OTHER_OPTIONS = frozenset({"output", "query", "region", "no-cli-pager"})
_WHOLE_OUTPUTS = frozenset({"yaml", "json"})


def drop_answered_commands(remedies: tuple[Remedy, ...], failure: Failure | None) -> tuple[Remedy, ...]:
    """Return the remedies without commands whose output the text shows.

    A step that refers to such a command says so.
    """
    if failure is None or ("aws " not in failure.text and "kubectl " not in failure.text):
        return remedies
    if not any(_CHECK.match(line) for remedy in remedies for line in remedy.commands):
        return remedies
    answered = _find_answered(failure)
    return tuple(_drop(remedy, answered) for remedy in remedies) if answered else remedies


def _drop(remedy: Remedy, answered: list[CommandLine]) -> Remedy:
    kept = tuple(line for line in remedy.commands if not _is_answered(line, answered))
    if kept == remedy.commands:
        return remedy
    if kept and not any(_ORDINAL.search(step) for step in remedy.steps):
        return attrs.evolve(remedy, commands=kept)
    # "The first command prints the trust policy."
    if remedy.commands[0] in kept:
        return remedy
    said = _FIRST if len(remedy.commands) > 1 else _ONLY
    steps = tuple(said.sub(r"\g<0> (the text shows its output)", step, count=1) for step in remedy.steps)
    return attrs.evolve(remedy, steps=steps)


def _is_answered(line: str, answered: list[CommandLine]) -> bool:
    # The next commands can need the file that a command writes.
    if _CHECK.match(line) is None or " > " in line:
        return False
    from iamtriage.explaining._context.readers.command_lines import find_commands

    asked = next((command for _, command in find_commands(line, 0, len(line))), None)
    return asked is not None and any(_answers(each, asked) for each in answered)


def _answers(shown: CommandLine, asked: CommandLine) -> bool:
    """Return whether the output of one command contains that of another."""
    words, asked_words = _words(shown), _words(asked)
    part = _PARTS.get(asked_words[1]) if len(asked_words) > 1 else None
    if part is not None and words[:1] == ("describe",):
        words = ("get", *words[1:])
    if shown.program != asked.program or words != asked_words:
        return False
    if any(
        {pair for pair in each.options if pair[0] not in _OTHER_OPTIONS}
        - {pair for pair in other.options if pair[0] not in _OTHER_OPTIONS}
        for each, other in ((shown, asked), (asked, shown))
    ):
        return False
    wanted, printed = dict(asked.options), dict(shown.options)
    if wanted.get("region", "") != printed.get("region", wanted.get("region", "")):
        return False
    if "query" in printed and not f"{wanted.get('query')}.".startswith(f"{printed['query']}."):
        return False
    is_part = shown.program == "kubectl" and wanted.get("output") is not None
    output = printed.get("output", "")
    is_whole = output in {wanted.get("output"), *_WHOLE_OUTPUTS}
    return not is_part or is_whole or (part is not None and (part in output or "describe" in shown.words))


def _words(command: CommandLine) -> tuple[str, ...]:
    """Return the words of a command, with the kinds of Kubernetes objects in one form."""
    if command.program != "kubectl":
        return command.words
    words = [part for word in command.words for part in word.split("/")]
    if len(words) > 1:
        kind = words[1].partition(".")[0].lower()
        words[1] = _KINDS.get(kind, kind.removesuffix("s"))
    return tuple(words)


def _find_answered(failure: Failure) -> list[CommandLine]:
    """Return the commands that print something, and whose output the text shows."""
    # Only texts with commands need it.
    from iamtriage.explaining._context.readers.command_runs import find_runs

    return [
        run.command
        for run in find_runs(failure)
        if _CHECK.match(run.command.text)
        # The failure can be the output of this command.
        and not run.start <= failure.span[0] < run.end
        and run.output.strip()
        and not _NO_ANSWER.search(run.output)
    ]
