"""The filter that attaches failures, with real loggers, handlers and boto3 exceptions."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import logging.handlers
import queue
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import fingerprint, parse, testing, to_record
from iamtriage.logs import FailureFilter
from iamtriage.testing import denial
from tests.recording import RecordingHandler
from tests.strategies import known
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.strategies import Case

DENIED = denial("sqs:SendMessage", principal="arn:aws:iam::111122223333:user/ana")
BLOB = "Qx7V-example_" * 20
ENCODED = denial("ec2:RunInstances", encoded=BLOB)


@pytest.fixture
def handler() -> RecordingHandler:
    return RecordingHandler()


@pytest.fixture
def logger(handler: RecordingHandler) -> Iterator[logging.Logger]:
    logger = logging.getLogger("iamtriage-test.orders")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)


def attached(handler: RecordingHandler, name: str = "iamtriage") -> Any:  # noqa: ANN401 (an attribute of any type)
    (record,) = handler.records
    return getattr(record, name)


def test_the_exception_is_read(logger: logging.Logger, handler: RecordingHandler) -> None:
    handler.addFilter(FailureFilter())
    error = DENIED.client_error()

    def send() -> None:
        raise error

    try:
        send()
    except type(error):
        logger.exception("order %s was not sent", 42)
    assert attached(handler) == DENIED.record
    assert attached(handler, "iamtriage_fingerprint") == fingerprint(DENIED.failure)
    assert handler.records[0].getMessage() == "order 42 was not sent"
    assert handler.records[0].exc_info is not None
    assert handler.records[0].exc_info[1] is error
    assert not hasattr(handler.records[0], "iamtriage_summary")


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("failed: %s", (DENIED.client_error(),)),
        ("%(what)s failed: %(error)r", ({"what": "it", "error": DENIED.client_error()},)),
        (DENIED.client_error(), ()),
        (DENIED.text("go-v2"), ()),
        ("kubectl says: %s", (DENIED.text("java-v1"),)),
    ],
    ids=["argument", "named argument", "message", "text", "text argument"],
)
def test_messages_and_arguments_are_read(
    logger: logging.Logger, handler: RecordingHandler, message: object, args: tuple[object, ...]
) -> None:
    handler.addFilter(FailureFilter())
    logger.error(message, *args)
    assert attached(handler)["action"] == "sqs:SendMessage"
    assert attached(handler, "iamtriage_fingerprint")


def test_arguments_of_a_broken_format_are_read() -> None:
    for args in ((DENIED.client_error(), "no number"), (DENIED.text(), "no number")):
        record = logging.makeLogRecord({"msg": "failed: %s of %d", "args": args})
        FailureFilter().filter(record)
        assert record.__dict__["iamtriage"]["action"] == "sqs:SendMessage"


def test_the_traceback_takes_precedence_over_arguments_and_text(
    logger: logging.Logger, handler: RecordingHandler
) -> None:
    handler.addFilter(FailureFilter())
    other = testing.throttled("GetItem", "dynamodb")
    logger.error("%s", other.client_error(), exc_info=DENIED.client_error())
    assert attached(handler)["kind"] == "access_denied"


def test_the_message_is_read_if_the_exception_is_not_a_failure(
    logger: logging.Logger, handler: RecordingHandler
) -> None:
    handler.addFilter(FailureFilter())
    logger.error(DENIED.text(), exc_info=KeyError("orders"))
    assert attached(handler)["kind"] == "access_denied"


def test_reading_messages_can_be_disabled(logger: logging.Logger, handler: RecordingHandler) -> None:
    handler.addFilter(FailureFilter(texts=False))
    logger.error(DENIED.text())
    logger.error("it failed", exc_info=DENIED.client_error())
    assert [getattr(record, "iamtriage") is None for record in handler.records] == [True, False]  # noqa: B009 (no attribute of the class)


def test_every_record_has_the_attributes(logger: logging.Logger, handler: RecordingHandler) -> None:
    handler.addFilter(FailureFilter(explain=True))
    stream = io.StringIO()
    printer = logging.StreamHandler(stream)
    printer.setFormatter(logging.Formatter("%(message)s [%(iamtriage_fingerprint)s] %(iamtriage_summary)s"))
    printer.addFilter(FailureFilter(explain=True))
    logger.addHandler(printer)
    try:
        logger.info("order %s", 42)
        logger.error("it failed", exc_info=DENIED.client_error())
    finally:
        logger.removeHandler(printer)
    first, second = stream.getvalue().splitlines()[:2]
    assert first == "order 42 [None] None"
    assert second.startswith(f"it failed [{fingerprint(DENIED.failure)}] The user ana ")
    assert "sqs:SendMessage" in second


def test_secrets_are_redacted(logger: logging.Logger, handler: RecordingHandler) -> None:
    handler.addFilter(FailureFilter(explain=True))
    logger.error("it failed", exc_info=ENCODED.client_error())
    assert attached(handler)["encoded_message"] == "[REDACTED encoded message]"
    assert BLOB not in str(attached(handler, "iamtriage_summary"))
    expected = {**ENCODED.record, "encoded_message": "[REDACTED encoded message]"}
    assert attached(handler) == expected
    json.dumps(attached(handler))


def test_kinds(logger: logging.Logger, handler: RecordingHandler) -> None:
    handler.addFilter(FailureFilter(kinds=["access_denied", "expired_credentials"]))
    logger.error(DENIED.text())
    logger.error(testing.throttled("GetItem", "dynamodb").text())
    kinds = [
        record.__dict__["iamtriage"] and record.__dict__["iamtriage"]["kind"] for record in handler.records
    ]
    assert kinds == ["access_denied", None]
    with pytest.raises(ValueError, match="unknown kind 'acess_denied'; expected one of access_denied, "):
        FailureFilter(kinds=["acess_denied"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"kinds must be an iterable of kinds, .* not str"):
        FailureFilter(kinds="access_denied")  # type: ignore[arg-type]


def test_existing_attributes_are_kept(logger: logging.Logger, handler: RecordingHandler) -> None:
    handler.addFilter(FailureFilter())
    handler.addFilter(FailureFilter(explain=True))
    record: dict[str, object] = {**testing.expired_credentials().record}
    logger.error(DENIED.text(), extra={"iamtriage": record, "iamtriage_fingerprint": "1:x"})
    assert attached(handler) is record
    assert attached(handler, "iamtriage_fingerprint") == "1:x"
    assert "expired" in attached(handler, "iamtriage_summary")


def test_other_attributes_with_our_names_are_kept(logger: logging.Logger, handler: RecordingHandler) -> None:
    handler.addFilter(FailureFilter(explain=True))
    logger.error(DENIED.text(), extra={"iamtriage": {"my": "own"}})
    assert attached(handler) == {"my": "own"}
    assert attached(handler, "iamtriage_summary") is None


class Hostile:
    """Raise an exception in every method."""

    def __str__(self) -> str:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise RuntimeError


class HostileError(Exception):
    """An exception whose text and attributes raise exceptions."""

    def __str__(self) -> str:
        raise RuntimeError

    @property
    def response(self) -> object:
        raise RuntimeError


HOSTILE: dict[str, dict[str, object]] = {
    "argument": {"msg": "%s", "args": (Hostile(),)},
    "message": {"msg": Hostile()},
    "exception": {"msg": "x", "exc_info": (HostileError, HostileError(), None)},
    "argument exception": {"msg": "%s", "args": (HostileError(),)},
    "too few arguments": {"msg": "%s %s", "args": ("a",)},
    "too many arguments": {"msg": "x", "args": ("a", "b")},
    "wrong names": {"msg": "%(a)s", "args": ({"b": 1},)},
    "dictionary": {"msg": "%(a)s", "args": {"a": Hostile()}},
    "no string": {"msg": None},
    "number": {"msg": 3.5, "args": None},
    "bytes": {"msg": b"\xff", "args": ()},
    "odd traceback": {"msg": "x", "exc_info": (None, None, None)},
    "true": {"msg": "x", "exc_info": True},
    "bare exception": {"msg": "x", "exc_info": HostileError()},
    "odd arguments": {"msg": "%s", "args": 7},
    "lone surrogate": {"msg": "AccessDenied \ud800"},
    "extra": {"msg": "x", "iamtriage": Hostile(), "note": Hostile(), "list": [Hostile()]},
    "stack": {"msg": "x", "stack_info": Hostile()},
}  # fmt: skip


@check_rows("name", HOSTILE)
def test_no_record_is_lost_and_nothing_raises(name: str) -> None:
    record = logging.makeLogRecord(HOSTILE[name])
    before = dict(record.__dict__)
    assert FailureFilter(explain=True).filter(record) is True
    assert before.keys() <= record.__dict__.keys()
    assert all(record.__dict__[key] is before[key] for key in before)


def test_a_long_chain_of_exceptions() -> None:
    error: Exception = DENIED.client_error()
    for _ in range(3000):
        following = RuntimeError("wrapped")
        following.__cause__ = error
        error = following
    record = logging.makeLogRecord({"msg": "x", "exc_info": (type(error), error, None)})
    assert FailureFilter().filter(record) is True


@pytest.mark.parametrize("place", ["start", "end"])
def test_both_ends_of_a_huge_message_are_read(place: str) -> None:
    filler = "all is well with order 42\n" * 100_000
    text = f"{DENIED.text()}\n{filler}" if place == "start" else f"{filler}{DENIED.text()}"
    record = logging.makeLogRecord({"msg": text})
    FailureFilter().filter(record)
    assert record.__dict__["iamtriage"]["action"] == "sqs:SendMessage"
    assert record.msg is text


def test_omitted_characters_are_counted() -> None:
    text = f"{DENIED.text()}\n{'x' * 5_000}\n"
    record = logging.makeLogRecord({"msg": text})
    FailureFilter(max_chars=1_000).filter(record)
    assert record.__dict__["iamtriage"]["action"] == "sqs:SendMessage"
    assert record.__dict__["iamtriage_omitted"] == len(text) - 1_000
    whole = logging.makeLogRecord({"msg": text})
    FailureFilter(max_chars=len(text)).filter(whole)
    assert "iamtriage_omitted" not in whole.__dict__


def test_huge_exceptions_are_read_at_both_ends() -> None:
    filler = "all is well with order 42\n" * 10_000
    cause = RuntimeError(f"{filler}{DENIED.text()}")
    error = RuntimeError("wrapped")
    error.__cause__ = cause
    for each in (cause, error):
        record = logging.makeLogRecord({"msg": "x", "exc_info": (type(each), each, None)})
        FailureFilter().filter(record)
        assert record.__dict__["iamtriage"]["action"] == "sqs:SendMessage"
        assert record.__dict__["iamtriage_omitted"] > 100_000


@given(known)
def test_the_attributes_are_those_of_the_parsed_failure(case: Case) -> None:
    record = logging.makeLogRecord({"msg": "%s", "args": (case.text,)})
    FailureFilter().filter(record)
    failure = parse(case.text)
    assert failure is not None
    expected = {**to_record(failure)}
    if expected["encoded_message"]:
        expected["encoded_message"] = "[REDACTED encoded message]"
    assert record.__dict__["iamtriage"] == expected
    assert record.__dict__["iamtriage_fingerprint"] == fingerprint(failure)


@given(st.text(), st.lists(st.text() | st.integers() | st.binary()))
def test_every_message_passes(message: str, args: list[object]) -> None:
    record = logging.makeLogRecord({"msg": message, "args": tuple(args)})
    assert FailureFilter(explain=True).filter(record) is True
    assert record.msg == message
    assert record.args == tuple(args)


def test_through_a_queue(logger: logging.Logger, handler: RecordingHandler) -> None:
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    queue_handler = logging.handlers.QueueHandler(records)
    queue_handler.addFilter(FailureFilter())
    logger.removeHandler(handler)
    logger.addHandler(queue_handler)
    listener = logging.handlers.QueueListener(records, handler)
    listener.start()
    try:
        logger.error("it failed", exc_info=ENCODED.client_error())
    finally:
        listener.stop()
        logger.removeHandler(queue_handler)
    assert attached(handler)["kind"] == "access_denied"


def test_by_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"aws": {"()": "iamtriage.logs.FailureFilter", "kinds": ["access_denied"], "explain": True}},
            "formatters": {"short": {"format": "%(levelname)s %(message)s | %(iamtriage_summary)s"}},
            "handlers": {
                "out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "filters": ["aws"], "formatter": "short"}
            },
            "loggers": {"iamtriage-test.configured": {"handlers": ["out"], "propagate": False}},
        }
    )  # fmt: skip
    logging.getLogger("iamtriage-test.configured").error(DENIED.text("go-v1"))
    logging.getLogger("iamtriage-test.configured").handlers.clear()
    assert "| The user ana " in capsys.readouterr().out


def test_caplog_sees_the_attributes(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("iamtriage-test.caplog")
    filter_ = FailureFilter()
    logger.addFilter(filter_)
    try:
        logger.error("it failed", exc_info=DENIED.client_error())
    finally:
        logger.removeFilter(filter_)
    assert caplog.records[0].__dict__["iamtriage"] == DENIED.record
