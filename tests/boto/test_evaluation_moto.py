"""A second opinion on policies: moto's server with IAM authorization, and where it differs from AWS."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from iamtriage.policies import PolicySet, Request, evaluate
from tests.boto.moto_server import ACCOUNT, run_moto

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.unmeasured

USER = f"arn:aws:iam::{ACCOUNT}:user/"
ACTION = "iam:ListUsers"


def allow(action: object = ACTION, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": "*"} | more


def deny(action: object = ACTION, **more: object) -> dict[str, object]:
    return allow(action, **more) | {"Effect": "Deny"}


class Case(NamedTuple):
    statements: list[dict[str, object]]
    allowed: bool
    # What moto answers if it differs.
    moto: bool | None = None


CASES = {
    "nothing": Case([deny("s3:*")], allowed=False),
    "action": Case([allow()], allowed=True),
    "another-action": Case([allow("iam:ListRoles")], allowed=False),
    "several-actions": Case([allow(["iam:ListRoles", ACTION])], allowed=True),
    "wildcard": Case([allow("iam:*")], allowed=True),
    "wildcard-within": Case([allow("iam:List*")], allowed=True),
    "every-action": Case([allow("*")], allowed=True),
    "explicit-deny": Case([allow(), deny()], allowed=False),
    "deny-first": Case([deny(), allow()], allowed=False),
    "deny-of-another-action": Case([allow(), deny("iam:CreateUser")], allowed=True),
    "not-action": Case([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], allowed=True),
    "not-action-of-it": Case([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], allowed=False),
    "resource-of-another-service": Case([allow(Resource="arn:aws:s3:::b")], allowed=False),
    # Action names are case-insensitive:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    "case": Case([allow("IAM:listusers")], allowed=True, moto=False),
    # ? is one character: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    "question-mark": Case([allow("iam:ListUser?")], allowed=True, moto=False),
    "question-mark-for-nothing": Case([allow("iam:ListUsers?")], allowed=False, moto=True),
    # A condition that is not met makes a statement not match:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
    "unmet-condition-of-another-statement": Case(
        [allow(), deny(Condition={"StringEquals": {"aws:PrincipalType": "AssumedRole"}})],
        allowed=True,
        moto=False,
    ),
}


class Opinions(NamedTuple):
    url: str
    keys: dict[str, tuple[str, str]]

    def ask(self, name: str) -> bool:
        """Return whether moto allows the call to the user with the policy of a case."""
        key, secret = self.keys[name]
        session = boto3.Session(key, secret, region_name="us-east-1")
        with closing(session.client("iam", endpoint_url=self.url)) as client:
            try:
                client.list_users()
            except ClientError as error:
                assert error.response["Error"]["Code"] == "AccessDenied"  # noqa: PT017 (any other is a bug)
                return False
        return True


@pytest.fixture(scope="module")
def opinions(aws_environment: pytest.MonkeyPatch) -> Iterator[Opinions]:
    """A server with a user for each case."""
    del aws_environment

    def prepare(url: str) -> dict[str, tuple[str, str]]:
        session = boto3.Session("AKIDEXAMPLE", "example-secret", region_name="us-east-1")
        with closing(session.client("iam", endpoint_url=url)) as iam:
            return {name: _create_user(iam, name, case) for name, case in CASES.items()}

    with run_moto(prepare) as (url, keys):
        yield Opinions(url, keys)


def _create_user(iam: Any, name: str, case: Case) -> tuple[str, str]:  # noqa: ANN401 (boto3 has no types)
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": case.statements})
    iam.put_user_policy(UserName=name, PolicyName="case", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


@pytest.mark.parametrize("name", CASES)
def test_second_opinion(name: str, opinions: Opinions) -> None:
    case = CASES[name]
    policy = {"Version": "2012-10-17", "Statement": case.statements}
    decision = evaluate(Request(USER + name, ACTION, "*"), PolicySet(identity=[policy]))
    assert decision.allowed is case.allowed
    assert opinions.ask(name) is (case.allowed if case.moto is None else case.moto)
