"""List the fields of a value that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Verbatim", "shown_fields")


class Verbatim(str):
    """The output of a field's ``repr`` function, which is shown without quotes."""

    __slots__ = ()


def shown_fields(value: object, *, defaults: bool = True) -> Iterator[tuple[str, object]]:
    """Yield the names and values of the fields that are shown.

    Fields with ``repr=False`` are hidden. If a field has a ``repr`` function, its output is shown, because it
    can mask secrets.

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
    # An empty value is the default of a field with a factory. The factory is never called.
    return value == field.default or (isinstance(field.default, attrs.Factory) and not value)  # type: ignore[arg-type]  # a class at run time
