"""Check the Region in which STS is called, and its partition.

Each check returns its cause or ``None``, and is independent of the other checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import quote_text
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.exceptions import EndpointError, UnknownRegionError
from iamtriage.failures._failures import RegionDisabled
from iamtriage.sts._causes import Fix, StsCause, build_fix
from iamtriage.sts._endpoints import NO_REGION, find_endpoint, resolve_sts_endpoint
from iamtriage.sts._evidence import CODE, GLOBAL_HOST, ROLE_ANNOTATION, quote_failure, region_in_host

if TYPE_CHECKING:
    from iamtriage.sts._causes import Certainty, Place
    from iamtriage.sts._evidence import StsCall

__all__ = ("check_disabled_region", "check_missing_region", "check_partition", "check_unknown_region")


def check_missing_region(call: StsCall) -> StsCause | None:
    """Check whether the client has a Region."""
    reported = NO_REGION.search(call.text)
    has_aws_variables = any(name.startswith("AWS_") for name in call.env or ())
    if reported is None and (call.region is not None or not has_aws_variables):
        return None
    evidence = [f"the failure says {quote_text(reported[0])}"] if reported else []
    other = call.get_variable("AWS_REGION") or call.get_variable("AWS_DEFAULT_REGION")
    if call.env is not None and call.region is None:
        if other and call.sdk is not None:
            supported = " and ".join(call.sdk.regions)
            evidence.append(f"{call.sdk.title} reads {supported}, but only the other variable is set")
        else:
            evidence.append("the environment has neither AWS_REGION nor AWS_DEFAULT_REGION")
    candidates = (other, call.cluster_region)
    region = next((name for name in candidates if name and find_endpoint(name)), "REGION")
    return StsCause(
        "missing-region",
        "The client has no Region.",
        tuple(evidence),
        # A config file in the image can set a region, unless the failure says that there is none.
        "reported" if reported else "possible",
        (
            build_fix(
                "pod", "set both variables in the container's specification", call.set_region_command(region)
            ),
            build_fix("code", f"create the client with a region: {region}"),
            build_fix(
                "cluster",
                "the EKS webhook sets both variables in new pods that set neither; re-create older pods",
                call.restart_command,
            ),
        ),
    )


def check_unknown_region(call: StsCall) -> StsCause | None:
    """Check whether the Region exists."""
    region = call.region
    if region is None:
        return None
    try:
        resolve_sts_endpoint(region.value)
    except (EndpointError, UnknownRegionError) as error:
        evidence = f"{region.source} sets the Region {quote_text(region.value)}: {error}"
    else:
        return None
    place: Place = "code" if region.source.startswith(CODE) else "pod"
    commands = () if place == "code" else (call.set_env_command(f"{region.source}=REGION"),)
    return StsCause(
        "unknown-region",
        "The Region does not exist in any AWS partition.",
        (evidence,),
        "derived",
        (build_fix(place, "use a Region that exists", *commands),),
    )


def check_partition(call: StsCall) -> StsCause | None:
    """Check whether a role of another partition is used at the global endpoint, which is in aws."""
    roles = (
        ("AWS_ROLE_ARN", call.get_variable("AWS_ROLE_ARN")),
        (ROLE_ANNOTATION, call.get_annotation(ROLE_ANNOTATION)),
    )
    found = next(((source, role) for source, role in roles if role and role.startswith("arn:aws-")), None)
    if found is None or (partition := found[1].split(":", 2)[1]) not in PARTITIONS:
        return None
    endpoint = call.endpoint
    without_region = None if call.sdk is None else call.sdk.without_region
    certainty: Certainty = "derived"
    if endpoint is not None and endpoint.value == GLOBAL_HOST:
        reason = f"{endpoint.source} sets the endpoint {GLOBAL_HOST}"
    elif endpoint is None and call.unreachable_host == GLOBAL_HOST:
        reason = f"the failure names the host {GLOBAL_HOST}"
    elif endpoint is None and call.env is not None and call.region is None and without_region != "error":
        # Without a region, botocore calls the global endpoint, Go fails, and JavaScript calls us-east-1. A
        # config file in the image can also set the region.
        reason = "the environment has no Region, and many SDKs then call an endpoint of the partition aws"
        certainty = "possible"
    else:
        return None
    is_china = partition == "aws-cn"
    suggested = None if call.suggested_region is None else find_endpoint(call.suggested_region)
    is_suitable = suggested is not None and suggested.partition == partition
    region = suggested.signing_region if suggested is not None and is_suitable else "REGION"
    regions = ", cn-north-1 or cn-northwest-1," if is_china and region == "REGION" else ""
    return StsCause(
        "china-without-region" if is_china else "partition-without-region",
        f"The SDK calls the global endpoint, which accepts no roles in {partition}.",
        (f"{found[0]} is {quote_text(found[1])}", reason),
        certainty,
        (
            build_fix(
                "pod",
                f"set the Region{regions} from which SDKs derive the endpoint",
                call.set_region_command(region),
            ),
            build_fix(
                "code", "create the client with its Region and without an endpoint URL of another partition"
            ),
        ),
    )


def check_disabled_region(call: StsCall) -> StsCause | None:
    """Check whether STS is activated in the Region."""
    failure, endpoint, region = call.failure, call.endpoint, call.region
    if not isinstance(failure, RegionDisabled):
        return None
    # The endpoint and region of the client take precedence over the cluster's region.
    candidates = (
        None if endpoint is None else region_in_host(endpoint.value),
        None if region is None else region.value,
        call.cluster_region,
    )
    name = next((each for each in candidates if each and find_endpoint(each) is not None), None)
    shown_name = name or "REGION"
    is_opt_in = call.opt_in if name is None else call.is_opt_in(name)
    fixes: list[Fix] = []
    if is_opt_in is not False:
        fixes.append(
            build_fix(
                "account",
                f"if {shown_name} is an opt-in Region, enable it, which also activates STS there",
                f"aws account enable-region --region-name {shown_name}",
            )
        )
    if is_opt_in is not True:
        text = (
            f"if {shown_name} is enabled by default, activate STS for it in the IAM console, "
            "under Account settings"
        )
        fixes.append(build_fix("account", text))
    text = "or call the endpoint of an activated Region and sign for it; its tokens are valid in all Regions"
    fixes.append(build_fix("code", text))
    return StsCause(
        "region-disabled",
        "STS is not activated for the account in the Region that was called.",
        (quote_failure(failure),),
        "reported",
        tuple(fixes),
    )
