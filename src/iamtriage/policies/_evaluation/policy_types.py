"""Name the types of policies as the messages of AWS do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.typing import PolicyType

__all__ = ("POLICY_TYPE_NAMES", "with_article")

POLICY_TYPE_NAMES: dict[PolicyType, str] = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "permissions_boundary": "permissions boundary",
    "session": "session policy",
    "service_control": "service control policy",
    "resource_control": "resource control policy",
    "vpc_endpoint": "VPC endpoint policy",
    "role_trust": "role trust policy",
}


def with_article(policy_type: PolicyType) -> str:
    """Return the name of a type of policy with its article.

    >>> with_article("identity")
    'an identity-based policy'
    """
    return f"{'an' if policy_type == 'identity' else 'a'} {POLICY_TYPE_NAMES[policy_type]}"
