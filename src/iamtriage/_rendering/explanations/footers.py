"""Say in few lines which other remedies an explanation has, and how much of it is not shown."""

from __future__ import annotations

from itertools import groupby, islice, zip_longest
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.explanations.parts import SENTENCE_END, repeats, row_label
from iamtriage._rendering.explanations.steps_and_commands import is_attachment
from iamtriage._text import lower_first, upper_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._rendering.explanations.parts import Parts, RemedyParts

__all__ = ("count_hidden", "join_more", "titles_rows")

# What replaces credentials instead of the cause.
_LAST_RESORT = lazy_pattern("(?:Or )?[Cc]reate a new access key|Replace long-term keys ")
# The start of the reason for a whole policy instead of a permission.
_PARTIAL = "The denied action alone"
# What the title says of a change for which a step names who makes it.
_BY_ORGANIZATION = "If the call must stay as it is, only an administrator of the organization can "
_CHANGE = lazy_pattern(r"Have [^\n]{1,200} changed")
_TO_TRUST_POLICY, _IN_TRUST_POLICY = "to the trust policy instead: ", " in the role's trust policy"
_IF_NOT_ENOUGH = "if the call is still denied"


def titles_rows(
    remedies: Sequence[RemedyParts], limit: int, steps: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield rows with the titles of remedies: alternatives, what is for other cases, and what comes next.

    Args:
        remedies: The remedies whose titles can be shown, in the order to try them.
        limit: The number of titles.
        steps: The steps that are shown. A title that repeats one is left out.

    >>> from iamtriage._rendering.explanations.parts import RemedyParts
    >>> titles = ("Find the Deny, if the call is still denied", "Update the SDK", "Or, on EC2, use a role")
    >>> remedies = [RemedyParts(each, "you", (), (), None, (), None) for each in titles]
    >>> list(titles_rows(remedies[:2], 3))
    [('Next', 'Update the SDK; find the Deny, if the call is still denied (you).')]
    >>> list(titles_rows(remedies[1:], 3))
    [('Next', 'Update the SDK (you).'), ('Or', 'on EC2, use a role (you).')]
    """
    sentences = [sentence for step in steps for sentence in SENTENCE_END.split(step)]
    is_partial = any(step.startswith(_PARTIAL) for step in sentences)
    # A step with the statement for the trust policy, too.
    is_in_step = any(_TO_TRUST_POLICY in step for step in sentences)
    is_said = any(step.startswith(_BY_ORGANIZATION) for step in sentences)
    new = (
        each
        for each in remedies
        if not (is_partial and each.title.startswith(("Allow ", "Or allow ")))
        and not (is_in_step and each.title.endswith(_IN_TRUST_POLICY))
        and not (is_said and _CHANGE.fullmatch(each.title))
        and not any(repeats(each.title, step) for step in sentences)
    )
    listed = list(islice(new, limit))
    while listed and _LAST_RESORT.match(listed[-1].title):
        listed.pop()
    listed.sort(key=lambda each: each.title.endswith(_IF_NOT_ENOUGH))
    for label, group in groupby(listed, lambda each: row_label(each.title)):
        titles = tuple(group)
        # People of the same kind are named once.
        named = (
            each.title if following and following.who == each.who else f"{each.title} ({each.who})"
            for each, following in zip_longest(titles, titles[1:])
        )
        # The label says that they follow, or on what they depend.
        first, *rest = (each.removeprefix("Then: ") for each in named)
        start = first[len(label) :].lstrip(", ") if label != "Next" else upper_first(first)
        yield label, "; ".join((start, *map(_continue, rest))) + "."


def _continue(title: str) -> str:
    """Return a title, which begins with a verb, as a later part of a sentence."""
    return lower_first(title) if title[1:2].islower() or title[1:2] == " " else title


def join_more(others: tuple[tuple[str, str], ...], hidden: str) -> tuple[tuple[str, str], ...]:
    """Return the rows about other failures and, in the last one, what a short explanation omits.

    >>> join_more((("More", "iamtriage scan lists them."),), "1 note: iamtriage explain --full.")
    (('More', '1 note: iamtriage explain --full. iamtriage scan lists them.'),)
    """
    if not hidden:
        return others
    if others and others[-1][0] == "More":
        return (*others[:-1], ("More", f"{hidden} {others[-1][1]}"))
    return (*others, ("More", hidden))


def count_hidden(parts: Parts, shown: tuple[int, int, int, int, int]) -> str:
    """Return the number of the parts that a short explanation omits, in words.

    Args:
        parts: All parts.
        shown: The number of causes, of whole remedies, of steps and commands of the first remedy, and of
            notes that are shown.
    """
    first = parts.remedies[0] if parts.remedies else None
    totals = (
        (len(parts.causes), "cause", "causes"),
        (len(parts.remedies), "remedy", "remedies"),
        (sum(not is_attachment(each) for each in first.steps) if first else 0, "step", "steps"),
        (len(first.commands) if first else 0, "command", "commands"),
        (len(parts.notes), "note", "notes"),
    )
    return ", ".join(
        f"{total - count} {one if total - count == 1 else many}"
        for (total, one, many), count in zip(totals, shown, strict=True)
        if total > count
    )
