"""A Deny of the text that exempts a list, which lacks the caller or the Region: who adds it, and what the call can do."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_ROLE = "arn:aws:iam::111122223333:role/{}"
_DENIED = "User: arn:aws:sts::111122223333:assumed-role/{}/run-7 is not authorized to perform: {} on resource: {} with an explicit deny in a {}\n"


def _statement(action: str, operator: str, key: str, values: list[str]) -> dict[str, object]:
    return {
        "Sid": "OnlyListed",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": "*",
        "Condition": {operator: {key: values}},
    }


@pytest.mark.parametrize(
    ("action", "resource", "operator"),
    [
        ("sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:111122223333:films", "ArnNotEquals"),
        ("secretsmanager:GetSecretValue", "films/db", "ArnNotLike"),
        ("s3:GetObject", "arn:aws:s3:::acme-films/a.mp4", "StringNotEquals"),
    ],
)
def test_caller_that_the_list_lacks(action: str, resource: str, operator: str) -> None:
    listed = [_ROLE.format("encoder"), _ROLE.format("trailer")]
    policy = {
        "Version": "2012-10-17",
        "Statement": [_statement(action, operator, "aws:PrincipalArn", listed)],
    }
    text = _DENIED.format("catalog", action, resource, "resource-based policy") + json.dumps(policy)
    explanation = explain(text)
    assert f"exempts only {listed[0]} and {listed[1]}, and the caller is" in explanation.summary
    first, second, *_ = explanation.remedies
    assert (first.title[:4], first.who) == ("Add ", "resource owner")
    assert second.title == "Or call as a principal that the Deny exempts"
    assert first.policy is not None
    assert first.policy["Statement"][0]["Condition"] == {
        operator: {"aws:PrincipalArn": [*listed, _ROLE.format("catalog")]}
    }
    assert "assumed-role" not in json.dumps(first.policy)
    assert [each for each in first.commands if "policy.json" in each]


def test_other_statements_stay() -> None:
    action = "sqs:ReceiveMessage"
    other = {
        "Sid": "Allow",
        "Effect": "Allow",
        "Principal": {"AWS": "111122223333"},
        "Action": "sqs:*",
        "Resource": "*",
    }
    denies = _statement(action, "ArnNotEquals", "aws:PrincipalArn", [_ROLE.format("encoder")])
    text = _DENIED.format(
        "catalog", action, "arn:aws:sqs:eu-west-1:111122223333:films", "resource-based policy"
    )
    policy = (
        explain(text + json.dumps({"Version": "2012-10-17", "Statement": [other, denies]})).remedies[0].policy
    )
    assert policy is not None
    assert policy["Statement"][0] == other


@pytest.mark.parametrize(
    ("key", "values"),
    [("aws:PrincipalOrgID", ["o-abc123def4"]), ("aws:PrincipalTag/unit", ["films"])],
)
def test_other_properties_of_the_caller(key: str, values: list[str]) -> None:
    denies = _statement("sqs:ReceiveMessage", "StringNotEquals", key, values)
    text = _DENIED.format(
        "catalog",
        "sqs:ReceiveMessage",
        "arn:aws:sqs:eu-west-1:111122223333:films",
        "resource-based policy",
    )
    first = explain(text + json.dumps({"Version": "2012-10-17", "Statement": [denies]})).remedies[0]
    assert first.title.startswith("Call as a principal with")


_IN_BOUNDARY = "permissions boundary: arn:aws:iam::111122223333:policy/Squad"
_BOUNDARY = "Squad:\n" + json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {
                "Sid": "OnlyIreland",
                "Effect": "Deny",
                "Action": ["sns:*", "lambda:*", "dynamodb:*"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
            },
        ],
    }
)


@pytest.mark.parametrize(
    ("action", "resource", "title"),
    [
        ("sns:Publish", "arn:aws:sns:eu-north-1:111122223333:films", "Use a resource in eu-west-1 instead of films"),
        ("dynamodb:PutItem", "arn:aws:dynamodb:eu-north-1:111122223333:table/films", "Use a resource in eu-west-1 instead of films"),
        # What does not exist yet can be created elsewhere.
        ("lambda:CreateFunction", "arn:aws:lambda:eu-north-1:111122223333:function:films", "Call in eu-west-1"),
    ],
)  # fmt: skip
def test_region_that_the_list_lacks(action: str, resource: str, title: str) -> None:
    explanation = explain(_DENIED.format("catalog", action, resource, _IN_BOUNDARY) + _BOUNDARY)
    first, second, *_ = explanation.remedies
    assert first.title == title
    assert second.title.startswith("Or add eu-north-1 to aws:RequestedRegion of the statement OnlyIreland")
    assert '"aws:RequestedRegion": ["eu-west-1", "eu-north-1"]' in " ".join((second.manifest or "").split())
    assert not any("AWS_REGION=" in each for each in first.commands) or title.startswith("Call")


def test_region_of_an_organization() -> None:
    scp = "service control policy: arn:aws:organizations::999988887777:policy/o-abc123def4/service_control_policy/p-1a2b3c4d"
    text = _DENIED.format("catalog", "sns:Publish", "arn:aws:sns:eu-north-1:111122223333:films", scp)
    said = " ".join(explain(text + _BOUNDARY).to_text(detail="full").split())
    assert "add eu-north-1 to aws:RequestedRegion of the statement OnlyIreland" in said


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        ("The relevant part of the queue policy:\n", "arn:aws:iam::111122223333:role/ops"),
        ("The queue policy:\n", "arn:aws:iam::************:role/ops"),
    ],
    ids=["excerpt", "mask"],
)
def test_policy_that_cannot_replace_the_other(words: str, listed: str) -> None:
    action, queue = "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:111122223333:films"
    statement = _statement(action, "ArnNotLike", "aws:PrincipalArn", [listed])
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    first = explain(
        _DENIED.format("catalog", action, queue, "resource-based policy") + words + policy
    ).remedies[0]
    assert first.title.startswith("Add arn:aws:iam::111122223333:role/catalog to aws:PrincipalArn")
    assert first.policy is None
    assert "role/catalog" in (first.manifest or "")
    assert "get-queue-attributes" in first.commands[0]
