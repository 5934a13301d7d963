"""Remove the line numbers that an editor, cat -n or a reviewer puts before each line of a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from iamtriage._reading.vocabulary.view import View

_NUMBERED = lazy_pattern(
    r"^(?P<before>[ \t]{0,8})(?P<number>\d{1,5})(?P<after>[ \t]{0,2}[|:](?=[ \t]|$)[ \t]?|\t|[ ]|$)(?P<rest>[^\n]*)$",
    re.MULTILINE | re.ASCII,
)
# Fewer lines can be rows of a table, or counts.
_MIN_LINES = 5


def strip_line_numbers(view: View) -> None:
    r"""Remove the numbers of at least five lines in a row.

    >>> from iamtriage._reading.vocabulary.view import View
    >>> view = View("".join(f" {number} {'  ' * (number > 6)}a:\n" for number in range(5, 10)))
    >>> strip_line_numbers(view)
    >>> view.text
    'a:\na:\n  a:\n  a:\n  a:\n'
    """
    runs: list[list[re.Match[str]]] = []
    for line in _NUMBERED.finditer(view.text):
        last = runs[-1][-1] if runs else None
        if last is not None and _follows(last, line):
            runs[-1].append(line)
        else:
            runs.append([line])
    view.edit(
        (line.start(), line.start("rest") + min(*_depths(run), len(line["rest"])), "")
        for run in runs
        if _is_document(run)
        for line in run
    )


def _follows(last: re.Match[str], line: re.Match[str]) -> bool:
    is_next = line.start() == last.end() + 1 and int(line["number"]) == int(last["number"]) + 1
    return is_next and (line["after"].strip() == last["after"].strip() or not line["rest"])


def _is_document(run: list[re.Match[str]]) -> bool:
    """Return whether lines have the indentation of a document, unlike the rows of a table."""
    return len(run) >= _MIN_LINES and len(_depths(run)) > 1


def _depths(run: list[re.Match[str]]) -> set[int]:
    """Return the indentations of lines that are not empty."""
    rests = [line["rest"] for line in run if line["rest"].strip()]
    return {len(each) - len(each.lstrip()) for each in rests}
