"""Find JSON in text, and the position of each of its values.

A text can be JSON, JSON lines, or a log line with JSON in it. Each character is read once, so the time is
linear. If JSON is invalid, the complete values in it are used, and reading continues after the error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._typing import override
from iamtriage.redaction._documents.nodes import Encoded, Item, Node, Scalar
from iamtriage.redaction._documents.yaml_flows import DOUBLE_QUOTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._documents.nodes import Value
    from iamtriage.redaction._secret_spans import FoundSecret

__all__ = ("JsonScalar", "find_json")

_ESCAPED_SIGN = r"\\{1,31}[nrt\"]"
_OPENING_OF_OBJECT = rf"\{{(?=[ \t\r\n]*+(?:[\"}}]|{_ESCAPED_SIGN}))"
_OPENING = re.compile(
    # A string that contains JSON, or JSON whose quotes are escaped.
    rf"{_OPENING_OF_OBJECT}"
    # Not a subscript.
    rf"|\[(?<!\w\[)(?=[ \t\r\n]*+(?:[\[\]\"0-9-]|{_ESCAPED_SIGN}|{_OPENING_OF_OBJECT}"
    r"|true|false|null|NaN|Infinity))"
    r"|\"(?=[ ]?[{\[](?:[ ]|\\[nrt]){0,8}\\{1,31}\")"
)
# CSV doubles the quotes in a cell.
_ESCAPED_OPENING = re.compile(r"[{\[](?:[ {\[]|\\{1,31}[nrt]){0,8}\\{1,31}\"(?!\")")
# In a string of Python, JSON with escaped newlines.
_OPENING_OF_PYTHON = re.compile(r"[{\[](?:(?:\r|\\r)?\\n[ \t]{0,40}[{\[]?){1,4}\"")
# A quote before a word begins another string.
_REST_OF_PYTHON = re.compile(r"(?:[^'\\\n]|\\[^\n])*+(?!'\w)|(?:[^'\\\n]|\\[^\n])*[}\]]")
# In a string of a shell, JSON with escaped quotes.
_OPENING_LINES = re.compile(r"[{\[](?:\r?\n[ ]{0,40}[{\[]?){1,4}\\{1,31}\"")
# An escaped apostrophe is an escape of a program around the JSON.
_STRING = r"\"(?:[^\"\\\x00-\x1f]|\\[^\x00-\x1f'])*+\""
_SCALAR = r"(?P<scalar>-?[0-9][0-9.eE+-]*+|true|false|null|NaN|-?Infinity)(?![\w.])"
_TOKEN = re.compile(rf"[ \t\r\n]*+(?:(?P<string>{_STRING})|(?P<sign>[{{}}\[\],:])|{_SCALAR})")
# A key, and most values with the sign after them.
_MEMBER = re.compile(
    rf"[ \t\r\n]*+(?P<key>{_STRING})[ \t\r\n]*+:"
    rf"(?:[ \t\r\n]*+(?:(?P<string>{_STRING})|{_SCALAR})[ \t\r\n]*+(?P<sign>[,}}]))?"
)
_SIGNS = frozenset("{}[],:")
_ESCAPED_REST = re.compile(r"(?:[^\"\\\n]|\\[^\n])*+")
_ESCAPED_LINES = re.compile(r"(?:[^\"\\]|\\.)*+")
# The opening and the rest of a string with JSON, and what can follow the first bracket.
_ESCAPED = (
    (_ESCAPED_OPENING, _ESCAPED_REST, frozenset(" {[\\")),
    (_OPENING_LINES, _ESCAPED_LINES, frozenset("\r\n")),
    (_OPENING_OF_PYTHON, _REST_OF_PYTHON, frozenset("\r\\")),
)
# Another notation can write quotes in the same way, so the end of the string must be that of the JSON.
_QUOTED_JSON = re.compile(_STRING + r"(?:(?<=[}\]]\")|(?<=[}\]][ ]\")|(?<=\\[nrt]\"))")
# Spaces and escaped line breaks, and the border of a box.
_AFTER_END = " \\nrt│┃|\r"
# In characters. A shorter document has no room for a name and its value.
_MIN_LENGTH = 10
# Only empty objects and lists consist of these characters.
_NO_SCALAR = "{}[], \t\r\n"


class JsonScalar(Encoded):
    """A string, a number or a constant of JSON. Its escapes are also those of YAML."""

    __slots__ = ()

    def __init__(self, start: int, end: int, *, is_text: bool = True, is_expression: bool = False) -> None:
        # Calling the other constructors would take long.
        self.start, self.end = start, end
        self.is_text, self.is_quoted, self.is_expression = is_text, True, is_expression
        self.encoding = DOUBLE_QUOTED

    @override
    def mark(self, found: FoundSecret) -> FoundSecret:
        if self.covers(found):
            return found._replace(quote="" if self.is_text else '"')
        return super().mark(found)


def find_json(text: str) -> Iterator[Value]:
    """Yield each JSON value in a text: objects, lists with an object, and strings with JSON."""
    # A list of plain values is JSON only if it is the whole text.
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    at = 0
    while opening := _OPENING.search(text, at):
        at = opening.start()
        if text[at] == '"':
            quoted = _QUOTED_JSON.match(text, at)
            if quoted:
                yield JsonScalar(at + 1, quoted.end() - 1, is_text=True)
            at = quoted.end() if quoted else at + 1
        elif rest := _match_escaped(text, at):
            # Without the end of the JSON, the string is broken or truncated, and is searched as text.
            if rest[0].rstrip(_AFTER_END)[-1] in "}]":
                yield JsonScalar(at, rest.end(), is_text=True)
            at = rest.end()
        else:
            found, at = _read(text, at)
            for node in found:
                if _is_document(text, node, (first, last)):
                    yield node


def _match_escaped(text: str, at: int) -> re.Match[str] | None:
    """Match the rest of a string from an opening bracket of JSON in it."""
    following = text[at + 1 : at + 2]
    for opening, rest, starts in _ESCAPED:
        if following in starts and (begin := opening.match(text, at)):
            found = rest.match(text, at)
            # An even number of backslashes before a quote is part of a string in another notation.
            return found if found and found.end() >= begin.end() else None
    return None


def _read(text: str, at: int) -> tuple[list[Node], int]:  # noqa: C901, PLR0912, PLR0915 (calls would take long)
    """Read the value at an opening bracket. Return it, or its complete parts, and where to continue."""
    # The nodes around the current one, each with the key of the next one.
    stack: list[tuple[Node, Scalar | None]] = []
    # The next token: a "k"ey, a ":" colon, a "v"alue, or a "," comma; in capitals, also the end.
    node, state = (Node(at, "object"), "K") if text[at] == "{" else (Node(at, "list"), "V")
    key: Scalar | None = None
    at += 1
    while True:
        if state in "kK" and (member := _MEMBER.match(text, at)):
            at = member.end()
            start, end = member.span("key")
            key, state = JsonScalar(start + 1, end - 1), "v"
            sign = member["sign"]
            if sign is None:
                continue
            start, end = member.span("string")
            # Calling the function for each string would take long.
            value = JsonScalar(start + 1, end - 1) if start >= 0 else _get_scalar(member)
            node.items.append(Item(key, "", value))
            if sign == ",":
                state = "k"
                continue
            state = ","
        elif (sign := text[at : at + 1]) in _SIGNS:
            at += 1
        elif token := _TOKEN.match(text, at):
            at = token.end()
            if token.lastgroup == "sign":
                sign = token["sign"]
            elif state in "vV":
                node.items.append(Item(key, "", _get_scalar(token)))
                state = ","
                continue
            elif state in "kK" and token.lastgroup == "string":
                key, state = _get_scalar(token), ":"
                continue
            else:
                break
        else:
            at = min(len(text), at + 1)
            break
        if sign in ":,":
            if state != sign:
                break
            state = "k" if sign == "," and node.kind == "object" else "v"
        elif sign in "{[":
            if state not in "vV":
                break
            stack.append((node, key))
            node, state = (Node(at - 1, "object"), "K") if sign == "{" else (Node(at - 1, "list"), "V")
            key = None
        elif (sign == "}") != (node.kind == "object") or state not in "KV,":
            break
        else:
            node.end = at
            if not stack:
                return [node], at
            closed = node
            node, key = stack.pop()
            node.items.append(Item(key, "", closed))
            state = ","
    nodes = [*(each for each, _ in stack), node]
    complete = [item.value for each in nodes for item in each.items if isinstance(item.value, Node)]
    return complete, max(at, node.start + 1)


def _get_scalar(token: re.Match[str]) -> JsonScalar:
    """Return the string or the other scalar of a match."""
    start, end = token.span("string")
    return JsonScalar(start + 1, end - 1) if start >= 0 else JsonScalar(*token.span("scalar"), is_text=False)


def _is_document(text: str, node: Node, whole: tuple[int, int]) -> bool:
    """Return whether a value is JSON with a scalar in it, and not a subscript or list in another notation."""
    if node.end - node.start < _MIN_LENGTH or not text[node.start : node.end].strip(_NO_SCALAR):
        return False
    if node.kind == "object":
        return bool(node.items)
    return any(isinstance(item.value, Node) for item in node.items) or (node.start, node.end) == whole
