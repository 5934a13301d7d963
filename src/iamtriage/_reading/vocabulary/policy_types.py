"""Name the types of policies as AWS words them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.typing import PolicyType

# A fragment of AWS's words and the type that they name; the first that occurs decides.
_TYPES: tuple[tuple[str, PolicyType], ...] = (
    ("vpc endpoint", "vpc_endpoint"),
    ("vpce", "vpc_endpoint"),
    ("boundar", "permissions_boundary"),
    ("service control", "service_control"),
    ("resource control", "resource_control"),
    ("session", "session"),
    ("trust", "role_trust"),
    ("identity", "identity"),
    ("resource-based", "resource"),
    ("resource based", "resource"),
    ("resource policy", "resource"),
)
POLICY_WORDS: dict[str, PolicyType] = {
    "identity-based policy": "identity",
    "resource-based policy": "resource",
    "permissions boundary": "permissions_boundary",
    "session policy": "session",
    "service control policy": "service_control",
    "resource control policy": "resource_control",
    "VPC endpoint policy": "vpc_endpoint",
    "role trust policy": "role_trust",
    "VPC endpoint policy transitively through a service control policy": "vpc_endpoint",
}
"""The words of the IAM User Guide for each type."""


def policy_type(words: str) -> PolicyType | None:
    """Return the policy type that AWS's words name, ``None`` for an unknown one.

    >>> policy_type("VPC endpoint policy transitively through a service control policy")
    'vpc_endpoint'
    >>> policy_type("hypothetical future policy")
    """
    lowered = " ".join(words.lower().split())
    for fragment, name in _TYPES:
        if fragment in lowered:
            return name
    return None
