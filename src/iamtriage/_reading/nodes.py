"""Outline documents: the lists, objects and strings in JSON, and the elements of XML, with their positions."""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern

# A string and the sign after it, or a sign of JSON, Python or JavaScript. A pattern that starts with a set of characters
# skips all others quickly.
_JSON = lazy_pattern(
    r"[\"'\[\]{}:,\\](?:(?P<string>(?<=\")(?:[^\"\\]++|\\.)*+\"|(?<=')(?:[^'\\\n]++|\\.)*+')(?:\s*+(?P<after>[:,]|(?=[\[\]{}])))?"
    r"|(?<=[}\]])(?:\s*+,)?|(?<=[\[{:,])|(?<=\\).)",
    re.DOTALL,
)
_ATTRIBUTE = r"\s++[\w:.-]++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')"
XML_TOKEN = lazy_pattern(
    rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(?P<close>/?+)(?P<tag>[A-Za-z_][\w:.-]*+)(?:{_ATTRIBUTE})*+\s*+(?P<empty>/?+)>",
    re.DOTALL,
)
STRING = '"'
ROW = "row"
"""The kind of a row or section of a text."""
RECORD = "record"
"""The kind of a record of CSV."""
REST_DEPTH = 5
"""The depth of the rest of an entry whose strings were read. No string of that depth is read."""
# Shorter strings state no failure.
_MIN_LENGTH = 30
# The elements of HTML that can report an error each.
HTML_ITEMS = frozenset({"article", "details", "div", "li", "pre", "section", "tr"})
# The elements of HTML without an end.
_EMPTY_TAGS = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
_QUOTES, _OPENING, _CLOSING = frozenset("\"'"), frozenset("[{"), frozenset("]}")
_MAX_DEPTH = 40


@attrs.define(eq=False)
class Node:
    """A list, an object, a string or an XML element.

    Attributes:
        kind: ``"["``, ``"{"``, a quote or the tag; empty for the document.
        start: Where it starts.
        end: Where it ends.
        key: The last key of the object that contains it, or what separates the columns of a row.
        keys: The keys of an object.
        nodes: The nodes in it.
    """

    kind: str
    start: int
    end: int = 0
    key: str = ""
    keys: list[str] = attrs.field(factory=list[str])
    nodes: list[Node] = attrs.field(factory=list["Node"])


def parse_json(text: str, start: int) -> Node:
    """Return the lists and objects in a text from a position, in a list if there are several."""
    node = Node("", 0, len(text))
    stack = [node]
    # Where the element of the innermost list starts: JavaScript prints an error before its object.
    at = start
    for token in _JSON.finditer(text, start):
        # Calls of the methods for each group would take longer.
        (begin, end), (_, last), (_, after) = token.regs
        sign = text[begin]
        if sign in _QUOTES:
            if after < 0:
                continue
            if text[after - 1] == ":":
                node.keys.append(text[begin + 1 : last - 1])
                continue
            if last - begin > _MIN_LENGTH:
                node.nodes.append(Node(STRING, begin + 1, last - 1, node.keys[-1] if node.keys else ""))
            if text[after - 1] != ",":
                continue
        elif sign == ":":
            node.keys.append("")
            continue
        elif sign in _OPENING:
            if len(stack) < _MAX_DEPTH:
                words = text[at:begin] if sign == "{" and node.kind == "[" else ""
                inner = Node(sign, begin - len(words.lstrip()), len(text), node.keys[-1] if node.keys else "")
                node.nodes.append(inner)
                stack.append(inner)
                node = inner
        elif sign in _CLOSING:
            if len(stack) > 1:
                stack.pop().end = begin + 1
                node = stack[-1]
        elif sign != ",":
            continue
        at = end
    return stack[0]


def parse_xml(text: str, start: int) -> Node:
    """Return the XML elements in a text from a position."""
    stack = [Node("", 0, len(text))]
    for token in XML_TOKEN.finditer(text, start):
        tag = token["tag"]
        if tag is None:
            continue
        if token["close"]:
            # What a program prints can have placeholders that look like tags.
            if any(each.kind == tag for each in (stack if tag in HTML_ITEMS else stack[-3:])):
                while stack[-1].kind != tag:
                    stack.pop().end = token.start()
                stack.pop().end = token.end()
        elif len(stack) < _MAX_DEPTH:
            is_empty = token["empty"] or tag.lower() in _EMPTY_TAGS
            node = Node(tag, token.start(), token.end() if is_empty else len(text))
            stack[-1].nodes.append(node)
            if not is_empty:
                stack.append(node)
    return stack[0]
