"""Send requests within a deadline, and recognize responses that are not from STS.

botocore's read timeout applies to each read, so a server that sends a byte every few seconds can block a call
forever. A captive portal or proxy can answer any request with its own page and status 200.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import contextlib
import contextvars
import re
import socket
import threading
from typing import Any

import attrs
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError as Urllib3ReadTimeoutError

from iamtriage._text import quote_text
from iamtriage.redaction._redact import redact

__all__ = ("check_sts_response", "limit_delay", "send_within")

# Characters.
_MAX_PAGE = 4_000
_MAX_EXCERPT = 120
_ROOT = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s{0,100}(?:<\?xml[^>]{0,200}>\s{0,100})?<(?:[\w.-]{1,100}:)?(\w{1,100})Response[\s>]"
)


def check_sts_response(operation: str, response: Any) -> None:  # noqa: ANN401 (botocore has no types)
    """Check that a response with a status below 400 has the format of the operation's result.

    STS never redirects, and it wraps each result in two elements named after the operation:
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html.

    Raises:
        ResponseParserError: The response is not from STS.
    """
    status: int = response.status_code
    if status >= 400:
        return
    body: bytes = response.content
    root = _ROOT.match(body)
    name = operation.encode()
    if status < 300 and root is not None and root[1] == name and name + b"Result" in body:
        return
    page = redact(body[:_MAX_PAGE].decode("utf-8", "replace"))
    line = " ".join(page.split())
    excerpt = line if len(line) <= _MAX_EXCERPT else f"{line[: _MAX_EXCERPT - 1]}…"
    content_type = str(response.headers.get("Content-Type") or "no content type").partition(";")[0]
    msg = f"expected an STS response, got status {status} with {content_type}: {quote_text(excerpt)}"
    raise ResponseParserError(msg)


# The shortest time in which a response can be expected.
_MIN_SECONDS = 0.1


def send_within(session: Any, request: Any, seconds: float) -> Any:  # noqa: ANN401 (botocore has no types)
    """Send a request, and return its response if it is complete within a few seconds.

    Another thread sends it, because there is no other way to stop waiting for a server that keeps sending.

    Raises:
        ReadTimeoutError: The time is over.
    """
    if seconds <= 0:
        raise ReadTimeoutError(endpoint_url=request.url)
    job = _Job(session, request)
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(job.run,), name="iamtriage-sts", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        # There are too many threads, or the interpreter shuts down. botocore's timeouts remain.
        job.run()
    try:
        is_done = job.done.wait(seconds)
    except BaseException:  # an interrupt
        job.abandon()
        raise
    if not is_done:
        job.abandon()
        raise ReadTimeoutError(endpoint_url=request.url)
    if job.error is not None:
        raise job.error
    return job.response


def limit_delay(responses: list[tuple[Any, Any]], seconds: float) -> list[tuple[Any, Any]]:
    """Return the retry handlers' responses, or an empty list if their delay leaves no time for a response.

    A retry that is cut off would hide the error of the attempt before it.

    >>> limit_delay([(None, 0.4)], 0.6), limit_delay([(None, 0.4)], 0.45)
    ([(None, 0.4)], [])
    """
    delays = [delay for _, delay in responses if delay is not None]
    is_too_late = bool(delays) and delays[0] is not False and delays[0] + _MIN_SECONDS > seconds
    return [] if is_too_late else responses


@attrs.define(eq=False)
class _Job:
    """A request that another thread sends."""

    session: Any
    request: Any
    done: threading.Event = attrs.field(factory=threading.Event)
    response: Any = None
    error: BaseException | None = None
    is_abandoned: bool = False

    def run(self) -> None:
        """Send the request and read the response."""
        # As a stream, so that the connection is known before the body is read.
        self.request.stream_output = True
        try:
            self.response = self.session.send(self.request)
            if not self.is_abandoned:
                _read_content(self.response, self.request)
        except BaseException as error:  # noqa: BLE001 (the waiting thread raises it)
            self.error = error
        self.done.set()
        if self.is_abandoned and self.response is not None:
            self.response.raw.close()

    def abandon(self) -> None:
        """Shut down the connection, which stops the other thread unless it still waits for the headers."""
        self.is_abandoned = True
        if self.response is not None:
            _shut_down(self.response)


def _read_content(response: Any, request: Any) -> None:  # noqa: ANN401
    """Read the body, and raise the same exceptions as botocore."""
    try:
        _ = response.content
    except Urllib3ReadTimeoutError as error:
        raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
    except ProtocolError as error:
        raise ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from error
    except Exception as error:
        raise HTTPClientError(error=error) from error


def _shut_down(response: Any) -> None:  # noqa: ANN401
    """Shut down the socket of a response. Closing it would wait for the thread that reads from it."""
    connection = getattr(response.raw, "connection", None)
    sock: socket.socket | None = getattr(connection, "sock", None)
    if sock is not None:
        with contextlib.suppress(OSError):  # it is closed already
            sock.shutdown(socket.SHUT_RDWR)
