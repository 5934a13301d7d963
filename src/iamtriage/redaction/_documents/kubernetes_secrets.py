"""Find the values of Kubernetes Secrets in YAML, whatever their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.placeholders import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from iamtriage.redaction._vocabulary.searched_text import SearchedText

__all__ = ("find_kubernetes_secrets",)

# A text is searched fast for a pattern that begins with certain characters.
_KIND = re.compile(r"kind[\"']?:[ ]{1,4}[\"']?Secret[\"']?[ ]{0,4}\r?$", re.MULTILINE)
_INDENT = re.compile(r"(?P<indent>[ ]{0,8}[+-]?[ ]{0,40}(?:-[ ])?)[\"']?")
# In a diff, which can be indented, a sign is before the indent.
_LINE = re.compile(r"(?P<indent>[ ]{0,8}(?:[+-](?!--))?[ ]{0,80}(?:-[ ])?)(?P<rest>[^\n]*)\n?")
# The first or last line of a private key, unlike the separator of documents.
_KEY_BOUND = "-----"
_SEPARATOR = re.compile(r"---(?:\s|\Z)")
_SEPARATED = re.compile(r"(?:\A|\n)[ +-]{0,91}---(?:\s|\Z)")
_DATA = re.compile(r"[\"']?(?:data|stringData)[\"']?:[ ]{0,4}\r?")
_HAS_DATA = re.compile(rf"\n[ +-]{{0,91}}{_DATA.pattern}[^\S\n]*+$", re.MULTILINE)
_MEMBER = re.compile(r"(?:\"[^\"\n]{1,253}\"|'[^'\n]{1,253}'|[\w./-]{1,253}):(?:[ ]{1,8}(?P<value>[^\n]*))?")
_BLOCK = re.compile(r"[|>][-+0-9]{0,3}\s*")
_COMMENT = re.compile(r"\s#.*")
# In lines, and in characters.
_MAX_DOCUMENT = 2_000
_MAX_INDENT = 80


def find_kubernetes_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find the values below ``data`` and ``stringData`` of each Secret."""
    text = searched.text
    if "Secret" not in text or not _HAS_DATA.search(f"\n{text}"):
        return
    done = 0
    for kind in _KIND.finditer(text):
        line = text.rfind("\n", max(0, kind.start() - _MAX_INDENT), kind.start()) + 1
        indent = _INDENT.fullmatch(text, line, kind.start())
        if line < done or indent is None:
            continue
        depth = len(indent["indent"])
        done = yield from _find_in_document(text, _find_document_start(text, done, line, depth), depth)


def _find_document_start(text: str, low: int, at: int, depth: int) -> int:
    """Return the start of the object of a line: after a separator or a less indented line, or ``low``."""
    if (
        not (depth or _SEPARATED.search(text, max(0, low - 1), at))
        and text.count("\n", low, at) < _MAX_DOCUMENT
    ):
        # No line is less indented.
        return low
    for _ in range(_MAX_DOCUMENT):
        if at <= low:
            return low
        before = text.rfind("\n", 0, at - 1) + 1
        line = _LINE.match(text, before, at)
        if (
            line is None
            or _SEPARATOR.match(line["rest"])
            or (line["rest"].strip() and len(line["indent"]) < depth)
        ):
            return at
        if line["indent"].endswith("- ") and len(line["indent"]) == depth:
            return before
        at = before
    return at


def _find_in_document(text: str, at: int, depth: int) -> Generator[FoundSecret, None, int]:
    """Yield the values of an object, and return its end."""
    inside: int | None = None
    first = True
    while at < len(text) and (line := _LINE.match(text, at)) and line.end() > at:
        indent, rest = len(line["indent"]), line["rest"].rstrip()
        if rest.startswith(_KEY_BOUND):
            # A marker can have replaced this line with the one before.
            at = line.end()
            continue
        is_item = line["indent"].endswith("- ") and not first
        if rest and (_SEPARATOR.match(rest) or indent < depth or (is_item and indent <= depth)):
            return at
        first = first and not rest
        at = line.end()
        if not rest:
            continue
        if inside is None or indent <= inside:
            inside = indent if indent == depth and _DATA.fullmatch(rest) else None
            continue
        member = _MEMBER.fullmatch(rest)
        value = (member["value"] or "").strip() if member else ""
        if member is None:
            continue
        if _BLOCK.fullmatch(_COMMENT.sub("", value)) or not value:
            start, at = _block(text, at, indent)
            if at > start:
                yield from _secret(text, start, at)
            continue
        start = line.start("rest") + member.start("value")
        written = (
            _COMMENT.sub("", member["value"]).rstrip() if value[0] not in "\"'" else member["value"].rstrip()
        )
        if written[0] in "\"'" and written.endswith(written[0]) and len(written) > 1:
            start, written = start + 1, written[1:-1]
        yield from _secret(text, start, start + len(written))
    return at


def _block(text: str, at: int, indent: int) -> tuple[int, int]:
    """Return the start and end of the lines that are more indented than their key."""
    begin = end = at
    started = False
    while (line := _LINE.match(text, end if started else at)) and line.end() > line.start():
        if line["rest"].strip():
            if len(line["indent"]) <= indent:
                break
            if not started:
                begin = line.start("rest")
                started = True
        end = line.end()
        at = end
    while end > begin and text[end - 1] in "\r\n ":
        end -= 1
    return (begin, end) if started else (at, at)


def _secret(text: str, start: int, end: int) -> Iterator[FoundSecret]:
    value = text[start:end]
    if not is_placeholder(value) and is_unmarked(text, start, end):
        yield FoundSecret(start, end, "secret", is_whole=True)
