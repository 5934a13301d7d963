"""Tests for kubeconfigs and commands with a stored token or certificate."""

from __future__ import annotations

import pytest

from iamtriage import explain

ERROR = "error: You must be logged in to the server (Unauthorized)"
CALLER = '$ aws sts get-caller-identity\n{"Arn": "arn:aws:sts::111122223333:assumed-role/orders-dev/ana"}\n'


def _config(user: str, other: str = "") -> str:
    server = (
        "clusters:\n- cluster:\n    server: https://0A1B2C3D.gr7.eu-west-1.eks.amazonaws.com\n  name: live\n"
    )
    contexts = (
        "contexts:\n- context:\n    cluster: live\n    user: robot\n  name: live\ncurrent-context: live\n"
    )
    return f"{server}{contexts}users:\n{other}- name: robot\n  user:\n    {user}\n"


EXEC = "exec:\n      command: aws\n      args: [eks, get-token, --cluster-name, live]"
OTHER = "- name: old\n  user:\n    token: REDACTED\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (_config("token: REDACTED"), "token that the kubeconfig stores for the user robot"),
        (_config("tokenFile: /etc/robot/token"), "token that the kubeconfig stores"),
        (_config("client-certificate-data: DATA+OMITTED"), "client certificate that the kubeconfig stores"),
        (
            '$ kubectl config view --minify -o jsonpath=\'{.users[0].user}\'\n{"token":"REDACTED"}',
            "token that the kubeconfig stores:",
        ),
        (
            '{"users": [{"name": "ci", "user": {"token": "REDACTED"}}], "current-context": "ci"}',
            "token that the kubeconfig stores:",
        ),
        (
            "contexts:\n- name: live\n  context:\n    cluster: live\n    user: ci\nusers:\n- name: ci\n  user:\n    token: eyJ0\n",
            "token that the kubeconfig stores",
        ),
        (
            'provider "kubernetes" {\n  host  = var.host\n  token = var.token\n}',
            "variable of the Terraform provider",
        ),
        ("$ kubectl --token=eyJ0.eyJ1.c2ln get pods", "token that the option --token sets"),
    ],
    ids=["token", "file", "certificate", "printed", "json", "name first", "provider", "option"],
)
def test_stored(text: str, what: str) -> None:
    explanation = explain(f"{CALLER}$ kubectl get pods\n{ERROR}\n{text}")
    assert what in explanation.summary
    assert "The role orders-dev is not used" in explanation.summary
    assert explanation.causes[0].code == "stored-token"
    assert "eyJ" not in explanation.to_text(detail="full")


def test_stored_token_of_iam() -> None:
    text = f"$ kubectl get pods\n{ERROR}\n{_config('token: k8s-aws-v1.aHR0cHM6Ly9zdHM')}"
    explanation = explain(text)
    assert "15 minutes" in explanation.summary
    assert explanation.remedies[0].commands[0].startswith("aws eks update-kubeconfig")


AUTH = 'provider "kubernetes" {\n  token = local.token\n}\nlocals {\n  token = data.aws_eks_cluster_auth.live.token\n}'


@pytest.mark.parametrize("config", [_config(EXEC), _config(EXEC, OTHER), AUTH])
def test_token_of_the_cli_or_of_another_user(config: str) -> None:
    explanation = explain(f"{CALLER}$ kubectl get pods\n{ERROR}\n{config}")
    assert "stored-token" not in {each.code for each in explanation.causes}
