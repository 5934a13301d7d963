"""The bucket of an error of Terraform: in parentheses after what it reads or changes, or as the ID in its log."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ERROR = "Error: {}: operation error S3: {}, https response error StatusCode: 403, RequestID: 1A2B3C, api error AccessDenied: Access Denied\n  with aws_s3_bucket_{}.films,\n"
_REFRESHING = "aws_s3_bucket.films: Refreshing state... [id={}]\n"


@check_rows(
    "text",
    [
        _ERROR.format("reading S3 Bucket Versioning (acme-films)", "GetBucketVersioning", "versioning"),
        _ERROR.format("reading S3 Bucket Server-side Encryption Configuration (acme-films)", "GetBucketEncryption", "server_side_encryption_configuration"),
        _ERROR.format("putting S3 Bucket Lifecycle Configuration (acme-films)", "PutBucketLifecycleConfiguration", "lifecycle_configuration"),
        _REFRESHING.format("acme-films") + _ERROR.format("reading the policy", "GetBucketPolicy", "policy"),
        _REFRESHING.format("acme-films") + _REFRESHING.format("acme-films").replace(".films", "_policy.films") + _ERROR.format("reading the policy", "GetBucketPolicy", "policy"),
    ],
    ids=["versioning", "hyphen", "change", "log", "log of two resources"],
)  # fmt: skip
def test_bucket_of_an_error(text: str) -> None:
    explanation = explain(text)
    assert "arn:aws:s3:::acme-films" in explanation.summary
    assert "BUCKET" not in " ".join(explanation.remedies[0].commands)


@pytest.mark.parametrize(
    "text",
    [
        # Two buckets, and an object's ID.
        _REFRESHING.format("acme-films") + _REFRESHING.format("acme-logs").replace(".films", ".logs") + _ERROR.format("reading the policy", "GetBucketPolicy", "policy"),
        _REFRESHING.format("acme-films") + _ERROR.format("reading the policy", "GetBucketPolicy", "policy").replace("bucket_policy.films", "bucket.logs"),
        "aws_s3_object.poster: Refreshing state... [id=poster]\n" + _ERROR.format("reading the policy", "GetBucketPolicy", "policy"),
    ],
    ids=["two buckets", "another bucket", "object"],
)  # fmt: skip
def test_bucket_that_is_not_known(text: str) -> None:
    assert "arn:aws:s3:::" not in explain(text).summary
