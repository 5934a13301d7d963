"""Represent the values of a document: objects, lists and scalars, each with its position in the text."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from iamtriage._typing import override

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping, Sequence

    from iamtriage.redaction._secret_spans import FoundSecret

__all__ = ("Decoded", "Encoded", "Encoding", "Item", "Joined", "Node", "Scalar", "Value", "decode")

Places: TypeAlias = "list[tuple[int, int]]"


class Decoded(NamedTuple):
    """The decoded characters of a scalar, and the position in the text of each run of them."""

    content: str
    places: Places


def decode(
    text: str, start: int, end: int, escape: re.Pattern[str], translate: Callable[[re.Match[str]], str]
) -> Decoded:
    """Return a part of a text with its escapes decoded.

    Args:
        text: The text.
        start: The position of the first character.
        end: The position after the last character.
        escape: The pattern of an escape.
        translate: A function that returns the characters of an escape.
    """
    pieces: list[str] = []
    places = [(0, start)]
    length, done = 0, start
    for found in escape.finditer(text, start, end):
        begin, following = found.span()
        characters = translate(found)
        if begin > done:
            pieces.append(text[done:begin])
            length += begin - done
        if characters:
            pieces.append(characters)
            length += len(characters)
        else:
            # A secret before it ends here.
            places.append((length, begin))
        done = following
        places.append((length, done))
    pieces.append(text[done:end])
    return Decoded("".join(pieces), places)


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

    def decode(self, text: str) -> Decoded:
        """Return the decoded characters of the scalar."""
        return Decoded(text[self.start : self.end], [(0, self.start)])

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
    def decode(self, text: str) -> Decoded:
        escape, translate, signs, *_ = self.encoding
        if signs and all(text.find(sign, self.start, self.end) < 0 for sign in signs):
            return super().decode(text)
        return decode(text, self.start, self.end, escape, translate)

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
    def decode(self, text: str) -> Decoded:
        contents: list[str] = []
        places: list[tuple[int, int]] = []
        length = 0
        for part in self._parts:
            content, part_places = part.decode(text)
            contents.append(content)
            places += ((length + at, origin) for at, origin in part_places) if length else part_places
            length += len(content) + len(self._gap)
        return Decoded(self._gap.join(contents), places)

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
