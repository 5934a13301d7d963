"""Shorten the verdict of a short explanation.

ARNs that the remedy shows become names, and in a verdict of more than three lines, details become evidence.

The full explanation and cards have the whole verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.explanations.parts import SENTENCE_END
from iamtriage._text import as_sentence, upper_first

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

__all__ = ("add_details", "shorten")

_MAX_LINES, _WIDTH = 3, 100
_RESOURCE_IS, _ALLOWED = "The resource is ", "allows it only on "
# The resource of a denied action, and its name in the ARN.
_RESOURCE = lazy_pattern(
    # "secret:" before a name looks like a secret.
    r"(?<= on )arn:[^:\s]*:[^:\s]*:[^:\s]*:[^:\s]*:"
    r"(?:autoScalingGroup:[^:\s]*:|(?!execution:|express:)[a-z-]+:)?(?P<name>\S+?)(?=: |[,.]? )"
)
# The resources, policies and values of conditions in a verdict, and their names in the ARN.
_ARN = lazy_pattern(
    r"(?<= )(?P<before>\w+) arn:(?P<place>[^:\s]*:[^:\s]*:[^:\s]*:[^:\s]*):"
    r"(?P<name>(?!\*)[^\s\",;]{1,400}?)(?=[:,.]?(?: |\Z))"
)
# What AWS owns, such as an access policy, has a name of its own.
_OF_AWS = lazy_pattern(
    r"(?<= )arn:[^:\s]*:[^:\s]*:[^:\s]*:aws:[^:\s]{1,60}?/(?:[^/\s]{1,60}/)*(?P<name>[\w+=.@-]{1,128}\w)"
    r"(?=[:,.]?(?: |\Z))"
)
_KIND = lazy_pattern(
    r"(?:(?P<kind>role|user|policy)/(?:[^/]+/)*|(?P<secret>secret):)(?P<name>[^/]+|(?<=:).+)\Z"
)
# The word before what a denial is about. Elsewhere, the ARN itself can be the problem.
_BEFORE_NAME = frozenset({"and", "boundary", "for", "has", "is", "on", "or"})
# What an ARN without a type names.
_NOUNS = {"s3": "bucket", "sns": "topic", "sqs": "queue"}
# A colon before a reason that is a whole clause, and not in a key with its value.
_REASON = lazy_pattern(
    r": (?=(?:an?|check|its?|most likely|no|nobody|of|the|there|they|this|which)\b"
    r"[^:]{0,200}?\b(?:allows|applies|are|cannot|compares|covers|differ|does|goes|has|is|lacks|must|need|never"
    r"|reads|rejects|was|works)\b)"
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
    named = _name_shown(summary, "\n".join(map(str, shown)))
    short, details = named if _count_lines(named) < _count_lines(summary) else summary, list[str]()
    for change in (_name_resource, _move_sentences, _move_remark, _move_user):
        while _count_lines(short) > _MAX_LINES:
            changed, detail = change(short)
            if changed == short:
                break
            short = changed
            if not detail:
                continue
            arn = detail.removeprefix(_RESOURCE_IS)[:-1] if detail.startswith(_RESOURCE_IS) else None
            if arn is None or not any(arn in str(each) for each in shown):
                details.insert(0, detail)
    is_shorter = _count_lines(short) < _count_lines(summary)
    short, details = (short, details) if is_shorter else (summary, [])
    return " ".join(map(_split_chain, SENTENCE_END.split(short))), tuple(details)


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


def _split_chain(sentence: str) -> str:
    """Return a sentence with one colon before a reason: the reason for that is a sentence of its own.

    >>> _split_chain("It was denied: the condition is never met: it compares a tag of the request.")
    'It was denied: the condition is never met. It compares a tag of the request.'
    """
    first, *reasons = _REASON.split(sentence)
    return ". ".join((": ".join((first, *reasons[:1])), *map(upper_first, reasons[1:])))


def _name_shown(summary: str, shown: str) -> str:
    """Return a verdict with names in place of ARNs that differ in nothing else, if a remedy shows the first.

    >>> verdict = "Ana was denied sns:Publish on arn:aws:sns:eu-west-1:111122223333:a: no policy allows it."
    >>> _name_shown(verdict, verdict)
    'Ana was denied sns:Publish on the topic a: no policy allows it.'
    """
    summary = _OF_AWS.sub(lambda each: each["name"] if each[0] in shown else each[0], summary)
    found = tuple(_ARN.finditer(summary))
    is_alike = len({each["place"] for each in found}) == 1
    # The others differ from the first one only in the name.
    is_known = is_alike and found[0][0].partition(" ")[2] in shown
    is_known = is_known and all(each["before"] in _BEFORE_NAME for each in found)
    is_denial = " was denied " in summary or " denied the request " in summary
    return _ARN.sub(_name_in_sentence, summary) if is_known and is_denial else summary


def _name_in_sentence(arn: re.Match[str]) -> str:
    before, service, kind = arn["before"], arn["place"].split(":")[1], _KIND.match(arn["name"])
    if kind is not None:
        noun, name = kind["kind"] or kind["secret"], kind["name"]
    elif ":" in arn["name"] or "/" in arn["name"]:
        return f"{before} {arn['name']}"
    elif service in _NOUNS:
        noun, name = _NOUNS[service], arn["name"]
    else:
        return arn[0]
    return f"{before} {name}" if before == "boundary" else f"{before} the {noun} {name}"


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
    # What a policy allows is the resource of the policy, which the reader has.
    detail = "" if summary.endswith(_ALLOWED, 0, found.start()) else f"{_RESOURCE_IS}{found[0]}."
    return f"{summary[: found.start()]}{found['name']}{summary[found.end() :]}", detail


def _move_user(summary: str) -> tuple[str, str]:
    found = _USER.search(summary)
    if found is None:
        return summary, ""
    who = found["who"]
    detail = f"{who} uses this role" if who else f"{found['acts']} with the permissions of this role"
    return _USER.sub("", summary, count=1), f"{upper_first(detail)}{found['for']}."
