"""Order the optional parts of a short explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._rendering.explanations.remedies import expires, is_brief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.explanations.parts import Parts

__all__ = ("MAX_CAUSES", "order_additions")

MAX_CAUSES, _MAX_TITLES = 5, 4


def order_additions(parts: Parts) -> Iterator[str]:
    """Yield the names of the counts to increase by one, the most useful first."""
    certain = sum(cause.evidence != "possible" for cause in parts.causes)
    yield from ("causes" for _ in range(1, min(certain, 2)))
    yield from ("titles" for _ in range(2))
    if parts.remedies[1:] and expires(parts.remedies[1]):
        yield "next"
    yield "steps"
    yield "commands"
    # What can be wrong matters more than further steps.
    yield from ("causes" for _ in range(3))
    yield "steps"
    yield "commands"
    yield "steps"
    # A note matters more than the command of a check.
    yield from ("next", "notes") if parts.remedies[1:] and is_brief(parts.remedies[1]) else ("notes", "next")
    yield from ("titles" for _ in range(_MAX_TITLES - 2))
    yield from ("commands" for _ in range(4))
    yield from ("steps" for _ in range(6))
    yield from ("causes" for _ in range(MAX_CAUSES))
    yield "notes"
    yield "urls"
