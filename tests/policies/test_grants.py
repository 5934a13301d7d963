"""Which resources a statement names: what AWS accepts for the action, and no more than was denied."""

from __future__ import annotations

import pytest

from iamtriage.policies._grants import Place, grant_for

HERE = Place("aws", "eu-west-1", "111122223333")


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
def test_the_narrowest_resource_that_aws_accepts(action: str, resource: str | None, expected: str) -> None:
    grant = grant_for(action, resource, HERE)
    assert grant is not None
    assert grant.known
    assert grant.resources == (expected,)
    if expected == "*":
        assert any("*" in note for note in grant.notes), "a star is explained"


def test_nothing_known_of_the_place_gives_placeholders() -> None:
    grant = grant_for("sqs:SendMessage", None, Place())
    assert grant is not None
    assert grant.resources == ("arn:aws:sqs:REPLACE_REGION:REPLACE_ACCOUNT_ID:REPLACE_QUEUE_NAME",)
    assert any("partition" in note for note in grant.notes), "what is assumed is said"
    assert grant.has_placeholders


@pytest.mark.parametrize(
    "action",
    ["", "s3", "s3:", "s3:*", "s3:Get*", "*", "s3:***", "s3:Get Object", "s3:GetObject\n", "<service>:Get"],
)
def test_what_is_no_whole_action_gives_no_statement(action: str) -> None:
    assert grant_for(action, "arn:aws:s3:::orders", HERE) is None


def test_an_unknown_action_keeps_its_spelling_and_says_so() -> None:
    grant = grant_for("orders:ShipOrder", "arn:aws:orders:eu-west-1:111122223333:order/7", HERE)
    assert grant is not None
    assert not grant.known
    assert grant.action == "orders:ShipOrder"
    assert "orders:ShipOrder" in grant.notes[0]


def test_a_resource_that_aws_does_not_list_for_the_action_is_kept_and_said() -> None:
    """The message is what AWS checked; a list that is older, or a cut ARN, is no reason to widen it."""
    grant = grant_for("sts:AssumeRole", "arn:aws:iam::111122223333:role", HERE)
    assert grant is not None
    assert grant.resources == ("arn:aws:iam::111122223333:role",)
    assert "sts:AssumeRole" in grant.notes[0]
