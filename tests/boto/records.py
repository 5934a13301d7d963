"""Whole records to compare with: what a test does not expect, it expects to be None."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage import parse, to_record
from iamtriage.typing import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = tuple(Record.__annotations__)


def record(**facts: object) -> dict[str, object]:
    """Give a record of every key, None where no fact is given."""
    unknown = facts.keys() - set(KEYS)
    assert not unknown, f"a record has no {unknown}"
    return dict.fromkeys(KEYS) | facts


def read(error: str | bytes | BaseException | Mapping[str, object]) -> dict[str, object]:
    """Give the record of the failure that must be in something."""
    failure = parse(error)
    assert failure is not None, f"no failure was found in {error!r}"
    return dict(to_record(failure))
