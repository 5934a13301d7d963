"""A botocore client of STS that asks the next region when one is down; not for which region that is.

botocore resolves, signs and retries a call within ``BaseClient._make_api_call``. So each region is one such
call, of the same client, so that whatever is registered at its events sees them all. Three events
steer it: the endpoint's URL and signing region are set before they are resolved, a failure ends
botocore's own retries while another region is left, and what fails while a request is signed (credentials
that must be fetched) is not held against the region.
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

from iamtriage._text import quote_text
from iamtriage.boto._sessions import client_maker, core_of
from iamtriage.boto._sts.failover import Failover
from iamtriage.exceptions import EndpointError
from iamtriage.sts._endpoints import resolve_sts_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.boto._sts.failover import Call, FailoverEvent

__all__ = ("config_for", "sts_client")

# botocore's minute for each is too long to wait where another region would have answered. STS asks the
# identity provider for its keys while a client waits for AssumeRoleWithWebIdentity, so not much less.
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
    """Make a botocore client of STS that asks the next region when one is down.

    A region is down when it cannot be reached (refused, reset, no such name, a TLS failure), does not answer
    in time, or answers with a status of 500 or more, or with what is no answer of STS. A denial is an
    answer, and so is any other status below 500. Each call goes to the first region that is not down,
    and is signed for that region. A region that failed is skipped for ``cooldown`` seconds; then one
    call tries it again. Where all regions are down, the one that failed longest ago is asked first.

    Each region is tried once in a call; the last of them as often as botocore's retry settings say.
    Where the session and ``config`` set no time-outs, they are 5 seconds to connect and 20 to read.

    The client is a botocore client: events, ``exceptions`` and stubs work as ever, and threads may share it.
    It calls regional endpoints whatever ``sts_regional_endpoints`` and configured endpoint URLs say, which
    name one host; FIPS and dual-stack settings are kept. A presigned URL is of the first region.

    Args:
        session: a ``boto3.Session`` or a ``botocore.session.Session``; it is not changed.
        regions: the regions to try, in this order; all of one partition, since credentials are.
        endpoints: region -> URL, for those with another endpoint than the public one: a VPC endpoint's.
        cooldown: for how many seconds a region is skipped after a failure.
        clock: tells the time in seconds.
        on_event: is called with each event, in the thread of the call. What it raises is logged.
        client_args: what ``session.client("sts", …)`` takes, but for ``region_name`` and ``endpoint_url``.

    Returns:
        The client. Its attribute ``iamtriage_failover`` is a :class:`Failover`, which tells what happened;
        the logger ``iamtriage.boto`` does so too.

    Raises:
        UnknownRegionError: a region is in no partition.
        EndpointError: a URL is none, or the regions have no dual-stack endpoints and the settings want them.
        ValueError: no regions, one of them twice, or of two partitions; a cooldown below 0.
        TypeError: not a session, not a sequence of regions, no number of seconds, or a client argument that
            ``regions`` replaces or that botocore does not know.

    When every region fails, a call raises the last error, with the story of the attempts as a note.

    >>> import botocore.session
    >>> client = sts_client(botocore.session.Session(), ["eu-west-1", "eu-central-1"])
    >>> client.meta.endpoint_url
    'https://sts.eu-west-1.amazonaws.com'
    >>> client.iamtriage_failover.endpoints["eu-central-1"]
    'https://sts.eu-central-1.amazonaws.com'
    >>> client.iamtriage_failover.events
    ()

    Why another region: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html.
    """
    for name in ("region_name", "endpoint_url"):
        if name in client_args:
            msg = f"{name} would fix the one region or host; give regions and endpoints instead"
            raise TypeError(msg)
    seconds = _seconds(cooldown)
    core = core_of(session)
    config = config_for(core, client_args.pop("config", None))
    targets = _targets(_checked(regions), endpoints or {}, _variants(core, config))
    make = client_maker(session)
    # A client for each region, though one does the work: proxies are chosen by the endpoint's name, when a
    # client is made. Made now, since sessions are not for threads to share.
    clients = [
        make("sts", region_name=one.signing_region, endpoint_url=one.url, config=config, **client_args)
        for one in targets
    ]
    urls = {one.region: one.url for one in targets}
    failover = Failover(urls, cooldown=seconds, clock=clock, on_event=on_event)
    return _joined(clients, targets, failover)


@attrs.frozen(eq=False)
class _Target:
    """Where a region's calls go to."""

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


class _Current(threading.local):
    """The attempt that this thread makes with a client."""

    attempt: _Attempt | None = None


def _seconds(cooldown: object) -> float:
    if not isinstance(cooldown, (int, float)):
        msg = f"cooldown is a number of seconds, not {type(cooldown).__name__}"
        raise TypeError(msg)
    if not 0 <= cooldown < math.inf:
        msg = f"cooldown is a number of seconds, 0 or more, not {cooldown}"
        raise ValueError(msg)
    return cooldown


def _checked(regions: object) -> list[str]:
    if isinstance(regions, (str, bytes)) or not isinstance(regions, Sequence):
        msg = f"regions is a sequence of region names, not {type(regions).__name__}"
        raise TypeError(msg)
    named: list[str] = []
    for region in regions:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(region, str):
            msg = f"a region is text, not {type(region).__name__}"  # pyright: ignore[reportUnknownArgumentType]
            raise TypeError(msg)
        if region in named:
            msg = f"the region {quote_text(region)} is there twice"
            raise ValueError(msg)
        named.append(region)
    if not named:
        msg = "at least one region is wanted"
        raise ValueError(msg)
    return named


def _targets(
    regions: list[str], endpoints: Mapping[str, str], variants: tuple[bool, bool]
) -> tuple[_Target, ...]:
    strangers = [region for region in endpoints if region not in regions]
    if strangers:
        msg = f"endpoints names {', '.join(map(quote_text, strangers))}, which is not among the regions"
        raise ValueError(msg)
    targets: list[_Target] = []
    for region in regions:
        stated = region in endpoints
        # A stated URL is called as it stands; there need be no FIPS or dual-stack host.
        fips, dual_stack = (False, False) if stated else variants
        found = resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack)
        url = _url(endpoints[region]) if stated else found.url
        targets.append(_Target(region, url, found.signing_region, found.partition))
    partitions = sorted({one.partition for one in targets})
    if len(partitions) > 1:
        msg = f"credentials are of one partition, and these regions are of {' and '.join(partitions)}"
        raise ValueError(msg)
    return tuple(targets)


def _url(url: object) -> str:
    if isinstance(url, str):
        try:
            parts = urlsplit(url)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            good = False
        if good:
            return url
    msg = f"an endpoint is a URL of http or https, not {quote_text(str(url))}"
    raise EndpointError(msg, setting="endpoints", value=url)


def config_for(core: Any, given: Any) -> Any:  # noqa: ANN401 (botocore has no types)
    """Merge the time-outs of our clients below those of the session and of the caller."""
    config = Config(**_TIMEOUTS)
    for more in (core.get_default_client_config(), given):
        if more is not None:
            config = config.merge(more)
    return config


def _variants(core: Any, config: Any) -> tuple[bool, bool]:  # noqa: ANN401 (botocore has no types)
    """Tell whether the settings want FIPS endpoints, and dual-stack ones."""

    def is_wanted(setting: str) -> bool:
        value = getattr(config, setting)
        return bool(core.get_config_variable(setting) if value is None else value)

    return is_wanted("use_fips_endpoint"), is_wanted("use_dualstack_endpoint")


def _joined(clients: list[Any], targets: tuple[_Target, ...], failover: Failover) -> Any:  # noqa: ANN401
    """Make the first client call all the endpoints."""
    client = clients[0]
    current = _Current()
    routes = {
        target.region: (target, _endpoint_like(client, other, current))
        for target, other in zip(targets, clients, strict=True)
    }
    _steer(client, current, targets[0])
    made_of: Any = type(client)  # a class that botocore made for this one client

    def attempt_in(self: Any, call: Call, operation_name: str, api_params: dict[str, Any]) -> Any:  # noqa: ANN401
        """Ask one region. Give the answer, and the error where another region is to be asked."""
        region = call.next_region()
        target, endpoint = routes[region]
        attempt = _Attempt(target, endpoint, is_last=not call.untried)
        # A call may run within another: the client may serve the credentials that sign a call of itself.
        outer, current.attempt = current.attempt, attempt
        seen = False
        try:
            answer = made_of._make_api_call(self, operation_name, api_params)  # noqa: SLF001
        except Exception as error:
            if _blames_region(error, attempt):
                seen = True
                call.failed(region, error)
                if not attempt.is_last:
                    return None, error
                error.add_note(call.story())
            elif isinstance(error, ClientError) and not attempt.signing:
                seen = True
                call.answered(region)
            raise
        else:
            seen = True
            call.answered(region)
            return answer, None
        finally:
            current.attempt = outer
            if not seen:
                call.dropped(region)

    def make_api_call(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:  # noqa: ANN401
        call = failover.begin(operation_name)
        while True:
            answer, error = attempt_in(self, call, operation_name, dict(api_params))
            if error is None:
                return answer

    def endpoint_now(_: Any) -> Any:  # noqa: ANN401
        return routes[targets[0].region][1] if current.attempt is None else current.attempt.endpoint

    def close(_: Any) -> None:  # noqa: ANN401
        for _target, endpoint in routes.values():
            endpoint.close()

    members = {
        "__module__": made_of.__module__,
        "_make_api_call": make_api_call,
        "_endpoint": property(endpoint_now),
        "close": close,
    }
    client.__class__ = type(made_of.__name__, (made_of,), members)
    client.iamtriage_failover = failover
    return client


class _Connections:
    """The connections of an endpoint, which note each status: botocore tells none of what it cannot read."""

    def __init__(self, session: Any, current: _Current) -> None:  # noqa: ANN401 (botocore has no types)
        self._session = session
        self._current = current

    def send(self, request: object) -> Any:  # noqa: ANN401
        """Send a request."""
        response = self._session.send(request)
        if self._current.attempt:
            self._current.attempt.status = response.status_code
        return response

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._session, name)


def _endpoint_like(client: Any, other: Any, current: _Current) -> Any:  # noqa: ANN401
    """Give an endpoint with the connections of another client's, and the events of the client's."""
    endpoint = copy.copy(client._endpoint)  # noqa: SLF001 (botocore has no public name for it)
    endpoint.host = other._endpoint.host  # noqa: SLF001
    endpoint.http_session = _Connections(other._endpoint.http_session, current)  # noqa: SLF001
    return endpoint


def _steer(client: Any, current: _Current, first: _Target) -> None:  # noqa: ANN401 (botocore has no types)
    """Register what turns a call to the region of the attempt."""
    # No handler refers to the client, which refers to them.
    exceptions = client.exceptions

    def resolving(builtins: dict[Any, Any], context: dict[str, Any], **_: object) -> None:
        # Presigning resolves an endpoint too, without a call.
        target = current.attempt.target if current.attempt else first
        builtins[EndpointResolverBuiltins.AWS_REGION] = target.signing_region
        builtins[EndpointResolverBuiltins.SDK_ENDPOINT] = target.url
        context.setdefault("signing", {})["region"] = target.signing_region

    def signing(**_: object) -> None:
        if current.attempt:
            current.attempt.signing = True
            current.attempt.status = None

    def sending(**_: object) -> None:
        if current.attempt:
            current.attempt.signing = False

    def retrying(response: Any, caught_exception: Any, operation: Any, **_: object) -> None:  # noqa: ANN401
        if current.attempt is None or current.attempt.is_last:
            return
        if caught_exception is not None and isinstance(caught_exception, (ConnectionError, HTTPClientError)):
            raise caught_exception
        if response is not None and response[0].status_code >= 500:
            parsed = response[1]
            raise exceptions.from_code(parsed.get("Error", {}).get("Code"))(parsed, operation.name)

    events = client.meta.events
    events.register_last("before-endpoint-resolution.sts", resolving)
    events.register_first("request-created.sts", signing)
    events.register_first("before-send.sts", sending)
    events.register_first("needs-retry.sts", retrying)


def _blames_region(error: Exception, attempt: _Attempt) -> bool:
    """Tell whether a call failed for what another region may not have."""
    if attempt.signing:
        return False  # what failed is the credentials' provider
    if isinstance(error, ClientError):
        status: object = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return isinstance(status, int) and status >= 500
    if isinstance(error, ResponseParserError):
        # Something that is not STS answers for it, such as a proxy. Its 4xx may be a denial all the same.
        return attempt.status is None or not 400 <= attempt.status < 500
    return isinstance(error, (ConnectionError, HTTPClientError))
