"""Describe a call that assumes a role: the caller, the token, and the condition keys.

Keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html (of tokens
and of STS) and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._text import quote_json
from iamtriage._typing import override
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import Role, ServicePrincipal
from iamtriage.exceptions import InvalidArnError
from iamtriage.policies._conditions import parse_date
from iamtriage.policies._context import TIME_KEY, parse_context, require_mapping, require_string, to_strings
from iamtriage.policies._requests import Caller, Provider, RequestKeys, WebIdentity, account_in, parse_caller

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = (
    "TAGS_CLAIM",
    "Request",
    "build_request",
    "describe_caller",
    "strip_https",
)

# IAM maps these claims to condition keys for every issuer, and others only for one issuer.
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
_REQUEST_TAG = "aws:requesttag/"
# Claims of which a part of a token most likely lacks one.
_WHOLE_TOKEN = frozenset({"aud", "iss", "sub"})
TAGS_CLAIM = "https://aws.amazon.com/tags"
"""The claim with the session tags of a token."""
# Only sts:AssumeRole has this key:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
_EXTERNAL_ID = "sts:externalid"
_SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"


@attrs.frozen
class Request(RequestKeys):
    """An STS call that assumes a role, as a request that policies are evaluated for.

    Attributes:
        role: The role to assume, if known.
        claims: The claims of the web identity token; ``None`` without a token, or if they are unknown.
    """

    role: Role | None = attrs.field(kw_only=True)
    claims: Mapping[str, Any] | None = attrs.field(kw_only=True)

    @override
    def get_values(self, key: str) -> tuple[str, ...] | None:
        """Return the values of a condition key: empty if the key is missing, ``None`` if that is unknown."""
        lower = key.lower()
        if self.lacks_key(lower):
            return ()
        if lower in self.context:
            return self.context[lower]
        if self.may_map_key(key):
            return None
        values = self._get_token_values(lower) if self.uses_token else None
        if values is not None:
            return values
        # The keys of a token come only from the token.
        if self.uses_token and self.claims is None and not _is_aws_key(lower):
            return None
        values = self.known.get(lower)
        # A context states every key that does not follow from the call, the time included.
        return () if values is None and self.is_complete else values

    @property
    def uses_token(self) -> bool:
        """Whether the call sends a web identity token."""
        is_web_identity_call = self.action_lower == "sts:assumerolewithwebidentity"
        return is_web_identity_call or isinstance(self.caller, WebIdentity)

    @property
    def now(self) -> Decimal | None:
        """The time of the call in seconds since 1970, if known."""
        values = self.context.get(TIME_KEY)
        return parse_date(values[0]) if values else None

    @property
    @override
    def ignores_unresolved(self) -> bool:
        """Whether a value with a variable that the request lacks matches nothing, not possibly something."""
        return False

    def lacks_key(self, key: str) -> bool:
        """Return whether requests of this action never have a key, which is in lower case."""
        return key == _EXTERNAL_ID and self.action_lower != "sts:assumerole"

    def maps_claim(self, claim: str) -> bool:
        """Return whether IAM maps a claim of this token's issuer to a condition key."""
        issuer = self.caller.issuer if isinstance(self.caller, WebIdentity) else ""
        return claim.lower() in _COMMON_CLAIMS | _ISSUER_CLAIMS.get(issuer, frozenset())

    @override
    def may_map_key(self, key: str) -> bool:
        """Return whether it is possible, but not certain, that IAM maps a claim of the token to this key."""
        issuer, _, claim = key.rpartition(":")
        if not isinstance(self.caller, WebIdentity) or issuer.lower() != self.caller.issuer.lower():
            return False
        is_certain = self.maps_claim(claim) or claim not in (self.claims or {})
        return not is_certain and self.caller.issuer.startswith(_EXTENSIBLE_ISSUERS)

    def additional_actions(self) -> list[str]:
        """Return the actions that the policy must allow for the tags and source identity of the call."""
        keys = self.context
        claims = self.claims or {}
        has_tags = TAGS_CLAIM in claims or any(key.startswith(_REQUEST_TAG) for key in keys)
        has_tags = has_tags or (self.caller == _POD_IDENTITY and self.action_lower == "sts:assumerole")
        has_source_identity = _SOURCE_IDENTITY_CLAIM in claims or "sts:sourceidentity" in keys
        return ["sts:TagSession"] * has_tags + ["sts:SetSourceIdentity"] * has_source_identity

    def _get_token_values(self, lower: str) -> tuple[str, ...] | None:
        claims, caller = self.claims, self.caller
        if claims is None or not isinstance(caller, WebIdentity):
            return None
        if lower == "sts:sourceidentity":
            return to_strings(claims.get(_SOURCE_IDENTITY_CLAIM))
        if lower.startswith(_REQUEST_TAG):
            return self._get_token_tag(lower.removeprefix(_REQUEST_TAG))
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

    def _get_token_tag(self, tag: str) -> tuple[str, ...] | None:
        """Return the value of a session tag: the call with a token can pass tags only within the token."""
        claims = self.claims or {}
        stated = claims.get(TAGS_CLAIM)
        if isinstance(stated, Mapping):
            tags = cast("Mapping[str, object]", stated).get("principal_tags")
            if not isinstance(tags, Mapping):
                return ()
            named = cast("Mapping[str, object]", tags)
            return next((to_strings(each) for key, each in named.items() if key.lower() == tag), ())
        return () if claims.keys() >= _WHOLE_TOKEN else None


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
    principal: Caller | None = None
    if caller is not None:
        principal = parse_caller(require_string(caller, "caller"), name, argument="caller")
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
    given = {} if context is None else parse_context(require_mapping(context, "context"))
    return Request(
        caller=principal,
        action=name,
        action_lower=name.lower(),
        resource="*" if role is None else str(role),
        context={key: values for key, values in given.items() if values},
        is_complete=context is not None,
        principal_account=getattr(principal, "account", None) or _get_provider_account(principal),
        resource_account=None if role is None else role.account,
        role=role,
        claims=token if uses_token else None,
    )


def _get_provider_account(caller: Caller | None) -> str | None:
    return account_in(caller.arn) if isinstance(caller, Provider) else None


def strip_https(url: str) -> str:
    """Remove ``https://`` from an issuer like IAM. Other schemes stay, because IAM rejects them.

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
