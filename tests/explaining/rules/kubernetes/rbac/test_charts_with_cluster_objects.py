"""Helm and the objects of a chart that are in no namespace, for a caller with an access policy for namespaces."""

from __future__ import annotations

import pytest

from iamtriage import Facts, explain
from iamtriage.typing import AuthenticationMode

_DENIED = 'Error: could not get information about the resource: {plural}.{group} "{name}" is forbidden: User "arn:aws:sts::111122223333:assumed-role/team-till/bo" cannot get resource "{plural}" in API group "{group}" {where}\n'
_LISTED = '{{\n  "associatedAccessPolicies": [\n    {{\n      "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",\n      "accessScope": {{"type": "namespace", "namespaces": {}}}\n    }}\n  ]\n}}\n'
_HELM = "$ helm upgrade --install till acme/till -n till\n"
_TITLE = "Let a cluster administrator install the chart"


def _text(command: str, plural: str, group: str, where: str, listed: str = '["till"]') -> str:
    denied = _DENIED.format(plural=plural, group=group, name="tills.acme.example", where=where)
    return f"{command}{denied}{_LISTED.format(listed)}"


@pytest.mark.parametrize(
    ("plural", "group"),
    [
        ("customresourcedefinitions", "apiextensions.k8s.io"),
        ("validatingwebhookconfigurations", "admissionregistration.k8s.io"),
        ("mutatingwebhookconfigurations", "admissionregistration.k8s.io"),
    ],
)
def test_object_of_a_chart_without_a_namespace(plural: str, group: str) -> None:
    explanation = explain(_text(_HELM, plural, group, "at the cluster scope"), facts=Facts(cluster="live"))
    assert explanation.summary.endswith(
        f"AmazonEKSEditPolicy applies only to objects in the namespace till, but {plural} are in no namespace."
    )
    first, second, *_ = explanation.remedies
    assert first.title.startswith(f"{_TITLE}, or at least its {plural}")
    assert any("AmazonEKSClusterAdminPolicy" in each and "type=cluster" in each for each in first.commands)
    assert "role/team-till" in " ".join(first.commands)
    assert "with a ClusterRole and ClusterRoleBinding" in second.title
    # The text shows the access entry.
    assert "aws-auth" not in " ".join((*second.steps, *second.commands))


@pytest.mark.parametrize(
    ("command", "plural", "group", "where", "mode"),
    [
        ("$ kubectl get crds\n", "customresourcedefinitions", "apiextensions.k8s.io", "at the cluster scope", "API"),
        (_HELM, "deployments", "apps", 'in the namespace "till"', "API"),
        (_HELM, "customresourcedefinitions", "apiextensions.k8s.io", "at the cluster scope", "CONFIG_MAP"),
    ],
    ids=["kubectl", "namespaced", "no entries"],
)  # fmt: skip
def test_other_requests(command: str, plural: str, group: str, where: str, mode: AuthenticationMode) -> None:
    explanation = explain(
        _text(command, plural, group, where), facts=Facts(cluster="live", authentication_mode=mode)
    )
    assert not any(each.title.startswith(_TITLE) for each in explanation.remedies)


def test_reader_who_must_not_administer_the_cluster() -> None:
    text = _text(_HELM, "customresourcedefinitions", "apiextensions.k8s.io", "at the cluster scope")
    explanation = explain(f"We must not make the team cluster admin.\n{text}", facts=Facts(cluster="live"))
    assert not explanation.remedies[0].title.startswith(_TITLE)
