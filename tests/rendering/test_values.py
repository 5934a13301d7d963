"""Check that values compare, hash and look as the classes that attrs writes."""

from __future__ import annotations

import pickle
from itertools import product
from typing import Any

import attrs

import iamtriage
from iamtriage._rendering.values import Value
from tests.tables import check_rows


@attrs.frozen(eq=False, repr=False)
class _Ours(Value):
    name: str
    size: int = attrs.field(default=0, eq=abs)
    extra: dict[str, int] = attrs.field(factory=dict, hash=False)
    note: str = attrs.field(default="", eq=False, repr=False)


@attrs.frozen
class _Theirs:
    name: str
    size: int = attrs.field(default=0, eq=abs)
    extra: dict[str, int] = attrs.field(factory=dict, hash=False)
    note: str = attrs.field(default="", eq=False, repr=False)


@attrs.frozen(eq=False, repr=False)
class _One(Value):
    name: str


@attrs.frozen(eq=False, repr=False)
class _Converted(Value):
    name: str = attrs.field(eq=str.lower)


@attrs.frozen(eq=False, repr=False)
class _Empty(Value):
    pass


_ARGUMENTS: tuple[tuple[Any, ...], ...] = (
    ("a",), ("b",), ("a", 1), ("a", -1), ("a", 1, {"k": 1}), ("a", 1, {"k": 2}), ("a", 1, {"k": 1}, "note"),
)  # fmt: skip


@check_rows(("first", "second"), list(product(_ARGUMENTS, repeat=2)))
def test_values_are_equal_as_attrs_compares_them(first: tuple[Any, ...], second: tuple[Any, ...]) -> None:
    assert (_Ours(*first) == _Ours(*second)) is (_Theirs(*first) == _Theirs(*second))
    assert (_Ours(*first) != _Ours(*second)) is (_Theirs(*first) != _Theirs(*second))
    if _Ours(*first) == _Ours(*second):
        assert hash(_Ours(*first)) == hash(_Ours(*second))


@check_rows("arguments", _ARGUMENTS)
def test_values_look_as_attrs_prints_them(arguments: tuple[Any, ...]) -> None:
    assert repr(_Ours(*arguments)) == repr(_Theirs(*arguments)).replace("_Theirs", "_Ours")


def test_values_with_few_fields() -> None:
    assert _Empty() == _Empty()
    assert hash(_Empty()) == hash(_Empty())
    assert _One("a") == _One("a")
    assert _One("a") != _One("b")
    assert len({_One("a"), _One("a"), _One("b")}) == 2
    assert _Converted("A") == _Converted("a")
    assert _Converted("A") != _Converted("b")


def test_values_of_other_classes_differ() -> None:
    assert _One("a") != _Converted("a")
    assert _One("a") != "a"
    assert _One("a").__eq__("a") is NotImplemented


def test_failures_and_explanations_are_values() -> None:
    text = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    failure, other = iamtriage.parse(text), iamtriage.parse(f"{text} ")
    assert failure is not None
    assert failure == pickle.loads(pickle.dumps(failure))
    assert hash(failure) == hash(pickle.loads(pickle.dumps(failure)))
    assert failure != other
    explanation = iamtriage.explain(text)
    assert explanation == iamtriage.explain(text)
    assert explanation != iamtriage.explain("AccessDenied: Access Denied")
    assert len({iamtriage.parse_principal("arn:aws:iam::111122223333:user/ana") for _ in range(2)}) == 1
