"""Write the rows of denials as CSV or Parquet, without secrets."""

# DuckDB and pyarrow have no complete types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingTypeArgument=false

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from iamtriage._text import escape_controls, hide_secrets
from iamtriage.failures._frames import guard_formula

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from typing import TextIO

__all__ = ("write_csv", "write_parquet")

_BATCH_ROWS = 20_000
# Columns whose values callers can choose freely.
_FREE_TEXT = frozenset(
    {"operation", "service", "action", "principal", "resource", "error_code", "source", "subject"}
)


def write_csv(rows: Any, file: TextIO) -> None:  # noqa: ANN401 (DuckDB has no types)
    """Write rows as CSV. No value begins like a spreadsheet formula or has control characters."""
    writer = csv.writer(file)
    writer.writerow(rows.columns)
    for batch in _read_batches(rows):
        columns = [[_guard(each) for each in column.to_pylist()] for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))


def _guard(value: str | None) -> str | None:
    return None if value is None else guard_formula(escape_controls(value))


def write_parquet(rows: Any, path: str | os.PathLike[str]) -> None:  # noqa: ANN401 (DuckDB has no types)
    """Write rows as Parquet."""
    from pyarrow import parquet

    schema = pa.schema([(name, pa.string()) for name in rows.columns])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _read_batches(rows):
            writer.write_batch(batch)


def _read_batches(rows: Any) -> Iterator[Any]:  # noqa: ANN401 (DuckDB has no types)
    """Yield the rows in batches, with markers for secrets."""
    # DuckDB renamed the method. A relation also has its columns as attributes.
    read = getattr(rows, "to_arrow_reader", None) or rows.fetch_arrow_reader
    for batch in read(_BATCH_ROWS):
        columns = [
            _redact_column(column) if name in _FREE_TEXT else column.cast(pa.string())
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _redact_column(column: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    encoded = column.cast(pa.string()).dictionary_encode()
    values = [None if each is None else hide_secrets(each) for each in encoded.dictionary.to_pylist()]
    return pa.array(values, pa.string()).take(encoded.indices)
