"""Trust policies that tests supply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def trust_issuer(
    issuer: str, condition: Mapping[str, Mapping[str, object]], *, account: str = "111122223333"
) -> dict[str, Any]:
    """Return the trust policy of a role that the tokens of an OIDC issuer can assume under a condition."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{issuer}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
            }
        ],
    }
