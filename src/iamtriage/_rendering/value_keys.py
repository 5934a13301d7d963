"""Build the functions that read the compared and hashed fields of attrs classes."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import AttrsInstance

__all__ = ("build_key",)


def build_key(cls: type[AttrsInstance], *, for_hash: bool = False) -> Callable[[object], object]:
    """Return a function that returns the compared or hashed fields of a value."""
    fields = [each for each in attrs.fields(cls) if each.eq]
    if for_hash:
        fields = [each for each in fields if each.hash is not False]
    names = [each.name for each in fields]
    converted = {number: each.eq_key for number, each in enumerate(fields) if each.eq_key is not None}
    if not names:
        return lambda _: ()
    read = attrgetter(*names)
    if not converted:
        return read

    def read_converted(value: object) -> object:
        values = read(value) if len(names) > 1 else (read(value),)
        return tuple(
            converted[number](each) if number in converted else each for number, each in enumerate(values)
        )

    return read_converted
