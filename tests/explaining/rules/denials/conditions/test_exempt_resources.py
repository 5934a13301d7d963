"""A Deny with NotResource: the caller creates a resource that the Deny exempts."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_ACCOUNT = "111122223333"


def _deny(action: str, *exempt: str) -> str:
    statement = {"Sid": "Names", "Effect": "Deny", "Action": action, "NotResource": list(exempt)}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow, statement]})


def _explain(action: str, resource: str, policy_type: str, policy: str, around: str = "") -> tuple[str, str]:
    denial = f"User: arn:aws:sts::{_ACCOUNT}:assumed-role/build/run-7 is not authorized to perform: {action} on resource: {resource} with an explicit deny in {policy_type}"
    explanation = explain(f"{denial}\n{around}\n{policy}")
    first = explanation.remedies[0]
    return explanation.summary, f"{first.title}\n{' '.join(first.steps)}"


@pytest.mark.parametrize(
    ("policy_type", "around", "setting"),
    [
        ("a permissions boundary", "ImporterRole:\n  Type: AWS::IAM::Role", "Add Path: /team/a/"),
        ("an identity-based policy", 'resource "aws_iam_role" "importer" {', 'Add path = "/team/a/"'),
        ("a service control policy", "$ aws iam create-role --role-name importer", "Add --path /team/a/"),
        ("a permissions boundary", "", "Set the path /team/a/"),
    ],
)
def test_a_role_gets_the_path_that_the_deny_exempts(policy_type: str, around: str, setting: str) -> None:
    """The tool of the text sets the path, and the new ARN is that with the path."""
    role = f"arn:aws:iam::{_ACCOUNT}:role/"
    policy = _deny("iam:CreateRole", f"{role}team/a/*")
    summary, first = _explain("iam:CreateRole", f"{role}importer", policy_type, policy, around)
    assert f"which covers everything but {role}team/a/*" in summary
    assert first.startswith("Create the role with the path /team/a/")
    assert setting in first
    assert f"{role}team/a/importer" in first


@pytest.mark.parametrize(
    ("action", "resource", "exempt"),
    [
        (
            "lambda:CreateFunction",
            f"arn:aws:lambda:eu-west-1:{_ACCOUNT}:function:cart",
            "arn:aws:lambda:*:*:function:shop-*",
        ),
        ("s3:CreateBucket", "arn:aws:s3:::reports", "arn:aws:s3:::shop-*"),
        (
            "iam:CreateRole",
            f"arn:aws:iam::{_ACCOUNT}:role/importer",
            f"arn:aws:iam::{_ACCOUNT}:role/shop-*",
        ),
    ],
)
def test_a_name_is_chosen_that_the_deny_exempts(action: str, resource: str, exempt: str) -> None:
    """The pattern of the resource's own type counts, not those of other types and services."""
    policy = _deny(action, f"arn:aws:sqs:*:{_ACCOUNT}:shop-*", "arn:aws:s3:::shop-x/*", exempt)
    _, first = _explain(action, resource, "an identity-based policy", policy)
    assert first.startswith(f"Choose a name that matches {exempt}\n")


@pytest.mark.parametrize(
    ("action", "resource", "exempt"),
    [
        ("s3:GetObject", "arn:aws:s3:::reports/a.csv", "arn:aws:s3:::public/*"),
        ("iam:DeleteRole", f"arn:aws:iam::{_ACCOUNT}:role/importer", f"arn:aws:iam::{_ACCOUNT}:role/dev/*"),
        ("iam:CreateUser", f"arn:aws:iam::{_ACCOUNT}:user/ana", f"arn:aws:iam::{_ACCOUNT}:role/dev/*"),
    ],
)
def test_other_calls_get_no_other_name(action: str, resource: str, exempt: str) -> None:
    """What exists has its name already, and a pattern of another type exempts nothing of this one."""
    _, first = _explain(action, resource, "an identity-based policy", _deny(action, exempt))
    assert "with the path" not in first
    assert "Choose a name" not in first


@pytest.mark.parametrize("policy_type", ["a permissions boundary", "an identity-based policy"])
def test_a_known_statement_needs_no_guess(policy_type: str) -> None:
    """What a Deny on the action often enforces is said only of a statement that the text does not show."""
    role = f"arn:aws:iam::{_ACCOUNT}:role/importer"
    denial = f"User: arn:aws:sts::{_ACCOUNT}:assumed-role/build/run-7 is not authorized to perform: iam:CreateRole on resource: {role} with an explicit deny in {policy_type}"
    guess = "is often there to enforce"
    shown = f"{denial}\n{_deny('iam:CreateRole', role.replace('importer', 'dev/*'))}"
    assert guess in explain(denial).to_text(detail="full")
    assert guess not in explain(shown).to_text(detail="full")
