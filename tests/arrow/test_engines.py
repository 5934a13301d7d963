"""DuckDB, polars and pandas give the rows of plain Python, whatever is in the column.

``tests/engines`` shows the same of Spark and Ray.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped,unused-ignore] # untyped without pandas-stubs
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage.arrow import PLAIN_SCHEMA, cloudtrail, failures
from tests.arrow.columns import (
    binary_records,
    damaged_bytes,
    expected_failure,
    expected_record,
    records,
    texts,
)

Rows = list[dict[str, Any]]


def through_duckdb(column: list[Any]) -> tuple[Any, Any]:
    """Return a column as DuckDB gives it out, and a function for its rows of a result."""
    kind = "BLOB" if any(isinstance(each, bytes) for each in column) else "VARCHAR"
    database: Any = duckdb.connect()
    database.execute(f"CREATE TABLE t (number INTEGER, value {kind})")
    values = pa.array(column, pa.binary() if kind == "BLOB" else pa.string())
    numbers = pa.array(range(len(column)), pa.int32())
    database.register("arrived", pa.table({"number": numbers, "value": values}))
    database.execute("INSERT INTO t SELECT * FROM arrived")

    def rows(found: Any) -> Rows:  # noqa: ANN401 (pyarrow has no types)
        database.register("found", found)
        query = database.sql("SELECT * FROM found")
        return [dict(zip(query.columns, row, strict=True)) for row in query.fetchall()]

    return database.sql("SELECT value FROM t ORDER BY number").to_arrow_table(), rows


def through_polars(column: list[Any]) -> tuple[Any, Any]:
    kind: Any = pl.Binary if any(isinstance(each, bytes) for each in column) else pl.String
    frame = pl.DataFrame({"value": column}, schema={"value": kind})
    return frame.to_arrow(), lambda found: pl.DataFrame(pl.from_arrow(found)).to_dicts()


def through_pandas(column: list[Any]) -> tuple[Any, Any]:
    frame = pd.DataFrame({"value": pd.Series(column, dtype=object)})
    kind = pa.binary() if any(isinstance(each, bytes) for each in column) else pa.string()
    table = pa.Table.from_pandas(frame, schema=pa.schema([("value", kind)]), preserve_index=False)

    def rows(found: Any) -> Rows:  # noqa: ANN401 (pyarrow has no types)
        read = found.to_pandas(types_mapper=pd.ArrowDtype).astype(object)
        return [
            {name: None if value is pd.NA or value != value else value for name, value in row.items()}  # noqa: PLR0124 (NaN)
            for row in read.to_dict("records")
        ]

    return table, rows


ENGINES = pytest.mark.parametrize("engine", [through_duckdb, through_polars, through_pandas])


@ENGINES
@settings(max_examples=15)
@given(column=st.one_of(st.lists(records, max_size=30), st.lists(binary_records, max_size=30)))
def test_records(engine: Any, column: list[Any]) -> None:  # noqa: ANN401 (a function above)
    arrived, rows = engine(column)
    expected = [expected_record(text) for text in column]
    for dictionaries in (True, False):
        assert rows(cloudtrail(arrived, "value", dictionaries=dictionaries)) == expected


@ENGINES
@settings(max_examples=15)
@given(column=st.one_of(st.lists(texts, max_size=20), st.lists(damaged_bytes, max_size=20)))
def test_texts(engine: Any, column: list[Any]) -> None:  # noqa: ANN401 (a function above)
    arrived, rows = engine(column)
    expected = [expected_failure(text) for text in column]
    for dictionaries in (True, False):
        assert rows(failures(arrived, "value", dictionaries=dictionaries)) == expected


def test_plain_schema() -> None:
    batch = cloudtrail(pa.record_batch({"record": ["{}"]}), "record", dictionaries=False)
    assert batch.schema.equals(PLAIN_SCHEMA, check_metadata=True)
    assert {str(kind) for kind in PLAIN_SCHEMA.types} == {"string", "int32"}
