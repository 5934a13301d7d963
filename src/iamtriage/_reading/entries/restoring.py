"""Restore the lines that the programs of a log wrote, if its beginning shows what a collector added to them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from iamtriage._reading.entries.formats import split_prefix
from iamtriage._reading.entries.lines import restore_line, without_style
from iamtriage._reading.entries.tasks import find_tasks, split_tasks
from iamtriage._reading.entries.wrapping import (
    find_width,
    find_words_width,
    join_lines,
    join_words,
    starts_entry,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Characters of a log that show what was added to its lines.
_SAMPLE_LENGTH = 65_536
_BLANKS = frozenset({"", " ", "\t"})


def restore_lines(lines: Iterable[str]) -> Iterable[str]:
    """Return the lines of a log without indentation, the names of tasks, or the breaks of a terminal or mail program.

    The beginning of the log is read before the first line is returned.

    Args:
        lines: The lines, with their newlines.
    """
    rest = iter(lines)
    sample: list[str] = []
    size = 0
    try:
        for line in rest:
            sample.append(line)
            size += len(line)
            if size >= _SAMPLE_LENGTH:
                break
    except BaseException as error:  # noqa: BLE001 (raised after the lines that were read)
        rest = _raise(error)
    read = chain(sample, rest)
    first = "".join(sample).split("\n")[:-1]
    tasks = find_tasks(first)
    if tasks:
        return split_tasks(read, tasks)
    width = find_width(first)
    if width:
        return join_lines(read, width)
    width = find_words_width(first)
    if width:
        return join_words(read, width)
    indent = _find_indent(first)
    return _dedent(read, indent) if indent else read


def _find_indent(lines: list[str]) -> str:
    """Return the space before each line of a log that was pasted as a code block."""
    if any(line[:1] not in _BLANKS for line in lines):
        # True for most logs after the first line.
        return ""
    written = [line for line in lines if line.strip()]
    size = min((len(line) - len(line.lstrip(" \t")) for line in written), default=0)
    # One indented entry reads the same without a change. Cloud Foundry indents every line.
    is_log = (
        size
        and not split_prefix(written[0]).format
        and sum(starts_entry(without_style(line[size:])) for line in written) != 1
    )
    return written[0][:size] if is_log else ""


def _dedent(lines: Iterable[str], indent: str) -> Iterator[str]:
    for line in lines:
        text = line.removeprefix(indent)
        yield line if text is line else restore_line(text, line, task=indent)


def _raise(error: BaseException) -> Iterator[str]:
    yield from ()
    raise error
