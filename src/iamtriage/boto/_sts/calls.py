"""Make the calls of a failover client: one Region after the other, within the deadline.

botocore resolves, signs and retries a call within ``BaseClient._make_api_call``. The client calls that method
once per Region, so handlers of the client's events see every attempt. Our own event handlers set the endpoint
URL and signing Region before botocore resolves them, and end botocore's retries while another Region is left.
They also note whether a request is being signed: if credentials cannot be fetched, the Region is not down.
A wrapper around botocore's HTTP session enforces the deadline and checks that a response is from STS.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import copy
import math
import threading
import time
from typing import TYPE_CHECKING, Any

import attrs
from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004 (botocore's name)
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError
from botocore.regions import EndpointResolverBuiltins

from iamtriage.boto._sts.sending import check_sts_response, limit_delay, send_within

if TYPE_CHECKING:
    from iamtriage.boto._sts.failover import Call, Failover

__all__ = ("Target", "combine_clients")

# After these, the request has not been sent.
_UNSENT_ERRORS = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)
_INVALID_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"
_MFA_CODE_USED = (
    "The MFA code in TokenCode works only once and may have been used, so no other Region was tried. "
    "Retry the call with the next code."
)


@attrs.frozen(eq=False)
class Target:
    """The endpoint of a Region."""

    region: str
    url: str
    signing_region: str
    partition: str


@attrs.define(eq=False)
class _Attempt:
    """One call to one Region, in one thread.

    Attributes:
        target: The Region's endpoint.
        endpoint: botocore's object for it.
        operation: The operation.
        is_last: Whether no other Region is left.
        has_one_time_code: Whether the request contains an MFA code.
        ends_at: When the attempt's share of the deadline ends, by the monotonic clock.
        signing: Whether the request is being signed.
        status: The status of the response.
    """

    target: Target
    endpoint: Any
    operation: str
    is_last: bool
    has_one_time_code: bool
    ends_at: float
    signing: bool = False
    status: int | None = None

    @property
    def seconds(self) -> float:
        """The remaining time."""
        return self.ends_at - time.monotonic()


class _ThreadState(threading.local):
    """The attempt that this thread is making with a client."""

    attempt: _Attempt | None = None


def combine_clients(clients: list[Any], targets: tuple[Target, ...], failover: Failover, limit: float) -> Any:  # noqa: ANN401 (botocore has no types)
    """Return the first client, changed to call the endpoints of all clients.

    Args:
        clients: One client per Region.
        targets: The endpoints, in the same order.
        failover: The state of the Regions.
        limit: The maximum number of seconds for a call.
    """
    client = clients[0]
    state = _ThreadState()
    endpoints = {
        target.region: _build_endpoint(client, other, state)
        for target, other in zip(targets, clients, strict=True)
    }
    _register_handlers(client, state, targets[0])
    original: Any = type(client)  # botocore creates a class for each client
    timeouts = client.meta.config.connect_timeout, client.meta.config.read_timeout
    patience = math.inf if None in timeouts else sum(timeouts)
    router = _Router(
        {target.region: target for target in targets},
        endpoints,
        state,
        limit=limit,
        patience=patience,
        make_api_call=original._make_api_call,  # noqa: SLF001
    )

    def make_api_call(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:  # noqa: ANN401
        call = failover.begin_call(operation_name)
        ends_at = time.monotonic() + limit
        while True:
            response, error = router.try_region(self, call, operation_name, dict(api_params), ends_at)
            if error is None:
                return response

    def get_endpoint(_: Any) -> Any:  # noqa: ANN401
        return endpoints[targets[0].region] if state.attempt is None else state.attempt.endpoint

    def close(_: Any) -> None:  # noqa: ANN401
        for endpoint in endpoints.values():
            endpoint.close()

    members = {
        "__module__": original.__module__,
        "_make_api_call": make_api_call,
        "_endpoint": property(get_endpoint),
        "close": close,
    }
    client.__class__ = type(original.__name__, (original,), members)
    client.iamtriage_failover = failover
    return client


@attrs.frozen(eq=False)
class _Router:
    """The state that all calls of a client share.

    Attributes:
        targets: The endpoint of each Region.
        endpoints: botocore's objects for them.
        state: The attempt of each thread.
        limit: The maximum number of seconds for a call.
        patience: The maximum number of seconds for a Region while another one is left.
        make_api_call: botocore's method.
    """

    targets: dict[str, Target]
    endpoints: dict[str, Any]
    state: _ThreadState
    limit: float = attrs.field(kw_only=True)
    patience: float = attrs.field(kw_only=True)
    make_api_call: Any = attrs.field(kw_only=True)

    def try_region(
        self,
        client: Any,  # noqa: ANN401
        call: Call,
        operation: str,
        params: dict[str, Any],
        ends_at: float,
    ) -> tuple[Any, Exception | None]:
        """Call one Region, and return the response, or the error if the next Region is to be tried."""
        region = call.next_region()
        attempt = self._begin_attempt(region, call, operation, params, ends_at)
        # Calls can nest: the client can provide the credentials that sign one of its own calls.
        outer, self.state.attempt = self.state.attempt, attempt
        is_recorded = False
        try:
            response = self.make_api_call(client, operation, params)
        except Exception as error:
            if _is_region_failure(error, attempt):
                is_recorded = True
                call.record_failure(region, error)
                reason = self._find_reason_to_stop(error, attempt, ends_at)
                if reason is None and not attempt.is_last:
                    return None, error
                error.add_note(call.build_note(reason))
            elif isinstance(error, ClientError) and not attempt.signing:
                is_recorded = True
                call.record_response(region)
                if call.has_failures:
                    error.add_note(call.build_note(f"{region} responded with this error."))
            raise
        else:
            is_recorded = True
            call.record_response(region)
            return response, None
        finally:
            self.state.attempt = outer
            if not is_recorded:
                call.release(region)

    def _begin_attempt(
        self, region: str, call: Call, operation: str, params: dict[str, Any], ends_at: float
    ) -> _Attempt:
        now = time.monotonic()
        share = (ends_at - now) / (len(call.untried) + 1)
        return _Attempt(
            self.targets[region],
            self.endpoints[region],
            operation,
            is_last=not call.untried,
            has_one_time_code=params.get("TokenCode") is not None,
            ends_at=now + min(share, self.patience) if call.untried else ends_at,
        )

    def _find_reason_to_stop(self, error: Exception, attempt: _Attempt, ends_at: float) -> str | None:
        """Return why the next Region must not be tried after a Region failed, or ``None``."""
        if attempt.is_last:
            return None
        if attempt.has_one_time_code and _may_be_sent(error):
            return _MFA_CODE_USED
        if time.monotonic() >= ends_at:
            return f"The deadline of {self.limit:g} seconds is over."
        return None


class _CheckedSession:
    """An HTTP session that checks responses and enforces the deadline.

    It also records each status, because botocore does not report the status of an unreadable response.
    """

    def __init__(self, session: Any, state: _ThreadState, *, is_xml: bool) -> None:  # noqa: ANN401 (botocore has no types)
        self._session = session
        self._state = state
        self._is_xml = is_xml

    def send(self, request: Any) -> Any:  # noqa: ANN401
        """Send a request, record the status of the response, and check the response."""
        attempt = self._state.attempt
        if attempt is None:
            return self._session.send(request)
        if math.isinf(attempt.ends_at):
            response = self._session.send(request)
        else:
            response = send_within(self._session, request, attempt.seconds)
        attempt.status = response.status_code
        if self._is_xml:
            check_sts_response(attempt.operation, response)
        return response

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._session, name)


class _RetryLimiter:
    """The events of an endpoint. They prevent retries that would begin after the deadline."""

    def __init__(self, events: Any, state: _ThreadState) -> None:  # noqa: ANN401 (botocore has no types)
        self._events = events
        self._state = state

    def emit(self, event_name: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Emit an event, and return the handlers' responses."""
        responses = self._events.emit(event_name, **arguments)
        if self._state.attempt is None or not event_name.startswith("needs-retry."):
            return responses
        return limit_delay(responses, self._state.attempt.seconds)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._events, name)


def _build_endpoint(client: Any, other: Any, state: _ThreadState) -> Any:  # noqa: ANN401
    """Build an endpoint with the events of one client and the connections of another."""
    endpoint = copy.copy(client._endpoint)  # noqa: SLF001 (botocore has no public name for it)
    endpoint.host = other._endpoint.host  # noqa: SLF001
    is_xml = client.meta.service_model.metadata.get("protocol") == "query"
    endpoint.http_session = _CheckedSession(other._endpoint.http_session, state, is_xml=is_xml)  # noqa: SLF001
    endpoint._event_emitter = _RetryLimiter(endpoint._event_emitter, state)  # noqa: SLF001
    return endpoint


def _register_handlers(client: Any, state: _ThreadState, first: Target) -> None:  # noqa: ANN401 (botocore has no types)
    """Register the event handlers that direct a call to the Region of the attempt."""
    # The handlers do not refer to the client: a reference cycle would keep it alive.
    exceptions = client.exceptions

    def set_endpoint(builtins: dict[Any, Any], context: dict[str, Any], **_: object) -> None:
        # Presigning resolves an endpoint without making a call.
        target = state.attempt.target if state.attempt else first
        builtins[EndpointResolverBuiltins.AWS_REGION] = target.signing_region
        builtins[EndpointResolverBuiltins.SDK_ENDPOINT] = target.url
        context.setdefault("signing", {})["region"] = target.signing_region

    def begin_signing(**_: object) -> None:
        if state.attempt:
            state.attempt.signing = True
            state.attempt.status = None

    def end_signing(**_: object) -> None:
        if state.attempt:
            state.attempt.signing = False

    def prevent_retry(response: Any, caught_exception: Any, operation: Any, **_: object) -> None:  # noqa: ANN401
        if state.attempt is None or (state.attempt.is_last and not state.attempt.has_one_time_code):
            return
        if caught_exception is not None and isinstance(caught_exception, (ConnectionError, HTTPClientError)):
            raise caught_exception
        if response is not None and response[0].status_code >= 500:
            parsed = response[1]
            raise exceptions.from_code(parsed.get("Error", {}).get("Code"))(parsed, operation.name)

    events = client.meta.events
    events.register_last("before-endpoint-resolution.sts", set_endpoint)
    events.register_first("request-created.sts", begin_signing)
    events.register_first("before-send.sts", end_signing)
    events.register_first("needs-retry.sts", prevent_retry)


def _may_be_sent(error: Exception) -> bool:
    """Return whether STS can have received the request before the Region failed."""
    return not isinstance(error, _UNSENT_ERRORS) and _INVALID_CERTIFICATE not in str(error)


def _is_region_failure(error: Exception, attempt: _Attempt) -> bool:
    """Return whether a call failed for a reason that another Region may not have."""
    if attempt.signing:
        return False  # the credential provider failed
    if isinstance(error, ClientError):
        status: object = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return isinstance(status, int) and status >= 500
    if isinstance(error, ResponseParserError):
        # The response is not from STS, but for example from a proxy. With status 4xx, it can be a denial.
        return attempt.status is None or not 400 <= attempt.status < 500
    return isinstance(error, (ConnectionError, HTTPClientError))
