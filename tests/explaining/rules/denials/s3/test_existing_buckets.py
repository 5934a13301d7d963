"""A program that creates a bucket that exists needs a setting, and not s3:CreateBucket."""

from __future__ import annotations

import pytest

from iamtriage import explain

_DENIED = 'operation error S3: CreateBucket, https response error StatusCode: 403, RequestID: 4F, HostID: t, api error AccessDenied: User: arn:aws:iam::111122223333:user/backup is not authorized to perform: s3:CreateBucket on resource: "arn:aws:s3:::acme-backups" {}\n'
_IMPLICIT = _DENIED.format("because no identity-based policy allows the s3:CreateBucket action")
_RCLONE = f"$ rclone sync /data s3:acme-backups/data\nERROR : x: Failed to copy: failed to prepare upload: {_IMPLICIT}"
_MAKE = f"$ aws s3 mb s3://acme-backups\n{_IMPLICIT}"


@pytest.mark.parametrize(
    ("text", "title", "actions"),
    [
        (f"{_RCLONE}The bucket exists since 2021.", "Set no_check_bucket = true", []),
        (f"{_RCLONE}aws s3 cp with the same key works.", "Set no_check_bucket = true", []),
        # Nobody says that the bucket exists.
        (_RCLONE, "Set no_check_bucket = true", ["s3:CreateBucket"]),
        (f"{_RCLONE}The bucket does not exist yet.", "Set no_check_bucket = true", ["s3:CreateBucket"]),
        (
            f"$ terragrunt plan\n{_DENIED.format('with an explicit deny in a service control policy')}The bucket already exists.",
            "Set disable_init = true",
            [],
        ),
        (f"$ python backup.py\n{_IMPLICIT}The bucket exists.", "Allow s3:ListBucket", ["s3:ListBucket"]),
        (
            f'$ aws s3api put-object --bucket acme-backups --key a --body a\n{{"ETag": "x"}}\n$ python backup.py\n{_IMPLICIT}',
            "Allow s3:ListBucket",
            ["s3:ListBucket"],
        ),
        (_MAKE, "Allow s3:CreateBucket", ["s3:CreateBucket"]),
        # Somebody wants the new bucket, or another one exists.
        (f"{_MAKE}aws s3 ls works.", "Allow s3:CreateBucket", ["s3:CreateBucket"]),
        (f"with aws_s3_bucket.new,\n{_IMPLICIT}The bucket of the state exists.", "Allow s3:CreateBucket", ["s3:CreateBucket"]),
        (f"$ python backup.py\n{_IMPLICIT}The bucket acme-other exists.", "Allow s3:CreateBucket", ["s3:CreateBucket"]),
        (f"$ python backup.py\n{_IMPLICIT}aws s3 cp a s3://acme-other/ works.", "Allow s3:CreateBucket", ["s3:CreateBucket"]),
        (f"{_MAKE}Is there a check whether the bucket exists?", "Allow s3:CreateBucket", ["s3:CreateBucket"]),
    ],
)  # fmt: skip
def test_bucket_that_exists(text: str, title: str, actions: list[str]) -> None:
    explanation = explain(text)
    assert explanation.remedies[0].title.startswith(title)
    allowed = [each.policy["Statement"][0]["Action"] for each in explanation.remedies if each.policy]
    assert allowed == actions
