"""Create a botocore STS client that fails over to other regions.

botocore resolves, signs and retries a call within ``BaseClient._make_api_call``. The client calls that method
once per region, so handlers of the client's events see every attempt. Our own event handlers set the endpoint
URL and signing region before botocore resolves them, and end botocore's retries while another region is left.
They also note whether a request is being signed: if credentials cannot be fetched, the region is not down.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import copy
import math
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 (botocore's name)
from botocore.parsers import ResponseParserError
from botocore.regions import EndpointResolverBuiltins

from iamtriage._text import quote_text, wrong_type_message
from iamtriage.boto._sessions import get_botocore_session, get_client_factory
from iamtriage.boto._sts.failover import Failover
from iamtriage.exceptions import EndpointError
from iamtriage.sts._endpoints import resolve_sts_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.boto._sts.failover import Call, FailoverEvent

__all__ = ("build_config", "sts_client")

# In seconds. botocore's default of 60 is too long to wait if another region is available. During
# AssumeRoleWithWebIdentity, STS fetches the identity provider's keys, so reads need several seconds.
_TIMEOUTS = {"connect_timeout": 5, "read_timeout": 20}


def sts_client(
    session: object,
    regions: Sequence[str],
    *,
    endpoints: Mapping[str, str] | None = None,
    cooldown: float = 30.0,
    clock: Callable[[], float] = time.monotonic,
    on_event: Callable[[FailoverEvent], None] | None = None,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> Any:  # noqa: ANN401 (botocore has no types; annotate it with your stubs' STSClient)
    """Create a botocore STS client that calls the next region if one is down.

    A region is down if the connection fails (refused, reset, DNS, TLS), if the response takes too long, if
    its status is 500 or higher, or if it is not an STS response. A denial, or any other status below 500,
    means that the region is up. Each call goes to the first region that is not known to be down, and is
    signed for that region. After a failure, a region is skipped for ``cooldown`` seconds; then one call tries
    it again. If all regions are down, the client first calls the one that failed the longest ago.

    A call tries each region once, but the last one as often as botocore's retry settings say. Unless the
    session or ``config`` sets timeouts, they are 5 seconds to connect and 20 seconds to read.

    Events, ``exceptions`` and stubs work as in any botocore client, and threads can share it. It ignores
    ``sts_regional_endpoints`` and configured endpoint URLs, which specify a single host. It uses the FIPS and
    dual-stack settings. Presigned URLs are for the first region.

    Args:
        session: A ``boto3.Session`` or a ``botocore.session.Session``. It is not modified.
        regions: The regions to try, in this order. Since credentials are valid in one partition, they must
            belong to the same one.
        endpoints: The URLs of regions with another endpoint than the public one, such as a VPC endpoint.
        cooldown: For how many seconds to skip a region after a failure.
        clock: A function that returns the time in seconds.
        on_event: A function to call with each event, in the thread of the call. Its exceptions are logged.
        client_args: Arguments for ``session.client("sts", …)``, except ``region_name`` and ``endpoint_url``.

    Returns:
        The client. Its attribute ``iamtriage_failover`` is a :class:`Failover` with the state of the regions
        and the events. The logger ``iamtriage.boto`` logs the events, too.

    Raises:
        UnknownRegionError: A region is in no known partition.
        EndpointError: A URL is invalid, or the settings require dual-stack endpoints that do not exist.
        ValueError: The regions are empty, contain duplicates or belong to several partitions; or the cooldown
            is negative.
        TypeError: The session, regions or cooldown have the wrong type, or a client argument is unknown or
            conflicts with ``regions``.

    If every region fails, the call raises the last error, with a note that lists the attempts.

    >>> import botocore.session
    >>> client = sts_client(botocore.session.Session(), ["eu-west-1", "eu-central-1"])
    >>> client.meta.endpoint_url
    'https://sts.eu-west-1.amazonaws.com'
    >>> client.iamtriage_failover.endpoints["eu-central-1"]
    'https://sts.eu-central-1.amazonaws.com'
    >>> client.iamtriage_failover.events
    ()

    Why use several regions: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html.
    """
    for name in ("region_name", "endpoint_url"):
        if name in client_args:
            msg = f"{name} is not accepted; pass regions and endpoints instead"
            raise TypeError(msg)
    seconds = _check_cooldown(cooldown)
    core = get_botocore_session(session)
    config = build_config(core, client_args.pop("config", None))
    variants = _read_endpoint_variants(core, config)
    targets = _build_targets(_check_regions(regions), endpoints or {}, variants)
    create_client = get_client_factory(session)
    # One client per region, though one makes all calls: botocore chooses the proxy by the host name when it
    # creates a client. Created now, because threads must not share a session.
    clients = [
        create_client(
            "sts", region_name=target.signing_region, endpoint_url=target.url, config=config, **client_args
        )
        for target in targets
    ]
    urls = {target.region: target.url for target in targets}
    failover = Failover(urls, cooldown=seconds, clock=clock, on_event=on_event)
    return _combine_clients(clients, targets, failover)


@attrs.frozen(eq=False)
class _Target:
    """The endpoint of a region."""

    region: str
    url: str
    signing_region: str
    partition: str


@attrs.define(eq=False)
class _Attempt:
    """One call to one region, in one thread."""

    target: _Target
    endpoint: Any
    is_last: bool
    signing: bool = False
    status: int | None = None


class _ThreadState(threading.local):
    """The attempt that this thread is making with a client."""

    attempt: _Attempt | None = None


def _check_cooldown(cooldown: object) -> float:
    if not isinstance(cooldown, (int, float)):
        raise TypeError(wrong_type_message("cooldown", "a number of seconds", cooldown))
    if not 0 <= cooldown < math.inf:
        msg = f"cooldown must be a finite number of seconds, 0 or greater, not {cooldown}"
        raise ValueError(msg)
    return cooldown


def _check_regions(regions: object) -> list[str]:
    if isinstance(regions, (str, bytes)) or not isinstance(regions, Sequence):
        raise TypeError(wrong_type_message("regions", "a sequence of region names", regions))
    names: list[str] = []
    for region in regions:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(region, str):
            raise TypeError(wrong_type_message("each region", "a string", region))  # pyright: ignore[reportUnknownArgumentType]
        if region in names:
            msg = f"duplicate region {quote_text(region)}"
            raise ValueError(msg)
        names.append(region)
    if not names:
        msg = "regions must not be empty"
        raise ValueError(msg)
    return names


def _build_targets(
    regions: list[str], endpoints: Mapping[str, str], variants: tuple[bool, bool]
) -> tuple[_Target, ...]:
    unknown = [region for region in endpoints if region not in regions]
    if unknown:
        expected = ", ".join(map(quote_text, regions))
        msg = f"unknown region {', '.join(map(quote_text, unknown))} in endpoints; expected one of {expected}"
        raise ValueError(msg)
    targets: list[_Target] = []
    for region in regions:
        is_custom = region in endpoints
        # The FIPS and dual-stack settings do not apply to a custom URL.
        fips, dual_stack = (False, False) if is_custom else variants
        endpoint = resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack)
        url = _check_url(endpoints[region]) if is_custom else endpoint.url
        targets.append(_Target(region, url, endpoint.signing_region, endpoint.partition))
    partitions = sorted({target.partition for target in targets})
    if len(partitions) > 1:
        msg = f"regions must belong to one partition, not to {' and '.join(partitions)}"
        raise ValueError(msg)
    return tuple(targets)


def _check_url(url: object) -> str:
    if isinstance(url, str):
        try:
            parts = urlsplit(url)
            is_valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_valid = False
        if is_valid:
            return url
    msg = f"endpoints must be http or https URLs, not {quote_text(str(url))}"
    raise EndpointError(msg, setting="endpoints", value=url)


def build_config(core: Any, config: Any) -> Any:  # noqa: ANN401 (botocore has no types)
    """Return a config with our timeouts, overridden by those of the session and of the caller."""
    merged = Config(**_TIMEOUTS)
    for override in (core.get_default_client_config(), config):
        if override is not None:
            merged = merged.merge(override)
    return merged


def _read_endpoint_variants(core: Any, config: Any) -> tuple[bool, bool]:  # noqa: ANN401 (botocore has no types)
    """Return whether the settings require FIPS endpoints, and whether they require dual-stack endpoints."""

    def is_enabled(setting: str) -> bool:
        value = getattr(config, setting)
        return bool(core.get_config_variable(setting) if value is None else value)

    return is_enabled("use_fips_endpoint"), is_enabled("use_dualstack_endpoint")


def _combine_clients(clients: list[Any], targets: tuple[_Target, ...], failover: Failover) -> Any:  # noqa: ANN401
    """Return the first client, changed to call the endpoints of all clients."""
    client = clients[0]
    state = _ThreadState()
    routes = {
        target.region: (target, _build_endpoint(client, other, state))
        for target, other in zip(targets, clients, strict=True)
    }
    _register_handlers(client, state, targets[0])
    original: Any = type(client)  # botocore creates a class for each client

    def try_region(self: Any, call: Call, operation_name: str, api_params: dict[str, Any]) -> Any:  # noqa: ANN401
        """Call one region; return the response, or the error if the next region is to be tried."""
        region = call.next_region()
        target, endpoint = routes[region]
        attempt = _Attempt(target, endpoint, is_last=not call.untried)
        # Calls can nest: the client can provide the credentials that sign one of its own calls.
        outer, state.attempt = state.attempt, attempt
        is_recorded = False
        try:
            response = original._make_api_call(self, operation_name, api_params)  # noqa: SLF001
        except Exception as error:
            if _is_region_failure(error, attempt):
                is_recorded = True
                call.record_failure(region, error)
                if not attempt.is_last:
                    return None, error
                error.add_note(call.build_note())
            elif isinstance(error, ClientError) and not attempt.signing:
                is_recorded = True
                call.record_response(region)
            raise
        else:
            is_recorded = True
            call.record_response(region)
            return response, None
        finally:
            state.attempt = outer
            if not is_recorded:
                call.release(region)

    def make_api_call(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:  # noqa: ANN401
        call = failover.begin_call(operation_name)
        while True:
            response, error = try_region(self, call, operation_name, dict(api_params))
            if error is None:
                return response

    def get_endpoint(_: Any) -> Any:  # noqa: ANN401
        return routes[targets[0].region][1] if state.attempt is None else state.attempt.endpoint

    def close(_: Any) -> None:  # noqa: ANN401
        for _target, endpoint in routes.values():
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


class _StatusRecorder:
    """An HTTP session that records each status: botocore does not report that of an unreadable response."""

    def __init__(self, session: Any, state: _ThreadState) -> None:  # noqa: ANN401 (botocore has no types)
        self._session = session
        self._state = state

    def send(self, request: object) -> Any:  # noqa: ANN401
        """Send a request and record the status of the response."""
        response = self._session.send(request)
        if self._state.attempt:
            self._state.attempt.status = response.status_code
        return response

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._session, name)


def _build_endpoint(client: Any, other: Any, state: _ThreadState) -> Any:  # noqa: ANN401
    """Build an endpoint with the events of one client and the connections of another."""
    endpoint = copy.copy(client._endpoint)  # noqa: SLF001 (botocore has no public name for it)
    endpoint.host = other._endpoint.host  # noqa: SLF001
    endpoint.http_session = _StatusRecorder(other._endpoint.http_session, state)  # noqa: SLF001
    return endpoint


def _register_handlers(client: Any, state: _ThreadState, first: _Target) -> None:  # noqa: ANN401 (botocore has no types)
    """Register the event handlers that direct a call to the region of the attempt."""
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
        if state.attempt is None or state.attempt.is_last:
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


def _is_region_failure(error: Exception, attempt: _Attempt) -> bool:
    """Return whether a call failed for a reason that another region may not have."""
    if attempt.signing:
        return False  # the credential provider failed
    if isinstance(error, ClientError):
        status: object = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return isinstance(status, int) and status >= 500
    if isinstance(error, ResponseParserError):
        # The response is not from STS, but maybe from a proxy. With a status of 4xx, it can be a denial.
        return attempt.status is None or not 400 <= attempt.status < 500
    return isinstance(error, (ConnectionError, HTTPClientError))
