"""Spark gives the rows of plain Python, whatever is in the column, and the example job finds what was planted."""

# `nox -s engines` installs the engine; type checkers do without:
# pyright: reportMissingImports=false

from __future__ import annotations

import gzip
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from iamtriage.arrow import PLAIN_SCHEMA, cloudtrail, failures
from iamtriage.testing import write_cloudtrail_tree
from tests.arrow.columns import (
    RECORDS,
    binary_records,
    damaged_bytes,
    expected_failure,
    expected_record,
    records,
    texts,
)
from tests.engines.trails import check_results, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

JOB = "spark/cloudtrail_failures.py"
COLUMNS = ", ".join(
    f"`{field.name}` {'INT' if pa.types.is_integer(field.type) else 'STRING'}" for field in PLAIN_SCHEMA
)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def rows_of(spark: Any, column: list[Any], read: Callable[[Any], Any]) -> list[dict[str, Any]]:  # noqa: ANN401 (a Spark session)
    """Send a column through a function in Spark's workers, and return the rows in their order."""

    def read_all(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            found = read(batch)
            yield pa.RecordBatch.from_arrays(
                [batch["number"], *found.columns], ["number", *found.schema.names]
            )

    kind = "BINARY" if any(isinstance(each, bytes) for each in column) else "STRING"
    frame = spark.createDataFrame(list(enumerate(column)), f"number INT, value {kind}").repartition(2)
    found = frame.mapInArrow(read_all, f"number INT, {COLUMNS}").orderBy("number").collect()
    rows = [row.asDict() for row in found]
    assert [row.pop("number") for row in rows] == [*range(len(column))]
    return rows


@settings(max_examples=3)
@given(
    column=st.one_of(
        st.lists(records, min_size=30, max_size=60), st.lists(binary_records, min_size=30, max_size=60)
    )
)
def test_records(spark: Any, column: list[Any]) -> None:  # noqa: ANN401 (a Spark session)
    rows = rows_of(spark, column, lambda batch: cloudtrail(batch, "value", dictionaries=False))
    assert rows == [expected_record(text) for text in column]


@settings(max_examples=3)
@given(
    column=st.one_of(
        st.lists(texts, min_size=20, max_size=40), st.lists(damaged_bytes, min_size=20, max_size=40)
    )
)
def test_texts(spark: Any, column: list[Any]) -> None:  # noqa: ANN401 (a Spark session)
    rows = rows_of(spark, column, lambda batch: failures(batch, "value", dictionaries=False))
    assert rows == [expected_failure(text) for text in column]


def test_records_that_spark_has_read(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 (a Spark session)
    """The members are columns, with structs for nested ones and nulls for absent ones."""
    lines = tmp_path / "records.jsonl"
    lines.write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")

    def read_all(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield cloudtrail(batch, dictionaries=False)

    found = spark.read.json(str(lines)).coalesce(1).mapInArrow(read_all, COLUMNS).collect()
    assert [row.asDict() for row in found] == [expected_record(json.dumps(record)) for record in RECORDS]


@pytest.mark.usefixtures("spark")
def test_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """It uses the session of this file, finds every failure once, and counts the damaged files."""
    tree = write_cloudtrail_tree(tmp_path / "trail", records=2_000, records_per_file=150, days=2)
    assert run(JOB, monkeypatch, tmp_path / "trail", tmp_path / "results") == 0
    check_results(tmp_path / "results", tree)
    assert f"{tree.files} files read, 0 of them damaged" in capfd.readouterr().out
    file = next((tmp_path / "trail").rglob("*.json.gz"))
    text = gzip.decompress(file.read_bytes())
    file.write_bytes(gzip.compress(text[: len(text) // 2]))
    assert run(JOB, monkeypatch, tmp_path / "trail", tmp_path / "results") == 1
    assert f"{tree.files} files read, 1 of them damaged" in capfd.readouterr().out
