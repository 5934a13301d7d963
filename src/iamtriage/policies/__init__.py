"""Read, evaluate and build IAM policy documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.exceptions import PolicyError

__all__ = ("PolicyError",)

_HOMES = {"PolicyError": ".exceptions"}
if not TYPE_CHECKING:  # a type checker that sees it accepts any name
    __getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return sorted(__all__)
