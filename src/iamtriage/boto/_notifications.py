"""Pause the notifications of callbacks and loggers.

Callbacks and waiters make calls, too. Failures of those calls are not reported.
"""

from __future__ import annotations

from contextvars import ContextVar

__all__ = ("NOTIFICATIONS_PAUSED",)

NOTIFICATIONS_PAUSED: ContextVar[bool] = ContextVar("iamtriage_notifications_paused", default=False)
"""Whether callbacks and loggers are skipped, in this thread or task."""
