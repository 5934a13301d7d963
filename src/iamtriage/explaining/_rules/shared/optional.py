"""Drop the parts of an explanation that do not apply."""

from __future__ import annotations

from typing import TypeVar

__all__ = ("present",)

_T = TypeVar("_T")


def present(*items: _T | None) -> tuple[_T, ...]:
    """Return the items that are not ``None``.

    >>> present("create the role", None)
    ('create the role',)
    """
    return tuple(item for item in items if item is not None)
