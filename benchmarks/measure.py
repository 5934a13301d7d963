"""Measure the minimum time of repeated, alternating runs."""

from __future__ import annotations

import gc
import itertools
import math
import statistics
import time
import timeit
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Figure(NamedTuple):
    """A measured figure, with a limit and a target. Without a limit, it is for information.

    A figure must not exceed its limit, or must reach it if the limit ``is_minimum``.
    """

    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    target: float | None = None
    note: str = ""
    is_minimum: bool = False

    @property
    def verdict(self) -> str:
        """Whether the figure is within the limit and reaches the target."""
        if self.limit is None:
            return "info"
        sign = -1 if self.is_minimum else 1
        if sign * self.value > sign * self.limit:
            return "MISSED"
        is_reached = self.target is None or sign * self.value <= sign * self.target
        return "ok" if is_reached else "ok, target missed"


class _GcDisabled:
    """Context manager that disables garbage collection."""

    def __enter__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.collect()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_enabled:
            gc.enable()


def _loop(run: Callable[[], object], count: int) -> float:
    rounds = range(count)
    start = time.perf_counter()
    for _ in rounds:
        run()
    return time.perf_counter() - start


def _count(run: Callable[[], object], min_seconds: float) -> int:
    """Return the number of runs that together take long enough for timing."""
    count = 1
    while True:
        taken = _loop(run, count)
        if taken >= min_seconds:
            return count
        count = max(count * 2, int(count * min_seconds / max(taken, 1e-7)))


def ratio(
    ours: str, theirs: str, names: dict[str, object], *, repeats: int = 61, min_seconds: float = 0.003
) -> tuple[float, float, float]:
    """Time two statements alternately, and return their ratio and the seconds of each.

    The statements run unchanged in the loop of timeit, without an additional call. The figure is the minimum processor
    time of many rounds, so that it does not depend on other processes.
    """
    mine = timeit.Timer(ours, timer=time.process_time, globals=names)
    other = timeit.Timer(theirs, timer=time.process_time, globals=names)
    first, second = math.inf, math.inf
    with _GcDisabled():
        counts = _statement_count(mine, min_seconds), _statement_count(other, min_seconds)
        for _ in range(repeats):
            first = min(first, mine.timeit(counts[0]) / counts[0])
            second = min(second, other.timeit(counts[1]) / counts[1])
    return first / second, first, second


def _statement_count(timer: timeit.Timer, min_seconds: float) -> int:
    count = 1
    while (taken := timer.timeit(count)) < min_seconds:
        count = max(count * 2, int(count * min_seconds / max(taken, 1e-7)))
    return count


def best(run: Callable[[], object], repeats: int) -> float:
    """Return the minimum processor time of several runs."""
    with _GcDisabled():
        return min(_processor_time(run) for _ in range(repeats))


def _processor_time(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def seconds(run: Callable[[], object], *, repeats: int = 15, min_seconds: float = 0.02) -> float:
    """Return the minimum seconds per call."""
    with _GcDisabled():
        count = _count(run, min_seconds)
        return min(_loop(run, count) for _ in range(repeats)) / count


def growth(
    make: Callable[[int], Callable[[], object]], sizes: tuple[int, ...], *, repeats: int = 5
) -> list[float]:
    """Time a function alternately at doubling sizes, and return the minimum time of each."""
    runs = [make(size) for size in sizes]
    runs[0]()
    times = [math.inf] * len(runs)
    with _GcDisabled():
        for _ in range(repeats):
            for at, run in enumerate(runs):
                times[at] = min(times[at], _processor_time(run))
    return times


# In seconds. Shorter times are rounded up to this, so that noise does not appear as growth.
MIN_SECONDS = 0.004


def doublings(times: list[float]) -> list[float]:
    """Return the factor of each doubling after the last time below the floor."""
    measurable = [max(time, MIN_SECONDS) for time in times]
    first = max((at for at, time in enumerate(times) if time < MIN_SECONDS), default=0)
    return [larger / smaller for smaller, larger in itertools.pairwise(measurable[first:])] or [1.0]


def doubling(times: list[float]) -> float:
    """Return the mean factor of a doubling: 2 is linear, 4 is quadratic.

    On a shared machine, the error of a single doubling can exceed the limit.
    """
    return statistics.geometric_mean(doublings(times))


DOUBLING_LIMIT = 2.0 * 1.15
_MORE_ROUNDS = 3
# In seconds. An input that takes longer than the first is measured at fewer sizes, longer than the second only once.
_SLOW, _HOPELESS = 0.1, 3.0
_Input = TypeVar("_Input")


# Limits in seconds per million characters of any text.
COST_LIMIT, COST_TARGET = 1.0, 0.8
IDENTIFIERS_LIMIT, IDENTIFIERS_TARGET = 3.0, 2.5
# An explanation is for one failure, and its rules search the text around it several times.
EXPLAIN_LIMIT = 10.0


def growth_figure(
    name: str, read: Callable[[_Input], object], make: Callable[[int], _Input], sizes: tuple[int, ...]
) -> Figure:
    """Measure how the time to read an input grows when it doubles. Sizes are in characters."""
    return _growth_figure(name, *_measure_growth(read, make, sizes))


def growth_and_cost(
    name: str, read: Callable[[str], object], make: Callable[[int], str], sizes: tuple[int, ...]
) -> Iterator[Figure]:
    """Measure the growth and the time per character of the largest input."""
    times, sizes = _measure_growth(read, make, sizes)
    yield _growth_figure(name, times, sizes)
    yield cost_figure(name, read, make(sizes[-1]), taken=times[-1])


def cost_figure(
    name: str,
    read: Callable[[str], object],
    text: str,
    limit: float = COST_LIMIT,
    target: float = COST_TARGET,
    *,
    taken: float = math.inf,
) -> Figure:
    """Measure the time per character of a text. A cost over the limit is measured up to three more times.

    Args:
        name: The name of the figure.
        read: Reads the text.
        text: The text.
        limit: The limit, in seconds per million characters.
        target: The target.
        taken: The seconds that it took before.
    """
    for _ in range(1 + _MORE_ROUNDS):
        if taken / len(text) * 1e6 <= limit:
            break
        taken = min(taken, best(lambda: read(text), 3))
    return Figure(f"{name}: cost", taken / len(text) * 1e6, "s per million characters", limit, target)


def _growth_figure(name: str, times: list[float], sizes: tuple[int, ...]) -> Figure:
    note = f"(worst {max(doublings(times)):.2f}; {times[-1] / sizes[-1] * 1e6:.2f} s/MB; {sizes[0] >> 10}-{sizes[-1] >> 10} KiB)"
    return Figure(name, doubling(times), "x", DOUBLING_LIMIT, None, note)


def _measure_growth(
    read: Callable[[_Input], object], make: Callable[[int], _Input], sizes: tuple[int, ...]
) -> tuple[list[float], tuple[int, ...]]:
    """Return the times of inputs of doubling sizes, and the sizes."""

    def prepared(size: int) -> Callable[[], object]:
        text = make(size)
        return lambda: read(text)

    # Fewer and smaller sizes show the growth of slow inputs, too.
    is_slow = best(prepared(sizes[0]), 1) > _SLOW
    sizes = sizes[:3] if is_slow else sizes
    times = growth(prepared, sizes, repeats=2 if is_slow else 3)
    for _ in range(_MORE_ROUNDS):
        if doubling(times) <= DOUBLING_LIMIT or times[-1] >= _HOPELESS:
            break
        # More rounds show whether the cause is growth or a busy machine.
        other = growth(prepared, sizes, repeats=7)
        times = [min(pair) for pair in zip(times, other, strict=True)]
    return times, sizes
