"""Cuts a text into blocks that can be looked at one by one; not for what is in them.

So memory stays bounded, and lines that tell of nothing cost little.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.grammar import ENTRY_START
from iamtriage._reading.vocabulary.triggers import may_hold_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("blocks", "parts")

_SIZE = 32_000
_LONGEST = 48_000
_FRESH = re.compile(rf"\n(?={ENTRY_START}|\n|\[\d|<\d|\xe2\x95\xb7|╷)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# Lines around one that may be of a failure: they may be of it, too.
_AROUND = 8
_BOUNDS = ("\n", "\x20", '"', "\t", ",")


def blocks(text: str) -> Iterator[str]:
    """Give a text in pieces; put together they are the text.

    A cut is made where a log's entry begins, else at a line end, else where no value can be cut.
    """
    start = 0
    while len(text) - start > _LONGEST:
        cut = _cut(text, start)
        yield text[start:cut]
        start = cut
    if start < len(text):
        yield text[start:]


def parts(block: str) -> Iterator[tuple[str, bool]]:
    """Give a block in pieces, and whether each may tell of a failure or holds an ARN."""
    lines = [m[0] for m in _LINE.finditer(block)]
    hot = bytearray(len(lines))
    for at, line in enumerate(lines):
        if "arn:" in line or may_hold_failure(line):
            low, high = max(0, at - _AROUND), min(len(lines), at + _AROUND + 1)
            hot[low:high] = b"\x01" * (high - low)
    start = 0
    while start < len(lines):
        end = hot.find(1 - hot[start], start)
        end = len(lines) if end < 0 else end
        yield "".join(lines[start:end]), bool(hot[start])
        start = end


def _cut(text: str, start: int) -> int:
    fresh = _FRESH.search(text, start + _SIZE, start + _LONGEST)
    if fresh:
        return fresh.end()
    for bound in _BOUNDS:
        at = text.rfind(bound, start + _SIZE // 2, start + _LONGEST)
        if at >= 0:
            return at + 1
    return start + _LONGEST
