"""Inline policies have names that no other policy is likely to have: the AWS CLI replaces one of the same name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import explain
from iamtriage.explaining._rules.shared.policy_names import inline_policy_name

ACCOUNT = "111122223333"


def statement(action: str | list[str], resource: str | list[str], **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("action", "resource", "name"),
    [
        ("s3:GetObject", "arn:aws:s3:::acme-logs/a.csv", "AllowS3GetObjectOnAcmeLogsACsv"),
        ("s3:ListBucket", "arn:aws:s3:::acme-logs", "AllowS3ListBucketOnAcmeLogs"),
        (
            "eks:DescribeCluster",
            f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/prod",
            "AllowEksDescribeClusterOnClusterProdEuWest1",
        ),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/team/Reader", "AllowStsAssumeRoleOnReader"),
        (
            "sts:AssumeRole",
            "arn:aws:iam::444455556666:role/Reader",
            "AllowStsAssumeRoleOnReader444455556666",
        ),
        ("ecr:GetAuthorizationToken", "*", "AllowEcrGetAuthorizationToken"),
        # A name with a placeholder would be one more word to replace.
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/ROLE_NAME_WITH_PATH", "AllowIamPassRole"),
        (
            ["eks:DescribeCluster", "eks:ListNodegroups"],
            f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/prod",
            "AllowEksDescribeClusterListNodegroupsOnClusterProdEuWest1",
        ),
    ],
)
def test_name_states_actions_and_resource(action: str | list[str], resource: str, name: str) -> None:
    assert inline_policy_name([statement(action, resource)], ACCOUNT) == name


def test_name_states_to_which_service_a_role_is_passed() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    passed = statement("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/fn", Condition=condition)
    assert inline_policy_name([passed], ACCOUNT) == "AllowIamPassRoleOnFnForLambda"


def test_long_names_differ() -> None:
    keys = [f"arn:aws:s3:::acme-logs/{'year/' * 30}{number}.csv" for number in (1, 2)]
    names = {inline_policy_name([statement("s3:GetObject", key)], ACCOUNT) for key in keys}
    assert len(names) == 2
    assert all(name.startswith("AllowS3GetObject-") and len(name) <= 80 for name in names)


@settings(max_examples=50)
@given(st.from_regex(r"[A-Za-z0-9 _./*:+=@é-]{0,200}", fullmatch=True), st.sampled_from(["s3", "iam", "sqs"]))
def test_iam_accepts_each_name(resource: str, service: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html has the characters of a name."""
    arn = f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{resource}"
    name = inline_policy_name([statement(f"{service}:Get", arn)], ACCOUNT)
    assert re.fullmatch(r"[\w+=,.@-]{1,128}", name, re.ASCII)


def test_two_buckets_get_two_policies() -> None:
    """The second command would otherwise undo what the first one allowed."""
    commands = set()
    for bucket in ("acme-logs", "acme-reports"):
        explanation = explain(
            f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: s3:ListBucket on resource: "
            f'"arn:aws:s3:::{bucket}" because no identity-based policy allows the s3:ListBucket action'
        )
        commands.add(explanation.remedies[0].commands[0])
    assert len(commands) == 2
