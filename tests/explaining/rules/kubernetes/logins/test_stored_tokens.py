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


AUTH = 'provider "kubernetes" {\n  token = local.token\n}\nlocals {\n  token = data.aws_eks_cluster_auth.live.token\n}'


@pytest.mark.parametrize("config", [_config(EXEC), _config(EXEC, OTHER), AUTH])
def test_token_of_the_cli_or_of_another_user(config: str) -> None:
    explanation = explain(f"{CALLER}$ kubectl get pods\n{ERROR}\n{config}")
    assert "stored-token" not in {each.code for each in explanation.causes}
