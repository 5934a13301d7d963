"""Classify lines of a log by their prefixes and beginnings."""

from __future__ import annotations

from typing import NamedTuple

from iamtriage._reading.entries.formats import (
    CONTINUATION,
    DROPPED,
    OPENING,
    START,
    Prefix,
    is_leveled,
    split_prefix,
)

LEVEL = "level"
"""The format of lines that begin with a level only."""

# Many lines are empty.
BLANK = "\n"
_BLANK_PREFIX = split_prefix(BLANK)


class Line(NamedTuple):
    """A line and what its prefix and content say of the entry that it belongs to."""

    text: str
    start: int
    is_hot: bool
    prefix: Prefix
    content: str
    format: str
    is_start: bool
    is_opening: bool
    is_continuation: bool

    @property
    def is_logged(self) -> bool:
        """Whether it has a time and a level."""
        return self.prefix.is_stamped and (self.prefix.is_leveled or is_leveled(self.content))


def classify_line(text: str, start: int, *, is_hot: bool) -> Line:
    """Return a line with what its prefix and content say.

    Args:
        text: The line, with its newline.
        start: Where it starts in the source.
        is_hot: Whether it has a sign of a failure.
    """
    if text == BLANK:
        return Line(text, start, False, _BLANK_PREFIX, text, "plain", False, False, False)  # noqa: FBT003
    prefix = split_prefix(text)
    content = prefix.content_of(text)
    begin = START.match(content)
    opening = None if begin else OPENING.match(content)
    m = begin or opening
    if begin and begin.lastgroup in DROPPED:
        prefix = prefix._replace(end=prefix.end + begin.end())
        content = content[begin.end() :]
    form = (m.lastgroup if m else None) or prefix.format or "plain"
    is_continuation = CONTINUATION.match(content) is not None
    return Line(
        text,
        start,
        is_hot,
        prefix,
        content,
        form,
        begin is not None,
        opening is not None,
        is_continuation,
    )
