"""A local server that returns AWS errors in every protocol of botocore."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUEST_ID = "3b9d61f0-7a52-4c1e-8f44-d0e5a6b7c8f9"
S3_REQUEST_ID = "4TEXAMPLE7QK2M9V"
S3_HOST_ID = "nQ8x2example+host/id/Vw7Kp0ZtYb3LrDcE5uGmSaJhFi1oT6XyNq9=="

_JSON_IDS = {"x-amzn-RequestId": REQUEST_ID}
_S3_IDS = {"x-amz-request-id": S3_REQUEST_ID, "x-amz-id-2": S3_HOST_ID}


@dataclass(frozen=True)
class Call:
    """An API call, with the names that botocore and AWS use for it."""

    protocol: str
    service: str
    operation: str
    method: str
    arguments: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Reply:
    """An HTTP response, and the IDs that it contains."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = REQUEST_ID
    host_id: str | None = None


def query(status: int, code: str, message: str) -> Reply:
    """Build an error as IAM and STS return it."""
    body = (
        '<ErrorResponse xmlns="https://service.amazonaws.com/doc/2010-05-08/">\n'
        f"  <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>\n    <Message>{escape(message)}</Message>\n"
        f"  </Error>\n  <RequestId>{REQUEST_ID}</RequestId>\n</ErrorResponse>\n"
    )
    return Reply(status, body.encode(), {"Content-Type": "text/xml", **_JSON_IDS})


def ec2(status: int, code: str, message: str) -> Reply:
    """Build an error as EC2 returns it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error></Errors>"
        f"<RequestID>{REQUEST_ID}</RequestID></Response>"
    )
    return Reply(status, body.encode(), {"Content-Type": "text/xml;charset=UTF-8", **_JSON_IDS})


def json_1(
    status: int, code: str, message: str | None, *, key: str = "message", query_error: str | None = None
) -> Reply:
    """Build an error of the services with ``X-Amz-Target``: the code is in the body's ``__type``."""
    body = {"__type": code} if message is None else {"__type": code, key: message}
    headers = {"Content-Type": "application/x-amz-json-1.0", **_JSON_IDS}
    if query_error is not None:
        headers["x-amzn-query-error"] = query_error
    return Reply(status, json.dumps(body).encode(), headers)


def rest_json(
    status: int, code: str | None, message: str, *, key: str = "message", body_code: str | None = None
) -> Reply:
    """Build an error as EKS and Lambda return it: the code is in a header, for some services in the body."""
    body = {key: message} if body_code is None else {"code": body_code, key: message}
    headers = {"Content-Type": "application/json", **_JSON_IDS}
    if code is not None:
        headers["x-amzn-ErrorType"] = code
    return Reply(status, json.dumps(body).encode(), headers)


def s3(status: int, code: str, message: str, **more: str) -> Reply:
    """Build an error as S3 returns it, with its IDs in the body and in headers."""
    elements = {"Code": code, "Message": message, **more, "RequestId": S3_REQUEST_ID, "HostId": S3_HOST_ID}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
    return Reply(
        status, body.encode(), {"Content-Type": "application/xml", **_S3_IDS}, S3_REQUEST_ID, S3_HOST_ID
    )


def s3_bare(status: int) -> Reply:
    """Build an error as S3 returns it for a HEAD request, without a body."""
    return Reply(status, b"", {"Content-Type": "application/xml", **_S3_IDS}, S3_REQUEST_ID, S3_HOST_ID)


def cbor(status: int, code: str, message: str) -> Reply:
    """Build an error in Smithy's RPC v2 CBOR: a map of text strings."""
    body = b"\xa2" + b"".join(_cbor_text(text) for text in ("__type", code, "message", message))
    return Reply(
        status, body, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", **_JSON_IDS}
    )


def _cbor_text(text: str) -> bytes:
    encoded = text.encode()
    head = bytes([0x60 + len(encoded)]) if len(encoded) < 24 else b"\x79" + len(encoded).to_bytes(2, "big")
    return head + encoded


class AwsLikeServer(ThreadingHTTPServer):
    """A server that returns its current reply to every request."""

    daemon_threads = False  # so that closing the server waits for them
    reply = Reply(500)

    @property
    def url(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # supports `Expect: 100-continue`, which S3 clients wait for
    server: AwsLikeServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def _respond(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.reply
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _respond  # noqa: N815 (http.server's names)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is http.server's)
        """Log nothing."""


@contextmanager
def serving() -> Iterator[AwsLikeServer]:
    """Run a server on a free local port."""
    with AwsLikeServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
