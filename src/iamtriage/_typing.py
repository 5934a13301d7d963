"""Mark overriding methods without importing ``typing_extensions``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method):  # noqa: ANN001, ANN202 (its types are those of typing_extensions)
        """Mark a method as overriding one of a base class."""
        return method


__all__ = ("override",)
