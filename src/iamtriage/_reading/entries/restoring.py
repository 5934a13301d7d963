"""Restore the lines of a log to those that its programs wrote, as far as its beginning shows what was added."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from iamtriage._reading.entries.tasks import find_tasks, split_tasks
from iamtriage._reading.entries.wrapping import find_width, join_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Characters of a log that show what was added to its lines.
_SAMPLE_LENGTH = 65_536


def restore_lines(lines: Iterable[str]) -> Iterable[str]:
    """Return the lines of a log without the names of tasks, or without the breaks of a terminal.

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
    return join_lines(read, width) if width else read


def _raise(error: BaseException) -> Iterator[str]:
    yield from ()
    raise error
