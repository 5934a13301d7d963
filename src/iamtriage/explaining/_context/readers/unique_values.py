"""Find a value of which a text states only one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._context.values import Stated, quote_match

if TYPE_CHECKING:
    import re

__all__ = ("unique_value",)

# Words of a sentence and literals that a pattern can take for a name.
_NO_NAMES = frozenset(
    {
        "is", "in", "not", "the", "a", "an", "of", "for", "to", "has", "was",
        "name", "and", "with", "does", "exec", "logs", "null", "none", "true", "false",
        "that", "which", "this", "it", "itself", "there", "by", "from", "on", "can", "but", "only", "or", "as", "uses", "access",
        "admin", "admins", "level", "scope", "creator", "endpoint", "policy", "policies", "token", "tokens", "role", "roles", "role-arn",
        "annotation", "user", "users", "cluster", "version", "issuer", "network", "creation", "add-on", "add-ons", "works", "worked",
        "runs", "fails", "failed", "exists", "needs", "both", "either", "too", "again", "yet", "now", "already", "here", "also",
    }
)  # fmt: skip


def unique_value(
    pattern: re.Pattern[str], text: str, *, excluded: frozenset[str] = frozenset()
) -> Stated | None:
    """Return the only value that a pattern finds in a text."""
    chosen: Stated | None = None
    for found in pattern.finditer(text):
        value = next(filter(None, found.groups())).rstrip(".,-")
        if value in excluded or value in _NO_NAMES:
            continue
        if chosen is not None and chosen.value != value:
            return None
        chosen = chosen or Stated(value, quote_match(found))
    return chosen
