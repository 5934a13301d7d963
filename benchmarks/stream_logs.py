"""Generate logs that contain failures, from a seed."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.stream_failures import RECIPES, Fresh, draw_failure
from benchmarks.stream_formats import FORMATS, INNER, Entry, Worker
from benchmarks.stream_lines import Message, draw_ordinary
from benchmarks.stream_records import could_be_one
from benchmarks.stream_shapes import SHAPES, list_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.stream_failures import Printed

__all__ = ("ExpectedFailure", "Stream", "generate", "generate_streams")

# The range of the number of ordinary entries between two failures. Each log uses one of these.
GAP_RANGES = ((0, 0), (0, 3), (1, 8), (5, 20), (15, 40))
# The minimum number of failures before one that could be another report of the same failure, and before one with an
# equal record.
_MIN_GAP_SIMILAR = 6
_MIN_GAP_EQUAL = 12
_PER_LOG = (3, 16)
_WORKERS = ("api", "orders", "billing", "deploy")
_START = datetime(2026, 10, 7, 9, 0, tzinfo=UTC)
# Terraform logs contain only Terraform's output.
_ENVELOPES_BY_FORMAT = {"terraform": frozenset({"terraform", "terraform-plain"})}


class ExpectedFailure(NamedTuple):
    """A failure in a log.

    Attributes:
        record: The expected flat record.
        start: The position of its first line in the log.
        end: The end of its last line. Lines of other workers can be in between.
        text: The message of its entry, without the format.
        recipe: The name of its recipe.
        envelope: The name of its envelope.
        shape: The name of its shape: alone, after a message, in a trace.
    """

    record: Mapping[str, object]
    start: int
    end: int
    text: str
    recipe: str
    envelope: str
    shape: str


class Stream(NamedTuple):
    """A log.

    Attributes:
        text: The whole log.
        failures: Its failures, in order of their positions.
        format: The name of its format.
        mode: ``"one"`` worker, several that alternate by ``"entries"``, or several by ``"lines"``.
    """

    text: str
    failures: tuple[ExpectedFailure, ...]
    format: str
    mode: str


class _Chunk(NamedTuple):
    """Text that one worker writes at once, and the failure in it, if there is one."""

    worker: int
    message: Message
    failure: Printed | None = None
    shape: str = ""


def generate(seed: int, failures: int, form: str | None = None) -> Stream:
    """Generate one log.

    Args:
        seed: The seed.
        failures: The number of failures.
        form: The name of its format; by default any.
    """
    rnd = random.Random(seed)
    form = form or rnd.choice(tuple(FORMATS))
    mode = "one"
    if form not in {"plain", "terraform", "github", "gitlab"}:
        mode = rnd.choice(("one", "entries", *(("lines", "lines") if FORMATS[form].shared else ())))
    fresh = Fresh(rnd)
    names = rnd.sample(_WORKERS, 1 if mode == "one" else rnd.randrange(2, 4))
    workers = [
        Worker(name, number, fresh.token(5, "bcdfghjklmnpqrstvwxz2456789"))
        for number, name in enumerate(names, 1)
    ]
    return _Writer(fresh, form, mode, workers).write(_plan_chunks(fresh, form, failures, len(workers)))


def generate_streams(seed: int, failures: int, form: str | None = None) -> Iterator[Stream]:
    """Generate logs until they contain a number of failures, in one format or in all."""
    rnd = random.Random(seed)
    forms = [form] if form else rnd.sample(tuple(FORMATS), len(FORMATS))
    for each in itertools.cycle(forms):
        count = min(failures, rnd.randrange(*_PER_LOG))
        if not count:
            return
        yield generate(rnd.getrandbits(32), count, each)
        failures -= count


def _plan_chunks(fresh: Fresh, form: str, failures: int, workers: int) -> list[_Chunk]:
    """Return the chunks to write, in order."""
    rnd = fresh.rnd
    low, high = rnd.choice(GAP_RANGES)
    chunks: list[_Chunk] = []
    before: list[Printed] = []

    def fill(count: int) -> None:
        chunks.extend(_Chunk(rnd.randrange(workers), draw_ordinary(fresh, form)) for _ in range(count))

    for _ in range(failures):
        fill(rnd.randint(low, high))
        failure = _draw_distinct_failure(fresh, form, before)
        before.append(failure)
        shape = rnd.choice(list_shapes(failure))
        message = Message("ERROR", SHAPES[shape].write(fresh, failure), SHAPES[shape].bare)
        chunks.append(_Chunk(rnd.randrange(workers), message, failure, shape))
    fill(rnd.randint(low, high))
    return chunks


def _draw_distinct_failure(fresh: Fresh, form: str, before: list[Printed]) -> Printed:
    """Draw a failure that cannot be mistaken for another report of a nearby one."""
    names = tuple(RECIPES)
    weights = [RECIPES[name].weight for name in names]
    while True:
        recipe = fresh.rnd.choices(names, weights)[0]
        failure = draw_failure(fresh, recipe, _ENVELOPES_BY_FORMAT.get(form, ()))
        if failure is None or any(failure.record == other.record for other in before[-_MIN_GAP_EQUAL:]):
            continue
        if not any(could_be_one(failure.record, other.record) for other in before[-_MIN_GAP_SIMILAR:]):
            return failure


class _Writer:
    """Writes the lines of one log, and records the positions of its failures."""

    def __init__(self, fresh: Fresh, form: str, mode: str, workers: list[Worker]) -> None:
        self.rnd = fresh.rnd
        self.form, self.mode, self.workers = form, mode, workers
        self.format = FORMATS[form]
        self.inner = [FORMATS[self.rnd.choice(INNER)] for _ in workers]
        self.at = _START
        self.lines: list[str] = []
        self.length = 0

    def write(self, chunks: list[_Chunk]) -> Stream:
        """Write all chunks."""
        places: dict[int, tuple[int, int]] = {}
        for number, line in self._merged(chunks):
            start = self.length
            self._put(line)
            if chunks[number].failure:
                places[number] = (places.get(number, (start, 0))[0], start + len(line))
        planted = [
            ExpectedFailure(
                failure.record,
                *places[number],
                chunk.message.text,
                failure.recipe,
                failure.envelope,
                chunk.shape,
            )
            for number, chunk in enumerate(chunks)
            if (failure := chunk.failure) is not None
        ]
        planted.sort(key=lambda failure: failure.start)
        return Stream("".join(f"{line}\n" for line in self.lines), tuple(planted), self.form, self.mode)

    def _put(self, line: str) -> None:
        self.lines.append(line)
        self.length += len(line) + 1

    def _merged(self, chunks: list[_Chunk]) -> Iterator[tuple[int, str]]:
        """Yield the lines in the order in which the workers write them, each with the number of its chunk."""
        if self.mode != "lines":
            for number in range(len(chunks)):
                yield from ((number, line) for line in self._entry(number, chunks))
                self._advance_time()
            return
        queues = [
            [number for number, chunk in enumerate(chunks) if chunk.worker == worker]
            for worker in range(len(self.workers))
        ]
        running: dict[int, Iterator[str]] = {}
        while any(queues):
            # The slowest worker writes next, or a random one, so that neighbors stay close.
            worker = min((queue[0], worker) for worker, queue in enumerate(queues) if queue)[1]
            if self.rnd.random() < 0.6:
                worker = self.rnd.choice([worker for worker, queue in enumerate(queues) if queue])
            number = queues[worker][0]
            lines = running.setdefault(worker, iter(self._entry(number, chunks)))
            line = next(lines, None)
            if line is None:
                del running[worker], queues[worker][0]
                self._advance_time()
            else:
                yield number, line

    def _advance_time(self) -> None:
        self.at += timedelta(milliseconds=self.rnd.randrange(1, 3000), microseconds=self.rnd.randrange(1000))

    def _entry(self, number: int, chunks: list[_Chunk]) -> list[str]:
        """Return the lines of one entry."""
        chunk = chunks[number]
        entry = Entry(self.at, chunk.message.level, self.workers[chunk.worker], chunk.message.text)
        if self.format.nests and not chunk.message.bare:
            entry = entry._replace(text=self.inner[chunk.worker].write(entry))
        if self.format.per_line:
            parts = entry.text.split("\n")
            return [
                self.format.write(entry._replace(text=part, first=not place))
                for place, part in enumerate(parts)
            ]
        stamped = self.format.stamped and not (chunk.message.bare and self.format.bare)
        lines = (self.format.write(entry) if stamped else entry.text).split("\n")
        # Without a stamp, an empty line separates two failures.
        follows_failure = number > 0 and chunks[number - 1].failure is not None
        return lines if stamped or not (follows_failure and chunk.failure) else ["", *lines]
