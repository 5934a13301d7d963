"""The token of a request is compared with what the method or the authorizer of the API in the text expects."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

REJECTED = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/carts\nHTTP/2 401\nx-amzn-errortype: UnauthorizedException\n\n{"message":"Unauthorized"}\n'
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"
JWT = f'jwt_configuration {{\n  audience = ["1a2b3c4d5e"]\n  issuer = "{ISSUER}"\n}}'


def _call(token: str) -> str:
    return f'$ curl -i -H "Authorization: Bearer {token}" {REJECTED}'


@check_rows(
    ("text", "verdict", "title"),
    [
        (
            _call("$ID_TOKEN") + "AuthorizationScopes:\n  - carts-api/read\n",
            "requires the scope carts-api/read, and the request sends an ID token",
            "Send an access token with the scope carts-api/read",
        ),
        (
            _call("$T") + 'claims: {"token_use": "id"}\n"authorizationScopes": ["carts-api/read"]',
            "the request sends an ID token, which has no scopes",
            "Send an access token",
        ),
        (
            _call("$T")
            + '"token_use": "access", "scope": "openid"\nauthorization_scopes = ["carts-api/read"]',
            "requires the scope carts-api/read, and the token has only openid",
            "Send an access token",
        ),
        (
            _call("$ACCESS_TOKEN") + '"httpMethod": "GET", "authorizationType": "COGNITO_USER_POOLS"',
            "expects an ID token, and the request sends an access token",
            "Send the ID token",
        ),
        (
            _call("$T") + f'{JWT}\n"iss": "{ISSUER}", "client_id": "9z8y7x6w5v", "token_use": "access"',
            "expects the audience 1a2b3c4d5e, and the token has 9z8y7x6w5v",
            "Add 9z8y7x6w5v as the audience",
        ),
        (
            _call("$T") + f'{JWT}\n"iss": "{ISSUER}/", "aud": "1a2b3c4d5e"',
            "the slash at the end counts",
            "If the token is of the right issuer",
        ),
    ],
    ids=["ID token", "claims", "other scope", "access token", "audience", "issuer"],
)
def test_other_token(text: str, verdict: str, title: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(title)
    assert "expired" not in str(explanation)


@check_rows(
    "text",
    [
        _call("$ID_TOKEN"),
        _call("$T")
        + '"token_use": "access", "scope": "carts-api/read"\nauthorization_scopes = ["carts-api/read"]',
        _call("$ID_TOKEN") + "AuthorizationScopes:\n  - !Ref Scope\n",
        _call("$ACCESS_TOKEN") + "COGNITO_USER_POOLS",
        _call("$T") + f'{JWT}\n"iss": "{ISSUER}", "aud": "1a2b3c4d5e"',
    ],
    ids=["no scopes", "scope", "reference", "no method", "same"],
)
def test_no_contrast(text: str) -> None:
    assert "gateway-other-token" not in {each.code for each in explain(text).causes}
