"""A user pool of Amazon Cognito has users and tokens of its own, so no policy is missing."""

from __future__ import annotations

import pytest

from iamtriage import explain


@pytest.mark.parametrize(
    ("operation", "message", "title"),
    [
        ("InitiateAuth", "Incorrect username or password.", "Check the user name, the user pool and the password"),
        ("InitiateAuth", "Password attempts exceeded", "Wait, then sign in with the right password"),
        ("InitiateAuth", "User is disabled.", "Enable the user"),
        ("InitiateAuth", "Refresh Token has expired", "Sign in again"),
        ("InitiateAuth", "Invalid Refresh Token", "Sign in again"),
        ("GetUser", "Access Token has expired", "Get a new access token"),
        ("GetUser", "Access Token has been revoked", "Get a new access token"),
        ("SignUp", "Unable to verify secret hash for client 1example23456789", "Pass the right SECRET_HASH"),
        ("InitiateAuth", "Client 1example23456789 is configured with secret but SECRET_HASH was not received", "Pass the right SECRET_HASH"),
    ],
)  # fmt: skip
def test_no_policy_is_missing(operation: str, message: str, title: str) -> None:
    explanation = explain(
        f"An error occurred (NotAuthorizedException) when calling the {operation} operation: {message}"
    )
    assert [each.code for each in explanation.causes] == ["user-pool-rejected"]
    [remedy] = explanation.remedies
    assert remedy.title == title
    assert remedy.policy is None


def test_other_services_report_expired_tokens_too() -> None:
    text = "An error occurred (AccessDeniedException) when calling the StartFlow operation: The access token has expired."
    assert "Cognito" not in str(explain(text))
