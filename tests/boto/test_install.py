"""install and uninstall: which errors of real clients are explained, in every protocol."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import logging
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import botocore.session
import pytest
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    EventStreamError,
    NoCredentialsError,
    ParamValidationError,
    UnknownServiceError,
    WaiterError,
)
from botocore.stub import Stubber

from iamtriage import Explanation, explain
from iamtriage.boto import explain_errors, install, sts_client, uninstall
from tests.boto import wires
from tests.boto.conftest import REGION
from tests.boto.denials import MARK, count_explanations
from tests.boto.event_streams import encode_event
from tests.tables import check_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.boto.wires import AwsLikeServer

USER = "arn:aws:iam::111122223333:user/ana"


def _message(action: str, resource: str = "*") -> str:
    return (
        f"User: {USER} is not authorized to perform: {action} on resource: {resource} because no identity-based "
        f"policy allows the {action} action"
    )


NO_PUT = wires.s3(403, "AccessDenied", _message("s3:PutObject", '"arn:aws:s3:::example-data/out/b.csv"'))
NO_GET = wires.s3(403, "AccessDenied", _message("s3:GetObject", '"arn:aws:s3:::example-data/out/b.csv"'))
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1})
KEYS: dict[str, Any] = {
    "aws_access_key_id": "AKIDEXAMPLE",
    "aws_secret_access_key": "example-secret",
    "region_name": REGION,
}

Client = Callable[..., Any]


@pytest.fixture(params=["boto3", "botocore", "client"])
def new_client(
    request: pytest.FixtureRequest, server: AwsLikeServer, aws_environment: pytest.MonkeyPatch
) -> Iterator[Client]:
    """Create clients with explanations: from an installed session of either library, or installed directly."""
    del aws_environment
    clients: list[Any] = []
    session = boto3.Session()
    core = botocore.session.Session()
    if request.param == "boto3":
        install(session)
    elif request.param == "botocore":
        install(core)

    def make(service: str, **more: Any) -> Any:  # noqa: ANN401
        maker = core.create_client if request.param == "botocore" else session.client
        try:
            client = maker(service, **({"endpoint_url": server.url, "config": CONFIG} | KEYS | more))
        except UnknownServiceError:
            pytest.skip(f"this botocore does not know {service}")
        if request.param == "client":
            install(client)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def session(aws_environment: pytest.MonkeyPatch) -> boto3.Session:
    """A boto3 session with credentials."""
    del aws_environment
    return boto3.Session(**KEYS)


def call_denied(call: Callable[..., object], *args: object, **arguments: object) -> Any:  # noqa: ANN401
    """Make a call; return its ClientError."""
    with pytest.raises(ClientError) as caught:
        call(*args, **arguments)
    return caught.value


# ----------------------------------------------------------------------------------------- explained errors


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("service", "method", "arguments", "reply", "action"),
    [
        ("iam", "list_users", {}, wires.query(403, "AccessDenied", _message("iam:ListUsers")), "iam:ListUsers"),
        ("ec2", "describe_instances", {}, wires.ec2(403, "UnauthorizedOperation", _message("ec2:DescribeInstances")), "ec2:DescribeInstances"),
        ("dynamodb", "list_tables", {}, wires.json_1(400, "AccessDeniedException", _message("dynamodb:ListTables")), "dynamodb:ListTables"),
        ("eks", "list_clusters", {}, wires.rest_json(403, "AccessDeniedException", _message("eks:ListClusters")), "eks:ListClusters"),
        ("s3", "get_object", {"Bucket": "example-data", "Key": "out/b.csv"}, NO_GET, "s3:GetObject"),
        ("eventbridgev2", "list_event_buses", {}, wires.cbor(400, "AccessDeniedException", _message("events:ListEventBuses")), "events:ListEventBuses"),
    ],
    ids=["query", "ec2", "json", "rest-json", "rest-xml", "cbor"],
)  # fmt: skip
def test_calls(  # noqa: PLR0917 (one per column)
    new_client: Client, server: AwsLikeServer, service: str, method: str, arguments: dict[str, Any], reply: wires.Reply, action: str
) -> None:  # fmt: skip
    server.reply = reply
    error = call_denied(getattr(new_client(service), method), **arguments)

    assert count_explanations(error) == 1
    assert action in error.__notes__[0]
    assert error.__cause__ is None
    assert error.__context__ is None


def test_calls_that_succeed_and_other_errors(new_client: Client, server: AwsLikeServer) -> None:
    client = new_client("dynamodb")
    server.reply = wires.Reply(
        200, b'{"TableNames": ["orders"]}', {"Content-Type": "application/x-amz-json-1.0"}
    )
    assert client.list_tables()["TableNames"] == ["orders"]
    with pytest.raises(ParamValidationError) as caught:
        client.list_tables(Limit="x")
    assert count_explanations(caught.value) == 0
    server.reply = wires.json_1(400, "ResourceNotFoundException", "Requested resource not found")
    assert count_explanations(call_denied(client.describe_table, TableName="orders")) == 0


def test_missing_credentials(new_client: Client) -> None:
    client = new_client("s3", aws_access_key_id=None, aws_secret_access_key=None)
    with pytest.raises(NoCredentialsError) as caught:
        client.list_buckets()
    assert count_explanations(caught.value) == 1
    with pytest.raises(NoCredentialsError) as caught:
        client.generate_presigned_url("get_object", Params={"Bucket": "example-data", "Key": "a"})
    assert count_explanations(caught.value) == 1


@pytest.mark.unmeasured
def test_paginator(new_client: Client, server: AwsLikeServer) -> None:
    server.reply = wires.query(403, "AccessDenied", _message("iam:ListRoles"))
    client = new_client("iam")
    with pytest.raises(ClientError) as caught:
        list(client.get_paginator("list_roles").paginate())
    assert count_explanations(caught.value) == 1


def test_waiter(new_client: Client, server: AwsLikeServer) -> None:
    server.reply = wires.rest_json(403, "AccessDeniedException", _message("eks:DescribeCluster"))
    waiter = new_client("eks").get_waiter("cluster_active")
    with pytest.raises(WaiterError) as caught:
        waiter.wait(name="demo")

    assert count_explanations(caught.value) == 1
    assert type(waiter).__name__ == "EKS.Waiter.ClusterActive"
    assert "Polls" in str(type(waiter).wait.__doc__)


def test_expected_errors_of_a_waiter_are_not_reported(server: AwsLikeServer, session: boto3.Session) -> None:
    """A waiter suppresses errors while it polls. Callbacks are called only for the error that it raises."""
    calls: list[BaseException] = []
    install(session, callback=lambda _, error: calls.append(error))
    server.reply = wires.s3_bare(403)
    client = session.client("s3", endpoint_url=server.url, config=CONFIG)
    with pytest.raises(WaiterError) as caught:
        client.get_waiter("object_exists").wait(Bucket="example-data", Key="a")
    assert calls == [caught.value]
    error = call_denied(client.head_bucket, Bucket="example-data")
    assert calls == [caught.value, error]
    client.close()


@pytest.mark.unmeasured
@pytest.mark.parametrize("new_client", ["boto3", "client"], indirect=True)
@pytest.mark.parametrize("threads", [True, False])
@pytest.mark.parametrize("how", ["upload_file", "upload_fileobj"])
def test_uploads(
    new_client: Client, server: AwsLikeServer, tmp_path: Path, how: str, *, threads: bool
) -> None:
    server.reply = NO_PUT
    client = new_client("s3")
    config = TransferConfig(use_threads=threads)
    path = tmp_path / "b.csv"
    path.write_bytes(b"x")
    source = str(path) if how == "upload_file" else io.BytesIO(b"x")
    with pytest.raises((S3UploadFailedError, ClientError)) as caught:
        getattr(client, how)(source, "example-data", "out/b.csv", Config=config)

    assert count_explanations(caught.value) == 1
    assert caught.value.__notes__[0].startswith(MARK)


def test_multipart_upload_in_threads(server: AwsLikeServer, session: boto3.Session, tmp_path: Path) -> None:
    calls: list[BaseException] = []
    install(session, callback=lambda _, error: calls.append(error))
    server.reply = NO_PUT
    client = session.client("s3", endpoint_url=server.url, config=CONFIG)
    path = tmp_path / "b.csv"
    path.write_bytes(b"x" * (6 << 20))
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, max_concurrency=4)
    with pytest.raises(S3UploadFailedError) as caught:
        client.upload_file(str(path), "example-data", "out/b.csv", Config=config)
    client.close()

    assert count_explanations(caught.value) == 1
    assert calls == [caught.value.__context__]


@pytest.mark.unmeasured
@pytest.mark.parametrize("new_client", ["boto3", "client"], indirect=True)
@pytest.mark.parametrize("how", ["download_file", "download_fileobj", "copy"])
def test_downloads_and_copies(new_client: Client, server: AwsLikeServer, tmp_path: Path, how: str) -> None:
    server.reply = wires.s3_bare(403)
    client = new_client("s3")
    arguments: dict[str, tuple[object, ...]] = {
        "download_file": ("example-data", "out/b.csv", str(tmp_path / "b")),
        "download_fileobj": ("example-data", "out/b.csv", io.BytesIO()),
        "copy": ({"Bucket": "example-data", "Key": "out/b.csv"}, "example-data", "b"),
    }
    with pytest.raises(ClientError) as caught:
        getattr(client, how)(*arguments[how])

    assert count_explanations(caught.value) == 1


def test_resources(server: AwsLikeServer, session: boto3.Session, tmp_path: Path) -> None:
    install(session)
    resources: Any = session.resource("s3", endpoint_url=server.url, config=CONFIG)
    server.reply = NO_PUT
    bucket = resources.Bucket("example-data")
    (tmp_path / "b.csv").write_bytes(b"x")
    with pytest.raises(ClientError) as caught:
        bucket.put_object(Key="out/b.csv", Body=b"x")
    assert count_explanations(caught.value) == 1
    with pytest.raises(S3UploadFailedError) as failed:
        bucket.upload_file(str(tmp_path / "b.csv"), "out/b.csv")
    assert count_explanations(failed.value) == 1
    with pytest.raises(ClientError) as caught:
        list(bucket.objects.all())
    assert count_explanations(caught.value) == 1
    server.reply = wires.s3_bare(403)
    with pytest.raises(WaiterError) as waited:
        resources.Object("example-data", "out/b.csv").wait_until_exists()
    assert count_explanations(waited.value) == 1
    with pytest.raises(ClientError) as caught:
        resources.Object("example-data", "out/b.csv").load()
    assert count_explanations(caught.value) == 1
    resources.meta.client.close()


def test_signed_url(new_client: Client, server: AwsLikeServer) -> None:
    """Opening a signed URL returns a denial as a body, which is explained like any other text."""
    server.reply = NO_GET
    url = new_client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": "example-data", "Key": "out/b.csv"}
    )
    with pytest.raises(HTTPError) as caught:
        urlopen(url)
    with caught.value as answer:
        explanation = explain(answer.read())

    assert explanation.summary.startswith("The user ana was denied s3:GetObject")


def test_streaming_body(new_client: Client, server: AwsLikeServer) -> None:
    """The body of a successful response streams as usual."""
    server.reply = wires.Reply(200, b"a,b\n1,2\n", {"Content-Type": "text/csv"})
    body = new_client("s3").get_object(Bucket="example-data", Key="out/b.csv")["Body"]

    assert list(body.iter_lines()) == [b"a,b", b"1,2"]


@dataclass(frozen=True)
class Stream:
    """A call whose response is an event stream, and a message of the stream."""

    service: str
    method: str
    arguments: dict[str, object]
    member: str
    action: str
    event: tuple[str, str, bytes]
    means: object


STREAMS = {
    "a model's": Stream(
        "bedrock-runtime",
        "invoke_model_with_response_stream",
        {"modelId": "example.model", "body": b"{}"},
        "body",
        "bedrock:InvokeModelWithResponseStream",
        ("chunk", "application/json", json.dumps({"bytes": "aGVsbG8="}).encode()),
        {"chunk": {"bytes": b"hello"}},
    ),
    "a function's": Stream(
        "lambda",
        "invoke_with_response_stream",
        {"FunctionName": "orders"},
        "EventStream",
        "lambda:InvokeFunction",
        ("PayloadChunk", "application/octet-stream", b"hello"),
        {"PayloadChunk": {"Payload": b"hello"}},
    ),
}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_event_stream(new_client: Client, server: AwsLikeServer, stream: Stream) -> None:
    """A stream that ends with an error, like the response of a Bedrock model."""
    kind, content_type, payload = stream.event
    chunk = encode_event(
        {":message-type": "event", ":event-type": kind, ":content-type": content_type}, payload
    )
    failure = encode_event(
        {
            ":message-type": "error",
            ":error-code": "AccessDeniedException",
            ":error-message": _message(stream.action),
        },
        b"",
    )
    server.reply = wires.Reply(200, chunk + failure, {"Content-Type": "application/vnd.amazon.eventstream"})
    call = getattr(new_client(stream.service), stream.method)
    for _ in range(2):
        answer = call(**stream.arguments)[stream.member]
        assert type(answer).__name__ == "EventStream"
        events = iter(answer)
        assert next(events) == stream.means
        with pytest.raises(EventStreamError) as caught:
            next(events)
        assert count_explanations(caught.value) == 1
        answer.close()


# ------------------------------------------------------------------------------------- clients do not change


def test_client_keeps_its_members(new_client: Client, server: AwsLikeServer) -> None:
    client = new_client("s3")
    plain = boto3.Session().client("s3", endpoint_url=server.url, config=CONFIG, **KEYS)
    server.reply = wires.s3(403, "NoSuchBucket", "The specified bucket does not exist")

    assert type(client).__name__ == "S3"
    assert type(client).__module__ == type(plain).__module__
    assert isinstance(client, BaseClient)
    if hasattr(client, "upload_file"):  # boto3's
        assert dir(client) == dir(plain)
        assert client.upload_file.__doc__ == plain.upload_file.__doc__
    for name in ("get_object", "get_waiter", "get_paginator", "generate_presigned_url"):
        one, other = getattr(client, name), getattr(plain, name)
        assert str(one.__doc__) == str(other.__doc__)
        assert inspect.signature(one) == inspect.signature(other)
    assert repr(client).split(" object at")[0] == repr(plain).split(" object at")[0]
    with pytest.raises(client.exceptions.NoSuchBucket):
        client.list_objects_v2(Bucket="example-data")
    with pytest.raises(AttributeError, match="'S3' object has no attribute 'nothing'"):
        _ = client.nothing
    plain.close()


def test_stubber(new_client: Client) -> None:
    client = new_client("sts")
    with Stubber(client) as stub:
        stub.add_response("get_caller_identity", {"Account": "111122223333"})
        stub.add_client_error("get_caller_identity", "AccessDenied", _message("sts:GetCallerIdentity"))
        assert client.get_caller_identity() == {"Account": "111122223333"}
        assert count_explanations(call_denied(client.get_caller_identity)) == 1


@pytest.mark.parametrize("answer", [None, "text", {"EventStream": None}, {"EventStream": [1, 2]}])
def test_clients_whose_calls_are_patched(
    new_client: Client, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    """Tests often patch botocore's method. The result of the patch is returned."""
    client = new_client("lambda")
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: answer)

    assert client.invoke_with_response_stream(FunctionName="orders") is answer
    assert client.invoke(FunctionName="orders") is answer


def test_pickling(new_client: Client) -> None:
    plain = boto3.Session().client("sts", **KEYS)
    with pytest.raises(Exception) as before:  # noqa: PT011 (whatever botocore raises)
        pickle.dumps(plain)
    with pytest.raises(type(before.value)):
        pickle.dumps(new_client("sts"))
    plain.close()


# --------------------------------------------------------------------------------------- install, uninstall


def _stubbed(client: Any) -> Any:  # noqa: ANN401
    """Return the error of a denied call."""
    with Stubber(client) as stub:
        stub.add_client_error("get_caller_identity", "AccessDenied", _message("sts:GetCallerIdentity"))
        return call_denied(client.get_caller_identity)


def test_options_of_the_last_install_apply(session: boto3.Session) -> None:
    calls: list[str] = []

    def listener(name: str) -> Callable[[Explanation, BaseException], None]:
        return lambda *_: calls.append(name)

    install(session, callback=listener("one"))
    first = session.client("sts")
    install(session, callback=listener("two"), full=True)
    second = session.client("sts")

    assert [count_explanations(_stubbed(client)) for client in (first, second)] == [1, 1]
    assert calls == ["two", "two"]
    assert "What to do" in _stubbed(first).__notes__[0]
    install(second, callback=listener("three"))
    assert count_explanations(_stubbed(second)) == 1
    assert calls == ["two", "two", "two", "two", "three"]
    install(second)
    assert count_explanations(_stubbed(second)) == 1
    assert calls[5:] == ["two"]


def test_uninstall_of_a_session_affects_its_clients(session: boto3.Session) -> None:
    install(session)
    client = session.client("sts")
    uninstall(session)

    assert count_explanations(_stubbed(client)) == 0
    later = session.client("sts")
    assert count_explanations(_stubbed(later)) == 0
    assert type(later).__mro__[1] is BaseClient
    uninstall(session)
    install(session)
    assert count_explanations(_stubbed(session.client("sts"))) == 1


def test_uninstall_of_a_client(session: boto3.Session) -> None:
    client = session.client("sts")
    before = type(client)
    uninstall(client)
    install(client, full=True)
    install(client)
    assert count_explanations(_stubbed(client)) == 1
    uninstall(client)

    assert type(client) is before
    assert count_explanations(_stubbed(client)) == 0
    uninstall(client)
    install(client)
    assert count_explanations(_stubbed(client)) == 1


def test_uninstall_of_a_client_keeps_the_session_installed(session: boto3.Session) -> None:
    install(session)
    client = session.client("sts")
    uninstall(client)
    assert count_explanations(_stubbed(client)) == 1
    install(client)
    uninstall(session)
    assert count_explanations(_stubbed(client)) == 1
    uninstall(client)
    assert count_explanations(_stubbed(client)) == 0


def test_uninstall_of_a_client_with_another_subclass(session: boto3.Session) -> None:
    client: Any = session.client("sts")
    install(client)
    other = type("Theirs", (type(client),), {})
    client.__class__ = other
    uninstall(client)

    assert type(client) is other
    assert count_explanations(_stubbed(client)) == 0
    install(client)
    assert count_explanations(_stubbed(client)) == 1


def test_other_sessions_do_not_change(session: boto3.Session) -> None:
    install(session)
    other = boto3.Session(**KEYS).client("sts")

    assert count_explanations(_stubbed(other)) == 0
    assert type(other).__mro__[1] is BaseClient


def test_boto3_sessions_of_one_botocore_session(aws_environment: pytest.MonkeyPatch) -> None:
    del aws_environment
    core = botocore.session.Session()
    install(boto3.Session(botocore_session=core, **KEYS))

    assert count_explanations(_stubbed(boto3.Session(botocore_session=core, **KEYS).client("sts"))) == 1
    uninstall(core)
    assert count_explanations(_stubbed(boto3.Session(botocore_session=core, **KEYS).client("sts"))) == 0


def test_classes_of_other_handlers_are_kept(session: boto3.Session) -> None:
    """Base classes that other handlers of the event add are kept, before and after ours."""
    seen: list[str] = []

    class Watched:
        def _make_api_call(self, operation_name: str, api_params: Any) -> Any:  # noqa: ANN401
            seen.append(operation_name)
            following: Any = super()
            return following._make_api_call(operation_name, api_params)

    def add(base_classes: list[type], class_attributes: dict[str, Any], **_: object) -> None:
        base_classes.insert(0, Watched)
        class_attributes["ours"] = lambda _, text: text

    session.events.register("creating-client-class.sts", add)
    install(session)
    client = session.client("sts")

    assert count_explanations(_stubbed(client)) == 1
    assert seen == ["GetCallerIdentity"]
    assert client.ours("x") == "x"


@pytest.mark.parametrize("before", [True, False])
def test_with_the_failover_client(session: boto3.Session, server: AwsLikeServer, *, before: bool) -> None:
    """Install in the session before or in the client afterwards."""
    if before:
        install(session)
    regions = ["eu-west-1", "eu-central-1"]
    client = sts_client(session, regions, endpoints=dict.fromkeys(regions, server.url))
    server.reply = wires.query(403, "AccessDenied", _message("sts:AssumeRole"))
    arguments = {"RoleArn": "arn:aws:iam::111122223333:role/app", "RoleSessionName": "ci"}
    if not before:
        assert count_explanations(call_denied(client.assume_role, **arguments)) == 0
    install(client)

    assert count_explanations(call_denied(client.assume_role, **arguments)) == 1
    assert client.iamtriage_failover.skipped == ()
    uninstall(client)
    assert count_explanations(call_denied(client.assume_role, **arguments)) == before
    client.close()


def test_with_explain_errors(session: boto3.Session) -> None:
    calls: list[BaseException] = []
    install(session, callback=lambda _, error: calls.append(error))
    with pytest.raises(ClientError) as caught, explain_errors(
        full=True, callback=lambda _, error: calls.append(error)
    ):  # fmt: skip
        raise _stubbed(session.client("sts"))

    assert count_explanations(caught.value) == 1
    assert calls == [caught.value, caught.value]


class _Resource:
    class meta:  # noqa: N801
        client = "s3"


@check_rows(
    ("target", "message"),
    [
        ("s3", "not str"),
        (boto3, r"not module; after .* pass boto3\.DEFAULT_SESSION"),
        (boto3.Session, "got the class Session itself"),
        (botocore.session.Session, "got the class Session itself"),
        (_Resource(), r"resource\.meta\.client"),
        (object(), "not object"),
    ],
)
@check_rows("function", [install, uninstall])
def test_invalid_targets(function: Callable[[object], None], target: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        function(target)


def test_resource_is_rejected(session: boto3.Session) -> None:
    with pytest.raises(TypeError, match=r"resource\.meta\.client"):
        install(session.resource("s3"))


@pytest.mark.parametrize(
    ("options", "raised"), [({"kinds": ["nothing"]}, ValueError), ({"callback": 3}, TypeError)]
)
def test_invalid_options(session: boto3.Session, options: dict[str, Any], raised: type[Exception]) -> None:
    with pytest.raises(raised):
        install(session, **options)
    assert count_explanations(_stubbed(session.client("sts"))) == 0


# ------------------------------------------------------------------------------- threads, tasks, retry loops


@pytest.mark.unmeasured
def test_threads_sharing_a_client(new_client: Client, server: AwsLikeServer) -> None:
    server.reply = wires.json_1(400, "AccessDeniedException", _message("dynamodb:ListTables"))
    client = new_client("dynamodb")
    with ThreadPoolExecutor(8) as pool:
        errors = list(pool.map(lambda _: call_denied(client.list_tables), range(40)))

    assert [count_explanations(error) for error in errors] == [1] * 40


@pytest.mark.unmeasured
def test_tasks_sharing_a_client(new_client: Client, server: AwsLikeServer) -> None:
    server.reply = wires.json_1(400, "AccessDeniedException", _message("dynamodb:ListTables"))
    client = new_client("dynamodb")

    async def run() -> list[BaseException]:
        calls = [asyncio.to_thread(client.list_tables) for _ in range(10)]
        return [
            each
            for each in await asyncio.gather(*calls, return_exceptions=True)
            if isinstance(each, Exception)
        ]

    assert [count_explanations(error) for error in asyncio.run(run())] == [1] * 10


@pytest.mark.unmeasured
def test_retry_loop(new_client: Client, server: AwsLikeServer) -> None:
    """The loop of a retry decorator: one error per attempt, and the last one wrapped."""
    server.reply = wires.json_1(400, "AccessDeniedException", _message("dynamodb:ListTables"))
    client = new_client("dynamodb")
    handler = explain_errors()

    class RetryError(Exception):
        """The error that the loop raises in the end."""

    @handler
    def retry() -> None:
        last: BaseException | None = None
        for _ in range(4):
            try:
                handler(client.list_tables)()
            except ClientError as error:
                last = error
        msg = f"RetryError[{last!r}]"
        raise RetryError(msg) from last

    with pytest.raises(RetryError) as caught:
        retry()
    assert count_explanations(caught.value) == 1


def test_installing_while_clients_are_created(session: boto3.Session) -> None:
    done = threading.Event()

    def switch() -> None:
        while not done.is_set():
            install(session)
            uninstall(session)
            time.sleep(0)

    thread = threading.Thread(target=switch)
    thread.start()
    try:
        errors = [_stubbed(session.client("sts")) for _ in range(20)]
    finally:
        done.set()
        thread.join()
    install(session)

    assert all(count_explanations(error) in {0, 1} for error in errors)
    assert count_explanations(_stubbed(session.client("sts"))) == 1


def test_log(session: boto3.Session, caplog: pytest.LogCaptureFixture) -> None:
    install(session, logger=logging.getLogger("app"), redacted=True)
    with caplog.at_level(logging.ERROR, "app"):
        error = _stubbed(session.client("sts"))

    assert [record.getMessage() for record in caplog.records] == [
        error.__notes__[0].split("\n\n")[0].replace("\n", " ").removeprefix(MARK)
    ]
    assert "ana" not in caplog.text


def test_a_client_without_explanations_is_better_than_none(caplog: pytest.LogCaptureFixture) -> None:
    """If a client class can't be extended, the client is created all the same, and the log says why."""

    def break_class(class_attributes: dict[str, Any], **_: object) -> None:
        class_attributes["_PY_TO_OP_NAME"] = 7

    broken = boto3.Session("AKIDEXAMPLE", "example-secret", region_name="eu-west-1")
    broken.events.register_first("creating-client-class", break_class)
    install(broken)
    client = broken.client("s3")
    client.close()
    assert "could not install explain_errors in a client" in caplog.text
