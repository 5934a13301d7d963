"""The filter that hides secrets: whatever prints the record, prints none."""

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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sentry_sdk.envelope import Envelope

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
PASSWORD = "hunter2-abc"
ANA = denial("sqs:SendMessage", principal="arn:aws:iam::111122223333:user/ana")


class JsonFormatter(logging.Formatter):
    """Writes every attribute, and the traceback from the exception itself, as JSON formatters do."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {**record.__dict__, "message": record.getMessage()}
        if record.exc_info:
            fields["exc_info"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str)


class Sink:
    """A logger with one handler behind the filter, and what the handler wrote."""

    def __init__(self, formatter: logging.Formatter, **options: bool) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)
        self.handler.addFilter(RedactingFilter(**options))
        self.logger = logging.Logger("iamtriage-test.redacting")  # noqa: LOG001 (so that pytest cannot know it)

    def __enter__(self) -> Self:
        self.logger.addHandler(self.handler)
        return self

    def __exit__(self, *_: object) -> None:
        self.logger.removeHandler(self.handler)

    @property
    def written(self) -> str:
        return self.stream.getvalue()


def raised() -> ClientError:
    """An exception with a traceback, whose text has a secret."""
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
TWO_HOLES = "%s and %s"
THREE_HOLES = "password=%s, %s and %s"
LOGGED: dict[str, Callable[[logging.Logger], None]] = {
    "message": lambda logger: logger.info(MESSAGE),
    "argument": lambda logger: logger.info("key %s password=%s", f"aws_secret_access_key={SECRET}", PASSWORD),
    "named argument": lambda logger: logger.info("password=%(p)s", {"p": PASSWORD, "unused": f"secret_key={SECRET}"}),
    "cut argument": lambda logger: logger.info("token %.3s", f"aws_secret_access_key={SECRET}"),
    "object": lambda logger: logger.info("%s", {"password": PASSWORD, "SecretAccessKey": SECRET}),
    "exception": lambda logger: logger.error("it failed", exc_info=raised()),
    "exception as argument": lambda logger: logger.error("it failed: %s", raised()),
    "exception as message": lambda logger: logger.error(raised()),
    "broken format": lambda logger: logger.error(TWO_HOLES, f"password={PASSWORD}"),
    "argument is missing": lambda logger: logger.error(THREE_HOLES, PASSWORD),
    "argument is of another type": lambda logger: logger.error("100%% of %s: password=%-5.3d", "x", PASSWORD),
    "name is missing": lambda logger: logger.error("password=%(p)s %(q)s", {"p": PASSWORD}),
    "extra": lambda logger: logger.info("x", extra={"password": PASSWORD, "url": f"https://ana:{PASSWORD}@example.com/"}),
    "nested extra": lambda logger: logger.info("x", extra={"request": {"headers": [{"password": PASSWORD}], "n": 3}}),
    "bytes": lambda logger: logger.info("x", extra={"extra_body": f"password={PASSWORD}".encode()}),
    "exception as extra": lambda logger: logger.info("x", extra={"error": raised(), "all": [raised()]}),
    "record": lambda logger: logger.info("x", extra={"iamtriage": dict(ENCODED.record)}),
}  # fmt: skip


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
    if formatter == "json" and logged != "cut argument":
        assert "REDACTED" in sink.written


@pytest.mark.parametrize("logged", LOGGED)
def test_no_secret_passes_a_queue(logged: str) -> None:
    waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    handler = logging.handlers.QueueHandler(waiting)
    handler.addFilter(RedactingFilter())
    with Sink(JsonFormatter()) as sink:
        sink.logger.removeHandler(sink.handler)
        sink.handler.filters.clear()
        sink.logger.addHandler(handler)
        listener = logging.handlers.QueueListener(waiting, sink.handler)
        listener.start()
        LOGGED[logged](sink.logger)
        sink.logger.removeHandler(handler)
        listener.stop()
    assert sink.written
    for secret in (SECRET, PASSWORD, BLOB):
        assert secret not in sink.written


def test_the_traceback_is_printed_without_its_secret() -> None:
    error = raised()
    with Sink(logging.Formatter("%(message)s")) as sink:
        sink.logger.error("it failed", exc_info=error)
    plain = "".join(traceback.format_exception(error)).rstrip()
    assert sink.written == f"it failed\n{redact(plain)}\n"
    assert "[REDACTED encoded message]" in sink.written


def test_the_stack_is_redacted() -> None:
    record = logging.makeLogRecord({"msg": "x", "stack_info": f"Stack:\n  password={PASSWORD}"})
    shown = _through(record)
    assert shown.stack_info == "Stack:\n  password=[REDACTED password]"


def test_a_text_that_another_handler_formatted_is_redacted() -> None:
    record = logging.makeLogRecord({"msg": f"password={PASSWORD}", "exc_info": _info(raised())})
    logging.Formatter("%(message)s").format(record)
    assert record.exc_text
    assert BLOB in record.exc_text
    shown = _through(record)
    assert BLOB not in json.dumps(shown.__dict__, default=str)
    assert PASSWORD not in json.dumps(shown.__dict__, default=str)


def _info(error: BaseException) -> tuple[type[BaseException], BaseException, Any]:
    return type(error), error, error.__traceback__


def _through(record: logging.LogRecord, **options: bool) -> logging.LogRecord:
    """What a handler is given, in each version of Python."""
    result: object = RedactingFilter(**options).filter(record)
    assert result
    return result if isinstance(result, logging.LogRecord) else record


def test_what_another_formatter_kept_does_not_vouch_for_the_exception() -> None:
    record = logging.makeLogRecord({"msg": "x", "exc_info": _info(raised()), "exc_text": "ClientError"})
    shown = _through(record)
    assert shown.exc_text == "ClientError"
    assert BLOB not in JsonFormatter().format(shown)


def test_a_record_without_secrets_stays_as_it_is() -> None:
    error = KeyError("orders")
    extra = {"order": 42, "tags": ["new", "paid"], "who": object(), "nested": {"a": (1, "b", None)}}
    record = logging.makeLogRecord(
        {"msg": "order %s of %s took %.2f s", "args": (42, "ana", 0.5), "exc_info": _info(error), **extra}
    )
    before = dict(record.__dict__)
    shown = _through(record)
    assert shown.__dict__ == before
    assert record.__dict__ == before


def test_what_was_handed_over_stays_as_it_is() -> None:
    error = raised()
    words = str(error)
    response = copy.deepcopy(error.response)
    nested: dict[str, object] = {"password": PASSWORD, "list": [f"password={PASSWORD}"]}
    untouched = copy.deepcopy(nested)
    with Sink(JsonFormatter()) as sink:
        sink.logger.error("%s %s", error, nested, exc_info=error, extra={"nested": nested})
    assert PASSWORD not in sink.written
    assert str(error) == words
    assert error.response == response
    assert nested == untouched
    assert not getattr(error, "__notes__", None)


def test_other_handlers_see_the_record_as_this_python_allows() -> None:
    record = logging.makeLogRecord({"msg": f"password={PASSWORD}"})
    result = RedactingFilter().filter(record)
    if sys.version_info >= (3, 12):
        assert record.getMessage() == f"password={PASSWORD}"
        assert isinstance(result, logging.LogRecord)
        assert result.getMessage() == "password=[REDACTED password]"
    else:
        assert result is True
        assert record.getMessage() == "password=[REDACTED password]"


def test_other_parts_of_extras_stay() -> None:
    kept = object()
    extra = {
        "request": {"password": PASSWORD, "object": kept, "n": 3, "flag": True, 5: ("a", None), "f": 1.5}
    }
    shown = _through(logging.makeLogRecord({"msg": "x", **extra}))
    request = shown.__dict__["request"]
    assert request == {
        "password": "[REDACTED password]",
        "object": kept,
        "n": 3,
        "flag": True,
        5: ("a", None),
        "f": 1.5,
    }


def test_identifiers_have_one_name_in_all_parts_of_a_record() -> None:
    record = logging.makeLogRecord(
        {
            "msg": "arn:aws:iam::111122223333:user/quill asks for %s",
            "args": ("arn:aws:iam::444455556666:role/rosso",),
            "exc_info": _info(
                denial("sts:AssumeRole", principal="arn:aws:iam::444455556666:user/wanda").client_error()
            ),
            "caller": "arn:aws:iam::111122223333:user/quill",
            "iamtriage_fingerprint": "1:0123456789abcdef0123456789abcdef",
        }
    )
    FailureFilter(explain=True).filter(record)
    shown = _through(record, identifiers=True)
    printed = logging.Formatter("%(message)s").format(shown)
    everything = json.dumps(shown.__dict__, default=str)
    for hidden in ("111122223333", "444455556666", "quill", "rosso", "wanda"):
        assert hidden not in everything
        assert hidden not in printed
    quill = shown.getMessage().split()[0]
    assert shown.__dict__["caller"] == quill
    wanda = shown.__dict__["iamtriage"]["principal"]
    assert wanda != quill
    assert wanda in printed
    assert shown.__dict__["iamtriage"]["action"] == "sts:AssumeRole"
    assert wanda.rpartition("/")[2] in shown.__dict__["iamtriage_summary"]
    assert shown.__dict__["iamtriage_fingerprint"] == "1:0123456789abcdef0123456789abcdef"


def test_names_in_extras_can_be_identifiers() -> None:
    ana, bob = "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:user/bob"
    seen = {ana: 3, bob: ana, ("x", 1): [bob], 5: "five"}
    shown = _through(logging.makeLogRecord({"msg": ana, "seen": seen}), identifiers=True)
    hidden = shown.getMessage()
    assert list(shown.__dict__["seen"]) == [hidden, shown.__dict__["seen"]["x", 1][0], ("x", 1), 5]
    assert [*shown.__dict__["seen"].values()][:2] == [3, hidden]
    assert not any(name in repr(shown.__dict__) for name in ("111122223333", "ana", "bob"))
    assert seen[bob] == ana


def test_names_that_json_writes_alike_keep_their_values() -> None:
    seen = {1: "one", "1": f"password={PASSWORD}", None: "none", "None": "arn:aws:iam::111122223333:user/ana"}
    shown = _through(logging.makeLogRecord({"msg": "x", "seen": seen}), identifiers=True).__dict__["seen"]
    assert list(shown) == list(seen)
    assert shown[1] == "one"
    assert shown["1"] == "password=[REDACTED password]"
    assert "111122223333" not in shown["None"]


class Point(NamedTuple):
    """A value of a class of its own."""

    x: int
    name: str


def test_extras_beside_a_secret_keep_their_classes() -> None:
    extra = {
        "point": Point(1, "a"),
        "order": OrderedDict(a="b"),
        "count": defaultdict(int, a=1),
        "list": ["a"],
    }
    shown = _through(logging.makeLogRecord({"msg": "x", "password": PASSWORD, **extra})).__dict__
    assert shown["password"] == "[REDACTED password]"
    assert {name: shown[name] for name in extra} == extra
    assert {name: type(shown[name]) for name in extra} == {name: type(value) for name, value in extra.items()}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("identifiers", [False, True])
def test_nothing_raises_and_the_record_can_be_printed(name: str, *, identifiers: bool) -> None:
    values = {**HOSTILE[name], "password": PASSWORD}
    shown = _through(logging.makeLogRecord(values), identifiers=identifiers)
    assert isinstance(shown.getMessage(), str)
    assert PASSWORD not in str(shown.__dict__.get("password"))
    if name not in {"odd traceback", "true", "bare exception", "stack"}:  # which no formatter takes
        logging.Formatter("%(message)s").format(shown)


def test_structures_without_an_end() -> None:
    endless: list[object] = [f"password={PASSWORD}"]
    endless += [endless] * 50
    by_name: dict[str, object] = {"password": PASSWORD}
    by_name["self"] = by_name
    shown = _through(logging.makeLogRecord({"msg": "x", "endless": endless, "by_name": by_name}))
    assert PASSWORD not in repr(shown.__dict__)
    assert shown.__dict__["by_name"]["self"]["password"] == "[REDACTED password]"
    wide = {str(n): [f"password={PASSWORD}"] for n in range(20_000)}
    shown = _through(logging.makeLogRecord({"msg": "x", "wide": wide}))
    assert PASSWORD not in repr(shown.__dict__)


def test_a_deep_chain_of_exceptions() -> None:
    error: Exception = raised()
    for _ in range(2000):
        following = RuntimeError("wrapped")
        following.__cause__ = error
        error = following
    shown = _through(logging.makeLogRecord({"msg": "x", "exc_info": _info(error)}))
    assert BLOB not in logging.Formatter("%(message)s").format(shown)


class Stubborn(logging.LogRecord):
    """A record that cannot be copied."""

    def __copy__(self) -> Stubborn:
        raise RuntimeError


def test_a_record_that_cannot_be_copied() -> None:
    record = Stubborn("orders", logging.INFO, "x.py", 1, f"password={PASSWORD}", (), None)
    assert _through(record).getMessage() == "password=[REDACTED password]"


class HostileDict(dict[str, object]):
    """A dict that does not tell what is in it."""

    def items(self) -> Any:  # noqa: ANN401 (it gives nothing)
        raise RuntimeError


def test_what_cannot_be_looked_through_is_not_printed() -> None:
    values = {
        "msg": "order 42",
        "exc_info": _info(raised()),
        "x": HostileDict(password=PASSWORD),
        "y": PASSWORD,
    }
    shown = _through(logging.makeLogRecord(values))
    printed = JsonFormatter().format(shown)
    assert PASSWORD not in printed
    assert BLOB not in printed
    assert shown.getMessage() == shown.__dict__["x"] == "[a text that could not be redacted]"


def test_an_exception_that_cannot_be_formatted() -> None:
    error = HostileError()
    shown = _through(logging.makeLogRecord({"msg": "order 42", "exc_info": (HostileError, error, None)}))
    assert shown.getMessage() == "order 42"


def test_parts_that_look_as_if_they_were_several() -> None:
    arn = "arn:aws:iam::111122223333:user/ana"
    record = logging.makeLogRecord({"msg": f"{arn}\n\n\x1e\n\nx", "who": arn})
    shown = _through(record, identifiers=True)
    assert "111122223333" not in shown.getMessage() + shown.__dict__["who"]


class Braced(logging.LogRecord):
    """A record that formats with braces, as programs make them by `logging.setLogRecordFactory`."""

    def getMessage(self) -> str:  # noqa: N802 (logging's name)
        return str(self.msg).format(*self.args or ())


class Slotted(Braced):
    """One whose class cannot be changed."""

    __slots__ = ("more",)


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (Braced, '{"password": "[REDACTED password]"} by ana'),
        (Slotted, "[a text that could not be redacted]"),
    ],
)
def test_a_record_that_formats_in_its_own_way(cls: type[logging.LogRecord], message: str) -> None:
    args = (json.dumps({"password": PASSWORD}), "ana")
    record = cls("orders", logging.INFO, "x.py", 1, "{} by {}", args, None)
    assert _through(record).getMessage() == message
    plain = cls("orders", logging.INFO, "x.py", 1, "order {} by {}", (42, "ana"), None)
    shown = _through(plain)
    assert shown.getMessage() == "order 42 by ana"
    assert type(shown) is cls


def test_arguments_that_the_message_does_not_show_are_dropped() -> None:
    hidden = UserDict({"shown": "x", "hidden": f"secret_key={SECRET}"})
    record = logging.makeLogRecord({"msg": "%(shown)s", "args": hidden})
    shown = _through(record)
    assert shown.getMessage() == "x"
    assert shown.args == ()


@given(
    message=st.text(),
    args=st.lists(st.text() | st.integers() | st.none()),
    identifiers=st.booleans(),
)
def test_a_message_is_printed_as_redact_gives_it(
    message: str, args: list[object], *, identifiers: bool
) -> None:
    record = logging.makeLogRecord({"msg": message, "args": tuple(args)})
    try:
        plain = record.getMessage()
    except (TypeError, ValueError):
        plain = None
    shown = _through(record, identifiers=identifiers).getMessage()
    if plain is not None:
        assert shown == redact(plain, identifiers=identifiers)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(_json)
def test_extras_keep_their_shape(value: object) -> None:
    shown = _through(logging.makeLogRecord({"msg": "x", "value": value, "password": PASSWORD})).__dict__
    assert shown["password"] == "[REDACTED password]"
    assert type(shown["value"]) is type(value)


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


def test_caplog_sees_it_redacted(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("iamtriage-test.caplog")
    filter_ = RedactingFilter()
    logger.addFilter(filter_)
    try:
        logger.error("it failed", exc_info=raised())
    finally:
        logger.removeFilter(filter_)
    assert BLOB not in caplog.text
    assert "[REDACTED encoded message]" in caplog.text


class Caught(Transport):
    """Keeps what Sentry would send."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events += [json.dumps(item.payload.json, default=str) for item in envelope.items]


@pytest.fixture
def sentry() -> Iterator[Caught]:
    transport = Caught()
    sentry_sdk.init(
        dsn="https://key@sentry.example.com/1", transport=transport, include_local_variables=False
    )
    yield transport
    sentry_sdk.get_client().close()
    sentry_sdk.init()


def test_sentry_is_told_no_secret_by_a_filtered_logger(sentry: Caught) -> None:
    logger = logging.getLogger("iamtriage-test.sentry")
    filters = (FailureFilter(), RedactingFilter())
    for each in filters:
        logger.addFilter(each)
    try:
        logger.error("it failed: %s", f"password={PASSWORD}", exc_info=raised(), extra={"password": PASSWORD})
    finally:
        for each in filters:
            logger.removeFilter(each)
    (event,) = (json.loads(event) for event in sentry.events if '"level": "error"' in event)
    assert event["extra"]["iamtriage"]["action"] == "ec2:RunInstances"
    told = json.dumps(event)
    assert PASSWORD not in told
    assert BLOB not in told


def test_sentry_groups_records_without_secrets_as_before(sentry: Caught) -> None:
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
