"""Check that a remedy changes the inline policy which a command printed, and adds no second one."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/{}"
_DENIED = "An error occurred (AccessDeniedException) when calling the PutItem operation: User: arn:aws:sts::111122223333:assumed-role/carts/run is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/carts because no identity-based policy allows the dynamodb:PutItem action\n\n"
_PRINTED = "$ aws iam get-role-policy --role-name carts --policy-name carts-data --query PolicyDocument\n"
_HEAD = "An error occurred (403) when calling the HeadObject operation: Forbidden\n$ aws s3 cp s3://acme-carts/in/a.json .\n\n"


def _allow(action: str | list[str], resource: str, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=4)


@check_rows(
    ("statement", "actions"),
    [
        (_allow("dynamodb:GetItem", _TABLE.format("carts")), ["dynamodb:GetItem", "dynamodb:PutItem"]),
        (_allow("dynamodb:PutItem", _TABLE.format("orders")), ["dynamodb:PutItem", "dynamodb:PutItem"]),
        # Nothing is an item of the ARN of an account.
        (_allow("dynamodb:PutItem", "arn:aws:s3:::carts"), ["dynamodb:PutItem"]),
        (
            _allow("dynamodb:PutItem", "arn:aws:s3:::carts", Condition={"Bool": {"aws:SecureTransport": "true"}}),
            ["dynamodb:PutItem", "dynamodb:PutItem"],
        ),
        # What else the statement is for would be forgotten.
        (
            _allow(["dynamodb:PutItem", "dynamodb:Query"], "arn:aws:s3:::carts"),
            [["dynamodb:PutItem", "dynamodb:Query"], "dynamodb:PutItem"],
        ),
        # The Sid of a policy is unique in it.
        (
            _allow("dynamodb:GetItem", _TABLE.format("carts"), Sid="DynamodbPutItem"),
            ["dynamodb:GetItem", "dynamodb:PutItem"],
        ),
    ],
)  # fmt: skip
def test_inline_policy_is_written_whole(statement: dict[str, object], actions: list[object]) -> None:
    first = explain(f"{_DENIED}{_PRINTED}{_policy(statement)}").remedies[0]
    assert any("--role-name carts --policy-name carts-data " in each for each in first.commands)
    assert not any("--policy-name Allow" in each for each in first.commands)
    rows = (first.policy or {})["Statement"]
    assert [each["Action"] for each in rows] == actions
    assert len({each.get("Sid") for each in rows}) == len(rows)
    assert first.steps[0].startswith("policy.json is the policy carts-data of the text, ")
    assert not any("or attach" in each or each.startswith("Attach") for each in first.steps)


@check_rows(
    "shown",
    [
        # It is that of another role, has no name or is cut, or there are two.
        f"{_PRINTED.replace('carts ', 'web ')}{_policy(_allow('dynamodb:GetItem', _TABLE.format('carts')))}",
        f"policy of role carts:\n{_policy(_allow('dynamodb:GetItem', _TABLE.format('carts')))}",
        f"{_PRINTED}{_policy(_allow('dynamodb:GetItem', _TABLE.format('carts')))}\n(shortened)",
        f"{_PRINTED}{_policy(_allow('dynamodb:GetItem', _TABLE.format('****')))}",
        f"{_PRINTED}{_policy(_allow('dynamodb:GetItem', _TABLE.format('carts')))}\n{_PRINTED.replace('-data', '-more')}{_policy(_allow('dynamodb:Query', _TABLE.format('carts')))}",
        f"{_PRINTED.replace('--query PolicyDocument', '')[:-1]}| jq '.PolicyDocument | .Statement |= .[:1]'\n{_policy(_allow('dynamodb:GetItem', _TABLE.format('carts')))}",
        f"{_PRINTED.replace('PolicyDocument', '{Statement:PolicyDocument.Statement[:1]}')}{_policy(_allow('dynamodb:GetItem', _TABLE.format('carts')))}",
    ],
    ids=["other role", "no name", "cut", "masked", "two", "filtered", "query"],
)
def test_another_policy_is_not_replaced(shown: str) -> None:
    explanation = explain(f"{_DENIED}{shown}")
    lines = [line for each in explanation.remedies for line in each.commands]
    assert not any("put-role-policy" in each and "--policy-name carts-data" in each for each in lines)


@pytest.mark.parametrize(
    ("statements", "says", "omits"),
    [
        ([], "check that the object exists (without s3:ListBucket, S3 answers 403", "check the object's KMS key"),
        ([_allow("s3:ListBucket", "arn:aws:s3:::acme-carts")], "check the object's KMS key", "object exists"),
    ],
)  # fmt: skip
def test_missing_object_is_a_403_to_who_may_not_list(
    statements: list[dict[str, object]], says: str, omits: str
) -> None:
    text = f"{_HEAD}{_PRINTED}{_policy(_allow('s3:GetObject', 'arn:aws:s3:::acme-carts'), *statements)}"
    explanation = explain(text)
    first, said = explanation.remedies[0], " ".join(str(explanation).split())
    assert says in said
    assert omits not in said
    assert "arn:aws:s3:::acme-carts/*" in json.dumps(first.policy)
    assert any("--policy-name carts-data" in each for each in first.commands)


_ATTACHED = "aws iam list-attached-role-policies --role-name carts "


@check_rows(
    ("heading", "command"),
    [
        ('this is its only policy (inline "carts-data"):', "aws iam put-role-policy --role-name carts --policy-name carts-data "),
        ("inline policy carts-data of the role carts:", "aws iam put-role-policy --role-name carts --policy-name carts-data "),
        ("policy carts-data, attached to carts since Monday:", _ATTACHED),
        ("The customer managed policy `carts-data` is on the role:\n```json", _ATTACHED),
        # Of which kind it is, or whose, is not known, or it is not the caller's.
        ("policy carts-data:", None),
        ("policy carts-data, attached to orders-api:", None),
        ("not the inline policy carts-data:", None),
        ("AWS managed policy carts-data, attached to carts:", None),
        ("the boundary carts-data, attached to carts:", None),
        ("inline policy carts-data, shortened:", None),
        ("policy carts-data is not attached to the role yet:", None),
        ("managed policy carts-data, attached to the group devs:", None),
        ("An old version of the managed policy carts-data:", None),
        ("the inline policy carts-data of the backup role:", None),
        ("I removed the inline policy carts-data:", None),
        ("Should I add the inline policy carts-data:", None),
    ],
)  # fmt: skip
def test_policy_under_its_name_is_written_whole(heading: str, command: str | None) -> None:
    policy = _policy(_allow("dynamodb:GetItem", _TABLE.format("carts")))
    first = explain(f"{_DENIED}{heading}\n{policy}").remedies[0]
    assert any(command is not None and command in each for each in first.commands) is (command is not None)
    assert len((first.policy or {})["Statement"]) == (1 if command is None else 2)
    assert any("--policy-name AllowPutItem-" in each for each in first.commands) is (command is None)
    # Without its version, a document can be a part.
    part = explain(f"{_DENIED}{heading}\n{policy.replace('Version', 'Id')}").remedies[0]
    assert len((part.policy or {})["Statement"]) == 1


@pytest.mark.parametrize(
    ("said", "is_whole"),
    [
        ("No other policy on the role.", True),
        ("There is another policy on the role.", False),
        ("The other policy is for the table.", False),
    ],
)
def test_words_about_another_policy(said: str, *, is_whole: bool) -> None:
    text = f"{_DENIED}{_PRINTED}{_policy(_allow('dynamodb:GetItem', _TABLE.format('carts')))}\n{said}"
    lines = explain(text).remedies[0].commands
    assert any("--policy-name carts-data " in each for each in lines) is is_whole
