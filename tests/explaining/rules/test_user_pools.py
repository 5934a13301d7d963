"""Tokens that are not the caller's AWS credentials: those of user pools, and trade-in tokens."""

from __future__ import annotations

import pytest

from iamtriage import explain, scan


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


def test_the_message_of_another_sign_in_does_not_decide() -> None:
    rejected = "An error occurred (NotAuthorizedException) when calling the {} operation: {}"
    password = rejected.format("InitiateAuth", "Incorrect username or password.")
    token = rejected.format("GetUser", "Access Token has expired")
    titles = [explain(each).remedies[0].title for each in scan(f"{password}\n{token}\n{password}")]
    assert titles == [
        "Check the user name, the user pool and the password",
        "Get a new access token",
        "Check the user name, the user pool and the password",
    ]


def test_other_services_report_expired_tokens_too() -> None:
    text = "An error occurred (AccessDeniedException) when calling the StartFlow operation: The access token has expired."
    assert "Cognito" not in str(explain(text))


def test_trade_in_token_is_not_the_credentials_of_the_call() -> None:
    text = "An error occurred (ExpiredTradeInTokenException) when calling the GetDelegatedAccessToken operation: The trade-in token has expired"
    explanation = explain(text)
    assert [each.code for each in explanation.causes] == ["expired-trade-in-token"]
    assert "aws sso login" not in str(explanation)
