"""Describe a call that assumes a role: the caller, the token, and the condition keys.

Keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html (of tokens
and of STS) and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from iamtriage._text import quote_json
from iamtriage.arns._arns import parse_arn
from iamtriage.arns._principals import (
    Account,
    FederatedUser,
    InstanceProfile,
    Principal,
    Role,
    RoleSession,
    Root,
    ServicePrincipal,
    User,
    parse_principal,
)
from iamtriage.exceptions import InvalidArnError
from iamtriage.policies._conditions import parse_date
from iamtriage.policies._context import TIME_KEY, parse_context, require_mapping, require_string, to_strings
from iamtriage.policies._requests import PRINCIPAL_TYPES, Provider

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = (
    "Caller",
    "Provider",
    "Request",
    "WebIdentity",
    "build_request",
    "describe_caller",
    "strip_https",
)

# IAM maps these claims of any issuer to condition keys, and the others of one issuer only.
_COMMON_CLAIMS = frozenset({"amr", "aud", "email", "oaud", "sub"})
_ISSUER_CLAIMS = {
    "accounts.google.com": frozenset({"google/organization_number"}),
    "token.actions.githubusercontent.com": frozenset(
        {
            *("actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository"),
            *("repository_id", "workflow"),
        }
    ),
}
# For these issuers, IAM adds condition keys over time, so a list of their claims cannot be complete.
_EXTENSIBLE_ISSUERS = (*_ISSUER_CLAIMS, "oidc.circleci.com/", "identity.oraclecloud.com")
# Pod Identity passes session tags: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
_POD_IDENTITY = ServicePrincipal("pods.eks.amazonaws.com")
_TAGS_CLAIM = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"


@attrs.frozen
class WebIdentity:
    """The holder of a web identity token.

    Attributes:
        issuer: The claim ``iss`` without ``https://``, as in IAM's ARNs and condition keys.
    """

    issuer: str


Caller: TypeAlias = Principal | Provider | WebIdentity


@attrs.frozen
class Request:
    """An STS call that assumes a role, as far as it is known.

    Attributes:
        action: ``"sts:AssumeRole"``, ….
        role: The role to assume, if known.
        caller: The caller, if known.
        claims: The claims of the web identity token; ``None`` without a token, or if they are unknown.
        context: Condition keys in lower case; ``None`` if they are unknown.
    """

    action: str
    role: Role | None
    caller: Caller | None
    claims: Mapping[str, Any] | None
    context: Mapping[str, tuple[str, ...]] | None

    def get_values(self, key: str) -> tuple[str, ...] | None:
        """Return the values of a condition key: empty if the key is missing, ``None`` if that is unknown."""
        lower = key.lower()
        if self.context is not None and lower in self.context:
            return self.context[lower]
        if self.may_map_key(key):
            return None
        derived = self._values_from_token(key) if self.uses_token else self._values_from_caller(lower)
        if derived is not None:
            return derived
        if lower == "aws:epochtime" and self.context is not None and (now := self.now) is not None:
            return (str(int(now)),)
        # The keys of a token come only from the token.
        lacks_token = self.uses_token and self.claims is None and not _is_aws_key(lower)
        return None if self.context is None or lacks_token else ()

    @property
    def uses_token(self) -> bool:
        """Whether the call sends a web identity token."""
        is_web_identity_call = self.action.lower() == "sts:assumerolewithwebidentity"
        return is_web_identity_call or isinstance(self.caller, WebIdentity)

    @property
    def now(self) -> Decimal | None:
        """The time of the call in seconds since 1970, if known."""
        values = (self.context or {}).get(TIME_KEY)
        return parse_date(values[0]) if values else None

    @property
    def session_role(self) -> Role | None:
        """The role of a session, from which ``aws:PrincipalArn`` is derived without the role's path."""
        is_derived = isinstance(self.caller, RoleSession) and "aws:principalarn" not in (self.context or {})
        return self.caller.role if is_derived and isinstance(self.caller, RoleSession) else None

    @property
    def ignores_unresolved(self) -> bool:
        """Whether a value whose variable the request lacks matches nothing; otherwise that is unknown."""
        return False

    def maps_claim(self, claim: str) -> bool:
        """Return whether IAM maps a claim of this token's issuer to a condition key."""
        issuer = self.caller.issuer if isinstance(self.caller, WebIdentity) else ""
        return claim.lower() in _COMMON_CLAIMS | _ISSUER_CLAIMS.get(issuer, frozenset())

    def may_map_key(self, key: str) -> bool:
        """Return whether IAM might map a claim of the token to this key, although that is not certain."""
        issuer, _, claim = key.rpartition(":")
        if not isinstance(self.caller, WebIdentity) or issuer.lower() != self.caller.issuer.lower():
            return False
        is_certain = self.maps_claim(claim) or claim not in (self.claims or {})
        return not is_certain and self.caller.issuer.startswith(_EXTENSIBLE_ISSUERS)

    def additional_actions(self) -> list[str]:
        """Return the actions that the policy must allow for the tags and source identity of the call."""
        keys = set(self.context or ())
        claims = self.claims or {}
        has_tags = _TAGS_CLAIM in claims or any(key.startswith("aws:requesttag/") for key in keys)
        has_tags = has_tags or (self.caller == _POD_IDENTITY and self.action.lower() == "sts:assumerole")
        has_source_identity = _SOURCE_IDENTITY_CLAIM in claims or "sts:sourceidentity" in keys
        return ["sts:TagSession"] * has_tags + ["sts:SetSourceIdentity"] * has_source_identity

    def _values_from_token(self, key: str) -> tuple[str, ...] | None:
        claims, caller = self.claims, self.caller
        if claims is None or not isinstance(caller, WebIdentity):
            return None
        lower = key.lower()
        if lower == "sts:sourceidentity":
            return to_strings(claims.get(_SOURCE_IDENTITY_CLAIM))
        issuer, _, claim = lower.rpartition(":")
        if _is_aws_key(lower):
            return None
        if issuer != caller.issuer.lower() or not self.maps_claim(claim):
            return ()
        authorized_party = to_strings(claims.get("azp"))
        # With an authorized party, that is the key `aud`, and the audience is the key `oaud`.
        if claim == "aud" and authorized_party:
            return authorized_party
        if claim == "oaud":
            return to_strings(claims.get("aud")) if authorized_party else ()
        return to_strings(claims.get(claim))

    def _values_from_caller(self, lower: str) -> tuple[str, ...] | None:
        caller = self.caller
        if isinstance(caller, ServicePrincipal):
            values = {"aws:principalisawsservice": "true", "aws:principalservicename": caller.name}
        elif isinstance(caller, (Role, RoleSession, Root, User, FederatedUser)):
            principal = caller.role if isinstance(caller, RoleSession) else caller
            kind = Role if isinstance(caller, Role) else type(caller)
            values = {
                "aws:principalaccount": caller.account,
                "aws:principalarn": str(principal),
                "aws:principalisawsservice": "false",
                "aws:principaltype": PRINCIPAL_TYPES[kind],
            }
            if isinstance(caller, User):
                values["aws:username"] = caller.name
        elif isinstance(caller, Account):
            values = {"aws:principalaccount": caller.account, "aws:principalisawsservice": "false"}
            # Which principal of the account calls is unknown.
            if lower in {"aws:principalarn", "aws:principaltype", "aws:username"}:
                return None
        else:
            return None
        return (values[lower],) if lower in values else None


def build_request(
    *,
    action: object,
    role_arn: object,
    caller: object,
    claims: object,
    context: object,
) -> Request:
    """Parse the arguments of :func:`iamtriage.check_trust_policy`.

    Raises:
        InvalidArnError: ``role_arn`` is not a role's ARN, or ``caller`` cannot call STS.
        ValueError: ``action`` is not an STS action, or a time is invalid.
        TypeError: An argument has the wrong type.
    """
    name = require_string(action, "action")
    if not name.startswith("sts:") or not name[4:].isalnum():
        msg = f"action must be an STS action such as sts:AssumeRole, not {quote_json(name)}"
        raise ValueError(msg)
    role = None if role_arn is None else _parse_role(require_string(role_arn, "role_arn"))
    token = None if claims is None else require_mapping(claims, "claims")
    principal = None if caller is None else _parse_caller(require_string(caller, "caller"))
    verb = name[4:].lower()
    # Calls with a token or a SAML assertion are not signed, so the caller's credentials do not matter.
    if verb in {"assumerolewithwebidentity", "assumerolewithsaml"} and not isinstance(principal, Provider):
        principal = None
    uses_token = token is not None and (
        verb == "assumerolewithwebidentity"
        or (principal is None and verb in {"tagsession", "setsourceidentity"})
    )
    if uses_token:
        issuer = token.get("iss") if token else None
        principal = WebIdentity(strip_https(issuer)) if isinstance(issuer, str) and issuer else None
    given = None if context is None else parse_context(require_mapping(context, "context"))
    keys = None if given is None else {key: values for key, values in given.items() if values}
    return Request(name, role, principal, token if uses_token else None, keys)


def strip_https(url: str) -> str:
    """Remove ``https://`` like IAM does from issuers. Other schemes stay, because IAM rejects them.

    >>> strip_https("https://oidc.example/id/1")
    'oidc.example/id/1'
    """
    return url.removeprefix("https://")


def describe_caller(caller: Caller | None) -> str:
    """Return a caller's name for a sentence."""
    if caller is None:
        return "an unknown caller"
    if isinstance(caller, WebIdentity):
        return f"a token from {quote_json(caller.issuer)}"
    return quote_json(caller.arn if isinstance(caller, Provider) else str(caller))


def _parse_caller(text: str) -> Caller:
    if text.startswith("arn:"):
        arn = parse_arn(text)
        if arn.service == "iam" and arn.resource.startswith(("oidc-provider/", "saml-provider/")):
            return Provider(text)
    principal = parse_principal(text)
    if isinstance(principal, InstanceProfile):
        msg = "caller must not be an instance profile; pass the ARN of its role's session"
        raise InvalidArnError(msg, text=text)
    return principal


def _parse_role(text: str) -> Role:
    role = parse_principal(text)
    if not isinstance(role, Role):
        msg = (
            f"role_arn must be the ARN of a role, not of {'an' if role.kind[0] in 'ai' else 'a'} {role.kind}"
        )
        raise InvalidArnError(msg, text=text)
    return role


def _is_aws_key(lower: str) -> bool:
    return lower.startswith(("aws:", "sts:", "saml:", "iam:"))
