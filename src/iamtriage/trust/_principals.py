"""Explain how the principals of a trust policy match the caller.

:mod:`iamtriage.policies` matches them; this module only describes the result.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_json
from iamtriage.arns._arns import parse_arn
from iamtriage.arns._names import is_unique_id
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import (
    Account,
    FederatedUser,
    Principal,
    Role,
    RoleSession,
    Root,
    ServicePrincipal,
    User,
)
from iamtriage.exceptions import InvalidArnError
from iamtriage.policies._evaluation.principals import match_named, match_principal
from iamtriage.policies._requests import Provider, WebIdentity

if TYPE_CHECKING:
    from typing import TypeAlias

    from iamtriage.arns._arns import Arn
    from iamtriage.trust._requests import Request

__all__ = ("PrincipalMatch", "describe_match")

_CLUSTER = lazy_pattern(
    r"oidc\.eks\.(?P<region>[a-z0-9-]{1,40})\.[a-z0-9.-]{1,60}/id/(?P<id>[A-Za-z0-9]{1,64})"
)
_IDENTITY_POLICY_CAVEAT = "the caller's identity-based policies must allow it, too"

if TYPE_CHECKING:
    _IamPrincipal: TypeAlias = Role | RoleSession | Root | User | FederatedUser | Account


@attrs.frozen
class PrincipalMatch:
    """Whether a principal in a policy matches the caller.

    Attributes:
        is_match: Whether the principal matches; ``None`` if that is unknown.
        reason: Why the principal does not match for certain.
        suggestion: A principal that would match; ``None`` if none is known.
        caveat: The assumption or requirement of a match; empty if there is none.
        closeness: How close the principal is to the caller, to find the intended statement; 0 if unrelated.
        replaces_value: Whether the suggestion replaces the value; otherwise it is added.
    """

    is_match: bool | None
    reason: str = ""
    suggestion: str | None = None
    caveat: str = ""
    closeness: int = 0
    replaces_value: bool = False


def describe_match(kind: str, value: str, request: Request) -> PrincipalMatch:
    """Describe how the evaluator matches a principal in a policy with the caller.

    Args:
        kind: ``"AWS"``, ``"Federated"``, ``"Service"``, ``"CanonicalUser"``, or ``"*"`` for everyone.
        value: The value of the principal.
        request: The call.
    """
    is_match = match_principal(kind, value, request).is_match
    if is_match:
        return PrincipalMatch(is_match=True, caveat=_find_caveat(kind, value, request))
    return attrs.evolve(_explain_mismatch(kind, value, request), is_match=is_match)


def _find_caveat(kind: str, value: str, request: Request) -> str:
    """Return the assumption or requirement of a match, or an empty string."""
    caller, role = request.caller, request.role
    if isinstance(caller, WebIdentity):
        is_assumed = role is None and kind == "Federated" and value.startswith("arn:")
        return "assuming that the provider is in the role's account" if is_assumed else ""
    if not _is_iam_principal(caller):
        return ""
    try:
        names_account = kind == "AWS" and isinstance(parse_principal(value), (Account, Root))
    except InvalidArnError:
        names_account = False
    if names_account:
        return f"it names the whole account, not only its root user, so {_IDENTITY_POLICY_CAVEAT}"
    # Within an account, a trust policy that names the principal or everyone is enough:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
    if role is None:
        return f"if the role is in another account, {_IDENTITY_POLICY_CAVEAT}"
    return "" if role.account == request.principal_account else _IDENTITY_POLICY_CAVEAT


def _explain_mismatch(kind: str, value: str, request: Request) -> PrincipalMatch:
    """Explain why a principal does not match for certain, and suggest one that would."""
    caller = request.caller
    if kind == "CanonicalUser":
        return PrincipalMatch(is_match=False, reason="a canonical user cannot assume a role")
    if kind == "Federated" and request.action_lower == "sts:assumerole":
        return PrincipalMatch(is_match=False, reason="federated principals do not call sts:AssumeRole")
    if caller is None:
        if request.uses_token and kind != "Federated":
            reason = f"{kind} does not name holders of web identity tokens"
            return PrincipalMatch(is_match=False, reason=reason)
        unknown = "the token's issuer" if request.uses_token else "the caller"
        return PrincipalMatch(is_match=None, reason=f"it depends on {unknown}, which is unknown")
    if kind == "Federated":
        return _explain_federated(value, request, caller)
    if kind == "Service":
        return _explain_service(value, caller)
    return _explain_aws(value, caller)


def _explain_federated(value: str, request: Request, caller: object) -> PrincipalMatch:
    if isinstance(caller, Provider):
        if value == caller.arn:
            return _explain_account(parse_arn(value), request, None)
        closeness = 2 if value.partition("/")[0] == caller.arn.partition("/")[0] else 1
        return _explain_difference(value, caller.arn, closeness)
    if not isinstance(caller, WebIdentity):
        reason = "Federated is for identity providers, but the caller is not from one"
        return PrincipalMatch(is_match=False, reason=reason)
    if not value.startswith("arn:"):
        reason = f"the policy trusts {quote_json(value)}, but the token is from {quote_json(caller.issuer)}"
        suggestion = _build_provider_arn(request, caller)
        return PrincipalMatch(is_match=False, reason=reason, suggestion=suggestion, closeness=1)
    try:
        arn = parse_arn(value)
    except InvalidArnError:
        return PrincipalMatch(is_match=False, reason=f"{quote_json(value)} is not an ARN", closeness=1)
    kind, _, url = arn.resource.partition("/")
    if arn.service != "iam" or kind != "oidc-provider":
        return PrincipalMatch(is_match=False, reason=f"{quote_json(value)} is not an OIDC provider")
    if url == caller.issuer:
        return _explain_account(arn, request, _build_provider_arn(request, caller))
    closeness = _rate_issuer(url, caller)
    suggestion = f"arn:{arn.partition}:iam::{arn.account}:oidc-provider/{caller.issuer}"
    return PrincipalMatch(
        is_match=False,
        reason=_describe_issuer_mismatch(url, caller.issuer),
        # IAM has no provider for an issuer without TLS, so the issuer has to change.
        suggestion=None if caller.issuer.startswith("http://") else suggestion,
        closeness=closeness,
        replaces_value=closeness > 1,
    )


def _explain_account(arn: Arn, request: Request, suggestion: str | None) -> PrincipalMatch:
    """Explain that a provider is in another account or partition than the role."""
    role = request.role
    if role is None:  # STS looks for it in the account of the role, so without a role it matches
        return PrincipalMatch(is_match=False, reason=f"{quote_json(str(arn))} is not a provider", closeness=4)
    part, providers, roles = (
        ("account", arn.account, role.account)
        if arn.account != role.account
        else ("partition", arn.partition, role.partition)
    )
    reason = (
        f"the provider is in {part} {quote_json(providers)}, but STS looks for it in the role's {part}, "
        f"{quote_json(roles)}"
    )
    return PrincipalMatch(
        is_match=False, reason=reason, suggestion=suggestion, closeness=4, replaces_value=True
    )


def _build_provider_arn(request: Request, caller: WebIdentity) -> str | None:
    role = request.role
    return f"arn:{role.partition}:iam::{role.account}:oidc-provider/{caller.issuer}" if role else None


def _rate_issuer(url: str, caller: WebIdentity) -> int:
    if _strip_url(url).lower() == _strip_url(caller.issuer).lower():
        return 4
    return 3 if _CLUSTER.fullmatch(url) and _CLUSTER.fullmatch(caller.issuer) else 1


def _describe_issuer_mismatch(url: str, issuer: str) -> str:
    if issuer.startswith("http://"):
        return f"the token's issuer {quote_json(issuer)} does not use https, which IAM requires"
    subjects = f"the provider {quote_json(url)} and the token's issuer {quote_json(issuer)}"
    if _strip_url(url) == _strip_url(issuer):
        return f"{subjects} differ in {'the scheme' if '://' in url else 'a trailing slash'}"
    if url.lower() == issuer.lower():
        return f"{subjects} differ in case"
    trusted, actual = _CLUSTER.fullmatch(url), _CLUSTER.fullmatch(issuer)
    provider = "the provider"
    if trusted and actual:
        location = " in another region" if trusted["region"] != actual["region"] else ""
        provider = f"the provider of another cluster{location},"
    return f"the policy trusts {provider} {quote_json(url)}, but the token is from {quote_json(issuer)}"


def _strip_url(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").strip("/")


def _explain_service(value: str, caller: object) -> PrincipalMatch:
    if not isinstance(caller, ServicePrincipal):
        reason = f"the policy trusts the service {quote_json(value)}, and the caller is not a service"
        return PrincipalMatch(is_match=False, reason=reason)
    closeness = 2 if value.partition(".")[0] == caller.name.partition(".")[0] else 1
    return _explain_difference(value, caller.name, closeness)


def _explain_difference(value: str, actual: str, closeness: int) -> PrincipalMatch:
    reason = f"the policy trusts {quote_json(value)}, not {quote_json(actual)}"
    return PrincipalMatch(is_match=False, reason=reason, suggestion=actual, closeness=closeness)


def _explain_aws(value: str, caller: object) -> PrincipalMatch:
    if not isinstance(caller, (Role, RoleSession, Root, User, FederatedUser, Account)):
        reason = "AWS is for principals with AWS credentials, but the caller is not one"
        return PrincipalMatch(is_match=False, reason=reason)
    quoted, suggestion = quote_json(value), _suggest_arn(caller)
    if is_unique_id(value):
        kind = {"AROA": "role", "AIDA": "user"}.get(value[:4], "principal")
        reason = f"{quoted} is the unique ID of a deleted {kind}; a new one of the same name has another ID"
        return PrincipalMatch(
            is_match=False, reason=reason, suggestion=suggestion, closeness=2, replaces_value=True
        )
    if "*" in value or "?" in value:
        reason = f"{quoted} contains a wildcard, but IAM accepts only * as the whole principal"
        return PrincipalMatch(
            is_match=False, reason=reason, suggestion=suggestion, closeness=2, replaces_value=True
        )
    try:
        trusted = parse_principal(value)
    except InvalidArnError:
        reason = f"{quoted} is not a principal"
        return PrincipalMatch(is_match=False, reason=reason, suggestion=suggestion, closeness=1)
    if isinstance(trusted, (Account, Root)):
        return _explain_other_account(trusted, caller)
    return _explain_identity(trusted, caller)


def _explain_other_account(trusted: Account | Root, caller: _IamPrincipal) -> PrincipalMatch:
    if trusted.account != caller.account:
        reason = f"the policy trusts account {trusted.account}, but the caller is in account {caller.account}"
        return PrincipalMatch(is_match=False, reason=reason, suggestion=_build_root_arn(caller), closeness=2)
    reason = (
        f"the policy trusts an account in partition {getattr(trusted, 'partition', None)}, "
        f"but the caller is in partition {getattr(caller, 'partition', None)}"
    )
    return PrincipalMatch(is_match=False, reason=reason, suggestion=_build_root_arn(caller), closeness=3)


def _explain_identity(trusted: Principal, caller: _IamPrincipal) -> PrincipalMatch:
    account = getattr(trusted, "account", None)
    quoted = quote_json(str(trusted))
    if isinstance(caller, Account) and account == caller.account:
        reason = f"the policy trusts only one principal of the account, {quoted}"
        return PrincipalMatch(is_match=None, reason=reason, closeness=3)
    if isinstance(trusted, RoleSession) and match_named(trusted, caller).is_match is None:
        reason = f"the policy trusts only the session {quoted}, and the caller's session is unknown"
        return PrincipalMatch(is_match=None, reason=reason, closeness=4)
    reason = f"the policy trusts {quoted}, but the caller is {quote_json(str(caller))}"
    closeness = 2 if account == caller.account else 1
    return PrincipalMatch(is_match=False, reason=reason, suggestion=_suggest_arn(caller), closeness=closeness)


def _is_iam_principal(caller: object) -> bool:
    return isinstance(caller, (Role, RoleSession, Root, User, FederatedUser, Account))


def _suggest_arn(caller: _IamPrincipal) -> str | None:
    """Return the ARN to use in a policy, or ``None`` if it lacks the path of a role that always has one."""
    role = caller.role if isinstance(caller, RoleSession) else caller
    return None if isinstance(role, Role) and role.lacks_its_path else str(role)


def _build_root_arn(caller: _IamPrincipal) -> str:
    return caller.account if isinstance(caller, Account) else str(Root(caller.partition, caller.account))
