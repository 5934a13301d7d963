"""Record the progress of reading an input."""

from __future__ import annotations

import attrs

__all__ = ("Progress",)


@attrs.define
class Progress:
    """The progress of reading an input.

    Attributes:
        records: The number of records that were read, including those that are not selected or succeeded.
        problem: Why the input could not be read completely.
        skipped: Why the input contains no API call events.
    """

    records: int = 0
    problem: str | None = None
    skipped: str | None = None
