"""Explain why an Amazon Cognito identity pool returns no credentials.

Sources: https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html and the descriptions of
the API errors. The maintainers say in aws-sdk-unity#102 and amplify-js#3627 that an identity which once signed in must
always sign in, and that merging a guest identity disables it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command, trust_policy_commands
from iamtriage.explaining._rules.shared.wording import region_argument
from iamtriage.policies._documents import build_document
from iamtriage.policies._masked_arns import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AccessDenied, AwsError

__all__ = (
    "POOL_PROVIDER",
    "explain_identity_forbidden",
    "explain_identity_pool_guest",
    "explain_pool_roles",
    "explain_pool_roles_denied",
    "pool_trust_remedy",
)

# Identity IDs and pool IDs have the same form.
_ID = re.compile(r"(?P<region>[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}):[0-9a-f-]{36}", re.ASCII)
POOL_PROVIDER = "cognito-identity.amazonaws.com"
"""The identity provider that trust policies name for identity pools."""


def explain_identity_pool_guest(denial: Denial) -> Explanation:
    """Explain that an unauthenticated call reached an identity pool without guest access."""
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
                    fill_command(
                        "aws cognito-identity describe-identity-pool --region {} --identity-pool-id IDENTITY_POOL_ID",
                        region_argument(denial),
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


def explain_identity_forbidden(denial: Denial) -> Explanation:
    """Explain that a call for an identity brought no sign-in linked to it."""
    found = _ID.fullmatch(denial.resource or "")
    identity, region = (found[0], found["region"]) if found else ("IDENTITY_ID", region_argument(denial))
    return Explanation(
        failure=denial.failure,
        topic="identity-pool-forbidden",
        summary="The identity pool does not give the caller the credentials of this identity.",
        causes=(
            Cause(
                "identity-forbidden",
                "The call names an identity of the pool, and what came in Logins does not open it.",
                "reported",
                ("The text says \"Access to Identity '…' is forbidden\".",),
            ),
            Cause(
                "logins-not-passed",
                "The identity was signed in once, and the call comes without a sign-in. An identity never becomes a guest's again.",
                "possible",
            ),
            Cause(
                "identity-kept",
                "The app keeps the id of an earlier identity: of another user, of the guest that became part of the user's identity at sign-in, or of one that was disabled.",
                "possible",
            ),
            Cause("other-provider", "The token in Logins is of another provider or user.", "possible"),
        ),
        remedies=(
            Remedy(
                title="Throw the kept identity id away, and ask for it anew",
                who="you",
                steps=(
                    "Clear it at sign-out and when this error comes: SDKs keep it per pool, in browsers in the local storage (clearCachedId in the SDK for JavaScript 2).",
                    "Then call GetId with the token of the sign-in in Logins, and GetCredentialsForIdentity with that id and the same Logins.",
                ),
                url=pages.IDENTITY_POOLS,
            ),
            Remedy(
                title="See with which sign-ins the identity is linked",
                who="account administrator",
                steps=("Logins in the answer names the providers, one of which the call has to bring.",),
                commands=(
                    fill_command(
                        "aws cognito-identity describe-identity --region {} --identity-id {}",
                        region,
                        identity,
                    ),
                ),
                url=pages.IDENTITY_POOLS,
            ),
        ),
        notes=("An Allow in a policy does not help: it is the pool that refuses.",),
    )


def explain_pool_roles_denied(denial: Denial) -> Explanation:
    """Explain that a pool has no role for the caller, if the failure is a denial."""
    return explain_pool_roles(denial.failure, region_argument(denial))


def explain_pool_roles(failure: AccessDenied | AwsError, region: str) -> Explanation:
    """Explain that a pool has no role for the caller or cannot assume it."""
    return Explanation(
        failure=failure,
        topic="identity-pool-roles",
        summary="The identity pool gives no credentials: it has no role for such a caller, or may not assume it.",
        causes=(
            Cause(
                "identity-pool-roles",
                "The pool has no role for this kind of caller, signed in or guest, or STS refused it.",
                "reported",
                ('The text or code says "Invalid identity pool configuration".',),
            ),
            Cause(
                "trust-policy",
                f"The trust policy of the role does not name {POOL_PROVIDER}, the id of this pool, or this kind of caller.",
                "possible",
            ),
            Cause("role-missing", "The role was deleted, or never set for this kind of caller.", "possible"),
        ),
        remedies=(
            Remedy(
                title="See which roles the pool has",
                who="account administrator",
                steps=(
                    "Roles has authenticated for those who are signed in, unauthenticated for guests. RoleMappings choose a role by provider or claims.",
                ),
                commands=(
                    fill_command(
                        "aws cognito-identity get-identity-pool-roles --region {} --identity-pool-id IDENTITY_POOL_ID",
                        region,
                    ),
                ),
                url=pages.IDENTITY_POOL_ROLES,
            ),
            pool_trust_remedy(),
        ),
        notes=("An Allow in a policy of the caller does not help: the caller of STS is the pool.",),
    )


def pool_trust_remedy(claims: Mapping[str, object] | None = None) -> Remedy:
    """Return the trust policy that allows an identity pool to assume a role.

    The token's claims, if given, fill in the pool and the kind of caller.
    """
    audience, methods = (claims or {}).get("aud"), (claims or {}).get("amr")
    pool = (
        audience
        if isinstance(audience, str) and _ID.fullmatch(audience)
        else f"{PLACEHOLDER}IDENTITY_POOL_ID"
    )
    is_guest = isinstance(methods, list) and "unauthenticated" in methods
    steps = [
        "Save the policy as trust.json. It replaces the whole trust policy: keep the statements that are there and still needed.",
        "Leave neither condition out. amr is authenticated for the role of those who are signed in, and unauthenticated for that of guests.",
        "The action is sts:AssumeRoleWithWebIdentity; sts:AssumeRole does not help. In China and GovCloud the provider has another name.",
    ]
    if pool != audience:
        steps.insert(
            0,
            f"Replace the words that begin with {PLACEHOLDER}. The pool's id has the region before it, as eu-west-1:0a1b….",
        )
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": POOL_PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{POOL_PROVIDER}:aud": pool},
            "ForAnyValue:StringLike": {
                f"{POOL_PROVIDER}:amr": "unauthenticated" if is_guest else "authenticated"
            },
        },
    }
    return Remedy(
        title="Let the pool in by the role's trust policy",
        who="account administrator",
        steps=tuple(steps),
        commands=trust_policy_commands(None),
        policy=build_document([statement]),
        layer="role_trust",
        url=pages.IDENTITY_POOL_ROLES,
    )
