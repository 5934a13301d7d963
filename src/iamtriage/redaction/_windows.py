"""Divide a text into blocks that are redacted one by one, and extend parts of a text to whole lines.

Blocks limit memory use, and lines without a failure or an ARN take little time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.grammar import ENTRY_START
from iamtriage._reading.vocabulary.triggers import list_fragments, may_contain_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = (
    "MAX_LINE",
    "extend_spans",
    "extend_to_lines",
    "merge_spans",
    "split_blocks",
    "split_by_relevance",
    "split_with_overlap",
)

MAX_LINE = 2_000
"""The maximum distance to the end of a line, in characters."""


def extend_spans(text: str, spans: Iterable[tuple[int, int]], reach: int = MAX_LINE) -> list[tuple[int, int]]:
    """Return the positions of the lines of spans, which are in order.

    If they are most of the text, return the position of the whole text.

    Args:
        text: The text.
        spans: The spans.
        reach: The maximum distance to the end of a line, in characters.
    """
    # Merged first, because many spans can be close together.
    lines = merge_spans(extend_to_lines(text, low, high, reach) for low, high in merge_spans(spans))
    is_small = sum(high - low for low, high in lines) * 2 <= len(text)
    return lines if is_small else [(0, len(text))]


def extend_to_lines(text: str, low: int, high: int, reach: int = MAX_LINE) -> tuple[int, int]:
    """Return the position of a part of a text with the rest of its first and last line."""
    low = text.rfind("\n", max(0, low - reach), low) + 1 or low
    line_end = text.find("\n", high, high + reach) + 1
    return low, min(len(text), line_end or high)


def merge_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans, which are in order, with those that touch merged."""
    merged: list[tuple[int, int]] = []
    for low, high in spans:
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


# In characters.
_MIN_BLOCK = 32_000
_MAX_BLOCK = 48_000
# Longer than nearly every secret with its name. Longer ones are found in the whole text.
_OVERLAP = 2_000
_ENTRY_START = re.compile(rf"\n(?={ENTRY_START}|\n|\[\d|<\d|\xe2\x95\xb7|╷)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# The number of lines before and after a line of a failure that can belong to the failure.
_CONTEXT_LINES = 8
_BOUNDARIES = ("\n", "\x20", '"', "\t", ",", ";", "<")


def split_blocks(text: str, move_end: Callable[[str, int], int]) -> Iterator[str]:
    """Yield a text in blocks that can be joined to the same text.

    Args:
        text: The text.
        move_end: A function that returns where the block is to end instead of at a position.
    """
    start = 0
    while len(text) - start > _MAX_BLOCK:
        end = move_end(text, _find_end(text, start))
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def split_with_overlap(text: str) -> Iterator[tuple[int, str]]:
    """Yield blocks of a text with their positions. Each contains the beginning of the next one.

    So a name, its sign and its value are together in at least one block.
    """
    start = 0
    while len(text) - start > _MAX_BLOCK + _OVERLAP:
        end = _find_end(text, start)
        line_end = text.find("\n", end + _OVERLAP, end + 2 * _OVERLAP)
        yield start, text[start : line_end if line_end >= 0 else end + _OVERLAP]
        start = end
    yield start, text[start:]


def split_by_relevance(block: str) -> Iterator[tuple[str, bool]]:
    """Yield a block in parts, and whether each can contain a failure or an ARN."""
    lines = [m[0] for m in _LINE.finditer(block)]
    relevant = bytearray(len(lines))
    fragments = list_fragments(block)
    for number, line in enumerate(lines):
        if "arn:" in line or may_contain_failure(line, fragments):
            low, high = max(0, number - _CONTEXT_LINES), min(len(lines), number + _CONTEXT_LINES + 1)
            relevant[low:high] = b"\x01" * (high - low)
    start = 0
    while start < len(lines):
        end = relevant.find(1 - relevant[start], start)
        end = len(lines) if end < 0 else end
        yield "".join(lines[start:end]), bool(relevant[start])
        start = end


def _find_end(text: str, start: int) -> int:
    """Return the end of a block: before a log entry, else at a newline, else where no value is split."""
    entry = _ENTRY_START.search(text, start + _MIN_BLOCK, start + _MAX_BLOCK)
    if entry:
        return entry.end()
    for boundary in _BOUNDARIES:
        at = text.rfind(boundary, start + _MIN_BLOCK // 2, start + _MAX_BLOCK)
        if at >= 0:
            return at + 1
    return start + _MAX_BLOCK
