"""Read denied role assumptions in CloudTrail records: the role and the claims of the token.

A CloudTrail record of a denied ``AssumeRoleWithWebIdentity`` states the claims of the token that trust
policies check: the provider, the audience and the subject. The error message states none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

__all__ = ("NOT_ASSUMED", "build_claims", "get_nested", "read_assumption", "read_claims")

Assumption: TypeAlias = "tuple[str | None, str | None, str | None, str | None]"
NOT_ASSUMED: Assumption = (None, None, None, None)
"""The values for the record of any other call."""

_OPERATIONS = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
_OIDC_PROVIDER = ":oidc-provider/"


def read_assumption(record: Mapping[str, Any]) -> Assumption:
    """Return the role to assume, and the provider, audience and subject of the token."""
    if record.get("eventName") not in _OPERATIONS:
        return NOT_ASSUMED
    role = get_nested(record, "requestParameters", "roleArn") or _first_resource(record)
    claims = read_claims(record)
    if claims is None:
        return role, get_nested(record, "userIdentity", "identityProvider"), None, None
    return role, get_nested(record, "userIdentity", "identityProvider"), claims.get("aud"), claims["sub"]


def _first_resource(record: Mapping[str, Any]) -> str | None:
    resources = record.get("resources")
    first = next(iter(cast("list[object]", resources)), None) if isinstance(resources, list) else None
    arn = cast("Mapping[str, object]", first).get("ARN") if isinstance(first, Mapping) else None
    return arn if isinstance(arn, str) and arn else None


def build_claims(provider: str | None, audience: str | None, subject: str | None) -> dict[str, str] | None:
    """Return the claims of a web identity token. The audience can be unknown."""
    if provider is None or subject is None:
        return None
    issuer = provider.partition(_OIDC_PROVIDER)[2] or provider
    claims = {"iss": f"https://{issuer}", "sub": subject}
    return claims if audience is None else {**claims, "aud": audience}


def read_claims(record: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the claims of the web identity token that a CloudTrail record states.

    ``principalId`` consists of the provider, the audience and the subject. Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html

    >>> provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    >>> subject = "repo:example/shop:ref:refs/heads/main"
    >>> identity = {
    ...     "principalId": f"{provider}:sts.amazonaws.com:{subject}",
    ...     "identityProvider": provider,
    ...     "userName": subject,
    ... }
    >>> read_claims({"userIdentity": identity})["aud"]
    'sts.amazonaws.com'
    """
    provider = get_nested(record, "userIdentity", "identityProvider")
    subject = get_nested(record, "userIdentity", "userName")
    if record.get("eventName") == "AssumeRoleWithSAML" or provider is None or subject is None:
        return None
    whole = get_nested(record, "userIdentity", "principalId") or ""
    is_whole = whole.startswith(f"{provider}:") and whole.endswith(f":{subject}")
    audience = whole[len(provider) + 1 : -len(subject) - 1] if is_whole else None
    return build_claims(provider, audience or None, subject)


def get_nested(record: Mapping[str, Any], key: str, name: str) -> str | None:
    """Return a string in an object of a record, or ``None``."""
    inner = record.get(key)
    value = cast("Mapping[str, object]", inner).get(name) if isinstance(inner, Mapping) else None
    return value if isinstance(value, str) and value else None
