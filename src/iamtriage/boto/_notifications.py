"""Whether somebody is to be told of a failure now; not for telling.

What fails within a callback, or while a waiter polls, is no news.
"""

from __future__ import annotations

from contextvars import ContextVar

__all__ = ("QUIET",)

QUIET: ContextVar[bool] = ContextVar("iamtriage_quiet", default=False)
"""Whether nobody is told, in this thread or task."""
