"""Remove the marks of Markdown's emphasis around whole lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.view import Edit, View

# Two or more words. A single one, such as ``**REDACTED**``, is masked, and a wildcard follows a delimiter.
_LINE = lazy_pattern(
    r"^[ >]{0,8}(?P<mark>\*\*|__|[*_])(?=[A-Za-z])(?P<text>\S+ [^\n]{0,4000}(?<=[\w.!)\"'*]))(?P<end>(?P=mark))$",
    re.MULTILINE,
)
_ENDS = ("*", "_")


def strip_emphasis(view: View) -> None:
    """Remove the marks around lines that are wholly in bold type or italics."""
    text = view.text
    if text.endswith(_ENDS) or "*\n" in text or "_\n" in text:
        view.edit(_edits(text))


def _edits(text: str) -> Iterator[Edit]:
    for m in _LINE.finditer(text):
        if m["mark"][0] not in m["text"].replace("/*", "") or m["mark"][0] == "_":
            yield *m.span("mark"), ""
            yield *m.span("end"), ""
