"""Write failures as text, JSON lines, CSV or Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from iamtriage.cli._input import InputError
from iamtriage.cli._output import bold, format_rows, write_heading

if TYPE_CHECKING:
    from typing import TextIO

    from iamtriage.failures._failures import Failure
    from iamtriage.inputs._inputs import Input

__all__ = ("CsvWriter", "JsonWriter", "ParquetWriter", "TextWriter", "Writer")

_BATCH_ROWS = 10_000


class Writer(Protocol):
    """Writes failures in one format."""

    def write(self, source: Input, failure: Failure, line: int | None) -> None:
        """Write a failure, now or in :meth:`finish`.

        Args:
            source: The input.
            failure: The failure.
            line: The number of the failure's line, if known.
        """
        ...

    def finish(self, problems: list[tuple[str, str]]) -> None:
        """Write everything that follows the last failure.

        Args:
            problems: The name of each input that could not be read, and the reason.
        """
        ...


class TextWriter:
    """Writes failures for people, below a heading per input if there are several."""

    def __init__(self, file: TextIO, *, redacted: bool, has_headings: bool) -> None:
        self._file = file
        self._redacted = redacted
        self._has_headings = has_headings
        self._name: str | None = None
        self._count = 0

    def write(self, source: Input, failure: Failure, line: int | None) -> None:
        """Write a failure immediately."""
        del line
        if self._has_headings and source.name != self._name:
            write_heading(self._file, source.name, is_first=not self._count)
            self._name = source.name
        elif self._count:
            print(file=self._file)
        print(_format_failure(failure, self._file, redacted=self._redacted), file=self._file, flush=True)
        self._count += 1

    def finish(self, problems: list[tuple[str, str]]) -> None:
        """Write nothing more."""


def _format_failure(failure: Failure, file: TextIO, *, redacted: bool) -> str:
    from iamtriage.failures._labels import LABELS
    from iamtriage.failures._records import to_record

    title = bold(failure.kind.replace("_", " "), file)
    source = failure.envelope.source
    if source:
        title += f"  (from {source})"
    record = dict(to_record(failure, redacted=redacted))
    if failure.kind == "kubernetes_forbidden" and record["principal"] == record["k8s_user"]:
        # Print one name only once.
        record["principal"] = None
    width = max(map(len, LABELS.values()))
    return format_rows(title, [(label, record[key]) for key, label in LABELS.items()], width)


class JsonWriter:
    """Writes flat records, one JSON object per line."""

    def __init__(self, file: TextIO, *, redacted: bool) -> None:
        self._file = file
        self._redacted = redacted

    def write(self, source: Input, failure: Failure, line: int | None) -> None:
        """Write a record immediately."""
        del source, line
        import json

        from iamtriage.failures._records import to_record

        record = to_record(failure, redacted=self._redacted)
        print(json.dumps(record, ensure_ascii=True), file=self._file, flush=True)

    def finish(self, problems: list[tuple[str, str]]) -> None:
        """Write nothing more."""


def _to_row(failure: Failure, *, redacted: bool) -> dict[str, Any]:
    """Return a flat record and its fingerprint, the columns of :mod:`iamtriage.arrow`."""
    from iamtriage.failures._fingerprints import fingerprint
    from iamtriage.failures._records import to_record

    return {**to_record(failure, redacted=redacted), "fingerprint": fingerprint(failure)}


class CsvWriter:
    """Writes flat records and fingerprints as CSV. No value begins like a spreadsheet formula."""

    def __init__(self, file: TextIO, *, redacted: bool) -> None:
        import csv

        from iamtriage.typing import Record as Keys

        self._file = file
        self._redacted = redacted
        # Excel and the csv module accept any newline; other programs expect the system's.
        self._csv = csv.DictWriter(file, (*Keys.__annotations__, "fingerprint"), lineterminator="\n")
        self._csv.writeheader()

    def write(self, source: Input, failure: Failure, line: int | None) -> None:
        """Write a row immediately."""
        del source, line
        from iamtriage._text import escape_controls
        from iamtriage.failures._frames import guard_formula

        row = _to_row(failure, redacted=self._redacted)
        for key, value in row.items():
            if isinstance(value, str):
                row[key] = guard_formula(escape_controls(value))
        self._csv.writerow(row)
        self._file.flush()

    def finish(self, problems: list[tuple[str, str]]) -> None:
        """Write nothing more."""


class ParquetWriter:
    """Writes flat records and fingerprints as Parquet, in the schema of :mod:`iamtriage.arrow`."""

    def __init__(self, path: str, *, redacted: bool) -> None:
        try:
            from importlib import import_module

            parquet: Any = import_module("pyarrow.parquet")
        except ImportError as error:
            msg = "--format parquet requires pyarrow: pip install 'iamtriage[arrow]'"
            raise InputError(msg) from error
        from iamtriage.arrow._schema import SCHEMA

        self._redacted = redacted
        self._rows: list[dict[str, Any]] = []
        self._schema = SCHEMA
        self._parquet = parquet.ParquetWriter(path, SCHEMA, compression="zstd")

    def write(self, source: Input, failure: Failure, line: int | None) -> None:
        """Add a row, and write the rows of a full batch."""
        del source, line
        self._rows.append(_to_row(failure, redacted=self._redacted))
        if len(self._rows) >= _BATCH_ROWS:
            self._write_rows()

    def _write_rows(self) -> None:
        from importlib import import_module

        arrow: Any = import_module("pyarrow")
        self._parquet.write_table(arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []

    def finish(self, problems: list[tuple[str, str]]) -> None:
        """Write the last rows and the footer."""
        del problems
        if self._rows:
            self._write_rows()
        self._parquet.close()
