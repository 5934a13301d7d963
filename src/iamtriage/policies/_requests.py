"""Describe a request, and derive the condition keys that follow from it.

Which keys a request has: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
Their values by type of principal:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import quote_json, wrong_type_message
from iamtriage._typing import override
from iamtriage.arns._arns import parse_arn
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._principal_parsing import parse_principal
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
)
from iamtriage.exceptions import InvalidArnError
from iamtriage.policies._conditions import parse_date
from iamtriage.policies._context import parse_context, require_mapping, require_string

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = (
    "Anonymous",
    "Caller",
    "Provider",
    "Request",
    "RequestKeys",
    "WebIdentity",
    "account_in",
    "parse_caller",
)

_PRINCIPAL_TYPES: dict[type, str] = {
    Role: "AssumedRole",
    RoleSession: "AssumedRole",
    Root: "Account",
    User: "User",
    FederatedUser: "FederatedUser",
}
_ANONYMOUS = "anonymous"
# Identity providers without an ARN:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity
_COGNITO = "cognito-identity.amazonaws.com"
_WEB_IDENTITY_PROVIDERS = frozenset({"accounts.google.com", "graph.facebook.com", "www.amazon.com"})
_ACTION = lazy_pattern(r"[A-Za-z0-9-]{1,64}:[A-Za-z0-9_]{1,128}")
# AWS checks this call on all buckets of the account, so a policy can name these instead of *:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
_LIST_BUCKETS, _ALL_BUCKETS = "s3:listallmybuckets", "arn:aws:s3:::*"
# Present only if a service calls the resource:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn
_SERVICE_KEYS = (
    *("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"),
    *("aws:principalservicename", "aws:principalservicenameslist"),
)
# Every request has these keys, so a context without them is incomplete.
_ALWAYS_PRESENT = frozenset({"aws:currenttime", "aws:epochtime", "aws:resourceaccount", "aws:userid"})
# Present only in signed requests.
_SIGNED_KEYS = (
    *("aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"),
    *("aws:principalisawsservice", "aws:username", "aws:tokenissuetime", "aws:multifactorauthpresent"),
    *("aws:multifactorauthage", "aws:federatedprovider", "aws:sourceidentity"),
)


# Present only in requests of role sessions, some only if the session was created in a certain way.
_ROLE_SESSION_KEYS = (
    *("aws:federatedprovider", "aws:sourceidentity", "aws:ec2instancesourcevpc"),
    *("aws:ec2instancesourceprivateipv4", "ec2:sourceinstancearn"),
)


@attrs.frozen
class Provider:
    """An identity provider as the caller; it represents every identity that it federates.

    Attributes:
        arn: The ARN of an OIDC or SAML provider, or the host name of one that IAM has no ARN for.
    """

    arn: str


@attrs.frozen
class WebIdentity:
    """The holder of a web identity token.

    Attributes:
        issuer: The claim ``iss`` without ``https://``, as in ARNs and condition keys of IAM.
    """

    issuer: str


@attrs.frozen
class Anonymous:
    """A caller that does not sign its request."""


Caller: TypeAlias = Principal | Provider | WebIdentity | Anonymous


def _collect_keys(request: RequestKeys) -> Mapping[str, tuple[str, ...]]:
    derived = _derive_caller_keys(request.caller, request.principal_account)
    if request.resource_account:
        derived["aws:resourceaccount"] = derived["s3:resourceaccount"] = (request.resource_account,)
    if request.action_lower.startswith("kms:") and request.principal_account:
        derived["kms:calleraccount"] = (request.principal_account,)
    derived |= _derive_service_keys(request.context)
    # Keys from the caller take precedence.
    return {**derived, **_derive_time_keys(request.context), **request.context}


@attrs.frozen
class RequestKeys:
    """The parts of a request, parsed, and its condition keys.

    Attributes:
        caller: The principal; ``None`` if it is unknown.
        action: The action.
        action_lower: The action in lower case.
        resource: The resource.
        context: The keys that the caller stated, in lower case.
        is_complete: Whether other keys are missing from the request.
        principal_account: The account of the principal, if known.
        resource_account: The account of the resource, if known.
        known: The stated keys and those that follow from the request, in lower case.
    """

    caller: Caller | None
    action: str
    action_lower: str
    resource: str
    context: Mapping[str, tuple[str, ...]]
    is_complete: bool
    principal_account: str | None
    resource_account: str | None
    known: Mapping[str, tuple[str, ...]] = attrs.field(
        init=False, default=attrs.Factory(_collect_keys, takes_self=True)
    )

    @property
    def session_role(self) -> Role | None:
        """The role of a session, from which ``aws:PrincipalArn`` is derived without the role's path."""
        caller = self.caller
        if not isinstance(caller, RoleSession) or "aws:principalarn" in self.context:
            return None
        return caller.role

    @property
    def ignores_unresolved(self) -> bool:
        """Whether a value matches nothing if the request lacks its variable. Otherwise, that is unknown."""
        return True

    def get_values(self, key: str) -> tuple[str, ...] | None:
        """Return the values of a key: empty if the key is missing, ``None`` if that is unknown."""
        values = self.known.get(key)
        if values is not None:
            return values
        lower = key.lower()
        values = self.known.get(lower)
        if values is None and self.is_complete and lower not in _ALWAYS_PRESENT:
            return ()
        return values

    def has_key(self, key: str) -> bool:
        """Return whether the request certainly has a key, even if the key's value is unknown."""
        lower = key.lower()
        is_temporary = isinstance(self.caller, (Role, RoleSession, FederatedUser))
        return lower in _ALWAYS_PRESENT or (is_temporary and lower == "aws:tokenissuetime")

    def may_map_key(self, key: str) -> bool:  # noqa: ARG002 (a token's claims are not among these keys)
        """Return whether it is possible, but not certain, that IAM maps a claim of the token to this key."""
        return False


def _copy_context(context: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return dict(require_mapping({} if context is None else context, "context"))


def _parse_keys(request: Request) -> RequestKeys:
    principal, action = require_string(request.principal, "principal"), request.action
    caller = Anonymous() if principal == _ANONYMOUS else parse_caller(principal, action)
    if not _ACTION.fullmatch(require_string(action, "action")):
        msg = f"action must be an IAM action such as s3:GetObject, not {quote_json(action)}"
        raise ValueError(msg)
    resource = require_string(request.resource, "resource")
    own = getattr(caller, "account", None) or account_in(principal)
    resource_account = _check_account(request.resource_account, "resource_account") or account_in(resource)
    if action.lower() == _LIST_BUCKETS and resource == "*":
        resource, resource_account = _ALL_BUCKETS, resource_account or own
    return RequestKeys(
        caller=caller,
        action=action,
        action_lower=action.lower(),
        resource=resource,
        context=parse_context(request.context),
        is_complete=request.complete_context,
        principal_account=_check_account(request.principal_account, "principal_account") or own,
        resource_account=resource_account,
    )


@attrs.frozen
class Request(View):
    """A request to AWS, for :func:`iamtriage.policies.evaluate`.

    State the accounts only if the ARNs do not contain them. Without ``resource_account``, a resource whose
    ARN has no account, such as a bucket, is assumed to be in the account of the principal.

    Attributes:
        principal: The caller: the ARN of a role, a role session, a user, a federated user, a root user or an
            identity provider, a 12-digit account ID, the host name of a service, or ``"anonymous"``.
        action: The IAM action: ``"s3:GetObject"``.
        resource: The ARN of the resource, or ``"*"`` for an action that supports no resource.
        context: Condition keys and their values. A key without values is missing from the request.
        complete_context: Whether the context has every key of the request. If not, other keys are unknown
            unless they follow from the request.
        principal_account: The account of the principal, if ``principal`` does not contain it.
        resource_account: The account of the resource, if its ARN does not contain it.

    Raises:
        InvalidArnError: The principal cannot make requests.
        ValueError: The action is not an IAM action, or an account is not an account ID.
        TypeError: An argument has the wrong type.

    >>> request = Request("arn:aws:iam::111122223333:user/ana", "s3:GetObject", "arn:aws:s3:::reports/q1.csv")
    >>> request.action
    's3:GetObject'
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, Any] = attrs.field(factory=dict[str, Any], converter=_copy_context)
    complete_context: bool = attrs.field(default=False, kw_only=True)
    principal_account: str | None = attrs.field(default=None, kw_only=True)
    resource_account: str | None = attrs.field(default=None, kw_only=True)
    _keys: RequestKeys = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(_parse_keys, takes_self=True)
    )

    @property
    def keys(self) -> RequestKeys:
        """The parsed parts of the request, and its condition keys."""
        return self._keys

    @override
    def _repr_fields(self) -> Iterator[tuple[str, object]]:
        yield from (("principal", self.principal), ("action", self.action), ("resource", self.resource))
        if self.context:
            yield "context", self.context


def _derive_caller_keys(caller: Caller | None, account: str | None) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    if isinstance(caller, Anonymous):
        keys |= dict.fromkeys((*_SERVICE_KEYS, *_SIGNED_KEYS), ())
        return keys | {"aws:principaltype": ("Anonymous",), "aws:userid": (_ANONYMOUS,)}
    if caller is None:
        return keys
    if isinstance(caller, (Provider, WebIdentity)):
        return dict.fromkeys(_SERVICE_KEYS, ())
    if isinstance(caller, ServicePrincipal):
        return {
            "aws:principalisawsservice": ("true",),
            "aws:principalservicename": (caller.name,),
            "aws:username": (),
            # A service belongs to no organization.
            "aws:principalorgid": (),
            "aws:principalorgpaths": (),
        }
    keys |= dict.fromkeys(_SERVICE_KEYS, ())
    keys |= {"aws:principalisawsservice": ("false",), "aws:principalaccount": (account,) if account else ()}
    if isinstance(caller, (Account, InstanceProfile)):
        # It is unknown which principal of the account calls.
        return keys
    principal = caller.role if isinstance(caller, RoleSession) else caller
    kind = Role if isinstance(caller, Role) else type(caller)
    keys |= {"aws:principalarn": (str(principal),), "aws:principaltype": (_PRINCIPAL_TYPES[kind],)}
    keys["aws:username"] = (caller.name,) if isinstance(caller, User) else ()
    if isinstance(caller, (User, Root, FederatedUser)):
        keys |= dict.fromkeys(_ROLE_SESSION_KEYS, ())
    if isinstance(caller, Root):
        keys["aws:userid"] = (caller.account,)
    if isinstance(caller, FederatedUser):
        keys["aws:userid"] = (f"{caller.account}:{caller.name}",)
    return keys


def _derive_service_keys(context: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Derive missing keys about services that call on behalf of the principal from the stated ones."""
    called_via = context.get("aws:calledvia")
    if called_via:
        return {
            "aws:calledviafirst": called_via[:1],
            "aws:calledvialast": called_via[-1:],
            "aws:viaawsservice": ("true",),
        }
    is_direct = called_via == () or context.get("aws:viaawsservice") == ("false",)
    if is_direct:
        keys: dict[str, tuple[str, ...]] = dict.fromkeys(
            ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast"), ()
        )
        return keys | {"aws:viaawsservice": ("false",)}
    return {}


def _derive_time_keys(context: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Derive one of the two keys with the request's time from the other."""
    keys: dict[str, tuple[str, ...]] = {}
    for given, other in (("aws:currenttime", "aws:epochtime"), ("aws:epochtime", "aws:currenttime")):
        seconds = parse_date(context[given][0]) if context.get(given) else None
        if seconds is not None:
            # Dates can be compared in both formats.
            keys[other] = (str(int(seconds)),)
    return keys


def parse_caller(text: str, action: str, *, argument: str = "principal") -> Caller:
    """Parse a principal that makes requests.

    Args:
        text: The principal.
        action: The action that the principal calls.
        argument: The name of the argument, for error messages.

    Raises:
        InvalidArnError: The text is not a principal, or the principal cannot make requests.
    """
    if text.startswith("arn:"):
        arn = parse_arn(text)
        if arn.service == "iam" and arn.resource.startswith(("oidc-provider/", "saml-provider/")):
            return Provider(text)
    is_cognito = text == _COGNITO and action.lower() == "sts:assumerolewithwebidentity"
    if is_cognito or text in _WEB_IDENTITY_PROVIDERS:
        return Provider(text)
    principal = parse_principal(text)
    if isinstance(principal, InstanceProfile):
        msg = f"{argument} must not be an instance profile; pass the ARN of its role's session"
        raise InvalidArnError(msg, text=text)
    return principal


def account_in(text: str) -> str | None:
    """Return the account in an ARN; ``None`` if the text is not an ARN or has no account."""
    parts = text.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" and ACCOUNT.fullmatch(parts[4]) else None


def _check_account(account: object, argument: str) -> str | None:
    if account is None:
        return None
    if not isinstance(account, str):
        raise TypeError(wrong_type_message(argument, "a string", account))
    if not ACCOUNT.fullmatch(account):
        msg = f"{argument} must be an account ID of 12 digits, not {quote_json(account)}"
        raise ValueError(msg)
    return account
