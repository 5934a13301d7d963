"""Compile patterns when a text first needs them.

There are hundreds of patterns, and a text needs few of them. Compiling one takes much more time than
reading a text.
"""

from __future__ import annotations

import re
from typing import AnyStr, cast

_ATTRIBUTES = (
    *("findall", "finditer", "fullmatch", "match", "search", "split", "sub"),
    *("flags", "groupindex", "groups", "pattern"),
)


class _UsedPattern:
    """The attributes of a compiled pattern. Without ``__getattr__``, Python finds them faster."""


class _LazyPattern:
    """A pattern that is compiled when a method of it is first asked for, and then is a used one."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        if name == "pattern":
            # Other patterns are built from it.
            return self._source
        if name not in _ATTRIBUTES:
            raise AttributeError(name)
        compiled = re.compile(self._source, self._flags)
        for attribute in _ATTRIBUTES:
            setattr(self, attribute, getattr(compiled, attribute))
        self.__class__ = _UsedPattern  # type: ignore[assignment]
        found: object = getattr(compiled, name)
        return found


def lazy_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled when it is first used.

    >>> pattern = lazy_pattern("[a-z]+")
    >>> pattern.match("abc1")[0], pattern.pattern
    ('abc', '[a-z]+')
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(source, flags))
