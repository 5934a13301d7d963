"""The host that answered 403 decides who denied: buckets of AWS are denied by the network's policies."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

REGISTRY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
PULL = f'Failed to pull image "{REGISTRY}/cart:7": failed to pull and unpack image: failed to copy: httpReadSeeker: failed open: unexpected status from GET request to https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/0a1b/2c3d?X-Amz-Expires=3600: 403 Forbidden'
DOCKER = f"$ docker pull {REGISTRY}/cart:7\nerror pulling image configuration: download failed after attempts=1: unknown: <Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>K2J4</RequestId><HostId>abc=</HostId></Error>"


@check_rows(
    ("text", "bucket", "region", "partition"),
    [
        (PULL, "prod-eu-west-1-starport-layer-bucket", "eu-west-1", "aws"),
        (DOCKER, "prod-eu-west-1-starport-layer-bucket", "eu-west-1", "aws"),
        (
            PULL.replace("eu-west-1", "cn-north-1").replace(".amazonaws.com", ".amazonaws.com.cn"),
            "prod-cn-north-1-starport-layer-bucket",
            "cn-north-1",
            "aws-cn",
        ),
        (
            "CannotPullContainerError: failed to copy: unexpected status code https://prod-us-gov-west-1-starport-layer-bucket.s3.us-gov-west-1.amazonaws.com/0a/1b: 403 Forbidden",
            "prod-us-gov-west-1-starport-layer-bucket",
            "us-gov-west-1",
            "aws-us-gov",
        ),
        (
            "https://amazonlinux-2-repos-eu-west-1.s3.dualstack.eu-west-1.amazonaws.com/2/core/latest/x86_64/mirror.list: [Errno 14] HTTPS Error 403 - Forbidden",
            "amazonlinux-2-repos-eu-west-1",
            "eu-west-1",
            "aws",
        ),
        (
            "Status code: 403 for https://al2023-repos-ap-south-1-de612dc2.s3.dualstack.ap-south-1.amazonaws.com/core/mirror.list",
            "al2023-repos-ap-south-1-de612dc2",
            "ap-south-1",
            "aws",
        ),
        (
            "AccessDenied: Access Denied status code: 403, request id: K2J4, host id: abc=\n url https://patch-baseline-snapshot-eu-west-1.s3.eu-west-1.amazonaws.com/p.json",
            "patch-baseline-snapshot-eu-west-1",
            "eu-west-1",
            "aws",
        ),
    ],
)
def test_endpoint_policy_and_not_the_bucket_policy(
    text: str, bucket: str, region: str, partition: str
) -> None:
    explanation = explain(text)
    assert explanation.topic == "vpc-endpoint-policy"
    assert bucket in explanation.summary
    remedy = explanation.remedies[0]
    assert remedy.statement is not None
    assert remedy.statement["Resource"] == f"arn:{partition}:s3:::{bucket}/*"
    assert all(f"--region {region} " in line for line in remedy.commands)
    shown = str(explanation)
    assert "get-bucket-policy" not in shown
    assert "attach-role-policy" not in shown


_ENDPOINT = '$ aws ec2 describe-vpc-endpoints\nvpce-0a1b2c3d4e5f60718 {{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": {}}}]}}\n'


@check_rows(
    ("shown", "reason", "count"),
    [
        (_ENDPOINT.format('["arn:aws:s3:::octo-*", "arn:aws:s3:::octo-*/*"]'), "the policy of the S3 endpoint vpce-0a1b2c3d4e5f60718 allows only octo-*.", 2),
        (_ENDPOINT.format('"arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"'), "the policy in the text allows it, so another S3 endpoint, or a proxy or firewall, most likely denies it", 3),
        (_ENDPOINT.format('"*"'), "the policy in the text allows it, so another S3 endpoint, or a proxy or firewall, most likely denies it", 3),
        ("vpce-0a1b2c3d4e5f60718 and vpce-0a1b2c3d4e5f60719", "most likely, the S3 endpoint of the VPC does not allow it", 3),
    ],
    ids=["other bucket", "this bucket", "all", "two endpoints"],
)  # fmt: skip
def test_endpoint_and_its_policy_in_the_text(shown: str, reason: str, count: int) -> None:
    explanation = explain(f"{PULL}\n\n{shown}")
    assert reason in explanation.summary
    assert len(explanation.remedies[0].commands) == count
    assert ("ENDPOINT_ID" in str(explanation)) is (count == 3)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        (
            "unexpected status from GET request to https://octo-models.s3.eu-west-1.amazonaws.com/m.bin: 403 Forbidden",
            "s3-access-denied",
        ),
        (
            f'Failed to pull image "{REGISTRY}/cart:7": failed to resolve reference: pulling from host {REGISTRY} failed with status code [manifests 7]: 403 Forbidden',
            "no-identity-allow",
        ),
        (
            'User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::aws-ssm-eu-west-1/x" because no identity-based policy allows the s3:GetObject action',
            "no-identity-allow",
        ),
    ],
)
def test_other_hosts_and_reasons(text: str, topic: str) -> None:
    assert explain(text).topic == topic


_PUT = "An error occurred (AccessDenied) when calling the PutBucketPolicy operation: Access Denied\n"
_OPEN = '{"Statement": [{"Sid": "Everyone", "Effect": "Allow", "Principal": PRINCIPAL, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::octo-media/*"CONDITION}]}\n'


@check_rows(
    ("principal", "condition", "is_public"),
    [
        ('"*"', "", True),
        ('{"AWS": "*"}', "", True),
        ('"*"', ', "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}', False),
        ('{"AWS": "111122223333"}', "", False),
    ],
)
def test_policy_that_allows_everyone(principal: str, condition: str, *, is_public: bool) -> None:
    policy = _OPEN.replace("PRINCIPAL", principal).replace("CONDITION", condition)
    explanation = explain(_PUT + policy)
    blocked = next(each for each in explanation.causes if each.code == "block-public-access")
    assert (blocked.evidence == "derived") == is_public
    assert ("as the policy allows everyone" in explanation.summary) == is_public
    assert len(explanation.remedies) > 1
    alone = explain(f"{_PUT}{policy}the role has AdministratorAccess")
    assert (len(alone.remedies) == 1) == is_public
    assert alone.remedies[0].commands[-1].startswith("aws s3api put-public-access-block --bucket octo-media")
