"""Tests that a policy goes to a user if the text says that one calls, and the message names nobody."""

from __future__ import annotations

import pytest

from iamtriage import explain

_HEAD = "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n"
_PUT = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n"


@pytest.mark.parametrize(
    "denied",
    [f"$ aws s3 cp s3://acme-exports/a.csv .\n{_HEAD}", f"$ aws s3 cp a.csv s3://acme-exports/a.csv\n{_PUT}"],
)
@pytest.mark.parametrize(
    ("said", "is_user"),
    [
        ("This is the policy on my user, listing works.", True),
        ("AmazonSQSFullAccess is attached to my IAM user", True),
        ("It works with my user, but not in the job.", False),
        ("It works from my user.", False),
        ("my user has access", False),
        ("my user is an admin, the Lambda function is not", False),
        ("I ran it as my user and it worked. In the pod, it does not.", False),
        ("my user can assume the role ci", False),
        ("my user-data script fails", False),
        ("the policy of the job", False),
    ],
)  # fmt: skip
def test_policy_for_a_user_without_a_name(denied: str, said: str, *, is_user: bool) -> None:
    lines = [line for each in explain(f"{denied}{said}").remedies for line in each.commands]
    put = [line for line in lines if "aws iam put-" in line]
    assert put
    assert all(("put-user-policy --user-name USER_NAME" in each) is is_user for each in put)


def test_named_role_keeps_its_policy() -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::acme-exports/a.csv because no identity-based policy allows the s3:PutObject action"
    first = explain(f"{denied}\nIt works for my user.").remedies[0]
    assert any("put-role-policy --role-name ci" in each for each in first.commands)
