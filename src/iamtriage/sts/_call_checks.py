"""The rules that find causes in how STS is called: signatures, regions, network; not for what EKS sets up.

Each rule gives its cause or None, and none looks at what the others found. What holds of SDKs is of
https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html, what of tokens of
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._text import quote_text
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.exceptions import EndpointError, UnknownRegionError
from iamtriage.failures._failures import InvalidCredentials, RegionDisabled
from iamtriage.sts._causes import Fix, StsCause, fix_in
from iamtriage.sts._endpoints import resolve_sts_endpoint
from iamtriage.sts._evidence import ANNOTATION, GLOBAL_HOST, ROLE, region_of, resolved
from iamtriage.sts._pods import sts_default

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure
    from iamtriage.sts._causes import Certainty, Place
    from iamtriage.sts._evidence import Known, Set

__all__ = (
    "fips",
    "global_host",
    "missing_region",
    "other_partition",
    "private_dns",
    "region_disabled",
    "unknown_region",
    "v1_token",
    "wrong_scope",
)

_GLOBAL_REGIONS = frozenset({"us-east-1", "aws-global"})
_NO_REGION = re.compile(
    r"NoRegionError|You must specify a region|MissingRegion|could not find region configuration|"
    r"Unable to find a region|Unable to load region|Region is missing|Missing region in config|"
    r"Invalid Configuration: Missing Region|No RegionEndpoint or ServiceURL configured"
)
_CODE = "the code"
_QUOTED = 300


def _unset(setting: Set, known: Known) -> Fix:
    """Take a setting away from where it is."""
    if setting.where.startswith(_CODE):
        return fix_in("code", f"drop the endpoint URL from the code, or name {known.regional_url}")
    return fix_in("pod", f"unset {setting.where}", known.set_env(f"{setting.where}-"))


def _quoted(failure: Failure) -> str:
    start, end = failure.span
    text = failure.text[start:end].strip() or failure.kind
    # What is wrong stands at the end of the sentence.
    return f"the failure says {'' if len(text) <= _QUOTED else '…'}{text[-_QUOTED:]!r}"


# ------------------------------------------------ signatures


def wrong_scope(known: Known) -> StsCause | None:
    failure, endpoint, region = known.scope_failure, known.endpoint, known.region
    host_region = None if endpoint is None else region_of(endpoint.value)
    signed = None if region is None else resolved(region.value)
    # Names such as us-west-2-fips sign for their region.
    differ = host_region is not None and signed is not None and host_region != signed.signing_region
    if failure is None and not differ:
        return None
    evidence = [] if failure is None else [_quoted(failure)]
    fixes: list[Fix] = []
    if endpoint is not None:
        evidence.append(f"{endpoint.where} names the host {quote_text(endpoint.value)}")
        fixes.append(_unset(endpoint, known))
    if region is not None:
        evidence.append(f"the region is {quote_text(region.value)}, from {region.where}")
    if differ:
        fixes.append(
            fix_in("code", f"give this one client the region of the host that it calls: {host_region}")
        )
    elif endpoint is None:
        fixes.append(
            fix_in("code", f"let host and region agree: {known.regional_url} with {known.home or 'REGION'}")
        )
    return StsCause(
        "wrong-scope",
        "The call is signed for another region than that of the host which it reaches.",
        tuple(evidence),
        "derived" if failure is None else "reported",
        tuple(fixes),
    )


def global_host(known: Known) -> StsCause | None:
    endpoint, region = known.endpoint, known.region
    fixes: list[Fix] = []
    evidence: list[str] = []
    if endpoint is not None:
        # Legacy mode is no cause: without an endpoint URL it signs for us-east-1, as the global host wants.
        if endpoint.value != GLOBAL_HOST or (region is not None and region.value in _GLOBAL_REGIONS):
            return None
        evidence.append(
            f"{endpoint.where} names the host {GLOBAL_HOST}, which takes signatures for us-east-1"
        )
        if region is not None:
            evidence.append(f"the client signs for {quote_text(region.value)}, from {region.where}")
        if reason := _why_regional(known):
            evidence.append(reason)
        fixes.append(_unset(endpoint, known))
        if endpoint.where.startswith(_CODE):
            fixes.append(
                fix_in("code", "or keep the global host, and give this one client the region us-east-1")
            )
    elif known.scope_failure is not None and (reason := _why_regional(known)):
        # The usual story, but nothing was given that names the host.
        evidence += ["the call is signed for another region than the host's", reason]
        fixes.append(fix_in("code", f"drop endpoint URLs of STS from the code, or name {known.regional_url}"))
    else:
        return None
    return StsCause(
        "global-host-regional-credentials",
        "The code calls the global host of STS with signatures for a region.",
        tuple(evidence),
        "derived" if endpoint is not None and region is not None else "possible",
        tuple(fixes),
    )


def _why_regional(known: Known) -> str | None:
    """Say what makes clients regional; None where nothing is known to."""
    if known.mode is not None:
        return known.mode[1] if known.mode[0] == "regional" else None
    annotation = known.annotation(ANNOTATION)
    expected = sts_default(known.kubernetes_version, annotation)
    if not expected.adds_variable:
        return None
    if expected.annotation is None:
        return expected.reason
    return f"the annotation {ANNOTATION} is {quote_text(annotation or '')}"


# ------------------------------------------------ regions


def missing_region(known: Known) -> StsCause | None:
    reported = _NO_REGION.search(known.text)
    of_aws = any(name.startswith("AWS_") for name in known.env or ())
    if reported is None and (known.region is not None or not of_aws):
        return None
    evidence = [f"the failure says {quote_text(reported[0])}"] if reported else []
    other = known.variable("AWS_REGION") or known.variable("AWS_DEFAULT_REGION")
    if known.env is not None and known.region is None:
        if other and known.sdk is not None:
            read = " and ".join(known.sdk.regions)
            evidence.append(f"{known.sdk.title} reads {read}, and the other variable is set")
        else:
            evidence.append("neither AWS_REGION nor AWS_DEFAULT_REGION is in the environment")
    region = next((name for name in (other, known.cluster_region) if name and resolved(name)), "REGION")
    return StsCause(
        "missing-region",
        "The client is told no region.",
        tuple(evidence),
        # A config file in the image may state one, unless the failure says that nothing does.
        "reported" if reported else "possible",
        (
            fix_in("pod", "set both variables in the container's specification", known.set_region(region)),
            fix_in("code", f"give the client its region: {region}"),
            fix_in(
                "cluster",
                "EKS's webhook sets both variables in the pods that it changes, if they set neither; older "
                "pods have to be made anew",
                known.restart,
            ),
        ),
    )


def unknown_region(known: Known) -> StsCause | None:
    region = known.region
    if region is None:
        return None
    try:
        resolve_sts_endpoint(region.value)
    except (EndpointError, UnknownRegionError) as error:
        evidence = f"{region.where} names the region {quote_text(region.value)}: {error}"
    else:
        return None
    place: Place = "code" if region.where.startswith(_CODE) else "pod"
    commands = () if region.where.startswith(_CODE) else (known.set_env(f"{region.where}=REGION"),)
    return StsCause(
        "unknown-region",
        "The region is in no partition of AWS.",
        (evidence,),
        "derived",
        (fix_in(place, "name a region that exists", *commands),),
    )


def other_partition(known: Known) -> StsCause | None:
    """Find roles of other partitions whose clients go to the global host, which is aws's alone."""
    roles = (("AWS_ROLE_ARN", known.variable("AWS_ROLE_ARN")), (ROLE, known.annotation(ROLE)))
    found = next(((where, role) for where, role in roles if role and role.startswith("arn:aws-")), None)
    if found is None or (partition := found[1].split(":", 2)[1]) not in PARTITIONS:
        return None
    endpoint = known.endpoint
    without = None if known.sdk is None else known.sdk.without_region
    certainty: Certainty = "derived"
    if endpoint is not None and endpoint.value == GLOBAL_HOST:
        reason = f"{endpoint.where} names the host {GLOBAL_HOST}"
    elif endpoint is None and known.failing_host == GLOBAL_HOST:
        reason = f"the failure names the host {GLOBAL_HOST}"
    elif endpoint is None and known.env is not None and known.region is None and without != "error":
        # SDKs differ: botocore takes the global host, Go an error, JavaScript us-east-1. And a config file
        # in the image may tell the region.
        reason, certainty = (
            "the environment tells no region, and many SDKs then call a host of aws",
            "possible",
        )
    else:
        return None
    china = partition == "aws-cn"
    host = None if known.home is None else resolved(known.home)
    region = host.signing_region if host is not None and host.partition == partition else "REGION"
    regions = ", cn-north-1 or cn-northwest-1," if china and region == "REGION" else ""
    return StsCause(
        "china-without-region" if china else "partition-without-region",
        f"The role is one of the partition {partition}, and the global host knows those of aws alone.",
        (f"{found[0]} is {quote_text(found[1])}", reason),
        certainty,
        (
            fix_in("pod", f"set the region{regions} from which SDKs find the host", known.set_region(region)),
            fix_in("code", "give the client its region, and no endpoint URL of another partition"),
        ),
    )


def region_disabled(known: Known) -> StsCause | None:
    failure, endpoint, region = known.failure, known.endpoint, known.region
    if not isinstance(failure, RegionDisabled):
        return None
    # What the failing client called goes before where the cluster is.
    called = (
        None if endpoint is None else region_of(endpoint.value),
        None if region is None else region.value,
        known.cluster_region,
    )
    name = next((name for name in called if name and resolved(name) is not None), None)
    shown_name = name or "REGION"
    opts_in = known.opt_in if name is None else known.opts_in(name)
    fixes: list[Fix] = []
    if opts_in is not False:
        fixes.append(
            fix_in(
                "account",
                f"if {shown_name} is a region to opt in to, enable it, which activates STS there",
                f"aws account enable-region --region-name {shown_name}",
            )
        )
    if opts_in is not True:
        text = f"if {shown_name} is always on, activate STS for it in the IAM console, under Account settings"
        fixes.append(fix_in("account", text))
    fixes.append(
        fix_in("code", "or call the host of a region that is activated, and sign for it; tokens hold in all")
    )
    return StsCause(
        "region-disabled",
        "STS is not activated for the account in the region that was called.",
        (_quoted(failure),),
        "reported",
        tuple(fixes),
    )


def v1_token(known: Known) -> StsCause | None:
    region = known.cluster_region if known.region is None else known.region.value
    if region is None or not known.opts_in(region):
        return None
    reason = known.calls_global
    rejected = known.failure if isinstance(known.failure, InvalidCredentials) else None
    # Without a reason the token's origin is open, unless it is known that the client is regional.
    is_open = known.endpoint is None and (known.mode is None or known.mode[0] == "legacy")
    if reason is None and (rejected is None or not is_open):
        return None
    evidence = [f"{quote_text(region)} is a region that accounts opt in to"]
    if reason is not None:
        evidence.append(reason)
    if rejected is not None:
        evidence.append(_quoted(rejected))
    return StsCause(
        "v1-token-in-opt-in-region",
        "Tokens of version 1, which the global host gives by default, do not hold in regions to opt in to.",
        tuple(evidence),
        # The version is a setting of the account, and no token shows it.
        "possible",
        (
            fix_in(
                "code", f"take tokens from a regional host, they hold in all regions: {known.regional_url}"
            ),
            fix_in(
                "account",
                "or have the global host give tokens of version 2, which are longer",
                "aws iam set-security-token-service-preferences --global-endpoint-token-version v2Token",
            ),
        ),
    )


# ------------------------------------------------ the network


def private_dns(known: Known) -> StsCause | None:
    host = known.failing_host
    if known.vpc_endpoint is False:
        return None
    certainty: Certainty = "possible"
    if host is not None and (host == GLOBAL_HOST or _is_elsewhere(host, known)):
        evidence = [f"the failure to connect names the host {host}"]
        certainty = "derived" if known.vpc_endpoint else "possible"
    elif host is None and known.vpc_endpoint and (reason := known.calls_global) is not None:
        evidence = [reason]
    else:
        return None
    if known.vpc_endpoint:
        evidence.append(
            "the VPC has an endpoint of STS, and its private DNS has the name of its own region alone"
        )
    region = known.home or "REGION"
    partition = resolved(region)
    prefix = "cn." if partition is not None and partition.partition == "aws-cn" else ""
    return StsCause(
        "private-dns-regional-only",
        "The network has a way to the STS host of its own region, and none to the host that is called.",
        tuple(evidence),
        certainty,
        (
            fix_in("code", f"call the regional host: {known.regional_url}"),
            fix_in(
                "service account",
                "make SDKs regional that are not so by themselves, then make the pods anew",
                known.annotate(f"{ANNOTATION}=true"),
                known.restart,
            ),
            fix_in(
                "network",
                "see which endpoints of STS the VPCs have; another region's host needs a way to the internet",
                f"aws ec2 describe-vpc-endpoints --region {region}"
                f" --filters Name=service-name,Values={prefix}com.amazonaws.{region}.sts",
            ),
        ),
    )


def _is_elsewhere(host: str, known: Known) -> bool:
    """Tell whether a host is one of another region than that where the VPC's endpoint is."""
    region = region_of(host)
    return bool(known.vpc_endpoint and region and known.cluster_region and region != known.cluster_region)


def fips(known: Known) -> StsCause | None:
    failing, endpoint, region = known.failing_host, known.endpoint, known.region
    if failing is not None and failing.startswith("sts-fips."):
        name, reason = region_of(failing), "the failure to connect names"
    elif endpoint is not None:
        # botocore adds nothing to a host that was given.
        name, reason = region_of(endpoint.value), f"{endpoint.where} names"
        if not endpoint.value.startswith("sts-fips."):
            return None
    elif region is not None and known.wants("AWS_USE_FIPS_ENDPOINT"):
        name, reason = region.value, f"AWS_USE_FIPS_ENDPOINT with the region of {region.where} leads to"
    else:
        return None
    host = None if name is None else resolved(name, fips=True)
    if host is None or host.published is not False:
        return None
    unset: list[Fix] = [_unset(endpoint, known)] if endpoint is not None else []
    if known.wants("AWS_USE_FIPS_ENDPOINT"):
        command = known.set_env("AWS_USE_FIPS_ENDPOINT-")
        unset.append(fix_in("pod", "do without FIPS, where no rule asks for it", command))
    return StsCause(
        "unpublished-fips-host",
        f"The FIPS host of {name} is a name that SDKs build and AWS does not publish.",
        (f"{reason} {host.host}", f"AWS lists no FIPS host of STS for {name}"),
        "derived" if failing == host.host and known.is_unresolved else "possible",
        (
            *unset,
            fix_in(
                "code",
                "with FIPS, call a region that has such a host: us-east-1, us-east-2, us-west-1, us-west-2, "
                "or one of GovCloud, whose ordinary hosts do FIPS",
            ),
        ),
    )
