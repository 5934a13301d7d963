"""Tests for conditions of trust policies on the request of a token."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage import explain
from tests.explaining.rules.trust_policies import trust_issuer
from tests.tables import check_rows

DENIED = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
CLAIMS = {"iss": f"https://{ISSUER}", "sub": "system:serviceaccount:shop:cart", "aud": ["sts.amazonaws.com"]}


def _policy(operator: str, key: str, value: object) -> dict[str, Any]:
    equals = {f"{ISSUER}:sub": CLAIMS["sub"], f"{ISSUER}:aud": "sts.amazonaws.com"}
    return trust_issuer(ISSUER, {"StringEquals": equals, operator: {key: value}})


@check_rows(
    ("operator", "key", "value", "reason", "titles"),
    [
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", "STS sees the public address of a call, never a private one",
         ["Compare aws:SourceIp with the public addresses of the NAT gateways", "Or, if the calls go through a VPC endpoint for STS, compare aws:VpcSourceIp", "Or remove the condition on aws:SourceIp from the role's trust policy"]),
        ("IpAddress", "aws:SourceIp", ["198.51.100.7/32", "203.0.113.0/24"], "the call came from another address or through a VPC endpoint",
         ["Accept the address from which the call comes", "Or remove the condition on aws:SourceIp from the role's trust policy"]),
        ("StringLike", "aws:SourceVpce", "vpce-0a1b2c3d4e5f60718", "which only a call through that VPC endpoint for STS has",
         ["Check the VPC endpoint for STS and the endpoint that the SDK calls", "Or remove the condition on aws:SourceVpce from the role's trust policy"]),
        ("Bool", "aws:MultiFactorAuthPresent", "true", "which the request of a token never has",
         ["Remove the condition on aws:MultiFactorAuthPresent from the role's trust policy"]),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*", "which the request of a token never has",
         ["Remove the condition on aws:PrincipalArn from the role's trust policy"]),
    ],
    ids=["private address", "public address", "endpoint", "MFA", "principal"],
)  # fmt: skip
def test_condition_on_the_request(
    operator: str, key: str, value: object, reason: str, titles: list[str]
) -> None:
    facts = {"trust_policy": _policy(operator, key, value), "token_claims": CLAIMS, "region": "eu-west-1"}
    explanation = explain(DENIED, facts=facts)
    assert reason in explanation.summary
    assert [each.title for each in explanation.remedies] == titles
    assert explanation.causes[0].code == "token-request-condition"
    policies = [each.policy for each in explanation.remedies if each.policy is not None]
    assert policies
    for policy in policies:
        for statement in policy["Statement"]:
            assert f"{ISSUER}:sub" in statement["Condition"]["StringEquals"]


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("IpAddressIfExists", "aws:SourceIp", "10.0.0.0/8"),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
    ],
)
def test_condition_that_can_be_met(operator: str, key: str, value: str) -> None:
    policy = _policy(operator, key, value)
    explanation = explain(DENIED, facts={"trust_policy": policy, "token_claims": CLAIMS})
    assert "token-request-condition" not in {each.code for each in explanation.causes}


PIPELINE = {
    "iss": "https://agent.buildkite.com",
    "aud": "sts.amazonaws.com",
    "sub": "organization:acme:pipeline:shop:ref:refs/heads/main:commit:1da177e4c3f41524e886b7f1b8a0c1fc7321cac2:step:",
    "pipeline_slug": "shop",
}


@pytest.mark.parametrize(
    ("claims", "titles", "conditions"),
    [
        (
            PIPELINE,
            [
                "Request a token with the session tag pipeline_slug",
                "Or compare the subject instead of the tag",
            ],
            {
                "StringEquals": {"agent.buildkite.com:aud": "sts.amazonaws.com"},
                "StringLike": {"agent.buildkite.com:sub": "organization:acme:pipeline:shop:*"},
            },
        ),
        (
            {"iss": "https://id.example.com", "aud": "sts.amazonaws.com", "sub": "job-7"},
            [
                "Request a token with the session tag pipeline_slug",
                "Or compare the subject instead of the tag",
            ],
            {
                "StringEquals": {"id.example.com:aud": "sts.amazonaws.com"},
                "StringLike": {"id.example.com:sub": "job-7"},
            },
        ),
        (
            CLAIMS,
            ["Compare the subject instead of the tag"],
            {
                "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"},
                "StringLike": {f"{ISSUER}:sub": CLAIMS["sub"]},
            },
        ),
    ],
    ids=["Buildkite", "another issuer", "EKS"],
)
def test_session_tags_that_the_token_lacks(
    claims: dict[str, Any], titles: list[str], conditions: dict[str, Any]
) -> None:
    issuer = str(claims["iss"]).removeprefix("https://")
    equals = {f"{issuer}:aud": "sts.amazonaws.com", "aws:RequestTag/pipeline_slug": "shop"}
    policy = trust_issuer(issuer, {"StringEquals": equals})
    explanation = explain(DENIED, facts={"trust_policy": policy, "token_claims": claims})
    assert "requires the session tag pipeline_slug, and the token carries none" in explanation.summary
    assert [each.title for each in explanation.remedies] == titles
    [statement] = (explanation.remedies[-1].policy or {})["Statement"]
    assert statement["Condition"] == conditions


def test_claim_that_differs_comes_first() -> None:
    policy = _policy("IpAddress", "aws:SourceIp", "10.0.0.0/8")
    other = {**CLAIMS, "sub": "system:serviceaccount:shop:web"}
    explanation = explain(DENIED, facts={"trust_policy": policy, "token_claims": other})
    assert "expects the subject system:serviceaccount:shop:cart" in explanation.summary


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("arn:aws:iam:111122223333:role/app", "a colon is missing between iam and the account ID"),
        ("arn:aws:iam:::111122223333:role/app", "it has 3 colons between iam and the account ID, and must have two"),
        ("arn:aws:iam:eu-west-1:111122223333:role/app", "it has the Region eu-west-1, and ARNs of IAM have none"),
        ("arn:aws:iam::1111-2222-3333:role/app", "the account ID must be 12 digits without hyphens or spaces"),
        ("arn:aws:iam::111122223333/role/app", "one colon must stand between the account ID and role/"),
        ("aws:iam::111122223333:role/app", "it does not begin with arn:"),
    ],
)  # fmt: skip
def test_arn_with_wrong_punctuation(written: str, reason: str) -> None:
    text = f"An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: Request ARN is invalid\n\n  annotations:\n    eks.amazonaws.com/role-arn: {written}\n"
    explanation = explain(text)
    assert f"STS rejected {written}: {reason}" in explanation.summary
    # The right ARN beside the setting is not the rejected one.
    printed = '$ aws iam get-role --role-name app --query Role.Arn\n"arn:aws:iam::111122223333:role/app"\n\n'
    assert [explain(each).summary for each in (f"{text}\n{printed}", f"{printed}{text}")] == [
        explanation.summary
    ] * 2
    assert any(
        "role-arn=arn:aws:iam::111122223333:role/app" in each for each in explanation.remedies[0].commands
    )


def test_arn_with_wrong_punctuation_outside_of_settings() -> None:
    text = "An error occurred (ValidationError) when calling the AssumeRole operation: Request ARN is invalid\nrole_arn = arn:aws:iam::111122223333:role/app\nBefore, I had written arn:aws:iam:111122223333:role/app there."
    assert "the value is not a valid role ARN" in explain(text).summary
