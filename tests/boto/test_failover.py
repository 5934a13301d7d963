"""The failover client with local servers that refuse, hang, reset, fail, deny or respond."""

from __future__ import annotations

import gc
import logging
import re
import socket
import struct
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import boto3
import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from iamtriage import parse
from iamtriage.boto import Failover, FailoverEvent, sts_client
from iamtriage.exceptions import EndpointError, UnknownRegionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Behavior = Literal[
    "well",
    "hang",
    "reset",
    "503",
    "500-html",
    "500-text",
    "403",
    "403-html",
    "429",
    "200-html",
    "200-xhtml",
    "200-json",
    "200-empty",
    "200-other",
    "302",
    "drip",
    "drip-headers",
    "long",
    "503-signed",
]
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
ROLE = "arn:aws:iam::111122223333:role/app"
DENIED = f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: {ROLE}"


def _xml(operation: str, region: str) -> bytes:
    inner = {
        "GetCallerIdentity": "<Arn>arn:aws:iam::111122223333:user/ana</Arn>"
        f"<UserId>{region}</UserId><Account>111122223333</Account>",
    }.get(
        operation,
        f"<Credentials><AccessKeyId>ASIA{region.upper()}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        "<SessionToken>t</SessionToken><Expiration>2040-01-01T00:00:00Z</Expiration></Credentials>",
    )
    return (
        f'<{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{operation}Result>{inner}'
        f"</{operation}Result><ResponseMetadata><RequestId>3b9d61f0-7a52-4c1e-8f44-d0e5a6b7c8f9</RequestId>"
        f"</ResponseMetadata></{operation}Response>"
    ).encode()


def _error(code: str, message: str) -> bytes:
    return (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error><RequestId>x</RequestId></ErrorResponse>"
    ).encode()


class Region(ThreadingHTTPServer):
    """A fake STS endpoint of a Region."""

    daemon_threads = True

    def __init__(self, name: str, behavior: Behavior) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.behavior = behavior
        self.seen: list[tuple[str, str | None]] = []  # operation, credential scope
        self.released = threading.Event()

    @property
    def url(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Log nothing: clients of hanging servers disconnect."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Region  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        operation = parse_qs(body)["Action"][0]
        scope = re.search(r"Credential=[^/]+/\d+/([^,]+)", self.headers.get("Authorization") or "")
        self.server.seen.append((operation, scope and scope[1]))
        behavior = self.server.behavior
        if behavior == "503-signed":
            behavior = "503" if scope else "well"
        if behavior == "hang":
            self.server.released.wait(10)
            self.close_connection = True
        elif behavior in {"drip", "drip-headers"}:
            self._drip(operation, headers=behavior == "drip-headers")
        elif behavior == "reset":
            # Closing with a linger time of 0 seconds sends a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        else:
            self._respond(*self._reply(behavior, operation))

    def _reply(self, behavior: str, operation: str) -> tuple[int, bytes]:
        return {
            "well": (200, _xml(operation, self.server.name)),
            "503": (503, _error("ServiceUnavailable", "Service is unavailable")),
            "500-html": (502, b"<html><body>Bad Gateway</body></html>"),
            "500-text": (503, b"upstream connect error"),
            "long": (503, _error("Busy", "\r\nINFO root forged\x85\u2028" + "x" * 5000)),
            "200-html": (200, b"<!doctype html><p>Sign in<br>"),
            "200-xhtml": (200, b"<html><body><p>Sign in to the\r\nguest network</p></body></html>"),
            "200-json": (200, b'{"login": "https://portal.example.com/?token=abcdefghijklmnop0123456789"}'),
            "200-empty": (200, b""),
            "200-other": (200, _xml("DecodeAuthorizationMessage", self.server.name)),
            "302": (302, b"<html><a href='https://portal.example.com/'>Moved</a></html>"),
            "403": (403, _error("AccessDenied", DENIED)),
            "403-html": (403, b"<!doctype html><p>blocked by the proxy<br>"),
            "429": (400, _error("Throttling", "Rate exceeded")),
        }[behavior]

    def _drip(self, operation: str, *, headers: bool) -> None:
        """Send a complete response so slowly that only the deadline ends the wait."""
        body = _xml(operation, self.server.name)
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if headers:
            body = b"X-Filler: " + b"x" * 1000 + b"\r\n"
        else:
            self.wfile.write(b"Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body))
        for position in range(len(body)):
            if self.server.released.wait(0.1):
                break
            self.wfile.write(body[position : position + 1])
        self.close_connection = True

    def _respond(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is http.server's)
        """Log nothing."""


class Clock:
    """A clock that tests set."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class World:
    """Local servers of regions, and clients for them."""

    def __init__(self, stack: ExitStack) -> None:
        self.servers: dict[str, Region] = {}
        self.clock = Clock()
        self._stack = stack

    def start(self, name: str, behavior: Behavior = "well") -> Region:
        """Start the server of a Region."""
        server = self._stack.enter_context(Region(name, behavior))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(server.shutdown)
        self._stack.callback(server.released.set)
        self.servers[name] = server
        return server

    def client(
        self,
        *behaviors: Behavior | Literal["refuse", "no-dns"],
        session: object = None,
        config: Config | None = None,
        **more: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Create a client with one region per behavior."""
        names = REGIONS[: len(behaviors)]
        endpoints: dict[str, str] = {}
        for name, behavior in zip(names, behaviors, strict=True):
            if behavior == "no-dns":
                endpoints[name] = "http://sts.invalid:1"
            elif behavior == "refuse":
                endpoints[name] = f"http://127.0.0.1:{_closed_port()}"
            else:
                endpoints[name] = self.start(name, behavior).url
        once = Config(read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
        arguments: dict[str, Any] = {
            "aws_access_key_id": "AKIDEXAMPLE",
            "aws_secret_access_key": "example-secret",
        } | more
        client = sts_client(
            session or boto3.Session(),
            names,
            endpoints=endpoints,
            clock=self.clock,
            config=once if config is None else once.merge(config),
            **arguments,
        )
        self._stack.callback(client.close)
        return client

    def scopes(self) -> dict[str, list[str | None]]:
        """Return the credential scopes of the requests to each server."""
        return {name: [scope for _, scope in server.seen] for name, server in self.servers.items()}


@pytest.fixture
def world(aws_environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world without servers."""
    del aws_environment
    real = socket.getaddrinfo

    def resolve(host: object, *arguments: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if host not in {"127.0.0.1", "localhost"}:  # nothing leaves the machine, name look-ups neither
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *arguments, **kwargs)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with ExitStack() as stack:
        yield World(stack)


def _closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def _kinds(client: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    return [(event.kind, event.region) for event in client.iamtriage_failover.events]


# -------------------------------------------------------------------------------- failover


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("behavior", "error"),
    [
        ("refuse", "EndpointConnectionError"),
        ("no-dns", "EndpointConnectionError"),
        ("hang", "ReadTimeoutError"),
        ("reset", "ConnectionClosedError"),
        ("503", "ClientError: An error occurred (ServiceUnavailable)"),
        ("500-html", "ClientError: An error occurred (502)"),
        ("500-text", "ResponseParserError"),
        ("200-html", "ResponseParserError"),
        ("200-xhtml", "ResponseParserError"),
        ("200-json", "ResponseParserError"),
        ("200-empty", "ResponseParserError"),
        ("200-other", "ResponseParserError"),
        ("302", "ResponseParserError"),
    ],
)
def test_next_region_responds(world: World, behavior: Any, error: str) -> None:  # noqa: ANN401
    client = world.client(behavior, "well")
    got = client.assume_role(RoleArn=ROLE, RoleSessionName="ci")

    assert got["Credentials"]["AccessKeyId"] == "ASIAEU-CENTRAL-1"
    assert world.scopes().pop("eu-central-1") == ["eu-central-1/sts/aws4_request"]
    assert set(world.scopes().get("eu-west-1", ())) <= {"eu-west-1/sts/aws4_request"}
    assert _kinds(client) == [("failed", "eu-west-1"), ("answered", "eu-central-1")]
    assert client.iamtriage_failover.events[0].error.startswith(error)
    assert client.iamtriage_failover.skipped == ("eu-west-1",)


def test_regions_are_tried_in_order(world: World) -> None:
    client = world.client("reset", "503", "well")

    assert client.get_caller_identity()["UserId"] == "us-east-1"
    assert world.scopes() == {name: [f"{name}/sts/aws4_request"] for name in REGIONS}
    assert _kinds(client) == [("failed", "eu-west-1"), ("failed", "eu-central-1"), ("answered", "us-east-1")]


def test_success_in_the_first_region_has_no_event(world: World) -> None:
    client = world.client("well", "well")

    assert client.get_caller_identity()["UserId"] == "eu-west-1"
    assert client.iamtriage_failover.events == ()
    assert world.scopes() == {"eu-west-1": ["eu-west-1/sts/aws4_request"], "eu-central-1": []}


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_failed_region_is_tried_once_whatever_the_retry_mode(world: World, mode: str) -> None:
    client = world.client("503", "well", config=Config(retries={"mode": mode, "total_max_attempts": 4}))
    client.get_caller_identity()

    assert len(world.servers["eu-west-1"].seen) == 1


@pytest.mark.unmeasured
def test_last_region_is_retried_as_configured(world: World) -> None:
    client = world.client("503", "503", config=Config(retries={"mode": "legacy", "total_max_attempts": 2}))
    with pytest.raises(ClientError):
        client.get_caller_identity()

    assert [len(world.servers[name].seen) for name in REGIONS[:2]] == [1, 2]


# ---------------------------------------------------------------------------- no failover


def test_denial_is_not_retried(world: World) -> None:
    client = world.client("403", "well")
    with pytest.raises(ClientError, match="is not authorized to perform") as caught:
        client.assume_role(RoleArn=ROLE, RoleSessionName="ci")

    assert len(world.servers["eu-west-1"].seen) == 1
    assert world.servers["eu-central-1"].seen == []
    assert client.iamtriage_failover.events == ()
    assert not hasattr(caught.value, "__notes__")
    assert parse(caught.value) is not None


@pytest.mark.parametrize("behavior", ["403-html", "429"])
def test_4xx_does_not_fail_over(world: World, behavior: Any) -> None:  # noqa: ANN401
    client = world.client(behavior, "well")
    with pytest.raises(Exception, match=r"invalid XML received|Rate exceeded"):
        client.get_caller_identity()

    assert world.servers["eu-central-1"].seen == []


def test_throttling_is_retried_in_its_region(world: World) -> None:
    client = world.client("429", "well", config=Config(retries={"mode": "standard", "total_max_attempts": 2}))
    with pytest.raises(ClientError, match="Rate exceeded"):
        client.get_caller_identity()

    assert len(world.servers["eu-west-1"].seen) == 2
    assert world.servers["eu-central-1"].seen == []


def test_missing_credentials_do_not_fail_over(world: World) -> None:
    client = world.client("well", "well", aws_access_key_id=None, aws_secret_access_key=None)
    with pytest.raises(NoCredentialsError):
        client.get_caller_identity()

    assert client.iamtriage_failover.events == ()


def test_failed_credential_provider_does_not_fail_over(world: World) -> None:
    """The session's credential provider makes a call while a request is signed."""

    def refresh() -> Any:  # noqa: ANN401
        raise EndpointConnectionError(endpoint_url="https://portal.sso.eu-west-1.amazonaws.com")

    session = botocore.session.Session()
    session._credentials = RefreshableCredentials("AKIDEXAMPLE", "s", "t", _past(), refresh, "test")
    client = world.client("well", "well", session=session, aws_access_key_id=None, aws_secret_access_key=None)
    with pytest.raises(EndpointConnectionError, match=r"portal\.sso"):
        client.get_caller_identity()

    assert client.iamtriage_failover.events == ()
    assert client.iamtriage_failover.skipped == ()
    assert world.servers["eu-west-1"].seen == world.servers["eu-central-1"].seen == []


def test_client_that_fetches_the_credentials_of_its_own_session(world: World) -> None:
    """Calls nest: the outer one is still signed for its region and fails over."""
    clients: list[Any] = []

    def refresh() -> Any:  # noqa: ANN401
        made = clients[0].assume_role_with_web_identity(
            RoleArn=ROLE, RoleSessionName="pod", WebIdentityToken="a.b.c"
        )["Credentials"]
        return {
            "access_key": made["AccessKeyId"],
            "secret_key": made["SecretAccessKey"],
            "token": made["SessionToken"],
            "expiry_time": made["Expiration"].isoformat(),
        }

    session = botocore.session.Session()
    session._credentials = RefreshableCredentials("AKIDEXAMPLE", "s", "t", _past(), refresh, "test")
    clients.append(
        world.client(
            "503-signed", "well", session=session, aws_access_key_id=None, aws_secret_access_key=None
        )
    )

    assert clients[0].get_caller_identity()["UserId"] == "eu-central-1"
    assert world.servers["eu-west-1"].seen == [
        ("AssumeRoleWithWebIdentity", None),
        ("GetCallerIdentity", "eu-west-1/sts/aws4_request"),
    ]
    assert world.scopes()["eu-central-1"] == ["eu-central-1/sts/aws4_request"]


def _past() -> datetime:
    return datetime(2020, 1, 1, tzinfo=UTC)


# --------------------------------------------------------------------------- circuit breaker


def test_failed_region_is_skipped_until_the_cooldown_is_over(world: World) -> None:
    client = world.client("503", "well")
    first, second = (world.servers[name] for name in REGIONS[:2])
    client.get_caller_identity()
    first.behavior = "well"
    world.clock.now += 29.9
    client.get_caller_identity()

    assert (len(first.seen), len(second.seen)) == (1, 2)
    assert _kinds(client)[2:] == [("skipped", "eu-west-1"), ("answered", "eu-central-1")]

    world.clock.now += 0.1

    assert client.iamtriage_failover.skipped == ()
    assert client.get_caller_identity()["UserId"] == "eu-west-1"
    assert _kinds(client)[4:] == [("recovered", "eu-west-1")]
    assert client.get_caller_identity()["UserId"] == "eu-west-1"
    assert len(client.iamtriage_failover.events) == 5


def test_region_that_fails_again_is_skipped_again(world: World) -> None:
    client = world.client("503", "well")
    client.get_caller_identity()
    world.clock.now += 30
    client.get_caller_identity()
    world.clock.now += 29
    client.get_caller_identity()

    assert len(world.servers["eu-west-1"].seen) == 2


def test_region_that_failed_the_longest_ago_is_tried_first(world: World) -> None:
    client = world.client("503", "503", "503")
    first, second, third = (world.servers[name] for name in REGIONS)
    third.behavior = "well"
    client.get_caller_identity()
    world.clock.now += 10
    third.behavior = "503"
    first.behavior = "well"

    # The third region fails now. The first one failed before the second one or at the same time.
    assert client.get_caller_identity()["UserId"] == "eu-west-1"

    world.clock.now += 1
    first.behavior = "503"
    second.behavior = "well"

    # The first region fails now. The second one failed before the third one.
    assert client.get_caller_identity()["UserId"] == "eu-central-1"
    assert (len(first.seen), len(second.seen), len(third.seen)) == (3, 2, 2)


def test_denial_ends_the_cooldown(world: World) -> None:
    client = world.client("503", "well")
    client.get_caller_identity()
    world.clock.now += 30
    world.servers["eu-west-1"].behavior = "403"
    with pytest.raises(ClientError):
        client.get_caller_identity()

    assert _kinds(client)[-1] == ("recovered", "eu-west-1")
    assert client.iamtriage_failover.skipped == ()


def test_only_one_call_tries_a_region_again(world: World) -> None:
    """While it waits for a hanging region, other calls use the next region."""
    client = world.client("503", "well", config=Config(read_timeout=5))
    first, second = (world.servers[name] for name in REGIONS[:2])
    client.get_caller_identity()
    world.clock.now += 30
    first.behavior = "hang"
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(client.get_caller_identity)
        while len(first.seen) < 2:
            assert not waits.done()

        assert client.get_caller_identity()["UserId"] == "eu-central-1"

        first.released.set()

        assert waits.result()["UserId"] == "eu-central-1"
    assert (len(first.seen), len(second.seen)) == (2, 3)


def test_interrupted_trial_is_left_to_the_next_call(world: World) -> None:
    client = world.client("503", "well")
    client.get_caller_identity()
    world.clock.now += 30
    world.servers["eu-west-1"].behavior = "well"

    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    client.meta.events.register("before-call.sts", interrupt)
    with pytest.raises(KeyboardInterrupt):
        client.get_caller_identity()
    client.meta.events.unregister("before-call.sts", interrupt)

    assert client.get_caller_identity()["UserId"] == "eu-west-1"


def test_no_cooldown(world: World) -> None:
    client = world.client("503", "well", cooldown=0)
    client.get_caller_identity()
    client.get_caller_identity()

    assert len(world.servers["eu-west-1"].seen) == 2


# ------------------------------------------------------------------------------ captive portals


@pytest.mark.unmeasured
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("behavior", ["200-xhtml", "302"])
def test_page_of_a_portal_in_every_region(world: World, behavior: Any, mode: str) -> None:  # noqa: ANN401
    retries = Config(retries={"mode": mode, "total_max_attempts": 2})
    client = world.client(behavior, behavior, config=retries)
    with pytest.raises(ResponseParserError, match="expected an STS response, got status") as caught:
        client.get_caller_identity()

    (note,) = caught.value.__notes__
    assert all(name in note for name in REGIONS[:2])


def test_error_quotes_the_page_without_its_secrets(world: World) -> None:
    client = world.client("200-json")
    with pytest.raises(ResponseParserError) as caught:
        client.get_caller_identity()

    for text in (str(caught.value), *caught.value.__notes__):
        assert "status 200 with text/xml" in text
        assert "portal.example.com" in text
        assert "abcdefghijklmnop0123456789" not in text


# ------------------------------------------------------------------------------ deadline


@pytest.mark.parametrize("behavior", ["drip", "drip-headers", "hang"])
def test_share_of_a_region_ends_before_the_deadline(world: World, behavior: Any) -> None:  # noqa: ANN401
    """No read times out, so only the deadline ends the wait for the first region."""
    client = world.client(behavior, "well", deadline=1.0)

    assert client.get_caller_identity()["UserId"] == "eu-central-1"
    assert _kinds(client) == [("failed", "eu-west-1"), ("answered", "eu-central-1")]
    assert client.iamtriage_failover.events[0].error.startswith("ReadTimeoutError")


def test_deadline_of_the_whole_call(world: World) -> None:
    """A server that would keep sending for a minute, and as many retries as botocore likes."""
    retries = Config(retries={"mode": "legacy", "total_max_attempts": 10})
    client = world.client("drip", "drip", deadline=0.8, config=retries)
    began = time.monotonic()
    with pytest.raises(ReadTimeoutError) as caught:
        client.get_caller_identity()

    assert time.monotonic() - began < 10
    assert len(world.servers["eu-central-1"].seen) == 1
    assert "failed in every Region" in caught.value.__notes__[0]


def test_no_retry_begins_after_the_deadline(world: World) -> None:
    """The delays between ten attempts add up to minutes."""
    retries = Config(retries={"mode": "legacy", "total_max_attempts": 10})
    client = world.client("503", deadline=0.5, config=retries)
    began = time.monotonic()
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        client.get_caller_identity()

    assert time.monotonic() - began < 10
    assert 1 <= len(world.servers["eu-west-1"].seen) < 10


def test_connection_of_an_ended_wait_is_closed(world: World) -> None:
    client = world.client("drip", deadline=0.3)
    with pytest.raises(ReadTimeoutError):
        client.get_caller_identity()

    def is_waiting() -> bool:
        return any(thread.name == "iamtriage-sts" for thread in threading.enumerate())

    for _ in range(100):
        if not is_waiting():
            break
        time.sleep(0.05)
    assert not is_waiting()
    world.servers["eu-west-1"].behavior = "well"
    assert client.get_caller_identity()["UserId"] == "eu-west-1"


def test_no_deadline(world: World) -> None:
    """Without a deadline, botocore's timeouts apply alone, in the thread of the call."""
    client = world.client("hang", "200-xhtml", "well", deadline=None, config=Config(read_timeout=0.3))

    assert client.get_caller_identity()["UserId"] == "us-east-1"
    assert [kind for kind, _ in _kinds(client)] == ["failed", "failed", "answered"]


def test_call_while_no_thread_can_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Python 3.12 while the interpreter shuts down."""
    client = world.client("503", "well")
    real = threading.Thread.start

    def refuse(self: threading.Thread) -> None:
        if self.name == "iamtriage-sts":
            msg = "can't create new thread at interpreter shutdown"
            raise RuntimeError(msg)
        real(self)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert client.get_caller_identity()["UserId"] == "eu-central-1"


def test_interrupted_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client("hang", "well")
    real = threading.Event.wait

    def interrupt(self: threading.Event, timeout: float | None = None) -> bool:
        if threading.current_thread() is threading.main_thread() and timeout is not None and timeout > 1:
            raise KeyboardInterrupt
        return real(self, timeout)

    monkeypatch.setattr(threading.Event, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        client.get_caller_identity()
    monkeypatch.undo()

    assert world.servers["eu-central-1"].seen == []


# ------------------------------------------------------------------------------ one-time codes

_MFA = {"SerialNumber": "arn:aws:iam::111122223333:mfa/ana", "TokenCode": "123456"}


@pytest.mark.parametrize("behavior", ["503", "500-html", "hang", "reset", "200-xhtml"])
@pytest.mark.parametrize("operation", ["assume_role", "get_session_token"])
def test_one_time_code_is_sent_once(world: World, behavior: Any, operation: str) -> None:  # noqa: ANN401
    retries = Config(read_timeout=0.5, retries={"mode": "standard", "total_max_attempts": 3})
    client = world.client(behavior, "well", config=retries)
    arguments = {"RoleArn": ROLE, "RoleSessionName": "ci"} if operation == "assume_role" else {}
    with pytest.raises((ClientError, BotoCoreError, ResponseParserError)) as caught:
        getattr(client, operation)(**arguments, **_MFA)

    (note,) = caught.value.__notes__
    assert "The MFA code in TokenCode works only once" in note
    assert "Not tried: eu-central-1" in note
    assert "123456" not in note
    assert len(world.servers["eu-west-1"].seen) == 1
    assert world.servers["eu-central-1"].seen == []


@pytest.mark.parametrize("behavior", ["refuse", "no-dns"])
def test_one_time_code_that_was_not_sent_goes_to_the_next_region(world: World, behavior: Any) -> None:  # noqa: ANN401
    client = world.client(behavior, "well")
    got = client.assume_role(RoleArn=ROLE, RoleSessionName="ci", **_MFA)

    assert got["Credentials"]["AccessKeyId"] == "ASIAEU-CENTRAL-1"
    assert len(world.servers["eu-central-1"].seen) == 1


def test_one_time_code_is_not_retried_in_the_last_region(world: World) -> None:
    client = world.client("503", config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        client.get_session_token(**_MFA)

    assert len(world.servers["eu-west-1"].seen) == 1


# ------------------------------------------------------------------------------ all regions fail


def test_denial_after_failures_says_what_the_others_answered(world: World) -> None:
    client = world.client("503", "200-xhtml", "403")
    with pytest.raises(ClientError, match="is not authorized to perform") as caught:
        client.assume_role(RoleArn=ROLE, RoleSessionName="ci")

    (note,) = caught.value.__notes__
    heading, first, second, last = note.splitlines()
    assert heading == "iamtriage: AssumeRole failed in some regions:"
    assert "eu-west-1" in first
    assert "ServiceUnavailable" in first
    assert "eu-central-1" in second
    assert "status 200 with text/xml: '<html><body><p>Sign in to the guest network" in second
    assert last == "us-east-1 responded with this error."
    assert parse(caught.value) == parse(ClientError(caught.value.response, "AssumeRole"))


def test_last_error_lists_the_attempts(world: World) -> None:
    client = world.client("503", "refuse", "hang")
    with pytest.raises(ReadTimeoutError) as caught:
        client.get_caller_identity()
    (note,) = caught.value.__notes__
    heading, *lines = note.splitlines()

    assert heading == "iamtriage: GetCallerIdentity failed in every Region:"
    assert lines[0].startswith(
        f"- eu-west-1, {world.servers['eu-west-1'].url}: ClientError: An error occurred"
    )
    assert "EndpointConnectionError: Could not connect" in lines[1]
    assert lines[2].startswith(f"- us-east-1, {world.servers['us-east-1'].url}: ReadTimeoutError: ")
    assert _kinds(client) == [*(("failed", name) for name in REGIONS), ("exhausted", "us-east-1")]


def test_modeled_error_of_the_last_region(world: World) -> None:
    client = world.client("refuse", "503")
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.get_caller_identity()

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_single_region(world: World) -> None:
    client = world.client("503")
    with pytest.raises(ClientError):
        client.get_caller_identity()
    with pytest.raises(ClientError):
        client.get_caller_identity()

    assert len(world.servers["eu-west-1"].seen) == 2  # skipping it would be to fail without asking


# --------------------------------------------------------------------------------------- threads


@pytest.mark.unmeasured
def test_threads_share_a_client(world: World) -> None:
    client = world.client("reset", "well", "well")
    first, second, third = (world.servers[name] for name in REGIONS)

    def call(number: int) -> str:
        answered = ""
        for _ in range(20):
            if number == 0:
                world.clock.now += 1  # the first region is tried again now and then
            answered = client.get_caller_identity()["UserId"]
        return answered

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(call, range(8))) == {"eu-central-1"}
    assert len(second.seen) == 160
    assert 1 <= len(first.seen) <= 8
    assert third.seen == []
    for name in REGIONS[:2]:
        assert set(world.scopes()[name]) == {f"{name}/sts/aws4_request"}


def test_threads_at_different_regions(world: World) -> None:
    """Regions fail every other time, so the calls of many threads are signed for three regions at once."""
    client = world.client("well", "well", "well", cooldown=0)

    def call(number: int) -> None:
        for turn in range(20):
            world.servers[REGIONS[0]].behavior = "503" if (number + turn) % 2 else "well"
            world.servers[REGIONS[1]].behavior = "503" if (number + turn) % 3 else "well"
            client.assume_role(RoleArn=ROLE, RoleSessionName="ci")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(8)))
    for name in REGIONS:
        assert set(world.scopes()[name]) == {f"{name}/sts/aws4_request"}


# -------------------------------------------------------------------------------- a botocore client


def test_unsigned_operation(world: World) -> None:
    client = world.client("reset", "well", aws_access_key_id=None, aws_secret_access_key=None)
    got = client.assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="pod", WebIdentityToken="a.b.c")
    saml = client.assume_role_with_saml(RoleArn=ROLE, PrincipalArn=f"{ROLE}s", SAMLAssertion="PGE+")

    assert got["Credentials"]["AccessKeyId"] == saml["Credentials"]["AccessKeyId"] == "ASIAEU-CENTRAL-1"
    assert world.scopes() == {"eu-west-1": [None], "eu-central-1": [None, None]}


@pytest.mark.parametrize("session", [boto3.Session, botocore.session.Session])
def test_botocore_features(world: World, session: Callable[[], object]) -> None:
    client = world.client("refuse", "well", session=session())

    assert isinstance(client, BaseClient)
    assert type(client).__name__ == "STS"
    assert client.meta.region_name == "eu-west-1"
    assert client.meta.service_model.service_name == "sts"
    assert client.can_paginate("assume_role") is False
    assert client.waiter_names == []
    assert issubclass(client.exceptions.MalformedPolicyDocumentException, ClientError)
    assert client.get_caller_identity()["UserId"] == "eu-central-1"
    with pytest.raises(AttributeError, match="has no attribute 'describe_cluster'"):
        _ = client.describe_cluster


def test_events_see_each_region(world: World) -> None:
    client = world.client("503", "well")
    urls: list[str] = []
    client.meta.events.register("before-send.sts", lambda request, **_: urls.append(request.url))
    client.get_caller_identity()

    assert urls == [f"{server.url}/" for server in world.servers.values()]


def test_stubber(world: World) -> None:
    client = world.client("well", "well")
    with Stubber(client) as stubber:
        stubber.add_client_error("get_caller_identity", "InternalFailure", http_status_code=500)
        stubber.add_response("get_caller_identity", {"UserId": "stub"})

        assert client.get_caller_identity()["UserId"] == "stub"
    assert _kinds(client) == [("failed", "eu-west-1"), ("answered", "eu-central-1")]


def test_presigned_url_is_for_the_first_region(world: World) -> None:
    client = world.client("refuse", "well")
    client.get_caller_identity()
    url = client.generate_presigned_url("get_caller_identity")

    assert url.startswith(client.iamtriage_failover.endpoints["eu-west-1"])
    assert "%2Feu-west-1%2Fsts%2F" in url


def test_session_is_not_modified(world: World) -> None:
    session = botocore.session.Session()
    session.set_default_client_config(Config(connect_timeout=3, read_timeout=7))
    client = sts_client(session, REGIONS, endpoints={"eu-west-1": world.start("eu-west-1").url})
    plain = session.create_client("sts", region_name="eu-west-1")

    assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (3, 7)
    assert type(plain) is not type(client)
    assert not hasattr(plain, "iamtriage_failover")
    for one in (client, plain):
        one.close()


def test_timeouts(world: World) -> None:
    del world
    default = sts_client(boto3.Session(), REGIONS).meta.config
    stated = sts_client(boto3.Session(), REGIONS, config=Config(read_timeout=2)).meta.config

    assert (default.connect_timeout, default.read_timeout) == (5, 20)
    assert (stated.connect_timeout, stated.read_timeout) == (5, 2)


def test_proxy_of_each_region(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One region has a private endpoint, the other is reached through a proxy."""
    proxy = world.start("proxy")
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    inside = world.start("eu-west-1", "503")
    client = sts_client(
        boto3.Session(),
        REGIONS[:2],
        endpoints={"eu-west-1": inside.url, "eu-central-1": "http://sts.eu-central-1.example.com"},
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="example-secret",
    )

    assert client.get_caller_identity()["UserId"] == "proxy"
    assert world.scopes() == {
        "eu-west-1": ["eu-west-1/sts/aws4_request"],
        "proxy": ["eu-central-1/sts/aws4_request"],
    }
    client.close()


@pytest.mark.parametrize(
    ("variables", "config", "urls"),
    [
        ({"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, None, ("sts.eu-west-1.amazonaws.com", "sts.us-east-1.amazonaws.com")),
        ({"AWS_ENDPOINT_URL_STS": "http://sts.example.com"}, None, ("sts.eu-west-1.amazonaws.com", "sts.us-east-1.amazonaws.com")),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, None, ("sts-fips.eu-west-1.amazonaws.com", "sts-fips.us-east-1.amazonaws.com")),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, Config(use_fips_endpoint=False), ("sts.eu-west-1.amazonaws.com", "sts.us-east-1.amazonaws.com")),
        ({}, Config(use_dualstack_endpoint=True), ("sts.eu-west-1.api.aws", "sts.us-east-1.api.aws")),
    ],
)  # fmt: skip
def test_settings_with_host_names(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    config: Config | None,
    urls: tuple[str, ...],
) -> None:
    """Capture the request before it is sent."""
    del world
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = sts_client(
        boto3.Session(),
        ("eu-west-1", "us-east-1"),
        config=config,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="example-secret",
    )
    sent: list[tuple[str, str]] = []

    def capture(request: Any, **_: object) -> None:  # noqa: ANN401
        scope = request.headers["Authorization"].decode().split("/")[2]
        sent.append((request.url, scope))
        raise EndpointConnectionError(endpoint_url=request.url)

    client.meta.events.register("before-send.sts", capture)
    client.meta.events.register_first(
        "needs-retry.sts", lambda caught_exception, **_: _raise(caught_exception)
    )
    with pytest.raises(EndpointConnectionError):
        client.get_caller_identity()

    assert sent == [(f"https://{urls[0]}/", "eu-west-1"), (f"https://{urls[1]}/", "us-east-1")]


def _raise(error: Exception) -> None:
    raise error


# ------------------------------------------------------------------------------------------ events


def test_events_are_logged_in_order(world: World, caplog: pytest.LogCaptureFixture) -> None:
    received: list[FailoverEvent] = []
    client = world.client("503", "well", on_event=received.append)
    with caplog.at_level(logging.INFO, "iamtriage.boto"):
        client.get_caller_identity()
        client.get_caller_identity()
    failover = client.iamtriage_failover

    assert isinstance(failover, Failover)
    assert tuple(received) == failover.events
    assert [(event.call, event.kind, event.region) for event in received] == [
        (1, "failed", "eu-west-1"),
        (1, "answered", "eu-central-1"),
        (2, "skipped", "eu-west-1"),
        (2, "answered", "eu-central-1"),
    ]
    assert received[0].operation == "GetCallerIdentity"
    assert received[0].url == world.servers["eu-west-1"].url
    assert received[0].at == world.clock.now
    assert [record.levelno for record in caplog.records] == [logging.WARNING, *[logging.INFO] * 3]
    assert caplog.messages[1] == (
        f"call 1, GetCallerIdentity: eu-central-1 responded at {world.servers['eu-central-1'].url}"
    )
    assert repr(failover) == ("Failover(regions=('eu-west-1', 'eu-central-1'), skipped=('eu-west-1',))")


def test_error_from_an_untrusted_server_is_one_short_line(world: World) -> None:
    client = world.client("long", "well")
    client.get_caller_identity()
    description = client.iamtriage_failover.events[0].error

    assert len(description) == 500
    assert description.isprintable()


def test_on_event_that_raises_does_not_fail_the_call(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: FailoverEvent) -> None:
        raise ValueError(event.kind)

    client = world.client("503", "well", on_event=fail)

    assert client.get_caller_identity()["UserId"] == "eu-central-1"
    assert sum("on_event raised" in message for message in caplog.messages) == 2


def test_number_of_events_is_limited(world: World) -> None:
    client = world.client("well")
    failover = client.iamtriage_failover
    for number in range(300):
        failover.record_event("answered", number, "GetCallerIdentity", "eu-west-1")

    assert [event.call for event in failover.events] == list(range(44, 300))


def test_client_is_garbage_collected(world: World) -> None:
    client = sts_client(boto3.Session(), REGIONS, endpoints={"eu-west-1": world.start("eu-west-1").url})
    freed = weakref.ref(client)
    client.close()
    del client
    gc.collect()

    assert freed() is None


# -------------------------------------------------------------------------------- invalid arguments


@pytest.mark.parametrize(
    ("regions", "more", "error", "words"),
    [
        ([], {}, ValueError, "regions must not be empty"),
        (["eu-west-1", "us-east-1", "eu-west-1"], {}, ValueError, "duplicate region 'eu-west-1'"),
        ("eu-west-1", {}, TypeError, "a sequence of Region names, not str"),
        (None, {}, TypeError, "a sequence of Region names, not NoneType"),
        (["eu-west-1", None], {}, TypeError, "each Region must be a string, not NoneType"),
        (["eu-west-1", "moon-1"], {}, UnknownRegionError, "moon-1"),
        (["eu-west-1", ""], {}, UnknownRegionError, "region"),
        (
            ["eu-west-1", "cn-north-1"],
            {},
            ValueError,
            "regions must belong to one partition, not to aws and aws-cn",
        ),
        (["eu-west-1"], {"region_name": "eu-west-1"}, TypeError, "region_name is not accepted"),
        (["eu-west-1"], {"endpoint_url": None}, TypeError, "endpoint_url is not accepted"),
        (
            ["eu-west-1"],
            {"endpoints": {"eu-west-2": "http://x"}},
            ValueError,
            "unknown region 'eu-west-2' in endpoints; expected one of 'eu-west-1'",
        ),
        (
            ["eu-west-1"],
            {"endpoints": {"eu-west-1": "sts.example.com"}},
            EndpointError,
            "must be http or https URLs",
        ),
        (
            ["eu-west-1"],
            {"endpoints": {"eu-west-1": "http://x:99999"}},
            EndpointError,
            "must be http or https URLs",
        ),
        (["eu-west-1"], {"endpoints": {"eu-west-1": 5}}, EndpointError, "must be http or https URLs"),
        (["eu-west-1"], {"cooldown": -1}, ValueError, "0 or greater, not -1"),
        (["eu-west-1"], {"cooldown": float("nan")}, ValueError, "0 or greater, not nan"),
        (["eu-west-1"], {"cooldown": "30"}, TypeError, "a number of seconds, not str"),
        (["eu-west-1"], {"deadline": 0}, ValueError, "greater than 0, not 0"),
        (["eu-west-1"], {"deadline": float("nan")}, ValueError, "greater than 0, not nan"),
        (["eu-west-1"], {"deadline": "30"}, TypeError, "a number of seconds or None, not str"),
        (["eu-west-1"], {"verfy": False}, TypeError, "verfy"),
        (["eu-isoe-west-1"], {"config": Config(use_dualstack_endpoint=True)}, EndpointError, "dual stack"),
    ],
)
def test_invalid_arguments(world: World, regions: Any, more: dict[str, Any], error: Any, words: str) -> None:  # noqa: ANN401
    del world
    with pytest.raises(error, match=re.escape(words)):
        sts_client(boto3.Session(), regions, **more)


def test_session_of_the_wrong_type() -> None:
    with pytest.raises(TypeError, match="session must be a boto3 or botocore session, not str"):
        sts_client("default", REGIONS)


def test_global_endpoint_among_the_regions(world: World) -> None:
    del world
    client = sts_client(boto3.Session(), ("eu-west-1", "aws-global"))

    assert client.iamtriage_failover.endpoints["aws-global"] == "https://sts.amazonaws.com"
