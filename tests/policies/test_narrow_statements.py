"""A suggested statement allows the denied request and no other one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from iamtriage import parse, policy_for
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.policies import PolicySet, Request, evaluate
from iamtriage.policies._arn_templates import Location
from iamtriage.policies._documents import build_document, build_statement
from iamtriage.policies._grants import build_grant
from tests.tables import check_rows

HERE = Location("aws", "eu-west-1", "111122223333")
ACCOUNT = "eu-west-1:111122223333"
_ESCAPE_OR_WILDCARD = re.compile(r"\$\{([*?$])\}|([*?])")
_KEYS = st.text("ab*?$/:-.", min_size=1, max_size=12)


def allows(resource: str, arn: str) -> bool:
    """Return whether a statement's resource matches an ARN, written from IAM's documentation alone.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
    """
    pattern, end = "", 0
    for found in _ESCAPE_OR_WILDCARD.finditer(resource):
        pattern += re.escape(resource[end : found.start()])
        pattern += re.escape(found[1]) if found[1] else {"*": ".*", "?": "."}[found[2]]
        end = found.end()
    return re.fullmatch(pattern + re.escape(resource[end:]), arn, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("resource", "arn", "expected"),
    [
        ("arn:aws:s3:::a/*", "arn:aws:s3:::a/b", True),
        ("arn:aws:s3:::a/${*}", "arn:aws:s3:::a/b", False),
        ("arn:aws:s3:::a/${*}", "arn:aws:s3:::a/*", True),
        ("arn:aws:s3:::a/?", "arn:aws:s3:::a/b", True),
        ("arn:aws:s3:::a/${$}{x}", "arn:aws:s3:::a/${x}", True),
    ],
)
def test_the_matcher_itself(resource: str, arn: str, *, expected: bool) -> None:
    assert allows(resource, arn) is expected


def _check_narrow(resources: list[str], denied: str, other: str) -> None:
    placeholders = [each for each in resources if find_placeholders(each)]
    if not placeholders:
        assert any(allows(each, denied) for each in resources), resources
    assert not any(allows(each, other) for each in resources), resources


@given(_KEYS, _KEYS)
@example("*", "secret")
@example("a*", "ab")
@example("?", "a")
@example("**/a", "b/a")
def test_keys_of_objects(key: str, other: str) -> None:
    assume(key != other)
    grant = build_grant("s3:GetObject", f"arn:aws:s3:::orders/{key}", HERE)
    assert grant is not None
    resources = build_statement(grant)["Resource"]
    assert isinstance(resources, str)
    _check_narrow([resources], f"arn:aws:s3:::orders/{key}", f"arn:aws:s3:::orders/{other}")


@given(st.text("ab*?/", min_size=1, max_size=8).map(lambda key: f"{key}.csv"), st.text("ab/", min_size=1))
def test_policy_of_a_message(key: str, other: str) -> None:
    """From the text to the policy, nothing turns a character of a key into a wildcard."""
    assume(f"{other}.csv" != key)
    failure = parse(
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::orders/{key}" because no identity-based policy allows the s3:GetObject action'
    )
    assert failure is not None
    [statement] = policy_for([failure])["Statement"]
    assert statement["Action"] == "s3:GetObject"
    _check_narrow([statement["Resource"]], f"arn:aws:s3:::orders/{key}", f"arn:aws:s3:::orders/{other}.csv")


@check_rows(
    ("action", "denied", "other"),
    [
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{ACCOUNT}:table/*", f"arn:aws:dynamodb:{ACCOUNT}:table/orders"),
        ("iam:PassRole", "*", "arn:aws:iam::111122223333:role/admin"),
        ("kms:Decrypt", "*", f"arn:aws:kms:{ACCOUNT}:key/1234"),
        ("secretsmanager:GetSecretValue", "*", f"arn:aws:secretsmanager:{ACCOUNT}:secret:db-AbCdEf"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{ACCOUNT}:secret:*", f"arn:aws:secretsmanager:{ACCOUNT}:secret:db-AbCdEf"),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/admin"),
        ("sts:AssumeRole", "arn:aws:iam::*:role/app", "arn:aws:iam::444455556666:role/app"),
        ("sqs:SendMessage", f"arn:aws:sqs:{ACCOUNT}:*", f"arn:aws:sqs:{ACCOUNT}:orders"),
        ("orders:ShipOrder", "*", f"arn:aws:orders:{ACCOUNT}:order/7"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{ACCOUNT}:function:pay*", f"arn:aws:lambda:{ACCOUNT}:function:payroll"),
        ("lambda:InvokeFunction", "arn:aws:lambda:*:111122223333:function:pay", f"arn:aws:lambda:{ACCOUNT}:function:pay"),
    ],
)  # fmt: skip
def test_masks_allow_nothing_before_they_are_replaced(action: str, denied: str, other: str) -> None:
    grant = build_grant(action, denied, HERE)
    assert grant is not None
    assert grant.has_placeholders
    _check_narrow(list(grant.resources), denied, other)


def _is_allowed(policy: dict[str, Any], resource: str) -> bool | None:
    request = Request("arn:aws:iam::111122223333:user/ana", "s3:GetObject", resource)
    return evaluate(request, PolicySet(identity=[policy], resource=None)).allowed


@given(_KEYS, _KEYS)
@example("*", "secret")
@example("a*", "ab")
@example("?", "a")
@example("$", "a")
def test_the_evaluator_agrees(key: str, other: str) -> None:
    """As AWS evaluates the policy, it allows the denied request and no other one."""
    assume(key != other)
    grant = build_grant("s3:GetObject", f"arn:aws:s3:::orders/{key}", HERE)
    assert grant is not None
    policy = build_document([build_statement(grant)])
    if not grant.has_placeholders:
        assert _is_allowed(policy, f"arn:aws:s3:::orders/{key}") is True
    assert _is_allowed(policy, f"arn:aws:s3:::orders/{other}") is False
