"""Tests for load balancers that cannot write access logs: the encryption of the bucket, and its policy."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

CALL = "An error occurred (InvalidConfigurationRequest) when calling the ModifyLoadBalancerAttributes operation: Access Denied for bucket: shop-logs. Please check S3bucket permission\n"
CDK = "const logs = new s3.Bucket(this, 'Logs', {\n  bucketName: 'shop-logs',\n  encryption: s3.BucketEncryption.KMS_MANAGED,\n});\nalb.logAccessLogs(logs, 'shop');\n"
OUTPUT = '{"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}\n'


def _policy(account: str, folder: str = "AWSLogs") -> str:
    return f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::{account}:root"}}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::shop-logs/{folder}/111122223333/*"}}]}}\n'


@pytest.mark.parametrize(
    ("shown", "change"),
    [(CDK, "cdk deploy"), ('  sse_algorithm     = "aws:kms"\n', "terraform apply"), (OUTPUT, "AES256")],
    ids=["cdk", "terraform", "output"],
)
def test_key_of_the_bucket_is_the_cause(shown: str, change: str) -> None:
    explanation = explain(CALL + shown)
    assert explanation.causes[0].code == "log-bucket-key"
    assert explanation.causes[0].evidence == "derived"
    assert change in explanation.remedies[0].commands[-1]
    assert explanation.remedies[0].policy is None


def test_policy_with_the_account_of_the_region_is_right() -> None:
    explanation = explain(CALL + CDK + _policy("156460612806", "shop/AWSLogs") + "Region eu-west-1")
    assert "The bucket policy is right: it allows arn:aws:iam::156460612806:root" in explanation.notes[0]


def test_right_policy_leaves_encryption_and_region() -> None:
    explanation = explain(f"{CALL}{_policy('652711504416')}aws s3 ls --region eu-west-2")
    assert explanation.causes[0].code == "log-bucket-key"
    assert explanation.causes[0].evidence == "possible"
    assert explanation.remedies[0].commands[1] == "aws s3api get-bucket-encryption --bucket shop-logs"


@check_rows(
    "shown",
    [
        _policy("156460612806") + "region = us-east-2",
        _policy("156460612806", "other/AWSLogs") + "region = eu-west-1",
        '"SSEAlgorithm": "AES256"',
        'load_balancer_type = "network"\nsse_algorithm = "aws:kms"',
    ],
    ids=["other-region", "other-folder", "sse-s3", "network"],
)
def test_policy_stays_the_cause(shown: str) -> None:
    assert explain(CALL + shown).causes[0].code == "service-not-allowed"


_IN_CODE = """resource "aws_lb" "web" {{
  access_logs {{
    bucket  = aws_s3_bucket.logs.id
    enabled = true
{prefix}  }}
}}
resource "aws_s3_bucket_policy" "logs" {{
  policy = jsonencode({{
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Service = "logdelivery.elasticloadbalancing.amazonaws.com" }}
      Action    = "s3:PutObject"
      Resource  = "${{aws_s3_bucket.logs.arn}}/{folder}AWSLogs/111122223333/*"
    }}]
  }})
}}
"""


@pytest.mark.parametrize(
    ("prefix", "folder", "right"),
    [('    prefix  = "web"\n', "", "web/"), ("", "old/", ""), ('    prefix  = "web"\n', "web/", None)],
    ids=["no-folder", "other-folder", "right"],
)
def test_folder_of_a_policy_in_code(prefix: str, folder: str, right: str | None) -> None:
    explanation = explain(f"{CALL}The bucket uses SSE-S3.\n{_IN_CODE.format(prefix=prefix, folder=folder)}")
    first = explanation.remedies[0]
    assert first.title.startswith("Write the folder") is (right is not None)
    if right is not None:
        assert (
            f"below {right or 'AWSLogs/'}. It allows arn:aws:s3:::shop-logs/{folder}AWSLogs/"
            in explanation.summary
        )
        assert first.manifest == f'Resource = "${{aws_s3_bucket.logs.arn}}/{right}AWSLogs/111122223333/*"'
