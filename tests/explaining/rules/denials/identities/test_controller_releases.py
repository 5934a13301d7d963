"""Check that a denial names the release of a controller that began to require the action."""

from __future__ import annotations

import pytest

from iamtriage import explain

DENIED = (
    "api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/shop/1761556000123456789 is not authorized to"
    " perform: {0} on resource: * because no identity-based policy allows the {0} action"
)
KARPENTER = (
    '{"level":"ERROR","logger":"controller","controller":"nodeclass","namespace":"karpenter","error":"'
)
BALANCERS = '{"level":"error","controller":"ingress","namespace":"shop","error":"'


@pytest.mark.parametrize(
    ("before", "action", "expected"),
    [
        (
            KARPENTER,
            "iam:ListInstanceProfiles",
            "Karpenter requires iam:ListInstanceProfiles since release 1.7",
        ),
        (KARPENTER, "iam:TagInstanceProfile", "since release 0.32"),
        (BALANCERS, "ec2:GetSecurityGroupsForVpc", "since release 2.10"),
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


_ADD_TAGS = 'error: User: arn:aws:sts::111122223333:assumed-role/ingress-prod/1 is not authorized to perform: {} on resource: arn:aws:{}:eu-west-1:111122223333:{} because no identity-based policy allows the {} action\n"controller":"ingress"\n'
_OLD_GROUP = ("elasticloadbalancing", "targetgroup/1a2b3c4d-5e6f708192a3b4c5d6e/0a1b2c3d4e5f6071")
_UPGRADED = "We upgraded from the ALB Ingress Controller to aws-load-balancer-controller v2.4.\n"


@pytest.mark.parametrize(
    ("action", "resource", "said", "kind"),
    [
        ("elasticloadbalancing:AddTags", _OLD_GROUP, _UPGRADED, "target group"),
        ("elasticloadbalancing:DeleteTargetGroup", _OLD_GROUP, "before: alb-ingress-controller v1.1.9\n", "target group"),
        ("ec2:CreateTags", ("ec2", "security-group/sg-0a1b2c3d"), _UPGRADED, "security group"),
        ("elasticloadbalancing:AddTags", _OLD_GROUP, "", None),
        ("elasticloadbalancing:AddTags", ("elasticloadbalancing", "targetgroup/k8s-shop-web-1a2b3c4d5e/0a1b"), _UPGRADED, None),
        ("elasticloadbalancing:CreateTargetGroup", _OLD_GROUP, _UPGRADED, None),
    ],
)  # fmt: skip
def test_resource_of_version_1(action: str, resource: tuple[str, str], said: str, kind: str | None) -> None:
    explanation = explain(_ADD_TAGS.format(action, *resource, action) + said)
    is_old = "resource-of-older-controller" in {each.code for each in explanation.causes}
    assert is_old is (kind is not None)
    if kind is not None:
        assert f"version 1 of the controller created the {kind}" in explanation.summary
        first = explanation.remedies[0]
        assert "ingress.k8s.aws/cluster" in str(first.policy)
        assert "--role-name ingress-prod" in first.commands[0]
        assert "Detach it after the migration" in first.steps[1]
