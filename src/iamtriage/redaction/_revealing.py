"""Find where the markers of secrets can reveal other secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_MAX_LINE = 2_000
_MAX_INDENT = 40


def list_windows(text: str, finds: Sequence[FoundSecret]) -> list[tuple[int, int]] | None:
    """Return the position of the lines around each secret whose marker can reveal another one.

    If they are more than half of the text, return ``None``.

    Args:
        text: The text, without markers for the secrets.
        finds: The secrets, in text order.
    """
    windows: list[tuple[int, int]] = []
    size = 0
    for found in finds:
        if not _is_separate(text, found):
            low, high = _find_window(text, found)
            if windows and low <= windows[-1][1]:
                before = windows.pop()
                size -= before[1] - before[0]
                low, high = before[0], max(high, before[1])
            windows.append((low, high))
            size += high - low
            if size * 2 > len(text):
                return None
    return windows


def _find_window(text: str, found: FoundSecret) -> tuple[int, int]:
    """Return the position of the lines around a secret."""
    low = max(0, found.start - _WINDOW)
    high = found.end + _WINDOW
    end = text.find("\n", high, high + _MAX_LINE)
    return text.rfind("\n", max(0, low - _MAX_LINE), low) + 1 or low, end if end >= 0 else high


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
