"""Check the public types of the STS functions, trust policies, and `iamtriage.boto`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

from iamtriage import (
    StsDiagnosis,
    StsEndpoint,
    StsSettings,
    TrustResult,
    check_trust_policy,
    diagnose_sts,
    pod_environment,
    read_web_identity_token,
    resolve_sts_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def endpoints(env: Mapping[str, str]) -> None:
    endpoint = resolve_sts_endpoint("eu-west-1", fips=True)
    assert_type(endpoint, StsEndpoint)
    assert_type(endpoint.published, bool | None)
    assert_type(StsSettings.from_sources(env, region_name="eu-west-1").resolve(), StsEndpoint)
    assert_type(StsSettings.from_sources(env).explain(), str)
    resolve_sts_endpoint(mode="global")  # type: ignore[arg-type]


def pods(annotations: Mapping[str, str], env: Mapping[str, str], error: Exception) -> None:
    assert_type(pod_environment(annotations, region="eu-west-1"), dict[str, str])
    assert_type(diagnose_sts(error, env=env), StsDiagnosis)


def trust(token: str, policy: dict[str, object]) -> None:
    claims = read_web_identity_token(token)
    assert_type(claims, dict[str, Any])
    result = check_trust_policy(policy, action="sts:AssumeRoleWithWebIdentity", claims=claims)
    assert_type(result, TrustResult)
    assert_type(result.allowed, bool | None)
    assert_type(result.fix, str | None)
