"""Find XML in text, and the position of each of its values.

An element with child elements is an object, an attribute is a member of its element, and any other element is
a value. An element with text that child elements only format is also a value. Each character is read once, so
the time is linear.
Grammar: https://www.w3.org/TR/xml/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.nodes import Encoded, Encoding, Item, Node, Scalar
from iamtriage.redaction._vocabulary.secret_names import classify_key

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("XML_ATTRIBUTE", "find_xml")

_NAME = r"[A-Za-z_][\w.:-]*+"
_ATTRIBUTE = rf"(?P<name>{_NAME})\s*+=\s*+(?:\"(?P<double>[^\"<]*+)\"|'(?P<single>[^'<]*+)')"
_START = re.compile(
    rf"<(?P<tag>{_NAME})(?P<attributes>(?:\s++{_NAME}\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+)\s*+(?P<empty>/)?>"
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
# In a string of a program, the newlines around content are escaped.
_SPACES = re.compile(r"(?:\s|\\n(?=\s))*+")
_END = re.compile(rf"</(?P<tag>{_NAME})\s*+>")
# Most elements in prose.
_LEAF = re.compile(rf"<(?P<tag>{_NAME})(?:>(?P<text>[^<]++)</(?P=tag)>|></(?P=tag)>|[ ]?/>)")
# Comments and the like, and how they end. The end is searched for separately, because a pattern cannot
# remember that there is none.
_OTHERS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!DOCTYPE", ">"))
_ENTITY = re.compile(r"&(?:#(?P<decimal>[0-9]{1,7})|#[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<name>[a-z]{2,5}));")
_TAG_OR_ENTITY = re.compile(rf"<[^<>]*+>|{_ENTITY.pattern}")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_MAX_CHARACTER = 0x10FFFF
# Elements with a name, each followed by an element with its value: property lists and tables.
_NAME_TAGS = frozenset({"key", "td", "th", "dt", "dd"})
# Elements of web pages that format words.
_FORMATTING_TAGS = """
    a b br code em font i kbd mark small span strong sub sup tt u
"""
_FORMATTING = frozenset(_FORMATTING_TAGS.split())
_NAMING = frozenset({"key", "name"})
_MAX_DEPTH = 200
# More elements that are shorter on average do not occur in real documents, and would take long.
_MAX_SHORT_ELEMENTS = 1_000
_MIN_CHARS_PER_ELEMENT = 20


def _character(entity: re.Match[str]) -> str:
    number = int(entity["decimal"] or 0) or int(entity["hex"] or "0", 16)
    if number:
        return chr(number) if number <= _MAX_CHARACTER else "\ufffd"
    return _ENTITIES.get(entity["name"] or "", entity[0])


def _tag_or_character(found: re.Match[str]) -> str:
    if found[0][0] == "&":
        return _character(found)
    # A secret must not contain a tag, because its marker would replace the tag.
    around = found.string[found.start() - 1] + found.string[found.end() : found.end() + 1]
    return "" if around.strip() != around or not around.isalnum() else " "


_TEXT_ENCODING = Encoding(_ENTITY, _character, "&")
XML_ATTRIBUTE = _TEXT_ENCODING._replace(quotes={ord('"'): "&quot;", ord("'"): "&apos;"})
# A text in which elements format words.
_SENTENCE = Encoding(_TAG_OR_ENTITY, _tag_or_character)


class _Element(Node):
    """An element. Its items are its attributes, and its text or child elements.

    Attributes:
        tag: Its name.
        text: Its text.
        content: The position after its start tag.
        has_elements: Whether it has child elements.
    """

    __slots__ = ("content", "has_elements", "tag", "text")

    def __init__(self, tag: str, start: int, content: int) -> None:
        super().__init__(start, "object")
        self.tag = tag
        self.text: list[Scalar] = []
        self.content = content
        self.has_elements = False

    def close(self, content_end: int, end: int) -> None:
        """Set the ends of the content and of the element, and the kind of its items."""
        self.end = end
        if (
            self.text
            and self.has_elements
            and all(item.name in _FORMATTING for item in self.items if item.key is None)
        ):
            # A sentence is read as a whole.
            self.items = [item for item in self.items if item.key is not None]
            self.text = [Encoded(self.content, content_end, _SENTENCE)]
            self.has_elements = False
        # A text next to attributes is the value that the attributes describe.
        name = "" if self.has_elements else "value"
        self.items += (Item(None, name, text) for text in self.text)
        names = [item.name for item in self.items]
        if names and names[0] in _NAME_TAGS and (names[0] != "key" or set(names[::2]) == {"key"}):
            self.kind = "pairs"

    def item(self) -> Item:
        """Return the element as an item of its parent."""
        only = self.items[0] if len(self.items) == 1 else None
        is_text = only is not None and only.key is None and isinstance(only.value, Scalar) and self.text
        return Item(None, _local(self.tag), only.value if only and is_text else self)

    def is_record(self) -> bool:
        """Return whether the element has children or CDATA, or names a secret, unlike most in prose."""
        if (
            not self.items
            or self.has_elements
            or not all(isinstance(text, Encoded) and text.encoding is _TEXT_ENCODING for text in self.text)
        ):
            return bool(self.items)
        named = (item for item in self.items if item.key is not None)
        return classify_key(_local(self.tag)) is not None or any(
            classify_key(item.name) is not None or item.name.lower() in _NAMING for item in named
        )


def find_xml(text: str) -> Iterator[Node]:
    """Yield each outermost element of a text that consists of data."""
    at = 0
    closed: dict[str, int] = {}
    while opening := _START.search(text, at):
        if leaf := _LEAF.match(text, opening.start()):
            at = leaf.end()
            tag = _local(leaf["tag"]) if leaf["text"] else ""
            if classify_key(tag) is not None and (content := _get_text(text, *leaf.span("text"))):
                yield _announce(Item(None, tag, content), leaf.start(), at)
            continue
        nodes, at = _read(text, opening, closed)
        yield from nodes


def _read(text: str, opening: re.Match[str], closed: dict[str, int]) -> tuple[list[Node], int]:
    """Read the element of a start tag. Return it, or its complete parts, and where to continue.

    Args:
        text: The text.
        opening: The start tag.
        closed: For each end of a comment and the like, the position after which there is none.
    """
    stack: list[_Element] = []
    complete: list[_Element] = []
    at = opening.start()
    count = 0
    while at < len(text):
        if text[at] != "<":
            end = text.find("<", at) % (len(text) + 1)
            if content := _get_text(text, at, end):
                stack[-1].text.append(content)
            at = end
        elif start := _START.match(text, at):
            at = start.end()
            count += 1
            is_dense = count > _MAX_SHORT_ELEMENTS and at - opening.start() < count * _MIN_CHARS_PER_ELEMENT
            if is_dense or len(stack) >= _MAX_DEPTH:
                break
            stack.append(_open(start))
            if start["empty"] and _close(stack, at, at, complete):
                break
        elif end_tag := _END.match(text, at):
            if end_tag["tag"] != stack[-1].tag:
                break
            content_end, at = end_tag.span()
            if _close(stack, content_end, at, complete):
                break
        elif (end := _skip_other(text, at, closed)) > at:
            is_data = text.startswith("<![CDATA[", at)
            if is_data and (content := _get_text(text, at + len("<![CDATA["), end - len("]]>"))):
                stack[-1].text.append(Scalar(content.start, content.end))
            at = end
        else:
            break
    # The end of the element is missing, so only its complete parts are used.
    complete += (
        item.value for element in stack for item in element.items if isinstance(item.value, _Element)
    )
    nodes = [_announce(each.item(), each.start, each.end) for each in complete if each.is_record()]
    return nodes, max(at, opening.end())


def _announce(item: Item, start: int, end: int) -> Node:
    """Return an object with an element as the only item, so that its name announces its content."""
    node = Node(start, "object")
    node.end = end
    node.items.append(item)
    return node


def _open(start: re.Match[str]) -> _Element:
    element = _Element(start["tag"], start.start(), start.end())
    for attribute in _ATTRIBUTES.finditer(start.string, *start.span("attributes")):
        group = "double" if attribute["double"] is not None else "single"
        value = Encoded(*attribute.span(group), XML_ATTRIBUTE)
        # An ID is the name of the element, not of its text.
        name = _local(attribute["name"]) if attribute["name"] != "id" else "-"
        element.items.append(Item(Encoded(*attribute.span("name"), XML_ATTRIBUTE), name, value))
    return element


def _get_text(text: str, start: int, end: int) -> Scalar | None:
    """Return the text of an element without the spaces around it; ``None`` if there is none."""
    spaces = _SPACES.match(text, start, end)
    start = spaces.end() if spaces else start
    end = start + len(text[start:end].rstrip())
    while end - start > 1 and text.endswith("\\n", start, end):
        end = start + len(text[start : end - 2].rstrip())
    return Encoded(start, end, _TEXT_ENCODING) if start < end else None


def _close(stack: list[_Element], content_end: int, end: int, complete: list[_Element]) -> bool:
    """Add the last element to its parent. Return whether it has none."""
    element = stack.pop()
    element.close(content_end, end)
    if stack:
        stack[-1].has_elements = True
        stack[-1].items.append(element.item())
        return False
    complete.append(element)
    return True


def _local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition(":")[2]


def _skip_other(text: str, at: int, closed: dict[str, int]) -> int:
    """Return the end of a comment or the like, or the same position."""
    for opening, closing in _OTHERS:
        if text.startswith(opening, at):
            if at >= closed.get(closing, len(text)):
                return at
            end = text.find(closing, at + len(opening))
            if end >= 0:
                return end + len(closing)
            closed[closing] = at
            return at
    return at
