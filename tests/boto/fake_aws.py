"""A local server that records requests and responds as a test specifies."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.boto.wires import REQUEST_ID, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class Request:
    """A recorded request."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]

    @property
    def scope(self) -> tuple[str, str]:
        """The region and service in the credential scope."""
        match = _SCOPE.search(self.headers.get("authorization", ""))
        assert match is not None, self.headers
        return match["region"], match["service"]

    @property
    def action(self) -> str:
        """The action of the query protocol."""
        return self.form.get("Action", "")


class FakeAws(ThreadingHTTPServer):
    """A server whose replies come from its function ``respond``."""

    daemon_threads = False  # so that closing the server waits for them

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond: Callable[[Request], Reply] = lambda _: Reply(500)
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeAws  # pyright: ignore[reportIncompatibleVariableOverride]

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            {name: values[0] for name, values in parse_qs(parts.query).items()},
            {name: values[0] for name, values in parse_qs(body).items()},
            {name.lower(): value for name, value in self.headers.items()},
        )
        self.server.requests.append(request)
        reply = self.server.respond(request)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = _respond  # noqa: N815 (http.server's names)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is http.server's)
        """Log nothing."""


@contextmanager
def run_fake_aws() -> Iterator[FakeAws]:
    """Run a server on a free local port."""
    with FakeAws() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def query_result(action: str, inner: str) -> Reply:
    """Build a response of the query protocol, as from IAM and STS."""
    body = (
        f'<{action}Response xmlns="https://service.amazonaws.com/doc/2010-05-08/"><{action}Result>{inner}</{action}Result>'
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Reply(200, body.encode(), {"Content-Type": "text/xml"})


def xml_elements(**members: str) -> str:
    """Format members as XML."""
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())


def json_document(body: object) -> Reply:
    """Build a response of the REST-JSON protocol."""
    return Reply(200, json.dumps(body).encode(), {"Content-Type": "application/json"})
