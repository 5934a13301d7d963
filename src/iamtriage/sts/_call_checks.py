"""Check how STS is called: signatures, tokens and the network.

Each check returns its cause or ``None``, and is independent of the other checks. Sources: for SDKs,
https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html; for tokens,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import quote_text
from iamtriage.failures._failures import InvalidCredentials
from iamtriage.sts._causes import Fix, StsCause, build_fix
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._evidence import CODE, GLOBAL_HOST, STS_ANNOTATION, quote_failure, region_in_host
from iamtriage.sts._regional_defaults import sts_default

if TYPE_CHECKING:
    from iamtriage.sts._causes import Certainty
    from iamtriage.sts._evidence import SourcedValue, StsCall

__all__ = ("check_fips", "check_global_endpoint", "check_private_dns", "check_scope", "check_token_version")

_GLOBAL_REGIONS = frozenset({"us-east-1", "aws-global"})


def _build_unset_fix(setting: SourcedValue, call: StsCall) -> Fix:
    """Return the fix that removes a setting from its source."""
    if setting.source.startswith(CODE):
        return build_fix("code", f"remove the endpoint URL from the code, or set it to {call.regional_url}")
    return build_fix("pod", f"unset {setting.source}", call.set_env_command(f"{setting.source}-"))


# ------------------------------------------------ signatures


def check_scope(call: StsCall) -> StsCause | None:
    """Check whether the request is signed for the Region of the endpoint."""
    failure, endpoint, region = call.scope_failure, call.endpoint, call.region
    host_region = None if endpoint is None else region_in_host(endpoint.value)
    signed = None if region is None else find_endpoint(region.value)
    # Names such as us-west-2-fips sign for the region in them.
    differ = host_region is not None and signed is not None and host_region != signed.signing_region
    if failure is None and not differ:
        return None
    evidence = [] if failure is None else [quote_failure(failure)]
    fixes: list[Fix] = []
    if endpoint is not None:
        evidence.append(f"{endpoint.source} sets the endpoint {quote_text(endpoint.value)}")
        fixes.append(_build_unset_fix(endpoint, call))
    if region is not None:
        evidence.append(f"the Region is {quote_text(region.value)}, from {region.source}")
    if differ:
        fixes.append(build_fix("code", f"create this client with the Region of the endpoint: {host_region}"))
    elif endpoint is None:
        suggested = call.suggested_region or "REGION"
        fixes.append(
            build_fix("code", f"use a matching endpoint and region: {call.regional_url} with {suggested}")
        )
    return StsCause(
        "wrong-scope",
        "The STS request goes to an endpoint of another Region than it is signed for.",
        tuple(evidence),
        "derived" if failure is None else "reported",
        tuple(fixes),
    )


def check_global_endpoint(call: StsCall) -> StsCause | None:
    """Check whether a request to the global endpoint is signed for another Region."""
    endpoint, region = call.endpoint, call.region
    fixes: list[Fix] = []
    evidence: list[str] = []
    difference = "signs for another Region"
    if endpoint is not None:
        # Legacy mode alone is not a cause: without an endpoint URL it signs for us-east-1, as required.
        if endpoint.value != GLOBAL_HOST or (region is not None and region.value in _GLOBAL_REGIONS):
            return None
        evidence.append(
            f"{endpoint.source} sets the endpoint {GLOBAL_HOST}, which requires signatures for us-east-1"
        )
        if region is not None:
            evidence.append(f"the client signs for {quote_text(region.value)}, from {region.source}")
        if reason := _explain_regional(call):
            evidence.append(reason)
        fixes.append(_build_unset_fix(endpoint, call))
        if endpoint.source.startswith(CODE):
            fixes.append(
                build_fix(
                    "code", "or keep the global endpoint and create this client with the Region us-east-1"
                )
            )
    elif call.scope_failure is not None and (reason := _explain_regional(call)):
        # The arguments do not name the endpoint, but this is the usual cause.
        evidence += ["the request is signed for a Region other than the endpoint's", reason]
        text = f"remove STS endpoint URLs from the code, or set them to {call.regional_url}"
        fixes.append(build_fix("code", text))
        difference = "the pod is set to the regional one, so the client signs for its own Region"
    else:
        return None
    return StsCause(
        "global-host-regional-credentials",
        f"The code calls the global STS endpoint, but {difference}.",
        tuple(evidence),
        "derived" if endpoint is not None and region is not None else "possible",
        tuple(fixes),
    )


def _explain_regional(call: StsCall) -> str | None:
    """Return why clients are regional, or ``None`` if that is unknown."""
    if call.mode is not None:
        return call.mode[1] if call.mode[0] == "regional" else None
    annotation = call.get_annotation(STS_ANNOTATION)
    expected = sts_default(call.kubernetes_version, annotation)
    if not expected.adds_variable:
        return None
    if expected.annotation is None:
        return expected.reason
    return f"the annotation {STS_ANNOTATION} is {quote_text(annotation or '')}"


def check_token_version(call: StsCall) -> StsCause | None:
    """Check whether a version 1 token of the global endpoint is used in an opt-in Region."""
    region = call.cluster_region if call.region is None else call.region.value
    if region is None or not call.is_opt_in(region):
        return None
    reason = call.global_call_reason
    rejected = call.failure if isinstance(call.failure, InvalidCredentials) else None
    # The issuing endpoint is unknown, unless the client is known to be regional.
    may_be_global = call.endpoint is None and (call.mode is None or call.mode[0] == "legacy")
    if reason is None and (rejected is None or not may_be_global):
        return None
    evidence = [f"{quote_text(region)} is an opt-in Region"]
    if reason is not None:
        evidence.append(reason)
    if rejected is not None:
        evidence.append(quote_failure(rejected))
    return StsCause(
        "v1-token-in-opt-in-region",
        "Version 1 tokens, which the global endpoint issues by default, are not valid in opt-in Regions.",
        tuple(evidence),
        # The version is an account setting, and a token does not show it.
        "possible",
        (
            build_fix(
                "code",
                f"get tokens from a regional endpoint; they are valid in all regions: {call.regional_url}",
            ),
            build_fix(
                "account",
                "or make the global endpoint issue version 2 tokens, which are longer",
                "aws iam set-security-token-service-preferences --global-endpoint-token-version v2Token",
            ),
        ),
    )


# ------------------------------------------------ the network


def check_private_dns(call: StsCall) -> StsCause | None:
    """Check whether the network can reach only the STS endpoint of its own Region."""
    host = call.unreachable_host
    if call.vpc_endpoint is False:
        return None
    certainty: Certainty = "possible"
    if host is not None and (host == GLOBAL_HOST or _is_in_other_region(host, call)):
        evidence = [f"the connection error names the host {host}"]
        certainty = "derived" if call.vpc_endpoint else "possible"
    elif host is None and call.vpc_endpoint and (reason := call.global_call_reason) is not None:
        evidence = [reason]
    else:
        return None
    if call.vpc_endpoint:
        evidence.append(
            "the VPC has an STS interface endpoint, and its private DNS name covers only its own Region"
        )
    region = call.suggested_region or "REGION"
    endpoint = find_endpoint(region)
    prefix = "cn." if endpoint is not None and endpoint.partition == "aws-cn" else ""
    return StsCause(
        "private-dns-regional-only",
        "The network can reach the STS endpoint of its own Region, but not the one that is called.",
        tuple(evidence),
        certainty,
        (
            build_fix("code", f"call the regional endpoint: {call.regional_url}"),
            build_fix(
                "service account",
                "make SDKs regional that are not regional by default, then re-create the pods",
                call.annotate_command(f"{STS_ANNOTATION}=true"),
                call.restart_command,
            ),
            build_fix(
                "network",
                "check which STS endpoints the VPCs have; another Region's endpoint requires internet access",
                f"aws ec2 describe-vpc-endpoints --region {region}"
                f" --filters Name=service-name,Values={prefix}com.amazonaws.{region}.sts",
            ),
        ),
    )


def _is_in_other_region(host: str, call: StsCall) -> bool:
    """Return whether a host is in another Region than the VPC endpoint."""
    region = region_in_host(host)
    return bool(call.vpc_endpoint and region and call.cluster_region and region != call.cluster_region)


def check_fips(call: StsCall) -> StsCause | None:
    """Check whether a FIPS endpoint is called that AWS does not publish."""
    failing, endpoint, region = call.unreachable_host, call.endpoint, call.region
    if failing is not None and failing.startswith("sts-fips."):
        name, reason = region_in_host(failing), "the connection error names"
    elif endpoint is not None:
        # botocore does not change a configured endpoint.
        name, reason = region_in_host(endpoint.value), f"{endpoint.source} sets"
        if not endpoint.value.startswith("sts-fips."):
            return None
    elif region is not None and call.is_enabled("AWS_USE_FIPS_ENDPOINT"):
        name, reason = region.value, f"AWS_USE_FIPS_ENDPOINT with the Region of {region.source} leads to"
    else:
        return None
    fips_endpoint = None if name is None else find_endpoint(name, fips=True)
    if fips_endpoint is None or fips_endpoint.published is not False:
        return None
    fixes: list[Fix] = [_build_unset_fix(endpoint, call)] if endpoint is not None else []
    if call.is_enabled("AWS_USE_FIPS_ENDPOINT"):
        command = call.set_env_command("AWS_USE_FIPS_ENDPOINT-")
        fixes.append(build_fix("pod", "turn FIPS off if no policy requires it", command))
    text = (
        "with FIPS, call a Region that has a FIPS endpoint: us-east-1, us-east-2, us-west-1, us-west-2, "
        "or a GovCloud Region, whose standard endpoints support FIPS"
    )
    return StsCause(
        "unpublished-fips-host",
        f"SDKs build a name for the FIPS endpoint of {name}, but AWS does not publish it.",
        (f"{reason} {fips_endpoint.host}", f"AWS lists no FIPS endpoint of STS for {name}"),
        "derived" if failing == fips_endpoint.host and call.is_unresolved else "possible",
        (*fixes, build_fix("code", text)),
    )
