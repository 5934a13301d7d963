"""Reads one failure out of anything: text, bytes, an exception, a mapping.

For the public ``parse``. Not for several failures in a stream (``scanning``), nor for how any
message looks (``_reading``).
"""

from __future__ import annotations

from iamtriage._reading.assembly import build, choose, read
from iamtriage._reading.triggers import may_hold_failure
from iamtriage.failures import Failure

__all__ = ("parse",)


def parse(error: str | bytes) -> Failure | None:
    text = error if isinstance(error, str) else error.decode("utf-8", "replace")
    if not may_hold_failure(text):
        return None
    view, drafts = read(text)
    draft = choose(drafts, view.text)
    return None if draft is None else build(draft, view)
