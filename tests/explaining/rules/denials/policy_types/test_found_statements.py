"""Statements and policies that deny: the commands that find them, and in which account each of them runs."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ENCODED = "An error occurred (UnauthorizedOperation) when calling the StopInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: 5kQw8-ZtB1nR6hXoE3mLuPcG0aJ7iTzVxWvC9kDyNrS2bHgMlAeUp4OjF"


def _decoded(sid: str) -> dict[str, Any]:
    arn = "arn:aws:sts::111122223333:assumed-role/ops/ana"
    statement = {"statementId": sid, "effect": "DENY", "actions": {"items": [{"value": "ec2:*"}]}}
    context = {
        "principal": {"id": "AROAEXAMPLE:ana", "arn": arn},
        "action": "ec2:StopInstances",
        "resource": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718",
    }
    found = {"items": [statement]}
    return {"allowed": False, "explicitDeny": True, "matchedStatements": found, "context": context}


@check_rows(
    ("sid", "is_searched"),
    [("NoStops", True), ("", False), ("x'; rm", False), ("a" * 200, False)],
    ids=["Sid", "no Sid", "no name", "too long"],
)
def test_search_by_sid(sid: str, *, is_searched: bool) -> None:
    first = explain(_ENCODED, facts={"decoded_message": _decoded(sid)}).remedies[0]
    lines = "\n".join(first.commands)
    assert first.title.startswith("Find the Deny statement")
    assert ("jq --arg sid NoStops " in lines) is is_searched
    assert ("aws organizations describe-policy" in lines) is is_searched


@pytest.mark.parametrize("who", ["root", "user/ana"])
def test_levels_of_the_organization(who: str) -> None:
    text = f"User: arn:aws:iam::111122223333:{who} is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:jobs with an explicit deny in a service control policy"
    assert "As an administrator of the organization, for the account and each parent up to the root" in str(
        explain(text)
    )


_TOPIC = "User: {} is not authorized to perform: SNS:Publish on resource: arn:aws:sns:eu-west-1:{}:carts because no resource-based policy allows the SNS:Publish action"
_ROLE, _USER = "arn:aws:sts::111122223333:assumed-role/cart/1", "arn:aws:iam::111122223333:user/ana"


@check_rows(
    ("text", "labels"),
    [
        (_TOPIC.format(_ROLE, "444455556666"), ["In account 444455556666:", "111122223333, which must allow the call, too"]),
        # The first commands all run in one account.
        (_TOPIC.format(_USER, "444455556666"), ["111122223333, which must allow the call, too"]),
        (_TOPIC.format(_ROLE, "111122223333"), []),
    ],
)  # fmt: skip
def test_account_of_each_command(text: str, labels: list[str]) -> None:
    shown = str(explain(text))
    words = ("In account 444455556666:", "111122223333, which must allow the call, too")
    assert [each for each in words if each in shown] == labels


_IDENTITY = "An error occurred (AccessDeniedException) when calling the {} operation: User: arn:aws:sts::111122223333:assumed-role/cart/1 is not authorized to perform: {} on resource: {} because no identity-based policy allows the {} action"
_FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:carts"


@check_rows(
    ("operation", "action", "resource", "is_said"),
    [
        ("Invoke", "lambda:InvokeFunction", _FUNCTION, True),
        ("ListObjectsV2", "s3:ListBucket", "arn:aws:s3:::carts", True),
        # The action has the name of the call, or is another one within it.
        ("GetFunction", "lambda:GetFunction", _FUNCTION, False),
        ("CreateFunction", "iam:PassRole", "arn:aws:iam::111122223333:role/carts", False),
    ],
)
def test_action_of_the_call(operation: str, action: str, resource: str, *, is_said: bool) -> None:
    shown = " ".join(str(explain(_IDENTITY.format(operation, action, resource, action))).split())
    assert (f"AWS authorizes the call {operation} as {action}." in shown) is is_said


def test_session_of_any_call() -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/exchange/tenant-7 is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::carts/7 with an explicit deny in a session policy"
    [search] = explain(denied).remedies[0].commands
    # Sessions of AssumeRoleWithWebIdentity and GetFederationToken have session policies, too.
    assert "AttributeKey=EventSource,AttributeValue=sts.amazonaws.com" in search
