"""Build a report: find the inputs, read the new ones, and count their denials."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import attrs

from iamtriage.exceptions import ReportError
from iamtriage.inputs import Input, open_inputs
from iamtriage.inputs._selection import Selection, build_selection
from iamtriage.report._collecting import ReaderPool, collect
from iamtriage.report._contents import Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import date

    from iamtriage.policies._readers.collection import PolicyCollection
    from iamtriage.report._baselines import Baseline
    from iamtriage.report._contents import Progress
    from iamtriage.report._report import Report
    from iamtriage.report._store import Store

__all__ = ("build_report",)

# The number of inputs that decide whether to start processes.
_MAX_FIRST = 256
# DuckDB's files of a store.
_STORE_SUFFIXES = ("", ".wal", ".tmp")


def build_report(  # noqa: PLR0913 (options of one command)
    paths: Iterable[str | os.PathLike[str]],
    *,
    store: str | os.PathLike[str] | None = None,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    accounts: Collection[str] = (),
    regions: Collection[str] = (),
    baseline: Baseline | None = None,
    since_run: int | str | None = None,
    policies: PolicyCollection | None = None,
    session: Any = None,  # noqa: ANN401 (botocore has no types)
    workers: int | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> Report:
    """Read inputs, and count their denials.

    Processes read the inputs in parallel. With a store, only inputs that are not in it are read, and the
    report covers the whole store. After Ctrl-C, the report covers the inputs that were read.

    Args:
        paths: Files, folders, patterns, ``s3://`` URLs, and ``-``, as for
            :func:`iamtriage.inputs.open_inputs`.
        store: The DuckDB file that stores the denials; ``None`` to keep nothing.
        since: Count denials from this time on. Folders of other days are not read.
        until: Count denials before this time.
        accounts: The accounts to read; empty for all.
        regions: The Regions to read; empty for all.
        baseline: The expected problems. Others are new.
        since_run: The number of a run in the store, or ``"last"`` for the one before the latest. Problems
            that only later runs found are new.
        policies: The policies of the accounts, to verify proposed policies and to check trust policies.
        session: A botocore session, to read ``s3://`` URLs.
        workers: The number of processes; by default, one per core.
        on_progress: A function to call with the progress when inputs were read.

    Returns:
        The report. Close it, or use it in a ``with`` statement.

    Raises:
        ReportError: The store cannot be used, the run does not exist, or a process was killed.
        TypeError: An argument has the wrong type.
        ValueError: A time or an account is invalid, or there is a ``since_run`` but no store.

    >>> with build_report(["examples/cloudtrail.json"]) as report:
    ...     first, *others = report.problems()
    >>> first["count"], first["action"], first["explanation"]["cause"]
    (1, 'iam:CreateInstanceProfile', 'scp-deny')
    """
    if isinstance(paths, str):
        msg = "paths must be an iterable of paths, not a string"
        raise TypeError(msg)
    if since_run is not None and store is None:
        msg = "since_run requires a store"
        raise ValueError(msg)
    selection = build_selection(since, until, accounts, regions)
    chosen = Filter(
        since=_to_text(selection.since),
        until=_to_text(selection.until),
        accounts=tuple(sorted(selection.accounts)),
        regions=tuple(sorted(selection.regions)),
    )
    readers = ReaderPool(workers)
    try:
        with tempfile.TemporaryDirectory(prefix="iamtriage-") as folder:
            inputs = _find_inputs(
                paths, folder, session, store, since=since, until=until, accounts=accounts, regions=regions
            )
            first = list(islice(inputs, _MAX_FIRST))
            if store is None:
                # All of them are new. The processes start while DuckDB is loaded.
                readers.start(first)
            from iamtriage.report._report import Report
            from iamtriage.report._store import Store

            opened = Store(store)
            try:
                was_interrupted = _read_new(opened, chain(first, inputs), readers, on_progress)
                return Report(
                    opened,
                    chosen,
                    baseline=baseline,
                    since_run=_find_run(opened, since_run),
                    policies=policies,
                    was_interrupted=was_interrupted,
                )
            except BaseException:
                opened.close()
                raise
    finally:
        readers.stop()


def _to_text(time: datetime | None) -> str | None:
    return None if time is None else time.strftime("%Y-%m-%dT%H:%M:%S")


def _read_new(
    store: Store,
    inputs: Iterator[Input],
    readers: ReaderPool,
    on_progress: Callable[[Progress], object] | None,
) -> bool:
    """Add new inputs to the store, and return whether Ctrl-C interrupted this."""
    store.begin_run(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    try:
        progress = collect(store, inputs, readers, on_progress=on_progress)
    except KeyboardInterrupt:
        return True
    store.finish_run(has_read=progress.inputs_read > 0)
    return False


def _find_inputs(
    paths: Iterable[str | os.PathLike[str]],
    folder: str,
    session: Any,  # noqa: ANN401 (botocore has no types)
    store: str | os.PathLike[str] | None,
    **selection: Any,  # noqa: ANN401 (the arguments of open_inputs())
) -> Iterator[Input]:
    """Yield the inputs that can contain selected records, each with all of its records.

    A store has complete inputs, so that another report can select other records. The store itself can be in a
    folder that is read.
    """
    names = [os.fspath(path) for path in paths]
    if "-" in names:
        names.remove("-")
        # Processes cannot share standard input, and text is read twice.
        path = os.path.join(folder, "input")  # noqa: PTH118 (a name for open())
        with open(path, "wb") as file:  # noqa: PTH123 (as above)
            shutil.copyfileobj(cast("BinaryIO", sys.stdin.buffer), file)
        for each in open_inputs([path]):
            yield attrs.evolve(each, name="standard input", size=each.size, version=None)
    options = selection if session is None else {**selection, "session": session}
    store_files = (
        [] if store is None else [f"{os.path.realpath(store)}{suffix}" for suffix in _STORE_SUFFIXES]
    )
    for each in open_inputs(names, **options):
        if not store_files or os.path.realpath(each.name) not in store_files:
            yield attrs.evolve(each, selection=Selection())


def _find_run(store: Store, since_run: int | str | None) -> int | None:
    if since_run is None:
        return None
    runs = store.runs()
    if since_run == "last":
        return runs[-2] if len(runs) > 1 else 0
    if since_run not in runs:
        listed = ", ".join(map(str, runs)) or "none"
        msg = f"{store.path}: unknown run {since_run}; expected one of {listed}"
        raise ReportError(msg, path=store.path)
    return int(since_run)
