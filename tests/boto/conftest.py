"""Real clients, cut off from the environment and pointed at loopback."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, UnknownServiceError

from tests.boto.wires import AwsLikeServer, Call, Reply, serving

REGION = "eu-west-1"


Clients = Callable[..., Any]
Provoke = Callable[[Call, Reply], Any]


@pytest.fixture(scope="module")
def aws_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    """No AWS setting of the machine is seen, and no proxy."""
    folder = tmp_path_factory.mktemp("aws")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield patch


@pytest.fixture(scope="module")
def server(aws_environment: pytest.MonkeyPatch) -> Iterator[AwsLikeServer]:
    """The server that fails as AWS does."""
    del aws_environment
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def clients(aws_environment: pytest.MonkeyPatch) -> Iterator[Clients]:
    """A maker of boto3 clients that try once; the same client for the same arguments."""
    del aws_environment
    session = boto3.Session()
    made: dict[tuple[str | None, ...], Any] = {}

    def make(
        service: str,
        endpoint: str,
        key: str = "AKIDEXAMPLE",
        secret: str = "example-secret",
        token: str | None = None,
    ) -> Any:  # noqa: ANN401 (boto3 has no types)
        wanted = (service, endpoint, key, secret, token)
        if wanted not in made:
            made[wanted] = session.client(
                service,
                region_name=REGION,
                endpoint_url=endpoint,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
            )
        return made[wanted]

    yield make
    for client in made.values():
        client.close()


def spoken_by(client: Any) -> str:  # noqa: ANN401 (botocore has no types)
    """Give the protocol that a client speaks; an older botocore has one for each service."""
    model = client.meta.service_model
    return str(getattr(model, "resolved_protocol", None) or model.protocol)


@pytest.fixture
def provoke(server: AwsLikeServer, clients: Clients) -> Provoke:
    """Make a call that gets a reply, and give the ClientError that botocore makes of it."""

    def call_for(call: Call, reply: Reply) -> Any:  # noqa: ANN401 (botocore has no types)
        try:
            client = clients(call.service, server.url)
        except UnknownServiceError:
            pytest.skip(f"this botocore does not know {call.service}")
        spoken = spoken_by(client)
        if spoken != call.protocol or not hasattr(client, call.method):
            pytest.skip(f"this botocore speaks {spoken} to {call.service}, or lacks {call.method}")
        server.reply = reply
        with pytest.raises(ClientError) as caught:
            getattr(client, call.method)(**dict(call.arguments))
        return caught.value

    return call_for
