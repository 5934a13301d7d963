"""An app of a signed-in user that passes no login to the identity pool calls with the role for guests."""

from __future__ import annotations

import pytest

from iamtriage import explain

_DENIED = "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/{}/CognitoIdentityCredentials is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/carts because no identity-based policy allows the dynamodb:Query action\n"
_CODE = "fromCognitoIdentityPool({{ identityPoolId: POOL{} }})\nconst idToken = session.token;\nuser pool eu-west-1_Ab12Cd34E, role shop-auth has dynamodb:Query\n"  # fmt: skip
_KEY = '"cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E"'


@pytest.mark.parametrize(
    ("role", "text", "line"),
    [
        ("shop-unauth", _CODE.format(""), f"logins: {{ {_KEY}: idToken }},"),
        ("shop-unauth", "new AWS.CognitoIdentityCredentials({IdentityPoolId: p})", 'Logins: { "cognito-idp.eu-west-1.amazonaws.com/USER_POOL_ID": idToken },'),
        ("ShopGuest", "c.get_credentials_for_identity(IdentityId=i)", 'Logins={"cognito-idp.eu-west-1.amazonaws.com/USER_POOL_ID": id_token}'),
        ("shop-unauth", "The user is logged in.", 'logins: { "cognito-idp.eu-west-1.amazonaws.com/USER_POOL_ID": idToken },'),
        ("shop-unauth", _CODE.format(", logins: x"), f"logins: {{ {_KEY}: idToken }},"),
        ("shop-unauth", _CODE.format(", logins: x").replace("idToken", "token"), None),
        ("shop-unauth", "The page is public. Nobody has to sign in.", None),
        ("shop-auth", "The user is logged in.", None),
        ("guestbook-auth", "The user is logged in.", None),
        ("shop-unauth", "logins: { 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E': idToken }, and the user is logged in.", f"logins: {{ {_KEY}: idToken }},"),
    ],
    ids=["v3", "v2", "boto3", "words", "logins and a token", "logins", "guests", "authenticated", "guestbook", "pool in logins"],
)  # fmt: skip
def test_role_for_guests(role: str, text: str, line: str | None) -> None:
    explanation = explain(_DENIED.format(role) + text)
    first = explanation.remedies[0]
    is_guest = line is not None
    assert ("it is the role for guests, and" in explanation.summary) is is_guest
    assert first.manifest == line
    assert (first.policy is None) is is_guest
    if "role shop-auth has" in text and is_guest:
        assert "Then the caller is the role shop-auth, which has dynamodb:Query." in str(first.steps)
