"""Tokens that are not the caller's AWS credentials: those of user pools, and trade-in tokens."""

from __future__ import annotations

import pytest

from iamtriage import explain


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("InitiateAuth", "Incorrect username or password."),
        ("InitiateAuth", "Invalid Refresh Token"),
        ("GetUser", "Access Token has expired"),
        ("SignUp", "Unable to verify secret hash for client 1example23456789"),
    ],
)
def test_no_policy_is_missing(operation: str, message: str) -> None:
    explanation = explain(
        f"An error occurred (NotAuthorizedException) when calling the {operation} operation: {message}"
    )
    assert [each.code for each in explanation.causes] == ["user-pool-rejected"]
    assert message.removesuffix(".") in explanation.summary
    assert all(each.policy is None for each in explanation.remedies)


def test_other_services_report_expired_tokens_too() -> None:
    text = "An error occurred (AccessDeniedException) when calling the StartFlow operation: The access token has expired."
    assert "Cognito" not in str(explain(text))


def test_trade_in_token_is_not_the_credentials_of_the_call() -> None:
    text = "An error occurred (ExpiredTradeInTokenException) when calling the GetDelegatedAccessToken operation: The trade-in token has expired"
    explanation = explain(text)
    assert [each.code for each in explanation.causes] == ["expired-trade-in-token"]
    assert "aws sso login" not in str(explanation)
