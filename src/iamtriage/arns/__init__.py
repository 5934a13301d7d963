"""Parse ARNs, classify principals, and rewrite role ARNs for their destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.arns._access_keys import AccessKeyId, AccessKeyKind, find_access_key_ids
    from iamtriage.arns._arns import Arn, parse_arn
    from iamtriage.arns._principal_parsing import parse_principal
    from iamtriage.arns._principals import (
        Account,
        FederatedUser,
        IdentityCenterRole,
        InstanceProfile,
        Principal,
        Role,
        RoleSession,
        Root,
        ServiceLinkedRole,
        ServicePrincipal,
        User,
    )
    from iamtriage.arns._role_arns import canonicalize_arn, normalize_role_arn

__all__ = (
    "AccessKeyId",
    "AccessKeyKind",
    "Account",
    "Arn",
    "FederatedUser",
    "IdentityCenterRole",
    "InstanceProfile",
    "Principal",
    "Role",
    "RoleSession",
    "Root",
    "ServiceLinkedRole",
    "ServicePrincipal",
    "User",
    "canonicalize_arn",
    "find_access_key_ids",
    "normalize_role_arn",
    "parse_arn",
    "parse_principal",
)

_MODULE_BY_NAME = {
    "AccessKeyId": "_access_keys",
    "AccessKeyKind": "_access_keys",
    "Account": "_principals",
    "Arn": "_arns",
    "FederatedUser": "_principals",
    "IdentityCenterRole": "_principals",
    "InstanceProfile": "_principals",
    "Principal": "_principals",
    "Role": "_principals",
    "RoleSession": "_principals",
    "Root": "_principals",
    "ServiceLinkedRole": "_principals",
    "ServicePrincipal": "_principals",
    "User": "_principals",
    "canonicalize_arn": "_role_arns",
    "find_access_key_ids": "_access_keys",
    "normalize_role_arn": "_role_arns",
    "parse_arn": "_arns",
    "parse_principal": "_principal_parsing",
}
if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
