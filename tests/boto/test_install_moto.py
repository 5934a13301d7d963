"""install with denials by moto's IAM authorization: role chains, paginators, waiters, resources, transfers."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from iamtriage.boto import install
from tests.boto.moto_server import ACCOUNT, run_moto

if TYPE_CHECKING:
    from pathlib import Path

MARK = "iamtriage explains: "
CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    s3={"addressing_style": "path"},
)

Clients = Callable[..., Any]


@dataclass(frozen=True)
class World:
    """Moto's URL, and the access key of a user that can only assume the role ``reader``, without permissions."""

    url: str
    key: str
    secret: str


@pytest.fixture(scope="module")
def world(clients: Clients) -> Iterator[World]:
    """A bucket with an object, a user and a role, created before authorization is on."""

    def prepare(url: str) -> World:
        iam = clients("iam", url)
        iam.create_user(UserName="ana")
        allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        iam.put_user_policy(UserName="ana", PolicyName="assume", PolicyDocument=document)
        key = iam.create_access_key(UserName="ana")["AccessKey"]
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        iam.create_role(
            RoleName="reader",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        s3 = clients("s3", url)
        s3.create_bucket(Bucket="example-data", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="example-data", Key="a.csv", Body=b"x" * 100)
        return World(url, key["AccessKeyId"], key["SecretAccessKey"])

    with run_moto(prepare) as (_, made):
        yield made


@pytest.fixture
def session(world: World, aws_environment: pytest.MonkeyPatch) -> boto3.Session:
    """An installed session of the user."""
    del aws_environment
    made = boto3.Session(world.key, world.secret, region_name="eu-west-1")
    install(made)
    return made


def note(error: BaseException) -> str:
    """Return the only explanation in an exception's traceback."""
    parts = "".join(traceback.format_exception(error)).split(MARK)
    assert len(parts) == 2
    return parts[1]


def test_call_of_a_user(world: World, session: boto3.Session) -> None:
    client = session.client("iam", endpoint_url=world.url, config=CONFIG)
    with pytest.raises(ClientError) as caught:
        client.list_users()
    client.close()

    assert note(caught.value).startswith("The user ana was denied iam:ListUsers")


def test_call_through_a_chain_of_roles(
    world: World, aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A profile assumes the role with the credentials of another profile. Then the role is denied."""
    del aws_environment
    (tmp_path / "config").write_text(
        f"[profile work]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/reader\nrole_session_name = ci-42\n"
        f"source_profile = base\n[profile base]\naws_access_key_id = {world.key}\n"
        f"aws_secret_access_key = {world.secret}\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        patch.setenv("AWS_ENDPOINT_URL_STS", world.url)
        chained = boto3.Session(profile_name="work", region_name="eu-west-1")
        install(chained)
        client = chained.client("dynamodb", endpoint_url=world.url, config=CONFIG)
        with pytest.raises(ClientError) as caught:
            client.list_tables()
        client.close()

    assert note(caught.value).startswith("The role reader was denied dynamodb:ListTables")


def test_paginator_and_waiter(world: World, session: boto3.Session) -> None:
    client = session.client("iam", endpoint_url=world.url, config=CONFIG)
    with pytest.raises(ClientError) as caught:
        client.get_paginator("list_roles").paginate().build_full_result()
    assert "iam:ListRoles" in note(caught.value)
    with pytest.raises(WaiterError) as failed:
        client.get_waiter("role_exists").wait(RoleName="reader")
    assert "iam:GetRole" in note(failed.value)
    client.close()


def test_resources(world: World, session: boto3.Session) -> None:
    resources: Any = session.resource("iam", endpoint_url=world.url, config=CONFIG)
    with pytest.raises(ClientError) as caught:
        list(resources.users.all())
    resources.meta.client.close()

    assert "iam:ListUsers" in note(caught.value)


@pytest.mark.parametrize("size", [1, 6 << 20], ids=["one part", "two parts in threads"])
def test_transfers(world: World, session: boto3.Session, tmp_path: Path, size: int) -> None:
    client = session.client("s3", endpoint_url=world.url, config=CONFIG)
    path = tmp_path / "b.csv"
    path.write_bytes(b"x" * size)
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    with pytest.raises(S3UploadFailedError) as failed:
        client.upload_file(str(path), "example-data", "b.csv", Config=config)
    assert note(failed.value).startswith("S3 denied s3:PutObject on arn:aws:s3:::example-data/b.csv")
    with pytest.raises(ClientError) as caught:
        client.download_file("example-data", "a.csv", str(tmp_path / "a.csv"))
    assert note(caught.value)
    with pytest.raises(ClientError) as caught:
        client.copy({"Bucket": "example-data", "Key": "a.csv"}, "example-data", "c.csv")
    assert note(caught.value)
    client.close()


def test_streaming_body(world: World, session: boto3.Session) -> None:
    """A denied call returns no stream."""
    mine = session.client("s3", endpoint_url=world.url, config=CONFIG)
    with pytest.raises(ClientError) as caught:
        mine.get_object(Bucket="example-data", Key="a.csv")
    mine.close()

    assert note(caught.value)
