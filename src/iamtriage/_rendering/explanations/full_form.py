"""Build the blocks of a full explanation, for a text or a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._rendering.blocks import Fields, Fold, Heading, Items, Labels
from iamtriage._rendering.explanations.parts import is_code, restates
from iamtriage._rendering.explanations.remedies import remedy_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.parts import CauseParts, Parts

__all__ = ("card_blocks", "cause_blocks", "full_blocks")

# Causes that a card shows at first.
_MAX_CARD_CAUSES = 3


def full_blocks(parts: Parts, facts: tuple[tuple[str, str], ...]) -> Iterator[Block]:
    """Yield the blocks of all parts, in order.

    Args:
        parts: The parts of the explanation.
        facts: The labels and values of the failure.
    """
    yield Heading(f"{parts.total} {parts.summary}".strip(), 1)
    if facts:
        yield Fields(facts)
    if parts.causes:
        yield Heading("Why")
    shown: set[str] = set()
    for cause in parts.causes:
        new = tuple(each for each in cause.because if each not in shown)
        yield from cause_blocks(cause._replace(because=new), parts.summary, with_code=True)
        shown.update(cause.because)
    if parts.remedies:
        yield Heading("What to do")
    second = () if parts.second is None else (parts.second,)
    for remedy in (*parts.remedies[:1], *second, *parts.remedies[1:]):
        yield from remedy_blocks(remedy)
    if parts.notes:
        yield Heading("Good to know")
        yield Items(parts.notes)
    if parts.others:
        yield Labels(parts.others)


def card_blocks(parts: Parts, text: tuple[Block, ...], *, is_open: bool) -> Iterator[Block]:
    """Yield the blocks of a card: first those of a short explanation, then the rest in folds.

    Args:
        parts: The parts of the explanation.
        text: The blocks of the failure's text.
        is_open: Whether the folds are open.
    """
    yield Heading(f"{parts.total} {parts.summary}".strip(), 1)
    if parts.causes:
        yield Heading("Why")
        for cause in parts.causes[:_MAX_CARD_CAUSES]:
            yield from cause_blocks(cause, parts.summary)
    if parts.remedies:
        yield Heading("Do this first")
        yield from remedy_blocks(parts.remedies[0])
    if parts.second is not None:
        yield Heading("Then")
        yield from remedy_blocks(parts.second)
    if parts.others:
        yield Labels(parts.others)
    more: list[Block] = []
    other_causes = parts.causes[_MAX_CARD_CAUSES:]
    if other_causes:
        more.append(Heading("Other causes"))
        more += (block for cause in other_causes for block in cause_blocks(cause))
    if parts.remedies[1:]:
        more.append(Heading("Other remedies"))
        more += (block for remedy in parts.remedies[1:] for block in remedy_blocks(remedy))
    if parts.notes:
        more += (Heading("Good to know"), Items(parts.notes))
    if more:
        title = _fold_title(len(other_causes), len(parts.remedies) - 1, len(parts.notes))
        yield Fold(title, tuple(more), is_open)
    if text:
        yield Fold("The text", text, is_open)


def _fold_title(*counts: int) -> str:
    """Return the title of a fold: the number of parts in it.

    >>> _fold_title(2, 0, 1)
    '2 more causes and 1 note'
    """
    nouns = (("more cause", "more causes"), ("more remedy", "more remedies"), ("note", "notes"))
    words = [
        f"{count} {one if count == 1 else many}"
        for count, (one, many) in zip(counts, nouns, strict=True)
        if count > 0
    ]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def cause_blocks(cause: CauseParts, summary: str = "", *, with_code: bool = False) -> Iterator[Block]:
    """Yield the blocks of a cause. If a certain one repeats the summary, its first reason replaces it.

    Args:
        cause: The cause.
        summary: The summary of the explanation.
        with_code: Whether to show the code, with which ``iamtriage why`` prints the page of the cause.
    """
    text = cause.text
    reasons = tuple(each for each in cause.because if each != text)
    if reasons and cause.evidence != "possible" and restates(text, summary) and not is_code(reasons[0]):
        text, reasons = reasons[0], reasons[1:]
    yield Heading(text, 3, (cause.evidence, cause.code) if with_code and cause.code else (cause.evidence,))
    if reasons:
        yield Items(reasons)
