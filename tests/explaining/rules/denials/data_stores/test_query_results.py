"""Check the comparison of what Athena needs in S3 with the policy in the text."""

from __future__ import annotations

import json

from iamtriage import explain
from tests.tables import check_rows

BUCKET = "arn:aws:s3:::cart-results"
DENIED = "An error occurred (InvalidRequestException) when calling the StartQueryExecution operation: Unable to verify/create output bucket cart-results\n\nThe policy of the role:\n"
OBJECTS = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]


def _explain(*statements: tuple[list[str], list[str]]) -> str:
    listed = [{"Effect": "Allow", "Action": actions, "Resource": on} for actions, on in statements]
    return " ".join(str(explain(DENIED + json.dumps({"Version": "2012-10-17", "Statement": listed}))).split())


def test_missing_action() -> None:
    """The action that the pasted policy lacks is named, and only that is added."""
    shown = _explain(([*OBJECTS, "s3:ListBucket*"], [BUCKET, f"{BUCKET}/*"]))
    assert "the policy in the text lacks s3:GetBucketLocation" in shown
    assert f'"Action": "s3:GetBucketLocation", "Resource": "{BUCKET}"' in shown
    assert "Copies of objects (aws s3 cp) work without it." in shown
    assert "athena:StartQueryExecution on" not in shown
    assert "the objects, where" not in shown


def test_only_objects() -> None:
    """Actions on the bucket need its own ARN."""
    shown = _explain(([*OBJECTS, "s3:ListBucket", "s3:GetBucketLocation"], [f"{BUCKET}/*"]))
    assert f"s3:GetBucketLocation and s3:ListBucket on {BUCKET}." in shown
    assert f"has s3:GetBucketLocation and s3:ListBucket only on {BUCKET}/*, the objects" in shown
    assert "lacks" not in shown
    assert "work without it" not in shown


def test_nothing_missing() -> None:
    """No Allow is proposed if a policy has it. One about another bucket decides nothing."""
    for on in ([BUCKET, f"{BUCKET}/*"], ["arn:aws:s3:::cart-raw/*"]):
        shown = _explain((["s3:*"], on))
        assert "lacks" not in shown
        assert "does not allow" not in shown.partition("belongs to")[0]
        assert ('"Effect": "Allow"' in shown) is (BUCKET not in on)


def test_deny() -> None:
    """An Allow does not override the Deny of the pasted policy."""
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "s3:GetBucketLocation", "Resource": BUCKET}
    of_bucket = {**deny, "Principal": "*"}
    for statements, who in (([allow, deny], "account administrator"), ([of_bucket], "resource owner")):
        explanation = explain(DENIED + json.dumps({"Version": "2012-10-17", "Statement": statements}))
        assert explanation.causes[0].code == "stated-policy-denies"
        assert "denies s3:GetBucketLocation" in explanation.summary
        assert explanation.remedies[0].who == who
        assert all(each.policy is None for each in explanation.remedies)
    other = {**of_bucket, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
    assert explain(DENIED + json.dumps({"Statement": [other]})).causes[0].code != "stated-policy-denies"


_WRITES_ONLY = '{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::cart-results", "arn:aws:s3:::cart-results/*"]}'


@check_rows(
    ("heading", "holder"),
    [
        ("policy of role bi-ci (S3 part):", "put-role-policy --role-name bi-ci"),
        ("Role bi-ci (only the S3 statement):", "put-role-policy --role-name bi-ci"),
        ("The bi-ci role policy (S3):", "put-role-policy --role-name bi-ci"),
        ("permissions of the user bi-report:", "put-user-policy --user-name bi-report"),
        # No name.
        ("the role policy (S3):", "aws sts get-caller-identity"),
    ],
)
def test_policy_is_attached_to_its_owner(heading: str, holder: str) -> None:
    """The name above a policy is used, and whether to create the bucket is answered."""
    message = DENIED.partition("\n\n")[0]
    shown = str(explain(f"{message}\n\n{heading}\n{_WRITES_ONLY}\n\nDoes it want s3:CreateBucket??"))
    assert holder in " ".join(shown.split())
    assert "s3:CreateBucket is needed only if the bucket does not exist" in shown


_SIMBA = "sourceErrorCode: 100071\nsourceErrorMessage: [Simba][AthenaJDBC](100071) An error has been thrown from the AWS Athena client. Access denied when writing output to url: s3://cart-results/bi/4be2.csv . Please ensure you are allowed to access the S3 bucket. If you are encrypting query results with KMS key, please ensure you are allowed to access your KMS key [Execution ID: 4be2]\n"


@check_rows(
    ("text", "is_of_service"),
    [
        (f"A data set of QuickSight is not refreshed:\n{_SIMBA}I attached AmazonS3FullAccess to ana.", True),
        (_SIMBA, True),
        (_SIMBA.partition("\n")[2], False),
        (DENIED, False),
    ],
)
def test_role_of_quicksight(text: str, *, is_of_service: bool) -> None:
    """QuickSight queries with its own role, so what the user may do does not count."""
    explanation = explain(text)
    assert ("quicksight-role" in [each.code for each in explanation.causes]) is is_of_service
    assert ("Write permission for Athena Workgroup" in str(explanation.remedies[0].steps)) is is_of_service
    if is_of_service:
        assert explanation.remedies[0].policy is None
