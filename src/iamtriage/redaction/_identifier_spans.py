"""Represent the identifiers found in a text, and their positions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.identifier_nouns import IdentifierKind, is_kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("BEFORE_NAME", "Identifier", "split_name", "without_overlaps")

# Before a name: no character that can be part of a name, unless it belongs to an escape.
BEFORE_NAME = r"(?:(?<![A-Za-z0-9_.-])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"

# Wildcards, policy variables, placeholders of templates and manuals, and ellipses stay. So does the syntax of
# a Markdown link, whose text can be a name.
_NOT_NAMES = re.compile(
    r"\*+|\?|\$?\{[^{}]*\}|<[^<>]*>|\[[^\[\]]*\](?!\()|\[|\]\(|…|\.{3,}|%[0-9A-Fa-f]{2}|\\"
)


class Identifier(NamedTuple):
    """An identifier, ``text[start:end]``, and its kind."""

    start: int
    end: int
    noun: IdentifierKind


def split_name(text: str, start: int, end: int, noun: IdentifierKind) -> Iterator[Identifier]:
    """Yield the parts of a name, without wildcards and placeholders."""
    at = start
    for m in _NOT_NAMES.finditer(text, start, end):
        if m.start() > at and not is_kept(text[at : m.start()]):
            yield Identifier(at, m.start(), noun)
        at = m.end()
    if at < end and not is_kept(text[at:end]):
        yield Identifier(at, end, noun)


def without_overlaps(identifiers: Iterable[Identifier]) -> Iterator[Identifier]:
    """Yield identifiers in text order. If some overlap, the first one wins, or else the longest."""
    end = 0
    for identifier in sorted(identifiers, key=lambda each: (each.start, -each.end)):
        if identifier.start >= end:
            yield identifier
            end = identifier.end
