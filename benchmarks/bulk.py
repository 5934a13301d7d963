"""Measure the time for many texts and records: batches of ``iamtriage.arrow``, and ``parse`` of loaded records.

The limits are ratios to handwritten code in the same run. The notes state texts per second.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import iamtriage
from benchmarks.measure import Figure, best
from benchmarks.reading import REFERENCE_PATTERN
from iamtriage.testing import cloudtrail_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RECORDS = 8_192
_REPEATS = 7
# The denials of a trail in a week: sessions differ, and problems repeat.
_PROBLEMS = 100
LOADED_LIMIT, LOADED_TARGET = 4.0, 2.5
TEXTS_LIMIT, TEXTS_TARGET = 20.0, 10.0
REPEATED_LIMIT, REPEATED_TARGET = 6.0, 4.0
RECORDS_LIMIT, RECORDS_TARGET = 6.0, 4.0
TRAIL_LIMIT, TRAIL_TARGET = 1.5, 1.0


def bulk() -> Iterator[Figure]:
    """Compare batches of texts and records with one regular expression, or with json.loads, on each."""
    # pyarrow is an extra.
    pyarrow: Any = import_module("pyarrow")
    arrow: Any = import_module("iamtriage.arrow")

    def read_texts(texts: list[str]) -> Callable[[], object]:
        batch = pyarrow.record_batch({"text": texts})
        return lambda: arrow.failures(batch)

    def read_records(records: list[str]) -> Callable[[], object]:
        batch = pyarrow.record_batch({"record": records})
        return lambda: arrow.cloudtrail(batch, "record")

    distinct, repeated = _denials(_RECORDS * 4), _denials(_PROBLEMS)
    trail = _records(0.1, _PROBLEMS)
    rows: tuple[tuple[str, list[str], Callable[[], object], Callable[[str], object], float, float], ...] = (
        (
            *("json.loads and parse of denied records / json.loads", distinct),
            *(lambda: _call_for_each(_load_and_parse, distinct), json.loads, LOADED_LIMIT, LOADED_TARGET),
        ),
        (
            *("arrow.failures, distinct denials / regex search + groups", texts := _texts(distinct)),
            *(read_texts(texts), _search, TEXTS_LIMIT, TEXTS_TARGET),
        ),
        (
            *("arrow.failures, repeated denials / regex search + groups", texts := _texts(repeated)),
            *(read_texts(texts), _search, REPEATED_LIMIT, REPEATED_TARGET),
        ),
        (
            *("arrow.cloudtrail, distinct denials / json.loads", distinct, read_records(distinct)),
            *(json.loads, RECORDS_LIMIT, RECORDS_TARGET),
        ),
        (
            *("arrow.cloudtrail, repeated denials / json.loads", repeated, read_records(repeated)),
            *(json.loads, RECORDS_LIMIT, RECORDS_TARGET),
        ),
        (
            *("arrow.cloudtrail, a trail with 10 % denials / json.loads", trail, read_records(trail)),
            *(json.loads, TRAIL_LIMIT, TRAIL_TARGET),
        ),
    )
    for name, values, read, by_hand, limit, target in rows:
        _clear_caches()
        ours, theirs = float("inf"), float("inf")
        for _ in range(_REPEATS):
            if "distinct" in name:
                _clear_caches()
            ours = min(ours, best(read, 1))
            theirs = min(theirs, best(lambda f=by_hand, v=values: _call_for_each(f, v), 1))  # type: ignore[misc]
        note = f"({len(values) / ours:,.0f} per second / {len(values) / theirs:,.0f})"
        yield Figure(name, ours / theirs, "x", limit, target, note)


def _call_for_each(read: Callable[[str], object], values: list[str]) -> None:
    for value in values:
        read(value)


def _load_and_parse(text: str) -> object:
    return iamtriage.parse(json.loads(text))


def _search(text: str) -> object:
    found = REFERENCE_PATTERN.search(text)
    return found and found.groups()


def _records(denials: float, problems: int) -> list[str]:
    files = cloudtrail_files(records=_RECORDS, denials=denials, errors=0, problems=problems)
    return [json.dumps(record) for file in files for record in json.loads(file.text)["Records"]]


def _denials(problems: int) -> list[str]:
    return _records(1.0, problems)


def _texts(records: list[str]) -> list[str]:
    """Return the messages that boto3 prints for denied records."""
    return [
        f"An error occurred ({record['errorCode'].removeprefix('Client.')}) when calling the "
        f"{record['eventName']} operation: {record['errorMessage']}"
        for record in map(json.loads, records)
    ]


def _clear_caches() -> None:
    rows: Any = import_module("iamtriage.arrow._rows")
    rows._known_texts.clear()  # noqa: SLF001
    rows._known_records.clear()  # noqa: SLF001
