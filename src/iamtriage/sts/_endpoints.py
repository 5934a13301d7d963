"""Which host of STS a client calls and which region signs for it; not for where the settings come from.

The rules are those of botocore, whose data stand in ``_sts_table``. Nothing is looked up in DNS: that a
client builds a name is no proof that the name exists, see :attr:`StsEndpoint.published`. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html,
https://docs.aws.amazon.com/general/latest/gr/sts.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_dual-stack_endpoint_support.html.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.exceptions import EndpointError, UnknownRegionError
from iamtriage.sts._endpoint_table import (
    BOTOCORE,
    GLOBAL_HOST,
    GLOBAL_REGION,
    GLOBAL_SIGNING_REGION,
    LEGACY_GLOBAL_REGIONS,
    PARTITIONS,
)

# Imported where it is needed: what only errors and unknown regions want, so that the first answer of a
# process comes fast.
if TYPE_CHECKING:
    import re

    from iamtriage.sts._endpoint_table import Partition

__all__ = ("StsEndpoint", "StsMode", "resolve_sts_endpoint")

StsMode: TypeAlias = Literal["regional", "legacy"]
"""The values of ``sts_regional_endpoints``: regional hosts, or the global one for the oldest regions."""

_Kind: TypeAlias = Literal["listed", "unlisted", "pseudo", "fitting"]

_KINDS: tuple[_Kind, ...] = ("listed", "unlisted", "pseudo")
_KNOWN: dict[str, tuple[Partition, _Kind]] = {
    region: (partition, kind)
    for partition in PARTITIONS
    for kind, regions in zip(_KINDS, (partition.regions, partition.unlisted, partition.pseudo), strict=True)
    for region in regions
}
# The partitions for whose regions AWS documents dual-stack hosts of STS. FIPS hosts among these it
# promises for the US and Canada, and endpoints.json tells which regions of the US.
_DUAL_STACK = frozenset({"aws", "aws-cn", "aws-us-gov"})
_PROMISED_FIPS = "ca-"
_LONGEST = 63  # a label of a host name; clients refuse longer regions
_LOOKED_AT = 200


class _Endpoint(NamedTuple):
    url: str
    host: str
    signing_region: str
    partition: str
    is_global: bool
    published: bool | None
    reason: str


class StsEndpoint(View, _Endpoint):
    """The host that a client of STS calls, and how it signs the call.

    A named tuple: importing attrs would take most of the time to a process's first answer.

    Attributes:
        url: scheme and host.
        host: the host alone.
        signing_region: the region in the credential scope of the signature (Signature Version 4).
        partition: the partition of the region.
        is_global: whether it is the global endpoint, ``sts.amazonaws.com``.
        published: whether AWS lists the host. False: it lists others, and this one is only what SDKs
            build by their rule, so expect no such name in DNS. None: what we know does not tell.
        reason: why it is this host, in one sentence.

    >>> resolve_sts_endpoint("eu-west-1", fips=True).published
    False
    """

    __slots__ = ()


def resolve_sts_endpoint(
    region: str | None = None, *, fips: bool = False, dual_stack: bool = False, mode: StsMode = "regional"
) -> StsEndpoint:
    """Tell which host of STS a botocore client with these settings calls, and how it signs.

    Args:
        region: a region; None for a client without one, which calls the global endpoint. The names
            ``us-west-2-fips`` and ``fips-us-west-2`` mean the region and ``fips``, as in botocore.
        fips: the setting ``use_fips_endpoint``.
        dual_stack: the setting ``use_dualstack_endpoint``.
        mode: the setting ``sts_regional_endpoints``. The default is botocore's since 1.40; earlier ones
            were ``"legacy"``.

    Raises:
        UnknownRegionError: the region is in no partition. botocore would take it for one of ``aws``.
        EndpointError: botocore refuses dual stack in the region's partition, or the mode.
        TypeError: the region is no text, or a switch no bool.

    >>> endpoint = resolve_sts_endpoint("cn-north-1")
    >>> endpoint.url, endpoint.signing_region, endpoint.partition
    ('https://sts.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'aws-cn')
    >>> resolve_sts_endpoint("us-west-2", mode="legacy").signing_region
    'us-east-1'
    >>> print(resolve_sts_endpoint().reason)
    A client without a region calls the global endpoint, whose calls are signed for us-east-1.
    >>> resolve_sts_endpoint("us_east_1")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.UnknownRegionError: no partition has the region 'us_east_1'; did you mean us-east-1?

    The rules: https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html.
    """
    try:
        return _cached(region, fips, dual_stack, mode)
    except TypeError:
        # Perhaps of the cache, into which nothing comes that has no hash: the checks say what is wrong.
        pass
    return _resolved(region, fips, dual_stack, mode)


def _resolved(region: object, fips: object, dual_stack: object, mode: object) -> StsEndpoint:
    if region is not None and not isinstance(region, str):
        msg = f"a region is text or None, not {type(region).__name__}"
        raise TypeError(msg)
    if not isinstance(fips, bool) or not isinstance(dual_stack, bool):
        # The text "false" would be true.
        switch, value = ("dual_stack", dual_stack) if isinstance(fips, bool) else ("fips", fips)
        msg = f"{switch} is a bool, not {type(value).__name__}"
        raise TypeError(msg)
    if mode not in ("regional", "legacy"):
        given = quote_text(mode) if isinstance(mode, str) else type(mode).__name__
        msg = f"mode is one of {', '.join(map(repr, get_args(StsMode)))}, not {given}"
        raise EndpointError(msg, setting="mode", value=mode)
    name = GLOBAL_REGION if region is None else region
    known = _KNOWN.get(name)
    if known is None:
        name = _without_fips(name)
        known = _KNOWN.get(name) or _fitting(name)
        if known is None:
            raise _unknown(region or "")
    partition, kind = known
    with_fips = fips or (region is not None and name != region)
    # Pseudo-regions get past this check of botocore's, which takes those that it does not know for regions
    # of aws.
    if dual_stack and partition.rejects_dual_stack and kind != "pseudo":
        msg = f"botocore refuses dual stack for {name}: its data have no dual-stack hosts in {partition.name}"
        raise EndpointError(msg, setting="use_dualstack_endpoint", value=True)
    legacy = mode == "legacy" and name in LEGACY_GLOBAL_REGIONS
    if not with_fips and not dual_stack and (legacy or name == GLOBAL_REGION):
        return _global(region)
    # The rule for FIPS in GovCloud, whose ordinary hosts do FIPS, does not hold with dual stack.
    label = "sts" if not with_fips else "sts-fips" if dual_stack else partition.fips_label
    host = f"{label}.{name}.{partition.dual_stack_suffix if dual_stack else partition.dns_suffix}"
    published = _published(partition, kind, name, fips=with_fips, dual_stack=dual_stack)
    if region is None:
        why = "A client without a region takes aws-global, and with FIPS or dual stack it calls"
    elif with_fips and not fips:
        why = f"{region} means {name} with FIPS, so that a client calls"
    elif legacy:
        why = "Legacy mode goes without FIPS and dual stack only, so that a client calls"
    elif mode == "legacy":
        why = f"Legacy mode does not send {name} to the global endpoint, so that a client calls"
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
            f"{why} the {_VARIANTS[with_fips, dual_stack]} host of {name} in the partition {partition.name}"
            f"{_doubt(kind, published)}."
        ),
    )


_cached = functools.lru_cache(maxsize=512, typed=True)(_resolved)

_VARIANTS = {
    (False, False): "regional",
    (True, False): "FIPS",
    (False, True): "dual-stack",
    (True, True): "FIPS dual-stack",
}


def _global(region: str | None) -> StsEndpoint:
    if region is None:
        why = "A client without a region calls the global endpoint"
    elif region == GLOBAL_REGION:
        why = f"{region} stands for the global endpoint"
    else:
        why = f"Legacy mode sends {region} to the global endpoint"
    return StsEndpoint(
        url=f"https://{GLOBAL_HOST}",
        host=GLOBAL_HOST,
        signing_region=GLOBAL_SIGNING_REGION,
        partition="aws",
        is_global=True,
        published=True,
        reason=f"{why}, whose calls are signed for {GLOBAL_SIGNING_REGION}.",
    )


def _without_fips(region: str) -> str:
    """Take the marks of FIPS pseudo-regions out, wherever they stand, as botocore's ClientCreator does."""
    if len(region) > _LONGEST or region.startswith("-") or region.endswith("-"):
        return region  # no label of a host name, which botocore refuses before
    return region.replace("fips-", "").replace("-fips", "")


def _fitting(name: str) -> tuple[Partition, _Kind] | None:
    """Give the partition whose pattern a region fits that botocore's data do not list."""
    # `\w` takes an underscore too, with which botocore accepts no region, since no host name has one.
    if len(name) > _LONGEST or "_" in name:
        return None
    for pattern, partition in _patterns():
        if pattern.fullmatch(name):
            return partition, "fitting"
    return None


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], Partition], ...]:
    """Compile the patterns when a region is met that is in no list; most processes meet none."""
    import re

    return tuple((re.compile(partition.pattern, re.ASCII), partition) for partition in PARTITIONS)


def _published(partition: Partition, kind: _Kind, name: str, *, fips: bool, dual_stack: bool) -> bool | None:
    """Tell whether AWS lists a host, so far as its documents and botocore's endpoints.json tell."""
    if kind == "pseudo":
        return False
    if kind != "listed":
        return None
    listed = not fips or name in partition.fips_regions
    if not dual_stack:
        return listed
    if not listed:
        return None if name.startswith(_PROMISED_FIPS) else False
    # Of FIPS with dual stack the page speaks for aws alone.
    return True if partition.name in _DUAL_STACK and (not fips or partition.name == "aws") else None


def _doubt(kind: _Kind, published: bool | None) -> str:  # noqa: FBT001 (three values)
    if kind == "pseudo":
        return ", which is no region and has no such host"
    if kind == "fitting":
        return f", a region that botocore {BOTOCORE} does not know and that only fits the partition's pattern"
    if kind == "unlisted":
        return f", for which botocore {BOTOCORE} lists no host of STS"
    if published is None:
        return ", of which it is unknown whether AWS publishes it"
    return "" if published else ", a name that SDKs build and AWS does not publish"


def _unknown(region: str) -> UnknownRegionError:
    near = _near(region[:_LOOKED_AT].strip().lower().replace("_", "-").replace(" ", "-"))
    hint = f"; did you mean {near}?" if near else ""
    return UnknownRegionError(f"no partition has the region {quote_text(region)}{hint}", region=region)


def _near(text: str) -> str | None:
    """Give the region that a text holds, or that it is most like."""
    # Zones (us-east-1a), URLs and host names hold their region.
    held = max((region for region in _KNOWN if region in text), key=len, default=None)
    if held is not None or len(text) > _LONGEST:
        return held
    import difflib

    return next(iter(difflib.get_close_matches(text, _KNOWN, n=1, cutoff=0.75)), None)
