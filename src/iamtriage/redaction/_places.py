"""Where identifiers stand in a text; not for what stands for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage.redaction._vocabulary.identifier_nouns import Numbered, is_kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("FRONT_OF_NAME", "Place", "in_order", "pieces")

# What may stand directly in front of a name: nothing that a name is made of, unless an escape ends there.
FRONT_OF_NAME = r"(?:(?<![A-Za-z0-9_.-])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"

# A wildcard, a policy's variable, a template's or a manual's placeholder, an ellipsis: these stay. So do the
# signs of a link in Markdown, whose words may be a name.
_NOT_NAMES = re.compile(
    r"\*+|\?|\$?\{[^{}]*\}|<[^<>]*>|\[[^\[\]]*\](?!\()|\[|\]\(|…|\.{3,}|%[0-9A-Fa-f]{2}|\\"
)


class Place(NamedTuple):
    """An identifier that is ``text[start:end]``, and what it is of."""

    start: int
    end: int
    noun: Numbered


def pieces(text: str, start: int, end: int, noun: Numbered) -> Iterator[Place]:
    """Give the parts of a name that are no wildcards and no placeholders."""
    at = start
    for m in _NOT_NAMES.finditer(text, start, end):
        if m.start() > at and not is_kept(text[at : m.start()]):
            yield Place(at, m.start(), noun)
        at = m.end()
    if at < end and not is_kept(text[at:end]):
        yield Place(at, end, noun)


def in_order(places: Iterable[Place]) -> Iterator[Place]:
    """Give places in the order of the text, none twice: of those that overlap the first, then the longest."""
    end = 0
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        if place.start >= end:
            yield place
            end = place.end
