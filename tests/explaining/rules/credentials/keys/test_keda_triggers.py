"""Tests for triggers of KEDA without an identity."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

ERROR = 'ERROR\tReconciler error\t{{"controller": "scaledobject", "controllerGroup": "keda.sh", "error": "error parsing {} metadata: awsAccessKeyID not found"}}'
TRIGGER = "triggers:\n- type: aws-cloudwatch\n  metadata:\n    awsRegion: eu-west-1"


@check_rows("kind", ["SQS queue", "cloudwatch", "Kinesis stream"])
@check_rows(
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


DENIED = "User: arn:aws:sts::111122223333:assumed-role/keda-operator/1 is not authorized to perform: sqs:GetQueueAttributes on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no identity-based policy allows the sqs:GetQueueAttributes action\n"


@check_rows(
    ("said", "is_other"),
    [
        ("The worker reads the queue, its role jobs-worker has sqs:* on it.", True),
        ("The role jobs-worker already has AmazonSQSFullAccess.", True),
        ("The role jobs-worker has no sqs:GetQueueAttributes.", False),
        ("Does the role jobs-worker have sqs:*?", False),
        ("The role jobs-worker has s3:GetObject.", False),
        ("The role keda-operator has sqs:SendMessage.", False),
    ],
)
def test_role_that_has_the_permission(said: str, *, is_other: bool) -> None:
    explanation = explain(
        f"{DENIED}{said}\n{TRIGGER.replace('cloudwatch', 'sqs-queue')}\n    identityOwner: operator"
    )
    steps = " ".join(explanation.remedies[0].steps)
    assert ("jobs-worker" in explanation.summary) is is_other
    assert "With identityOwner: operator, KEDA's operator calls with its own role" in steps
    assert "Remove it there" not in steps
    assert "Lambda" not in steps
