"""Inline policies have names that no other policy is likely to have: the AWS CLI replaces one of the same name."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import explain
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from tests.tables import check_rows

ACCOUNT = "111122223333"


def statement(action: str | list[str], resource: str | list[str], **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@check_rows(
    ("action", "resource", "user", "name"),
    [
        ("s3:GetObject", "arn:aws:s3:::acme-logs/a.csv", None, "AllowGetObject-"),
        ("ecr:GetAuthorizationToken", "*", None, "AllowGetAuthorizationToken-"),
        (["eks:DescribeCluster", "eks:ListNodegroups"], "*", None, "AllowDescribeCluster-"),
        (
            "elasticloadbalancing:*",
            "*",
            "the AWS Load Balancer Controller",
            "AllowAWSLoadBalancerController-",
        ),
    ],
    ids=["action", "no resource", "actions", "controller"],
)
def test_name_begins_with_what_it_allows(
    action: str | list[str], resource: str, user: str | None, name: str
) -> None:
    found = inline_policy_name([statement(action, resource)], user=user)
    assert re.fullmatch(f"{name}[0-9a-f]{{6}}", found)


@given(
    st.lists(
        st.from_regex(r"arn:aws:s3:::[a-z0-9.-]{3,63}/[\w/.-]{1,80}", fullmatch=True),
        min_size=2,
        max_size=2,
        unique=True,
    )
)
def test_policies_for_two_resources_differ(resources: list[str]) -> None:
    """The command would otherwise replace the first policy."""
    names = {inline_policy_name([statement("s3:GetObject", each)]) for each in resources}
    assert len(names) == len(resources)


@settings(max_examples=50)
@given(st.from_regex(r"[A-Za-z0-9 _./*:+=@é-]{0,200}", fullmatch=True), st.sampled_from(["s3", "iam", "sqs"]))
def test_iam_accepts_each_name(resource: str, service: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html has the characters of a name."""
    arn = f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{resource}"
    name = inline_policy_name([statement(f"{service}:Get", arn)], user=resource or None)
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
