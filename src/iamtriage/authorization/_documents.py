"""Parse the members of AWS JSON documents, and report the path of an invalid one.

Unknown members are ignored, so AWS can add new ones. A member that is null is treated as missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

import attrs

from iamtriage._text import quote_text
from iamtriage.authorization._strict_json import JsonError, parse_strict_json
from iamtriage.exceptions import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = (
    "Json",
    "JsonObject",
    "copy_json",
    "decode_json",
    "describe_type",
    "omit_none",
    "raise_document_error",
)

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

# In characters.
_MAX_LENGTH = 1_000_000
# The values of a policy are at the sixth level.
_MAX_DEPTH = 32
# Some tools print JSON in a JSON string, at most twice in practice.
_MAX_LAYERS = 4
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a boolean"),
    (str, "a string"),
    ((int, float), "a number"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
)


def raise_document_error(reason: str, path: str = "") -> NoReturn:
    """Raise an error that names the path of the invalid value.

    Raises:
        DocumentError: Always.
    """
    msg = f"{path}: {reason}" if path else reason
    raise DocumentError(msg, path=path)


def describe_type(value: object) -> str:
    """Return the JSON name of a value's type, with an article.

    >>> describe_type({}), describe_type(None), describe_type(object())
    ('an object', 'null', 'a value of type object')
    """
    if value is None:
        return "null"
    names = (name for types, name in _KINDS if isinstance(value, types))
    return next(names, f"a value of type {type(value).__name__}")


def decode_json(text: str | bytes, noun: str) -> object:
    r"""Parse JSON text, and JSON text inside a JSON string.

    Args:
        text: The text, or its bytes in UTF-8, UTF-16 or UTF-32.
        noun: A description of the text for error messages, such as ``"a policy document"``.

    Raises:
        DocumentError: The text is not JSON, an object has a duplicate key, or the text has more than
            1,000,000 characters.

    >>> decode_json('"{\\"a\\": 1}"', "a document")
    {'a': 1}
    """
    for _ in range(_MAX_LAYERS):
        decoded = _decode_once(text, noun)
        if not isinstance(decoded, str):
            return decoded
        text = decoded
    return raise_document_error(f"{noun} must be an object, not a string")


def copy_json(value: object, path: str) -> Json:
    """Copy a JSON value of any mapping and sequence types to plain Python types.

    Raises:
        DocumentError: The value is not JSON, has more than 32 levels, or more than 1,000,000 characters.

    >>> copy_json({"a": (1, None)}, "")
    {'a': [1, None]}
    """
    return _Copier().copy(value, path, _MAX_DEPTH)


def omit_none(**members: object) -> dict[str, Any]:
    """Return the members that are not ``None``, like AWS, which omits members without a value.

    >>> omit_none(sid=None, effect="DENY")
    {'effect': 'DENY'}
    """
    return {name: value for name, value in members.items() if value is not None}


@attrs.frozen
class JsonObject:
    """A JSON object in a document, and its path.

    Attributes:
        members: Its members.
        path: Its path, such as ``"evaluations[0].checks[1]"``; empty for the document itself.
    """

    members: Mapping[object, object]
    path: str = ""

    @classmethod
    def of(cls, value: object, path: str = "", noun: str = "") -> JsonObject:
        """Wrap a value that must be an object.

        Raises:
            DocumentError: It is not an object.
        """
        if not isinstance(value, Mapping):
            found = describe_type(value)
            reason = f"{noun} must be an object, not {found}" if noun else f"expected an object, got {found}"
            raise_document_error(reason, path)
        return cls(cast("Mapping[object, object]", value), path)

    def has(self, name: str) -> bool:
        """Return whether a member exists and is not null."""
        return self.members.get(name) is not None

    def get_string(self, name: str) -> str | None:
        """Return a member that must be a string, or ``None`` if it is missing."""
        value = self.members.get(name)
        if value is not None and not isinstance(value, str):
            raise_document_error(f"expected a string, got {describe_type(value)}", self._member_path(name))
        return value

    def require_string(self, name: str) -> str:
        """Return a member that must exist and be a string."""
        value = self.get_string(name)
        if value is None:
            raise_document_error("missing", self._member_path(name))
        return value

    def get_bool(self, name: str) -> bool | None:
        """Return a member that must be a boolean, or ``None`` if it is missing."""
        value = self.members.get(name)
        if value is not None and not isinstance(value, bool):
            raise_document_error(f"expected a boolean, got {describe_type(value)}", self._member_path(name))
        return value

    def get_object(self, name: str) -> JsonObject:
        """Return a member that must be an object, or an empty object if it is missing."""
        value = self.members.get(name)
        return JsonObject.of({} if value is None else value, self._member_path(name))

    def get_objects(self, name: str) -> list[JsonObject]:
        """Return a member that must be a list of objects, or an empty list if it is missing."""
        return [JsonObject.of(value, path) for value, path in self._iterate_list(name)]

    def get_strings(self, name: str) -> tuple[str, ...]:
        """Return a member that must be a list of strings, or an empty tuple if it is missing."""
        strings: list[str] = []
        for value, path in self._iterate_list(name):
            if not isinstance(value, str):
                raise_document_error(f"expected a string, got {describe_type(value)}", path)
            strings.append(value)
        return tuple(strings)

    def entries(self) -> Iterator[tuple[str, object, str]]:
        """Yield the key, value and path of each member."""
        for key, value in self.members.items():
            if not isinstance(key, str):
                raise_document_error(f"expected a string as key, got {describe_type(key)}", self.path)
            yield key, value, f"{self.path}[{quote_text(key)}]"

    def _iterate_list(self, name: str) -> Iterator[tuple[object, str]]:
        value, path = self.members.get(name), self._member_path(name)
        if value is None:
            return
        if not isinstance(value, (list, tuple)):
            raise_document_error(f"expected a list, got {describe_type(value)}", path)
        for index, each in enumerate(cast("list[object]", value)):
            yield each, f"{path}[{index}]"

    def _member_path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


class _Copier:
    """Copier with a size limit, because a value can contain the same list many times."""

    def __init__(self) -> None:
        self._remaining = _MAX_LENGTH

    def copy(self, value: object, path: str, levels: int) -> Json:
        if levels == 0:
            raise_document_error("nested too deeply", path)
        self._count(len(value) if isinstance(value, str) else 1, path)
        if value is None or isinstance(value, (str, bool)):
            return value
        if isinstance(value, int) and abs(value) < 10**40:
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        if isinstance(value, Mapping):
            copied: dict[str, Json] = {}
            for key, each, _ in JsonObject(cast("Mapping[object, object]", value), path).entries():
                self._count(len(key), path)
                copied[key] = self.copy(each, path, levels - 1)
            return copied
        if isinstance(value, (list, tuple)):
            return [self.copy(each, path, levels - 1) for each in cast("list[object]", value)]
        if isinstance(value, (int, float)):
            raise_document_error("expected a finite number with at most 40 digits", path)
        return raise_document_error(f"expected a JSON value, got {describe_type(value)}", path)

    def _count(self, size: int, path: str) -> None:
        self._remaining -= size + 1
        if self._remaining < 0:
            raise_document_error("too large", path)


def _decode_once(text: str | bytes, noun: str) -> object:
    if len(text) > _MAX_LENGTH:
        raise_document_error(f"{noun} must have at most {_MAX_LENGTH:,} characters, not {len(text):,}")
    if isinstance(text, str):
        text = text.removeprefix("\ufeff")  # a byte order mark of Windows tools
    try:
        return parse_strict_json(text)
    except JsonError as error:
        reason = str(error)
    return raise_document_error(reason)
