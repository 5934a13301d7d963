"""How time is taken: in turn, repeated, the least kept."""

from __future__ import annotations

import gc
import itertools
import math
import statistics
import time
import timeit
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Figure(NamedTuple):
    """One measured figure; at most ``limit`` is wanted, ``aim`` is hoped for. No limit: for information."""

    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    aim: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """What the figure means for the limit and the aim."""
        if self.limit is None:
            return "info"
        if self.value > self.limit:
            return "MISSED"
        return "ok" if self.aim is None or self.value <= self.aim else "ok, aim missed"


class _Quiet:
    """No garbage collection inside."""

    def __enter__(self) -> None:
        self._was = gc.isenabled()
        gc.collect()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was:
            gc.enable()


def _loop(run: Callable[[], object], count: int) -> float:
    turns = range(count)
    start = time.perf_counter()
    for _ in turns:
        run()
    return time.perf_counter() - start


def _count(run: Callable[[], object], least: float) -> int:
    """Give how often to run so that it takes long enough to be timed."""
    count = 1
    while True:
        taken = _loop(run, count)
        if taken >= least:
            return count
        count = max(count * 2, int(count * least / max(taken, 1e-7)))


def ratio(
    ours: str, theirs: str, names: dict[str, object], *, repeats: int = 61, least: float = 0.003
) -> tuple[float, float, float]:
    """Time two statements in turn; give the ratio and the seconds of each.

    The statements run inside timeit's loop as a user writes them, so that no call is added to
    either. Processor time, and the least of many turns: neither what other processes take nor a
    turn that they disturbed counts.
    """
    mine = timeit.Timer(ours, timer=time.process_time, globals=names)
    other = timeit.Timer(theirs, timer=time.process_time, globals=names)
    first, second = math.inf, math.inf
    with _Quiet():
        counts = _statement_count(mine, least), _statement_count(other, least)
        for _ in range(repeats):
            first = min(first, mine.timeit(counts[0]) / counts[0])
            second = min(second, other.timeit(counts[1]) / counts[1])
    return first / second, first, second


def _statement_count(timer: timeit.Timer, least: float) -> int:
    count = 1
    while (taken := timer.timeit(count)) < least:
        count = max(count * 2, int(count * least / max(taken, 1e-7)))
    return count


def best(run: Callable[[], object], repeats: int) -> float:
    """Give the least processor time of several runs."""
    with _Quiet():
        return min(_processor_time(run) for _ in range(repeats))


def _processor_time(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def seconds(run: Callable[[], object], *, repeats: int = 15, least: float = 0.02) -> float:
    """Give the least seconds that one call takes."""
    with _Quiet():
        count = _count(run, least)
        return min(_loop(run, count) for _ in range(repeats)) / count


def growth(
    make: Callable[[int], Callable[[], object]], sizes: tuple[int, ...], *, repeats: int = 5
) -> list[float]:
    """Time a thing at doubling sizes, in turn; give the least time of each."""
    runs = [make(size) for size in sizes]
    runs[0]()
    least = [math.inf] * len(runs)
    with _Quiet():
        for _ in range(repeats):
            for at, run in enumerate(runs):
                least[at] = min(least[at], _processor_time(run))
    return least


# What is too fast to be timed counts as this, so that noise is no growth.
FLOOR = 0.004


def doublings(times: list[float]) -> list[float]:
    """Give the factor between each two neighbours, from the last time on that is below the floor."""
    measurable = [max(time, FLOOR) for time in times]
    first = max((at for at, time in enumerate(times) if time < FLOOR), default=0)
    return [larger / smaller for smaller, larger in itertools.pairwise(measurable[first:])] or [1.0]


def doubling(times: list[float]) -> float:
    """Give the mean factor of a doubling: 2 is linear, 4 quadratic.

    A single doubling is off by more than the limit allows on a machine that others use too.
    """
    return statistics.geometric_mean(doublings(times))


DOUBLING_LIMIT = 2.0 * 1.15
_MORE_ROUNDS = 3
# Seconds: from here on an input is measured at fewer sizes, or not again.
_DEAR, _HOPELESS = 0.1, 3.0
_Input = TypeVar("_Input")


def growth_figure(
    name: str, read: Callable[[_Input], object], make: Callable[[int], _Input], sizes: tuple[int, ...]
) -> Figure:
    """Give how the time to read an input grows when it doubles; the sizes are characters."""

    def prepared(size: int) -> Callable[[], object]:
        made = make(size)
        return lambda: read(made)

    # Dear inputs are linear or not at fewer and smaller sizes too.
    dear = best(prepared(sizes[0]), 1) > _DEAR
    sizes = sizes[:3] if dear else sizes
    times = growth(prepared, sizes, repeats=2 if dear else 3)
    for _ in range(_MORE_ROUNDS):
        if doubling(times) <= DOUBLING_LIMIT or times[-1] >= _HOPELESS:
            break
        # A busy machine, or growth: the least times of more rounds tell.
        other = growth(prepared, sizes, repeats=7)
        times = [min(pair) for pair in zip(times, other, strict=True)]
    note = f"(worst {max(doublings(times)):.2f}; {times[-1] / sizes[-1] * 1e6:.2f} s/MB; {sizes[0] >> 10}-{sizes[-1] >> 10} KiB)"
    return Figure(name, doubling(times), "x", DOUBLING_LIMIT, None, note)
