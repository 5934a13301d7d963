"""Store the rows of denials, and the inputs that they come from, in a DuckDB file.

Each batch of inputs is one transaction. After a crash, the store contains a batch completely or not at all,
and the next run reads the missing inputs.
"""

# DuckDB and pyarrow have no complete types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from iamtriage.exceptions import ReportError
from iamtriage.report._rows import COLUMNS, EXAMPLE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from iamtriage.inputs import Input
    from iamtriage.report._rows import Batch

__all__ = ("Store",)

_VERSION = 1
_MEMORY_LIMIT = "256MB"
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS meta (version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS runs (id INTEGER NOT NULL, started VARCHAR NOT NULL, is_finished BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS inputs (
    id INTEGER NOT NULL, name VARCHAR NOT NULL, size BIGINT, version VARCHAR, digest VARCHAR,
    records BIGINT NOT NULL, denials BIGINT NOT NULL, other_errors BIGINT NOT NULL, reason VARCHAR,
    is_skipped BOOLEAN NOT NULL, run INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS denials (
    input INTEGER NOT NULL, {", ".join(f"{name} VARCHAR" for name in COLUMNS)}
);
CREATE TABLE IF NOT EXISTS examples ({", ".join(f"{name} VARCHAR NOT NULL" for name in EXAMPLE_COLUMNS)});
"""
# An earlier example of the same problem stays, so that the order of the inputs makes no difference.
_ADD_EXAMPLES = """
INSERT INTO examples SELECT * FROM new_examples AS new WHERE NOT EXISTS (
    SELECT 1 FROM examples AS old
    WHERE old.fingerprint = new.fingerprint AND (old.time, old.event_id) <= (new.time, new.event_id)
)
"""


class Store:
    """The rows of denials in a DuckDB file.

    Attributes:
        path: The file; a temporary one if the store is not kept.
        connection: The connection to it.
        run: The number of the run that adds inputs.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        """Open or create a store.

        Args:
            path: The file; ``None`` for a temporary store that :meth:`close` deletes.

        Raises:
            ReportError: The file is not a store, has a later version, or is in use.
        """
        # A file, not memory: DuckDB compresses it, so memory does not grow with the denials.
        self._folder = tempfile.TemporaryDirectory(prefix="iamtriage-") if path is None else None
        self.path: str = os.fspath(path) if path is not None else str(Path(self._folder.name, "store"))  # type: ignore[union-attr]
        is_new = not Path(self.path).exists()
        try:
            self.connection: Any = duckdb.connect(
                self.path,
                config={
                    "memory_limit": _MEMORY_LIMIT,
                    "preserve_insertion_order": "false",
                    "threads": str(min(os.cpu_count() or 1, 4)),
                },
            )
        except duckdb.Error as error:
            raise self._wrap_error(error) from error
        self._prepare(is_new=is_new)
        self.run: int = 0

    def _prepare(self, *, is_new: bool) -> None:
        if is_new:
            self.query(f"BEGIN; {_SCHEMA} INSERT INTO meta VALUES ({_VERSION}); COMMIT;")
            return
        tables = {name for (name,) in self.query("SHOW TABLES")}
        if "meta" not in tables:
            if tables:
                msg = f"{self.path}: expected a report's store, got another DuckDB file"
                raise ReportError(msg, path=self.path)
            self._prepare(is_new=True)
            return
        ((version,),) = self.query("SELECT version FROM meta")
        if version != _VERSION:
            msg = f"{self.path}: expected a store of version {_VERSION}, got {version}"
            raise ReportError(msg, path=self.path)

    def _wrap_error(self, error: Exception) -> ReportError:
        """Return the ReportError for an error of DuckDB."""
        first = str(error).partition("\n")[0]
        return ReportError(f"{self.path}: {first}", path=self.path)

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store, and delete it if it is temporary."""
        self.close()

    def close(self) -> None:
        """Close the store, and delete it if it is temporary."""
        self.connection.close()
        if self._folder is not None:
            self._folder.cleanup()

    def query(self, query: str, values: Any = None) -> list[tuple[Any, ...]]:  # noqa: ANN401 (DuckDB's)
        """Execute SQL, and return all rows, because a connection has one result at a time.

        Raises:
            KeyboardInterrupt: Ctrl-C stopped the query.
            ReportError: The store cannot be read or written.
        """
        try:
            rows: list[tuple[Any, ...]] = self.connection.execute(query, values).fetchall()
        except duckdb.InterruptException as error:
            # DuckDB handles the signal during a query.
            raise KeyboardInterrupt from error
        except duckdb.Error as error:
            raise self._wrap_error(error) from error
        return rows

    # ------------------------------------------------------------------------------------------ adding

    def begin_run(self, started: str) -> None:
        """Begin a run, or continue the last one if it was interrupted."""
        rows = self.query("SELECT id, is_finished FROM runs ORDER BY id DESC LIMIT 1")
        last, is_finished = rows[0] if rows else (0, True)
        self.run = last + 1 if is_finished else last
        if is_finished:
            self.query("INSERT INTO runs VALUES (?, ?, false)", [self.run, started])

    def finish_run(self, *, has_read: bool) -> None:
        """Mark the run as finished, or remove it if it has read no new inputs."""
        if has_read:
            self.query("UPDATE runs SET is_finished = true WHERE id = ?", [self.run])
            return
        self.query(
            "DELETE FROM runs WHERE id = $run AND NOT EXISTS (SELECT 1 FROM inputs WHERE run = $run)",
            {"run": self.run},
        )
        self.query("UPDATE runs SET is_finished = true WHERE id = ?", [self.run])

    def runs(self) -> list[int]:
        """Return the numbers of the runs, in order."""
        return [number for (number,) in self.query("SELECT id FROM runs ORDER BY id")]

    def select_new(self, inputs: Sequence[Input]) -> list[Input]:
        """Return the inputs that are not in the store, have changed, or could not be read completely."""
        names = [each.name for each in inputs]
        rows = self.query(
            "SELECT name, size, version FROM inputs "
            "WHERE name IN (SELECT unnest(?::VARCHAR[])) AND (reason IS NULL OR is_skipped)",
            [names],
        )
        known = {name: (size, version) for name, size, version in rows}
        return [
            each
            for each in inputs
            if each.name not in known
            or known[each.name] != (each.size, each.version)
            or (each.version is None and each.skipped is None)
        ]

    def add(self, batch: Batch) -> None:
        """Add the results of inputs in one transaction. Inputs with the same names are replaced.

        Raises:
            ReportError: The batch cannot be written, for example because the disk is full.
        """
        import pyarrow as pa

        ((last,),) = self.query("SELECT coalesce(max(id), 0) FROM inputs")
        ids = range(last + 1, last + 1 + len(batch.results))
        numbers = [
            number for number, each in zip(ids, batch.results, strict=True) for _ in range(each.denials)
        ]
        denials = pa.table(
            [pa.array(numbers, pa.int32()), *map(_to_array, batch.columns)], names=["input", *COLUMNS]
        )
        examples = pa.table(
            [_to_array([row[at] for row in batch.examples]) for at in range(len(EXAMPLE_COLUMNS))],
            names=list(EXAMPLE_COLUMNS),
        )
        inputs = pa.table(
            {
                "id": pa.array(ids, pa.int32()),
                **{
                    name: _to_column(name, [getattr(each, name) for each in batch.results])
                    for name in ("name", "size", "version", "digest", "records", "denials", "other_errors")
                },
                "reason": _to_array([each.reason for each in batch.results]),
                "is_skipped": pa.array([each.is_skipped for each in batch.results], pa.bool_()),
                "run": pa.array([self.run] * len(ids), pa.int32()),
            }
        )
        self._write(inputs, denials, examples)

    def _write(self, inputs: Any, denials: Any, examples: Any) -> None:  # noqa: ANN401 (tables)
        connection = self.connection
        for name, table in (("new_inputs", inputs), ("new_denials", denials), ("new_examples", examples)):
            connection.register(name, table)
        self.query("BEGIN")
        try:
            # A stream without a version is never the same one as before.
            replaced = (
                "SELECT old.id FROM inputs AS old JOIN new_inputs AS new ON old.name = new.name "
                "WHERE new.version IS NOT NULL OR new.reason IS NOT NULL OR old.reason IS NOT NULL"
            )
            self.query(f"DELETE FROM denials WHERE input IN ({replaced})")
            self.query(f"DELETE FROM inputs WHERE id IN ({replaced})")
            self.query("INSERT INTO inputs SELECT * FROM new_inputs")
            self.query("INSERT INTO denials SELECT * FROM new_denials")
            self.query(_ADD_EXAMPLES)
            self.query("COMMIT")
        except BaseException:
            # A failed COMMIT has already ended the transaction.
            with suppress(ReportError):
                self.query("ROLLBACK")
            raise
        finally:
            for name in ("new_inputs", "new_denials", "new_examples"):
                connection.unregister(name)


def _to_column(name: str, values: list[Any]) -> Any:  # noqa: ANN401 (pyarrow has no types)
    import pyarrow as pa

    is_number = name in {"size", "records", "denials", "other_errors"}
    return pa.array(values, pa.int64()) if is_number else _to_array(values)


def _to_array(values: Sequence[str | None]) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Return strings as an Arrow array. Arrow's strings are UTF-8, which has no lone surrogates."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array(
            [None if each is None else each.encode("utf-8", "replace").decode() for each in values],
            pa.string(),
        )
