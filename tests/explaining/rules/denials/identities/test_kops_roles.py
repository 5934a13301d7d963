"""kOps creates the roles of its nodes, and its clusters are not those of EKS."""

from __future__ import annotations

import pytest

from iamtriage import explain

DENIAL = "User: arn:aws:sts::111122223333:assumed-role/{}/i-0a1b2c3d4e5f60718 is not authorized to perform: route53:ListHostedZones"


@pytest.mark.parametrize(
    ("role", "key"), [("nodes.shop.example.net", "node"), ("masters.shop.example.net", "master")]
)
def test_statement_goes_into_the_cluster_spec(role: str, key: str) -> None:
    remedy = explain(DENIAL.format(role)).remedies[0]
    assert remedy.manifest == (
        f"spec:\n  additionalPolicies:\n    {key}: |\n"
        '      [{"Effect": "Allow", "Action": "route53:ListHostedZones", "Resource": "*"}]\n'
    )
    assert remedy.commands[-1] == "kops update cluster --name shop.example.net --yes"


@pytest.mark.parametrize("role", ["eks-nodes", "nodes.shop", "worker-nodes.shop.example.net"])
def test_roles_of_other_clusters(role: str) -> None:
    assert "kops" not in str(explain(DENIAL.format(role)).to_dict())
