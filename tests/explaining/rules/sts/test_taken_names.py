"""Tests for buckets that cannot be created because their name is taken in another Region."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

WRONG = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"
SDK = f"operation error S3: {{}}, https response error StatusCode: 400, RequestID: 6B1TQ0Z8, HostID: dQ=, api error AuthorizationHeaderMalformed: {WRONG}"


@check_rows(
    ("text", "is_taken"),
    [
        (f"Error: creating S3 Bucket (team-logs): {SDK.format('CreateBucket')}", True),
        (f"Error: Error creating S3 bucket: AuthorizationHeaderMalformed: {WRONG}", True),
        (f"make_bucket failed: s3://team-logs An error occurred (AuthorizationHeaderMalformed) when calling the CreateBucket operation: {WRONG}", True),
        (f"Error: reading S3 Bucket (team-logs): {SDK.format('HeadBucket')}", False),
        (f"An error occurred (AuthorizationHeaderMalformed) when calling the ListObjectsV2 operation: {WRONG}", False),
        (f"$ aws s3 mb s3://team-logs --endpoint-url https://s3.eu-west-1.amazonaws.com\nmake_bucket failed: s3://team-logs An error occurred (AuthorizationHeaderMalformed) when calling the CreateBucket operation: {WRONG}", False),
    ],
    ids=["terraform", "old terraform", "cli", "head", "list", "endpoint"],
)  # fmt: skip
def test_only_a_new_bucket_has_a_taken_name(text: str, *, is_taken: bool) -> None:
    explanation = explain(f'provider "aws" {{\n  region = "us-east-1"\n}}\n\n{text}')
    assert (explanation.causes[0].code == "bucket-name-taken") is is_taken
    assert ("Choose another, unique name" in explanation.remedies[0].title) is is_taken
    assert any("region = eu-west-1" in each.title for each in explanation.remedies) is not is_taken


def test_own_bucket_is_imported() -> None:
    text = f"aws_s3_bucket.logs: Creating...\nError: creating S3 Bucket (team-logs): {SDK.format('CreateBucket')}\n  with aws_s3_bucket.logs,"
    assert explain(text).remedies[1].commands == ("terraform import aws_s3_bucket.logs team-logs",)
