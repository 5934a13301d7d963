"""Shorten the verdict of a short explanation to three lines: details become evidence.

The full explanation and cards have the whole verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.explanations.parts import SENTENCE_END
from iamtriage._text import as_sentence, upper_first

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("add_details", "shorten")

_MAX_LINES, _WIDTH = 3, 100
_RESOURCE_IS = "The resource is "
# The resource of a denied action, and its name in the ARN.
_RESOURCE = lazy_pattern(
    # "secret:" before a name looks like a secret.
    r"(?<= on )arn:[^:\s]*:[^:\s]*:[^:\s]*:[^:\s]*:(?:autoScalingGroup:[^:\s]*:|[a-z-]+:)?"
    r"(?P<name>\S+?)(?=: |[,.]? )"
)
# Who uses a role, between its name and what it was denied.
_USER = lazy_pattern(
    r", (?:which (?P<who>[^,]+?) uses|with whose permissions (?P<acts>[^,]+))(?P<for>[^,]*),(?= was )"
)
_REMARK = lazy_pattern(r" \((?P<remark>[^()]{20,})\)(?=\.$)")


def shorten(summary: str, shown: Sequence[object]) -> tuple[str, tuple[str, ...]]:
    """Return a verdict of at most three lines, if that is possible, and the details that it omits.

    Args:
        summary: The verdict.
        shown: The commands and documents that are shown with it. An ARN in them is no detail.

    >>> arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/database-AbCdEf"
    >>> summary = f"The role {'orders-' * 28}task was denied secretsmanager:GetSecretValue on {arn}: no."
    >>> shorten(summary, [f"aws {arn}"])[1]
    ()
    >>> shorten(summary, [])[1]
    ('The resource is arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/database-AbCdEf.',)
    """
    short, details = summary, list[str]()
    for change in (_name_resource, _move_sentences, _move_remark, _move_user):
        while _count_lines(short) > _MAX_LINES:
            changed, detail = change(short)
            if changed == short:
                break
            short = changed
            arn = detail.removeprefix(_RESOURCE_IS)[:-1] if detail.startswith(_RESOURCE_IS) else None
            if arn is None or not any(arn in str(each) for each in shown):
                details.insert(0, detail)
    is_shorter = _count_lines(short) < _count_lines(summary)
    return (short, tuple(details)) if is_shorter else (summary, ())


def add_details(rows: list[tuple[str, str]], details: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the rows of causes with the details of a verdict.

    >>> add_details([("Reported", "It is so.")], ("ECS uses this role.",))
    [('Reported', 'It is so.'), ('Derived', 'ECS uses this role.')]
    """
    if not details:
        return rows
    text = " ".join(details)
    at = next((at for at, (label, _) in enumerate(rows) if label == "Derived"), None)
    if at is not None:
        return [*rows[:at], ("Derived", f"{rows[at][1]} {text}".strip()), *rows[at + 1 :]]
    place = 1 if rows and rows[0][0] != "Possible" else 0
    return [*rows[:place], ("Derived", text), *rows[place:]]


def _count_lines(text: str) -> int:
    lines, used = 1, -1
    for word in text.split():
        used += 1 + len(word)
        if used > _WIDTH:
            lines, used = lines + 1, len(word)
    return lines


def _move_sentences(summary: str) -> tuple[str, str]:
    first, *more = SENTENCE_END.split(summary)
    return (" ".join((first, *more[:-1])), more[-1]) if more else (summary, "")


def _move_remark(summary: str) -> tuple[str, str]:
    found = _REMARK.search(summary)
    if found is None:
        return summary, ""
    remark = found["remark"].replace("its tags: ", "the tags of the resource: ", 1)
    return _REMARK.sub("", summary), as_sentence(remark)


def _name_resource(summary: str) -> tuple[str, str]:
    found = _RESOURCE.search(summary)
    if found is None:
        return summary, ""
    return f"{summary[: found.start()]}{found['name']}{summary[found.end() :]}", f"{_RESOURCE_IS}{found[0]}."


def _move_user(summary: str) -> tuple[str, str]:
    found = _USER.search(summary)
    if found is None:
        return summary, ""
    who = found["who"]
    detail = f"{who} uses this role" if who else f"{found['acts']} with the permissions of this role"
    return _USER.sub("", summary, count=1), f"{upper_first(detail)}{found['for']}."
