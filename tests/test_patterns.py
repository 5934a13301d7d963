"""Check that a lazy pattern is one, and is compiled when it is first used."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

import pytest

import iamtriage
from iamtriage._patterns import _LazyPattern, _UsedPattern, lazy_pattern


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


def test_every_pattern_of_a_module_can_be_compiled() -> None:
    patterns: list[Any] = []
    for found in pkgutil.walk_packages(iamtriage.__path__, "iamtriage."):
        if not found.name.endswith("__main__"):
            values = vars(importlib.import_module(found.name)).values()
            patterns += (each for each in values if isinstance(each, (_LazyPattern, _UsedPattern)))
    assert len(patterns) > 200
    for pattern in patterns:
        assert re.compile(pattern.pattern, pattern.flags).groups == pattern.groups


def test_reading_the_source_compiles_nothing() -> None:
    wrong: Any = lazy_pattern("(")
    assert wrong.pattern == "("
    assert isinstance(wrong, _LazyPattern)
