"""Say in few lines which other remedies an explanation has, and how much of it is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._rendering.explanations.steps_and_commands import is_attachment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._rendering.explanations.parts import Parts, RemedyParts

__all__ = ("count_hidden", "titles_row")


def titles_row(remedies: Sequence[RemedyParts]) -> Iterator[tuple[str, str]]:
    """Yield a row with the titles of remedies, if there are any.

    Args:
        remedies: The remedies whose titles are shown.
    """
    titles = [f"{each.title} ({each.who})" for each in remedies]
    if titles:
        yield "Next", "; ".join((titles[0], *map(_continue, titles[1:]))) + "."


def _continue(title: str) -> str:
    """Return a title, which begins with a verb, as a later part of a sentence."""
    return f"{title[0].lower()}{title[1:]}" if title[1:2].islower() or title[1:2] == " " else title


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
        f"{total - count} more {one if total - count == 1 else many}"
        for (total, one, many), count in zip(totals, shown, strict=True)
        if total > count
    )
