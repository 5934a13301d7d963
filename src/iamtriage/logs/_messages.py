"""The message of a log record as text, whatever its arguments do; not for what is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

__all__ = ("formatted", "parts_of", "said")


def formatted(record: logging.LogRecord) -> str | None:
    """Give the message with its arguments filled in; None where that fails."""
    try:
        return f"{record.getMessage()}"
    except Exception:  # noqa: BLE001 (arguments raise what they like)
        return None


def parts_of(record: logging.LogRecord) -> str:
    """Give the message and its arguments side by side, for where it cannot be formatted."""
    args: object = record.args
    parts = [record.msg, *(args if isinstance(args, tuple) else (args,))]
    return " ".join(said(part) for part in parts if part is not None)


def said(value: object) -> str:
    """Give the text of anything."""
    try:
        return f"{value!s}"
    except Exception:  # noqa: BLE001 (a foreign __str__ may raise anything)
        return f"<{type(value).__name__} that cannot be printed>"
