"""Denials that are not raised as the ClientError of the call: transfers, waiters, profiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from iamtriage import parse
from tests.boto import wires
from tests.boto.records import read_record, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.boto.wires import AwsLikeServer

Clients = Callable[..., Any]

SESSION = "arn:aws:sts::111122223333:assumed-role/build/ci-42"
ROLE = "arn:aws:iam::444455556666:role/apps/deployer"
CLUSTER = "arn:aws:eks:eu-west-1:111122223333:cluster/demo"
OBJECT = "arn:aws:s3:::example-data/out/b.csv"
NO_PUT = wires.s3(
    403,
    "AccessDenied",
    f'User: {SESSION} is not authorized to perform: s3:PutObject on resource: "{OBJECT}" because no identity-based policy allows the s3:PutObject action',
)
NO_DESCRIBE = wires.rest_json(
    403,
    "AccessDeniedException",
    f"User: {SESSION} is not authorized to perform: eks:DescribeCluster on resource: {CLUSTER} because no session policy allows the eks:DescribeCluster action",
)
NO_ASSUME = wires.query(
    403,
    "AccessDenied",
    f"User: {SESSION} is not authorized to perform: sts:AssumeRole on resource: {ROLE} because no identity-based policy allows the sts:AssumeRole action",
)
NO_PROVIDER = wires.query(
    400,
    "InvalidIdentityToken",
    "No OpenIDConnect provider found in your account for https://oidc.example.com/id/1",
)


def _once() -> Config:
    return Config(retries={"mode": "standard", "total_max_attempts": 1})


def test_upload_that_is_denied(server: AwsLikeServer, clients: Clients, tmp_path: Path) -> None:
    """boto3 wraps the denial of a transfer in its own error. The failure keeps the IDs of the denial."""
    (tmp_path / "b.csv").write_text("x", encoding="utf-8")
    server.reply = NO_PUT
    with pytest.raises(S3UploadFailedError) as caught:
        clients("s3", server.url).upload_file(str(tmp_path / "b.csv"), "example-data", "out/b.csv")
    facts = record(
        kind="access_denied",
        code="AccessDenied",
        operation="PutObject",
        service="s3",
        principal=SESSION,
        account="111122223333",
        action="s3:PutObject",
        resource=OBJECT,
        deny="implicit",
        policy_type="identity",
    )

    ids = {"request_id": wires.S3_REQUEST_ID, "host_id": wires.S3_HOST_ID, "status_code": 403}
    assert read_record(caught.value) == facts | ids
    assert read_record(str(caught.value)) == facts


def test_waiter_that_is_denied(server: AwsLikeServer, clients: Clients) -> None:
    """A waiter words the denial itself, without the operation. Its last response has the IDs."""
    server.reply = NO_DESCRIBE
    with pytest.raises(WaiterError) as caught:
        clients("eks", server.url).get_waiter("cluster_active").wait(name="demo")
    facts = record(
        kind="access_denied",
        code="AccessDeniedException",
        service="eks",
        principal=SESSION,
        account="111122223333",
        action="eks:DescribeCluster",
        resource=CLUSTER,
        deny="implicit",
        policy_type="session",
    )
    got = read_record(caught.value)

    assert got | {"request_id": None, "status_code": None} == facts
    assert got["request_id"] in {None, wires.REQUEST_ID}
    assert got["status_code"] in {None, 403}
    assert read_record(str(caught.value)) == facts


def test_waiter_that_gives_up(server: AwsLikeServer, clients: Clients) -> None:
    """A waiter that reaches its maximum number of attempts reports no failure."""
    server.reply = wires.Reply(
        200, b'{"cluster": {"name": "demo", "status": "CREATING"}}', {"Content-Type": "application/json"}
    )
    waiter = clients("eks", server.url).get_waiter("cluster_active")
    with pytest.raises(WaiterError) as caught:
        waiter.wait(name="demo", WaiterConfig={"MaxAttempts": 1})

    assert parse(caught.value) is None


def test_paginator_that_is_denied(server: AwsLikeServer, clients: Clients) -> None:
    """Paginators raise the plain ClientError."""
    server.reply = NO_ASSUME
    with pytest.raises(ClientError) as caught:
        list(clients("iam", server.url).get_paginator("list_roles").paginate())

    assert read_record(caught.value)["operation"] == "ListRoles"


def test_resource_that_is_denied(server: AwsLikeServer, aws_environment: pytest.MonkeyPatch) -> None:
    """boto3 resources raise the errors of their clients."""
    del aws_environment
    server.reply = NO_PUT
    resources: Any = boto3.resource(
        "s3",
        region_name="eu-west-1",
        endpoint_url=server.url,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="example-secret",
        config=_once(),
    )
    bucket = resources.Bucket("example-data")
    with pytest.raises(ClientError) as caught:
        bucket.put_object(Key="out/b.csv", Body=b"x")
    bucket.meta.client.close()

    assert read_record(caught.value)["action"] == "s3:PutObject"


@pytest.mark.parametrize(
    ("config", "reply", "facts"),
    [
        pytest.param(
            f"[profile work]\nrole_arn = {ROLE}\nsource_profile = base\n"
            "[profile base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example-secret\n",
            NO_ASSUME,
            {
                "kind": "access_denied",
                "code": "AccessDenied",
                "operation": "AssumeRole",
                "service": "sts",
                "principal": SESSION,
                "account": "111122223333",
                "action": "sts:AssumeRole",
                "resource": ROLE,
                "deny": "implicit",
                "policy_type": "identity",
                "status_code": 403,
            },
            id="assume-role",
        ),
        pytest.param(
            f"[profile work]\nrole_arn = {ROLE}\nweb_identity_token_file = TOKEN_FILE\n",
            NO_PROVIDER,
            {
                "kind": "invalid_identity_token",
                "code": "InvalidIdentityToken",
                "operation": "AssumeRoleWithWebIdentity",
                "status_code": 400,
            },
            id="web-identity",
        ),
    ],
)
def test_profile_whose_role_cannot_be_assumed(
    server: AwsLikeServer,
    aws_environment: pytest.MonkeyPatch,
    tmp_path: Path,
    config: str,
    reply: wires.Reply,
    facts: dict[str, object],
) -> None:
    """A call fails because STS denied the profile's role. The failure is that of STS, not of the call."""
    del aws_environment
    (tmp_path / "token").write_text("header.claims.signature", encoding="utf-8")
    (tmp_path / "config").write_text(config.replace("TOKEN_FILE", str(tmp_path / "token")), encoding="utf-8")
    server.reply = reply
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        patch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        client = boto3.Session(profile_name="work", region_name="eu-west-1").client(
            "eks", endpoint_url=server.url, config=_once()
        )
        with pytest.raises(ClientError) as caught:
            client.describe_cluster(name="demo")
        client.close()

    assert read_record(caught.value) == record(request_id=wires.REQUEST_ID, **facts)
