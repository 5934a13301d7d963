"""Columns of texts and records as they come: nulls, damaged JSON, numbers of any size, members of wrong types."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from iamtriage import fingerprint, parse, to_record
from iamtriage.arrow import SCHEMA
from iamtriage.testing import cloudtrail_files, denial

RECORDS: list[dict[str, Any]] = [
    record
    for file in cloudtrail_files(
        records=80, denials=0.5, errors=0.2, accounts=1, regions=("eu-west-1",), problems=40
    )
    for record in json.loads(file.text)["Records"]
]
_SAMPLE = denial("s3:GetObject")
_TEXTS = [_SAMPLE.text(envelope) for envelope in _SAMPLE.envelopes]
# Arrow and Spark hold UTF-8, which has no lone surrogates; a null character ends a text in some tools.
_CHARACTERS = st.characters(exclude_categories=["Cs"])
_WORDS = st.text(_CHARACTERS, max_size=20)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    _WORDS,
    st.just("\ud800"),
    st.lists(st.none(), max_size=2),
    st.dictionaries(_WORDS, st.none(), max_size=1),
)
_MEMBERS = st.sampled_from([*RECORDS[0], "errorCode", "errorMessage", "detail", "Records", "resources"])


def _dump(at: int, members: dict[str, Any]) -> str:
    return json.dumps({**RECORDS[at], **members})


_WHOLE = st.builds(_dump, st.integers(0, len(RECORDS) - 1), st.just({}))
_CHANGED = st.builds(
    _dump, st.integers(0, len(RECORDS) - 1), st.dictionaries(_MEMBERS, _VALUES, min_size=1, max_size=2)
)
_CUT = st.builds(lambda text, at: text[: at % len(text)], _WHOLE, st.integers(0, 5_000))
_OTHER = st.sampled_from(
    [
        "",
        "null",
        "[]",
        '"errorCode"',
        '{"errorCode": ',
        '{"errorCode": "x"}',
        '{"Records": [{"errorCode": "x"}]}',
    ]
)

records = st.one_of(st.none(), _WHOLE, _WHOLE, _CHANGED, _CUT, _OTHER)
"""JSON texts of CloudTrail records, most of them of failed calls, and what else is in such columns."""

texts = st.one_of(
    st.none(), st.sampled_from(_TEXTS), _WORDS, st.builds(lambda a, b: a + b, _WORDS, st.sampled_from(_TEXTS))
)
"""Log lines: with and without failures."""

damaged_bytes = st.builds(
    lambda text, junk: None if text is None else text.encode() + junk, texts, st.binary(max_size=4)
)
"""Log lines that may be no UTF-8."""


binary_records = st.builds(
    lambda text, junk: None if text is None else text.encode() + junk, records, st.binary(max_size=2)
)
"""JSON texts of CloudTrail records that may be no UTF-8."""


def expected_failure(error: Any) -> dict[str, Any]:  # noqa: ANN401 (what parse takes)
    """Return the row that plain Python makes of a text."""
    failure = None if error is None else parse(error)
    if failure is None:
        return dict.fromkeys(SCHEMA.names)
    row: dict[str, Any] = {**to_record(failure), "fingerprint": fingerprint(failure)}
    status = row["status_code"]
    if status is not None and abs(status) >= 2**31:
        row["status_code"] = None
    return {name: _encodable(value) for name, value in row.items()}


def expected_record(text: str | bytes | None) -> dict[str, Any]:
    """Return the row that plain Python makes of the JSON text of a CloudTrail record."""
    try:
        record = json.loads(text or "null")
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not record.get("errorCode"):
        return expected_failure(None)
    return expected_failure({name: value for name, value in record.items() if value is not None})


def _encodable(value: Any) -> Any:  # noqa: ANN401 (a value of a row)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
