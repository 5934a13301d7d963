"""Extend parts of a text to whole lines, so that only these lines are searched again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("MAX_LINE", "extend_spans", "extend_to_lines", "merge_spans")

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
