"""Who asks for a role and with which condition keys; not for what a policy says of it.

Keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html (of tokens
and of STS) and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, cast

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

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("Caller", "Provider", "Request", "WebIdentity", "make_request", "named", "without_scheme")

# IAM maps these claims to condition keys for any provider, and the others for the provider alone.
_CLAIMS = frozenset({"amr", "aud", "email", "oaud", "sub"})
_CLAIMS_OF = {
    "accounts.google.com": frozenset({"google/organization_number"}),
    "token.actions.githubusercontent.com": frozenset(
        {
            *("actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository"),
            *("repository_id", "workflow"),
        }
    ),
}
# Issuers for which IAM makes keys of more and more claims, so that a list of them is not to be trusted.
_GROWING = (*_CLAIMS_OF, "oidc.circleci.com/", "identity.oraclecloud.com")
# Pod Identity hands session tags over: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
_TAGGING = ServicePrincipal("pods.eks.amazonaws.com")
_TAGS_CLAIM = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"
_TIME = "aws:currenttime"
_TYPES: dict[type, str] = {
    Role: "AssumedRole",
    RoleSession: "AssumedRole",
    Root: "Account",
    User: "User",
    FederatedUser: "FederatedUser",
}


@attrs.frozen
class WebIdentity:
    """The holder of a web identity token.

    Attributes:
        issuer: the claim ``iss`` without ``https://``, as IAM writes it in ARNs and keys.
    """

    issuer: str


@attrs.frozen
class Provider:
    """An identity provider of IAM, as the caller: its ARN stands for whoever it vouches for.

    Attributes:
        arn: the ARN of an OIDC or SAML provider.
    """

    arn: str


Caller: TypeAlias = Principal | Provider | WebIdentity


@attrs.frozen
class Request:
    """A call of STS for a role, as far as it is known.

    Attributes:
        action: ``"sts:AssumeRole"``, ….
        role: the role that is asked for; None where unknown.
        caller: who asks; None where unknown.
        claims: those of the web identity token; None where there is none, or unknown.
        context: condition keys in lower case; None where nothing is known of them.
    """

    action: str
    role: Role | None
    caller: Caller | None
    claims: Mapping[str, Any] | None
    context: Mapping[str, tuple[str, ...]] | None

    def values(self, key: str) -> tuple[str, ...] | None:
        """Give a condition key's values: empty where the key is missing, None where that is not known."""
        lower = key.lower()
        if self.context is not None and lower in self.context:
            return self.context[lower]
        if self.may_map(key):
            return None
        derived = self._of_token(key) if self.takes_token else self._of_caller(lower)
        if derived is not None:
            return derived
        if lower == "aws:epochtime" and self.context is not None and (now := self.now) is not None:
            return (str(int(now)),)
        # A token's keys come from nowhere but the token.
        without_token = self.takes_token and self.claims is None and not _is_of_aws(lower)
        return None if self.context is None or without_token else ()

    @property
    def takes_token(self) -> bool:
        """Whether it is asked for with a web identity token."""
        named_so = self.action.lower() == "sts:assumerolewithwebidentity"
        return named_so or isinstance(self.caller, WebIdentity)

    @property
    def now(self) -> Decimal | None:
        """The time of the call in seconds since 1970; None where it is not given."""
        given = (self.context or {}).get(_TIME)
        return parse_date(given[0]) if given else None

    @property
    def derives_arn(self) -> bool:
        """Whether ``aws:PrincipalArn`` is of a session, whose role may have a path that nobody told."""
        return isinstance(self.caller, RoleSession) and "aws:principalarn" not in (self.context or {})

    def maps_claim(self, claim: str) -> bool:
        """Tell whether IAM makes a condition key of a claim of this token's issuer."""
        issuer = self.caller.issuer if isinstance(self.caller, WebIdentity) else ""
        return claim.lower() in _CLAIMS | _CLAIMS_OF.get(issuer, frozenset())

    def may_map(self, key: str) -> bool:
        """Tell whether IAM may make this key of a claim that the token has, but is not known to."""
        issuer, _, claim = key.rpartition(":")
        if not isinstance(self.caller, WebIdentity) or issuer.lower() != self.caller.issuer.lower():
            return False
        known = self.maps_claim(claim) or claim not in (self.claims or {})
        return not known and self.caller.issuer.startswith(_GROWING)

    def also_needed(self) -> list[str]:
        """Name the actions that the trust policy must allow besides, for what the call hands over."""
        keys = set(self.context or ())
        claims = self.claims or {}
        tags = _TAGS_CLAIM in claims or any(key.startswith("aws:requesttag/") for key in keys)
        source = _SOURCE_IDENTITY_CLAIM in claims or "sts:sourceidentity" in keys
        tags = tags or (self.caller == _TAGGING and self.action.lower() == "sts:assumerole")
        return ["sts:TagSession"] * tags + ["sts:SetSourceIdentity"] * source

    def _of_token(self, key: str) -> tuple[str, ...] | None:
        claims, caller = self.claims, self.caller
        if claims is None or not isinstance(caller, WebIdentity):
            return None
        lower = key.lower()
        if lower == "sts:sourceidentity":
            return _flat(claims.get(_SOURCE_IDENTITY_CLAIM))
        issuer, _, claim = lower.rpartition(":")
        if _is_of_aws(lower):
            return None
        if issuer != caller.issuer.lower() or not self.maps_claim(claim):
            return ()
        party = _flat(claims.get("azp"))
        # With an authorized party, `aud` is that one, and `oaud` the audience.
        if claim == "aud" and party:
            return party
        if claim == "oaud":
            return _flat(claims.get("aud")) if party else ()
        return _flat(claims.get(claim))

    def _of_caller(self, lower: str) -> tuple[str, ...] | None:
        caller = self.caller
        if isinstance(caller, ServicePrincipal):
            found = {"aws:principalisawsservice": "true", "aws:principalservicename": caller.name}
        elif isinstance(caller, (Role, RoleSession, Root, User, FederatedUser)):
            owner = caller.role if isinstance(caller, RoleSession) else caller
            kind = Role if isinstance(caller, Role) else type(caller)
            found = {
                "aws:principalaccount": caller.account,
                "aws:principalarn": str(owner),
                "aws:principalisawsservice": "false",
                "aws:principaltype": _TYPES[kind],
            }
            if isinstance(caller, User):
                found["aws:username"] = caller.name
        elif isinstance(caller, Account):
            found = {"aws:principalaccount": caller.account, "aws:principalisawsservice": "false"}
            # Whose keys they are within the account is open.
            if lower in {"aws:principalarn", "aws:principaltype", "aws:username"}:
                return None
        else:
            return None
        return (found[lower],) if lower in found else None


def make_request(
    *,
    action: object,
    role_arn: object,
    caller: object,
    claims: object,
    context: object,
) -> Request:
    """Read what :func:`iamtriage.check_trust_policy` is asked.

    Raises:
        InvalidArnError: a role's ARN that is none, or a caller who can be none.
        ValueError: an action without its service, or a time that is none.
        TypeError: an argument of a wrong type.
    """
    text = _text(action, "an action")
    if not text.startswith("sts:") or not text[4:].isalnum():
        msg = f"an action of STS is meant, such as sts:AssumeRole, not {quote_json(text)}"
        raise ValueError(msg)
    role = None if role_arn is None else _role(_text(role_arn, "a role's ARN"))
    given = None if claims is None else _mapping(claims, "the claims")
    who = None if caller is None else _caller(_text(caller, "a caller"))
    verb = text[4:].lower()
    # Calls with a token or a SAML assertion are not signed: whose credentials are at hand does not matter.
    if verb in {"assumerolewithwebidentity", "assumerolewithsaml"} and not isinstance(who, Provider):
        who = None
    by_token = given is not None and (
        verb == "assumerolewithwebidentity" or (who is None and verb in {"tagsession", "setsourceidentity"})
    )
    if by_token:
        issuer = given.get("iss") if given else None
        who = WebIdentity(without_scheme(issuer)) if isinstance(issuer, str) and issuer else None
    keys = None if context is None else _context(_mapping(context, "the context"))
    return Request(text, role, who, given if by_token else None, keys)


def without_scheme(url: str) -> str:
    """Drop ``https://``, which IAM drops from issuers; other schemes stay, since IAM takes none.

    >>> without_scheme("https://oidc.example/id/1")
    'oidc.example/id/1'
    """
    return url.removeprefix("https://")


def named(caller: Caller | None) -> str:
    """Name a caller in a sentence."""
    if caller is None:
        return "a caller who is not given"
    if isinstance(caller, WebIdentity):
        return f"a token of {quote_json(caller.issuer)}"
    return quote_json(caller.arn if isinstance(caller, Provider) else str(caller))


def _caller(text: str) -> Caller:
    if text.startswith("arn:"):
        arn = parse_arn(text)
        if arn.service == "iam" and arn.resource.startswith(("oidc-provider/", "saml-provider/")):
            return Provider(text)
    who = parse_principal(text)
    if isinstance(who, InstanceProfile):
        msg = "an instance profile calls nobody; give the ARN of its role's session"
        raise InvalidArnError(msg, text=text)
    return who


def _role(text: str) -> Role:
    role = parse_principal(text)
    if not isinstance(role, Role):
        msg = f"the ARN of the role to assume is wanted, this is of a {role.kind}"
        raise InvalidArnError(msg, text=text)
    return role


def _context(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    context: dict[str, tuple[str, ...]] = {}
    for key, value in given.items():
        values = tuple(_context_value(each, key) for each in _each(value) if each is not None)
        if values:
            context[key.lower()] = values
    for time in context.get(_TIME, ()):
        if parse_date(time) is None:
            msg = f"aws:CurrentTime is a date of ISO 8601 or seconds since 1970, not {quote_json(time)}"
            raise ValueError(msg)
    return context


def _context_value(value: object, key: str) -> str:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    text = _scalar(value)
    if text is None:
        msg = (
            f"the value of {quote_json(key)} is text, a number, a boolean, a date or bytes, or a list of them"
        )
        raise TypeError(msg)
    return text


def _flat(value: object) -> tuple[str, ...]:
    """Give a claim's values as texts; objects, which no key holds, are left out."""
    each = (_scalar(one) for one in _each(value))
    return tuple(one for one in each if one is not None)


def _each(value: object) -> Iterable[object]:
    if isinstance(value, (set, frozenset)):
        # In an order of its own, so that a result is the same each time.
        return sorted(cast("Iterable[object]", value), key=str)
    return cast("Iterable[object]", value) if isinstance(value, (list, tuple)) else (value,)


def _scalar(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) < 10**40:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else str(value)
    return str(value) if isinstance(value, Decimal) and value.is_finite() else None


def _is_of_aws(lower: str) -> bool:
    return lower.startswith(("aws:", "sts:", "saml:", "iam:"))


def _text(value: object, noun: str) -> str:
    # `str` of an ARN's named tuple is the text that it was read from.
    if isinstance(value, str):
        return value
    msg = f"{noun} is text, not {type(value).__name__}"
    raise TypeError(msg)


def _mapping(value: object, noun: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        msg = f"{noun} are a mapping, not {type(value).__name__}"
        raise TypeError(msg)
    for key in cast("Mapping[object, object]", value):
        if not isinstance(key, str):
            msg = f"the keys of {noun} are text, not {type(key).__name__}"
            raise TypeError(msg)
    return cast("Mapping[str, Any]", value)
