"""The SQL of examples/athena, run in DuckDB: it keeps what ``cloudtrail`` reads, and no denial is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage.arrow import cloudtrail
from iamtriage.testing import denial
from tests.arrow.columns import RECORDS, expected_record
from tests.tables import check_rows
from tests.testing.samples import SAMPLES

EXAMPLES = Path(__file__).parents[2] / "examples" / "athena"
# The columns of the table in Athena's documentation, in lower case.
_STRINGS = (
    *("eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode"),
    *("errorMessage", "requestID", "eventID"),
)
_RESOURCES = pa.list_(pa.struct([("arn", pa.string()), ("accountid", pa.string()), ("type", pa.string())]))
_IDENTITY = pa.struct([("type", pa.string()), ("arn", pa.string()), ("accountid", pa.string())])


def table_of(records: list[dict[str, Any]]) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Return records as Athena reads them."""
    columns: dict[str, Any] = {
        name.lower(): pa.array([r.get(name) for r in records], pa.string()) for name in _STRINGS
    }
    lowered = [{name.lower(): value for name, value in record["userIdentity"].items()} for record in records]
    columns["useridentity"] = pa.array(
        [{n: each.get(n) for n in ("type", "arn", "accountid")} for each in lowered], _IDENTITY
    )
    columns["resources"] = pa.array(
        [
            [{name.lower(): value for name, value in one.items()} for one in r.get("resources", [])] or None
            for r in records
        ],
        _RESOURCES,
    )
    columns["requestparameters"] = pa.array(
        [json.dumps(r.get("requestParameters")) for r in records], pa.string()
    )
    columns["timestamp"] = pa.array(["2026/11/02"] * len(records))
    columns["number"] = pa.array(range(len(records)), pa.int32())
    return pa.table(columns)


def run(query: str, table: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    database: Any = duckdb.connect()
    database.execute("CREATE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern)")
    database.register("cloudtrail_logs_pp", table)
    return database.sql(query).to_arrow_table()


def where(file: str) -> str:
    """Return the condition of a query without that on the partition."""
    text = (EXAMPLES / file).read_text(encoding="utf-8")
    text = re.sub("--.*", "", text)
    condition = re.search(r"BETWEEN '[^']*' AND '[^']*'\s+AND (.*?)(?=\n\)\nTO|\nGROUP BY)", text, re.DOTALL)
    assert condition
    return condition[1]


def kept(file: str, records: list[dict[str, Any]]) -> list[int]:
    query = f"SELECT number FROM cloudtrail_logs_pp WHERE {where(file)} ORDER BY number"
    numbers: list[int] = run(query, table_of(records))["number"].to_pylist()
    return numbers


def numbers_of(records: list[dict[str, Any]], *kinds: str) -> list[int]:
    """Return the numbers of the records whose failure is of one of the kinds, by default of any."""
    found = [expected_record(json.dumps(record))["kind"] for record in records]
    return [at for at, kind in enumerate(found) if (kind in kinds if kinds else kind)]


def test_selected_rows_are_those_of_the_records() -> None:
    """What UNLOAD writes has the rows of the records, with names in lower case."""
    record = {**RECORDS[0], **denial("kms:Decrypt", bare=False).cloudtrail()}
    record["resources"] = [
        {
            "ARN": "arn:aws:kms:eu-west-1:111122223333:key/1",
            "accountId": "111122223333",
            "type": "AWS::KMS::Key",
        }
    ]
    named = {**record, "errorMessage": "Access denied.", "errorCode": "AccessDenied"}
    records = [*RECORDS, record, named]
    text = re.sub("--.*", "", (EXAMPLES / "failures.sql").read_text(encoding="utf-8"))
    select = re.search(r"UNLOAD \((.*)\)\nTO", text, re.DOTALL)
    assert select
    rows = cloudtrail(run(select[1], table_of(records))).to_pylist()
    expected = [expected_record(json.dumps(each)) for each in records]
    assert rows == [row for row in expected if row["kind"]]
    assert rows[-1]["resource"] == "arn:aws:kms:eu-west-1:111122223333:key/1"


CODES = st.one_of(
    st.none(), st.sampled_from(["", "x", "AccessDenied", "Client.UnauthorizedOperation"]), st.text(max_size=4)
)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, len(RECORDS) - 1), CODES, st.sampled_from([None, "", "x"])), max_size=30
    )
)
def test_failures_are_those_of_cloudtrail(chosen: list[tuple[int, str | None, str | None]]) -> None:
    changes = [(RECORDS[at], code, message) for at, code, message in chosen]
    records = [{**record, "errorCode": code, "errorMessage": message} for record, code, message in changes]
    clean = [each for each in records if "\0" not in (each["errorCode"] or "")]
    assert kept("failures.sql", clean) == numbers_of(clean)


def test_denials_of_a_trail() -> None:
    """The condition finds exactly the denials of generated records."""
    assert kept("denials.sql", RECORDS) == numbers_of(RECORDS, "access_denied")


@check_rows("name", [name for name, sample in SAMPLES.items() if "cloudtrail" in sample.envelopes])
def test_no_denial_of_a_service_is_missing(name: str) -> None:
    record = SAMPLES[name].cloudtrail()
    assert set(numbers_of([record], "access_denied")) <= set(kept("denials.sql", [record]))


def test_no_code_of_a_denial_is_missing() -> None:
    from iamtriage._reading.vocabulary.codes import _KINDS

    codes = [code for code, kind in _KINDS.items() if kind == "access_denied"]
    records = [{**RECORDS[0], "errorCode": code, "errorMessage": None} for code in codes]
    assert set(numbers_of(records, "access_denied")) <= set(kept("denials.sql", records))
