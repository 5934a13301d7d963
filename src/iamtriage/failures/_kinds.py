"""Kinds of failures as arguments; not for what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from iamtriage._text import quote_text
from iamtriage.typing import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("checked_kinds",)

_KINDS: tuple[Kind, ...] = get_args(Kind)


def checked_kinds(kinds: Iterable[Kind]) -> frozenset[Kind]:
    """Give kinds as a set.

    Raises:
        TypeError: not an iterable, or a single text, whose letters would be the kinds.
        ValueError: there is no such kind.

    >>> checked_kinds(["access_denied", "access_denied"])
    frozenset({'access_denied'})
    """
    if isinstance(kinds, (str, bytes)):
        msg = f"kinds are several, such as a tuple or a set, not the text {quote_text(str(kinds))}"
        raise TypeError(msg)
    given = list(kinds)
    for kind in given:
        if kind not in _KINDS:
            msg = f"there is no kind {quote_text(str(kind))}, only {', '.join(_KINDS)}"
            raise ValueError(msg)
    return frozenset(given)
