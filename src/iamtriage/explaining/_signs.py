"""Find possible causes that the text around a failure confirms."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import cached_pattern, lazy_pattern
from iamtriage._text import lower_first, quote_words, upper_first
from iamtriage.explaining._cause_types import Cause, CauseType, when_open
from iamtriage.explaining._explanations.explanations import Explanation, copy_with
from iamtriage.explaining._explanations.remedies import Remedy, Who
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.failures._failures import Failure

__all__ = ("promote_shown_causes",)

# The clause of a summary about the most likely cause, up to the end of the sentence.
_LIKELIEST = lazy_pattern(
    r"(?:: the text does not say why\. Most often, |: most (?:likely|often),? "
    r"|, most (?:likely|often) because )"
    r"(?:[^.]|\.(?! |$))*(?:\.(?= |$)|$)"
)
# A principal that a command or Terraform has just changed, and its name after it.
_CHANGED_PRINCIPAL = lazy_pattern(
    r"aws iam (?P<change>(?:create|delete)-(?:role|user|instance-profile))\b"
    r"|aws_iam_(?:role|user|instance_profile)\."
)
_CHANGED_NAME = lazy_pattern(
    r"(?a)(?:(?! aws | Error).){0,400}?(?:--(?:role|user|instance-profile)-name[ =][\"']?|\[id=)"
    r"(?P<name>[\w+=,.@-]{1,128})"
)
# The principals in the text of an explanation and its commands.
_PRINCIPAL = lazy_pattern(
    r"(?a)(?::iam::(?P<account>\d{12}):(?:role|user|instance-profile)/(?:[\w+=,.@-]+/)*"
    r"|--(?:role|user|instance-profile)-name )"
    r"(?P<name>[\w+=,@-][\w+=,.@-]{0,126}[\w+=,@-])"
)
# Words that begin with a capital only at the start of a sentence.
_FIRST_WORDS = lazy_pattern(r"(?:The|It|Its|They|An?|Another|Something|Someone|People|This)\b")
_FIRST_CLAUSE = lazy_pattern(r"(?:[^.:]|[.:](?! |$))*")


def promote_shown_causes(explanation: Explanation, case: Case[Failure]) -> Explanation:
    """Mark the possible causes that the text shows as derived, and move them before the other possible ones.

    The first of them determines the cause in the summary and the first remedy.
    """
    is_alone = case.stands_alone
    text = "" if is_alone else case.text
    causes: list[Cause] = []
    shown: list[Cause] = []
    definitions: list[CauseType] = []
    for cause in explanation.causes:
        still_open = when_open(cause)
        if still_open is None:
            causes.append(cause)
            continue
        definition, plain = still_open
        if not is_alone and (
            found := next(
                (
                    each
                    for each in cached_pattern(definition.sign).finditer(text)
                    if _is_about_failure(each, explanation, case)
                ),
                None,
            )
        ):
            shown.append(Cause(cause.code, cause.text, "derived", (*cause.because, _quote_sign(found))))
            definitions.append(definition)
        else:
            causes.append(plain)
    if not shown:
        return copy_with(explanation, causes=tuple(causes))
    place = next((at for at, cause in enumerate(causes) if cause.evidence == "possible"), len(causes))
    return attrs.evolve(
        explanation,
        summary=_LIKELIEST.sub(lambda _: f": {_format_clause(shown[0])}.", explanation.summary, count=1),
        causes=(*causes[:place], *shown, *causes[place:]),
        remedies=tuple(_order_remedies(explanation, definitions[0])),
    )


def _is_about_failure(found: re.Match[str], explanation: Explanation, case: Case[Failure]) -> bool:
    """Return whether a shown change of a principal succeeded and is of the principal in question."""
    changed = _CHANGED_PRINCIPAL.match(found[0])
    if changed is None:
        return True
    text, (start, end) = case.text, case.failure.span
    at = text.find(" ".join(case.failure.text[start:end].split())[:400])
    if at != -1 and found.start() > at:
        return False
    before = text[found.end() : at if at != -1 else len(text)]
    change: str | None = changed["change"]
    operation = (case.failure.envelope.operation or "").lower()
    if change is not None and operation == change.replace("-", "") and f"aws iam {change}" not in before:
        # This is the call that failed.
        return False
    name = _CHANGED_NAME.match(text, found.end())
    words = (
        explanation.summary,
        *(step for remedy in explanation.remedies for step in (*remedy.steps, *remedy.commands)),
    )
    asked = [each for part in words for each in _PRINCIPAL.finditer(part) if not each["name"].isupper()]
    if name is None or not asked:
        return True
    if name["name"] not in {each["name"] for each in asked}:
        return False
    # The command prints the ARN, with the account.
    printed = next(
        (each for each in _PRINCIPAL.finditer(before) if each["name"] == name["name"] and each["account"]),
        None,
    )
    accounts = {each["account"] for each in asked if each["name"] == name["name"] and each["account"]}
    return printed is None or not accounts or printed["account"] in accounts


def _quote_sign(found: re.Match[str]) -> str:
    """Return a line of evidence that quotes the words that show a cause.

    >>> _quote_sign(re.search("while true", "while true; do"))
    'The text shows "while true".'
    """
    words = found["shown"] if "shown" in found.re.groupindex else None
    return f"The text shows {quote_words(words or found[0])}."


def _format_clause(cause: Cause) -> str:
    """Format the first clause of a cause as the end of a sentence."""
    clause = "".join(_FIRST_CLAUSE.findall(cause.text)[:1])
    return lower_first(clause) if _FIRST_WORDS.match(clause) else clause


def _order_remedies(explanation: Explanation, definition: CauseType) -> Iterator[Remedy]:
    """Yield the remedies, the one for a cause first."""
    others = explanation.remedies
    first = next((each for each in others if definition.remedy and definition.remedy in each.title), None)
    if first is None:
        yield _build_remedy(definition, others)
    else:
        title = first.title.removeprefix("Or ").removeprefix("Also ")
        yield attrs.evolve(first, title=upper_first(title))
    yield from (each for each in others if each is not first)


def _build_remedy(definition: CauseType, others: tuple[Remedy, ...]) -> Remedy:
    """Build a remedy from the fix of a cause. The same person can carry out the other remedies."""
    title, _, step = definition.fix.removesuffix(".").partition(". ")
    who: Who = "you" if title.startswith("Wait") or not others else others[0].who
    urls = (*definition.sources, *(each.url for each in others))
    commands = [
        next((each for remedy in others for each in remedy.commands if each.startswith(start)), None)
        for start in definition.commands
    ]
    return Remedy(
        title,
        who,
        (f"{step}.",) if step else (),
        # The words before them are those of other remedies.
        commands=tuple(str(each) for each in commands if each),
        url=next(iter(urls), None),
    )
