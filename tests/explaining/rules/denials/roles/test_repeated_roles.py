"""Test roles that assume themselves, and what sessions of EKS Pod Identity pass on."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/OctoSync/{} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/{}\n"
_OF_POD = "eks-tide-argocd-server-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


def _secret(config: dict[str, str]) -> str:
    return f"argocd.argoproj.io/secret-type: cluster\n{json.dumps({'awsAuthConfig': config}, indent=2)}\n"


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ({"clusterName": "reef", "roleARN": "arn:aws:iam::111122223333:role/OctoSync"}, '"awsAuthConfig": {"clusterName": "reef"}'),
        ({"clusterName": "reef"}, None),
    ],
)  # fmt: skip
def test_configuration_without_the_role(config: dict[str, str], kept: str | None) -> None:
    explanation = explain(_DENIED.format(_OF_POD, "OctoSync") + _secret(config))
    step = explanation.remedies[0].steps[0]
    assert step.startswith("Remove awsAuthConfig.roleARN")
    assert (kept in step) if kept else ("Keep the rest" not in step)


@check_rows(("session", "has_tags"), [(_OF_POD, True), ("botocore-session-1", False)])
@check_rows("target", ["OctoSync", "Reef"])
def test_sessions_of_pod_identity_pass_on_tags(target: str, session: str, *, has_tags: bool) -> None:
    explanation = explain(_DENIED.format(session, target))
    trusts = [each for each in explanation.remedies if each.layer == "role_trust"]
    # Argo CD needs no trust in its own role: the setting that names the role can go.
    assert len(trusts) == (target != "OctoSync" or not has_tags)
    if not trusts:
        return
    [trust] = trusts
    assert trust.policy is not None
    action = trust.policy["Statement"][0]["Action"]
    assert action == (["sts:AssumeRole", "sts:TagSession"] if has_tags else "sts:AssumeRole")
