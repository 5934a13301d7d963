"""Tests for triggers of KEDA without an identity."""

from __future__ import annotations

import pytest

from iamtriage import explain

ERROR = 'ERROR\tReconciler error\t{{"controller": "scaledobject", "controllerGroup": "keda.sh", "error": "error parsing {} metadata: awsAccessKeyID not found"}}'
TRIGGER = "triggers:\n- type: aws-cloudwatch\n  metadata:\n    awsRegion: eu-west-1"


@pytest.mark.parametrize("kind", ["SQS queue", "cloudwatch", "Kinesis stream"])
@pytest.mark.parametrize(
    ("around", "evidence"),
    [
        (TRIGGER, "derived"),
        ("", "possible"),
        (f"{TRIGGER}\n    identityOwner: operator", "possible"),
        (f"{TRIGGER}\n  authenticationRef:\n    name: aws", "possible"),
    ],
)
def test_trigger_without_identity(kind: str, around: str, evidence: str) -> None:
    explanation = explain(f"{ERROR.format(kind)}\n\n{around}")
    [cause] = explanation.causes
    assert (cause.code, cause.evidence) == ("keda-trigger-without-identity", evidence)
    assert "identityOwner: operator" in explanation.remedies[0].steps[0]
