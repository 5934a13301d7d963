"""Check that a denial names the release of a controller that began to require the action."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

DENIED = (
    "api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/shop/1761556000123456789 is not authorized to"
    " perform: {0} on resource: * because no identity-based policy allows the {0} action"
)
KARPENTER = (
    '{"level":"ERROR","logger":"controller","controller":"nodeclass","namespace":"karpenter","error":"'
)
BALANCERS = '{"level":"error","controller":"ingress","namespace":"shop","error":"'


@check_rows(
    ("before", "action", "expected"),
    [
        (
            KARPENTER,
            "iam:ListInstanceProfiles",
            "Karpenter requires iam:ListInstanceProfiles since release 1.7",
        ),
        (KARPENTER, "iam:TagInstanceProfile", "since release 0.32"),
        (
            BALANCERS,
            "ec2:GetSecurityGroupsForVpc",
            "since release 2.10, to create a load balancer. Elastic Load Balancing requires it",
        ),
        (
            'level=error msg="failed to list hosted zones: ',
            "route53:ListTagsForResources",
            "ExternalDNS requires route53:ListTagsForResources since release 0.16",
        ),
    ],
)
def test_new_action(before: str, action: str, expected: str) -> None:
    """The role's policy is older than the controller."""
    assert expected in " ".join(str(explain(before + DENIED.format(action))).split())


@pytest.mark.parametrize(
    ("before", "action"),
    [
        (KARPENTER, "ec2:RunInstances"),
        (BALANCERS, "iam:ListInstanceProfiles"),
        ("", "iam:ListInstanceProfiles"),
    ],
)
def test_other_actions(before: str, action: str) -> None:
    """An action that the controller always required, or another caller, says nothing about releases."""
    assert "since release" not in str(explain(before + DENIED.format(action)))


def test_explicit_deny() -> None:
    """A Deny is not an old policy."""
    denied = DENIED.format("iam:ListInstanceProfiles").partition(" because")[0]
    assert "since release" not in str(
        explain(f"{KARPENTER}{denied} with an explicit deny in a service control policy")
    )
