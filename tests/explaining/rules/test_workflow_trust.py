"""What the log of a GitHub Actions job shows is compared with the supplied trust policy."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage import check_trust_policy, explain

ISSUER = "token.actions.githubusercontent.com"
LOG = "Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/deploy\n    audience: {}\n  env:\n    GITHUB_REPOSITORY: {}\nError: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"


def _policy(audience: str, subject: str | list[str]) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {f"{ISSUER}:aud": audience},
                    "StringLike": {f"{ISSUER}:sub": subject},
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("policy", "audience", "repository", "words"),
    [
        (
            _policy("octo", "repo:octo/cart:*"),
            "sts.amazonaws.com",
            "octo/cart",
            "expects the audience octo, and the workflow requests sts.amazonaws.com",
        ),
        (
            _policy("sts.amazonaws.com", ["repo:octo/cart:ref:refs/heads/main"]),
            "sts.amazonaws.com",
            "octo/Cart",
            "expects the repository octo/cart, and the job runs in octo/Cart",
        ),
    ],
)
def test_mismatch_is_decisive(policy: dict[str, Any], audience: str, repository: str, words: str) -> None:
    explanation = explain(LOG.format(audience, repository), facts={"trust_policy": policy})
    assert words in explanation.summary
    remedy = explanation.remedies[0]
    assert remedy.policy is not None
    claims = {
        "iss": f"https://{ISSUER}",
        "aud": audience,
        "sub": f"repo:{repository}:ref:refs/heads/main",
    }
    result = check_trust_policy(remedy.policy, action="sts:AssumeRoleWithWebIdentity", claims=claims)
    assert result.allowed is True


@pytest.mark.parametrize(
    ("policy", "repository"),
    [
        (_policy("sts.amazonaws.com", "repo:octo/*:ref:refs/heads/main"), "octo/cart"),
        (_policy("sts.amazonaws.com", "repo:octo@1234/cart@5678:*"), "octo/cart"),
        (_policy("sts.amazonaws.com", ["repo:octo/shop:*", "repo:octo/cart:environment:live"]), "octo/cart"),
        (_policy("sts.amazonaws.com", "repository_owner:octo:*"), "octo/cart"),
    ],
)
def test_what_can_match_is_not_blamed(policy: dict[str, Any], repository: str) -> None:
    summary = explain(LOG.format("sts.amazonaws.com", repository), facts={"trust_policy": policy}).summary
    assert "and the job runs in" not in summary
    assert "and the workflow requests" not in summary
