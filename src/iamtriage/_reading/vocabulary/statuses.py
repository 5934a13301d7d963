"""Recognize HTTP statuses."""

from __future__ import annotations


def is_status(code: str) -> bool:
    """Return whether a code is an HTTP status; botocore uses it if a response has no code."""
    return len(code) == 3 and code.isascii() and code.isdigit()
