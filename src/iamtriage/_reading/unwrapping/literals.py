"""Join the string literals of adjacent lines, as in pasted source code and Python sessions, and R's printed elements.

Python joins adjacent literals, and other languages have ``+`` between them. The lines of a list or a log look the same
if each is quoted as a whole. So two literals are joined only if the first one ends with a space, as where authors break
a long message.

R prints the name of an element on one line, and its value, with its index, on the next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.view import Edit, View

# A prompt of Python or the mark of a diff can start the second line.
_BORDER = lazy_pattern(
    r"(?P<quote>[\"'])(?<= .)[ \t]{0,8}\+?[ \t]{0,8}\n[ \t]{0,80}(?:(?:\.\.\.|\+)[ \t]{1,80})?"
    r"[bBfFrRuU]{0,2}(?P=quote)"
)
# A name that is not an identifier is in backquotes. The names of the elements around it precede it.
_ELEMENT = lazy_pattern(r"^[^\s\"']{0,200}\$`?(?P<name>[A-Za-z][\w.-]{1,60})`?\n\[1\] ", re.MULTILINE)


def join_literals(view: View) -> None:
    """Remove what is between two literals: quotes, newline and indentation. Put R's names before their values."""
    text = view.text
    if "\n[1] " in text:
        view.sub(_ELEMENT, lambda m: f"{m['name']}: ")
        text = view.text
    if '"\n' in text or "'\n" in text or "+\n" in text:
        view.edit(_edits(text))


def _edits(text: str) -> Iterator[Edit]:
    for border in _BORDER.finditer(text):
        start, end = border.span()
        # Otherwise, it opens a literal: after an odd number of quotes, it closes one.
        if text.count(border["quote"], text.rfind("\n", 0, start) + 1, start) % 2:
            yield start, end, ""
