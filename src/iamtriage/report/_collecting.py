"""Read new inputs in several processes, and add them to the store."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TYPE_CHECKING

from iamtriage.exceptions import ReportError
from iamtriage.report._contents import Progress
from iamtriage.report._rows import read_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from iamtriage.inputs import Input
    from iamtriage.report._rows import Batch
    from iamtriage.report._store import Store

__all__ = ("collect",)

# A batch is read by one process and is one transaction. Batches are so small that the processes finish at
# about the same time, and that memory stays small.
_MAX_BATCH_INPUTS, _MAX_BATCH_SIZE = 256, 6 << 20
# Starting processes takes longer than to read this many bytes.
_MIN_SIZE_FOR_PROCESSES = 3 << 20
# A folder of log files can have millions of inputs.
_CHUNK = 4_096
# What a compressed input of unknown size counts as.
_DEFAULT_SIZE = 1 << 20


def collect(
    store: Store,
    inputs: Iterable[Input],
    *,
    workers: int | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> Progress:
    """Read the inputs that are not in the store, and add them to it.

    Args:
        store: The store, in a run.
        inputs: The inputs.
        workers: The number of processes; as many as the machine has cores if ``None``.
        on_progress: Called with the progress after each batch.

    Raises:
        ReportError: The store cannot be written, or a process was killed.
    """
    progress = Progress()
    batches = _build_batches(store, inputs, progress)
    first = list(islice(batches, 2))
    count = workers or os.cpu_count() or 1
    is_small = len(first) < 2 or sum(map(_size_of, (each for batch in first for each in batch))) < (
        _MIN_SIZE_FOR_PROCESSES
    )
    read = _read_here if count == 1 or (workers is None and is_small) else _read_in_processes
    for names, batch in read(_chain(first, batches), count):
        store.add(batch)
        progress.inputs_read += len(batch.results)
        progress.size_read += sum(map(_size_of, names))
        progress.records += sum(each.records for each in batch.results)
        progress.denials += sum(each.denials for each in batch.results)
        if on_progress is not None:
            on_progress(progress)
    return progress


def _chain(first: list[list[Input]], rest: Iterator[list[Input]]) -> Iterator[list[Input]]:
    yield from first
    yield from rest


def _size_of(source: Input) -> int:
    return _DEFAULT_SIZE if source.size is None else source.size


def _build_batches(store: Store, inputs: Iterable[Input], progress: Progress) -> Iterator[list[Input]]:
    """Yield the inputs to read, in batches of similar size."""
    iterator = iter(inputs)
    batch: list[Input] = []
    size = 0
    while chunk := list(islice(iterator, _CHUNK)):
        new = store.select_new(chunk)
        progress.known += len(chunk) - len(new)
        progress.inputs += len(new)
        progress.size += sum(map(_size_of, new))
        for each in new:
            batch.append(each)
            size += _size_of(each)
            if len(batch) >= _MAX_BATCH_INPUTS or size >= _MAX_BATCH_SIZE:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _read_here(batches: Iterator[list[Input]], _: int) -> Iterator[tuple[list[Input], Batch]]:
    for batch in batches:
        yield batch, read_batch(batch)


def _read_in_processes(batches: Iterator[list[Input]], count: int) -> Iterator[tuple[list[Input], Batch]]:
    """Yield the batches in the order in which they were found."""
    # A forked process could inherit DuckDB's threads.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(count, mp_context=context, initializer=_ignore_interrupt)
    pending: deque[tuple[list[Input], Future[Batch]]] = deque()
    try:
        for batch in batches:
            pending.append((batch, executor.submit(read_batch, batch)))
            # Each process always has a next batch, and results do not accumulate.
            if len(pending) > 2 * count:
                names, future = pending.popleft()
                yield names, future.result()
        while pending:
            names, future = pending.popleft()
            yield names, future.result()
    except BrokenProcessPool:
        msg = "a process that reads inputs was killed; run the report again with fewer workers"
        raise ReportError(msg, path="") from None
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the process that writes the store."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
