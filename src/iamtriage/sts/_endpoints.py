"""Resolve the STS endpoint that a client calls, and the Region for which it signs.

The rules are those of botocore, and ``_endpoint_table`` has its data. There are no DNS lookups, so the host
can be one that does not exist; see :attr:`StsEndpoint.published`. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html,
https://docs.aws.amazon.com/general/latest/gr/sts.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_dual-stack_endpoint_support.html.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import quote_text, wrong_type_message
from iamtriage._typing import NamedTuple
from iamtriage.exceptions import EndpointError, UnknownRegionError
from iamtriage.sts._endpoint_table import (
    BOTOCORE,
    GLOBAL_HOST,
    GLOBAL_REGION,
    GLOBAL_SIGNING_REGION,
    LEGACY_GLOBAL_REGIONS,
    PARTITIONS,
)

# Modules that only errors and unknown regions need are imported where they are used, so that the first call
# in a process is fast.
if TYPE_CHECKING:
    import re

    from iamtriage.sts._endpoint_table import Partition

__all__ = ("NO_REGION", "StsEndpoint", "StsMode", "find_endpoint", "resolve_sts_endpoint")

StsMode: TypeAlias = Literal["regional", "legacy"]
"""The values of ``sts_regional_endpoints``: regional endpoints, or the global one for the oldest Regions."""

NO_REGION = lazy_pattern(
    r"NoRegionError|(?i:You must specify a region|Missing ?Region(?:Error)?\b"
    r"|could not find region configuration|Unable to (?:find|load) (?:a |an AWS )?region|Region is missing"
    r"|an AWS region is required|No RegionEndpoint or ServiceURL configured|auto[- ]detect AWS region"
    r"|AWS configuration with a region supported|No region (?:was provided|specified or obtained))"
    r"|The \"region\" attribute or the \"AWS_REGION"
    r"|'Endpoint'{1,2} configuration is required for this service"
    r"|client configuration options:\s+region:"
    r"|(?:\bregion: \"\"|[Ii]nvalid AWS Region: {0,3}(?:$|\[\]))(?!\w)"
    # A name in which a variable without a value was the Region.
    r"|\b[a-z0-9][a-z0-9-]{0,40}\.\.amazonaws\.com(?:\.cn)?"
)
"""What SDKs and tools print if no Region is set."""

_Kind: TypeAlias = Literal["listed", "unlisted", "pseudo", "matching"]

_KINDS: tuple[_Kind, ...] = ("listed", "unlisted", "pseudo")
_REGIONS: dict[str, tuple[Partition, _Kind]] = {
    region: (partition, kind)
    for partition in PARTITIONS
    for kind, regions in zip(_KINDS, (partition.regions, partition.unlisted, partition.pseudo), strict=True)
    for region in regions
}
# The partitions in which AWS documents dual-stack endpoints of STS. Among these, it documents FIPS endpoints
# for the US and Canada; endpoints.json lists the regions in the US.
_DUAL_STACK_PARTITIONS = frozenset({"aws", "aws-cn", "aws-us-gov"})
_CANADA = "ca-"
_MAX_LABEL_LENGTH = 63  # of a host name; clients reject longer regions
_MAX_TYPO_LENGTH = 200  # characters


class _Endpoint(NamedTuple):
    url: str
    host: str
    signing_region: str
    partition: str
    is_global: bool
    published: bool | None
    reason: str


class StsEndpoint(View, _Endpoint):
    """The endpoint that an STS client calls, and the Region for which it signs.

    A named tuple, because importing attrs would take most of the time of the first call in a process.

    Attributes:
        url: Scheme and host.
        host: The host.
        signing_region: The Region in the credential scope of the signature (Signature Version 4).
        partition: The partition of the Region.
        is_global: Whether this is the global endpoint, ``sts.amazonaws.com``.
        published: Whether AWS lists the host. ``False`` if AWS lists only other hosts: SDKs build this name,
            but it is probably missing from DNS. ``None`` if that is unknown.
        reason: Why the client calls this endpoint, in one sentence.

    >>> resolve_sts_endpoint("eu-west-1", fips=True).published
    False
    """

    __slots__ = ()


def resolve_sts_endpoint(
    region: str | None = None, *, fips: bool = False, dual_stack: bool = False, mode: StsMode = "regional"
) -> StsEndpoint:
    """Resolve the STS endpoint that a botocore client with these settings calls.

    Args:
        region: The Region; ``None`` for a client without one, which calls the global endpoint. As in
            botocore, the names ``us-west-2-fips`` and ``fips-us-west-2`` mean the Region with ``fips``.
        fips: The setting ``use_fips_endpoint``.
        dual_stack: The setting ``use_dualstack_endpoint``.
        mode: The setting ``sts_regional_endpoints``. The default is that of botocore since 1.40; before, it
            was ``"legacy"``.

    Raises:
        UnknownRegionError: The Region is in no partition. botocore would treat it as a Region of ``aws``.
        EndpointError: botocore rejects the mode, or dual stack in the Region's partition.
        TypeError: The Region is not a string, or a switch is not a boolean.

    >>> endpoint = resolve_sts_endpoint("cn-north-1")
    >>> endpoint.url, endpoint.signing_region, endpoint.partition
    ('https://sts.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'aws-cn')
    >>> resolve_sts_endpoint("us-west-2", mode="legacy").signing_region
    'us-east-1'
    >>> print(resolve_sts_endpoint().reason)
    A client without a Region calls the global endpoint; requests to it are signed for us-east-1.
    >>> resolve_sts_endpoint("us_east_1")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.UnknownRegionError: unknown region 'us_east_1'; did you mean us-east-1?

    The rules: https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html.
    """
    try:
        return _resolve_cached(region, fips, dual_stack, mode)
    except TypeError:
        # The cache rejects unhashable values. For those, the checks below name the wrong argument.
        pass
    return _resolve(region, fips, dual_stack, mode)


def _resolve(region: object, fips: object, dual_stack: object, mode: object) -> StsEndpoint:
    if region is not None and not isinstance(region, str):
        raise TypeError(wrong_type_message("region", "a string or None", region))
    if not isinstance(fips, bool) or not isinstance(dual_stack, bool):
        # The string "false" would be truthy.
        switch, value = ("dual_stack", dual_stack) if isinstance(fips, bool) else ("fips", fips)
        raise TypeError(wrong_type_message(switch, "a boolean", value))
    if mode not in ("regional", "legacy"):
        given = quote_text(mode) if isinstance(mode, str) else type(mode).__name__
        msg = f"unknown mode {given}; expected one of {', '.join(get_args(StsMode))}"
        raise EndpointError(msg, setting="mode", value=mode)
    name = GLOBAL_REGION if region is None else region
    known = _REGIONS.get(name)
    if known is None:
        name = _strip_fips(name)
        known = _REGIONS.get(name) or _match_pattern(name)
        if known is None:
            raise _build_error(region or "")
    partition, kind = known
    with_fips = fips or (region is not None and name != region)
    # This check of botocore does not apply to pseudo-regions: it treats those that it does not know as
    # regions of aws.
    if dual_stack and partition.rejects_dual_stack and kind != "pseudo":
        msg = f"botocore rejects dual stack for {name}: it has no dual-stack endpoints in {partition.name}"
        raise EndpointError(msg, setting="use_dualstack_endpoint", value=True)
    legacy = mode == "legacy" and name in LEGACY_GLOBAL_REGIONS
    if not with_fips and not dual_stack and (legacy or name == GLOBAL_REGION):
        return _build_global_endpoint(region)
    # In GovCloud, the standard endpoints support FIPS, but not with dual stack.
    label = "sts" if not with_fips else "sts-fips" if dual_stack else partition.fips_label
    host = f"{label}.{name}.{partition.dual_stack_suffix if dual_stack else partition.dns_suffix}"
    published = _is_published(partition, kind, name, fips=with_fips, dual_stack=dual_stack)
    if region is None:
        why = "A client without a Region uses aws-global, and with FIPS or dual stack it calls"
    elif with_fips and not fips:
        why = f"{region} means {name} with FIPS, so a client calls"
    elif legacy:
        why = "Legacy mode does not apply to FIPS and dual stack, so a client calls"
    elif mode == "legacy":
        why = f"Legacy mode does not apply to {name}, so a client calls"
    else:
        why = "A client calls"
    return StsEndpoint(
        url=f"https://{host}",
        host=host,
        signing_region=GLOBAL_SIGNING_REGION if name == GLOBAL_REGION else name,
        partition=partition.name,
        is_global=False,
        published=published,
        reason=(
            f"{why} the {_VARIANTS[with_fips, dual_stack]} endpoint of {name} "
            f"in the partition {partition.name}"
            f"{_describe_doubt(kind, published)}."
        ),
    )


_resolve_cached = functools.lru_cache(maxsize=512, typed=True)(_resolve)


def find_endpoint(region: str, *, fips: bool = False, legacy: bool = False) -> StsEndpoint | None:
    """Return the endpoint of a Region, or ``None`` if it has none."""
    # Labels of host names are not longer, and longer regions are not cached.
    return _find_endpoint(region, fips, legacy) if len(region) <= _MAX_LABEL_LENGTH else None


@functools.lru_cache(maxsize=256)
def _find_endpoint(region: str, fips: bool, legacy: bool) -> StsEndpoint | None:  # noqa: FBT001 (cache keys)
    try:
        return resolve_sts_endpoint(region, fips=fips, mode="legacy" if legacy else "regional")
    except (EndpointError, UnknownRegionError):
        return None


_VARIANTS = {
    (False, False): "regional",
    (True, False): "FIPS",
    (False, True): "dual-stack",
    (True, True): "FIPS dual-stack",
}


def _build_global_endpoint(region: str | None) -> StsEndpoint:
    if region is None:
        why = "A client without a Region calls the global endpoint"
    elif region == GLOBAL_REGION:
        why = f"{region} means the global endpoint"
    else:
        why = f"In legacy mode, a client in {region} calls the global endpoint"
    return StsEndpoint(
        url=f"https://{GLOBAL_HOST}",
        host=GLOBAL_HOST,
        signing_region=GLOBAL_SIGNING_REGION,
        partition="aws",
        is_global=True,
        published=True,
        reason=f"{why}; requests to it are signed for {GLOBAL_SIGNING_REGION}.",
    )


def _strip_fips(region: str) -> str:
    """Remove the FIPS prefix or suffix of a pseudo-region anywhere in it, like botocore's ClientCreator."""
    if len(region) > _MAX_LABEL_LENGTH or region.startswith("-") or region.endswith("-"):
        return region  # not a valid label of a host name, so botocore rejects it first
    return region.replace("fips-", "").replace("-fips", "")


def _match_pattern(name: str) -> tuple[Partition, _Kind] | None:
    """Return the partition whose pattern matches a Region that botocore does not list."""
    # `\w` matches an underscore, which botocore rejects in regions, because a host name cannot have one.
    if len(name) > _MAX_LABEL_LENGTH or "_" in name:
        return None
    for pattern, partition in _compile_patterns():
        if pattern.fullmatch(name):
            return partition, "matching"
    return None


@functools.cache
def _compile_patterns() -> tuple[tuple[re.Pattern[str], Partition], ...]:
    """Compile the patterns when a Region is not listed, which most processes never need."""
    import re

    return tuple((re.compile(partition.pattern, re.ASCII), partition) for partition in PARTITIONS)


def _is_published(
    partition: Partition, kind: _Kind, name: str, *, fips: bool, dual_stack: bool
) -> bool | None:
    """Return whether AWS lists a host in its documentation or in botocore's endpoints.json, if known."""
    if kind == "pseudo":
        return False
    if kind != "listed":
        return None
    listed = not fips or name in partition.fips_regions
    if not dual_stack:
        return listed
    if not listed:
        return None if name.startswith(_CANADA) else False
    # For FIPS with dual stack, AWS documents only the partition aws.
    return (
        True if partition.name in _DUAL_STACK_PARTITIONS and (not fips or partition.name == "aws") else None
    )


def _describe_doubt(kind: _Kind, published: bool | None) -> str:  # noqa: FBT001 (three values)
    if kind == "pseudo":
        return ", which is not a Region and has no such endpoint"
    if kind == "matching":
        return f", a Region that botocore {BOTOCORE} does not list; it only matches the partition's pattern"
    if kind == "unlisted":
        return f", for which botocore {BOTOCORE} lists no STS endpoint"
    if published is None:
        return "; it is unknown whether AWS publishes it"
    return "" if published else "; SDKs build its name, but AWS does not publish it"


def _build_error(region: str) -> UnknownRegionError:
    similar = find_similar_regions(region[:_MAX_TYPO_LENGTH])
    hint = f"; did you mean {similar[0]}?" if similar else ""
    return UnknownRegionError(f"unknown region {quote_text(region)}{hint}", region=region)


def find_similar_regions(text: str) -> tuple[str, ...]:
    """Return the Region that a text contains, or those that are equally similar to it. A Region has none.

    >>> find_similar_regions("us-east-1a"), find_similar_regions("us-esat-1")
    (('us-east-1',), ('us-east-1',))
    >>> find_similar_regions("us-est-1"), find_similar_regions("us-east-1")
    (('us-west-1', 'us-east-1'), ())
    """
    if text in _REGIONS:
        return ()
    text = text.strip().lower().replace("_", "-").replace(" ", "-")
    # Availability Zones (us-east-1a), URLs and host names contain their Region.
    contained = max((region for region in _REGIONS if region in text), key=len, default=None)
    if contained is not None or len(text) > _MAX_LABEL_LENGTH:
        return () if contained is None else (contained,)
    import difflib

    close = difflib.get_close_matches(text, _REGIONS, n=5, cutoff=0.75)
    # People swap letters more often than they write others.
    swapped = [region for region in close if sorted(region) == sorted(text)]
    ratios = {each: difflib.SequenceMatcher(None, each, text).ratio() for each in close}
    return tuple(swapped) or tuple(each for each in close if ratios[each] == ratios[close[0]])
