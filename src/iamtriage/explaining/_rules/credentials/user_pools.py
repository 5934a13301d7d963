"""Explain sign-ins and tokens that an Amazon Cognito user pool rejects.

The user pool has users and tokens of its own, so no IAM policy decides. Sources:
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html and
https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow-things-to-know.html (lockout).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.text_signs import find_closest

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_PAGE = "https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow-things-to-know.html"
USER_POOL_REJECTED = CauseType(
    "user-pool-rejected",
    title="The user pool does not accept the password or the token",
    meaning="The Amazon Cognito user pool rejects the sign-in or the token of one of its users.",
    recognised_by="The error code NotAuthorizedException, with a message about a password, a token, a user or a secret hash.",
    fix="Do what the message says: sign in again, or correct the password or the secret hash.",
    sources=(_PAGE,),
)


class _Problem(NamedTuple):
    """A problem of a sign-in: how user pools word it, what it means, and what to do."""

    wording: re.Pattern[str]
    text: str
    title: str
    step: str
    command: str | None = None


_USER = "aws cognito-idp {} --user-pool-id USER_POOL_ID --username USER_NAME"
_PROBLEMS = (
    _Problem(
        lazy_pattern(r"incorrect username or password", re.IGNORECASE),
        "the user name or the password is wrong",
        "Check the user name, the user pool and the password",
        "The command shows whether the user exists in the pool, is enabled and is confirmed.",
        _USER.format("admin-get-user"),
    ),
    _Problem(
        lazy_pattern(r"password attempts exceeded", re.IGNORECASE),
        "too many attempts failed, so that the user is locked out",
        "Wait, then sign in with the right password",
        "Each further failed attempt makes the wait longer.",
    ),
    _Problem(
        lazy_pattern(r"user is disabled", re.IGNORECASE),
        "the user is disabled",
        "Enable the user",
        "An administrator of the user pool disabled it: ask why first.",
        _USER.format("admin-enable-user"),
    ),
    _Problem(
        lazy_pattern(r"refresh token has (?:expired|been revoked)|invalid refresh token", re.IGNORECASE),
        "the refresh token has expired, was revoked, or is not one of this app client",
        "Sign in again",
        "Pass the refresh token with the ID of the app client that issued it. When it has expired, only a new sign-in helps.",
    ),
    _Problem(
        lazy_pattern(r"access token has (?:expired|been revoked)", re.IGNORECASE),
        "the access token has expired or was revoked",
        "Get a new access token",
        "Use the refresh token (AuthFlow REFRESH_TOKEN_AUTH), or sign in again if it was revoked, too.",
    ),
    _Problem(
        lazy_pattern(r"secret[ _]hash", re.IGNORECASE),
        "the secret hash of the app client is missing or wrong",
        "Pass the right SECRET_HASH",
        "It is the Base64 of HMAC-SHA256 with the client secret as key, over the user name followed by the client ID. An app client without a secret needs none.",
    ),
)


def explain_user_pool(denial: Denial) -> Explanation:
    """Explain that a user pool rejects a sign-in or a token."""
    matches = {found: each for each in _PROBLEMS for found in each.wording.finditer(denial.failure.text)}
    found = find_closest(matches, denial.failure)
    problem = _PROBLEMS[0] if found is None else matches[found]
    return denial.explain(
        f"The Amazon Cognito user pool rejected the call: {problem.text}.",
        USER_POOL_REJECTED.cause("reported", () if found is None else (f'The text says "{found[0]}".',)),
        topic="user-pool-rejected",
        remedies=(
            your_remedy(
                problem.title,
                problem.step,
                commands=() if problem.command is None else (problem.command,),
                url=_PAGE,
            ),
        ),
        notes=("An IAM policy does not help: the user pool has users and tokens of its own.",),
    )
