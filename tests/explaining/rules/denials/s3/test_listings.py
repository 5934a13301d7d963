"""A command that lists recursively sends no delimiter, which a condition on s3:delimiter can require."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = (
    "fatal error: An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied\n"
)
_DELIMITER = {"s3:delimiter": ["/"]}
_FOLDER = {"s3:prefix": ["team/a/*"]}


def _explain(command: str, condition: dict[str, object]) -> tuple[str, object]:
    statement = {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::shop-files",
        "Condition": condition,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    explanation = explain(f"$ aws {command}\n{_DENIED}\n{policy}")
    # Without the condition, an Allow in the bucket policy would be too wide.
    if "only if" in explanation.summary:
        assert not any(each.policy and each.layer == "resource" for each in explanation.remedies)
    policy_of_remedy = explanation.remedies[0].policy
    statements = policy_of_remedy["Statement"] if policy_of_remedy else [{}]
    return explanation.summary, statements[0].get("Condition")


@check_rows(
    "command",
    [
        "s3 sync s3://shop-files/team/a ./a",
        "s3 sync ./a s3://shop-files/team/a/",
        "s3 cp s3://shop-files/team/a/ . --recursive",
        "s3 rm --recursive s3://shop-files/team/a/",
        "s3api list-objects-v2 --bucket shop-files --prefix team/a/",
    ],
)
def test_delimiter_that_the_command_does_not_send(command: str) -> None:
    summary, condition = _explain(command, {"StringLike": _FOLDER, "StringEquals": _DELIMITER})
    assert "only if s3:delimiter is /, but the call lists recursively, without a delimiter" in summary
    assert condition == {"StringLike": _FOLDER}


@pytest.mark.parametrize(
    ("command", "operator"),
    [
        ("s3 ls s3://shop-files/team/a/", "StringEquals"),
        ("s3 sync s3://shop-files/team/a .", "StringEqualsIfExists"),
        ("s3api list-objects-v2 --bucket shop-files --prefix team/a/ --delimiter /", "StringEquals"),
    ],
)
def test_delimiter_that_the_policy_accepts(command: str, operator: str) -> None:
    summary, _ = _explain(command, {"StringLike": _FOLDER, operator: _DELIMITER})
    assert "the policy in the text allows it, so" in summary


def test_unmet_condition_is_reason_enough() -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shop-files", "Condition": {"StringEquals": {"s3:delimiter": "/"}}}]}'
    explanation = explain(f"$ aws s3 sync s3://shop-files/team/a .\n{_DENIED}\n{policy}")
    assert {each.evidence for each in explanation.causes} == {"derived"}


def test_other_prefix_of_a_recursive_command() -> None:
    summary, condition = _explain("s3 sync ./b s3://shop-files/team/b", {"StringLike": _FOLDER})
    assert "but the call lists team/b/" in summary
    assert condition == {"StringLike": {"s3:prefix": ["team/a/*", "team/b/"]}}


@check_rows(
    ("call", "corrected"),
    [
        ('pages = s3.get_paginator("list_objects_v2").paginate(Bucket="shop-files")', 's3.get_paginator("list_objects_v2").paginate(Bucket="shop-files", Prefix="team/a/")'),
        ('await s3.send(new ListObjectsV2Command({ Bucket: "shop-files" }))', 'new ListObjectsV2Command({ Bucket: "shop-files", Prefix: "team/a/" })'),
        ('client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("shop-files")})', 'client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("shop-files"), Prefix: aws.String("team/a/")})'),
        ('ListObjectsV2Request.builder().bucket("shop-files").build()', 'ListObjectsV2Request.builder().bucket("shop-files").prefix("team/a/").build()'),
        ('boto3.client("s3", endpoint_url="https://s3.eu-west-1.amazonaws.com").list_objects_v2(Bucket="shop-files")', 'list_objects_v2(Bucket="shop-files", Prefix="team/a/")'),
        ('s3.list_objects_v2(Bucket="shop-files", Prefix="team/a/")', None),
        ('s3.list_objects_v2(Bucket="shop-files", Prefix=folder)', None),
        ("s3.list_objects_v2(**options)", None),
    ],
    ids=["paginator", "javascript", "go", "java", "endpoint", "prefix", "variable", "spread"],
)  # fmt: skip
def test_prefix_that_the_code_does_not_send(call: str, corrected: str | None) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::shop-files",
        "Condition": {"StringLike": _FOLDER},
    }
    denied = 'User: arn:aws:sts::111122223333:assumed-role/a/b is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::shop-files" because no identity-based policy allows the s3:ListBucket action'
    explanation = explain(f"{denied}\n{call}\n{json.dumps([statement])}")
    assert ("but the call lists the whole bucket" in explanation.summary) is (corrected is not None)
    assert explanation.remedies[0].manifest == corrected


_NO_LISTING = "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: arn:aws:sts::111122223333:assumed-role/films/i-0a1b2c3d4e5f67890 is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::films because no identity-based policy allows the s3:ListBucket action\n"
_HEAD = "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n"


@check_rows(
    ("after", "allowed"),
    [
        (f"$ aws s3 cp s3://films/cut/7.mp4 .\n{_HEAD}", "s3:GetObject on arn:aws:s3:::films/cut/7.mp4."),
        (f"$ aws s3api head-object --bucket films --key cut/7.mp4\n{_HEAD}", "s3:GetObject on the object."),
        ("s3.head_object(Bucket='films', Key=key)\noperation error S3: HeadObject, https response error StatusCode: 403", "s3:GetObject on the object."),
        (f"$ aws s3 cp s3://posters/7.png .\n{_HEAD}", None),
        (f"$ aws s3 cp s3://films/cut/7.mp4 .\n{_HEAD.replace('403', '404')}", None),
        ("$ aws s3 ls s3://films/cut/", None),
    ],
)  # fmt: skip
def test_head_request_where_listing_is_denied(after: str, allowed: str | None) -> None:
    steps = " ".join(explain(_NO_LISTING + after).remedies[0].steps)
    assert ("it does so for a missing object, too" in steps) is (allowed is not None)
    assert allowed is None or allowed in steps
    assert ("s3:PutObject" in steps) is (allowed is None)
