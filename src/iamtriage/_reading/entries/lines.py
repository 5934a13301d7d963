"""Classify log lines by their prefixes and first words."""

from __future__ import annotations

import re

from iamtriage._reading.entries.formats import (
    CONTINUATION,
    DROPPED,
    OPENING,
    START,
    Prefix,
    is_leveled,
    split_prefix,
)
from iamtriage._typing import NamedTuple

LEVEL = "level"
"""The format of lines that start with a level and have no time."""

# Many lines are empty, so they are classified without a search.
EMPTY_LINE = "\n"
_EMPTY_LINE_PREFIX = split_prefix(EMPTY_LINE)
# What sets colors on a terminal, also in the JSON of a container's log.
_STYLE = re.compile(r"(?:\x1b|\\u001[bB])\[[0-9;]{0,16}m")


class RestoredLine(str):
    """A line as a program wrote it, without what a terminal or a runner of tasks added.

    Attributes:
        source: The line, or the lines, as in the source.
        breaks: The spans of the newlines in ``source`` that a terminal added.
        task: What a runner or grep put before the line.
        stream: The name of the task or file in it.
    """

    __slots__ = ("breaks", "source", "stream", "task")

    source: str
    breaks: tuple[tuple[int, int], ...]
    task: str
    stream: str


def restore_line(
    text: str, source: str, *, breaks: tuple[tuple[int, int], ...] = (), task: str = "", stream: str = ""
) -> str:
    """Return a line as a program wrote it; the arguments are the attributes of ``RestoredLine``."""
    line = RestoredLine(text)
    line.source, line.breaks, line.task, line.stream = source, breaks, task, stream
    return line


class Line(NamedTuple):
    """A line, and what its prefix and content say about its entry.

    Attributes:
        text: The line, with its newline.
        start: Its offset in the source.
        is_hot: Whether it has a sign of a failure.
        prefix: Its prefix.
        content: Its content after the prefix.
        format: The name of its format in the tables of ``formats``, or ``"plain"``.
        is_start: Whether it starts an entry.
        is_opening: Whether it is the first line of a tool's output.
        is_continuation: Whether it looks like a continuation of the previous line.
        breaks: The spans of the newlines that a terminal put into the line.
    """

    text: str
    start: int
    is_hot: bool
    prefix: Prefix
    content: str
    format: str
    is_start: bool
    is_opening: bool
    is_continuation: bool
    breaks: tuple[tuple[int, int], ...] = ()

    @property
    def is_logged(self) -> bool:
        """Whether the line has a time and a level."""
        return (
            self.prefix.is_stamped
            and self.format != "go_tail"
            and (self.prefix.is_leveled or is_leveled(self.content))
        )


def classify_line(text: str, start: int, *, is_hot: bool) -> Line:
    """Find the prefix and format of a line."""
    if text == EMPTY_LINE:
        return Line(text, start, False, _EMPTY_LINE_PREFIX, text, "plain", False, False, False)  # noqa: FBT003
    plain = without_style(text)
    prefix = split_prefix(plain)
    content = prefix.content_of(plain)
    continuation = CONTINUATION.match(content)
    is_tail = continuation is not None and continuation.lastgroup == "go_tail"
    begin = None if is_tail else START.match(content)
    opening = None if begin else OPENING.match(content)
    m = continuation if is_tail else begin or opening
    if begin and begin.lastgroup in DROPPED:
        prefix = prefix._replace(end=prefix.end + begin.end())
        content = content[begin.end() :]
    if plain is not text:
        prefix = prefix._replace(end=_place_in(text, prefix.end))
    form = (m.lastgroup if m else None) or prefix.format or "plain"
    kinds = begin is not None, opening is not None, continuation is not None
    if type(text) is RestoredLine:
        if text.task:
            stream = f"{text.stream} {prefix.stream}".strip()
            prefix = prefix._replace(stream=stream, end=prefix.end + len(text.task))
        return Line(text.source, start, is_hot, prefix, content, form, *kinds, text.breaks)
    return Line(text, start, is_hot, prefix, content, form, *kinds)


def without_style(text: str) -> str:
    """Return a text without what sets colors on a terminal."""
    return _STYLE.sub("", text) if "\x1b[" in text or "\\u001" in text else text


def _place_in(text: str, end: int) -> int:
    """Return the offset in a line for one in the same line without styles."""
    for m in _STYLE.finditer(text):
        if m.start() >= end:
            break
        end += len(m[0])
    return end
