"""Tokens that are not the caller's AWS credentials, those of user pools and trade-in tokens, and roles of identity pools."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows


@check_rows(
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


def test_trade_in_token_is_not_the_credentials_of_the_call() -> None:
    text = "An error occurred (ExpiredTradeInTokenException) when calling the GetDelegatedAccessToken operation: The trade-in token has expired"
    explanation = explain(text)
    assert [each.code for each in explanation.causes] == ["expired-trade-in-token"]
    assert "aws sso login" not in str(explanation)


POOL, OTHER_POOL = (f"eu-west-1:{digit * 8}-0000-4000-8000-{digit * 12}" for digit in ("1", "2"))
NO_ROLE = "InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles for this pool."


def _trust(pool: str, kind: str, principal: str = '"Federated": "cognito-identity.amazonaws.com"') -> str:
    return f"""{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{{principal}}},
      "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{
        "StringEquals": {{"cognito-identity.amazonaws.com:aud": "{pool}"}},
        "ForAnyValue:StringLike": {{"cognito-identity.amazonaws.com:amr": "{kind}"}}}}}}]}}"""


@pytest.mark.parametrize(
    ("settings", "policy", "words", "fixed"),
    [
        (
            f"identityPoolId: '{POOL}'\nTrust policy of shop-guest:\n",
            _trust(OTHER_POOL, "unauthenticated"),
            f"assume the role shop-guest: its trust policy is for the pool {OTHER_POOL} (aud), and the app uses {POOL}",
            _trust(POOL, "unauthenticated"),
        ),
        (
            f"IDENTITY_POOL_ID={POOL}\n$ aws iam get-role --role-name shopAuthRole --query Role.AssumeRolePolicyDocument\n",
            _trust(POOL, "unauthenticated"),
            "assume the role shopAuthRole: its trust policy is for unauthenticated callers (amr), and the role is for authenticated",
            _trust(POOL, "authenticated"),
        ),
        (
            f"$ aws cognito-identity get-id --identity-pool-id {POOL}\n",
            _trust(POOL, "authenticated", '"Service": "cognito-identity.amazonaws.com"'),
            "The identity pool cannot assume the role: no statement",
            None,
        ),
    ],
)
def test_trust_policy_of_another_pool(settings: str, policy: str, words: str, fixed: str | None) -> None:
    explanation = explain(f"{NO_ROLE}\n\n{settings}{policy}")
    assert words in explanation.summary
    remedy = explanation.remedies[0]
    assert "get-identity-pool-roles" not in str(remedy.commands)
    assert remedy.policy is not None
    if fixed is not None:
        assert remedy.policy == json.loads(fixed)
        assert "ROLE_NAME" not in remedy.placeholders


def test_trust_policy_of_the_pool_is_not_changed() -> None:
    text = f"{NO_ROLE}\n\nPoolId: {POOL}\nrole author-app, trust policy:\n{_trust(POOL, 'unauthenticated')}"
    explanation = explain(text)
    assert "although the trust policy of the role author-app allows the pool" in explanation.summary
    assert all(each.policy is None for each in explanation.remedies)
    # Without the app's pool, or with two of them, nothing is compared.
    for other in ("", f"PoolId: {OTHER_POOL}\nPoolId: {POOL}\n"):
        summary = explain(f"{NO_ROLE}\n\n{other}{_trust(OTHER_POOL, 'authenticated')}").summary
        assert "has no role for this caller, or cannot assume it" in summary


_CDK = """new iam.Role(this, 'Guest', {{ assumedBy: new iam.FederatedPrincipal('cognito-identity.amazonaws.com', {{
  StringEquals: {{ 'cognito-identity.amazonaws.com:aud': {} }} }}{}) }});"""
_PYTHON = 'iam.FederatedPrincipal(\n  federated="cognito-identity.amazonaws.com", conditions={"StringEquals": {"cognito-identity.amazonaws.com:aud": pool.ref}})'


@check_rows(
    ("shown", "title"),
    [
        (_CDK.format(f"'{POOL}'", ""), "third argument of FederatedPrincipal"),
        (_CDK.format("pool.ref", ""), "third argument of FederatedPrincipal"),
        (_PYTHON, "third argument of FederatedPrincipal"),
        (
            _trust(POOL, "authenticated").replace("WithWebIdentity", ""),
            "Allow sts:AssumeRoleWithWebIdentity in",
        ),
    ],
)
def test_trust_policy_with_the_action_of_another_call(shown: str, title: str) -> None:
    explanation = explain(f"{NO_ROLE}\n\n{shown}")
    assert "allows sts:AssumeRole, and the pool calls sts:AssumeRoleWithWebIdentity" in explanation.summary
    assert title in explanation.remedies[0].title
    assert "conditions stay as they are" in str(explanation.causes[0])


def test_trust_policy_with_both_another_action_and_pool_is_corrected_whole() -> None:
    policy = _trust(OTHER_POOL, "authenticated").replace("WithWebIdentity", "")
    explanation = explain(f"{NO_ROLE}\n\nIdentityPoolId: {POOL}\n\n{policy}")
    assert explanation.remedies[0].policy == json.loads(_trust(POOL, "authenticated"))


@pytest.mark.parametrize(
    "shown",
    [_CDK.format(f"'{POOL}'", ", 'sts:AssumeRoleWithWebIdentity'"), "class FederatedPrincipal(Base):"],
)
def test_right_action_is_not_corrected(shown: str) -> None:
    explanation = explain(f"{NO_ROLE}\n\n{shown}")
    assert "FederatedPrincipal" not in str(explanation)


def test_federated_principal_of_a_web_identity_without_action() -> None:
    text = (
        "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\n"
    )
    provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    code = f"new iam.FederatedPrincipal('{provider}', {{ StringLike: {{ 'token.actions.githubusercontent.com:sub': 'repo:acme/web:*' }} }}"
    explanation = explain(f"{text}{code})")
    assert "third argument" in explanation.remedies[0].title
    assert "third argument" not in str(explain(f"{text}{code}, 'sts:AssumeRoleWithWebIdentity')").remedies)
