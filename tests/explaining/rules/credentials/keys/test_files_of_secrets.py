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


_BOTO = "botocore.exceptions.HTTPClientError: An HTTP Client raised an unhandled exception: Invalid header value b'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\\n/20260102/eu-west-1/sqs/aws4_request, SignedHeaders=host'\n"
_NAMED = "$ kubectl create secret generic aws-keys -n tools --from-file=AWS_ACCESS_KEY_ID=id.txt {}\n"
_OF_FILE = "--from-file=AWS_SECRET_ACCESS_KEY=key.txt"


@check_rows(
    ("text", "shown", "absent"),
    [
        (f"{_NAMED.format(_OF_FILE)}$ wc -c id.txt key.txt\n  21 id.txt\n  41 key.txt\n", ("id.txt ends with a newline, which", "key.txt ends with a newline, too", "read -rs key_id", "kubectl rollout restart"), ("most likely",)),
        (f"{_NAMED.format(_OF_FILE)}$ wc -c key.txt id.txt\n  41 key.txt\n  21 id.txt\n", ("id.txt ends with a newline, which", "key.txt ends with a newline, too"), ("most likely",)),
        (f"{_NAMED.format(_OF_FILE)}$ wc -c id.txt key.txt\n  20 id.txt\n  41 key.txt\n", ("most likely, id.txt ends", "key.txt ends with a newline, too"), ()),
        (_NAMED.format(_OF_FILE), ("most likely, id.txt ends", "The secret access key can end with a newline, too"), ("key.txt ends",)),
        (_NAMED.format("--from-literal=AWS_SECRET_ACCESS_KEY=x"), ("most likely, id.txt ends", "read -rs key_id"), ("tr -d",)),
    ],
    ids=["counted", "in another order", "key ID without one", "not counted", "only one file"],
)  # fmt: skip
def test_both_files(text: str, shown: tuple[str, ...], absent: tuple[str, ...]) -> None:
    words = " ".join(str(explain(_BOTO + text)).split())
    assert [each for each in shown if each not in words] == []
    assert [each for each in absent if each in words] == []


def test_files_of_a_controller() -> None:
    remedy = explain(f"{HEADER}{CREATE}").remedies[0]
    assert "External Secrets reads the Secret again" in " ".join(remedy.steps)
    assert not any("rollout restart" in each for each in remedy.commands)
