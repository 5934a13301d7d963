"""Explain why an Amazon Cognito identity pool returns no credentials.

Sources: https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html and the descriptions of
the API errors. The maintainers say in aws-sdk-unity#102 and amplify-js#3627 that an identity which once signed in must
always sign in, and that merging a guest identity disables it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command, trust_policy_commands
from iamtriage.explaining._rules.shared.wording import region_argument
from iamtriage.policies._documents import build_document

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


IDENTITY_POOL_GUEST = CauseType(
    "identity-pool-guest",
    title="The identity pool has no guest access",
    text="The call has no token of a sign-in with it, and guest access is off in the identity pool.",
    recognised_by='The message says "Unauthenticated access is not supported for this identity pool".',
    fix="Pass the token of the signed-in user in Logins, or enable guest access.",
    sources=(pages.IDENTITY_POOLS,),
)
LOGINS_EMPTY = CauseType(
    "logins-empty",
    title="The app requests credentials before the sign-in",
    text="The app asks for credentials before the user has signed in, or after the session ended.",
    fix="Request credentials after the sign-in.",
    of="identity-pool-guest",
)
LOGINS_NOT_PASSED = CauseType(
    "logins-not-passed",
    title="The token is not passed in Logins",
    fix="Pass the ID token of the user in Logins.",
    of="identity-pool-guest",
)
OTHER_POOL = CauseType(
    "other-pool",
    title="The app uses another identity pool",
    fix="Correct the identity pool ID in the app or in the trust policy.",
    of="identity-pool-guest",
)
IDENTITY_FORBIDDEN = CauseType(
    "identity-forbidden",
    title="The token does not belong to the identity",
    text="The call names an identity of the pool, and what came in Logins does not open it.",
    recognised_by='The message says "Access to Identity … is forbidden".',
    fix="Pass the token of the identity, or get the identity again with GetId.",
    sources=(pages.IDENTITY_POOLS,),
    example="identity-pool-forbidden",
)
IDENTITY_KEPT = CauseType(
    "identity-kept",
    title="The app keeps the ID of an earlier identity",
    text="The app keeps the id of an earlier identity: of another user, of the guest that became part of the user's identity at sign-in, or of one that was disabled.",
    fix="Delete the stored identity ID at sign-in and sign-out.",
    of="identity-forbidden",
)
LOGINS_OF_OTHER_PROVIDER = CauseType(
    "logins-of-other-provider",
    title="The token is of another provider or user",
    fix="Pass the token of the provider that the identity belongs to.",
    of="identity-forbidden",
)
IDENTITY_POOL_ROLES = CauseType(
    "identity-pool-roles",
    title="The identity pool has no usable role",
    text="The pool has no role for this kind of caller, signed in or guest, or STS refused it.",
    recognised_by="The error code InvalidIdentityPoolConfigurationException.",
    fix="Set the roles of the pool, and let their trust policies name the pool.",
    sources=(pages.IDENTITY_POOL_ROLES,),
)
POOL_NOT_TRUSTED = CauseType(
    "pool-not-trusted",
    title="The role does not trust the identity pool",
    meaning="The trust policy of the role does not name the identity provider of Amazon Cognito, the ID of this pool, or this kind of caller.",
    fix="Name cognito-identity.amazonaws.com, the pool's ID and the kind of caller in the trust policy.",
    of="identity-pool-roles",
)
POOL_ROLE_MISSING = CauseType(
    "pool-role-missing",
    title="The identity pool's role was deleted or never set",
    fix="Set the role for this kind of caller in the identity pool.",
    of="identity-pool-roles",
)


def explain_identity_pool_guest(denial: Denial) -> Explanation:
    """Explain that an unauthenticated call reached an identity pool without guest access."""
    return Explanation(
        failure=denial.failure,
        topic="identity-pool-guest",
        summary="The identity pool lets in no guests, and no sign-in came with the call.",
        causes=(
            IDENTITY_POOL_GUEST.cause(
                "reported",
                ('The text says "Unauthenticated access is not supported for this identity pool".',),
            ),
            LOGINS_EMPTY.cause(),
            LOGINS_NOT_PASSED.cause(),
            OTHER_POOL.cause(),
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
            IDENTITY_FORBIDDEN.cause("reported", ("The text says \"Access to Identity '…' is forbidden\".",)),
            LOGINS_NOT_PASSED.cause(
                text="The identity was signed in once, and the call comes without a sign-in. An identity never becomes a guest's again."
            ),
            IDENTITY_KEPT.cause(),
            LOGINS_OF_OTHER_PROVIDER.cause(),
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
            IDENTITY_POOL_ROLES.cause(
                "reported", ('The text or code says "Invalid identity pool configuration".',)
            ),
            POOL_NOT_TRUSTED.cause(
                text=f"The trust policy of the role does not name {POOL_PROVIDER}, the id of this pool, or this kind of caller."
            ),
            POOL_ROLE_MISSING.cause(),
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
    pool = audience if isinstance(audience, str) and _ID.fullmatch(audience) else "IDENTITY_POOL_ID"
    is_guest = isinstance(methods, list) and "unauthenticated" in methods
    steps = [
        "Save the role's trust policy as trust.json, with this statement added and the existing ones that are still needed: the command replaces the whole policy.",
        "Leave neither condition out. amr is authenticated for the role of those who are signed in, and unauthenticated for that of guests.",
        "The action is sts:AssumeRoleWithWebIdentity; sts:AssumeRole does not help. In China and GovCloud the provider has another name.",
    ]
    if pool != audience:
        steps.insert(
            0,
            "The ID of an identity pool begins with its region, such as eu-west-1:0a1b….",
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
        is_addition=True,
        url=pages.IDENTITY_POOL_ROLES,
    )
