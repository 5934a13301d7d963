"""Real clients, isolated from the environment and connected to local servers."""

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
    """Hide the AWS and proxy settings of the machine."""
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
    """A server that fails as AWS does."""
    del aws_environment
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def clients(aws_environment: pytest.MonkeyPatch) -> Iterator[Clients]:
    """Create boto3 clients that do not retry; return the same client for the same arguments."""
    del aws_environment
    session = boto3.Session()
    cache: dict[tuple[str | None, ...], Any] = {}

    def make(
        service: str,
        endpoint: str,
        key: str = "AKIDEXAMPLE",
        secret: str = "example-secret",
        token: str | None = None,
    ) -> Any:  # noqa: ANN401 (boto3 has no types)
        arguments = (service, endpoint, key, secret, token)
        if arguments not in cache:
            cache[arguments] = session.client(
                service,
                region_name=REGION,
                endpoint_url=endpoint,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
            )
        return cache[arguments]

    yield make
    for client in cache.values():
        client.close()


def get_protocol(client: Any) -> str:  # noqa: ANN401 (botocore has no types)
    """Return the protocol of a client. In older versions of botocore, each service has only one."""
    model = client.meta.service_model
    return str(getattr(model, "resolved_protocol", None) or model.protocol)


@pytest.fixture
def provoke(server: AwsLikeServer, clients: Clients) -> Provoke:
    """Make a call that gets a certain reply; return the ClientError that botocore raises."""

    def provoke_error(call: Call, reply: Reply) -> Any:  # noqa: ANN401 (botocore has no types)
        try:
            client = clients(call.service, server.url)
        except UnknownServiceError:
            pytest.skip(f"this botocore does not know {call.service}")
        protocol = get_protocol(client)
        if protocol != call.protocol or not hasattr(client, call.method):
            pytest.skip(f"this botocore uses {protocol} for {call.service}, or lacks {call.method}")
        server.reply = reply
        with pytest.raises(ClientError) as caught:
            getattr(client, call.method)(**dict(call.arguments))
        return caught.value

    return provoke_error
