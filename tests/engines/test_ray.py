"""Ray Data gives the rows of plain Python, whatever is in the column, and the example job finds what was planted."""

# `nox -s engines` installs the engine; type checkers do without:
# pyright: reportMissingImports=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import ray
from hypothesis import given, settings
from hypothesis import strategies as st
from ray.exceptions import RayTaskError

from iamtriage.arrow import cloudtrail, failures
from iamtriage.testing import write_cloudtrail_tree
from tests.arrow.columns import (
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

# Ray warns of settings that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ray", "ignore::ResourceWarning")
JOB = "ray/cloudtrail_failures.py"


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def rows_of(column: list[Any], read: Callable[[Any], Any]) -> list[dict[str, Any]]:
    """Send a column through a function in Ray's workers, and return the rows in their order."""

    def read_numbered(table: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
        return read(table).append_column("number", table["number"])

    kind = pa.binary() if any(isinstance(each, bytes) for each in column) else pa.string()
    numbers = pa.array(range(len(column)), pa.int32())
    table = pa.table({"number": numbers, "value": pa.array(column, kind)})
    found = ray.data.from_arrow(table).map_batches(read_numbered, batch_format="pyarrow", batch_size=7)
    rows = sorted(found.take_all(), key=lambda row: row["number"])
    assert [row.pop("number") for row in rows] == [*range(len(column))]
    return rows


@pytest.mark.parametrize("dictionaries", [True, False])
@settings(max_examples=3)
@given(
    column=st.one_of(
        st.lists(records, min_size=30, max_size=60), st.lists(binary_records, min_size=30, max_size=60)
    )
)
def test_records(dictionaries: bool, column: list[Any]) -> None:  # noqa: FBT001 (a parameter)
    rows = rows_of(column, lambda table: cloudtrail(table, "value", dictionaries=dictionaries))
    assert rows == [expected_record(text) for text in column]


@settings(max_examples=3)
@given(
    column=st.one_of(
        st.lists(texts, min_size=20, max_size=40), st.lists(damaged_bytes, min_size=20, max_size=40)
    )
)
def test_texts(column: list[Any]) -> None:
    rows = rows_of(column, lambda table: failures(table, "value"))
    assert rows == [expected_failure(text) for text in column]


def test_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds every failure once, and names a file that it cannot read."""
    tree = write_cloudtrail_tree(tmp_path / "trail", records=2_000, records_per_file=150, days=2)
    run(JOB, monkeypatch, tmp_path / "trail", tmp_path / "results")
    check_results(tmp_path / "results", tree)
    file = next((tmp_path / "trail").rglob("*.json.gz"))
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(RayTaskError, match=f"cannot read .*/{file.name}: "):
        run(JOB, monkeypatch, tmp_path / "trail", tmp_path / "damaged")
    with pytest.raises(FileNotFoundError, match="no CloudTrail files below"):
        run(JOB, monkeypatch, tmp_path / "results", tmp_path / "damaged")
