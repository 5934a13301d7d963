"""List the fields that a value shows of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Verbatim", "shown_fields")


class Verbatim(str):
    """What a field's own ``repr`` wrote, to be shown as it is."""

    __slots__ = ()


def shown_fields(value: object, *, defaults: bool = True) -> Iterator[tuple[str, object]]:
    """Yield the names and values of the fields that a value shows.

    Fields with ``repr=False`` are hidden. A field with its own ``repr`` masks something, so that is used.

    Args:
        value: An attrs instance or a named tuple. Any other value has no fields.
        defaults: Whether to include fields that have their default value.

    >>> from iamtriage import Envelope
    >>> dict(shown_fields(Envelope("AccessDenied"), defaults=False))
    {'code': 'AccessDenied'}
    """
    if isinstance(value, tuple):
        names: tuple[str, ...] = getattr(type(cast("object", value)), "_fields", ())
        yield from zip(names, cast("tuple[object, ...]", value), strict=False)
    elif attrs.has(type(value)):
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(value))):
            if field.repr is False or field.name.startswith("_"):
                continue
            part: object = getattr(value, field.name)
            if defaults or not _is_default(field, part):
                yield field.name, Verbatim(field.repr(part)) if callable(field.repr) else part


def _is_default(field: attrs.Attribute[object], value: object) -> bool:
    # A default that a factory makes is left out if it is empty. The factory is never called.
    return value == field.default or (isinstance(field.default, attrs.Factory) and not value)  # type: ignore[arg-type]  # a class at run time
