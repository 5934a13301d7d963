"""Tests for single sentences of explanations that depend on details of a denial."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage import explain

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"


def _denied(action: str, resource: str, caller: str = USER, *, lacks: str | None = "identity-based") -> str:
    reason = "" if lacks is None else f" because no {lacks} policy allows the {action} action"
    return f"User: {caller} is not authorized to perform: {action} on resource: {resource}{reason}"


def _expired(end: str, now: str) -> str:
    return f"<Error><Code>AccessDenied</Code><Message>Request has expired</Message><Expires>{end}</Expires><ServerTime>{now}</ServerTime></Error>"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_expired("2026-08-03T10:15:00Z", "2026-08-03T10:15:09Z"), "for 9 seconds."),
        (_expired("2026-08-03T10:15:00Z", "2026-08-03T10:15:00Z"), "The presigned URL is out of time."),
    ],
    ids=["later", "the same second"],
)
def test_time_since_a_url_expired(text: str, words: str) -> None:
    assert explain(text).summary.endswith(words)


@pytest.mark.parametrize(
    ("action", "pod"), [("sts:TagSession", True), ("sts:SetSourceIdentity", False)], ids=["tags", "identity"]
)
def test_only_session_tags_come_from_pod_identity(action: str, pod: bool) -> None:  # noqa: FBT001
    text = explain(_denied(action, f"arn:aws:iam::{ACCOUNT}:role/reader", lacks=None)).causes[0].text
    assert f"must allow {action} in addition to sts:AssumeRole." in text
    assert ("EKS Pod Identity" in text) == pod


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "does not allow this method."),
        (" with an explicit deny", "denies the method explicitly."),
    ],
    ids=["implicit", "explicit"],
)
def test_verdict_of_a_lambda_authorizer(reason: str, words: str) -> None:
    explanation = explain(f'{{"Message":"User is not authorized to access this resource{reason}"}}')
    assert explanation.topic == "lambda-authorizer"
    assert explanation.causes[0].text.endswith(words)


def test_unknown_permission_of_an_execution_role_is_not_allowed() -> None:
    """No policy is proposed for an action that AWS does not have."""
    explanation = explain(
        "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The provided execution role does not have permissions to call Frobnicate on SQS"
    )
    assert explanation.topic == "execution-role"
    assert "may not do what the sentence names" in explanation.summary
    assert all(each.policy is None for each in explanation.remedies)


@pytest.mark.parametrize(
    ("caller", "words"),
    [
        (SSO, "IAM Identity Center itself sets no session policy"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/ana", "a federated user has almost no permissions"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s", "or omit it: then the role's own policies apply"),
    ],
    ids=["Identity Center", "federated user", "role"],
)
def test_source_of_a_session_policy(caller: str, words: str) -> None:
    explanation = explain(_denied("s3:GetObject", "arn:aws:s3:::orders/1.csv", caller, lacks="session"))
    assert explanation.topic == "session-policy"
    assert words in explanation.remedies[0].steps[-1]


@pytest.mark.parametrize(
    "issuer",
    ["https://b\u00fccher.example", "https://example.com/a\nb", f"https://{'a' * 3000}.example", 7],
    ids=["not ASCII", "line break", "length", "number"],
)
def test_invalid_issuer_is_a_placeholder(issuer: object) -> None:
    text = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    policy = explain(text, facts={"token_claims": {"iss": issuer, "sub": "a"}}).remedies[-1].policy
    assert policy is not None
    [statement] = policy["Statement"]
    assert statement["Principal"] == {"Federated": "arn:aws:iam::ACCOUNT_ID:oidc-provider/ISSUER"}


def test_missing_service_linked_role_is_created_once() -> None:
    explanation = explain(_denied("iam:CreateServiceLinkedRole", LINKED))
    assert [each.code for each in explanation.causes] == ["no-identity-allow", "no-service-linked-role"]
    command = "aws iam create-service-linked-role --aws-service-name eks.amazonaws.com"
    assert any(command in each.commands for each in explanation.remedies)


def test_service_linked_role_of_an_unknown_service_has_no_command() -> None:
    explanation = explain(_denied("iam:CreateServiceLinkedRole", f"arn:aws:iam::{ACCOUNT}:role/orders"))
    assert [each.code for each in explanation.causes] == ["no-identity-allow"]
    assert "create-service-linked-role" not in str(explanation)


def test_long_message_of_a_service_is_truncated() -> None:
    message = ", ".join(["please ask the team that owns this thing for access"] * 40)
    explanation = explain(
        f"An error occurred (AccessDeniedException) when calling the DescribeThing operation: {message}"
    )
    assert explanation.causes[0].text == f"The service says: {message[:300]}…"


def _decoded(value: str) -> dict[str, Any]:
    return {
        "allowed": False,
        "explicitDeny": False,
        "matchedStatements": {"items": []},
        "failures": {"items": []},
        "context": {
            "principal": {"id": "AIDAEXAMPLEEXAMPLE12", "name": "ana", "arn": USER},
            "action": "iam:PassRole",
            "resource": f"arn:aws:iam::{ACCOUNT}:role/nodes",
            "conditions": {
                "items": [{"key": "iam:PassedToService", "values": {"items": [{"value": value}]}}]
            },
        },
    }


@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "spotfleet.amazonaws.com"])
def test_role_recipient_of_the_request_takes_precedence(service: str) -> None:
    """The decoded message names the service; the operation only suggests one."""
    text = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation."
    policy = explain(text, facts={"decoded_message": _decoded(service)}).remedies[0].policy
    assert policy is not None
    [statement] = policy["Statement"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": service}}
