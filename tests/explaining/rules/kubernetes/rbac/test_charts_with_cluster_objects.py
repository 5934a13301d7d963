"""Helm and the objects of a chart that are in no namespace, for a caller with an access policy for namespaces."""

from __future__ import annotations

import pytest

from iamtriage import Facts, explain
from iamtriage.typing import AuthenticationMode
from tests.tables import check_rows

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


_ROLES = 'Error: {failed}{plural}.rbac.authorization.k8s.io is forbidden: User "{user}" cannot {verb} resource "{plural}" in API group "rbac.authorization.k8s.io" in the namespace "till"\nThe access entry has AmazonEKSEditPolicy{scope}.'
_SESSION = "arn:aws:sts::111122223333:assumed-role/team-till/bo"
_NOT_ENOUGH = "so AmazonEKSAdminPolicy is not enough"


@check_rows(
    ("failed", "plural", "verb", "user", "title"),
    [
        ("INSTALLATION FAILED: ", "roles", "create", _SESSION, "Let Helm manage the namespace with the ClusterRole admin, for a group of the role team-till"),
        ("UPGRADE FAILED: ", "rolebindings", "patch", _SESSION, "Let Helm manage the namespace with the ClusterRole admin, for a group of the role team-till"),
        ("INSTALLATION FAILED: ", "roles", "get", "system:serviceaccount:ci:bot", "Let Helm manage the namespace with the ClusterRole admin"),
        ("", "rolebindings", "create", _SESSION, "Or let a group of the role team-till manage the namespace with the ClusterRole admin"),
        ("", "roles", "update", "arn:aws:iam::111122223333:user/bo", "Or let the user bo manage the namespace with the ClusterRole admin"),
    ],
)  # fmt: skip
def test_writer_of_roles_needs_their_permissions_by_rbac(
    failed: str, plural: str, verb: str, user: str, title: str
) -> None:
    """Kubernetes does not count those of an access policy when it checks what a role grants."""
    text = _ROLES.format(failed=failed, plural=plural, verb=verb, user=user, scope=" for namespace till")
    explanation = explain(text, facts=Facts(cluster="live", authentication_mode="API"))
    found = next(each for each in explanation.remedies if each.title == title)
    assert (explanation.remedies[0] is found) is not title.startswith("Or")
    said = " ".join(found.steps)
    assert (_NOT_ENOUGH in said) is user.startswith("arn:")
    assert "--clusterrole=admin" in found.commands[0]
    of_group = user == _SESSION
    assert ("--kubernetes-groups iam-team-till" in " ".join(found.commands)) is of_group
    assert ("--as-group=iam-team-till" in found.commands[-1]) is of_group
    assert not any(
        "associate-access-policy" in line for each in explanation.remedies for line in each.commands
    )
    assert any(
        each.title.startswith("Or let a cluster administrator create") for each in explanation.remedies
    )


@pytest.mark.parametrize(("plural", "verb"), [("roles", "list"), ("rolebindings", "delete")])
def test_access_policy_is_enough_to_read_and_delete_roles(plural: str, verb: str) -> None:
    text = _ROLES.format(failed="", plural=plural, verb=verb, user=_SESSION, scope="")
    first = explain(text, facts=Facts(cluster="live", authentication_mode="API")).remedies[0]
    assert first.title == "Associate AmazonEKSAdminPolicy with the access entry"


@check_rows(
    ("scope", "is_right"),
    [
        (" for namespace till", True),
        (", namespace: till", True),
        (" (only for the till namespace)", True),
        (" scoped to the namespace `till`", True),
        (" for namespace other", False),
        (" with namespace scope", False),
        (" in the same namespace", False),
        (" for namespaces till and other", False),
    ],
)
def test_scope_of_an_access_policy_in_a_sentence(scope: str, is_right: bool) -> None:  # noqa: FBT001
    text = _ROLES.format(failed="", plural="roles", verb="list", user=_SESSION, scope=scope)
    summary = explain(text, facts=Facts(cluster="live")).summary
    assert ("the scope of AmazonEKSEditPolicy is right (the namespace till)" in summary) is is_right


@pytest.mark.parametrize(
    ("policy", "evidence"), [("AmazonEKSAdminPolicy", "derived"), ("AmazonEKSClusterPolicy", "possible")]
)
def test_access_policy_that_does_not_count_for_a_binding(policy: str, evidence: str) -> None:
    """The other one is a policy of IAM."""
    text = f'error: failed to create rolebinding: rolebindings.rbac.authorization.k8s.io "ops" is forbidden: user "{_SESSION}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{{APIGroups:[""], Resources:["pods"], Verbs:["get"]}}\nWe have {policy} for the namespace till.'
    found = {each.code: each.evidence for each in explain(text, facts=Facts(cluster="live")).causes}
    assert found["access-policy-permissions"] == evidence
