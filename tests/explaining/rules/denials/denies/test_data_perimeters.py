"""Tests for a Deny that keeps calls within accounts or an organization."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_DENIED = "An error occurred (AccessDeniedException) when calling the Query operation: User: arn:aws:sts::111122223333:assumed-role/sync/run-7 is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-west-1:444455556666:table/prices with an explicit deny in a {}"
_ENDPOINT, _SCP = "VPC endpoint policy", "service control policy"


def _text(kind: str, operator: str, **condition: object) -> str:
    keys = {name.replace("_", ":"): value for name, value in condition.items()}
    statement = {
        "Sid": "Perimeter",
        "Effect": "Deny",
        **({} if kind == _SCP else {"Principal": "*"}),
        "Action": "dynamodb:*",
        "Resource": "*",
        "Condition": {operator: keys},
    }
    return f"{_DENIED.format(kind)}\n\n{json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}"


@pytest.mark.parametrize(
    ("kind", "key", "value", "who", "manifest"),
    [
        (
            _ENDPOINT,
            "aws_ResourceAccount",
            "111122223333",
            "account administrator",
            '"StringNotEquals": {"aws:ResourceAccount": ["111122223333", "444455556666"]}',
        ),
        (
            _SCP,
            "aws_ResourceAccount",
            ["111122223333", "777788889999"],
            "organization administrator",
            '"StringNotEquals": {"aws:ResourceAccount": ["111122223333", "777788889999", "444455556666"]}',
        ),
        (
            _SCP,
            "aws_ResourceOrgID",
            "o-a1b2c3d4e5",
            "organization administrator",
            '"StringNotEquals": {"aws:ResourceOrgID": "o-a1b2c3d4e5", "aws:ResourceAccount": "444455556666"}',
        ),
    ],
)
def test_account_that_the_deny_has_to_exempt(
    kind: str, key: str, value: object, who: str, manifest: str
) -> None:
    explanation = explain(_text(kind, "StringNotEquals", **{key: value}))
    first = explanation.remedies[0]
    assert first.title == (
        "Have the statement Perimeter exempt account 444455556666, if the call to it is intended"
    )
    assert (first.who, first.manifest) == (who, manifest)


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        # The Deny is about this account, and about the caller.
        ("StringEquals", "aws_ResourceAccount", "444455556666"),
        ("StringNotEquals", "aws_PrincipalAccount", "777788889999"),
    ],
)
def test_other_conditions(operator: str, key: str, value: str) -> None:
    explanation = explain(_text(_ENDPOINT, operator, **{key: value}))
    assert not any("exempt account" in each.title for each in explanation.remedies)
