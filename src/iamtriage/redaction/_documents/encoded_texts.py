"""Find texts in which signs are encoded, and decode them: in queries, HTML, CSV and strings.

Finders recognize signs with backslashes and signs that are escaped for HTML, but they find all else, such as
documents and the lines of a log, only in the decoded text.
"""

from __future__ import annotations

import re
import string
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.nodes import Encoded, Encoding, Joined
from iamtriage.redaction._documents.xml_spans import XML_ATTRIBUTE
from iamtriage.redaction._documents.yaml_flows import DOUBLE_QUOTED
from iamtriage.redaction._vocabulary.notations import FILLER, INDENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._documents.nodes import Scalar

__all__ = (
    "find_encoded_texts",
    "find_end_in_shell",
    "find_escaped_html",
    "find_program_strings",
    "find_scripts",
    "find_shell_text",
    "has_wrapped_entity",
    "join_percent_encoded",
)

# A value of a query. Names and signs that end one are encoded in it.
_RUN = re.compile(r"(?:[\w.~*()!'/:;,@$+-]++|%[0-9A-Fa-f]{2})++")
# Spaces, line breaks, quotes, brackets and signs between names and values are signs of a text.
_TEXT = re.compile(r"%(?:25){0,16}(?:0[9AaDd]|2[0267Cc]|3[ACDEacde]|5[BbCc]|7[Bb])")
_PERCENT = re.compile(r"%((?:25)*)[0-7][0-9A-Fa-f]")
_ENTITY = re.compile(r"&(?:amp;){0,4}(?:quot|apos|amp|lt|gt|#[0-9]{1,5}|#[xX][0-9A-Fa-f]{1,5});")
_BROKEN_ENTITY = re.compile(rf"&#?\w{{0,6}}(?:\r?\n){INDENT}#?\w{{0,6}};")
# The minimum width of a terminal.
_MIN_WIDTH = 20
# A quote in a string of a shell, as people and as Python's shlex write it.
_SHELL_QUOTE = re.compile(r"'(?:\\'|[\"“”]'[\"“”])'")
# A backslash before it escapes a quote in a string of a program.
_FIRST_SHELL_QUOTE = re.compile(rf"(?<!\\){_SHELL_QUOTE.pattern}")
_CELL = re.compile(r"\"(?<![^\n,;\t].)(?P<content>(?:[^\"]++|\"\")*+)\"(?=[,;\t\r\n]|\\[nr]|\Z)")
# A string of a shell over several lines.
_SCRIPT = re.compile(r"[ ]-[a-z]{0,3}c[ ]\"(?P<content>(?:[^\"\\]|\\.)*+)\"", re.DOTALL)
_BEFORE_STRING = r"(?:(?<![\w\\].)|(?<=[bBrRuUfF].)|(?<=\x1b\[[0-9]m.)|(?<=\x1b\[[0-9]{2}m.))"
_STRING = re.compile(
    rf"(?:'{_BEFORE_STRING}(?P<single>[^'\\\n]*+(?:\\[^\n&][^'\\\n]*+)++)'"
    rf"|\"{_BEFORE_STRING}(?P<double>[^\"\\\n]*+(?:\\[^\n&][^\"\\\n]*+)++)\")(?=[\s,;:)\]}}.\"'\x1b]|\\[nrt]|\Z)"
)
# A document has a bracket or a line break, which can be escaped.
_DOCUMENT = re.compile(r"[{\[<\n]|\\[nr]|%(?:25){0,16}(?:26(?:lt|quot)%|0[AaDd]|3[Cc]|5[BbCc]|7[Bb])")
# More documents that are shorter on average do not occur in real texts, and would take long.
_MAX_SHORT_DOCUMENTS = 100
_MIN_CHARS_PER_DOCUMENT = 200
# Between two texts that are searched together. No value in a line is so far from its name.
_GAP = f"\n{FILLER}" * 4 + "\n"


def _unquote(escape: re.Match[str]) -> str:
    return _CHARACTERS[escape[1]]


_DIGITS = "0123456789abcdefABCDEF"
_CHARACTERS = {high + low: chr(int(high + low, 16)) for high in "01234567" for low in _DIGITS}


def _keep_quote(escape: re.Match[str]) -> str:
    return escape[escape.lastindex or 0][0]


@cache
def _percent_encoding(layers: int) -> Encoding:
    """Return the encoding of a text whose signs are all encoded once more than a number of times."""
    escape = re.compile(rf"%(?:25){{{layers}}}([0-7][0-9A-Fa-f])")
    return Encoding(escape, _unquote, is_dashed=True)


_CELL_ENCODING = Encoding(re.compile('""'), _keep_quote, '"', {ord('"'): '""'})
_SHELL_ENCODING = Encoding(_SHELL_QUOTE, _keep_quote, "'", {ord("'"): "'\\''"})
_SCRIPT_ENCODING = Encoding(re.compile(r"\\([\"\\$`])"), _keep_quote, "\\", {ord('"'): '\\"'})


def find_encoded_texts(text: str) -> Iterator[tuple[Scalar, bool]]:
    """Yield the parts of a text in which signs are encoded: each document alone, and the others together.

    With each comes whether it can be a document, or lines of a log.
    """
    for find in _FINDERS:
        others: list[Scalar] = []
        for count, part in enumerate(find(text)):
            is_rare = count < _MAX_SHORT_DOCUMENTS or part.start >= count * _MIN_CHARS_PER_DOCUMENT
            if is_rare and _DOCUMENT.search(text, part.start, part.end):
                yield part, True
            else:
                others.append(part)
        if others:
            yield Joined(others, _GAP), False


def join_percent_encoded(text: str) -> Scalar | None:
    """Return the percent-encoded parts of a text together; ``None`` if there are none."""
    parts = [*_find_percent_encoded(text)] if "%" in text else []
    return Joined(parts, _GAP) if parts else None


def find_shell_text(text: str) -> Scalar | None:
    """Return the whole text, if there are quotes in a string of a shell in it."""
    has_quotes = "'\\''" in text or "'\"'\"'" in text or "'”'”'" in text or "'“'”'" in text
    return Encoded(0, len(text), _SHELL_ENCODING) if has_quotes and _FIRST_SHELL_QUOTE.search(text) else None


def find_end_in_shell(text: str, end: int) -> int:
    """Return the end of a value of a shell, also if a quote in it seems to be its end."""
    while (quote := _SHELL_QUOTE.match(text, end)) and text[quote.end() : quote.end() + 1].isalnum():
        closing = text.find("'", quote.end(), quote.end() + _MAX_BEFORE)
        if closing < 0:
            break
        end = closing
    return end


def find_escaped_html(text: str) -> Scalar | None:
    """Return the whole text, if quotes or brackets in it, except in strings, are escaped for HTML."""
    done = 0
    for literal in find_program_strings(text) if "&" in text and _ENTITY.search(text) else ():
        if _ENTITY.search(text, done, literal.start):
            break
        done = max(done, literal.end)
    return Encoded(0, len(text), XML_ATTRIBUTE) if "&" in text and _ENTITY.search(text, done) else None


def has_wrapped_entity(text: str) -> bool:
    """Return whether a terminal broke an entity, or a line with one. Decoded lines have other widths."""
    if "\n" not in text:
        return False
    return _BROKEN_ENTITY.search(text) is not None or any(
        len(line) == len(following) >= _MIN_WIDTH and _ENTITY.search(line)
        for line, following in pairwise(text.split("\n"))
    )


def _find_percent_encoded(text: str) -> Iterator[Scalar]:
    """Yield the percent-encoded parts of a text that can be a document or have several words."""
    done = 0
    while sign := _TEXT.search(text, done):
        # Backwards to where the run begins.
        start = sign.start()
        low = max(done, start - _MAX_BEFORE)
        start = low + len(text[low:start].rstrip(_RUN_CHARACTERS))
        while start > low and (text[start - 1].isalnum() or text[start - 1] in _RUN_CHARACTERS):
            start -= 1
        run = _RUN.match(text, start)
        done = max(sign.end(), run.end() if run else 0)
        if done - start >= _MIN_LENGTH:
            nested = _PERCENT.findall(text, start, done) if text.find("%25", start, done) >= 0 else ()
            yield Encoded(start, done, _percent_encoding(min(map(len, nested), default=0) // 2))


# In characters. A shorter text has no room for a name and its value.
_MIN_LENGTH = 10
_MAX_BEFORE = 4_096
# Most characters of a run.
_RUN_CHARACTERS = f"{string.ascii_letters}{string.digits}%_.~*()!'/:;,@$+-"


def find_cells(text: str) -> Iterator[Scalar]:
    """Yield the cells of CSV in which quotes are doubled."""
    for cell in _CELL.finditer(text) if '""' in text else ():
        if '""' in cell["content"]:
            yield Encoded(*cell.span("content"), _CELL_ENCODING)


def find_program_strings(text: str) -> Iterator[Scalar]:
    """Yield the strings of programs with escapes in them, and those in such a string."""
    for found in _STRING.finditer(text) if "\\" in text else ():
        start, end = found.span(found.lastgroup or 0)
        if end - start >= _MIN_LENGTH:
            yield Encoded(start, end, DOUBLE_QUOTED)
            # A cell of CSV can be a string of a program.
            while inner := _STRING.search(text, start, end):
                yield Encoded(*inner.span(inner.lastgroup or 0), DOUBLE_QUOTED)
                start = inner.end()


def find_scripts(text: str) -> Iterator[Scalar]:
    """Yield the strings of a shell over several lines with escapes in them."""
    for script in _SCRIPT.finditer(text) if 'c "' in text and "\\" in text else ():
        start, end = script.span("content")
        if text.find("\n", start, end) >= 0 and text.find("\\", start, end) >= 0:
            yield Encoded(start, end, _SCRIPT_ENCODING)


_FINDERS = (_find_percent_encoded, find_cells, find_scripts, find_program_strings)
