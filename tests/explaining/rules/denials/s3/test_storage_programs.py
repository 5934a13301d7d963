"""Tests for programs that keep objects in S3 and say in words what they did: Loki, Thanos, Tempo and others."""

from __future__ import annotations

import pytest

from iamtriage import explain
from iamtriage.explaining._context.readers.s3_locations import find_setting
from tests.tables import check_rows

KEY = "arn:aws:kms:eu-west-1:444455556666:key/1f2e3d4c-1111-4222-8333-a1b2c3d4e5f6"
ANNOTATION = "eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/logs"
LOKI = 'level=error caller=flush.go:178 err="failed to flush chunks: store put chunk: AccessDenied: Access Denied\\n\\tstatus code: 403, request id: ABC, host id: x="'
THANOS = 'level=warn caller=sidecar.go:339 err="upload 01JC: upload file meta.json: upload s3 object: Access Denied" uploaded=0'


@check_rows(
    ("text", "action"),
    [
        (LOKI, "s3:PutObject"),
        (THANOS, "s3:PutObject"),
        (THANOS.replace("upload s3", "check exists: stat s3"), "s3:GetObject"),
        (LOKI.replace("store put chunk", "failed to get s3 object"), "s3:GetObject"),
        (LOKI.replace("store put chunk", "listing objects"), "s3:ListBucket"),
        (LOKI.replace("store put chunk", "deleting old blocks"), "s3:DeleteObject"),
        # It does not say what it did, or another service answered.
        (LOKI.replace("store put chunk", "storage failed"), None),
        (THANOS.replace("s3 object", "object"), None),
        (THANOS.replace("s3 object", "object") + "\nbackend: s3", "s3:PutObject"),
        # The error of an SDK names the operation.
        (f"{THANOS.partition('upload s3')[0]}operation error S3: GetObject, https response error StatusCode: 403, api error AccessDenied: Access Denied", "s3:GetObject"),
    ],
    ids=["Loki", "Thanos", "stat", "get", "list", "delete", "no call", "no S3", "settings", "SDK"],
)  # fmt: skip
def test_operation_in_the_words_of_a_program(text: str, action: str | None) -> None:
    explanation = explain(f"{text}\n\nbucket: logs-archive\n")
    denied = f"S3 denied {action} on arn:aws:s3:::logs-archive"
    if "stat s3" in text:
        denied = "S3 answered 403 to HeadObject on arn:aws:s3:::logs-archive"
    assert (denied in explanation.summary) is (action is not None)
    if action == "s3:PutObject":
        assert '"arn:aws:s3:::logs-archive/*"' in str(explanation)


_CODE = (
    "const bucket = event.bucket;",
    "let bucket = null",
    "bucket = None",
    "bucket = var.bucket",
    "bucket = each.value",
    "bucket = args.name",
    "val bucket = store",
    "  bucket: string",
    "bucket=bucket",
    "bucket: true",
    '-bucket = "chunks"',
    '-   bucket = "chunks"',
)


@check_rows("code", [*_CODE, "private final String bucket = store;", '// String bucket = "chunks";'])
def test_code_names_no_bucket(code: str) -> None:
    error = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"
    [statement] = (explain(f"{error}\n\n{code}\n").remedies[0].policy or {})["Statement"]
    assert statement["Resource"] == "arn:aws:s3:::BUCKET/OBJECT_KEY"


@check_rows(
    ("settings", "bucket"),
    [
        ("s3: s3://eu-west-1/chunks", "chunks"),
        ("s3: s3://chunks", "chunks"),
        ("  bucketnames: chunks", "chunks"),
        ('    bucket: "chunks"  # daily', "chunks"),
        ("S3_BUCKET=chunks", "chunks"),
        ('bucket_name = "chunks"', "chunks"),
        ("RESTIC_REPOSITORY=s3:s3.eu-central-1.amazonaws.com/chunks", "chunks"),
        ("endpoint: https://chunks.s3.eu-west-1.amazonaws.com", "chunks"),
        ('61:  private static final String BUCKET = "chunks";', "chunks"),
        ("const BUCKET: &str = 'chunks';  // daily", "chunks"),
        ("const bucket = process.env.BUCKET", None),
        ("final var bucket = find(orders);", None),
        ("bucket: chunks\nruler_bucket: rules", None),
        ("bucket: ${BUCKET}", None),
        ('private readonly bucket: string = "chunks";', "chunks"),
        ("  --bucket=chunks", "chunks"),
        # Values of code, and lines that nothing runs.
        *((line, None) for line in _CODE),
        ("the bucket: is missing", None),
    ],
    ids=[
        "Region",
        "URI",
        "names",
        "comment",
        "variable",
        "TOML",
        "restic",
        "host",
        "Java",
        "Rust",
        "environment",
        "call",
        "two",
        "reference",
        "TypeScript",
        "option",
        *_CODE,
        "prose",
    ],
)
def test_bucket_in_settings(settings: str, bucket: str | None) -> None:
    found = find_setting(f"{settings}\n")
    assert (None if found is None else found.bucket.value) == bucket


@check_rows("name", ["kms_key_id", "sse_kms_key_id", "kmsKeyId", "kms-key-arn", "SSEKMSKeyId"])
def test_key_in_settings(name: str) -> None:
    explanation = explain(f"{LOKI}\n\ns3: s3://eu-west-1/chunks\n{name}: {KEY}\n{ANNOTATION}\n")
    assert "The KMS key in the text belongs to another account than the caller, 444455556666." in (
        explanation.summary
    )
    first = explanation.remedies[0]
    assert first.policy is not None
    assert [each["Resource"] for each in first.policy["Statement"]] == ["arn:aws:s3:::chunks/*", KEY]
    assert "--role-name logs " in " ".join(first.commands)


@pytest.mark.parametrize(
    "url", ["https://shop.s3.eu-west-1.amazonaws.com/", r"https:\/\/shop.s3.eu-west-1.amazonaws.com\/"]
)
def test_bucket_that_does_not_exist_has_no_policy(url: str) -> None:
    """Nobody else can allow to create a bucket, and JSON can escape the slashes of its URL."""
    text = f'Error executing "CreateBucket" on "{url}"; AWS HTTP error: Client error: 403 AccessDenied (client): Access Denied'
    explanation = explain(text)
    assert explanation.summary == "S3 denied s3:CreateBucket on arn:aws:s3:::shop without a reason."
    full = explanation.to_text(detail="full")
    assert "bucket policy" not in full
    assert "owner" not in full
    assert "put-role-policy" in full


@pytest.mark.parametrize("slash", ["/", r"\/"])
def test_key_in_a_url(slash: str) -> None:
    url = f"https:{slash}{slash}shop.s3.eu-west-1.amazonaws.com{slash}in{slash}a.txt"
    text = f'Error executing "GetObject" on "{url}"; AWS HTTP error: Client error: 403 AccessDenied (client): Access Denied'
    assert "arn:aws:s3:::shop/in/a.txt" in explain(text).summary
