"""The files of a Kubernetes Secret show why a header cannot have the access key ID."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

HEADER = 'external-secrets: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 0, RequestID: , request send failed, Post "https://secretsmanager.eu-west-1.amazonaws.com/": net/http: invalid header field value for "Authorization"\n'
CREATE = "$ kubectl create secret generic aws-keys -n tools --from-file=./aws-key-id --from-file=./aws-secret-key\n"


@check_rows(
    ("written", "verdict"),
    [
        ('$ echo "AKIA..." > aws-key-id\n', "./aws-key-id ends with a newline (echo adds it without -n)"),
        ("", "most likely, ./aws-key-id ends with a newline, which --from-file keeps in aws-key-id"),
        ('$ echo -n "AKIA..." > aws-key-id\n', None),
        ("$ printf '%s' AKIA... > aws-key-id\n", None),
    ],
    ids=["echo", "unknown", "echo -n", "printf"],
)
def test_file_with_a_newline(written: str, verdict: str | None) -> None:
    explanation = explain(f"{HEADER}{written}{CREATE}")
    assert ("ends with a newline" in explanation.summary) == (verdict is not None)
    assert (verdict or "cannot have") in explanation.summary
    patch = " ".join(explanation.remedies[0].commands)
    assert '\\"aws-key-id\\"' in patch
    assert "aws-secret-key" in patch
    assert "--namespace tools" in patch


@pytest.mark.parametrize(("said", "has_role"), [("Our cluster is on-prem.", False), ("", True)])
def test_role_of_a_cluster_outside_aws(said: str, *, has_role: bool) -> None:
    assert ("IRSA" in explain(f"{HEADER}{CREATE}{said}").to_text(detail="full")) == has_role
