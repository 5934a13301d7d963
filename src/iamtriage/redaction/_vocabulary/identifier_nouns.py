"""Define the kinds of identifiers, and the values that identify nothing."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias, get_args

from iamtriage.redaction._vocabulary.known_words import is_region

__all__ = ("NOUNS", "IdentifierKind", "Noun", "is_kept")

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
