"""Fetch S3 objects in parallel before they are read, in bounded memory."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from iamtriage.inputs._sources.s3 import S3Object

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from concurrent.futures import Executor, Future
    from typing import Self

    from iamtriage.inputs._inputs import Input, Source

__all__ = ("prefetch",)

_MAX_WORKERS = 16
# The maximum number of bytes in memory, and of one object. A larger object is read in parts when it is its
# turn.
_MAX_BYTES = 64 << 20
_MAX_OBJECT = 8 << 20


class _FetchedObject:
    """An object that is being fetched. Pickling it, or reading it again, uses the object in S3."""

    def __init__(self, source: S3Object, executor: Executor) -> None:
        self._source = source
        self._future: Future[list[bytes]] | None = executor.submit(_fetch, source)

    @contextmanager
    def open(self) -> Generator[tuple[Iterator[bytes], int | None], None, None]:
        future, self._future = self._future, None
        if future is None or future.cancelled():
            with self._source.open() as opened:
                yield opened
        else:
            yield iter(future.result()), None

    def __reduce__(self) -> tuple[object, ...]:
        return attrs.evolve, (self._source,)


def _fetch(source: S3Object) -> list[bytes]:
    with source.open() as (chunks, _):
        return list(chunks)


class _Fetcher:
    """The threads that fetch objects, started with the first object."""

    def __init__(self) -> None:
        self._executor: Executor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if self._executor is not None:
            # If the loop ended early, nothing more is needed. Otherwise, the last inputs can still be unread.
            self._executor.shutdown(wait=False, cancel_futures=kind is not None)

    def fetch(self, source: Input) -> int | None:
        """Begin to fetch an input, and return its size, or ``None`` if it is not fetched."""
        if source.size is None or source.size > _MAX_OBJECT:
            return None
        return source.size if source.change_source(self._begin) else None

    def _begin(self, source: Source) -> Source | None:
        if not isinstance(source, S3Object):
            return None
        if self._executor is None:
            from concurrent.futures import ThreadPoolExecutor

            self._executor = ThreadPoolExecutor(_MAX_WORKERS, "iamtriage-fetch")
        return _FetchedObject(source, self._executor)


def prefetch(inputs: Iterable[Input]) -> Iterator[Input]:
    """Yield inputs, and fetch the next S3 objects in parallel.

    At most 64 MB are in memory. Objects larger than 8 MB and other inputs are not fetched in advance.

    Args:
        inputs: The inputs that :func:`open_inputs` returned.

    Yields:
        The same inputs, in order.

    >>> from iamtriage.inputs import open_inputs
    >>> [source.name for source in prefetch(open_inputs(["examples/cloudtrail.json"]))]
    ['examples/cloudtrail.json']
    """
    with _Fetcher() as fetcher:
        waiting: deque[tuple[Input, int]] = deque()
        held = 0
        for each in inputs:
            size = fetcher.fetch(each)
            if size is None and not waiting:
                yield each
                continue
            waiting.append((each, size or 0))
            held += size or 0
            while held > _MAX_BYTES or len(waiting) > 2 * _MAX_WORKERS:
                source, size = waiting.popleft()
                held -= size
                yield source
        for source, _ in waiting:
            yield source
