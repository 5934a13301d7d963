"""Exception classes that can be caught, notes that survive, and the loggers and libraries that use them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import copy
import importlib
import logging
import multiprocessing
import pickle
import unittest
from typing import TYPE_CHECKING, Any, NoReturn

import fastapi
import fastapi.testclient
import flask
import loguru
import pytest
import structlog
import tenacity
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError, NoCredentialsError, UnauthorizedSSOTokenError

from iamtriage import Denied, Expired, Retryable
from iamtriage.boto import explain_errors
from iamtriage.logs import problem_details
from tests.boto.denials import count_explanations, denial, missing, notes, raise_through
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

celery: Any = importlib.import_module("celery")  # has no types
UPLOAD_FAILED = "Failed to upload x to b/k: An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"
DENIED_TEXT = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"


def throttled() -> ClientError:
    """Build an error that passes."""
    response: Any = {
        "Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    return ClientError(response, "DescribeCluster")


def expired() -> ClientError:
    """Build an error of expired credentials."""
    return ClientError(
        {"Error": {"Code": "ExpiredToken", "Message": "The provided token has expired."}}, "GetObject"
    )


@explain_errors
def fail(error: Exception) -> NoReturn:
    """Raise an exception, as a function of a program does."""
    raise error


# ------------------------------------------------------------------------------------------ except clauses

CAUGHT: list[tuple[Exception, type[Exception]]] = [
    (denial(), Denied),
    (expired(), Expired),
    (throttled(), Retryable),
    (S3UploadFailedError(UPLOAD_FAILED), Denied),
    (UnauthorizedSSOTokenError(), Expired),
]


@pytest.mark.parametrize(("error", "cls"), CAUGHT, ids=lambda value: getattr(value, "__name__", ""))
def test_except_clauses(error: Exception, cls: type[Exception]) -> None:
    """The clause of its class catches an error that was explained, and no other clause does."""
    original = type(error)
    others = tuple({Denied, Expired, Retryable} - {cls})
    try:
        try:
            fail(error)
        except others:
            pytest.fail("caught by another class")
    except cls as caught:
        same = caught is error
    assert same
    assert isinstance(error, original)
    assert (type(error).__name__, type(error).__module__) == (original.__name__, original.__module__)
    fail_again = raise_through(error, explain_errors())
    assert type(fail_again).__mro__.count(original) == 1


def test_groups() -> None:
    """``except*`` splits by the classes of the members."""
    group = ExceptionGroup("tasks", [denial(), throttled(), ValueError("x")])
    seen: list[str] = []
    try:
        fail(group)
    except* Denied as denied:
        seen.append(f"denied {len(denied.exceptions)}")
    except* Retryable as retryable:
        seen.append(f"retryable {len(retryable.exceptions)}")
    except* ValueError:
        seen.append("other")
    assert seen == ["denied 1", "retryable 1", "other"]


def test_errors_that_are_none_of_these() -> None:
    for error in (missing(), NoCredentialsError(), ValueError("x"), KeyError()):
        with pytest.raises(type(error)) as caught, contextlib.suppress(Denied, Expired, Retryable):
            fail(error)
        assert not isinstance(caught.value, (Denied, Expired, Retryable))


def test_classes_of_python_stay() -> None:
    """Python does not let a RuntimeError change its class, so only the checks by content recognize it."""
    error = RuntimeError(DENIED_TEXT)
    with pytest.raises(RuntimeError):
        fail(error)
    assert type(error) is RuntimeError
    assert isinstance(error, Denied)
    with contextlib.suppress(Denied):
        fail(error)


def test_without_an_explainer() -> None:
    """suppress, pytest and unittest ask about the content, so they need none."""
    with contextlib.suppress(Denied):
        raise denial()
    with pytest.raises(ClientError), contextlib.suppress(Denied):
        raise throttled()
    with pytest.raises(Denied):
        raise denial()
    expects_retryable = unittest.TestCase().assertRaises  # unittest asks in another way than pytest
    with expects_retryable(Retryable):
        raise throttled()
    with pytest.raises(ClientError), expects_retryable(Retryable):
        raise denial()
    assert not issubclass(ClientError, Denied)
    assert issubclass(Denied, Exception)
    with pytest.raises(TypeError, match="Denied can't be instantiated"):
        Denied()


# ------------------------------------------------------------------------------------------- surviving notes


def _process_fails() -> NoReturn:
    fail(denial())


@check_rows(
    "again",
    [
        pytest.param(lambda error: pickle.loads(pickle.dumps(error)), id="pickle"),
        pytest.param(lambda error: pickle.loads(pickle.dumps(error, 0)), id="old pickle"),
        pytest.param(copy.copy, id="copy"),
        pytest.param(copy.deepcopy, id="deepcopy"),
    ],
)
@check_rows("make", [denial, NoCredentialsError, lambda: S3UploadFailedError(DENIED_TEXT)])
def test_notes_survive(make: Callable[[], Exception], again: Any) -> None:  # noqa: ANN401
    error = make()
    original = type(error)
    with pytest.raises(original):
        fail(error)
    restored = again(error)
    assert isinstance(restored, original)
    assert (str(restored), notes(restored)) == (str(error), notes(error))
    assert count_explanations(restored) == 1
    assert isinstance(restored, Denied) == isinstance(error, Denied)


def test_notes_from_another_process() -> None:
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        with pytest.raises(ClientError) as caught:
            pool.submit(_process_fails).result()
        assert len(notes(caught.value)) == 1
    with concurrent.futures.ThreadPoolExecutor(1) as pool, pytest.raises(Denied):
        pool.submit(_process_fails).result()


# ------------------------------------------------------------------------------------------------- loggers


def test_structlog() -> None:
    with structlog.testing.capture_logs() as logs, pytest.raises(Denied), explain_errors(
        logger=structlog.get_logger(), level=logging.WARNING
    ):  # fmt: skip
        raise denial()
    [entry] = logs
    assert (entry["log_level"], entry["iamtriage"]["kind"]) == ("warning", "access_denied")
    assert entry["event"].startswith("The user ana was denied s3:GetObject")


def test_loguru() -> None:
    braces = "Not {authorized}"
    seen: list[Any] = []
    handler = loguru.logger.add(lambda message: seen.append(message.record))
    try:
        with pytest.raises(Denied), explain_errors(logger=loguru.logger):
            raise denial(braces)
    finally:
        loguru.logger.remove(handler)
    [record] = seen
    assert (record["level"].name, record["extra"]["iamtriage"]["kind"]) == ("ERROR", "access_denied")
    assert "Level" not in record["message"]


@check_rows("logger", [print, "app", object(), logging])
def test_what_is_no_logger(logger: object) -> None:
    with pytest.raises(
        TypeError, match=r"logger must be a logging\.Logger, or a logger of structlog or loguru"
    ):
        explain_errors(logger=logger)


# ------------------------------------------------------------------------------------------------ libraries


def test_tenacity() -> None:
    calls: list[int] = []

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(Retryable), stop=tenacity.stop_after_attempt(3), reraise=True
    )
    def describe() -> str:
        calls.append(1)
        if len(calls) < 3:
            raise throttled()
        return "done"

    assert describe() == "done"
    assert len(calls) == 3


def test_celery() -> None:
    """``autoretry_for`` is an except clause, and the result backend pickles the exception."""
    app: Any = celery.Celery("test", backend="cache+memory://", broker="memory://")
    app.conf.update(task_always_eager=True, task_eager_propagates=False, result_serializer="pickle")
    calls: list[int] = []

    @explain_errors
    def describe() -> str:
        calls.append(1)
        raise throttled() if len(calls) < 3 else denial()

    task = app.task(autoretry_for=(Retryable,), max_retries=2, default_retry_delay=0)(describe)
    result = task.delay()
    assert len(calls) == 3
    assert isinstance(result.result, Denied)
    assert len(notes(result.result)) == 1


def test_fastapi() -> None:
    """A handler for Exception sees every error, also those in which boto3 or the program wraps AWS's."""
    app = fastapi.FastAPI()

    @app.exception_handler(Exception)
    async def answer(_: fastapi.Request, error: Exception) -> fastapi.responses.JSONResponse:
        await asyncio.sleep(0)
        problem = problem_details(error, on_behalf=True)
        return fastapi.responses.JSONResponse(
            problem, problem["status"], media_type="application/problem+json"
        )

    @app.get("/upload")
    def upload() -> None:
        raise S3UploadFailedError(UPLOAD_FAILED)

    @app.get("/wrapped")
    def wrapped() -> None:
        message = "the report failed"
        raise RuntimeError(message) from throttled()

    client = fastapi.testclient.TestClient(app, raise_server_exceptions=False)
    assert client.get("/upload").status_code == 403
    assert client.get("/wrapped").status_code == 503


def test_flask() -> None:
    app = flask.Flask("test")

    @app.errorhandler(Exception)
    def answer(error: Exception) -> tuple[dict[str, Any], int]:
        problem = problem_details(error, on_behalf=True)
        return dict(problem), problem["status"]

    @app.get("/upload")
    def upload() -> str:
        raise S3UploadFailedError(UPLOAD_FAILED)

    response = app.test_client().get("/upload")
    assert (response.status_code, response.get_json()["status"]) == (403, 403)


class ReducesToAName(Exception):  # noqa: N818 (no error of ours)
    """An exception that pickles as a global name, which ``__reduce_ex__`` can return as a string."""

    def __reduce__(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        return "DENIED_TEXT"


def test_exceptions_that_reduce_to_a_name_stay_as_they_are() -> None:
    with pytest.raises(ReducesToAName) as caught:
        fail(ReducesToAName(DENIED_TEXT))
    assert caught.value.__reduce_ex__(4) == "DENIED_TEXT"
    assert isinstance(caught.value, Denied)
