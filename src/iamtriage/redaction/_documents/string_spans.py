r"""Find assigned strings with escapes, such as ``name="…\n…"`` of logfmt and HCL, and their positions.

Without decoding, an escaped newline looks like the end of a line, and an escaped quote like the end of a
string. Strings without escapes are searched with the rest of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.json_spans import JsonScalar
from iamtriage.redaction._documents.nodes import Item, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("find_strings",)

_NAME = re.compile(r"[A-Za-z_][\w.-]*\Z")
_MAX_NAME = 80
_STRING = re.compile(
    r"[ \t]{0,8}=[ \t]{0,8}\"(?P<content>[^\"\\\n]*+(?:\\[^\n][^\"\\\n]*+)++)\""
    # In a diff, another value follows.
    r"(?=[\s,;)\]}]|\Z)(?![ \t]{1,8}(?:->|→))"
)
_MAX_BLANKS = 8
# More strings that are shorter on average do not occur in real texts, and would take long.
_MAX_SHORT_STRINGS = 200
_MIN_CHARS_PER_STRING = 40
# Only strings with one of these have to be decoded.
_ESCAPE = re.compile(r"\\[nrt\"\\]")


def find_strings(text: str) -> Iterator[Node]:
    """Yield an object for each name with an assigned string that contains an escape."""
    if '="' not in text and '= "' not in text:
        return
    at = count = 0
    while (at := text.find("=", at)) >= 0:
        start = at
        while start and text[start - 1] in " \t" and at - start < _MAX_BLANKS:
            start -= 1
        string = _STRING.match(text, start)
        at += 1
        if string is None or _ESCAPE.search(string["content"]) is None:
            continue
        name = _NAME.search(text, max(0, start - _MAX_NAME), start)
        if name:
            # The name stays part of the text, because a string without escapes is searched with the text.
            node = Node(string.start("content"), "object")
            key = Scalar(*name.span())
            node.items.append(Item(key, "", JsonScalar(*string.span("content"))))
            node.end = string.end("content")
            at = string.end()
            yield node
            count += 1
            if count > _MAX_SHORT_STRINGS and at < count * _MIN_CHARS_PER_STRING:
                return
