"""Find where the markers of secrets can reveal other secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._windows import extend_spans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.redaction._secret_spans import FoundSecret

__all__ = ("list_windows",)

# The characters that end a value. After anything else, a marker can be part of another name or value.
_DELIMITERS = frozenset(["", *"\"'`,;&<>(){}[]@|\\“”„‘’"])
# After a word and a sign, but no space, a secret can be part of a longer value.
_GLUE = re.compile(r"[\"'`,;&<>(){}\[\]|]")
_GLUED = re.compile(r"[A-Za-z0-9]\\*[\"'`,;&<>(){}\[\]|][^\s]*\Z")
_AFTER_TAG = re.compile(r"<[\w:.-]{1,60}>\Z")
_GLUE_REACH = 80
# The number of characters before and after a marker in which it can reveal a secret, up to the ends of lines.
_WINDOW = 600
_MAX_INDENT = 40


def list_windows(text: str, finds: Iterable[FoundSecret]) -> list[tuple[int, int]]:
    """Return the position of the lines around each secret whose marker can reveal another one.

    If they are most of the text, return the position of the whole text.

    Args:
        text: The text, without markers for the secrets.
        finds: The secrets, in text order.
    """
    revealing = (found for found in finds if not _is_separate(text, found))
    return extend_spans(text, ((max(0, found.start - _WINDOW), found.end + _WINDOW) for found in revealing))


def _is_separate(text: str, found: FoundSecret) -> bool:
    """Return whether a secret is a separate value, so that nothing next to its marker belongs to it."""
    following = text[found.end : found.end + 1]
    if not (following in _DELIMITERS or following.isspace() or (found.is_dashed and following == "%")):
        return False
    if text[max(0, found.start - _MAX_INDENT) : found.start].rstrip(" \t")[-1:] in {"", "\n"}:
        # Its line can look like the prefix of other lines, because it is equal to one of them.
        return False
    start = found.start if found.name_start < 0 else found.name_start
    if found.is_whole or text[start - 1 : start].isspace():
        return True
    low = max(0, start - _GLUE_REACH)
    word = text[low:start].rpartition(" ")[2].rpartition("\\n")[2]
    return not (_GLUE.search(word) and _GLUED.search(word) and _AFTER_TAG.search(text, low, start) is None)
