"""The filter that redacts secrets, with everything that formats or sends records."""

from __future__ import annotations

import copy
import io
import json
import logging
import logging.config
import logging.handlers
import queue
import sys
import traceback
from collections import OrderedDict, UserDict, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import pytest
import sentry_sdk
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from sentry_sdk.transport import Transport

from iamtriage import redact
from iamtriage.logs import FailureFilter, RedactingFilter
from iamtriage.testing import denial
from tests.logs.test_failures import BLOB, ENCODED, HOSTILE
from tests.logs.test_problems import HostileError
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sentry_sdk.envelope import Envelope

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
PASSWORD = "hunter2-abc"
ANA = denial("sqs:SendMessage", principal="arn:aws:iam::111122223333:user/ana")


class JsonFormatter(logging.Formatter):
    """Format every attribute, and the traceback from the exception, as JSON formatters do."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {**record.__dict__, "message": record.getMessage()}
        if record.exc_info:
            fields["exc_info"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str)


class Sink:
    """A logger with one filtered handler that stores what it writes."""

    def __init__(self, formatter: logging.Formatter, **options: bool) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)
        self.handler.addFilter(RedactingFilter(**options))
        self.logger = logging.Logger("iamtriage-test.redacting")  # noqa: LOG001 (unknown to pytest, which would capture its records)

    def __enter__(self) -> Self:
        self.logger.addHandler(self.handler)
        return self

    def __exit__(self, *_: object) -> None:
        self.logger.removeHandler(self.handler)

    @property
    def written(self) -> str:
        return self.stream.getvalue()


def raised_error() -> ClientError:
    """Return an exception with a traceback and a secret in its message."""
    error: ClientError = ENCODED.client_error()

    def run() -> None:
        raise error

    with pytest.raises(ClientError):
        run()
    return error


FORMATTERS: dict[str, Callable[[], logging.Formatter]] = {
    "plain": logging.Formatter,
    "long": lambda: logging.Formatter("%(asctime)s %(levelname)s %(name)s %(funcName)s: %(message)s"),
    "json": JsonFormatter,
}
MESSAGE = f"AWS_SECRET_ACCESS_KEY={SECRET} password={PASSWORD}"
TWO_CONVERSIONS = "%s and %s"
THREE_CONVERSIONS = "password=%s, %s and %s"
LOGGED: dict[str, Callable[[logging.Logger], None]] = {
    "message": lambda logger: logger.info(MESSAGE),
    "argument": lambda logger: logger.info("key %s password=%s", f"aws_secret_access_key={SECRET}", PASSWORD),
    "named argument": lambda logger: logger.info("password=%(p)s", {"p": PASSWORD, "unused": f"secret_key={SECRET}"}),
    "truncated argument": lambda logger: logger.info("token %.3s", f"aws_secret_access_key={SECRET}"),
    "object": lambda logger: logger.info("%s", {"password": PASSWORD, "SecretAccessKey": SECRET}),
    "exception": lambda logger: logger.error("it failed", exc_info=raised_error()),
    "exception as argument": lambda logger: logger.error("it failed: %s", raised_error()),
    "exception as message": lambda logger: logger.error(raised_error()),
    "broken format": lambda logger: logger.error(TWO_CONVERSIONS, f"password={PASSWORD}"),
    "missing argument": lambda logger: logger.error(THREE_CONVERSIONS, PASSWORD),
    "argument of the wrong type": lambda logger: logger.error("100%% of %s: password=%-5.3d", "x", PASSWORD),
    "missing name": lambda logger: logger.error("password=%(p)s %(q)s", {"p": PASSWORD}),
    "extra": lambda logger: logger.info("x", extra={"password": PASSWORD, "url": f"https://ana:{PASSWORD}@example.com/"}),
    "nested extra": lambda logger: logger.info("x", extra={"request": {"headers": [{"password": PASSWORD}], "n": 3}}),
    "bytes": lambda logger: logger.info("x", extra={"extra_body": f"password={PASSWORD}".encode()}),
    "exception as extra": lambda logger: logger.info("x", extra={"error": raised_error(), "all": [raised_error()]}),
    "record": lambda logger: logger.info("x", extra={"iamtriage": dict(ENCODED.record)}),
}  # fmt: skip


@pytest.mark.unmeasured
@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("logged", LOGGED)
def test_no_secret_is_written(formatter: str, logged: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Sink(FORMATTERS[formatter]()) as sink:
        LOGGED[logged](sink.logger)
    assert sink.written
    out, err = capsys.readouterr()
    for secret in (SECRET, PASSWORD, BLOB):
        assert secret not in sink.written
        assert secret not in out + err
    if formatter == "json" and logged != "truncated argument":
        assert "REDACTED" in sink.written


@check_rows("logged", LOGGED)
def test_no_secret_goes_through_a_queue(logged: str) -> None:
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    handler = logging.handlers.QueueHandler(records)
    handler.addFilter(RedactingFilter())
    with Sink(JsonFormatter()) as sink:
        sink.logger.removeHandler(sink.handler)
        sink.handler.filters.clear()
        sink.logger.addHandler(handler)
        listener = logging.handlers.QueueListener(records, sink.handler)
        listener.start()
        LOGGED[logged](sink.logger)
        sink.logger.removeHandler(handler)
        listener.stop()
    assert sink.written
    for secret in (SECRET, PASSWORD, BLOB):
        assert secret not in sink.written


def test_the_traceback_is_redacted() -> None:
    error = raised_error()
    with Sink(logging.Formatter("%(message)s")) as sink:
        sink.logger.error("it failed", exc_info=error)
    plain = "".join(traceback.format_exception(error)).rstrip()
    assert sink.written == f"it failed\n{redact(plain)}\n"
    assert "[REDACTED encoded message]" in sink.written


def test_the_stack_is_redacted() -> None:
    record = logging.makeLogRecord({"msg": "x", "stack_info": f"Stack:\n  password={PASSWORD}"})
    redacted = _filter(record)
    assert redacted.stack_info == "Stack:\n  password=[REDACTED password]"


def test_a_traceback_cached_by_another_handler_is_redacted() -> None:
    record = logging.makeLogRecord({"msg": f"password={PASSWORD}", "exc_info": _exc_info(raised_error())})
    logging.Formatter("%(message)s").format(record)
    assert record.exc_text
    assert BLOB in record.exc_text
    redacted = _filter(record)
    assert BLOB not in json.dumps(redacted.__dict__, default=str)
    assert PASSWORD not in json.dumps(redacted.__dict__, default=str)


def _exc_info(error: BaseException) -> tuple[type[BaseException], BaseException, Any]:
    return type(error), error, error.__traceback__


def _filter(record: logging.LogRecord, **options: bool) -> logging.LogRecord:
    """Return the record that a handler gets, in each version of Python."""
    result: object = RedactingFilter(**options).filter(record)
    assert result
    return result if isinstance(result, logging.LogRecord) else record


def test_the_exception_is_redacted_even_if_the_cached_traceback_has_no_secret() -> None:
    record = logging.makeLogRecord(
        {"msg": "x", "exc_info": _exc_info(raised_error()), "exc_text": "ClientError"}
    )
    redacted = _filter(record)
    assert redacted.exc_text == "ClientError"
    assert BLOB not in JsonFormatter().format(redacted)


def test_a_record_without_secrets_does_not_change() -> None:
    error = KeyError("orders")
    extra = {"order": 42, "tags": ["new", "paid"], "who": object(), "nested": {"a": (1, "b", None)}}
    record = logging.makeLogRecord(
        {"msg": "order %s of %s took %.2f s", "args": (42, "ana", 0.5), "exc_info": _exc_info(error), **extra}
    )
    before = dict(record.__dict__)
    redacted = _filter(record)
    assert redacted.__dict__ == before
    assert record.__dict__ == before


def test_logged_objects_are_not_modified() -> None:
    error = raised_error()
    message = str(error)
    response = copy.deepcopy(error.response)
    nested: dict[str, object] = {"password": PASSWORD, "list": [f"password={PASSWORD}"]}
    original = copy.deepcopy(nested)
    with Sink(JsonFormatter()) as sink:
        sink.logger.error("%s %s", error, nested, exc_info=error, extra={"nested": nested})
    assert PASSWORD not in sink.written
    assert str(error) == message
    assert error.response == response
    assert nested == original
    assert not getattr(error, "__notes__", None)


def test_other_handlers_get_the_original_since_python_3_12() -> None:
    record = logging.makeLogRecord({"msg": f"password={PASSWORD}"})
    result = RedactingFilter().filter(record)
    if sys.version_info >= (3, 12):
        assert record.getMessage() == f"password={PASSWORD}"
        assert isinstance(result, logging.LogRecord)
        assert result.getMessage() == "password=[REDACTED password]"
    else:
        assert result is True
        assert record.getMessage() == "password=[REDACTED password]"


def test_other_values_in_extras_do_not_change() -> None:
    value = object()
    extra = {
        "request": {"password": PASSWORD, "object": value, "n": 3, "flag": True, 5: ("a", None), "f": 1.5}
    }
    redacted = _filter(logging.makeLogRecord({"msg": "x", **extra}))
    request = redacted.__dict__["request"]
    assert request == {
        "password": "[REDACTED password]",
        "object": value,
        "n": 3,
        "flag": True,
        5: ("a", None),
        "f": 1.5,
    }


def test_an_identifier_has_one_pseudonym_in_all_parts_of_a_record() -> None:
    record = logging.makeLogRecord(
        {
            "msg": "arn:aws:iam::111122223333:user/quill asks for %s",
            "args": ("arn:aws:iam::444455556666:role/rosso",),
            "exc_info": _exc_info(
                denial("sts:AssumeRole", principal="arn:aws:iam::444455556666:user/wanda").client_error()
            ),
            "caller": "arn:aws:iam::111122223333:user/quill",
            "iamtriage_fingerprint": "1:0123456789abcdef0123456789abcdef",
        }
    )
    FailureFilter(explain=True).filter(record)
    redacted = _filter(record, identifiers=True)
    printed = logging.Formatter("%(message)s").format(redacted)
    everything = json.dumps(redacted.__dict__, default=str)
    for hidden in ("111122223333", "444455556666", "quill", "rosso", "wanda"):
        assert hidden not in everything
        assert hidden not in printed
    quill = redacted.getMessage().split()[0]
    assert redacted.__dict__["caller"] == quill
    wanda = redacted.__dict__["iamtriage"]["principal"]
    assert wanda != quill
    assert wanda in printed
    assert redacted.__dict__["iamtriage"]["action"] == "sts:AssumeRole"
    assert wanda.rpartition("/")[2] in redacted.__dict__["iamtriage_summary"]
    assert redacted.__dict__["iamtriage_fingerprint"] == "1:0123456789abcdef0123456789abcdef"


def test_keys_in_extras_can_be_identifiers() -> None:
    ana, bob = "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:user/bob"
    seen = {ana: 3, bob: ana, ("x", 1): [bob], 5: "five"}
    redacted = _filter(logging.makeLogRecord({"msg": ana, "seen": seen}), identifiers=True)
    hidden = redacted.getMessage()
    assert list(redacted.__dict__["seen"]) == [hidden, redacted.__dict__["seen"]["x", 1][0], ("x", 1), 5]
    assert [*redacted.__dict__["seen"].values()][:2] == [3, hidden]
    assert not any(name in repr(redacted.__dict__) for name in ("111122223333", "ana", "bob"))
    assert seen[bob] == ana


def test_keys_that_json_writes_alike_keep_their_values() -> None:
    seen = {1: "one", "1": f"password={PASSWORD}", None: "none", "None": "arn:aws:iam::111122223333:user/ana"}
    redacted = _filter(logging.makeLogRecord({"msg": "x", "seen": seen}), identifiers=True).__dict__["seen"]
    assert list(redacted) == list(seen)
    assert redacted[1] == "one"
    assert redacted["1"] == "password=[REDACTED password]"
    assert "111122223333" not in redacted["None"]


class Point(NamedTuple):
    """A custom class."""

    x: int
    name: str


def test_extras_next_to_a_secret_keep_their_classes() -> None:
    extra = {
        "point": Point(1, "a"),
        "order": OrderedDict(a="b"),
        "count": defaultdict(int, a=1),
        "list": ["a"],
    }
    redacted = _filter(logging.makeLogRecord({"msg": "x", "password": PASSWORD, **extra})).__dict__
    assert redacted["password"] == "[REDACTED password]"
    assert {name: redacted[name] for name in extra} == extra
    assert {name: type(redacted[name]) for name in extra} == {
        name: type(value) for name, value in extra.items()
    }


@check_rows("name", HOSTILE)
@check_rows("identifiers", [False, True])
def test_a_hostile_record_can_be_printed(name: str, *, identifiers: bool) -> None:
    values = {**HOSTILE[name], "password": PASSWORD}
    redacted = _filter(logging.makeLogRecord(values), identifiers=identifiers)
    assert isinstance(redacted.getMessage(), str)
    assert PASSWORD not in str(redacted.__dict__.get("password"))
    if name not in {"odd traceback", "true", "bare exception", "stack"}:  # no formatter accepts these
        logging.Formatter("%(message)s").format(redacted)


@pytest.mark.unmeasured
def test_recursive_and_huge_extras() -> None:
    endless: list[object] = [f"password={PASSWORD}"]
    endless += [endless] * 50
    by_name: dict[str, object] = {"password": PASSWORD}
    by_name["self"] = by_name
    redacted = _filter(logging.makeLogRecord({"msg": "x", "endless": endless, "by_name": by_name}))
    assert PASSWORD not in repr(redacted.__dict__)
    assert redacted.__dict__["by_name"]["self"]["password"] == "[REDACTED password]"
    wide = {str(n): [f"password={PASSWORD}"] for n in range(20_000)}
    redacted = _filter(logging.makeLogRecord({"msg": "x", "wide": wide}))
    assert PASSWORD not in repr(redacted.__dict__)


@pytest.mark.unmeasured
def test_a_deep_chain_of_exceptions() -> None:
    error: Exception = raised_error()
    for _ in range(2000):
        following = RuntimeError("wrapped")
        following.__cause__ = error
        error = following
    redacted = _filter(logging.makeLogRecord({"msg": "x", "exc_info": _exc_info(error)}))
    assert BLOB not in logging.Formatter("%(message)s").format(redacted)


class UncopyableRecord(logging.LogRecord):
    """A record that cannot be copied."""

    def __copy__(self) -> UncopyableRecord:
        raise RuntimeError


def test_a_record_that_cannot_be_copied() -> None:
    record = UncopyableRecord("orders", logging.INFO, "x.py", 1, f"password={PASSWORD}", (), None)
    assert _filter(record).getMessage() == "password=[REDACTED password]"


class HostileDict(dict[str, object]):
    """A dict whose items cannot be read."""

    def items(self) -> Any:  # noqa: ANN401 (returns nothing)
        raise RuntimeError


def test_a_record_that_cannot_be_redacted_is_not_printed() -> None:
    values = {
        "msg": "order 42",
        "exc_info": _exc_info(raised_error()),
        "x": HostileDict(password=PASSWORD),
        "y": PASSWORD,
    }
    redacted = _filter(logging.makeLogRecord(values))
    printed = JsonFormatter().format(redacted)
    assert PASSWORD not in printed
    assert BLOB not in printed
    assert redacted.getMessage() == redacted.__dict__["x"] == "[could not be redacted]"


def test_an_exception_that_cannot_be_formatted() -> None:
    error = HostileError()
    redacted = _filter(logging.makeLogRecord({"msg": "order 42", "exc_info": (HostileError, error, None)}))
    assert redacted.getMessage() == "order 42"


def test_a_message_that_contains_the_separator() -> None:
    arn = "arn:aws:iam::111122223333:user/ana"
    record = logging.makeLogRecord({"msg": f"{arn}\n\n\x1e\n\nx", "who": arn})
    redacted = _filter(record, identifiers=True)
    assert "111122223333" not in redacted.getMessage() + redacted.__dict__["who"]


class BraceRecord(logging.LogRecord):
    """A record that formats with braces, for `logging.setLogRecordFactory`."""

    def getMessage(self) -> str:  # noqa: N802 (logging's name)
        return str(self.msg).format(*self.args or ())


class SlottedRecord(BraceRecord):
    """A record whose class cannot be changed."""

    __slots__ = ("more",)


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (BraceRecord, '{"password": "[REDACTED password]"} by ana'),
        (SlottedRecord, "[could not be redacted]"),
    ],
)
def test_a_record_with_its_own_format(cls: type[logging.LogRecord], message: str) -> None:
    args = (json.dumps({"password": PASSWORD}), "ana")
    record = cls("orders", logging.INFO, "x.py", 1, "{} by {}", args, None)
    assert _filter(record).getMessage() == message
    plain = cls("orders", logging.INFO, "x.py", 1, "order {} by {}", (42, "ana"), None)
    redacted = _filter(plain)
    assert redacted.getMessage() == "order 42 by ana"
    assert type(redacted) is cls


def test_arguments_that_the_message_does_not_show_are_dropped() -> None:
    hidden = UserDict({"shown": "x", "hidden": f"secret_key={SECRET}"})
    record = logging.makeLogRecord({"msg": "%(shown)s", "args": hidden})
    redacted = _filter(record)
    assert redacted.getMessage() == "x"
    assert redacted.args == ()


def test_arguments_with_names() -> None:
    """A formatter can group records by their format if the message shows all arguments."""
    shown = {"user": "ana", "count": 3}
    record = _filter(logging.makeLogRecord({"msg": "%(user)s: %(count)s", "args": shown}))
    assert (record.msg, record.args) == ("%(user)s: %(count)s", shown)
    hidden = {"user": "ana", "token": f"secret_key={SECRET}"}
    record = _filter(logging.makeLogRecord({"msg": "%(user)s", "args": hidden}))
    assert (record.msg, record.args) == ("ana", ())


@given(
    message=st.text(),
    args=st.lists(st.text() | st.integers() | st.none()),
    identifiers=st.booleans(),
)
def test_a_message_is_redacted_as_a_whole(message: str, args: list[object], *, identifiers: bool) -> None:
    record = logging.makeLogRecord({"msg": message, "args": tuple(args)})
    try:
        plain = record.getMessage()
    except (TypeError, ValueError):
        plain = None
    redacted = _filter(record, identifiers=identifiers).getMessage()
    if plain is not None:
        assert redacted == redact(plain, identifiers=identifiers)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(_json)
def test_extras_keep_their_types(value: object) -> None:
    redacted = _filter(logging.makeLogRecord({"msg": "x", "value": value, "password": PASSWORD})).__dict__
    assert redacted["password"] == "[REDACTED password]"
    assert type(redacted["value"]) is type(value)


def test_by_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {
                "aws": {"()": "iamtriage.logs.FailureFilter"},
                "redact": {"()": "iamtriage.logs.RedactingFilter", "identifiers": True},
            },
            "handlers": {
                "out": {
                    "class": "logging.StreamHandler",
                    "stream": "ext://sys.stdout",
                    "filters": ["aws", "redact"],
                }
            },
            "loggers": {"iamtriage-test.redacted": {"handlers": ["out"], "propagate": False}},
        }
    )
    logger = logging.getLogger("iamtriage-test.redacted")
    logger.error("%s", ANA.client_error())
    logger.handlers.clear()
    out = capsys.readouterr().out
    assert "user/user-1 is not authorized to perform: sqs:SendMessage" in out
    assert "ana" not in out


def test_caplog_gets_the_redacted_record(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("iamtriage-test.caplog")
    filter_ = RedactingFilter()
    logger.addFilter(filter_)
    try:
        logger.error("it failed", exc_info=raised_error())
    finally:
        logger.removeFilter(filter_)
    assert BLOB not in caplog.text
    assert "[REDACTED encoded message]" in caplog.text


class RecordingTransport(Transport):
    """Store what Sentry would send."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events += [json.dumps(item.payload.json, default=str) for item in envelope.items]


@pytest.fixture
def sentry() -> Iterator[RecordingTransport]:
    transport = RecordingTransport()
    sentry_sdk.init(
        dsn="https://key@sentry.example.com/1", transport=transport, include_local_variables=False
    )
    yield transport
    sentry_sdk.get_client().close()
    sentry_sdk.init()


@pytest.mark.unmeasured
def test_sentry_gets_no_secret_from_a_filtered_logger(sentry: RecordingTransport) -> None:
    logger = logging.getLogger("iamtriage-test.sentry")
    filters = (FailureFilter(), RedactingFilter())
    for each in filters:
        logger.addFilter(each)
    try:
        logger.error(
            "it failed: %s", f"password={PASSWORD}", exc_info=raised_error(), extra={"password": PASSWORD}
        )
    finally:
        for each in filters:
            logger.removeFilter(each)
    (event,) = (json.loads(event) for event in sentry.events if '"level": "error"' in event)
    assert event["extra"]["iamtriage"]["action"] == "ec2:RunInstances"
    sent = json.dumps(event)
    assert PASSWORD not in sent
    assert BLOB not in sent


def test_sentry_can_group_records_without_secrets(sentry: RecordingTransport) -> None:
    logger = logging.getLogger("iamtriage-test.sentry")
    filter_ = RedactingFilter()
    logger.addFilter(filter_)
    try:
        logger.error("order %s failed", 42, exc_info=KeyError("orders"))
    finally:
        logger.removeFilter(filter_)
    (event,) = (json.loads(event) for event in sentry.events if '"level": "error"' in event)
    assert event["logentry"] == {
        "message": "order %s failed",
        "params": [42],
        "formatted": "order 42 failed",
    } or (event["logentry"]["message"] == "order %s failed")
    assert event["exception"]["values"][0]["type"] == "KeyError"
