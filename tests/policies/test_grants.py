"""The resources of a grant: those that AWS accepts for the action, and no more than were denied."""

from __future__ import annotations

import pytest

from iamtriage.policies._grants import Location, build_grant

HERE = Location("aws", "eu-west-1", "111122223333")


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("s3:GetObject", "arn:aws:s3:::orders/1.csv", "arn:aws:s3:::orders/1.csv"),
        ("s3:getobject", "arn:aws:s3:::orders/1.csv", "arn:aws:s3:::orders/1.csv"),
        ("s3:GetObject", "arn:aws:s3:::orders", "arn:aws:s3:::orders/REPLACE_OBJECT_KEY"),
        ("s3:ListBucket", "arn:aws:s3:::orders/1.csv", "arn:aws:s3:::orders"),
        ("s3:ListBucket", "arn:aws:s3:::orders", "arn:aws:s3:::orders"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*", "*"),
        ("ec2:DescribeInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "*"),
        ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/*"),
        ("ecr:GetAuthorizationToken", None, "*"),
        ("eks:DescribeCluster", "*", "*"),
        ("iam:GetRole", "role app", "arn:aws:iam::111122223333:role/app"),
        ("iam:GetUser", "user ana", "arn:aws:iam::111122223333:user/ana"),
        ("iam:GetRole", "app", "arn:aws:iam::111122223333:role/app"),
        ("iam:PassRole", None, "arn:aws:iam::111122223333:role/REPLACE_ROLE_NAME_WITH_PATH"),
        ("iam:RemoveRoleFromInstanceProfile", "instance profile nodes", "arn:aws:iam::111122223333:instance-profile/nodes"),
        ("secretsmanager:GetSecretValue", "/prod/db", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:/prod/db-??????"),
        ("eks:DescribeCluster", None, "arn:aws:eks:eu-west-1:111122223333:cluster/REPLACE_CLUSTER_NAME"),
        ("s3:PutObject", None, "arn:aws:s3:::REPLACE_BUCKET_NAME/REPLACE_OBJECT_NAME"),
        ("eks:DescribeCluster", "demo cluster!", "arn:aws:eks:eu-west-1:111122223333:cluster/REPLACE_CLUSTER_NAME"),
        ("sqs:SendMessage", "orders", "arn:aws:sqs:eu-west-1:111122223333:orders"),
    ],
)  # fmt: skip
def test_narrowest_accepted_resource(action: str, resource: str | None, expected: str) -> None:
    grant = build_grant(action, resource, HERE)
    assert grant is not None
    assert grant.known
    assert grant.resources == (expected,)
    if expected == "*":
        assert any("*" in note for note in grant.notes), "the asterisk has a note"


def test_an_unknown_location_becomes_placeholders() -> None:
    grant = build_grant("sqs:SendMessage", None, Location())
    assert grant is not None
    assert grant.resources == ("arn:aws:sqs:REPLACE_REGION:REPLACE_ACCOUNT_ID:REPLACE_QUEUE_NAME",)
    assert any("partition" in note for note in grant.notes), "the assumption has a note"
    assert grant.has_placeholders


@pytest.mark.parametrize(
    "action",
    ["", "s3", "s3:", "s3:*", "s3:Get*", "*", "s3:***", "s3:Get Object", "s3:GetObject\n", "<service>:Get"],
)
def test_an_incomplete_action_has_no_grant(action: str) -> None:
    assert build_grant(action, "arn:aws:s3:::orders", HERE) is None


def test_an_unknown_action_keeps_its_spelling_and_has_a_note() -> None:
    grant = build_grant("orders:ShipOrder", "arn:aws:orders:eu-west-1:111122223333:order/7", HERE)
    assert grant is not None
    assert not grant.known
    assert grant.action == "orders:ShipOrder"
    assert "orders:ShipOrder" in grant.notes[0]


def test_a_resource_that_the_action_does_not_accept_is_kept_and_has_a_note() -> None:
    """AWS checked the resource in the message; an older table or a truncated ARN is no reason to widen it."""
    grant = build_grant("sts:AssumeRole", "arn:aws:iam::111122223333:role", HERE)
    assert grant is not None
    assert grant.resources == ("arn:aws:iam::111122223333:role",)
    assert "sts:AssumeRole" in grant.notes[0]
