"""A release that creates its own namespace: somebody else can create it, and its objects need permissions, too."""

from __future__ import annotations

import pytest

from iamtriage import explain

_CI = "arn:aws:sts::111122223333:assumed-role/ci/job-7"
_DENIED = (
    'namespaces is forbidden: User "{}" cannot {} resource "namespaces" in API group "" at the cluster scope'
)
_HELM = "$ helm upgrade --install tea ./chart -n tea-7 --create-namespace\nError: "


@pytest.mark.parametrize(
    ("before", "user", "verb", "title", "needs"),
    [
        (_HELM, _CI, "create", "Or create the namespace tea-7 first, and omit --create-namespace", "such as AmazonEKSEditPolicy"),
        ("  syncOptions:\n  - CreateNamespace=true\n", "system:serviceaccount:argocd:tea", "create", "Or create the namespace first, and omit CreateNamespace=true", "such as the ClusterRole edit"),
        ('resource "helm_release" "tea" {\n  create_namespace = true\n}\nError: ', _CI, "create", "Or create the namespace first, and omit create_namespace = true", "such as AmazonEKSEditPolicy"),
        # Another request, and a command for which the namespace is the purpose.
        (_HELM, _CI, "list", None, None),
        ("$ kubectl create namespace tea-7\nError from server (Forbidden): ", _CI, "create", None, None),
        ("We do not use --create-namespace.\nError: ", _CI, "create", None, None),
    ],
    ids=["helm", "argocd", "terraform", "list", "kubectl", "negated"],
)  # fmt: skip
def test_namespace_of_a_release(
    before: str, user: str, verb: str, title: str | None, needs: str | None
) -> None:
    explanation = explain(f"{before}{_DENIED.format(user, verb)}")
    titles = [each.title for each in explanation.remedies]
    assert [each for each in titles if "first, and omit" in each] == ([] if title is None else [title])
    steps = " ".join(step for each in explanation.remedies for step in each.steps)
    assert ("The release's objects need" in steps) is (needs is not None)
    assert needs is None or needs in steps
