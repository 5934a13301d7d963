"""Explain that an app of a signed-in user calls with the role for guests of an Amazon Cognito identity pool.

An identity pool returns credentials of its role for guests if the request has no token of a login. Sources:
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-integrating-user-pools-with-identity-pools.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html and
https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-aws-sdk-credential-providers/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.statements import find_holders, find_said
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary

_LOGINS_PAGE = "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-integrating-user-pools-with-identity-pools.html"
_GUEST = lazy_pattern(r"[Uu]n[_-]?[Aa]uth(?:enticated|ed)?(?![a-z])|[Gg]uests?(?![a-z])")
# What gets credentials from an identity pool in SDKs, and what passes it the token of a login.
_PROVIDER = lazy_pattern(
    r"\b(?P<name>fromCognitoIdentityPool|CognitoIdentityCredentials|CognitoCachingCredentialsProvider|CognitoAWSCredentials|AWSCognitoCredentialsProvider|get_credentials_for_identity|GetCredentialsForIdentityCommand)\s?\("
)
_LOGINS = lazy_pattern(
    r"\b(?:[Ll]ogins|[Aa]ddLogin|set_?[Ll]ogins|with_?[Ll]ogins|identityProviderManager)\b"
)
_SIGNED_IN = lazy_pattern(
    r"(?i:\b(?:logged|signed|logs|signs)[ -]in\b|\b(?:valid|working) (?:login|session|sign-in)\b|\b(?:after|despite) (?:the |a )?(?:log|sign)[ -]?in\b|\bid_?token\b)"
)
_USER_POOL = lazy_pattern(rf"(?<!\w)(?P<region>{REGION})_[A-Za-z0-9]{{9}}(?!\w)", re.ASCII)
_TOKEN = lazy_pattern(
    r"\b(?:const|let|var|val)?[ \t]{0,4}(?P<name>\w{0,20}[iI]d_?[tT]oken)\b\s?(?::\s?\w{1,40}\s?)?=(?!=)"
)
_PYTHON = "get_credentials_for_identity"

GUEST_CREDENTIALS = CauseType(
    "guest-credentials",
    title="The app calls with the role for guests of an identity pool",
    meaning="The role is the one for unauthenticated identities. The identity pool returns its credentials if the request has no token of a login.",
    recognised_by="The session CognitoIdentityCredentials has a role for guests, and the text says that the user is signed in, or shows the code.",
    fix="Pass the ID token of the signed-in user in logins, instead of allowing guests more.",
    sources=(_LOGINS_PAGE, pages.IDENTITY_POOLS),
)


def explain_guest(denial: Denial) -> Explanation | None:
    """Explain that the credentials are those of a guest, ``None`` if the text does not show that a user signed in."""
    role, text = denial.role, denial.failure.text
    if role is None or _GUEST.search(role.name) is None:
        return None
    code = _PROVIDER.search(text)
    has_logins = code is not None and _LOGINS.search(text) is not None
    is_signed_in = next(find_said(text, _SIGNED_IN), None) is not None
    if not is_signed_in and (code is None or has_logins):
        return None
    where = f"the code in the text calls {code['name']} without logins" if code and not has_logins else None
    why = where or "most likely, the request for credentials has no token of the login"
    other = _find_other_role(denial, role.name)
    cause = GUEST_CREDENTIALS.cause(
        "derived",
        text=f"{role.name} is the role of the identity pool for users who are not signed in. Whoever loads the app gets its permissions, so do not allow it {denial.action or 'the action'} for signed-in users.",
    )
    allow = allow_remedy(
        denial, title=f"Only if guests are to have it, allow {denial.action} for {denial.caller}"
    )
    return denial.explain(
        denial_summary(denial, f"it is the role for guests, and {why}"),
        cause,
        remedies=(
            _pass_token(denial, code["name"] if code else None, has_logins=has_logins, other=other),
            allow,
        ),
    )


def _find_other_role(denial: Denial, guest: str) -> str | None:
    """Return the role for signed-in users, if the text names it, with what it says that the role has, as a clause."""
    small = re.sub(r"[Uu]n[_-]?(?=[Aa]uth)", "", guest)
    named = (
        each
        for each in (small, small.replace("auth", "Auth"))
        if each != guest and re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", denial.failure.text)
    )
    if (name := next(named, None)) is None:
        return None
    held = {what for what, holder, _ in find_holders(denial.failure.text) if holder == name}
    has = f", which has {denial.action}" if denial.action in held else ""
    return f"the role {clip_text(name)}{has}"


def _pass_token(denial: Denial, provider: str | None, *, has_logins: bool, other: str | None) -> Remedy:
    """Return how to pass the token of the user pool in the text to the identity pool."""
    text = denial.failure.text
    pools = {each[0]: each["region"] for each in _USER_POOL.finditer(text)}
    pool, region = next(iter(pools.items())) if len(pools) == 1 else ("USER_POOL_ID", "REGION")
    tokens = {each["name"] for each in _TOKEN.finditer(text)}
    usual = "id_token" if provider == _PYTHON else "idToken"
    token = only_one(tokens, usual)
    key = f'"cognito-idp.{region}.amazonaws.com/{pool}"'
    line = f"logins: {{ {key}: {token} }},"
    if provider == _PYTHON:
        line = f"Logins={{{key}: {token}}}"
    elif provider not in {None, "fromCognitoIdentityPool"}:
        line = f"Logins: {{ {key}: {token} }},"
    already = ", with a token that is set by then" if has_logins else ""
    becomes = f"Then the caller is {other}." if other else "Then the caller is the role for signed-in users."
    return your_remedy(
        "Pass the user's ID token to the identity pool in logins",
        f"Add the line to the arguments of {provider}{' and of get_id' if provider == _PYTHON else ''}. {becomes}"
        if provider and not has_logins
        else f"Where the app creates the credentials, logins must have this line{already}. {becomes}",
        "It must be the ID token, not the access token, and the user pool with its app client must be an identity provider of the identity pool.",
        "Create the client after the sign-in: credentials that the app got before are those of a guest.",
        manifest=line,
        manifest_language="text",
        url=_LOGINS_PAGE,
    )
