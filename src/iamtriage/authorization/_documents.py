"""AWS's JSON documents read member by member, each fault with its path; not for what the members mean.

Members that are not asked for are not looked at, so that new ones of AWS's do no harm. A member that is
null counts as missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

import attrs

from iamtriage._strict_json import JsonError, parse_strict_json
from iamtriage._text import quote_text
from iamtriage.exceptions import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Json", "Part", "decoded", "kind_of", "plain", "refuse", "stated")

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

_LARGEST = 1_000_000
# A policy's values are six levels down.
_DEEPEST = 32
# JSON in a JSON string, as some tools print it; nobody writes it thrice.
_LAYERS = 4
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a boolean"),
    (str, "text"),
    ((int, float), "a number"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
)


def refuse(words: str, path: str = "") -> NoReturn:
    """Raise the error for a document that is not of its form.

    Raises:
        DocumentError: always.
    """
    msg = f"{path}: {words}" if path else words
    raise DocumentError(msg, path=path)


def kind_of(value: object) -> str:
    """Give JSON's word for the type of a value.

    >>> kind_of({}), kind_of(None), kind_of(object())
    ('an object', 'null', 'of type object')
    """
    if value is None:
        return "null"
    found = (word for kinds, word in _KINDS if isinstance(value, kinds))
    return next(found, f"of type {type(value).__name__}")


def decoded(text: str | bytes, noun: str) -> object:
    r"""Read JSON text, and JSON text that stands in it as a string.

    Args:
        text: the text, or its bytes in UTF-8, UTF-16 or UTF-32.
        noun: what it should be, for messages.

    Raises:
        DocumentError: no JSON, a key that stands twice in an object, or over 1,000,000 characters.

    >>> decoded('"{\\"a\\": 1}"', "a document")
    {'a': 1}
    """
    for _ in range(_LAYERS):
        found = _decoded_once(text, noun)
        if not isinstance(found, str):
            return found
        text = found
    return refuse(f"{noun} is an object, not text")


def plain(value: object, path: str) -> Json:
    """Copy a JSON value, whatever classes stand for its objects and lists.

    Raises:
        DocumentError: not JSON, over 32 levels deep, or over 1,000,000 characters.

    >>> plain({"a": (1, None)}, "")
    {'a': [1, None]}
    """
    return _Copy().of(value, path, _DEEPEST)


def stated(**members: object) -> dict[str, Any]:
    """Give the members that are not None, as AWS writes its documents.

    >>> stated(sid=None, effect="DENY")
    {'effect': 'DENY'}
    """
    return {name: value for name, value in members.items() if value is not None}


@attrs.frozen
class Part:
    """An object of a document, and where it stands.

    Attributes:
        members: its members.
        path: such as ``"evaluations[0].checks[1]"``; empty for the document.
    """

    members: Mapping[object, object]
    path: str = ""

    @classmethod
    def of(cls, value: object, path: str = "", noun: str = "it") -> Part:
        """Take a value for an object.

        Raises:
            DocumentError: it is none.
        """
        if not isinstance(value, Mapping):
            refuse(f"{noun} is an object, not {kind_of(value)}", path)
        return cls(cast("Mapping[object, object]", value), path)

    def has(self, name: str) -> bool:
        """Tell whether there is a member."""
        return self.members.get(name) is not None

    def text(self, name: str) -> str | None:
        """Give a member that is text."""
        value = self.members.get(name)
        if value is not None and not isinstance(value, str):
            refuse(f"text is wanted, not {kind_of(value)}", self._under(name))
        return value

    def needed_text(self, name: str) -> str:
        """Give a member that is text and that AWS never leaves out."""
        value = self.text(name)
        if value is None:
            refuse("it is missing", self._under(name))
        return value

    def flag(self, name: str) -> bool | None:
        """Give a member that is true or false."""
        value = self.members.get(name)
        if value is not None and not isinstance(value, bool):
            refuse(f"true or false is wanted, not {kind_of(value)}", self._under(name))
        return value

    def part(self, name: str) -> Part:
        """Give a member that is an object; an empty one where it is missing."""
        value = self.members.get(name)
        return Part.of({} if value is None else value, self._under(name))

    def parts(self, name: str) -> list[Part]:
        """Give a member that is a list of objects."""
        return [Part.of(value, path) for value, path in self._listed(name)]

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a member that is a list of texts."""
        found: list[str] = []
        for value, path in self._listed(name):
            if not isinstance(value, str):
                refuse(f"text is wanted, not {kind_of(value)}", path)
            found.append(value)
        return tuple(found)

    def entries(self) -> Iterator[tuple[str, object, str]]:
        """Give each member as its key, its value and its path, for an object that is a map."""
        for key, value in self.members.items():
            if not isinstance(key, str):
                refuse(f"a key is text, not {kind_of(key)}", self.path)
            yield key, value, f"{self.path}[{quote_text(key)}]"

    def _listed(self, name: str) -> Iterator[tuple[object, str]]:
        value, path = self.members.get(name), self._under(name)
        if value is None:
            return
        if not isinstance(value, (list, tuple)):
            refuse(f"a list is wanted, not {kind_of(value)}", path)
        for index, each in enumerate(cast("list[object]", value)):
            yield each, f"{path}[{index}]"

    def _under(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


class _Copy:
    """Copies one value; one that holds the same list many times over may be larger than it looks."""

    def __init__(self) -> None:
        self._left = _LARGEST

    def of(self, value: object, path: str, levels: int) -> Json:
        if levels == 0:
            refuse("it is nested too deeply", path)
        self._spend(len(value) if isinstance(value, str) else 1, path)
        if value is None or isinstance(value, (str, bool)):
            return value
        if isinstance(value, int) and abs(value) < 10**40:
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        if isinstance(value, Mapping):
            found: dict[str, Json] = {}
            for key, each, _ in Part(cast("Mapping[object, object]", value), path).entries():
                self._spend(len(key), path)
                found[key] = self.of(each, path, levels - 1)
            return found
        if isinstance(value, (list, tuple)):
            return [self.of(each, path, levels - 1) for each in cast("list[object]", value)]
        if isinstance(value, (int, float)):
            refuse("a number of JSON is finite, and not thousands of digits long", path)
        return refuse(f"a value of JSON is wanted, not one {kind_of(value)}", path)

    def _spend(self, size: int, path: str) -> None:
        self._left -= size + 1
        if self._left < 0:
            refuse("it is too large", path)


def _decoded_once(text: str | bytes, noun: str) -> object:
    if len(text) > _LARGEST:
        refuse(f"{noun} of {len(text)} characters; none over {_LARGEST} is read")
    if isinstance(text, str):
        text = text.removeprefix("\ufeff")  # Windows tools write it first
    try:
        return parse_strict_json(text)
    except JsonError as fault:
        words = str(fault)
    return refuse(words)
