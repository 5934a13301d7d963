"""Compile regular expressions when they are first used, and take what one finds if it is a single value.

There are hundreds of patterns, and a text needs only a few of them. Compiling one takes much longer than
parsing a text.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, AnyStr, TypeVar, cast, overload

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_T = TypeVar("_T")
_DefaultT = TypeVar("_DefaultT")

REGION = r"[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}"
"""The source of a pattern for the code of a Region."""
KUBERNETES_NAME = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""The source of a pattern for the name of a namespace, a service account or another object of Kubernetes."""

_ATTRIBUTES = (
    *("findall", "finditer", "fullmatch", "match", "search", "split", "sub"),
    *("flags", "groupindex", "groups", "pattern"),
)


class _UsedPattern:
    """A compiled pattern. Without ``__getattr__``, Python finds its attributes faster."""


class _LazyPattern:
    """A pattern that is compiled on first access to a method, and then becomes a :class:`_UsedPattern`."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        if name == "pattern":
            # Larger patterns are built from it, so do not compile it.
            return self._source
        if name not in _ATTRIBUTES:
            raise AttributeError(name)
        compiled = re.compile(self._source, self._flags)
        for attribute in _ATTRIBUTES:
            setattr(self, attribute, getattr(compiled, attribute))
        self.__class__ = _UsedPattern  # type: ignore[assignment]
        found: object = getattr(compiled, name)
        return found


@overload
def only_one(found: Collection[_T]) -> _T | None: ...
@overload
def only_one(found: Collection[_T], default: _DefaultT) -> _T | _DefaultT: ...
def only_one(found: Collection[_T], default: _DefaultT | None = None) -> _T | _DefaultT | None:
    """Return what was found if it is a single value, or else the default.

    >>> only_one({"prod"}), only_one({"prod", "test"}), only_one([], "NAME")
    ('prod', None, 'NAME')
    """
    return next(iter(found)) if len(found) == 1 else default


def search_last(
    pattern: re.Pattern[str], text: str, start: int = 0, end: int = sys.maxsize
) -> re.Match[str] | None:
    """Return the last match of a pattern between two positions.

    >>> search_last(re.compile("[a-z]+"), "eu us")[0]
    'us'
    """
    found = None
    for found in pattern.finditer(text, start, end):  # noqa: B007 (the last match is returned)
        pass
    return found


def lazy_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled when it is first used.

    >>> pattern = lazy_pattern("[a-z]+")
    >>> pattern.match("abc1")[0], pattern.pattern
    ('abc', '[a-z]+')
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(source, flags))


def lazy_patterns(sources: Mapping[_T, str], flags: int = 0) -> dict[_T, re.Pattern[str]]:
    """Return patterns by name that are compiled when they are first used.

    >>> signs = lazy_patterns({"a letter": "[a-z]", "a digit": "[0-9]"})
    >>> [name for name, sign in signs.items() if sign.match("7")]
    ['a digit']
    """
    return {name: lazy_pattern(source, flags) for name, source in sources.items()}
