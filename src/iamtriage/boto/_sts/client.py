"""Create a botocore STS client that fails over to other Regions."""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.config import Config

from iamtriage._text import quote_text, wrong_type_message
from iamtriage.boto._sessions import get_botocore_session, get_client_factory
from iamtriage.boto._sts.calls import Target, combine_clients
from iamtriage.boto._sts.failover import Failover
from iamtriage.exceptions import EndpointError
from iamtriage.sts._endpoints import resolve_sts_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.boto._sts.failover import FailoverEvent

__all__ = ("build_config", "sts_client")

# In seconds. botocore's default of 60 is too long to wait if another region is available. During
# AssumeRoleWithWebIdentity, STS fetches the identity provider's keys, so reads need several seconds.
_TIMEOUTS = {"connect_timeout": 5, "read_timeout": 20}
_DEADLINE = 60.0


def sts_client(  # noqa: PLR0913 (all but two are keyword-only)
    session: object,
    regions: Sequence[str],
    *,
    endpoints: Mapping[str, str] | None = None,
    cooldown: float = 30.0,
    deadline: float | None = _DEADLINE,
    clock: Callable[[], float] = time.monotonic,
    on_event: Callable[[FailoverEvent], None] | None = None,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> Any:  # noqa: ANN401 (botocore has no types; annotate it with your stubs' STSClient)
    """Create a botocore STS client that calls the next Region if one is down.

    A Region is down if the connection fails (refused, reset, DNS, TLS), if the response takes too long, if
    its status is 500 or higher, or if it is not an STS response, such as the page of a captive portal. A
    denial, or any other status below 500, means that the Region is up. Each call goes to the first Region
    that is not known to be down, and is signed for that Region. After a failure, a Region is skipped for
    ``cooldown`` seconds; then one call tries it again. If all Regions are down, the client first calls the
    one that failed the longest ago.

    A call tries each Region once, but the last one as often as botocore's retry settings say. Unless the
    session or ``config`` sets timeouts, they are 5 seconds to connect and 20 seconds to read. They apply to
    each connection and read; ``deadline`` limits the whole call, and each remaining Region gets an equal
    share of it. Only the time that a credential provider takes can exceed the deadline.

    An MFA code (``TokenCode``) works only once. After a request with a code has been sent, the call is not
    retried in any Region.

    Events, ``exceptions`` and stubs work as in any botocore client, and threads can share it. It ignores
    ``sts_regional_endpoints`` and configured endpoint URLs, which specify a single host. It uses the FIPS and
    dual-stack settings. Presigned URLs are for the first Region.

    Args:
        session: A ``boto3.Session`` or a ``botocore.session.Session``. It is not modified.
        regions: The Regions to try, in this order. Since credentials are valid in one partition, they must
            belong to the same one.
        endpoints: The URLs of Regions with another endpoint than the public one, such as a VPC endpoint.
        cooldown: For how many seconds to skip a Region after a failure.
        deadline: The maximum number of seconds for a call, or ``None`` for no limit.
        clock: A function that returns the time in seconds.
        on_event: A function to call with each event, in the thread of the call. Its exceptions are logged.
        client_args: Arguments for ``session.client("sts", …)``, except ``region_name`` and ``endpoint_url``.

    Returns:
        The client. Its attribute ``iamtriage_failover`` is a :class:`Failover` with the state of the Regions
        and the events. The logger ``iamtriage.boto`` logs the events, too.

    Raises:
        UnknownRegionError: A Region is in no known partition.
        EndpointError: A URL is invalid, or the settings require dual-stack endpoints that do not exist.
        ValueError: The Regions are empty, contain duplicates or belong to several partitions; or the cooldown
            or the deadline is out of range.
        TypeError: The session, Regions, cooldown or deadline have the wrong type, or a client argument is
            unknown or conflicts with ``regions``.

    If every Region fails, the call raises the last error. An error that is raised after Regions failed has a
    note with the response or error of each Region.

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
    limit = _check_deadline(deadline)
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
    return combine_clients(clients, targets, failover, limit)


def _check_cooldown(cooldown: object) -> float:
    if not isinstance(cooldown, (int, float)):
        raise TypeError(wrong_type_message("cooldown", "a number of seconds", cooldown))
    if not 0 <= cooldown < math.inf:
        msg = f"cooldown must be a finite number of seconds, 0 or greater, not {cooldown}"
        raise ValueError(msg)
    return cooldown


def _check_deadline(deadline: object) -> float:
    if deadline is None:
        return math.inf
    if not isinstance(deadline, (int, float)):
        raise TypeError(wrong_type_message("deadline", "a number of seconds or None", deadline))
    if not 0 < deadline < math.inf:
        msg = f"deadline must be a finite number of seconds, greater than 0, not {deadline}"
        raise ValueError(msg)
    return deadline


def _check_regions(regions: object) -> list[str]:
    if isinstance(regions, (str, bytes)) or not isinstance(regions, Sequence):
        raise TypeError(wrong_type_message("regions", "a sequence of Region names", regions))
    names: list[str] = []
    for region in regions:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(region, str):
            raise TypeError(wrong_type_message("each Region", "a string", region))  # pyright: ignore[reportUnknownArgumentType]
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
) -> tuple[Target, ...]:
    unknown = [region for region in endpoints if region not in regions]
    if unknown:
        expected = ", ".join(map(quote_text, regions))
        msg = f"unknown region {', '.join(map(quote_text, unknown))} in endpoints; expected one of {expected}"
        raise ValueError(msg)
    targets: list[Target] = []
    for region in regions:
        is_custom = region in endpoints
        # The FIPS and dual-stack settings do not apply to a custom URL.
        fips, dual_stack = (False, False) if is_custom else variants
        endpoint = resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack)
        url = _check_url(endpoints[region]) if is_custom else endpoint.url
        targets.append(Target(region, url, endpoint.signing_region, endpoint.partition))
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
