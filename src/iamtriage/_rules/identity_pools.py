"""Explains that an identity pool of Cognito lets in no guests; not denials of what its roles may do.

Source: https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._rules import pages
from iamtriage._rules.commands import command
from iamtriage._rules.wording import region_of
from iamtriage.explanations import Cause, Explanation, Remedy

if TYPE_CHECKING:
    from iamtriage._denials import Denial

__all__ = ("explain_identity_pool_guest",)


def explain_identity_pool_guest(denial: Denial) -> Explanation:
    """Explain that a call to an identity pool came without a sign-in, and the pool does not take guests."""
    return Explanation(
        failure=denial.failure,
        topic="identity-pool-guest",
        summary="The identity pool lets in no guests, and no sign-in came with the call.",
        causes=(
            Cause(
                "identity-pool-guest",
                "The call has no token of a sign-in with it, and guest access is off in the identity pool.",
                "reported",
                ('The text says "Unauthenticated access is not supported for this identity pool".',),
            ),
            Cause(
                "logins-empty",
                "The app asks for credentials before the user has signed in, or after the session ended.",
                "possible",
            ),
            Cause(
                "logins-not-passed",
                "The user is signed in, but the token is not passed on in Logins.",
                "possible",
            ),
            Cause("other-pool", "The app is set up with another identity pool than was meant.", "possible"),
        ),
        remedies=(
            Remedy(
                title="Pass the token of the sign-in on",
                who="you",
                steps=(
                    "Ask for credentials once the user has signed in, and pass the token in Logins to GetId and GetCredentialsForIdentity.",
                    "The key in Logins is the provider's name. For a user pool it is cognito-idp.REGION.amazonaws.com/USER_POOL_ID, and the value the ID token.",
                ),
                commands=(
                    command(
                        *("aws", "cognito-identity", "describe-identity-pool", "--region", region_of(denial)),
                        *("--identity-pool-id", "IDENTITY_POOL_ID"),
                    ),
                ),
                url=pages.IDENTITY_POOLS,
            ),
            Remedy(
                title="Or, where guests are meant to come in, turn guest access on",
                who="account administrator",
                steps=(
                    "Turn it on in the identity pool, in the console, and choose a role for guests that may do little: anybody gets its credentials.",
                ),
                url=pages.IDENTITY_POOLS,
            ),
        ),
        notes=("An Allow in a policy does not help: it is the pool that refuses.",),
    )
