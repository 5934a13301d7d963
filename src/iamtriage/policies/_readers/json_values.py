"""Get values of the expected type from JSON documents. Anything else is treated as missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, cast

__all__ = ("JsonObject", "get_object", "get_objects", "get_text", "get_texts")

JsonObject: TypeAlias = Mapping[str, Any]


def get_object(data: JsonObject, member: str) -> JsonObject:
    """Return an object, or an empty one if the member is not an object."""
    value: object = data.get(member)
    return cast("JsonObject", value) if isinstance(value, Mapping) else {}


def get_objects(data: JsonObject, member: str) -> Iterator[JsonObject]:
    """Yield the objects of a list."""
    for each in _get_list(data, member):
        if isinstance(each, Mapping):
            yield cast("JsonObject", each)


def get_text(data: JsonObject, *members: str) -> str | None:
    """Return the first member that is a non-empty string."""
    for member in members:
        value: object = data.get(member)
        if isinstance(value, str) and value:
            return value
    return None


def get_texts(data: JsonObject, member: str) -> Iterator[str]:
    """Yield the strings of a list."""
    return (each for each in _get_list(data, member) if isinstance(each, str))


def _get_list(data: JsonObject, member: str) -> list[object]:
    value: object = data.get(member)
    return cast("list[object]", value) if isinstance(value, list) else []
