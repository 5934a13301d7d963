"""Define the kinds of identifiers and the values that identify nothing, and represent an identifier in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.known_words import is_region

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = (
    "BEFORE_NAME",
    "NOUNS",
    "Identifier",
    "IdentifierKind",
    "Noun",
    "is_kept",
    "split_name",
    "without_overlaps",
)

Noun: TypeAlias = Literal[
    "alias", "api", "bucket", "certificate", "cluster", "cluster-id", "db", "device", "domain",
    "federated", "function", "group", "host", "index", "instance", "log-group", "name", "namespace",
    "nodegroup", "object", "parameter", "path", "pipeline", "policy", "principal", "profile", "project",
    "provider", "queue", "repository", "request", "resource", "role", "secret", "session", "stack",
    "state-machine", "stream", "table", "task", "topic", "user",
]  # fmt: skip
"""The kind of a name, and the first word of its pseudonym, as in ``role-1``."""

IdentifierKind: TypeAlias = Noun | Literal["account", "authorization", "host-id"]
"""The kind of an identifier. The last three have numbers instead of names."""

# Longer ones first, as patterns need them.
NOUNS = "|".join(sorted(get_args(Noun), key=len, reverse=True))

_MASK = re.compile(
    r"[*.…•#?_<>\[\]{}()$-]{2,}|[*?…-]|(?:(?:x{2,}+|X{2,}+)[*.…_-]{0,4}+){1,9}|<.*>|\[.*\]|\$?\{.*\}"
    r"|(?:x{3,}|X{3,}|\*{2,})[0-9a-zA-Z]{0,4}",
    re.DOTALL,
)
# The characters that a mask can begin with.
_MASK_STARTS = frozenset("*.…•#?_<>[]{}()$-xX")
_COMMON_WORDS = """
    arn REDACTED redacted MASKED masked HIDDEN hidden ID id root anonymous * $LATEST $default aws AWS
"""
_COMMON = frozenset(_COMMON_WORDS.split())
# The minimum number of digits. Shorter numbers are versions, years or counts.
_MIN_DIGITS = 8


def is_kept(value: str) -> bool:
    """Return whether a value identifies nothing: a mask, a wildcard, a common word, a small number.

    >>> [is_kept(value) for value in ("<role>", "xxxx", "2031", "root", "orders")]
    [True, True, True, True, False]
    """
    return (
        value in _COMMON
        or (value[:1] in _MASK_STARTS and _MASK.fullmatch(value) is not None)
        or not any(map(str.isalnum, value))
        or (value.isdigit() and len(value) < _MIN_DIGITS)
        or is_region(value)
    )


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
