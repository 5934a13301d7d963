"""Error responses of web APIs with Flask, WSGI and ASGI, which reveal nothing about the failure."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import flask
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import testing
from iamtriage.logs import problem_details
from iamtriage.testing import denial
from tests.strategies import known
from tests.tables import check_rows
from tests.testing.samples import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.strategies import Case

MEMBERS = {"type", "title", "status", "detail"}


@check_rows(
    ("error", "status", "on_behalf"),
    [
        (denial("s3:GetObject").client_error(), 500, 403),
        (denial("s3:GetObject").text("go-v2"), 500, 403),
        (testing.kubernetes_forbidden("ana", "list", "pods").failure, 500, 403),
        (testing.expired_credentials().client_error(), 500, 401),
        (testing.invalid_credentials().client_error(), 500, 401),
        (testing.missing_credentials().exception(), 500, 401),
        (testing.kubernetes_unauthorized().text("kubectl"), 500, 401),
        (testing.signature_mismatch().client_error(), 500, 401),
        (testing.signature_mismatch(skewed=True).client_error(), 503, 503),
        (testing.malformed_policy().client_error(), 500, 500),
        (testing.throttled("GetItem", "dynamodb").client_error(), 503, 503),
        (testing.throttled("PutObject", "s3").response, 503, 503),
        (testing.aws_error("NoSuchEntity", "The role demo cannot be found.", "GetRole", "iam").client_error(), 502, 502),
        (KeyError("orders"), 500, 500),
        (None, 500, 500),
        ("all is well", 500, 500),
    ],
)  # fmt: skip
def test_status(error: object, status: int, on_behalf: int) -> None:
    assert problem_details(error)["status"] == status
    assert problem_details(error, on_behalf=True)["status"] == on_behalf
    assert problem_details(error).keys() == MEMBERS
    assert problem_details(error)["type"] == "about:blank"


@given(known, st.booleans())
def test_no_value_of_the_failure_is_revealed(case: Case, on_behalf: bool) -> None:  # noqa: FBT001 (drawn by Hypothesis)
    problem = json.dumps(problem_details(case.text, on_behalf=on_behalf))
    for value in case.record.values():
        if isinstance(value, str) and len(value) > 3 and value not in {"Unauthorized", "Forbidden"}:
            assert value not in problem


def test_every_kind_has_a_response() -> None:
    for sample in SAMPLES.values():
        problem = problem_details(sample.text(sample.envelopes[1]), on_behalf=True)
        assert problem["status"] in {401, 403, 500, 502, 503}
        assert problem["title"]
        assert problem["detail"]


def test_the_instance_is_included() -> None:
    problem = problem_details(KeyError(), instance="urn:uuid:0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9")
    assert problem.get("instance") == "urn:uuid:0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"


class HostileError(Exception):
    """An exception whose methods and attributes raise exceptions."""

    def __str__(self) -> str:
        raise RuntimeError

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError


def test_a_hostile_exception_has_a_response() -> None:
    assert problem_details(HostileError())["status"] == 500


def test_in_flask() -> None:
    app = flask.Flask(__name__)

    def orders() -> str:
        raise denial("sqs:ReceiveMessage").client_error()

    def handle_error(error: ClientError) -> tuple[dict[str, Any], int, dict[str, str]]:
        problem = problem_details(error, instance="urn:uuid:0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9")
        return {**problem}, problem["status"], {"Content-Type": "application/problem+json"}

    app.add_url_rule("/orders", view_func=orders)
    app.register_error_handler(ClientError, handle_error)
    response = app.test_client().get("/orders")
    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    body = response.get_json()
    assert body["title"] == "Internal Server Error"
    assert "111122223333" not in response.get_data(as_text=True)


def test_in_wsgi() -> None:
    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:  # noqa: ANN401 (WSGI's own types)
        del environ
        try:
            raise testing.throttled("GetItem", "dynamodb").client_error()
        except ClientError as error:
            problem = problem_details(error)
            start(f"{problem['status']} {problem['title']}", [("Content-Type", "application/problem+json")])
            return [json.dumps(problem).encode()]

    lines: list[str] = []
    body = b"".join(app({}, lambda line, _: lines.append(line)))
    assert lines == ["503 Service Unavailable"]
    assert json.loads(body)["status"] == 503


def test_in_asgi() -> None:
    async def app(send: Any) -> None:  # noqa: ANN401 (ASGI's own types)
        try:
            raise denial("s3:GetObject").client_error()
        except ClientError as error:
            problem = problem_details(error, on_behalf=True)
            headers = [(b"content-type", b"application/problem+json")]
            await send({"type": "http.response.start", "status": problem["status"], "headers": headers})
            await send({"type": "http.response.body", "body": json.dumps(problem).encode()})

    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    asyncio.run(app(send))
    assert sent[0]["status"] == 403
    assert json.loads(sent[1]["body"])["title"] == "Forbidden"
