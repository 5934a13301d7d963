"""Count what was read of an input so far."""

from __future__ import annotations

import attrs

__all__ = ("Progress",)


@attrs.define
class Progress:
    """What was read so far.

    Attributes:
        records: The number of records, also of those that are not selected or succeeded.
        problem: Why not everything could be read.
        skipped: Why the input holds no events of calls.
    """

    records: int = 0
    problem: str | None = None
    skipped: str | None = None
