"""explain_errors: which exception gets the note, and who is notified."""

from __future__ import annotations

import asyncio
import copy
import logging
import traceback
from typing import TYPE_CHECKING, Any, NoReturn, get_args

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import Explanation, fingerprint, parse, to_record
from iamtriage.boto import explain_errors
from iamtriage.exceptions import DocumentError
from iamtriage.typing import Kind
from tests.boto.denials import DENIED, MARK, OTHER, count_explanations, denial, missing, notes, raise_through
from tests.recording import RecordingHandler
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# ---------------------------------------------------------------------------------------------- basics


def test_exception_gets_a_note() -> None:
    error = denial()
    caught = raise_through(error, explain_errors())

    assert caught is error
    assert notes(error)[0].split("\n\n")[0].replace("\n", " ") == (
        f"{MARK}The user ana was denied s3:GetObject on arn:aws:s3:::example-data/in/a.csv: "
        "no identity-based policy allows it."
    )
    assert str(error).startswith(
        "An error occurred (AccessDenied) when calling the GetObject operation: User"
    )
    assert error.__cause__ is None
    assert error.__context__ is None


def test_nothing_raised() -> None:
    with explain_errors(kinds=["access_denied"], full=True) as handler:
        pass

    assert handler is not None


@check_rows(
    "error",
    [ValueError("no failure of AWS"), missing(), KeyError("a"), OSError(13, "Permission denied")],
    ids=repr,
)
def test_other_errors_have_no_note(error: Exception) -> None:
    assert raise_through(error, explain_errors()) is error
    assert not hasattr(error, "__notes__")


@check_rows(
    "make",
    [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError, type("Own", (BaseException,), {})],
)
def test_base_exceptions_do_not_change(make: type[BaseException]) -> None:
    error = make(f"An error occurred (AccessDenied) when calling the GetObject operation: {DENIED}")

    assert raise_through(error, explain_errors(callback=_never)) is error
    assert vars(error) == {}


def test_every_kind_is_accepted() -> None:
    """The type of the option lists every kind."""
    assert explain_errors(kinds=get_args(Kind)).kinds == frozenset(get_args(Kind))


MISSING: list[Kind] = ["missing_credentials"]


def test_kinds() -> None:
    assert notes(raise_through(missing(), explain_errors(kinds=["aws_error"])))
    assert notes(raise_through(denial(), explain_errors(kinds=["expired_credentials"]))) == []
    assert notes(raise_through(NoCredentialsError(), explain_errors(kinds=iter(MISSING))))
    assert notes(raise_through(denial(), explain_errors(kinds=[]))) == []


def test_full() -> None:
    (note,) = notes(raise_through(denial(), explain_errors(full=True)))

    assert '"Action": "s3:GetObject"' in note
    assert "What to do" in note


def test_redacted() -> None:
    (note,) = notes(raise_through(denial(), explain_errors(redacted=True)))

    assert "user-1 was denied s3:GetObject" in note
    assert "user ana" not in note
    assert "example-data" not in note


def test_facts() -> None:
    error = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "User is not authorized"}}, "DescribeCluster"
    )
    (note,) = notes(
        raise_through(error, explain_errors(facts={"caller": "arn:aws:iam::111122223333:user/eve"}))
    )

    assert "eve" in note


@check_rows(
    ("options", "raised"),
    [
        ({"kinds": ["access_denied", "acess_denied"]}, ValueError),
        ({"kinds": "access_denied"}, TypeError),
        ({"kinds": [None]}, ValueError),
        ({"kinds": [["access_denied"]]}, ValueError),
        ({"kinds": 3}, TypeError),
        ({"callback": "print"}, TypeError),
        ({"logger": "app"}, TypeError),
        ({"level": "ERROR"}, TypeError),
        ({"facts": "cluster"}, TypeError),
        ({"facts": {"clutser": "orders"}}, DocumentError),
        ({"colour": True}, TypeError),
    ],
)
def test_invalid_options(options: dict[str, Any], raised: type[Exception]) -> None:
    with pytest.raises(raised):
        explain_errors(**options)


def _never(*_: object) -> NoReturn:
    raise AssertionError


# ------------------------------------------------------------------------------------- carrier of the note


def test_nested_handlers_write_one_note() -> None:
    inner, outer = explain_errors(), explain_errors(full=True)
    error = raise_through(denial(), inner, inner, outer)

    assert len(notes(error)) == 1
    assert "What to do" not in notes(error)[0]
    assert count_explanations(error) == 1


def _raise(error: BaseException) -> NoReturn:
    raise error


def _wrap(how: str, inner: BaseException, outer: BaseException) -> NoReturn:
    try:
        _raise(inner)
    except Exception as error:
        if how == "from":
            raise outer from error
        if how == "from None":
            raise outer from None
        raise outer  # noqa: B904 (one of the ways)


@check_rows(
    ("how", "outer", "carrier"),
    [
        ("from", RuntimeError("could not load"), "outer"),
        ("from", RuntimeError(f"could not load: {denial()}"), "outer"),
        ("context", RuntimeError("could not load"), "inner"),
        ("context", RuntimeError(f"could not load: {denial()}"), "outer"),
        ("context", RuntimeError(f"could not load: {str(denial())[:120]}"), "outer"),
        ("from None", RuntimeError("could not load"), None),
        ("from None", RuntimeError(f"could not load: {denial()}"), "outer"),
        ("context", AttributeError("'NoneType' object has no attribute 'read'"), "inner"),
    ],
)
@check_rows("inside", [False, True], ids=["", "noted inside"])
def test_note_of_a_wrapped_failure(how: str, outer: Exception, carrier: str | None, *, inside: bool) -> None:
    """The traceback has one explanation, at the outermost exception that reports the failure."""
    outer, inner = copy.copy(outer), denial()
    handler = explain_errors()
    with pytest.raises(type(outer)) as caught, handler:
        _wrap(how, raise_through(inner, handler) if inside else inner, outer)

    assert caught.value is outer
    assert count_explanations(outer) == (carrier is not None)
    assert bool(notes(outer)) == (carrier == "outer")
    if how != "from None":
        assert bool(notes(inner)) == (carrier == "inner")


def test_two_failures_have_two_explanations() -> None:
    """A denial that was raised while another one was handled has its own explanation."""
    handler = explain_errors()
    second = denial(OTHER, "SendMessage")
    with pytest.raises(ClientError) as caught, handler:
        _wrap("context", raise_through(denial(), handler), second)

    assert "sqs:SendMessage" in notes(caught.value)[0]
    assert second.__context__ is not None
    assert "s3:GetObject" in notes(second.__context__)[0]
    assert count_explanations(second) == 2


def test_other_notes_are_kept() -> None:
    inner, outer = denial(), RuntimeError("could not load")
    inner.add_note("in batch 7")
    handler = explain_errors()
    with pytest.raises(RuntimeError), handler:
        _wrap("from", raise_through(inner, handler), outer)

    assert inner.__notes__ == ["in batch 7"]
    assert count_explanations(outer) == 1


def test_each_failure_of_a_group_has_a_note() -> None:
    first, second, third = denial(), denial(OTHER, "SendMessage"), ValueError("no failure")
    group = BaseExceptionGroup("tasks", [first, ExceptionGroup("more", [second, third]), KeyboardInterrupt()])
    calls: list[BaseException] = []
    handler = explain_errors(callback=lambda _, error: calls.append(error))

    assert raise_through(group, handler, handler) is group
    assert [len(notes(each)) for each in (group, first, second, third)] == [0, 1, 1, 0]
    assert calls == [first, second]
    assert count_explanations(group) == 2


def test_group_as_a_cause() -> None:
    failed = denial()
    outer = RuntimeError("3 uploads failed")
    outer.__cause__ = ExceptionGroup("uploads", [failed, failed])
    raise_through(outer, explain_errors())

    assert notes(failed)
    assert count_explanations(outer) >= 1
    assert notes(outer) == []


def test_notes_of_a_group_are_limited() -> None:
    members = [denial() for _ in range(2000)]
    raise_through(ExceptionGroup("tasks", members), explain_errors())

    assert 10 <= sum(map(len, map(notes, members))) <= 100


@given(
    steps=st.lists(st.sampled_from(["from", "context", "from None", "handler"]), max_size=7),
    quoting=st.booleans(),
)
def test_one_explanation_however_often_wrapped(*, steps: list[str], quoting: bool) -> None:
    """A traceback has one explanation, however often the failure is wrapped and handled."""
    handler = explain_errors()
    current: BaseException = denial()
    for step in steps:
        if step == "handler":
            current = raise_through(current, handler)
            continue
        outer = RuntimeError(f"wrapped: {current}" if quoting else "wrapped")
        with pytest.raises(RuntimeError):
            _wrap(step, current, outer)
        current = outer
    current = raise_through(current, handler)
    text = "".join(traceback.format_exception(current))

    assert text.count(MARK) == ("AccessDenied" in text)


# ----------------------------------------------------------------------------------- loggers, callbacks


@pytest.fixture
def log_handler() -> Iterator[RecordingHandler]:
    """A handler of the logger ``app.aws``."""
    handler = RecordingHandler()
    logger = logging.getLogger("app.aws")
    logger.addHandler(handler)
    logger.propagate = False
    yield handler
    logger.propagate = True
    logger.removeHandler(handler)


LOGGER = logging.getLogger("app.aws")


def test_log_record(log_handler: RecordingHandler) -> None:
    raise_through(denial(), explain_errors(logger=LOGGER, level=logging.WARNING))
    (record,) = log_handler.records
    failure = parse(denial())

    assert failure is not None
    assert record.getMessage() == (
        "The user ana was denied s3:GetObject on arn:aws:s3:::example-data/in/a.csv: "
        "no identity-based policy allows it."
    )
    assert record.levelno == logging.WARNING
    assert record.exc_info is None
    assert vars(record)["iamtriage"] == to_record(failure)
    assert vars(record)["iamtriage_fingerprint"] == fingerprint(failure)


def test_log_record_of_an_adapter(log_handler: RecordingHandler) -> None:
    """The record has the adapter's fields and ours."""

    class Prefixed(logging.LoggerAdapter[Any]):
        def process(self, msg: str, kwargs: Any) -> tuple[str, Any]:  # noqa: ANN401
            return f"[batch] {msg}", kwargs

    inner = logging.LoggerAdapter(LOGGER, {"request": "r-1"})
    raise_through(denial(), explain_errors(logger=Prefixed(inner)))
    (record,) = log_handler.records

    assert record.getMessage().startswith("[batch] The user ana was denied")
    assert vars(record)["request"] == "r-1"
    assert vars(record)["iamtriage"]["action"] == "s3:GetObject"


def test_log_record_has_no_secret(log_handler: RecordingHandler) -> None:
    encoded = "Zk3-_uQx" * 40
    error = ClientError(
        {
            "Error": {
                "Code": "UnauthorizedOperation",
                "Message": f"You are not authorized to perform this operation. {OTHER.split(' because', maxsplit=1)[0]}. Encoded authorization failure message: {encoded}",
            }
        },
        "RunInstances",
    )
    raise_through(error, explain_errors(logger=LOGGER))
    raise_through(copy.copy(error), explain_errors(logger=LOGGER, redacted=True))

    assert parse(error).encoded_message == encoded  # type: ignore[union-attr]
    assert [encoded[:20] in str(vars(record)) for record in log_handler.records] == [False, False]
    assert ["111122223333" in str(vars(record)["iamtriage"]) for record in log_handler.records] == [
        True,
        False,
    ]


def test_each_explainer_reports_once(log_handler: RecordingHandler) -> None:
    calls: list[tuple[str, BaseException]] = []

    def listener(name: str) -> Callable[[Explanation, BaseException], None]:
        return lambda explanation, error: calls.append((f"{name}: {explanation.topic}", error))

    one = explain_errors(callback=listener("one"), logger=LOGGER)
    two = explain_errors(callback=listener("two"))
    error = denial()
    raise_through(error, one, one, two, two, one)
    raise_through(error, one)

    assert [name.split(":")[0] for name, _ in calls] == ["one", "two"]
    assert all(each is error for _, each in calls)
    assert len(log_handler.records) == 1


@check_rows("how", ["from", "context"])
@check_rows("text", ["could not load", f"could not load: {denial()}"])
def test_wrapped_failure_is_not_reported_again(how: str, text: str) -> None:
    calls: list[BaseException] = []
    handler = explain_errors(callback=lambda _, error: calls.append(error))
    inner = denial()
    with pytest.raises(RuntimeError), handler:
        _wrap(how, raise_through(inner, handler), RuntimeError(text))

    assert calls == [inner]


@pytest.mark.unmeasured
def test_reported_again_for_another_exception_at_the_same_address() -> None:
    """In a loop that keeps failing, new exceptions reuse the memory of earlier ones."""
    calls: list[str] = []
    handler = explain_errors(callback=lambda explanation, _: calls.append(explanation.topic))
    for _ in range(50):
        raise_through(RuntimeError(str(denial())), handler)

    assert len(calls) == 50


def test_failures_within_a_callback_are_not_reported() -> None:
    calls: list[BaseException] = []

    def publish(_: Explanation, error: BaseException) -> None:
        calls.append(error)
        with handler:
            raise denial(OTHER, "SendMessage")

    handler = explain_errors(callback=publish)
    error = raise_through(denial(), handler)

    assert calls == [error]


@pytest.mark.parametrize("make", [ValueError, SystemExit, asyncio.CancelledError, GeneratorExit])
def test_callback_that_raises_is_logged(make: type[BaseException], caplog: pytest.LogCaptureFixture) -> None:
    def callback(*_: object) -> NoReturn:
        message = "of the callback"
        raise make(message)

    error = denial()
    with caplog.at_level(logging.DEBUG, "iamtriage.boto"):
        caught = raise_through(error, explain_errors(callback=callback))

    assert caught is error
    assert notes(error)
    assert (error.__cause__, error.__context__) == (None, None)
    assert [record.name for record in caplog.records] == ["iamtriage.boto"]
    assert "of the callback" in caplog.text


@pytest.mark.parametrize("how", ["context", "from", "itself"])
def test_log_of_a_failed_callback_has_no_secret(how: str, caplog: pytest.LogCaptureFixture) -> None:
    """The log contains neither the text of the explained exception nor control characters."""
    encoded = "Zk3-_uQx" * 40
    message = f"\x1b[31mYou are not authorized. Encoded authorization failure message: {encoded}"
    error = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": message}}, "RunInstances")

    def callback(_: Explanation, error: BaseException) -> NoReturn:
        if how == "context":
            message = "of the callback"
            raise ValueError(message)
        if how == "from":
            raise ValueError(str(error)) from error
        raise error

    caught = raise_through(error, explain_errors(callback=callback))

    assert caught is error
    assert "of explain_errors raised" in caplog.text
    assert "in callback" in caplog.text
    assert encoded[:20] not in caplog.text
    assert "\x1b" not in caplog.text


def test_coroutine_callback_is_rejected() -> None:
    async def callback(*_: object) -> None:
        """Do nothing."""

    with pytest.raises(TypeError, match="callback must be a regular function"):
        explain_errors(callback=callback)


def test_callback_that_raises_the_explained_exception() -> None:
    def callback(_: Explanation, error: BaseException) -> NoReturn:
        raise error from ValueError("of the callback")

    error = raise_through(denial(), explain_errors(callback=callback))

    assert error.__cause__ is None
    assert "_annotating" not in "".join(traceback.format_exception(error))


def test_log_handler_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(record: logging.LogRecord) -> NoReturn:
        raise RuntimeError(record.name)

    monkeypatch.setattr(logging.getLogger("iamtriage.boto"), "filters", [fail])
    monkeypatch.setattr(LOGGER, "filters", [fail])
    error = raise_through(denial(), explain_errors(logger=LOGGER, callback=_never))

    assert notes(error)
    assert error.__context__ is None


def test_keyboard_interrupt_in_a_callback_propagates() -> None:
    def callback(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    assert isinstance(raise_through(denial(), explain_errors(callback=callback)), KeyboardInterrupt)
