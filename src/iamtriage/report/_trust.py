"""Check the trust policy of a role for a caller that was denied to assume it.

A CloudTrail record of a denied ``AssumeRoleWithWebIdentity`` states the claims of the token that trust
policies check: the provider, the audience and the subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from iamtriage._text import hide_secrets
from iamtriage.exceptions import IamTriageError
from iamtriage.trust._evaluation import check_trust_policy

if TYPE_CHECKING:
    from iamtriage.policies._readers.collection import PolicyCollection
    from iamtriage.policies._sets import PolicyDocument

__all__ = ("check_trust", "read_claims")

_OPERATIONS = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
_OIDC_PROVIDER = ":oidc-provider/"


def check_trust(example: Mapping[str, Any] | str, policies: PolicyCollection) -> dict[str, Any] | None:
    """Return what the trust policy of the role decides for the caller of a CloudTrail record.

    Returns:
        ``allowed`` (``None`` if that can't be told), ``reason`` and ``fix``; ``None`` if the record is of
        another call, or the policies do not include the role's trust policy.
    """
    if isinstance(example, str):
        return None
    operation = example.get("eventName")
    role = _nested(example, "requestParameters", "roleArn")
    if operation not in _OPERATIONS or role is None:
        return None
    caller = _nested(example, "userIdentity", "arn") or _nested(example, "userIdentity", "identityProvider")
    chosen = cast("list[PolicyDocument]", policies.select(caller or "anonymous", role).resource or [])
    claims = read_claims(example) if operation == "AssumeRoleWithWebIdentity" else None
    for policy in chosen:
        try:
            result = check_trust_policy(
                policy.document, action=f"sts:{operation}", role_arn=role, caller=caller, claims=claims
            )
        except (IamTriageError, ValueError) as error:
            return {"allowed": None, "reason": hide_secrets(str(error)), "fix": None}
        return {
            "allowed": result.allowed,
            "reason": hide_secrets(result.reason),
            "fix": None if result.fix is None else hide_secrets(result.fix),
        }
    return None


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
    provider = _nested(record, "userIdentity", "identityProvider")
    subject = _nested(record, "userIdentity", "userName")
    if provider is None or subject is None:
        return None
    issuer = provider.partition(_OIDC_PROVIDER)[2] or provider
    claims = {"iss": f"https://{issuer}", "sub": subject}
    whole = _nested(record, "userIdentity", "principalId") or ""
    if whole.startswith(f"{provider}:") and whole.endswith(f":{subject}"):
        audience = whole[len(provider) + 1 : -len(subject) - 1]
        if audience:
            claims["aud"] = audience
    return claims


def _nested(record: Mapping[str, Any], key: str, name: str) -> str | None:
    inner = record.get(key)
    value = cast("Mapping[str, object]", inner).get(name) if isinstance(inner, Mapping) else None
    return value if isinstance(value, str) and value else None
