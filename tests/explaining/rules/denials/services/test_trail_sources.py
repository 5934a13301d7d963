"""Test what a bucket policy says about the trail for which CloudTrail calls."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_ERROR = "An error occurred (InsufficientS3BucketPolicyException) when calling the {} operation: Incorrect S3 bucket policy is detected for bucket: ledger-trails\n"
_TRAIL = "arn:aws:cloudtrail:us-west-2:111122223333:trail/"
_CLI = "$ aws cloudtrail create-trail --name {} --s3-bucket-name ledger-trails\n"


def _policy(*sources: str, operator: str = "StringEquals") -> str:
    condition = {operator: {"aws:SourceArn": sources}}
    service = {"Service": "cloudtrail.amazonaws.com"}
    bucket = "arn:aws:s3:::ledger-trails"
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": service,
                    "Action": action,
                    "Resource": resource,
                    "Condition": condition,
                }
                for action, resource in (
                    ("s3:GetBucketAcl", bucket),
                    ("s3:PutObject", f"{bucket}/AWSLogs/111122223333/*"),
                )
            ],
        }
    )


@pytest.mark.parametrize(
    ("call", "policy", "added"),
    [
        (_CLI.format("data"), _policy(f"{_TRAIL}main"), f"{_TRAIL}data"),
        ("client.create_trail(Name='data', S3BucketName='ledger-trails')\n", _policy(f"{_TRAIL}main"), f"{_TRAIL}data"),
        ('resource "aws_cloudtrail" "data" {\n  name = "data"\n  s3_bucket_name = "ledger-trails"\n}\n', _policy(f"{_TRAIL}main"), f"{_TRAIL}data"),
        (_CLI.format("data --region eu-west-1"), _policy(f"{_TRAIL}data"), f"{_TRAIL}data".replace("us-west-2", "eu-west-1")),
        (_CLI.format("data"), _policy(f"{_TRAIL}main", f"{_TRAIL}second"), f"{_TRAIL}data"),
        # The trail is allowed, or may be, or the policy does not name trails.
        (_CLI.format("data"), _policy(f"{_TRAIL}data"), None),
        (_CLI.format("data"), _policy(f"{_TRAIL}*", operator="StringLike"), None),
        (_CLI.format("data"), _policy(f"{_TRAIL}main", f"{_TRAIL}data"), None),
        ("", _policy(f"{_TRAIL}main"), None),
    ],
)  # fmt: skip
def test_policy_names_another_trail(call: str, policy: str, added: str | None) -> None:
    explanation = explain(f"{call}{_ERROR.format('CreateTrail')}The bucket policy:\n{policy}")
    first = explanation.remedies[0]
    assert ("only for aws:SourceArn" in explanation.summary) is (added is not None)
    assert ("to the condition on aws:SourceArn" in first.title) is (added is not None)
    if added is not None:
        assert added in first.commands[1]
        assert "[$old, $new]" in first.commands[1]
