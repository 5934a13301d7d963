"""Compare, hash and represent attrs classes by their fields."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from iamtriage._typing import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import AttrsInstance

__all__ = ("Value",)


class Value:
    """Base class of attrs classes that are equal if their fields are.

    By default, attrs generates these methods for each class, which takes a third of the time of a first call.
    A subclass passes ``eq=False`` to attrs, and ``repr=False`` unless it has a ``__repr__``.
    """

    __slots__ = ()

    @override
    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        cls: Any = self.__class__
        compared = _build_key(cls)
        return compared(self) == compared(other)

    @override
    def __hash__(self) -> int:
        cls: Any = self.__class__
        return hash((cls, _build_key(cls, for_hash=True)(self)))

    @override
    def __repr__(self) -> str:
        import attrs

        cls: Any = self.__class__
        shown = ", ".join(
            f"{each.name}={getattr(self, each.name)!r}" for each in attrs.fields(cls) if each.repr
        )
        return f"{cls.__qualname__}({shown})"


@functools.cache
def _build_key(cls: type[AttrsInstance], *, for_hash: bool = False) -> Callable[[object], object]:
    """Return a function that returns the compared or hashed fields of a value."""
    from iamtriage._rendering.value_keys import build_key

    return build_key(cls, for_hash=for_hash)
