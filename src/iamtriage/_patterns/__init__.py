"""Compile regular expressions when a text first needs them, and take what one finds if it is a single value.

There are thousands of patterns, and a text needs only a few of them: most look for words that it does not
have. Compiling a pattern takes much longer than parsing a text, and searching with it longer than looking for
its words.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, AnyStr, TypeVar, cast, overload

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_T = TypeVar("_T")
_DefaultT = TypeVar("_DefaultT")

REGION = r"[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}"
"""The source of a pattern for the code of a Region."""
KUBERNETES_NAME = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""The source of a pattern for the name of a namespace, a service account or another object of Kubernetes."""
POD_UID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""The source of a pattern for the UID of a pod, by which kubelet/pods/UID is named."""

_SEARCHES = ("findall", "finditer", "search")
_ATTRIBUTES = (
    *_SEARCHES,
    *("fullmatch", "match", "split", "sub"),
    *("flags", "groupindex", "groups", "pattern"),
)
# What searches return for a text in which they find nothing.
_ABSENT: dict[str, Callable[[], object]] = {
    "findall": list,
    "finditer": lambda: iter(()),
    "search": lambda: None,
}


class _UsedPattern:
    """A pattern that was used. Without ``__getattr__``, Python finds its attributes faster."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    @functools.cached_property
    def words(self) -> tuple[str, ...]:
        """The words that a search needs, in lowercase if it ignores case."""
        if isinstance(self._source, bytes) or self._flags & re.VERBOSE:
            return ()
        # Most first errors need no search but with short patterns of classes, which have no words.
        source = self._source.removeprefix("(?a)")
        outside = "".join(part.rpartition("]")[2] for part in source.split("["))
        if not any(map(str.isalpha, outside)):
            return ()
        from iamtriage._patterns.needed_words import needed_words

        words = needed_words(self._source)
        return tuple(map(str.lower, words)) if self.ignores_case else words

    @functools.cached_property
    def ignores_case(self) -> bool:
        return bool(self._flags & re.IGNORECASE) or "(?i" in str(self._source)

    def _compile(self) -> None:
        compiled = re.compile(self._source, self._flags)
        for name in _ATTRIBUTES:
            setattr(self, name, getattr(compiled, name))

        def search(name: str, *arguments: object) -> object:
            self._guard_searches(lambda each: getattr(compiled, each))
            found: object = getattr(self, name)(*arguments)
            return found

        for name in _SEARCHES:
            # Many patterns are only matched at one position, so they need no words.
            setattr(self, name, functools.partial(search, name))
        self.__class__ = _UsedPattern  # pyright: ignore[reportAttributeAccessIssue] (the class of any use)

    def _guard_searches(self, find: Callable[[str], Callable[..., Any]]) -> None:
        """Let searches look for the words first, which takes less time than the pattern does."""
        words, ignores_case = self.words, self.ignores_case
        is_guarded = words and not (ignores_case and not "".join(words).isascii())
        for name in _SEARCHES:
            search = find(name)
            if is_guarded:
                search = _guard(search, _ABSENT[name], words, ignores_case=ignores_case)
            setattr(self, name, search)

    def _search(self, name: str, *arguments: object) -> object:
        self._compile()
        found: object = getattr(self, name)(*arguments)
        return found


def _guard(
    search: Callable[..., object], absent: Callable[[], object], words: tuple[str, ...], *, ignores_case: bool
) -> Callable[..., object]:
    """Return a search of the texts that have one of these words."""
    word = words[0]

    # Between two positions, the pattern is faster than the words, which are looked for in the whole text.
    def search_any_case(text: str, *bounds: int) -> object:
        # Other characters than those of ASCII can be equal to one of ASCII.
        is_possible = bounds or not text.isascii() or any(map(text.lower().__contains__, words))
        return search(text, *bounds) if is_possible else absent()

    def search_for_word(text: str, *bounds: int) -> object:
        return search(text, *bounds) if bounds or word in text else absent()

    def search_for_words(text: str, *bounds: int) -> object:
        return search(text, *bounds) if bounds or any(map(text.__contains__, words)) else absent()

    if ignores_case:
        return search_any_case
    return search_for_word if len(words) == 1 else search_for_words


class _LazyPattern(_UsedPattern):
    """A pattern that is compiled for the first text that can match, and then is a :class:`_UsedPattern`."""

    def __getattr__(self, name: str) -> object:
        if name == "pattern":
            # Larger patterns are built from it, so do not compile it.
            return self._source
        if name not in _ATTRIBUTES:
            raise AttributeError(name)
        if name in _SEARCHES:
            self._guard_searches(lambda each: functools.partial(self._search, each))
        else:
            self._compile()
        found: object = vars(self)[name]
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


def words_of(pattern: re.Pattern[str]) -> tuple[tuple[str, ...], bool]:
    """Return the words that a lazy pattern needs to find something, and whether it ignores case.

    >>> words_of(lazy_pattern("Access denied|(?i:rejected)"))
    (('access denied', 'rejected'), True)
    """
    return getattr(pattern, "words", ()), getattr(pattern, "ignores_case", False)


def may_find(pattern: re.Pattern[str], text: str) -> bool:
    r"""Return whether a text has a word that a lazy pattern needs, which takes less time than a search.

    >>> may_find(lazy_pattern(r"\bpods?\b"), "a podium"), may_find(lazy_pattern(r"\bpods?\b"), "a role")
    (True, False)
    """
    words, ignores_case = words_of(pattern)
    if ignores_case:
        return not text.isascii() or any(map(text.lower().__contains__, words)) or not words
    return any(map(text.__contains__, words)) or not words


_ENDS_OF_REGIONS = tuple(f"-{digit}" for digit in range(10))


def may_name_region(text: str) -> bool:
    """Return whether a text can have the code of a Region, each of which ends with a number.

    >>> may_name_region("in eu-west-1"), may_name_region("in this Region")
    (True, False)
    """
    return any(map(text.__contains__, _ENDS_OF_REGIONS))


def lazy_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled when it is first used.

    Flags are at the start of the source, such as ``(?m)``, unless other patterns contain the source.

    >>> pattern = lazy_pattern("[a-z]+")
    >>> pattern.match("abc1")[0], pattern.pattern
    ('abc', '[a-z]+')
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(source, flags))


@functools.cache
def cached_pattern(source: str) -> re.Pattern[str]:
    """Return a lazy pattern, always the same one for the source, which is a row of a table."""
    return lazy_pattern(source)


def lazy_patterns(sources: Mapping[_T, str], flags: int = 0) -> dict[_T, re.Pattern[str]]:
    """Return patterns by name that are compiled when they are first used.

    >>> signs = lazy_patterns({"a letter": "[a-z]", "a digit": "[0-9]"})
    >>> [name for name, sign in signs.items() if sign.match("7")]
    ['a digit']
    """
    return {name: lazy_pattern(source, flags) for name, source in sources.items()}
