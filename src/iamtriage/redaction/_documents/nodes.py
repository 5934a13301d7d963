"""Represent the values of a document: objects, lists and scalars, each with its position in the text."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from iamtriage._typing import NamedTuple, override

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping, Sequence

    from iamtriage.redaction._secret_spans import FoundSecret

__all__ = ("Encoded", "Encoding", "Item", "Joined", "Node", "Places", "Scalar", "Value")

Places: TypeAlias = "list[tuple[int, int]]"
"""Where each run of decoded characters begins, among these and in the text."""


def _list_places(
    text: str, start: int, end: int, escape: re.Pattern[str], translate: Callable[[re.Match[str]], str]
) -> Places:
    """Return where each run of characters of a decoded part of a text begins, there and in the text.

    Args:
        text: The text.
        start: The position of the first character.
        end: The position after the last character.
        escape: The pattern of an escape.
        translate: A function that returns the characters of an escape.
    """
    places = [(0, start)]
    length, done = 0, start
    for found in escape.finditer(text, start, end):
        begin, following = found.span()
        characters = translate(found)
        length += begin - done + len(characters)
        if not characters:
            # A secret before it ends here.
            places.append((length, begin))
        done = following
        places.append((length, done))
    return places


class Scalar:
    """A string or another scalar: ``text[start:end]``, without its quotes.

    Attributes:
        start: The position of its first character.
        end: The position after its last character.
        is_text: Whether it is a string, not a number or a constant.
        is_quoted: Whether quotes or the notation show where it ends.
        is_expression: Whether it is an expression or a reference, and therefore never a secret.
    """

    __slots__ = ("end", "is_expression", "is_quoted", "is_text", "start")

    def __init__(
        self,
        start: int,
        end: int,
        *,
        is_text: bool = True,
        is_quoted: bool = True,
        is_expression: bool = False,
    ) -> None:
        self.start, self.end = start, end
        self.is_text, self.is_quoted, self.is_expression = is_text, is_quoted, is_expression

    def decode(self, text: str) -> str:
        """Return the decoded characters of the scalar."""
        return text[self.start : self.end]

    def list_places(self, text: str) -> Places:  # noqa: ARG002 (encoded scalars need it)
        """Return where each run of decoded characters begins, among these and in the text."""
        return [(0, self.start)]

    def mark(self, found: FoundSecret) -> FoundSecret:
        """Return a secret in this scalar with the quotes that keep the document valid."""
        return found

    def covers(self, found: FoundSecret) -> bool:
        """Return whether a secret is the whole scalar."""
        return found.start <= self.start and found.end >= self.end


class Encoding(NamedTuple):
    """How a notation writes signs.

    Attributes:
        escape: The pattern of an encoded sign.
        translate: A function that returns the characters of an encoded sign.
        signs: Characters of which each encoded sign contains one, to skip scalars without them; can be empty.
        quotes: The encoded quotes of a marker.
        is_dashed: Whether a marker must be one word without quotes.
    """

    escape: re.Pattern[str]
    translate: Callable[[re.Match[str]], str]
    signs: str = ""
    quotes: Mapping[int, str] = MappingProxyType({})
    is_dashed: bool = False


class Encoded(Scalar):
    """A scalar in which signs are encoded."""

    __slots__ = ("encoding",)

    def __init__(self, start: int, end: int, encoding: Encoding, *, is_expression: bool = False) -> None:
        super().__init__(start, end, is_expression=is_expression)
        self.encoding = encoding

    @override
    def decode(self, text: str) -> str:
        written = text[self.start : self.end]
        # No part of the text around a scalar changes what an escape in it means.
        return (
            self.encoding.escape.sub(self.encoding.translate, written)
            if self._has_signs(written)
            else written
        )

    @override
    def list_places(self, text: str) -> Places:
        if not self._has_signs(text[self.start : self.end]):
            return [(0, self.start)]
        return _list_places(text, self.start, self.end, self.encoding.escape, self.encoding.translate)

    def _has_signs(self, written: str) -> bool:
        """Return whether a sign can be encoded in the scalar."""
        for sign in self.encoding.signs:
            if sign in written:
                return True
        return not self.encoding.signs

    @override
    def mark(self, found: FoundSecret) -> FoundSecret:
        if self.encoding.is_dashed:
            return found._replace(quote="", is_dashed=True)
        return found._replace(quote=found.quote.translate(self.encoding.quotes)) if found.quote else found


class Joined(Scalar):
    """Parts of a text that are searched together.

    Args:
        parts: The parts, of the same notation.
        gap: What is between two parts.
    """

    __slots__ = ("_gap", "_parts")

    def __init__(self, parts: Sequence[Scalar], gap: str = "") -> None:
        super().__init__(parts[0].start, max(part.end for part in parts))
        self._parts, self._gap = parts, gap

    @override
    def decode(self, text: str) -> str:
        return self._gap.join(part.decode(text) for part in self._parts)

    @override
    def list_places(self, text: str) -> Places:
        places: Places = []
        length = 0
        for part in self._parts:
            own = part.list_places(text)
            places += ((length + at, origin) for at, origin in own)
            # The rest of the part, from its last run of characters, is decoded already.
            last, origin = own[-1]
            length += last + part.end - origin + len(self._gap)
        return places

    @override
    def mark(self, found: FoundSecret) -> FoundSecret:
        return self._parts[0].mark(found)


class Item(NamedTuple):
    """A value of an object or a list.

    Attributes:
        key: The scalar that is its key; ``None`` in a list, or if the key is not written.
        name: The key, if the notation implies it.
        value: The value.
    """

    key: Scalar | None
    name: str
    value: Value


class Node:
    """An object or a list.

    Attributes:
        start: The position of its first character.
        end: The position after its last character.
        items: Its values.
        kind: The kind of its items: members of an object, items of a list, or names followed by their values.
    """

    __slots__ = ("end", "items", "kind", "start")

    def __init__(self, start: int, kind: Literal["object", "list", "pairs"]) -> None:
        self.start = self.end = start
        self.kind: Literal["object", "list", "pairs"] = kind
        self.items: list[Item] = []


Value: TypeAlias = "Node | Scalar"
