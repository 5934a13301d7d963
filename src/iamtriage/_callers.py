"""Who called, as a type and in words, from what a text says; not for IAM's rules: see ``principals``."""

from __future__ import annotations

import functools

from iamtriage.exceptions import InvalidArnError
from iamtriage.principals import (
    FederatedUser,
    IdentityCenterRole,
    Principal,
    Role,
    RoleSession,
    Root,
    User,
    parse_principal,
)

__all__ = ("is_cut", "named", "principal_in", "role_in")

_LONGEST = 2048
_COLONS = 5


def principal_in(text: str | None) -> Principal | None:
    """Give who an ARN names; None for what is no whole principal.

    >>> principal_in("arn:aws:iam::111122223333:user/ana").name
    'ana'
    >>> principal_in("arn:aws:iam::****:user/ana") is None
    True
    """
    # The same callers are denied again and again. A text that is longer than any ARN is none of theirs.
    return None if text is None or len(text) > _LONGEST else _principal_in(text)


@functools.lru_cache(maxsize=512)
def _principal_in(text: str) -> Principal | None:
    try:
        return parse_principal(text)
    except InvalidArnError:
        return None


def role_in(principal: Principal | None) -> Role | None:
    """Give the role of a role or role session."""
    if isinstance(principal, RoleSession):
        return principal.role
    return principal if isinstance(principal, Role) else None


def named(principal: Principal | None, text: str | None) -> str:
    """Give who it is in words: ``the role app``, ``the user ana``; the text itself where it is unreadable.

    >>> named(parse_principal("arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718"), None)
    'the role app'
    >>> named(None, None)
    'the caller'
    """
    role = role_in(principal)
    if isinstance(role, IdentityCenterRole):
        return f"the Identity Center role {role.name}"
    if role is not None:
        return f"the role {role.name}"
    if isinstance(principal, User | FederatedUser):
        return f"the {principal.kind} {principal.name}"
    if isinstance(principal, Root):
        return f"the root user of {principal.account}"
    return "the caller" if not text or is_cut(text) else text


def is_cut(text: str) -> bool:
    """Tell whether an ARN is cut before it names anything.

    >>> is_cut("arn:aws:iam:"), is_cut("arn:aws:sts::assumed-role/app/run"), is_cut("orders")
    (True, False, False)
    """
    return text.startswith("arn:") and text.count(":") < _COLONS and "/" not in text
