"""Tokens that are not the caller's AWS credentials, those of user pools and trade-in tokens, and roles of identity pools."""

from __future__ import annotations

import pytest

from iamtriage import explain


@pytest.mark.parametrize(
    ("operation", "message", "title"),
    [
        ("InitiateAuth", "Incorrect username or password.", "Check the user name and the password"),
        ("InitiateAuth", "Invalid Refresh Token", "Sign in again"),
        ("InitiateAuth", "Password attempts exceeded", "Wait before the next attempt"),
        ("InitiateAuth", "User is disabled.", "Enable the user"),
        ("GetUser", "Access Token has expired", "Get a new token"),
        ("SignUp", "Unable to verify secret hash for client 1example23456789", "Correct the secret hash"),
        (
            "InitiateAuth",
            "Client 1example23456789 is configured with secret but SECRET_HASH was not received",
            "Send the secret hash",
        ),
        # The state of the user and an earlier message follow.
        ("InitiateAuth", "Refresh Token has been revoked\nUser is disabled: false", "Get a new token"),
        (
            "InitiateAuth",
            "Incorrect username or password.\nLast week: SECRET_HASH was not received",
            "Check the user name and the password",
        ),
    ],
)
def test_no_policy_is_missing(operation: str, message: str, title: str) -> None:
    explanation = explain(
        f"An error occurred (NotAuthorizedException) when calling the {operation} operation: {message}"
    )
    assert [each.code for each in explanation.causes] == ["user-pool-rejected"]
    assert message.partition("\n")[0].removesuffix(".") in explanation.summary
    assert explanation.remedies[0].title == title
    assert all(each.policy is None for each in explanation.remedies)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("    at Runtime.handler (/var/task/login.js:12:15)", "createHmac("),
        ("botocore.errorfactory.NotAuthorizedException: ", "hmac.digest("),
        ("", None),
    ],
)
def test_secret_hash_in_the_language_of_the_program(frame: str, code: str | None) -> None:
    text = f"{frame}\nNotAuthorizedException: Unable to verify secret hash for client 1example23456789"
    manifest = explain(text).remedies[0].manifest
    assert (manifest is None) if code is None else (code in (manifest or ""))


def test_other_services_report_expired_tokens_too() -> None:
    text = "An error occurred (AccessDeniedException) when calling the StartFlow operation: The access token has expired."
    assert "Cognito" not in str(explain(text))


POOL, OTHER_POOL = (f"eu-west-1:{digit * 8}-0000-4000-8000-{digit * 12}" for digit in ("1", "2"))
NO_ROLE = "InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles for this pool."


_CDK = """new iam.Role(this, 'Guest', {{ assumedBy: new iam.FederatedPrincipal('cognito-identity.amazonaws.com', {{
  StringEquals: {{ 'cognito-identity.amazonaws.com:aud': {} }} }}{}) }});"""


@pytest.mark.parametrize(
    "shown",
    [_CDK.format(f"'{POOL}'", ", 'sts:AssumeRoleWithWebIdentity'"), "class FederatedPrincipal(Base):"],
)
def test_right_action_is_not_corrected(shown: str) -> None:
    explanation = explain(f"{NO_ROLE}\n\n{shown}")
    assert "FederatedPrincipal" not in str(explanation)
