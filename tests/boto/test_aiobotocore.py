"""install with aiobotocore: real clients if it is installed, and otherwise classes with the same methods.

aiobotocore pins the botocore that it is written for, and that is often not the newest one. Where both cannot be
installed, the real tests are skipped; the shape's are not. The shape: a client class whose
``_make_api_call`` and ``wait`` are coroutine functions, made by a session whose emitter takes plain handlers.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, WaiterError
from botocore.hooks import HierarchicalEmitter

from iamtriage.boto import explain_errors, install, uninstall
from tests.boto import wires
from tests.boto.denials import count_explanations
from tests.boto.event_streams import encode_event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.boto.wires import AwsLikeServer

MESSAGE = (
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: dynamodb:ListTables on resource: * "
    "because no identity-based policy allows the dynamodb:ListTables action"
)


def denial() -> ClientError:
    """Build the exception that botocore and aiobotocore raise."""
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": MESSAGE}}, "ListTables")


async def catch(call: Callable[[], Awaitable[object]]) -> BaseException:
    """Await a call that fails; return the error."""
    try:
        await call()
    except Exception as error:  # noqa: BLE001
        return error
    raise AssertionError


# ------------------------------------------------------------------------------------------------- fakes


class Waiter:
    """A waiter with the methods of aiobotocore's."""

    async def wait(self, **kwargs: Any) -> None:  # noqa: ANN401
        await asyncio.sleep(0)
        msg = f"An error occurred (AccessDeniedException): {MESSAGE}"
        raise WaiterError(name="TableExists", reason=msg, last_response=kwargs)


class Client:
    """A client with the methods of aiobotocore's."""

    _PY_TO_OP_NAME = {"list_tables": "ListTables"}  # noqa: RUF012 (as botocore has it)

    async def _make_api_call(self, operation_name: str, api_params: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        if api_params:
            return {"TableNames": [operation_name]}
        raise denial()

    async def list_tables(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        return await self._make_api_call("ListTables", kwargs)

    async def generate_presigned_url(self, client_method: str) -> str:
        await asyncio.sleep(0)
        raise denial() if client_method else ValueError

    def get_waiter(self, waiter_name: str) -> Waiter:
        assert waiter_name == "table_exists"
        return Waiter()


class Session:
    """A session with the methods of aiobotocore's."""

    def __init__(self) -> None:
        self.emitter = HierarchicalEmitter()

    def get_component(self, name: str) -> HierarchicalEmitter:
        assert name == "event_emitter"
        return self.emitter

    def get_config_variable(self, name: str) -> None:
        """Return no setting."""

    def create_client(self) -> Any:  # noqa: ANN401
        bases: list[type] = [Client]
        attributes: dict[str, Any] = {
            "_PY_TO_OP_NAME": Client._PY_TO_OP_NAME,
            "generate_presigned_url": Client.generate_presigned_url,
        }
        self.emitter.emit("creating-client-class.dynamodb", class_attributes=attributes, base_classes=bases)
        return type("DynamoDB", tuple(bases), attributes)()


@pytest.fixture(params=["session", "client"])
def client(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401
    """An installed fake client."""
    session = Session()
    if request.param == "session":
        install(session)
        return session.create_client()
    made = session.create_client()
    install(made)
    return made


def test_fake_client(client: Any) -> None:  # noqa: ANN401
    async def run() -> None:
        assert (await client.list_tables(Limit=1)) == {"TableNames": ["ListTables"]}
        calls = [catch(client.list_tables) for _ in range(10)]
        assert [count_explanations(error) for error in await asyncio.gather(*calls)] == [1] * 10
        assert count_explanations(await catch(lambda: client.generate_presigned_url("get_object"))) == 1
        assert count_explanations(await catch(client.get_waiter("table_exists").wait)) == 1

    asyncio.run(run())
    assert type(client).__name__ == "DynamoDB"


def test_fake_client_uninstalled() -> None:
    session = Session()
    install(session)
    made = session.create_client()
    uninstall(session)

    assert count_explanations(asyncio.run(catch(made.list_tables))) == 0
    assert count_explanations(asyncio.run(catch(made.get_waiter("table_exists").wait))) == 0


# ----------------------------------------------------------------------------------------- real clients


def _real_session() -> Any:  # noqa: ANN401
    aiobotocore = pytest.importorskip(
        "aiobotocore.session", reason="aiobotocore is not installed: it pins another botocore"
    )
    return aiobotocore.get_session()


OPTIONS = {
    "region_name": "eu-west-1",
    "aws_access_key_id": "AKIDEXAMPLE",
    "aws_secret_access_key": "example-secret",
}


@pytest.fixture(params=["session", "client"])
def open_client(
    request: pytest.FixtureRequest, server: AwsLikeServer
) -> Callable[[AsyncExitStack, str], Awaitable[Any]]:
    """Create installed clients."""
    session = _real_session()
    if request.param == "session":
        install(session)

    async def make(stack: AsyncExitStack, service: str) -> Any:  # noqa: ANN401
        made = await stack.enter_async_context(
            session.create_client(service, endpoint_url=server.url, **OPTIONS)
        )
        if request.param == "client":
            install(made)
        return made

    return make


def test_real_calls(open_client: Callable[..., Awaitable[Any]], server: AwsLikeServer) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            made = await open_client(stack, "dynamodb")
            server.reply = wires.Reply(200, b'{"TableNames": ["orders"]}')
            assert (await made.list_tables())["TableNames"] == ["orders"]
            server.reply = wires.json_1(400, "AccessDeniedException", MESSAGE)
            calls = [catch(made.list_tables) for _ in range(5)]
            assert [count_explanations(error) for error in await asyncio.gather(*calls)] == [1] * 5

            async def pages() -> None:
                async for _ in made.get_paginator("list_tables").paginate():
                    pass

            assert count_explanations(await catch(pages)) == 1
            waiter = made.get_waiter("table_exists")
            assert count_explanations(await catch(lambda: waiter.wait(TableName="orders"))) == 1
            assert type(made).__name__ == "DynamoDB"

    asyncio.run(run())


def test_real_signed_url_without_credentials(server: AwsLikeServer) -> None:
    session = _real_session()
    install(session)

    async def run() -> None:
        async with session.create_client("s3", endpoint_url=server.url, region_name="eu-west-1") as made:
            arguments = {"Params": {"Bucket": "example-data", "Key": "a"}}
            error = await catch(lambda: made.generate_presigned_url("get_object", **arguments))
            assert type(error).__name__ == "NoCredentialsError"
            assert count_explanations(error) == 1

    asyncio.run(run())


def test_real_event_stream(open_client: Callable[..., Awaitable[Any]], server: AwsLikeServer) -> None:
    server.reply = wires.Reply(
        200,
        encode_event(
            {":message-type": "event", ":event-type": "chunk"}, json.dumps({"bytes": "aGk="}).encode()
        )
        + encode_event(
            {":message-type": "error", ":error-code": "AccessDeniedException", ":error-message": MESSAGE}, b""
        ),
        {"Content-Type": "application/vnd.amazon.eventstream"},
    )

    async def run() -> None:
        async with AsyncExitStack() as stack:
            made = await open_client(stack, "bedrock-runtime")
            answer = await made.invoke_model_with_response_stream(modelId="example.model", body=b"{}")
            seen: list[Any] = []

            async def read() -> None:
                async for each in answer["body"]:
                    seen.append(each)  # noqa: PERF401 (what came before the failure counts)

            error = await catch(read)
            assert type(error).__name__ == "EventStreamError"
            assert count_explanations(error) == 1
            assert seen == [{"chunk": {"bytes": b"hi"}}]

    asyncio.run(run())


def test_real_uninstall(server: AwsLikeServer) -> None:
    session = _real_session()
    install(session)
    server.reply = wires.json_1(400, "AccessDeniedException", MESSAGE)

    async def run() -> None:
        async with session.create_client("dynamodb", endpoint_url=server.url, **OPTIONS) as made:
            assert count_explanations(await catch(made.list_tables)) == 1
            uninstall(session)
            assert count_explanations(await catch(made.list_tables)) == 0
            install(made)
            async with explain_errors(full=True):
                assert count_explanations(await catch(made.list_tables)) == 1

    asyncio.run(run())
