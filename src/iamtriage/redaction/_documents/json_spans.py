"""Find JSON in text, and the position of each of its values.

A text can be JSON, JSON lines, or a log line with JSON in it. Each character is read once, so the time is
linear: where JSON is invalid, what is complete inside it is used, and reading goes on after the error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("JsonNode", "JsonString", "find_json", "unescape")

_OPENING = re.compile(
    # A string that contains JSON, or JSON whose quotes are escaped.
    r"\{|\[(?!REDACTED )|\"(?=[ ]?[{\[](?:[ ]|\\[nrt]){0,8}\\{1,31}\")"
)
_ESCAPED_OPENING = re.compile(r"[{\[](?:[ ]|\\{1,31}[nrt]){0,8}\\{1,31}\"")
_STRING = r"\"(?:[^\"\\\x00-\x1f]|\\[^\x00-\x1f])*+\""
_TOKEN = re.compile(
    rf"[ \t\r\n]*+(?:(?P<string>{_STRING})|(?P<sign>[{{}}\[\],:])"
    r"|(?P<scalar>-?[0-9][0-9.eE+-]*+|true|false|null|NaN|-?Infinity)(?![\w.]))"
)
_ESCAPED_REST = re.compile(r"(?:[^\"\\\n]|\\[^\n])*+")
_QUOTED = re.compile(_STRING)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class JsonString:
    """A string or another scalar: ``text[start:end]``, without its quotes.

    Attributes:
        start: The position of its first character.
        end: The position after its last character.
        is_text: Whether it is a string, not a number or a constant.
    """

    __slots__ = ("end", "is_text", "start")

    def __init__(self, start: int, end: int, *, is_text: bool) -> None:
        self.start, self.end, self.is_text = start, end, is_text


class JsonNode:
    """An object or an array.

    Attributes:
        start: The position of its bracket.
        end: The position after its closing bracket.
        items: Its values, each with the position of its key; ``None`` in an array.
        is_object: Whether it is an object.
    """

    __slots__ = ("end", "is_object", "items", "key", "start", "state")

    def __init__(self, start: int, *, is_object: bool) -> None:
        self.start = self.end = start
        self.is_object = is_object
        self.items: list[tuple[tuple[int, int] | None, JsonValue]] = []
        self.key: tuple[int, int] | None = None
        # What is next: a "k"ey, a ":" colon, a "v"alue, or a "," comma; at the beginning, also the end.
        self.state = "k0" if is_object else "v0"


JsonValue: TypeAlias = "JsonNode | JsonString"


def find_json(text: str) -> Iterator[JsonValue]:
    """Yield each JSON value of a text: objects, lists that contain one, and strings that contain JSON."""
    # A list of plain values is JSON only if it is the whole text.
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    at = 0
    while opening := _OPENING.search(text, at):
        at = opening.start()
        escaped = _ESCAPED_OPENING.match(text, at)
        if text[at] == '"':
            quoted = _QUOTED.match(text, at)
            if quoted:
                yield JsonString(at + 1, quoted.end() - 1, is_text=True)
            at = quoted.end() if quoted else at + 1
        elif escaped:
            rest = _ESCAPED_REST.match(text, at)
            at = rest.end() if rest else at + 1
            yield JsonString(escaped.start(), at, is_text=True)
        else:
            found, at = _read(text, at)
            yield from (node for node in found if _is_document(node, (first, last)))


def _read(text: str, at: int) -> tuple[list[JsonNode], int]:
    """Read the value at an opening bracket. Return it, or what is complete inside it, and where to go on."""
    stack: list[JsonNode] = []
    match = _TOKEN.match
    while token := match(text, at):
        at = token.end()
        node = stack[-1] if stack else None
        if token.lastgroup != "sign":
            if node is None or not _accept_scalar(node, token):
                break
            continue
        sign = text[at - 1]
        if sign in "{[":
            if node is not None and node.state[0] != "v":
                break
            stack.append(JsonNode(at - 1, is_object=sign == "{"))
        elif node is None or not _accept_sign(node, sign):
            break
        elif sign in "}]":
            node.end = at
            stack.pop()
            if not stack:
                return [node], at
            _add(stack[-1], node)
    else:
        at = min(len(text), at + 1)
    complete = [item for node in stack for _, item in node.items if isinstance(item, JsonNode)]
    return complete, max(at, stack[-1].start + 1 if stack else at)


def _accept_sign(node: JsonNode, sign: str) -> bool:
    """Return whether a sign that opens nothing can be next."""
    state = node.state
    if sign == ":":
        node.state = "v"
        return state == ":"
    if sign == ",":
        node.state = "k" if node.is_object else "v"
        return state == ","
    return (sign == "}") == node.is_object and state in {"k0", "v0", ","}


def _accept_scalar(node: JsonNode, token: re.Match[str]) -> bool:
    """Return whether a string or another scalar can be next, and add it."""
    state = node.state[0]
    is_text = token.lastgroup == "string"
    start, end = token.span(token.lastgroup or 0)
    if is_text:
        start, end = start + 1, end - 1
    if state == "v":
        _add(node, JsonString(start, end, is_text=is_text))
        return True
    node.key, node.state = (start, end), ":"
    return state == "k" and is_text


def _add(node: JsonNode, value: JsonValue) -> None:
    node.items.append((node.key, value))
    node.key, node.state = None, ","


def _is_document(node: JsonNode, whole: tuple[int, int]) -> bool:
    """Return whether a value is JSON, not the subscript or list of another notation."""
    if node.is_object:
        return bool(node.items)
    return any(isinstance(item, JsonNode) for _, item in node.items) or (node.start, node.end) == whole


def unescape(text: str, start: int, end: int) -> tuple[str, list[tuple[int, int]]]:
    r"""Decode the characters of a JSON string. Return them, and where in the text each run of them begins.

    An invalid escape stays.

    >>> unescape(r'x\ny', 0, 4)
    ('x\ny', [(0, 0), (1, 1), (2, 3)])
    """
    if text.find("\\", start, end) < 0:
        return text[start:end], [(0, start)]
    pieces: list[str] = []
    places = [(0, start)]
    length, done = 0, start
    for escape in _ESCAPE.finditer(text, start, end):
        plain = text[done : escape.start()]
        length += len(plain)
        character = chr(int(escape[1], 16)) if escape[1] else _CHARACTERS.get(escape[2], escape[2])
        pieces += (plain, character)
        places.append((length, escape.start()))
        length += 1
        done = escape.end()
        places.append((length, done))
    pieces.append(text[done:end])
    return "".join(pieces), places
