"""Requests of a person who uses the kubelet's kubeconfig, and where the text says that the pods run."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_NODE = "ip-10-1-4-8.eu-north-1.compute.internal"
_DENIED = 'Error from server (Forbidden): {kind} "{name}" is forbidden: User "system:node:' + _NODE + "\" cannot get resource \"{kind}\" in API group \"\" in the namespace \"etl\": no relationship found between node '" + _NODE + "' and this object\n"  # fmt: skip
_SECRET = _DENIED.format(kind="secrets", name="loader-db")
_AS_NODE = "# KUBECONFIG=/var/lib/kubelet/kubeconfig kubectl get secret loader-db -n etl -o yaml\n"
_HEAD = "NAME                     READY   STATUS    RESTARTS        AGE   IP           NODE\n"
_ROW = "loader-7d9c8b6f5-q2w3e   1/1     Running   0               9d    10.1.4.77    {}\n"


@check_rows(
    ("listed", "says"),
    [
        ("", None),
        (f"$ kubectl get pods -n etl -o wide\n{_HEAD}{_ROW.format('ip-10-1-9-3.eu-north-1.compute.internal')}", "ip-10-1-9-3"),
        # A pod on this node, those of another namespace, and a list without nodes.
        (f"$ kubectl get pods -n etl -o wide\n{_HEAD}{_ROW.format(_NODE)}", None),
        (f"$ kubectl get pods -n web -o wide\n{_HEAD}{_ROW.format('ip-10-1-9-3.eu-north-1.compute.internal')}", None),
        ("$ kubectl get pods -n etl\nNAME                     READY   STATUS\nloader-7d9c8b6f5-q2w3e   1/1     Running\n", None),
    ],
    ids=["no list", "another node", "this node", "another namespace", "no column"],
)  # fmt: skip
def test_person_with_the_identity_of_a_node(listed: str, says: str | None) -> None:
    explanation = explain(f"{_AS_NODE}{_SECRET}{listed}")
    assert explanation.summary.endswith("That is intended.")
    assert explanation.remedies[0].title == "Use your own access instead of the node's"
    assert "kubectl get secret loader-db -n etl -o yaml" in explanation.remedies[0].commands[1]
    assert "kubelet" not in explanation.remedies[0].commands[1]
    because = " ".join(line for each in explanation.causes for line in each.because)
    assert ("The pods of etl in the text run on" in because) is (says is not None)
    assert (says or "") in because


@pytest.mark.parametrize(
    "text",
    [
        f'kubelet[2213]: E0102 03:04:05.123456    2213 reflector.go:147] object-"etl"/"loader-db": Failed to watch *v1.Secret: failed to list *v1.Secret: {_SECRET.partition("): ")[2]}',
        # Not shown to be a person with the kubelet's file.
        f"$ kubectl get secret loader-db -n etl\n{_SECRET}",
    ],
    ids=["kubelet", "no file"],
)
def test_other_requests_of_a_node(text: str) -> None:
    explanation = explain(text)
    assert "That is intended" not in explanation.summary
    assert "heck that a pod on this node refers to loader-db" in explanation.remedies[0].title


def test_list_of_all_namespaces() -> None:
    head = f"NAMESPACE   {_HEAD}"
    rows = f"etl         {_ROW.format('ip-10-1-9-3')}web         {_ROW.format(_NODE)}"
    explanation = explain(f"{_AS_NODE}{_SECRET}$ kubectl get pods -A -o wide\n{head}{rows}")
    assert "run on ip-10-1-9-3, not on this node" in str(explanation)
