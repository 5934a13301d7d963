"""What the failed call of an exception states: the parameters of real calls through moto's server."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import ClientError, NoCredentialsError, WaiterError
from botocore.stub import Stubber

from iamtriage import explain
from iamtriage.boto import call_facts, collect, explain_errors
from tests.boto.denials import denial, notes
from tests.boto.moto_server import ACCOUNT, run_moto

if TYPE_CHECKING:
    from pathlib import Path

    from iamtriage.explaining import Facts

CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, s3={"addressing_style": "path"})
REGION = "eu-west-1"

Clients = Callable[..., Any]
Connect = Callable[[str], Any]


@pytest.fixture(scope="module")
def connect(clients: Clients) -> Iterator[Connect]:
    """Create clients of a user without permissions, whose calls moto denies."""

    def prepare(url: str) -> dict[str, str]:
        iam = clients("iam", url)
        iam.create_user(UserName="ana")
        key = iam.create_access_key(UserName="ana")["AccessKey"]
        return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    with run_moto(prepare) as (url, key):
        session = boto3.Session(region_name=REGION, **key)
        cache: dict[str, Any] = {}

        def make(service: str) -> Any:  # noqa: ANN401 (boto3 has no types)
            if service not in cache:
                cache[service] = session.client(service, endpoint_url=url, config=CONFIG)
            return cache[service]

        yield make
        for client in cache.values():
            client.close()


def facts_of(call: Callable[[], object], raised: type[Exception] = ClientError) -> Facts:
    """Return the facts of a call that fails."""
    with pytest.raises(raised) as caught:
        call()
    facts = call_facts(caught.value)
    assert facts is not None
    return facts


CALLS: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("s3", "get_object", {"Bucket": "orders-archive", "Key": "2026/q1.csv"}, "arn:aws:s3:::orders-archive/2026/q1.csv"),
    ("s3", "list_objects_v2", {"Bucket": "orders-archive"}, "arn:aws:s3:::orders-archive"),
    ("dynamodb", "get_item", {"TableName": "orders", "Key": {"id": {"S": "1"}}}, f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"),
    ("sqs", "get_queue_url", {"QueueName": "jobs"}, f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs"),
    ("sns", "publish", {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:news", "Message": "m"}, f"arn:aws:sns:{REGION}:{ACCOUNT}:news"),
    ("kms", "decrypt", {"KeyId": "0a1b2c3d", "CiphertextBlob": b"x"}, f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d"),
    ("lambda", "invoke", {"FunctionName": "f", "Payload": b"{}"}, f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
    ("ssm", "get_parameter", {"Name": "/app/db"}, f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/db"),
    ("ec2", "terminate_instances", {"InstanceIds": ["i-0abc"]}, f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0abc"),
    ("ec2", "describe_instances", {}, None),
]  # fmt: skip


@pytest.mark.unmeasured
@pytest.mark.parametrize(("service", "method", "parameters", "resource"), CALLS)
def test_calls(
    connect: Connect, service: str, method: str, parameters: dict[str, Any], resource: str | None
) -> None:
    """The ARN is the one that the call's parameters name."""
    client = connect(service)
    facts = facts_of(lambda: getattr(client, method)(**parameters))
    assert (facts.service, facts.region, facts.resource) == (service, REGION, resource)
    assert facts.call is not None
    assert facts.call.operation.lower() == method.replace("_", "")
    assert facts.call.endpoint == client.meta.endpoint_url
    assert (facts.call.attempts, facts.call.is_temporary, facts.call.expires) == (1, False, None)
    assert facts.call.credential_provider == "explicit"
    assert set(facts.derived) >= {"service", "region", "call"}


def test_inner_calls(connect: Connect, tmp_path: Path) -> None:
    """Where boto3 wraps calls, the parameters of the inner one count."""
    s3 = connect("s3")
    path = tmp_path / "x.csv"
    path.write_bytes(b"x")
    uploaded = facts_of(lambda: s3.upload_file(str(path), "orders-archive", "in/x.csv"), S3UploadFailedError)
    assert uploaded.resource == "arn:aws:s3:::orders-archive/in/x.csv"
    downloaded = facts_of(lambda: s3.download_file("orders-archive", "in/x.csv", str(path)))
    assert downloaded.resource == "arn:aws:s3:::orders-archive/in/x.csv"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="orders-archive")
    assert facts_of(pages.build_full_result).resource == "arn:aws:s3:::orders-archive"
    waiter = connect("dynamodb").get_waiter("table_exists")
    assert facts_of(lambda: waiter.wait(TableName="orders"), WaiterError).resource == (
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    )
    resources: Any = boto3.resource(
        "dynamodb",
        REGION,
        endpoint_url=s3.meta.endpoint_url,
        config=CONFIG,
        aws_access_key_id=s3._request_signer._credentials.access_key,
        aws_secret_access_key=s3._request_signer._credentials.secret_key,
    )
    table = resources.Table("orders")  # fmt: skip
    assert facts_of(table.load).resource == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    table.meta.client.close()


def test_wrapped_exceptions(connect: Connect) -> None:
    """The call of the cause counts, but not one that merely failed before."""
    s3 = connect("s3")

    def wrap(*, is_cause: bool) -> None:
        try:
            s3.get_object(Bucket="b", Key="k")
        except ClientError as error:
            if is_cause:
                message = "the report failed"
                raise RuntimeError(message) from error
            message = "something else"
            raise RuntimeError(message)  # noqa: B904

    assert facts_of(lambda: wrap(is_cause=True), RuntimeError).resource == "arn:aws:s3:::b/k"
    with pytest.raises(RuntimeError) as caught:
        wrap(is_cause=False)
    assert call_facts(caught.value) is None


def test_exceptions_without_a_call(connect: Connect) -> None:
    assert call_facts(denial()) is None
    with pytest.raises(ClientError) as caught:
        connect("s3").get_object(Bucket="b", Key="k")
    assert call_facts(pickle.loads(pickle.dumps(caught.value))) is None
    wrong: Any = "text"
    with pytest.raises(TypeError, match="error must be an exception, not str"):
        call_facts(wrong)


def test_temporary_credentials_are_not_refreshed(connect: Connect) -> None:
    """The facts have their provider and expiry; reading them makes no request."""
    refreshed: list[int] = []
    expiry = datetime.now(UTC) + timedelta(minutes=1)

    def refresh() -> dict[str, str]:
        refreshed.append(1)
        return {
            "access_key": "ASIAEXAMPLE",
            "secret_key": "s",
            "token": "t",
            "expiry_time": expiry.isoformat(),
        }

    session = botocore.session.Session()
    session._credentials = RefreshableCredentials(
        "ASIAEXAMPLE", "s", "t", expiry, refresh, "iam-role", advisory_timeout=0, mandatory_timeout=0
    )  # pyright: ignore[reportAttributeAccessIssue]
    client: Any = session.create_client(
        "sts", REGION, endpoint_url=connect("sts").meta.endpoint_url, config=CONFIG
    )
    with pytest.raises(ClientError) as caught:
        client.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/ops", RoleSessionName="ops-1")
    facts = call_facts(caught.value)
    client.close()
    assert facts is not None
    assert facts.call is not None
    assert facts.resource == f"arn:aws:iam::{ACCOUNT}:role/ops"
    assert (facts.call.credential_provider, facts.call.is_temporary) == ("iam-role", True)
    assert facts.call.expires == expiry.isoformat()
    assert refreshed == []
    shown = str(explain(caught.value, facts=facts).to_dict())
    assert "instance metadata" in shown


def test_secrets_and_bodies_are_not_kept(connect: Connect) -> None:
    secret = "token-hunter2hunter2"
    facts = facts_of(lambda: connect("secretsmanager").put_secret_value(SecretId="db", SecretString=secret))
    assert secret not in repr(facts) + str(facts.call)
    signed = f"k?X-Amz-Signature={'0a' * 32}"
    assert facts_of(lambda: connect("s3").get_object(Bucket="b", Key=signed)).resource is None


def test_the_note_has_the_policy_for_the_call(connect: Connect) -> None:
    with pytest.raises(ClientError) as caught, explain_errors(full=True):
        connect("s3").get_object(Bucket="orders-archive", Key="q1.csv")
    [note] = notes(caught.value)
    assert "arn:aws:s3:::orders-archive/q1.csv" in note
    assert "BUCKET_NAME" not in note


def test_denials_of_the_same_call_on_two_buckets_are_two_problems(connect: Connect) -> None:
    with collect() as denials:
        for bucket in ("one", "two", "one"):
            with denials.attempt():
                connect("s3").get_object(Bucket=bucket, Key="k")
    assert repr(denials) == "<Collection: 2 problems in 3 failures>"
    assert [each.resource for each in denials.failures] == [None, None]
    assert list(denials.counts.values()) == [3]
    [statement] = denials.policy()["Statement"]
    assert statement["Action"] == "s3:GetObject"
    assert statement["Resource"] == ["arn:aws:s3:::one/k", "arn:aws:s3:::two/k"]
    assert ["one/k" in json.dumps(each.to_dict()) for each in denials.explanations] == [True, False]
    assert pickle.loads(pickle.dumps(denials)).policy() == denials.policy()


def test_explain_knows_the_call_of_an_explained_exception(connect: Connect) -> None:
    """The note says to call explain(error), which then needs no facts, also in another process."""
    with pytest.raises(ClientError) as caught, explain_errors():
        connect("s3").get_object(Bucket="orders-archive", Key="q1.csv")
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert "arn:aws:s3:::orders-archive/q1.csv" in json.dumps(explain(error).to_dict())
    outer = RuntimeError("the report failed")
    outer.__cause__ = caught.value
    assert "arn:aws:s3:::orders-archive/q1.csv" in json.dumps(explain(outer).to_dict())


def stubbed(message: str) -> tuple[Any, ClientError]:
    """Return a client, and the exception of its denied call."""
    client: Any = boto3.client("dynamodb", REGION, aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="s")
    stub = Stubber(client)
    stub.add_client_error("get_item", "AccessDeniedException", message)
    with stub, pytest.raises(ClientError) as caught:
        client.get_item(TableName="orders", Key={"id": {"S": "1"}})
    client.close()
    return client, caught.value


def test_the_account_of_a_principal_that_is_no_arn_is_unknown() -> None:
    _, error = stubbed("User: ana is not authorized to perform: dynamodb:GetItem")
    facts = call_facts(error)
    assert facts is not None
    assert facts.call is not None
    assert (facts.resource, facts.call.account) == (None, None)


def test_clients_that_cannot_be_read() -> None:
    """The exception has no facts then. Ctrl-C is the user's."""
    client, error = stubbed("no")
    client.meta = object()
    assert call_facts(error) is None
    del client.meta
    assert call_facts(error) is None

    class Meta:
        @property
        def service_model(self) -> object:
            raise KeyboardInterrupt

    client.meta = Meta()
    with pytest.raises(KeyboardInterrupt):
        call_facts(error)


def test_report_of_several_principals(connect: Connect) -> None:
    """Each principal has a policy of its own, and so have the denials that name none."""
    sentence = "User: arn:aws:iam::111122223333:user/{} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs"
    with collect() as denials:
        for name in ("ana", "bo"):
            with denials.attempt():
                raise denial(sentence.format(name), "SendMessage")
        with denials.attempt():
            connect("s3").get_object(Bucket="orders-archive", Key="q1.csv")
    report = denials.report()
    for title in ("user/ana", "user/bo"):
        assert f"The policy for arn:aws:iam::111122223333:{title}" in report
    assert "The policy for denials that name no principal" in report


def test_presigned_urls(aws_environment: pytest.MonkeyPatch) -> None:
    """Signing makes no call, but it fails without credentials; the parameters are those of the signed call."""
    del aws_environment
    client: Any = botocore.session.Session().create_client("s3", REGION)
    parameters = {"Bucket": "orders-archive", "Key": "q1.csv"}
    signed = facts_of(lambda: client.generate_presigned_url("get_object", parameters), NoCredentialsError)
    client.close()
    assert signed.call is not None
    assert signed.call.operation == "GetObject"
    assert signed.resource == "arn:aws:s3:::orders-archive/q1.csv"
