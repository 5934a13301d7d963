"""Explain texts as people paste them: with masks, with parts left out, and with the same error twice."""

from __future__ import annotations

import json
from typing import TypeAlias

import pytest

from iamtriage import explain

Case: TypeAlias = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""A name, a text, and what the explanation says and omits."""

USER = "arn:aws:iam::111122223333:user/ana"
MASKS: tuple[Case, ...] = (
    (
        "dots-for-account",
        "User: arn:aws:sts::...assumed-role/cart-build/... is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:...cluster/prod-7",
        ("The role cart-build was denied", "arn:aws:eks:REGION:ACCOUNT_ID:cluster/prod-7", "--role-name cart-build"),
        ("ROLE_NAME", "CLUSTER."),
    ),
    (
        "colon-lost",
        "User: arn:aws:sts:xxxxxxxx:assumed-role/cart-build/run-1 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:xxxxxxxx:orders",
        ("The role cart-build was denied", "arn:aws:sqs:eu-west-1:ACCOUNT_ID:orders"),
        ("ROLE_NAME",),
    ),
    (
        "root-user",
        "User: arn:aws:iam::MY-ACCOUNT:root is not authorized to perform: sns:Publish on resource: arn:aws:sns:eu-west-1:MY-ACCOUNT:orders",
        ("The root user of the account was denied", "which has no identity-based policies"),
        ("put-role-policy", "000000000000"),
    ),
    (
        "role-of-cluster",
        "InvalidParameterException: Role with arn: arn:aws:iam::myAccount:role/cart-eks, could not be assumed because it does not exist or the trusted entity is not correct",
        ("cannot assume the role cart-eks", "aws iam get-role --role-name cart-eks"),
        ("ROLE_NAME",),
    ),
    (
        "name-masked",
        "User: arn:aws:sts::...assumed-role/.../run is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:...cluster/...",
        ("--role-name ROLE_NAME", "ACCOUNT_ID:cluster/NAME"),
        (),
    ),
)  # fmt: skip
REPEATS: tuple[Case, ...] = (
    (
        "class-above-message",
        f'**Aws::S3::Errors::AccessDenied** in **CartJob@low**\nUser: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7" because no identity-based policy allows the s3:DeleteObject action',
        ("The user ana was denied s3:DeleteObject",),
        ("Others",),
    ),
    (
        "other-service-above",
        f'**Aws::SQS::Errors::AccessDenied** in **CartJob@low**\nUser: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7" because no identity-based policy allows the s3:DeleteObject action',
        ("Others",),
        (),
    ),
    (
        "other-call",
        f'User: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7"\nAn error occurred (AccessDenied) when calling the PutObject operation: Access Denied',
        ("Others 1 more denial", "PutObject"),
        (),
    ),
)  # fmt: skip


SESSION = "arn:aws:sts::111122223333:assumed-role/cart/run"


def _record(service: str, operation: str, parameters: object, code: str = "AccessDenied") -> str:
    return json.dumps(
        {
            "userIdentity": {"type": "AssumedRole", "arn": SESSION, "accountId": "111122223333"},
            "eventTime": "2026-01-02T03:04:05Z",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": operation,
            "awsRegion": "eu-west-1",
            "errorCode": code,
            "errorMessage": "Access Denied",
            "requestParameters": parameters,
            "responseElements": None,
        },
        indent=2,
    )


RECORDS: tuple[Case, ...] = (
    (
        "two-parameters",
        _record("ec2", "AttachVolume", {"volumeId": "vol-0a1b2c3d", "instanceId": "i-0a1b2c3d"}, "Client.UnauthorizedOperation"),
        (":instance/i-0a1b2c3d", ":volume/vol-0a1b2c3d"),
        (),
    ),
    (
        "one-instance",
        _record("ec2", "StopInstances", {"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d"}]}}, "Client.UnauthorizedOperation"),
        (":instance/i-0a1b2c3d",),
        ("INSTANCE_ID",),
    ),
    (
        "two-instances",
        _record("ec2", "StopInstances", {"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d"}, {"instanceId": "i-0b1b2c3d"}]}}, "Client.UnauthorizedOperation"),
        (":instance/INSTANCE_ID",),
        (),
    ),
    ("object", _record("s3", "PutObject", {"bucketName": "carts", "key": "a/b.csv"}), ('"arn:aws:s3:::carts/a/b.csv"',), ("OBJECT_KEY",)),
    ("secret", _record("secretsmanager", "GetSecretValue", {"secretId": "prod/db"}), (":secret:prod/db-??????",), ()),
    (
        "name-of-a-container",
        _record("batch", "SubmitJob", {"overrides": [{"name": "sidecar"}], "jobQueue": "nightly"}),
        (),
        ("sidecar",),
    ),
    (
        "yaml",
        f'userIdentity:\n  arn: {SESSION}\neventSource: rds.amazonaws.com\neventName: StopDBInstance\nawsRegion: eu-west-1\nrequestParameters:\n  dBInstanceIdentifier: carts-db\nerrorCode: AccessDenied\nerrorMessage: "User is not authorized to perform: rds:StopDBInstance"\nrequestID: "0a1b"',
        ("arn:aws:rds:eu-west-1:111122223333:db:carts-db",),
        ("REGION",),
    ),
    (
        "log-group-above",
        "[ info] [output:cloudwatch_logs:0] Creating log group /carts/prod\n[error] [output:cloudwatch_logs:0] CreateLogGroup API responded with error='AccessDeniedException'",
        (":log-group:/carts/prod:*",),
        ("LOG_GROUP_NAME",),
    ),
    (
        "two-log-groups",
        "[ info] Creating log group /carts/prod\n[ info] Creating log group /carts/dev\n[error] [output:cloudwatch_logs:0] CreateLogGroup API responded with error='AccessDeniedException'",
        (":log-group:LOG_GROUP_NAME:*",),
        (),
    ),
    (
        "program-of-backups",
        "backup failed: error putting object backups/nightly/carts.json: AccessDenied: Access Denied\n\tstatus code: 403, request id: 0A1B2C3D4E5F6071, host id: 0a1b2c3d4e5f60718293",
        ("S3 denied s3:PutObject",),
        (),
    ),
)  # fmt: skip
CASES = (*MASKS, *REPEATS, *RECORDS)


@pytest.mark.parametrize(
    ("name", "text", "says", "omits"),
    CASES,
    ids=[case[0] for case in CASES],
)
def test_explanation(name: str, text: str, says: tuple[str, ...], omits: tuple[str, ...]) -> None:
    folded = " ".join(str(explain(text)).replace("\\\n", " ").split())
    assert [words for words in says if words not in folded] == [], name
    assert [words for words in omits if words in folded] == [], name
