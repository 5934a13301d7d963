"""Hostile exceptions and exhausted interpreters: explain_errors never changes or replaces an exception."""

from __future__ import annotations

import copy
import gc
import inspect
import logging
import pickle
import sys
import traceback
import weakref
from pathlib import Path
from typing import Any, NoReturn

import attrs
import pytest
from botocore.exceptions import ClientError

import iamtriage
from iamtriage.boto import collect, explain_errors
from tests.boto.denials import DENIED, count_explanations, denial, notes, raise_through
from tests.tables import check_rows


class RejectsNotes(Exception):  # noqa: N818
    """An exception that rejects notes."""

    def add_note(self, note: str) -> NoReturn:
        raise RuntimeError(note)


class Slotted(Exception):  # noqa: N818
    __slots__ = ("response",)


class RejectsAttributes(Exception):  # noqa: N818
    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(name)


class RaisesOnEq(Exception):  # noqa: N818
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError


class RaisesOnStr(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise SystemExit

    def __repr__(self) -> str:
        raise SystemExit


class RaisesItself(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise self


class RaisesInProperties(Exception):  # noqa: N818
    @property
    def response(self) -> NoReturn:
        raise SystemExit

    @property
    def operation_name(self) -> NoReturn:
        raise MemoryError

    @property
    def __notes__(self) -> NoReturn:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        raise RecursionError


class RaisesOnAccess(Exception):  # noqa: N818
    @property
    def __class__(self) -> Any:  # noqa: ANN401
        raise RuntimeError

    @__class__.setter
    def __class__(self, value: object) -> None:
        raise RuntimeError

    def __getattribute__(self, name: str) -> NoReturn:
        raise RuntimeError(name)


@attrs.frozen
class Frozen(Exception):  # noqa: N818
    text: str


@attrs.frozen(slots=True, eq=True)
class FrozenSlots(Exception):  # noqa: N818
    text: str


def accepts_notes(make: type[Exception]) -> bool:
    """Return whether an exception accepts notes. A frozen class of older attrs does not."""
    try:
        make("text").add_note("note")
    except attrs.exceptions.FrozenInstanceError:
        return False
    return True


TEXT = f"An error occurred (AccessDenied) when calling the GetObject operation: {DENIED}"


@check_rows(
    "make",
    [
        RejectsNotes,
        Slotted,
        RejectsAttributes,
        RaisesOnEq,
        RaisesOnStr,
        RaisesItself,
        RaisesInProperties,
        RaisesOnAccess,
        Frozen,
        FrozenSlots,
        RuntimeError,
    ],
)
@check_rows("how", ["raised", "from", "context", "grouped"])
def test_hostile_exceptions_do_not_change(make: type[Exception], how: str) -> None:
    """They propagate alone or wrapped, with their own chain and traceback."""
    error = make(TEXT)
    handler = explain_errors(callback=lambda *_: None, logger=logging.getLogger("app.quiet"), level=1)
    outer: BaseException = error
    if how == "grouped":
        outer = ExceptionGroup("group", [error, denial()])
    elif how != "raised":
        outer = RuntimeError("outer")
        outer.__context__ = error
        if how == "from":
            outer.__cause__ = error
    before = [BaseException.__getattribute__(error, name) for name in ("__cause__", "__context__")]

    assert raise_through(outer, handler, handler) is outer
    assert [BaseException.__getattribute__(error, name) for name in ("__cause__", "__context__")] == before
    frames = traceback.extract_tb(BaseException.__getattribute__(error, "__traceback__"))
    package = str(Path(iamtriage.__file__).parent)
    assert not [frame for frame in frames if frame.filename.startswith(package)]


@pytest.mark.parametrize("make", [Slotted, RaisesOnEq, Frozen, FrozenSlots, RuntimeError])
def test_unusual_exceptions_that_accept_notes_have_one(make: type[Exception]) -> None:
    if not accepts_notes(make):
        pytest.skip(f"this version of attrs rejects notes for {make.__name__}")
    calls: list[int] = []
    handler = explain_errors(callback=lambda *_: calls.append(1))
    error = raise_through(make(TEXT), handler, handler)

    assert count_explanations(error) == 1
    assert calls == [1]


@check_rows("make", [RejectsNotes, RejectsAttributes, Frozen, FrozenSlots])
def test_exceptions_that_reject_notes_are_reported(make: type[Exception]) -> None:
    calls: list[int] = []
    handler = explain_errors(callback=lambda *_: calls.append(1))
    raise_through(make(TEXT), handler, handler)

    assert calls == [1]


@check_rows("value", [None, (), ("a",), "text", 3, {}, [None, b"x", 3]])
def test_notes_of_other_types_do_not_change(value: object) -> None:
    error: Any = denial()
    error.__notes__ = value
    raise_through(error, explain_errors())

    assert error.__notes__ is value


RESPONSES: dict[str, object] = {
    "none": None,
    "text": "AccessDenied",
    "bytes": b"\xff",
    "empty": {},
    "no error": {"ResponseMetadata": None},
    "error none": {"Error": None},
    "error bytes": {"Error": b"denied"},
    "error list": {"Error": [{"Code": "AccessDenied"}]},
    "code none": {"Error": {"Code": None, "Message": None}},
    "code number": {"Error": {"Code": 403, "Message": DENIED}},
    "message bytes": {"Error": {"Code": "AccessDenied", "Message": DENIED.encode()}},
    "metadata text": {"Error": {"Code": "AccessDenied", "Message": DENIED}, "ResponseMetadata": "x"},
    "status text": {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": "403"}},
    "odd keys": {1: 2, None: 3, ("a",): []},
    "huge": {"Error": {"Code": "AccessDenied" * 1000, "Message": DENIED * 2000}},
}


@pytest.mark.unmeasured
@check_rows("response", RESPONSES.values(), ids=RESPONSES)
@check_rows("operation", ["GetObject", None, b"GetObject", 7])
def test_broken_responses(response: object, operation: object) -> None:
    error: Any = denial()
    error.response = response
    error.operation_name = operation

    caught: Any = raise_through(error, explain_errors(full=True, callback=lambda *_: None))

    assert caught is error
    assert caught.response is response


def test_recursive_response() -> None:
    error = denial()
    error.response["Error"]["Error"] = error.response
    error.response["Self"] = [error.response]

    assert raise_through(error, explain_errors()) is error
    assert count_explanations(error) == 1


@pytest.mark.parametrize("link", ["__cause__", "__context__"])
def test_cycles(link: str) -> None:
    one, two, three = RuntimeError("one"), denial(), RuntimeError("three")
    setattr(one, link, two)
    setattr(two, link, three)
    setattr(three, link, one)

    assert raise_through(one, explain_errors()) is one
    assert count_explanations(one) == 1


@pytest.mark.parametrize("link", ["__cause__", "__context__"])
def test_very_long_chains(link: str) -> None:
    first: BaseException = RuntimeError("0")
    current = first
    for number in range(1, 20_000):
        following = RuntimeError(str(number))
        setattr(current, link, following)
        current = following
    setattr(current, link, denial())

    assert raise_through(first, explain_errors()) is first


def test_nested_groups() -> None:
    group: Any = denial()
    for _ in range(500):
        group = ExceptionGroup("deeper", [group])

    assert raise_through(group, explain_errors()) is group


def test_full_stack() -> None:
    """Near the recursion limit, the exception does not change."""

    def deeper() -> None:
        with explain_errors(callback=lambda *_: None):
            deeper()

    with pytest.raises(RecursionError) as caught:
        deeper()

    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_denial_on_a_full_stack() -> None:
    """However little of the stack is left, the denial propagates."""

    def at_depth(left: int) -> None:
        if left:
            at_depth(left - 1)
        else:
            with explain_errors(full=True):
                raise denial()

    room = sys.getrecursionlimit() - len(inspect.stack()) - 10
    for depth in range(room - 150, room - 10, 7):
        with pytest.raises(ClientError) as caught:
            at_depth(depth)
        assert caught.value.__context__ is None
    with pytest.raises(ClientError) as caught:
        at_depth(0)
    assert notes(caught.value)


def test_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in iamtriage does not replace the exception."""

    def full(*_: object, **__: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr("iamtriage.boto._annotating.explain", full)
    error = raise_through(denial(), explain_errors())

    assert isinstance(error, ClientError)
    assert error.__context__ is None
    assert not hasattr(error, "__notes__")


def test_no_exception_is_kept_alive() -> None:
    handler = explain_errors(callback=lambda *_: None)
    gone = weakref.ref(raise_through(denial(), handler))
    gc.collect()

    assert gone() is None


def test_pickle_and_copy() -> None:
    handler = explain_errors(callback=lambda *_: None)
    error = raise_through(RuntimeError(TEXT), handler)
    again = pickle.loads(pickle.dumps(error))

    assert type(again) is RuntimeError
    assert again.__notes__ == error.__notes__
    assert count_explanations(copy.copy(error)) == 1


class RaisesOnReadError(Exception):
    """Raises an exception when its response is read, as a lazy response can on Ctrl-C."""

    def __init__(self, raised: type[BaseException]) -> None:
        super().__init__(TEXT)
        self.raised = raised

    @property
    def response(self) -> object:
        raise self.raised


def test_ctrl_c_while_an_exception_is_read_propagates() -> None:
    """It is the user's, in whatever code of ours it arrives."""
    with pytest.raises(KeyboardInterrupt), explain_errors():
        raise RaisesOnReadError(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt), collect():
        raise RaisesOnReadError(KeyboardInterrupt)
