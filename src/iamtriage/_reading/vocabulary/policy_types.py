"""Derive the policy type from the words of an AWS message."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.typing import PolicyType

# A fragment of the words and the type that it means. The first fragment found wins.
_TYPES: tuple[tuple[str, PolicyType], ...] = (
    ("vpc endpoint", "vpc_endpoint"), ("vpce", "vpc_endpoint"), ("boundar", "permissions_boundary"),
    ("service control", "service_control"), ("resource control", "resource_control"), ("session", "session"),
    ("trust", "role_trust"), ("identity", "identity"), ("resource-based", "resource"),
    ("resource based", "resource"), ("resource policy", "resource"),
)  # fmt: skip
POLICY_WORDS: dict[str, PolicyType] = {
    "identity-based policy": "identity", "resource-based policy": "resource",
    "permissions boundary": "permissions_boundary", "session policy": "session",
    "service control policy": "service_control", "resource control policy": "resource_control",
    "VPC endpoint policy": "vpc_endpoint", "role trust policy": "role_trust",
    "VPC endpoint policy transitively through a service control policy": "vpc_endpoint",
}  # fmt: skip
"""The terms of the IAM User Guide -> policy type."""


@lru_cache(maxsize=256)
def policy_type(words: str) -> PolicyType | None:
    """Return the policy type that words name, or ``None`` if it is unknown.

    >>> policy_type("VPC endpoint policy transitively through a service control policy")
    'vpc_endpoint'
    >>> policy_type("hypothetical future policy")
    """
    lowered = " ".join(words.lower().split())
    for fragment, name in _TYPES:
        if fragment in lowered:
            return name
    return None
