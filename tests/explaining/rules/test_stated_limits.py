"""Tests for what limits a call: a key's service, a boundary that protects itself, quotas, and patterns of session names."""

from __future__ import annotations

import pytest

from iamtriage import explain

_ROLE = "arn:aws:sts::111122223333:assumed-role/octo-reader/ana"
_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f"
_BOUNDARY = "arn:aws:iam::111122223333:policy/limits/OctoBoundary"


def _denied(
    operation: str,
    action: str,
    resource: str,
    why: str = "because no identity-based policy allows the action",
) -> str:
    return f"An error occurred (AccessDenied) when calling the {operation} operation: User: {_ROLE} is not authorized to perform: {action} on resource: {resource} {why}"


@pytest.mark.parametrize(
    ("text", "service"),
    [
        (_denied("GetObject", "kms:Decrypt", _KEY), "s3.eu-west-1.amazonaws.com"),
        (_denied("PutObject", "kms:GenerateDataKey", _KEY), "s3.eu-west-1.amazonaws.com"),
        (_denied("GetParameter", "kms:Decrypt", _KEY), "ssm.eu-west-1.amazonaws.com"),
        (f"{_denied('SendMessage', 'kms:Decrypt', _KEY)} (Service: AWSKMS; Status Code: 400)", "sqs."),
        (f"software.amazon.awssdk.services.dynamodb.model.DynamoDbException: {_denied('x', 'kms:Decrypt', _KEY).partition(': ')[2]}", "dynamodb."),
        # KMS was called, the service is unknown, or the names of services are not documented there.
        (_denied("Decrypt", "kms:Decrypt", _KEY), None),
        (_denied("RunInstances", "kms:CreateGrant", _KEY), None),
        (_denied("GetObject", "kms:Decrypt", _KEY.replace("aws:kms:eu-west-1", "aws-cn:kms:cn-north-1")), None),
        (_denied("GetObject", "s3:GetObject", "arn:aws:s3:::octo/a"), None),
    ],
)  # fmt: skip
def test_key_is_allowed_through_the_called_service(text: str, service: str | None) -> None:
    [statement] = (explain(text).remedies[0].policy or {})["Statement"]
    condition = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "")
    assert condition.startswith(service) if service else not condition


def test_key_policy_allows_the_same() -> None:
    text = _denied("GetObject", "kms:Decrypt", _KEY, "because no resource-based policy allows the action")
    assert '"kms:ViaService": "s3.eu-west-1.amazonaws.com"' in str(explain(text))


@pytest.mark.parametrize(
    ("operation", "resource", "protects"),
    [
        ("DeleteUserPermissionsBoundary", "arn:aws:iam::111122223333:user/kim", True),
        ("DeleteRolePermissionsBoundary", "arn:aws:iam::111122223333:role/octo-reader", True),
        ("CreatePolicyVersion", _BOUNDARY, True),
        ("PutUserPermissionsBoundary", "arn:aws:iam::111122223333:user/kim", False),
        ("CreatePolicyVersion", f"{_BOUNDARY}2", False),
    ],
)
def test_boundary_that_protects_itself(operation: str, resource: str, *, protects: bool) -> None:
    why = f"with an explicit deny in a permissions boundary: {_BOUNDARY}"
    remedy = explain(_denied(operation, f"iam:{operation}", resource, why)).remedies[0]
    assert remedy.title.startswith("Ask an administrator whom the boundary does not limit") == protects
    assert any("change the call to avoid it" in each for each in remedy.steps) != protects


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (
            "exceeded quota: octo, requested: requests.memory=6Gi, used: requests.memory=27Gi, limited: requests.memory=32Gi",
            "It requests 6Gi of requests.memory, and 27Gi of 32Gi are used: 5Gi are left.",
        ),
        (
            "exceeded quota: octo, requested: cpu=500m, used: cpu=3800m, limited: cpu=4",
            "3800m of 4 are used.",
        ),
        ("failed quota: octo: must specify limits.cpu", "as the message states"),
        ("exceeded quota: octo, requested: pods=1", "as the message states"),
    ],
)
def test_usage_of_a_quota(reason: str, expected: str) -> None:
    text = " ".join(str(explain(f'Error creating: pods "up-6c9f7d5b8-" is forbidden: {reason}')).split())
    assert "rejected a pod of up-6c9f7d5b8. " in text
    assert expected in text
    assert "no permission of RBAC or IAM is missing" in text


@pytest.mark.parametrize(
    ("expected", "required", "value"),
    [
        ("release-*", "a session name that matches release-*", "release-42"),
        ("*-prod", "a session name that matches *-prod", "42-prod"),
        ("release", "the session name release", "release"),
        ("${aws:username}", "the session name ${aws:username}", "SESSION_NAME"),
    ],
)
def test_pattern_of_a_session_name(expected: str, required: str, value: str) -> None:
    role = "arn:aws:iam::444455556666:role/deploy"
    statement = {
        "Sid": "Releases",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringLike": {"sts:RoleSessionName": expected}},
    }
    command = f"$ aws sts assume-role --role-arn {role} --role-session-name build-42"
    text = f"{command}\n\n{_denied('AssumeRole', 'sts:AssumeRole', role, '')}"
    explanation = explain(text, facts={"trust_policy": {"Version": "2012-10-17", "Statement": statement}})
    assert f"requires {required}, and the command passes build-42." in explanation.summary
    assert "The statement Releases of the trust policy" in str(explanation)
    first = explanation.remedies[0]
    assert first.commands[0].endswith(f"--role-session-name {value}")
    assert "If the call is to keep build-42, the owner of account 444455556666 adds it" in first.steps[0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("service", "not even an administrator's Allow, the queue policy or the root user."),
        ("resource", "Neither an identity-based policy nor the queue policy overrides it."),
    ],
)
def test_what_overrides_no_control_policy(kind: str, expected: str) -> None:
    why = f"with an explicit deny in a {kind} control policy"
    text = _denied("SendMessage", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", why)
    assert expected in explain(text).causes[0].text
    assert "AWS does not name the policy." in explain(text).causes[0].text
