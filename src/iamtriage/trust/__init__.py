"""Evaluate role trust policies and read web identity tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.trust._evaluation import TrustResult, check_trust_policy
    from iamtriage.trust._tokens import read_web_identity_token

__all__ = (
    "TrustResult",
    "check_trust_policy",
    "read_web_identity_token",
)

_MODULE_BY_NAME = {
    "TrustResult": "_evaluation",
    "check_trust_policy": "_evaluation",
    "read_web_identity_token": "_tokens",
}
if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
