"""Explain what an Amazon Cognito user pool rejects: a sign-in, a token, or a request without a secret hash.

A user pool has users and tokens of its own, so no IAM policy decides. Sources:
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html (secret hash) and
https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow-things-to-know.html (lockout).
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import remedies
from iamtriage.explaining._rules.shared.messages import quoted_message

_USER_POOLS = (
    "https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow-things-to-know.html"
)
_HASH_PAGE = "https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html"
_HASH = "It is the Base64 of HMAC-SHA256 with the client secret as key, over the user name followed by the client ID."
_OTHER_CLIENT = "Or, for a browser or a mobile app, use another app client without a secret: the secret of this one cannot be removed."
# How to compute the hash, by what the text shows of the program.
_CODE = (
    (
        lazy_pattern(r"node_modules|\.[cm]?[jt]sx?:\d|@aws-sdk/"),
        'createHmac("sha256", clientSecret).update(userName + clientId).digest("base64")  // node:crypto',
    ),
    (
        lazy_pattern(r"Traceback \(|botocore|boto3"),
        "base64.b64encode(hmac.digest(client_secret.encode(), (user_name + client_id).encode(), 'sha256')).decode()",
    ),
)

USER_POOL_REJECTED = CauseType(
    "user-pool-rejected",
    title="The user pool does not accept the password or the token",
    recognised_by="The error code NotAuthorizedException, with a message about a password, a token, a user or a secret hash.",
    fix="Do what the message says: sign in again, or correct the password or the secret hash.",
    sources=(_USER_POOLS,),
)


class _Rejection(NamedTuple):
    """What a user pool says, in lowercase, what that means, and what to do."""

    phrase: str
    text: str
    title: str
    steps: tuple[str, ...]
    command: str | None = None


_REJECTIONS = (
    _Rejection(
        "secret_hash was not received",
        "The app client has a secret, and the request carries no secret hash.",
        "Send the secret hash",
        (
            f"Add SECRET_HASH to AuthParameters (SecretHash in SignUp and similar calls). {_HASH}",
            _OTHER_CLIENT,
        ),
    ),
    _Rejection(
        "secret hash for client",
        "The secret hash of the request is not that of this app client and user name.",
        "Correct the secret hash",
        (
            f"{_HASH} To refresh a token, use the user name that the pool has, not an alias such as an e-mail address.",
            _OTHER_CLIENT,
        ),
    ),
    _Rejection(
        "password attempts exceeded",
        "Several attempts with a wrong password failed.",
        "Wait before the next attempt",
        ("From the fifth failed attempt on, each one doubles the time to wait, up to about 15 minutes.",),
    ),
    _Rejection(
        "user is disabled",
        "The user is disabled in the user pool.",
        "Enable the user",
        (),
        "aws cognito-idp admin-enable-user --user-pool-id USER_POOL_ID --username USER_NAME",
    ),
    _Rejection(
        "incorrect username or password",
        "The user name or the password is wrong.",
        "Check the user name and the password",
        ("If admin-get-user prints FORCE_CHANGE_PASSWORD, the user must set a new password first.",),
        "aws cognito-idp admin-get-user --user-pool-id USER_POOL_ID --username USER_NAME",
    ),
    _Rejection(
        "token has",
        "The token has expired or was revoked.",
        "Get a new token",
        ("Refresh it with the ID of the app client that issued it, or sign in again.",),
    ),
    _Rejection(
        "",
        "The user pool does not accept the token.",
        "Sign in again",
        ("A refresh token is valid only with the ID of the app client that issued it.",),
    ),
)


def explain_user_pool(denial: Denial) -> Explanation:
    """Explain that a user pool rejects a sign-in or a token."""
    text = denial.failure.text
    lowered = text.lower()
    message = (quoted_message.quoted_message(denial.failure) or "").lower()
    # Beside the message, a text can have earlier ones and the state of the user.
    said = next(each for each in _REJECTIONS if each.phrase in message)
    found = said if said.phrase else next(each for each in _REJECTIONS if each.phrase in lowered)
    has_hash = "hash" in found.phrase
    code = next((line for sign, line in _CODE if sign.search(text)), None) if has_hash else None
    return denial.explain(
        f"The Amazon Cognito user pool rejected the sign-in or the token{quoted_message.end_summary(denial.failure)}",
        USER_POOL_REJECTED.cause("reported", text=found.text),
        remedies=remedies.your_remedy(
            found.title,
            *found.steps,
            commands=found.command,
            manifest=code,
            manifest_language="text",
            url=_HASH_PAGE if has_hash else _USER_POOLS,
        ),
        notes="An IAM policy does not help, and none that was added for this is needed: the user pool has its own users and tokens.",
    )
