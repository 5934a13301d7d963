"""Explain why an Amazon Cognito identity pool returns no credentials.

Sources: https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html and the descriptions of
the API errors. The maintainers say in aws-sdk-unity#102 and amplify-js#3627 that an identity which once signed in must
always sign in, and that merging a guest identity disables it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text, join_words, lower_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages, remedies
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.explaining._rules.sts.trust.trust_documents import evaluate_policy, policy_with_value
from iamtriage.explaining._rules.sts.trust.trust_fixes import WHOLE_DOCUMENT, pass_action_remedy
from iamtriage.explaining._rules.sts.trust.trust_problems import find_trust_problem
from iamtriage.failures._failures import AwsError, ExpiredCredentials, InvalidIdentityToken
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._readers.elements import as_strings, iterate_statements
from iamtriage.policies._readers.unknown_values import has_reference

if TYPE_CHECKING:
    from iamtriage.trust._evaluation import TrustResult

# Identity IDs and pool IDs have the same form.
_ID = lazy_pattern(rf"(?P<region>{REGION}):[0-9a-f-]{{36}}")
# In the settings of an app, a call or a command, and not in a policy. The IDs of identities have another name.
_POOL_OF_APP = lazy_pattern(
    rf"(?a)(?:[Pp]ool(?:[_-]?[Ii]d|\.ref)|POOL_ID)[\"']?\s{{0,3}}(?:[:=\s]|is)\s{{0,3}}[\"']?({REGION}:[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})(?!\w)"
)
_KIND_OF_ROLE = lazy_pattern(r"(?P<guest>[Uu]nauth|[Gg]uest)|(?:(?<![a-z])a|A)uth(?:enticated)?(?![a-z])")
_ACTION = "sts:AssumeRoleWithWebIdentity"
# In the reason of a decision about a trust policy.
_WRONG_ACTION = "its Action is"
POOL_PROVIDER = "cognito-identity.amazonaws.com"
"""The identity provider that trust policies name for identity pools."""
IDENTITY_POOL_GUEST = CauseType(
    "identity-pool-guest",
    title="The identity pool has no guest access",
    text="The call has no sign-in token in Logins, and guest access is disabled in the identity pool.",
    recognised_by='The message says "Unauthenticated access is not supported for this identity pool".',
    fix="Pass the token of the signed-in user in Logins, or enable guest access.",
    sources=(pages.IDENTITY_POOLS,),
)
LOGINS_NOT_PASSED = CauseType(
    "logins-not-passed",
    title="The call passes no sign-in token in Logins",
    text="The app requests credentials before the sign-in or after the session ended, or does not pass the token in Logins.",
    fix="Request credentials after the sign-in, and pass the ID token of the user in Logins.",
    recognised_by="The text shows the call with empty Logins, or without them.",
    sign=r"[\"']?\b[Ll]ogins[\"']? ?[:=] ?\{ ?\}|\bget_(?:credentials_for_identity\(IdentityId|id\(IdentityPoolId) ?= ?[\w.\"':-]{1,80}\)",
    remedy="Pass the user's ID token",
    of="identity-pool-guest",
)
IDENTITY_FORBIDDEN = CauseType(
    "identity-forbidden",
    title="The token in Logins does not belong to the identity that the call names",
    recognised_by='The message says "Access to Identity … is forbidden".',
    fix="Pass the token of the identity, or get the identity again with GetId.",
    sources=(pages.IDENTITY_POOLS,),
)
IDENTITY_KEPT = CauseType(
    "identity-id-reused",
    title="The app reuses the ID of an earlier identity",
    text="The app reuses the ID of an earlier identity: of another user, of a guest that was merged at sign-in, or of a disabled identity.",
    fix="Delete the stored identity ID at sign-in and sign-out.",
    recognised_by="The text shows a stored identity ID, such as aws.cognito.identity-id in the browser's storage.",
    sign=r"\baws\.cognito\.identity-id\.",
    remedy="Delete the stored identity ID",
    of="identity-forbidden",
)
IDENTITY_POOL_ROLES = CauseType(
    "identity-pool-roles",
    title="The identity pool has no usable role",
    text=f"The pool has no role for this kind of caller (signed in or guest), the role was deleted, or its trust policy does not name {POOL_PROVIDER}, the ID of this pool, or this kind of caller.",
    recognised_by="The error code InvalidIdentityPoolConfigurationException.",
    fix="Set the roles of the pool, and specify the pool in their trust policies.",
    sources=(pages.IDENTITY_POOL_ROLES,),
)
LOGIN_REJECTED = CauseType(
    "login-rejected",
    title="The identity pool does not accept the sign-in token",
    meaning="The token in Logins has expired, or the identity pool does not list its provider, user pool or app client.",
    recognised_by='The message says "Invalid login token", "Logins don\'t match" or "Token is not from a supported provider of this identity pool".',
    fix="Pass a current ID token, under the name of a provider that the identity pool lists.",
    sources=(pages.IDENTITY_POOLS,),
)


def explain_identity_pool_guest(denial: Denial) -> Explanation:
    """Explain that an unauthenticated call reached an identity pool without guest access."""
    because = 'The text says "Unauthenticated access is not supported for this identity pool".'
    return denial.explain(
        "The identity pool has no guest access, and the call has no sign-in token.",
        IDENTITY_POOL_GUEST.cause("reported", because),
        LOGINS_NOT_PASSED.cause(),
        remedies=(
            remedies.your_remedy(
                "Pass the user's ID token in Logins",
                "Request credentials after the user has signed in, and pass the token in Logins to GetId and GetCredentialsForIdentity.",
                "The key in Logins is the provider's name. For a user pool, it is cognito-idp.REGION.amazonaws.com/USER_POOL_ID.",
                commands="aws cognito-identity describe-identity-pool --region REGION --identity-pool-id IDENTITY_POOL_ID",
            ),
            remedies.account_remedy(
                "Or enable guest access in the identity pool, if guests are meant to have access",
                "Choose a guest role with few permissions, because anyone can get its credentials.",
            ),
        ),
        notes="An Allow in a policy does not help: the identity pool denied the call.",
    )


# What Amazon Cognito says of a login, what it means, and the title and step of the remedy. The last row is the default.
_LOGIN_PROBLEMS = (
    (
        "Token expired",
        "the ID token in Logins has expired",
        "Pass a valid ID token in Logins",
        "Refresh the user pool session (refresh token, or Auth.fetchAuthSession with forceRefresh in Amplify), and pass the new ID token. Tokens last an hour by default.",
    ),
    (
        "not from a supported provider",
        "the identity pool does not list the token's provider: its user pool, app client or OIDC issuer",
        "Add the token's provider to the identity pool",
        "Add the user pool with this app client ID to the identity pool's providers, or use the identity pool that lists it.",
    ),
    (
        "Logins don't match",
        "the logins in the call do not belong to the identity, or no valid login was passed",
        "Pass a valid ID token in Logins",
        "Call GetId again with the current Logins instead of a stored identity ID, and pass the same Logins to GetCredentialsForIdentity.",
    ),
    (
        "Incorrect token audience",
        "the identity pool does not accept the audience (aud) of the token in Logins",
        "Let the identity pool accept the audience of the token",
        "aud is the ID of an app client: for a user pool or a social provider, add it to the identity pool's providers, and for an OIDC provider, to the audiences of the provider in IAM.",
    ),
    (
        "Invalid login token",
        "the identity pool does not accept the token in Logins",
        "Pass a valid ID token in Logins",
        "Pass the ID token, not the access token, and check that it is complete.",
    ),
)


def explain_rejected_login(
    case: Case[ExpiredCredentials] | Case[InvalidIdentityToken] | Denial, _message: str = ""
) -> Explanation:
    """Explain that an identity pool does not accept the token in Logins."""
    text = case.failure.text
    rows = (row for row in _LOGIN_PROBLEMS if row[0] in text)
    phrase, problem, title, step = next(rows, _LOGIN_PROBLEMS[-1])
    is_expired = phrase == "Token expired"
    return case.explain(
        f"Amazon Cognito rejected the sign-in: {problem}.",
        clues.reported_cause(LOGIN_REJECTED, text, phrase, text=f"{capitalize_start(problem)}."),
        topic="identity-pool-login",
        remedies=remedies.your_remedy(
            title,
            step,
            None
            if is_expired
            else "The key in Logins is the provider's name, such as cognito-idp.REGION.amazonaws.com/USER_POOL_ID, and must be listed in the identity pool.",
            commands=None
            if is_expired
            else "aws cognito-identity describe-identity-pool --region REGION --identity-pool-id IDENTITY_POOL_ID --query '[CognitoIdentityProviders,SupportedLoginProviders,OpenIdConnectProviderARNs]'",
        ),
        notes="An IAM policy does not help: the identity pool rejected the token before STS was called.",
    )


def explain_identity_forbidden(denial: Denial) -> Explanation:
    """Explain that a call for an identity brought no sign-in linked to it."""
    found = _ID.fullmatch(denial.resource or "")
    identity, region = (found[0], found["region"]) if found else ("IDENTITY_ID", "REGION")
    return denial.explain(
        "The identity pool returned no credentials, because the sign-in in the call does not belong to this identity.",
        IDENTITY_FORBIDDEN.cause("reported", "The text says \"Access to Identity '…' is forbidden\"."),
        LOGINS_NOT_PASSED.cause(
            text="The call has no sign-in token, and this identity has signed in before: it can never be a guest again."
        ),
        IDENTITY_KEPT.cause(),
        topic="identity-pool-forbidden",
        remedies=(
            remedies.your_remedy(
                "Delete the stored identity ID, and request it again",
                "Clear it at sign-out and after this error: SDKs keep it per pool, in browsers in local storage (clearCachedId in the SDK for JavaScript 2).",
                "Then call GetId with the sign-in token in Logins, and GetCredentialsForIdentity with that ID and the same Logins.",
            ),
            remedies.account_remedy(
                "Check which sign-ins the identity is linked to",
                "Logins in the response names the providers. The call must have a token of one of them.",
                commands=commands.fill_command(
                    "aws cognito-identity describe-identity --region {} --identity-id {}", region, identity
                ),
            ),
        ),
        notes="An Allow in a policy does not help: the identity pool denied the call.",
    )


class _PoolTrust(NamedTuple):
    """A trust policy, compared with the claims of the tokens that the app's identity pool issues."""

    role: str | None
    policy: Mapping[str, Any]
    claims: dict[str, Any]
    result: TrustResult


def _compare_pool(case: Case[AwsError] | Denial) -> _PoolTrust | None:
    """Return the trust policy in the text that does not allow the app's pool, or else the last one."""
    pools = {found[1] for found in _POOL_OF_APP.finditer(case.failure.text)}
    compared = None
    for policy in case.context.policies if len(pools) < 2 else ():
        if not policy.is_trust_policy or not policy.is_whole:
            continue
        stated = _ID.search(json.dumps(policy.content))
        role = None if policy.owner is None else policy.owner[1]
        claims: dict[str, Any] = {
            "iss": f"https://{POOL_PROVIDER}",
            "aud": min(pools) if pools else stated[0] if stated else "IDENTITY_POOL_ID",
        }
        # By the name of the role, or else as the policy says.
        kind = _KIND_OF_ROLE.search(role or "") or _KIND_OF_ROLE.search(json.dumps(policy.content))
        if kind is not None:
            claims["amr"] = ["authenticated" if kind["guest"] is None else "unauthenticated"]
        result = evaluate_policy(policy.content, _ACTION, claims=claims)
        if result is None:
            continue
        # Without the pool of the app or of the policy, only a wrong action is known.
        if _WRONG_ACTION in result.reason or (pools and not policy.has_references):
            compared = _PoolTrust(role, policy.content, claims, result)
            if result.allowed is False:
                break
    return compared


def explain_pool_roles(case: Case[AwsError] | Denial, _message: str = "") -> Explanation:
    """Explain that a pool has no role for the caller or cannot assume it."""
    trust = _compare_pool(case)
    check = remedies.account_remedy(
        "Check which roles the pool has",
        "Roles contains authenticated for signed-in users and unauthenticated for guests. RoleMappings select a role by provider or claims.",
        commands="aws cognito-identity get-identity-pool-roles --region REGION --identity-pool-id IDENTITY_POOL_ID",
    )
    proposed: tuple[Remedy, ...] = (check, pool_trust_remedy())
    summary, text = "returns no credentials: it has no role for this caller, or cannot assume it", ""
    role = "the role" if trust is None or trust.role is None else f"the role {trust.role}"
    if trust is not None and trust.result.allowed:
        summary = f"returns no credentials, although the trust policy of {role} allows the pool: most likely, the pool has another role for this caller, or none"
        text = "The pool has another role than this one for this kind of caller, or none."
        proposed = (check,)
    elif trust is not None and trust.result.allowed is False:
        problem, fixed = _describe_problem(trust)
        summary = f"cannot assume {role}: {problem}"
        text = f"The trust policy of {role} does not allow the pool."
        if "more mismatch" not in trust.result.reason and trust.result.condition:
            text += " The rest of the policy matches. The role's permissions do not matter yet."
        change, title = pool_trust_remedy(trust.claims), "Correct the condition in the role's trust policy"
        other, in_code = " Or use the other pool in the app, if that is the right one.", None
        if fixed is not None and _WRONG_ACTION in trust.result.reason:
            title, other = f"Allow {_ACTION} in the role's trust policy", ""
            in_code = pass_action_remedy(case.failure.text)
            text = "The policy's conditions stay as they are."
            result = evaluate_policy(fixed, _ACTION, claims=trust.claims) or trust.result
            if has_reference(fixed):
                in_code, fixed = in_code or remedies.your_remedy(f"{title}, where the code defines it"), None
            elif result.allowed and _POOL_OF_APP.search(case.failure.text):
                text = f"{text.removesuffix('.')}: they match the pool {trust.claims['aud']}."
            elif result.condition and result.actual:
                key = result.condition.rpartition(" ")[2]
                text = f"The policy's condition on {key} does not match either."
                fixed = policy_with_value(fixed, result, value=result.actual[0])
        if fixed is not None:
            change = remedies.trust_remedy(
                title,
                f"{WHOLE_DOCUMENT}{other}",
                "Keep both conditions: without the one on aud, every identity pool can use the role.",
                commands=commands.trust_policy_commands(trust.role)[1:],
                policy=fixed,
                is_addition=False,
            )
        # Code that sets the action makes the other remedies superfluous.
        proposed = (in_code,) if in_code and in_code.commands else remedies.present(in_code, change, check)
    return case.explain(
        f"The identity pool {summary}.",
        IDENTITY_POOL_ROLES.cause(
            "derived" if text else "reported",
            None if text else 'The error is "Invalid identity pool configuration".',
            text=text,
        ),
        remedies=proposed,
        notes="An Allow in another policy does not help: the pool has not assumed the role yet.",
    )


def _describe_problem(trust: _PoolTrust) -> tuple[str, dict[str, Any] | None]:
    """Return why a trust policy does not allow the pool, as a clause, and the whole corrected policy."""
    result = trust.result
    wrong = find_trust_problem(trust.policy)
    if wrong is not None and wrong.fixed is not None and _WRONG_ACTION in result.reason:
        actions = join_words(as_strings(next(iterate_statements(trust.policy)).get("Action")), "and")
        return f"its trust policy allows {clip_text(actions)}, and the pool calls {_ACTION}", wrong.fixed
    claim = (result.condition or "").rpartition(":")[2]
    if claim not in {"aud", "amr"} or not result.expected or not result.actual:
        return lower_first(result.reason), None
    expected, actual = clip_text(", ".join(result.expected)), result.actual[0]
    problem = f"its trust policy is for the pool {expected} (aud), and the app uses {actual}"
    if claim == "amr":
        problem = f"its trust policy is for {expected} callers (amr), and the role is for {actual} ones"
    return problem, policy_with_value(trust.policy, result, value=actual)


def pool_trust_remedy(claims: Mapping[str, object] | None = None) -> Remedy:
    """Return the trust policy that allows an identity pool to assume a role.

    The token's claims, if given, fill in the pool and the kind of caller.
    """
    audience, methods = (claims or {}).get("aud"), (claims or {}).get("amr")
    pool = audience if isinstance(audience, str) and _ID.fullmatch(audience) else "IDENTITY_POOL_ID"
    is_guest = isinstance(methods, list) and "unauthenticated" in methods
    kind = "unauthenticated" if is_guest else "authenticated"
    form = "The ID of an identity pool begins with its Region, such as eu-west-1:0a1b…."
    condition = {
        "StringEquals": {f"{POOL_PROVIDER}:aud": pool},
        "ForAnyValue:StringLike": {f"{POOL_PROVIDER}:amr": kind},
    }
    statement = allow(_ACTION, principal={"Federated": POOL_PROVIDER}, condition=condition)
    return remedies.trust_remedy(
        "Allow the pool in the role's trust policy",
        form if pool != audience else None,
        remedies.save_step("the role's trust policy", "trust.json"),
        "Keep both conditions. amr is authenticated in the role for signed-in users, and unauthenticated in the role for guests.",
        "In China and GovCloud, the provider has another name.",
        commands=commands.trust_policy_commands(None),
        policy=build_document([statement]),
        url=pages.IDENTITY_POOL_ROLES,
    )
