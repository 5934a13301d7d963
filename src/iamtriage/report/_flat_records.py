"""Read Parquet files of flat records, such as engines write with ``iamtriage.arrow``."""

# pyarrow has no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from importlib import import_module
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

from iamtriage.exceptions import RecordError
from iamtriage.failures._records import from_record
from iamtriage.typing import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures._failures import Failure
    from iamtriage.inputs import Input

__all__ = ("read_flat_records",)

_COLUMNS = tuple(Record.__annotations__)
_BATCH_ROWS = 8_192
# A larger file is copied to disk, because Parquet has to be read from its end.
_MAX_MEMORY = 64 << 20


def read_flat_records(source: Input) -> Iterator[Failure]:
    """Yield the failures of a Parquet file whose columns are the keys of flat records.

    ``records`` of the input becomes their number. Rows without a failure are skipped. ``problem`` says if the
    columns or the values are others.
    """
    for content in source.open_content():
        if not content.is_parquet:
            return
        parquet: Any = import_module("pyarrow.parquet")
        with SpooledTemporaryFile(_MAX_MEMORY) as file:
            for chunk in content.take_parquet():
                file.write(chunk)
            file.seek(0)
            try:
                yield from _read(source, parquet.ParquetFile(file))
            except (ValueError, OSError):
                # pyarrow's errors derive from these, and a RecordError does, too.
                source.problem = "invalid Parquet data"


def _read(source: Input, file: Any) -> Iterator[Failure]:  # noqa: ANN401 (pyarrow has no types)
    if not {"fingerprint", *_COLUMNS} <= set(file.schema_arrow.names):
        source.problem = "Parquet data without columns of CloudTrail or OCSF events, or of flat records"
        return
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(_COLUMNS)):
        for row in batch.to_pylist():
            if row["kind"] is None:
                continue
            source.records += 1
            try:
                yield from_record(row)
            except RecordError as error:
                source.problem = f"invalid flat record: {error}"
