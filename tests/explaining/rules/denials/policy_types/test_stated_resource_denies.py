"""Check that a Deny of the resource's policy in the text explains a denial without a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
_DENIED = f"User: arn:aws:sts::111122223333:assumed-role/app/run is not authorized to perform: sqs:SendMessage on resource: {_QUEUE}\n"


def _deny(**changes: Any) -> str:  # noqa: ANN401 (any JSON value)
    statement: dict[str, Any] = {"Sid": "No", "Effect": "Deny", "Principal": "*"}
    statement |= {"Action": "sqs:*", "Resource": _QUEUE}
    statement.update(changes)
    written = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [written]})


@check_rows(
    ("policy", "is_denied"),
    [
        (_deny(), True),
        (_deny(Principal={"AWS": "arn:aws:iam::111122223333:role/app"}), True),
        (_deny(Principal={"AWS": "arn:aws:iam::111122223333:role/web"}), False),
        (_deny(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111122223333:role/app"}), False),
        (_deny(Action="sqs:ReceiveMessage"), False),
        (_deny(Resource=f"{_QUEUE}-dlq"), False),
        (_deny(Condition={"Bool": {"aws:SecureTransport": "false"}}), False),
        (_deny(Condition={"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/app"}}), False),
        (f"The VPC endpoint policy of another VPC: {_deny()}", False),
        (f"The resource control policy: {_deny()}", False),
    ],
)  # fmt: skip
def test_deny_of_the_resource_policy(policy: str, *, is_denied: bool) -> None:
    explanation = explain(_DENIED + policy)
    assert ("the statement No of the queue policy in the text denies it" in explanation.summary) is is_denied
    if is_denied:
        assert explanation.remedies[0].title == "Scope down the statement No in the queue policy"
        assert all('"Effect": "Allow"' not in str(each.commands) for each in explanation.remedies)
        assert all("'Effect': 'Allow'" not in str(each.policy) for each in explanation.remedies)


@pytest.mark.parametrize("reason", ["no identity-based policy allows", "no resource-based policy allows"])
def test_reason_of_the_message_decides(reason: str) -> None:
    explanation = explain(f"{_DENIED.strip()} because {reason} the sqs:SendMessage action\n{_deny()}")
    assert "denies it" not in explanation.summary


_OF_OTHERS = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalAccount": ["444455556666"]}}  # fmt: skip
_INSIDE = {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
_MANY = ["s3:*", "sqs:*", "sts:AssumeRole"]


@check_rows(
    ("account", "said", "policy", "title"),
    [
        ("777788889999", "", _deny(Action=_MANY, Resource="*", Condition=_OF_OTHERS), "Add account 777788889999 to aws:PrincipalAccount in the statement No"),
        ("777788889999", "This was attached to the root of the organization: ", _deny(Resource="*", Condition=_OF_OTHERS), "Add account 777788889999 to aws:PrincipalAccount in the statement No"),
        ("777788889999", "The RCP: ", _deny(Resource="*", Condition=_INSIDE), "Add account 777788889999 to aws:PrincipalAccount in the statement No"),
        # It can be the policy of the queue, exempts the caller, or is about another network.
        ("777788889999", "", _deny(Resource="*", Condition=_OF_OTHERS), None),
        ("444455556666", "", _deny(Action=_MANY, Resource="*", Condition=_OF_OTHERS), None),
        ("111122223333", "", _deny(Action=_MANY, Resource="*", Condition=_OF_OTHERS), None),
        ("777788889999", "", _deny(Action=_MANY, Resource="*", Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), None),
        ("777788889999", "", _deny(Action=["s3:*", "kms:*"], Resource="*", Condition=_OF_OTHERS), None),
    ],
    ids=["services", "attached", "organization", "queue", "listed", "own", "network", "action"],
)  # fmt: skip
def test_deny_of_a_resource_control_policy(account: str, said: str, policy: str, title: str | None) -> None:
    """AWS does not name it to a caller of another organization."""
    explanation = explain(_DENIED.replace("111122223333:assumed", f"{account}:assumed") + said + policy)
    is_denied = "the statement No of the resource control policy in the text denies it" in explanation.summary
    assert is_denied is (title is not None)
    if title is not None:
        assert title in {each.title for each in explanation.remedies}
        assert all("put-role-policy" not in str(each.commands) for each in explanation.remedies)


_NOT_PLATFORM = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/platform-*"}}


@check_rows(
    ("said", "condition", "is_denied"),
    [
        ("The SCP of our OU:", _NOT_PLATFORM, True),
        ("SCP on the account:", {}, True),
        (
            "service control policy, from the cloud team\n",
            {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
            True,
        ),
        ("There is no SCP here, the policy of the role:", _NOT_PLATFORM, False),
        ("The SCP:", {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}, False),
        ("The SCP:", {"StringNotEquals": {"aws:PrincipalTag/team": "data"}}, False),
    ],
)
def test_deny_of_a_service_control_policy(said: str, condition: dict[str, Any], *, is_denied: bool) -> None:
    """Not every service names the type of the policy."""
    policy = _deny(Principal=None, Resource="*", Condition=condition or None)
    explanation = explain(f"{_DENIED}{said}\n{policy}")
    assert ("service control policy in the text" in explanation.summary) is is_denied
    assert ("organization administrator" in {each.who for each in explanation.remedies}) is is_denied


@pytest.mark.parametrize("teller", ["", "Our partner gets this for our queue:\n"])
def test_administrators_of_the_resource_are_asked_whoever_reads(teller: str) -> None:
    """The reader can be of either account, so the owner of the resource is not asked to write to themselves."""
    denied = "User: arn:aws:iam::111122223333:role/feeder is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:444455556666:jobs with an explicit deny in a resource control policy"
    step = (
        explain(f"{teller}An error occurred (AccessDenied) when calling the SendMessage operation: {denied}")
        .remedies[0]
        .steps[0]
    )
    assert (
        "an administrator of the organization of account 444455556666, through the account's owner if it is not yours"
        in step
    )
