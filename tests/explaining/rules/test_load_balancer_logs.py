"""Tests for load balancers that cannot write access logs: the encryption of the bucket, and its policy."""

from __future__ import annotations

import pytest

from iamtriage import explain

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


@pytest.mark.parametrize(
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
