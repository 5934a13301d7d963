"""Check that a lazy pattern is one, and is compiled when it is first used."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

import pytest

from iamtriage import _reading
from iamtriage._reading.vocabulary.patterns import _LazyPattern, _UsedPattern, lazy_pattern

_MODULES = [found.name for found in pkgutil.walk_packages(_reading.__path__, f"{_reading.__name__}.")]


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


@pytest.mark.parametrize("module", _MODULES)
def test_every_pattern_of_a_module_can_be_compiled(module: str) -> None:
    values: list[Any] = list(vars(importlib.import_module(module)).values())
    for value in values:
        if isinstance(value, (_LazyPattern, _UsedPattern)):
            pattern: Any = value
            assert re.compile(pattern.pattern, pattern.flags).groups == pattern.groups
