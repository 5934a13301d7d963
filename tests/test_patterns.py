"""Check that a lazy pattern is one, which words it needs, and that it is compiled when it is first needed."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest

import iamtriage
from iamtriage._patterns import _LazyPattern, _UsedPattern, lazy_pattern
from iamtriage._patterns.needed_words import needed_words
from tests.tables import check_rows

_RULES = Path(iamtriage.__file__).parent / "explaining" / "_rules"


@cache
def _all_patterns() -> tuple[tuple[Any, re.Pattern[str]], ...]:
    """Return every pattern of a module, and what it is compiled."""
    patterns: dict[int, Any] = {}
    for found in pkgutil.walk_packages(iamtriage.__path__, "iamtriage."):
        if not found.name.endswith("__main__"):
            values = vars(importlib.import_module(found.name)).values()
            patterns |= {id(each): each for each in values if isinstance(each, _UsedPattern)}
    return tuple((each, re.compile(each.pattern, each.flags)) for each in patterns.values())


def test_lazy_pattern_matches_as_a_compiled_one() -> None:
    lazy, compiled = lazy_pattern(r"(?P<word>\w)$", re.MULTILINE), re.compile(r"(?P<word>\w)$", re.MULTILINE)
    text = "a b\nc"
    assert [m.span("word") for m in lazy.finditer(text)] == [m.span("word") for m in compiled.finditer(text)]
    assert (lazy.pattern, lazy.flags, lazy.groupindex) == (
        compiled.pattern,
        compiled.flags,
        compiled.groupindex,
    )
    assert lazy.sub("x", text) == compiled.sub("x", text)


def test_wrong_pattern_raises_when_it_is_used() -> None:
    wrong = lazy_pattern("(")
    with pytest.raises(re.error):
        wrong.search("text")


def test_other_attributes_do_not_exist() -> None:
    with pytest.raises(AttributeError):
        _ = lazy_pattern("a").scanner  # type: ignore[attr-defined]


@pytest.mark.unmeasured
def test_every_pattern_of_a_module_can_be_compiled() -> None:
    assert len(_all_patterns()) > 200
    for pattern, compiled in _all_patterns():
        assert compiled.groups == pattern.groups


def test_reading_the_source_compiles_nothing() -> None:
    wrong: Any = lazy_pattern("(")
    assert wrong.pattern == "("
    assert isinstance(wrong, _LazyPattern)


@check_rows(
    ("pattern", "words"),
    [
        ("Forbidden", ("Forbidden",)),
        (r"\bkubelet\b|node group", ("kubelet", "node group")),
        (r"(?:Access|Permission) [Dd]enied", ("enied",)),
        (r"(?:a{3}|bucket)? denied|colou?r", (" denied", "colo")),
        (r"(?P<name>role|user)/{2,3}path(?:ology)*", ("path",)),
        (r"s3:\\\\(?:Get)+?Object\.txt", ("Object.txt",)),
        (r"(?=denied)[a-z]+|(?<!not )allowed", ()),
        (r"(?<!not )allowed(?! to)", ("allowed",)),
        (r"[]role(]{2}x|\x41\u00e9policy", ()),
        (r"region|region_name|egion", ("egion",)),
        ("of|on", ("of", "on")),
        ("a|on", ()),
        (r"", ()),
    ],
)
def test_needed_words(pattern: str, words: tuple[str, ...]) -> None:
    assert needed_words(pattern) == words


def test_searches_find_what_a_compiled_pattern_finds() -> None:
    source = r"(?i:access) denied|(no) permission"
    lazy, compiled = lazy_pattern(source), re.compile(source)
    for text in ("ACCESS denied, no permission", "Access Denied", "no permiſſion", ""):
        found, expected = lazy.search(text), compiled.search(text)
        assert (found and found.span()) == (expected and expected.span())
        assert [each.span() for each in lazy.finditer(text)] == [
            each.span() for each in compiled.finditer(text)
        ]
        assert lazy.findall(text) == compiled.findall(text)
    assert lazy.search("access denied", 1) is None
    assert lazy_pattern(source, re.IGNORECASE).search("no permiſſion") is not None


def test_only_a_text_with_a_word_compiles_a_pattern() -> None:
    lazy = lazy_pattern("denied|rejected")
    assert lazy.search("Rate exceeded") is None
    before = type(lazy).__name__
    assert lazy.findall("Access denied") == ["denied"]
    assert (before, type(lazy).__name__) == ("_LazyPattern", "_UsedPattern")


@pytest.mark.unmeasured
def test_what_patterns_find_has_a_word_that_they_need() -> None:
    files = (path.read_text("utf-8") for path in sorted(_RULES.rglob("examples.toml")))
    # One by one, as some patterns are for a short value, and take the square of a text's length.
    examples = [each for file in files for each in re.split(r"(?m)^(?=\[)", file)]
    compared = 0
    for pattern, compiled in _all_patterns():
        if not (words := pattern.words):
            continue
        for found in islice(chain.from_iterable(map(compiled.finditer, examples)), 20):
            compared += 1
            text = found[0].lower() if pattern.ignores_case else found[0]
            assert any(word in text for word in words), (pattern.pattern, found[0])
    assert compared > 1_000


class _Unsearchable(str):
    __slots__ = ()

    def __contains__(self, words: object, /) -> bool:
        raise AssertionError(words)


def test_search_between_positions_does_not_look_for_words_in_the_whole_text() -> None:
    pattern = lazy_pattern("Access denied|rejected")
    assert pattern.search("no failure") is None
    text = _Unsearchable("AccessDenied: Access denied")
    assert pattern.search(text, 10)
    assert pattern.search(text, 0, 10) is None
