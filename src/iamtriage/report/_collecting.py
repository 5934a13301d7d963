"""Read new inputs in several processes, and add them to the store."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import TYPE_CHECKING

from iamtriage.exceptions import ReportError
from iamtriage.report._contents import Progress
from iamtriage.report._rows import read_batch, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from iamtriage.inputs import Input
    from iamtriage.report._rows import Batch
    from iamtriage.report._store import Store

__all__ = ("ReaderPool", "collect")

# One process reads a batch, and one transaction stores it. Batches are small, so that the processes finish at
# about the same time and need little memory.
_MAX_BATCH_INPUTS, _MAX_BATCH_SIZE = 256, 3 << 20
# Starting processes takes longer than reading fewer bytes than this.
_MIN_SIZE_FOR_PROCESSES = 4 << 20
# A folder of log files can have millions of inputs.
_CHUNK_SIZE = 4_096
# The estimate for an input of unknown size.
_DEFAULT_SIZE = 1 << 20


class ReaderPool:
    """The processes that read inputs.

    Args:
        workers: The number of processes. By default, one per core, or none if there is little data.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._is_forced = workers is not None
        self._count = workers or os.cpu_count() or 1
        self._executor: ProcessPoolExecutor | None = None

    def start(self, inputs: Iterable[Input]) -> None:
        """Start the processes if reading these inputs takes longer than starting processes."""
        if self._executor is not None or self._count == 1:
            return
        if self._is_forced or sum(map(_estimate_size, inputs)) >= _MIN_SIZE_FOR_PROCESSES:
            # A forked process could inherit the threads of DuckDB.
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self._count, context, initializer=_ignore_interrupt)
            for _ in range(self._count):
                self._executor.submit(warm_up)

    def stop(self) -> None:
        """Stop the processes after their current batches."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def read(self, batches: Iterator[list[Input]]) -> Iterator[tuple[list[Input], Batch]]:
        """Yield each batch of inputs with its result, in order.

        Raises:
            ReportError: A process was killed.
        """
        pending: deque[tuple[list[Input], Future[Batch]]] = deque()
        try:
            for batch in batches:
                if self._executor is None:
                    yield batch, read_batch(batch)
                    continue
                pending.append((batch, self._executor.submit(read_batch, batch)))
                # Each process always has another batch to read, and results do not accumulate.
                if len(pending) > 2 * self._count:
                    inputs, future = pending.popleft()
                    yield inputs, future.result()
            while pending:
                inputs, future = pending.popleft()
                yield inputs, future.result()
        except BrokenProcessPool:
            msg = "a process that reads inputs was killed; run the report again with fewer workers"
            raise ReportError(msg, path="") from None


def collect(
    store: Store,
    inputs: Iterable[Input],
    readers: ReaderPool,
    *,
    on_progress: Callable[[Progress], object] | None = None,
) -> Progress:
    """Read the inputs that are not in the store, and add them to it.

    Args:
        store: The store, during a run.
        inputs: The inputs.
        readers: The processes that read the inputs.
        on_progress: A function to call with the progress after each batch.

    Raises:
        ReportError: The store cannot be written, or a process was killed.
    """
    progress = Progress()
    batches = _build_batches(store, inputs, progress)
    first = list(islice(batches, 2))
    readers.start([each for batch in first for each in batch] if len(first) > 1 else ())
    for names, batch in readers.read(chain(first, batches)):
        store.add(batch)
        progress.inputs_read += len(batch.results)
        progress.size_read += sum(map(_estimate_size, names))
        progress.records += sum(each.records for each in batch.results)
        progress.denials += sum(each.denials for each in batch.results)
        if on_progress is not None:
            on_progress(progress)
    return progress


def _estimate_size(source: Input) -> int:
    return _DEFAULT_SIZE if source.size is None else source.size


def _build_batches(store: Store, inputs: Iterable[Input], progress: Progress) -> Iterator[list[Input]]:
    """Yield the inputs to read, in batches of similar size."""
    iterator = iter(inputs)
    batch: list[Input] = []
    size = 0
    while chunk := list(islice(iterator, _CHUNK_SIZE)):
        new = store.select_new(chunk)
        progress.known += len(chunk) - len(new)
        progress.inputs += len(new)
        progress.size += sum(map(_estimate_size, new))
        for each in new:
            batch.append(each)
            size += _estimate_size(each)
            if len(batch) >= _MAX_BATCH_INPUTS or size >= _MAX_BATCH_SIZE:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _ignore_interrupt() -> None:
    """Ignore Ctrl-C, which the process that writes the store handles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
