"""Find lines with the same prefix, and read them without it.

For example, logs write a time before each line, quotations ``>``, and diffs ``+``. Documents and rows with
such a prefix are found only without it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.nodes import Joined, Scalar
from iamtriage.redaction._vocabulary.markers import WORD
from iamtriage.redaction._vocabulary.searched_text import zero_all_digits
from iamtriage.redaction._vocabulary.value_ends import measure_common_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("break_lines", "find_prefixed_lines", "has_prefixed_lines")

# After a name: a sign, the border of a cell, or at most one more word in the line.
_VALUE = re.compile(
    r"[\w.]{0,48}(?:\\{0,8}[\"']?\]?[ \t]{0,40}[:=,|<>\t]|[ ]{2}"
    r"|[\"']?(?:[ ]\S{1,400})?[ \t]{0,8}\r?(?:\n|\Z))"
)
_ESCAPED_BREAK = re.compile(r"\\\\\\{0,62}n")
# Before a name in a sentence.
_PROSE = re.compile(r"[A-Za-z0-9)]['’]?[ ]{1,2}[A-Za-z]")
# No keys of a document have these in common: a time, a border.
_OF_LOG = re.compile(r"[0-9]:[0-9]{2}|[|│\]]")
# Boxes also have a border at the end of each line.
_BORDERS = "│┃"
# The number of lines before and after the line of a name that can belong to it.
_LINES_BEFORE, _LINES_AFTER = 40, 80
_MAX_LINE = 4_096
# The maximum indent of a value in the line after its name, in characters.
_MAX_INDENT = 8


def find_prefixed_lines(
    text: str, names: Iterable[tuple[int, int]], secrets: Iterable[int]
) -> Iterator[Scalar]:
    """Yield lines with the same prefix, around each name whose value has not been found.

    Args:
        text: The text.
        names: The position of each name without a secret, in order.
        secrets: The start positions of the secrets that were found.
    """
    if "\n" not in text:
        return
    known = sorted(secrets)
    zeroed: str | None = None
    done = 0
    plain_end = 0
    for at, name_end in names:
        # No other name in a line without a prefix has one before it.
        if at < done or at < plain_end or _VALUE.match(text, name_end) is None:
            continue
        start = text.rfind("\n", max(0, at - _MAX_LINE), at) + 1
        if text.find(" ", start, at) < 0:
            # A prefix ends with a space.
            continue
        end = _find_line_end(text, at)
        following = bisect_left(known, name_end)
        is_found = following < len(known) and known[following] <= end + _MAX_INDENT
        if is_found or text.find(WORD, name_end, end) >= 0:
            continue
        size = _measure_prefix(text, start, end)
        # A color or a command before the first line hides its prefix from the next line.
        is_hidden = not size and end < len(text)
        if is_hidden:
            size = _measure_prefix(text, end, _find_line_end(text, end))
        if not size:
            plain_end = end
            continue
        if zeroed is None:
            # Times and numbers in a prefix can differ in their digits.
            zeroed = zero_all_digits(text)
        content = start + size
        if is_hidden:
            prefix = zeroed[end : end + size].lstrip()
            content = zeroed.rfind(prefix, start, at) + len(prefix)
        cell = max(text.rfind(separator, content, at) for separator in (",", "|", "\t", "\\n"))
        if not start + size <= content <= at or _PROSE.search(text, max(content, cell), at + 1):
            continue
        runs = _list_lines(zeroed, end, end, size) if is_hidden else _list_lines(zeroed, done, start, size)
        lines = [Scalar(*run) for run in ([(content, end), *runs] if is_hidden else runs)]
        done = lines[-1].end
        if len(lines) > 1:
            yield Joined(lines)


def break_lines(text: str) -> str:
    """Return a text with its escaped line breaks as line breaks, at the same positions."""
    if "\\\\n" in text:
        text = _ESCAPED_BREAK.sub(lambda m: " " * (len(m[0]) - 1) + "\n", text)
    return text.replace("\\n", " \n")


def has_prefixed_lines(text: str, start: int, end: int, *, signs: str = "") -> bool:
    """Return whether the lines of a document have a prefix that is not part of it.

    Args:
        text: The text.
        start: The start of the document.
        end: The end of the document.
        signs: The beginnings of prefixes that could also be part of the document.
    """
    second = text.find("\n", start, min(end, start + _MAX_LINE)) + 1
    if not second or second >= end:
        return False
    first = text.rfind("\n", max(0, start - _MAX_LINE), start) + 1
    size = _measure_prefix(text, first, second)
    if size:
        prefix = text[first : first + size]
        if signs:
            return prefix.lstrip(" ")[0] in signs or _OF_LOG.search(prefix) is not None
        return first + size <= start
    # A command before the first line hides its prefix.
    size = _measure_prefix(text, second, _find_line_end(text, second))
    if signs:
        return size > 0 and text[second] in signs
    prefix = text[second : second + size].lstrip()
    return bool(prefix) and zero_all_digits(prefix) in zero_all_digits(text[first:start])


def _find_line_end(text: str, at: int) -> int:
    """Return the start of the next line."""
    end = text.find("\n", at, at + _MAX_LINE)
    return end + 1 if end >= 0 else min(len(text), at + _MAX_LINE)


def _measure_prefix(text: str, start: int, end: int) -> int:
    """Return the length of the prefix that a line shares with a neighboring line, without indents."""
    size = measure_common_prefix(text, end, start) if end < len(text) else 0
    if not size and start:
        size = measure_common_prefix(text, text.rfind("\n", 0, start - 1) + 1, start)
    prefix = text[start : start + size].rstrip(" ")
    return len(prefix) + 1 if prefix else 0


def _list_lines(text: str, low: int, start: int, size: int) -> list[tuple[int, int]]:
    """Return the lines around a line that have its prefix, each without it.

    Args:
        text: The text, with a zero for each digit.
        low: Lines before this position are not used.
        start: The start of the line.
        size: The length of the prefix.
    """
    prefix = text[start : start + size]
    runs: list[tuple[int, int]] = []
    begin = start
    for _ in range(_LINES_BEFORE):
        before = text.rfind("\n", low, max(low, begin - 1)) + 1
        if before >= begin or before < low or not _has_prefix(text, before, begin, prefix):
            break
        begin = before
    at = begin
    while at < len(text) and len(runs) < _LINES_BEFORE + _LINES_AFTER:
        end = _find_line_end(text, at)
        if not _has_prefix(text, at, end, prefix):
            break
        start = min(at + size, end)
        border = text.rfind(prefix[0], start, end) if prefix[0] in _BORDERS else -1
        if border >= 0 and not text[border + 1 : end].strip():
            runs.append((start, start + len(text[start:border].rstrip())))
            start = end - 1
        runs.append((start, end))
        at = end
    return runs


def _has_prefix(text: str, start: int, end: int, prefix: str) -> bool:
    """Return whether a line has a prefix or consists of it."""
    return (
        text.startswith(prefix, start, end)
        or text[start : min(end, start + len(prefix))].rstrip() == prefix.rstrip()
    )
