"""Tests for entries of ``aws-auth`` in a ConfigMap that EKS does not read."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/orders-ci"
LOG = f'level=warning msg="access denied" error="ARN is not mapped: {ROLE}" method=POST path=/authenticate'
ENTRY = f"- rolearn: {ROLE}\n  username: ci\n  groups:\n  - deployers\n"


def _yaml(name: str, namespace: str) -> str:
    entry = "".join(f"    {line}\n" for line in ENTRY.splitlines())
    return (
        f"kind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: {namespace}\ndata:\n  mapRoles: |\n{entry}"
    )


def _json(name: str, namespace: str) -> str:
    metadata = {"uid": "0a1b", "name": name, "namespace": namespace}
    return json.dumps({"data": {"mapRoles": ENTRY}, "kind": "ConfigMap", "metadata": metadata}, indent=4)


def _described(name: str, namespace: str) -> str:
    return f"Name:         {name}\nNamespace:    {namespace}\nData\n====\nmapRoles:\n----\n{ENTRY}"


def _terraform(name: str, namespace: str) -> str:
    return f'resource "kubernetes_config_map" "auth" {{\n  metadata {{\n    namespace = "{namespace}"\n    name      = "{name}"\n  }}\n  data = {{\n    mapRoles = <<EOT\n{ENTRY}EOT\n  }}\n}}'


@check_rows("form", [_yaml, _json, _described, _terraform])
@check_rows(
    ("name", "namespace", "where"),
    [
        ("aws-auth", "default", "in the namespace default"),
        ("aws-auth-cm", "kube-system", "named aws-auth-cm"),
    ],
)
def test_other_place(form: object, name: str, namespace: str, where: str) -> None:
    assert callable(form)
    explanation = explain(f"{LOG}\n{form(name, namespace)}")
    assert where in explanation.summary
    first = explanation.remedies[0]
    if form is _terraform:
        assert first.commands == ("terraform apply",)
    else:
        assert f"kubectl -n {namespace} get configmap {name}" in first.commands[0]
        assert "deployers" in " ".join(first.steps)


@check_rows("form", [_yaml, _json, _described, _terraform])
def test_right_place(form: object) -> None:
    assert callable(form)
    explanation = explain(f"{LOG}\n{form('aws-auth', 'kube-system')}")
    assert "in the namespace" not in explanation.summary
    assert "map-in-wrong-place" not in {each.code for each in explanation.causes}


@pytest.mark.parametrize(
    ("rows", "first", "is_missing"),
    [
        ("default   aws-auth   1   3d", 'map_roles="$(kubectl', True),
        (
            "default   aws-auth   1   3d\nkube-system   aws-auth   1   80d",
            "kubectl -n kube-system edit",
            False,
        ),
    ],
)
def test_listed_maps(rows: str, first: str, *, is_missing: bool) -> None:
    explanation = explain(
        f"{LOG}\n$ kubectl get cm -A | grep aws-auth\n{rows}\n{_yaml('aws-auth', 'default')}"
    )
    assert explanation.remedies[0].commands[0].startswith(first)
    assert ("lists no ConfigMap" in " ".join(str(explanation).split())) == is_missing


def test_map_with_another_role() -> None:
    text = f"{LOG}\n{_yaml('aws-auth', 'default').replace('orders-ci', 'billing')}"
    assert "map-in-wrong-place" not in {each.code for each in explain(text).causes}


def test_login_and_node() -> None:
    login = "$ aws sts get-caller-identity\n{}\n$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)\n"
    caller = json.dumps({"Arn": "arn:aws:sts::111122223333:assumed-role/orders-ci/run"})
    assert (
        "in the namespace default" in explain(f"{login.format(caller)}{_yaml('aws-auth', 'default')}").summary
    )
    kubelet = 'kubelet_node_status.go:92] "Unable to register node with API server" err="Unauthorized" node="ip-10-0-1-2.eu-west-1.compute.internal"\n'
    nodes = _yaml("aws-auth", "default").replace("deployers", "system:nodes")
    assert "in the namespace default" in explain(f"{kubelet}{nodes}").summary


_MANIFEST = f"kind: ConfigMap\nmetadata:\n  name: aws-auth\ndata:\n  mapRoles: |\n    {ENTRY.strip().replace(chr(10), chr(10) + '    ')}\n"


@check_rows(
    ("command", "where"),
    [
        ("$ kubectl apply -f map.yaml\nconfigmap/aws-auth created", "has no metadata.namespace"),
        ("$ kubectl create -f map.yaml -n tools\nconfigmap/aws-auth created", "in the namespace tools"),
        ("$ kubectl apply -n kube-system -f map.yaml\nconfigmap/aws-auth configured", None),
        ("$ cat map.yaml", None),
    ],
)
def test_manifest_without_a_namespace(command: str, where: str | None) -> None:
    text = f"{_MANIFEST}{command}\n\nand in the job (role orders-ci), still:\nerror: You must be logged in to the server (Unauthorized)"
    explanation = explain(text, facts={"cluster": "films", "authentication_mode": "CONFIG_MAP"})
    assert (where is None) == ("reads only aws-auth" not in explanation.summary)
    if where is not None:
        assert where in explanation.summary
        assert "orders-ci" in explanation.summary
        assert "kubectl -n kube-system edit configmap aws-auth" in explanation.remedies[0].commands


@check_rows(
    ("rows", "where", "deletes"),
    [
        ("tools   aws-auth   1   3m\nkube-system   aws-auth   1   80d", "in the namespace tools, because its manifest has no metadata.namespace", "kubectl -n tools delete configmap aws-auth"),
        # Which of two it is, the list does not say.
        ("a   aws-auth   1   3m\nb   aws-auth   1   3m\nkube-system   aws-auth   1   80d", "in the current namespace of kubectl, such as default, because", "kubectl -n NAMESPACE delete configmap aws-auth"),
    ],
    ids=["one", "two"],
)  # fmt: skip
def test_manifest_in_a_listed_namespace(rows: str, where: str, deletes: str) -> None:
    text = f"{LOG}\n$ kubectl apply -f map.yaml\nconfigmap/aws-auth created\n$ kubectl get cm -A | grep aws-auth\n{rows}\n$ cat map.yaml\n{_MANIFEST}"
    explanation = explain(text)
    first, others = explanation.remedies[0], explanation.remedies[1:]
    assert where in explanation.summary
    assert first.commands == ("kubectl -n kube-system edit configmap aws-auth", deletes)
    assert f"- rolearn: {ROLE}" in (first.manifest or "")
    assert any("if the authentication mode is not CONFIG_MAP" in each.title for each in others)
    assert not any("lowercase" in each for each in explanation.notes)


@pytest.mark.parametrize(("namespace", "is_other"), [("", True), ('    namespace = "kube-system"\n', False)])
def test_terraform_without_a_namespace(namespace: str, *, is_other: bool) -> None:
    code = _terraform("aws-auth", "NONE").replace('    namespace = "NONE"\n', namespace)
    assert ("in the namespace default" in explain(f"{LOG}\n{code}").summary) is is_other
