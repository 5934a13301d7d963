"""Test that a denial in a cluster of another provider says so first, and what else allows the request there."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_FORBIDDEN = 'Error from server (Forbidden): {resource} is forbidden: User "{user}" cannot {verb} resource "{resource}" in API group "{group}"{where}'
_IN_NAMESPACE = ' in the namespace "films"'


def _deny(user: str, verb: str, resource: str, *, where: str = _IN_NAMESPACE, more: str = "") -> str:
    group = "apps" if resource == "deployments" else ""
    return _FORBIDDEN.format(user=user, verb=verb, resource=resource, group=group, where=where) + more


def _requires(permission: str) -> str:
    return f': requires one of ["{permission}"] permission(s).'


@check_rows(
    ("text", "verdict"),
    [
        (
            _deny("ana@example.com", "patch", "deployments", more=_requires("container.deployments.update")),
            ("The user ana@example.com is not authorized to patch deployments.apps in the namespace films of a Google Kubernetes"
            " Engine (GKE) cluster: no RBAC role and no IAM role of Google Cloud allows it."),
        ),
        (
            _deny("ci@films-prod.iam.gserviceaccount.com", "list", "nodes", where=" at the cluster scope", more=_requires("container.nodes.list")),
            ("The Google service account ci@films-prod.iam.gserviceaccount.com is not authorized to list nodes at the cluster scope of a Google Kubernetes"
            " Engine (GKE) cluster: no RBAC role and no IAM role of Google Cloud allows it."),
        ),
        (
            _deny("ana@example.com", "get", "pods", more="\nserver: https://films-dns-0a1b2c3d.hcp.westeurope.azmk8s.io:443"),
            ("The user ana@example.com is not authorized to get pods in the namespace films of an Azure Kubernetes Service (AKS)"
            " cluster: no RBAC role allows it."),
        ),
        (
            _deny("system:serviceaccount:films:web", "get", "pods", more="\ncontext gke_films-prod_europe-west1_main"),
            ("The service account films/web is not authorized to get pods in the namespace films of a Google Kubernetes Engine (GKE)"
            " cluster: no RBAC role allows it."),
        ),
    ],
)  # fmt: skip
def test_verdict_names_the_provider(text: str, verdict: str) -> None:
    explanation = explain(text)
    assert explanation is not None
    assert explanation.summary == verdict
    assert "The cluster runs on" not in explanation.to_text(detail="full")


@check_rows(
    ("user", "context", "command"),
    [
        (
            "ci@films-prod.iam.gserviceaccount.com",
            "",
            "films-prod --member=serviceAccount:ci@films-prod.iam.gserviceaccount.com",
        ),
        (
            "ci@films-prod.iam.gserviceaccount.com",
            "\ncontext gke_films-clusters_europe-west1_main",
            "films-clusters --member=serviceAccount:ci@films-prod.iam.gserviceaccount.com",
        ),
        ("ana@example.com", "", "PROJECT_ID --member=user:ana@example.com"),
        (
            "ana@example.com",
            "\ncontexts gke_films-dev_europe-west1_main, gke_films-live_europe-west1_main",
            "PROJECT_ID --member=user:ana@example.com",
        ),
    ],
)
def test_role_of_google_cloud(user: str, context: str, command: str) -> None:
    text = _deny(user, "create", "pods", more=_requires("container.pods.create") + context)
    explanation = explain(text)
    assert explanation is not None
    found = next(each for each in explanation.remedies if "Google Cloud" in each.title)
    assert found.commands == (
        f"gcloud projects add-iam-policy-binding {command} --role=roles/container.developer",
    )
    assert "container.pods.create" in found.title
    assert found.steps[0].startswith("It is far more than this request")


@check_rows(
    "text",
    [
        # IAM of Google Cloud knows no service accounts of Kubernetes.
        _deny("system:serviceaccount:films:web", "create", "pods", more=_requires("container.pods.create")),
        _deny("ana@example.com", "create", "roles", more=_requires("container.roles.create")),
        _deny("ana@example.com", "create", "pods"),
        _deny(
            "ana@example.com",
            "create",
            "pods",
            more="\nserver: https://0A1B.gr7.eu-west-1.eks.amazonaws.com\ncontext gke_a-project_europe-west1_main",
        ),
    ],
)
def test_no_role_of_google_cloud(text: str) -> None:
    assert "gcloud" not in explain(text).to_text(detail="full")


def test_cluster_of_eks_is_not_named_otherwise() -> None:
    assert " cluster: " not in explain(_deny("ana@example.com", "create", "pods")).summary


@pytest.mark.parametrize(
    ("line", "is_airflow"),
    [
        ("[2026-11-18, 10:48:33 UTC] {taskinstance.py:2731} ERROR - Task failed with exception\n", True),
        ("worker.py:2731 ERROR - Task failed with exception\n", False),
    ],
)
def test_log_of_a_task_of_airflow(line: str, *, is_airflow: bool) -> None:
    short = str(explain(line + _deny("ci@example.com", "create", "pods")))
    assert ("Let Airflow manage pods" in short) is is_airflow
    assert ("--resource=pods,pods/log" in " ".join(short.split())) is is_airflow


def test_binding_has_the_name_before_the_domain() -> None:
    text = _deny("ana.ruiz@films-prod.iam.gserviceaccount.com", "create", "pods")
    assert "create rolebinding create-pods-ana.ruiz -n films" in str(explain(text))
