"""Build complete records to compare with. Keys that a test does not mention are ``None``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage import parse, to_record
from iamtriage.typing import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = tuple(Record.__annotations__)


def record(**facts: object) -> dict[str, object]:
    """Build a record from facts, with ``None`` for all other keys."""
    unknown = facts.keys() - set(KEYS)
    assert not unknown, f"a record has no {unknown}"
    return dict.fromkeys(KEYS) | facts


def read_record(error: str | bytes | BaseException | Mapping[str, object]) -> dict[str, object]:
    """Parse an error; return the record of its failure."""
    failure = parse(error)
    assert failure is not None, f"no failure was found in {error!r}"
    return dict(to_record(failure))
