"""Compare the key in Logins with the issuer of the token that Amazon Cognito rejects.

Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-integrating-user-pools-with-identity-pools.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import ExpiredCredentials

_NAME = r"cognito-idp\.[a-z0-9-]{4,30}\.amazonaws\.com/[\w-]{4,60}"
_KEY = lazy_pattern(rf"(?<![\w/.])(?P<name>{_NAME})[\"']?\]?\s?(?::|=>?)")
_ISSUER = lazy_pattern(rf"\biss\b[\"']?\s{{0,3}}[:=]?\s{{0,3}}[\"']?https://(?P<name>{_NAME})")
LOGIN_OF_OTHER_POOL = CauseType(
    "login-of-other-pool",
    title="The key in Logins names another user pool than the token",
    meaning="The key in Logins must be the issuer of the ID token without https://: the Region and the ID of the user pool.",
    recognised_by="The text shows the key in Logins and the claim iss of the token, and they differ.",
    fix="Use the issuer of the token as the key in Logins.",
    of="login-rejected",
    sources=(pages.IDENTITY_POOLS,),
)


def explain_other_issuer(case: Case[ExpiredCredentials] | Denial) -> Explanation | None:
    """Explain that the key in Logins is not the issuer of the token, if the text shows both."""
    text = case.failure.text
    keys, issuers = ({each["name"] for each in sign.finditer(text)} for sign in (_KEY, _ISSUER))
    if len(keys) != 1 or len(issuers) != 1 or keys == issuers:
        return None
    [key], [issuer] = keys, issuers
    return case.explain(
        f"Amazon Cognito rejected the sign-in: the key in Logins is {key}, and the token is from {issuer}.",
        LOGIN_OF_OTHER_POOL.cause(
            "derived", text="The key must be the issuer (iss) of the token without https://."
        ),
        topic="identity-pool-login",
        remedies=your_remedy(
            "Use the issuer of the token as the key in Logins",
            "Both must be the user pool in which the user signed in, with its Region.",
            "The identity pool must list this user pool and the app client of the token as a provider.",
            manifest=f'"{issuer}": idToken\n',
            manifest_language="text",
            url=pages.IDENTITY_POOLS,
        ),
        notes="An IAM policy does not help: the identity pool rejected the token before STS was called.",
    )
