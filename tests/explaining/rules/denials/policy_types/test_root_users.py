"""Test denials of root users by service control policies."""

from __future__ import annotations

from iamtriage.explaining import explain
from tests.tables import check_rows

_DENIED = "User: arn:aws:iam::111122223333:{} is not authorized to perform: {} on resource: {} with an explicit deny in {}"
_SCP = "a service control policy"
_BUCKET, _QUEUE = "arn:aws:s3:::vault", "arn:aws:sqs:eu-west-1:111122223333:jobs"


@check_rows(
    ("who", "action", "resource", "policy", "says", "omits"),
    [
        ("root", "s3:DeleteBucketPolicy", _BUCKET, _SCP, ("Try it as a role", "Only if the bucket policy denies all roles, too", "apply to the root user of a member account"), ("assume-root", "until the bucket is repaired")),
        ("root", "s3:DeleteBucketPolicy", _BUCKET, f"{_SCP}. We are locked out of it", ("exempt the repair of the bucket policy", "--target-principal 111122223333", "root-task/S3UnlockBucketPolicy", "aws s3api delete-bucket-policy --bucket vault", "does not stop the root user from these calls", '"Null": {"aws:AssumedRoot": "true"}'), ("Try it as a role", "ArnNotLike")),
        ("root", "s3:PutBucketPolicy", _BUCKET, f"{_SCP}. The bucket policy denies everyone", ("root-task/S3UnlockBucketPolicy", "such policies do"), ("Try it as a role",)),
        ("root", "s3:PutBucketPolicy", _BUCKET, _SCP, ("Try it as a role",), ("assume-root",)),
        ("root", "sqs:SetQueueAttributes", _QUEUE, f"{_SCP}. Our policy locked everyone out", ("exempt the repair of the queue policy", "root-task/SQSUnlockQueuePolicy", '\'{"Policy":""}\''), ("Try it as a role",)),
        ("root", "s3:PutObject", f"{_BUCKET}/a", _SCP, ("Call as a role instead of the root user", "Try it as a role"), ("assume-root", "delete-bucket-policy")),
        ("user/ana", "s3:PutBucketPolicy", _BUCKET, _SCP, ("Have the service control policy changed",), ("assume-root", "delete-bucket-policy")),
        ("user/ana", "s3:PutBucketPolicy", _BUCKET, "a resource-based policy", ("root-task/S3UnlockBucketPolicy",), ("AssumedRoot",)),
    ],
    ids=["bucket", "locked out", "said", "not said", "queue", "other call", "user", "bucket policy"],
)  # fmt: skip
def test_policy_that_locks_everyone_out(
    who: str, action: str, resource: str, policy: str, says: tuple[str, ...], omits: tuple[str, ...]
) -> None:
    explanation = explain(_DENIED.format(who, action, resource, policy))
    shown = " ".join(explanation.to_text(detail="full").replace("\\\n", " ").split())
    assert [words for words in says if words not in shown] == []
    assert [words for words in omits if words in shown] == []
