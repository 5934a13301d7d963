"""Map positions in an edited text back to the original.

Unwrapping edits a text: it unescapes, removes prefixes, and joins lines. Spans still refer to the original text.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

Edit = tuple[int, int, str]
"""A start, an end, and the string that replaces the text between them."""


class View:
    """A text, and the edits that produced it from the original.

    Attributes:
        original: The original text.
        text: The edited text.
        layers: The starts of the parts between the edits of each step, in the text after and before the step.
    """

    __slots__ = ("layers", "original", "text")

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = original
        self.layers: list[tuple[list[int], list[int]]] = []

    def edit(self, edits: Iterable[Edit]) -> None:
        """Apply edits that are in order and do not overlap."""
        old = self.text
        pieces: list[str] = []
        new_starts, old_starts = [0], [0]
        done = shift = 0
        for start, end, replacement in edits:
            pieces.append(old[done:start])
            if replacement:
                pieces.append(replacement)
            shift += start + len(replacement) - end
            new_starts.append(end + shift)
            old_starts.append(end)
            done = end
        if not done:
            # An insertion at the start separates nothing.
            return
        self.text = "".join([*pieces, old[done:]])
        self.layers.append((new_starts, old_starts))

    def sub(self, pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str]) -> None:
        """Replace every match of a pattern."""
        if isinstance(replacement, str):
            self.edit((m.start(), m.end(), replacement) for m in pattern.finditer(self.text))
        else:
            self.edit((m.start(), m.end(), replacement(m)) for m in pattern.finditer(self.text))

    def origin(self, position: int) -> int:
        """Return the position in ``original`` of a position in ``text``."""
        for new_starts, old_starts in reversed(self.layers):
            at = bisect_right(new_starts, position) - 1
            position = old_starts[at] + position - new_starts[at]
        return position

    def position(self, origin: int) -> int:
        """Return the position in ``text`` of a position in ``original``, or of the next one that was kept."""
        for new_starts, old_starts in self.layers:
            at = bisect_right(old_starts, origin)
            origin += new_starts[at - 1] - old_starts[at - 1]
            if at < len(new_starts) and origin > new_starts[at]:
                origin = new_starts[at]
        return origin

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of ``text[start:end]`` in ``original``, including removed characters inside it."""
        size = len(self.original)
        if not self.layers and end <= size:
            return start, max(start, end)
        first = min(self.origin(start), size)
        return first, first if end <= start else min(self.origin(end - 1) + 1, size)
