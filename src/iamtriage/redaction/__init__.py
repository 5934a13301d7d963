"""Redact secrets, and on request identifiers, from text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.redaction._redact import redact

__all__ = ("redact",)

_HOMES = {
    "redact": "_redact",
}
if not TYPE_CHECKING:  # a type checker that sees it accepts any name
    __getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
