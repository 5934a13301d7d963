"""Find JSON in text, and the position of each of its values.

A text can be JSON, JSON lines, or a log line with JSON in it. Each character is read once, so the time is
linear. If JSON is invalid, the complete values in it are used, and reading continues after the error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

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
    rf"|\[(?=[ \t\r\n]*+(?:[\[\]\"0-9-]|{_ESCAPED_SIGN}|{_OPENING_OF_OBJECT}|true|false|null|NaN|Infinity))"
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
_TOKEN = re.compile(
    rf"[ \t\r\n]*+(?:(?P<string>{_STRING})|(?P<sign>[{{}}\[\],:])"
    r"|(?P<scalar>-?[0-9][0-9.eE+-]*+|true|false|null|NaN|-?Infinity)(?![\w.]))"
)
_SIGNS = frozenset("{}[],:")
_ESCAPED_REST = re.compile(r"(?:[^\"\\\n]|\\[^\n])*+")
_ESCAPED_LINES = re.compile(r"(?:[^\"\\]|\\.)*+")
_ESCAPED = (
    (_ESCAPED_OPENING, _ESCAPED_REST),
    (_OPENING_LINES, _ESCAPED_LINES),
    (_OPENING_OF_PYTHON, _REST_OF_PYTHON),
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


class _OpenNode(Node):
    """An object or a list whose end has not been read yet."""

    __slots__ = ("key", "state")

    def __init__(self, start: int, kind: Literal["object", "list"], state: str) -> None:
        # Calling the other constructor would take a third of the time to read a bracket.
        self.start = self.end = start
        self.kind = kind
        self.items: list[Item] = []
        self.key: Scalar | None = None
        # The next token: a "k"ey, a ":" colon, a "v"alue, or a "," comma; at the beginning, also the end.
        self.state = state


def find_json(text: str) -> Iterator[Value]:
    """Yield each JSON value in a text: objects, lists with an object, and strings with JSON."""
    # A list of plain values is JSON only if it is the whole text.
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    at = 0
    while opening := _OPENING.search(text, at):
        at = opening.start()
        if text[at] == "[" and (text[at - 1 : at].isalnum() or text[at - 1 : at] == "_"):
            # A subscript.
            at += 1
        elif text[at] == '"':
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
            yield from (node for node in found if _is_document(text, node, (first, last)))


def _match_escaped(text: str, at: int) -> re.Match[str] | None:
    """Match the rest of a string from an opening bracket of JSON in it."""
    for opening, rest in _ESCAPED:
        begin = opening.match(text, at)
        if begin:
            found = rest.match(text, at)
            # An even number of backslashes before a quote is part of a string in another notation.
            return found if found and found.end() >= begin.end() else None
    return None


def _read(text: str, at: int) -> tuple[list[Node], int]:
    """Read the value at an opening bracket. Return it, or its complete parts, and where to continue."""
    stack: list[_OpenNode] = []
    match = _TOKEN.match
    while True:
        sign = text[at : at + 1]
        node = stack[-1] if stack else None
        if sign in _SIGNS:
            at += 1
        elif token := match(text, at):
            at = token.end()
            if token.lastgroup != "sign":
                if node is None or not _accept_scalar(node, token):
                    break
                continue
            sign = text[at - 1]
        else:
            at = min(len(text), at + 1)
            break
        if sign in "{[":
            if node is not None and node.state[0] != "v":
                break
            stack.append(
                _OpenNode(at - 1, "object", "k0") if sign == "{" else _OpenNode(at - 1, "list", "v0")
            )
        elif node is None or not _accept_sign(node, sign):
            break
        elif sign in "}]":
            node.end = at
            stack.pop()
            if not stack:
                return [node], at
            _add(stack[-1], node)
    complete = [item.value for node in stack for item in node.items if isinstance(item.value, Node)]
    return complete, max(at, stack[-1].start + 1 if stack else at)


def _accept_sign(node: _OpenNode, sign: str) -> bool:
    """Return whether a sign that opens no value can be next."""
    state = node.state
    if sign == ":":
        node.state = "v"
        return state == ":"
    if sign == ",":
        node.state = "k" if node.kind == "object" else "v"
        return state == ","
    return (sign == "}") == (node.kind == "object") and state in {"k0", "v0", ","}


def _accept_scalar(node: _OpenNode, token: re.Match[str]) -> bool:
    """Return whether a string or another scalar can be next, and add it."""
    state = node.state[0]
    is_text = token.lastgroup == "string"
    start, end = token.span(token.lastgroup or 0)
    if is_text:
        start, end = start + 1, end - 1
    if state == "v":
        _add(node, JsonScalar(start, end, is_text=is_text))
        return True
    node.key, node.state = JsonScalar(start, end), ":"
    return state == "k" and is_text


def _add(node: _OpenNode, value: Value) -> None:
    node.items.append(Item(node.key, "", value))
    node.key, node.state = None, ","


def _is_document(text: str, node: Node, whole: tuple[int, int]) -> bool:
    """Return whether a value is JSON with a scalar in it, and not a subscript or list in another notation."""
    if node.end - node.start < _MIN_LENGTH or not text[node.start : node.end].strip(_NO_SCALAR):
        return False
    if node.kind == "object":
        return bool(node.items)
    return any(isinstance(item.value, Node) for item in node.items) or (node.start, node.end) == whole
