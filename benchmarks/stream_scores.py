"""Scores how ``scan`` reads a log whose failures are known; not for making logs.

A value that the print alone does not give, and that its entry does not hold, has come from somewhere else: the failure
is mixed. A value that is not read, or read wrongly from its own entry, leaves it partial.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage import parse, scan, to_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.stream_logs import Planted, Stream
    from iamtriage.failures import Failure

__all__ = ("OUTCOMES", "Score", "Verdict", "score")

OUTCOMES = ("exact", "partial", "mixed", "swallowed", "missed", "extra")
# What tells failures apart: each has values of its own.
_STRONG = ("request_id", "principal", "resource", "encoded_message", "k8s_user")
# Words of ours, which no text holds.
_NAMED = ("kind", "deny", "policy_type", "service")


class Found(NamedTuple):
    """A failure that ``scan`` gave: its record, and where in the log it stands; -1 where that is not known."""

    record: Mapping[str, object]
    start: int
    end: int


class Verdict(NamedTuple):
    """What became of one failure.

    Attributes:
        outcome: one of :data:`OUTCOMES`.
        stream: the log.
        wanted: the failure that stands there; None for an extra one.
        found: what was read; None where it was missed.
        wrong: what differs: key, value wanted, value read.
        causes: why, as far as it shows: where each foreign value comes from, or what an extra one stands in.
    """

    outcome: str
    stream: Stream
    wanted: Planted | None
    found: Found | None
    wrong: tuple[tuple[str, object, object], ...] = ()
    causes: tuple[str, ...] = ()


class Score(NamedTuple):
    """The verdicts of one log or of several.

    Attributes:
        verdicts: one for each failure, and one for each extra one.
    """

    verdicts: tuple[Verdict, ...]

    def count(self, outcome: str) -> int:
        """Tell how many have an outcome."""
        return sum(verdict.outcome == outcome for verdict in self.verdicts)

    @property
    def expected(self) -> int:
        """How many failures stand in the logs."""
        return sum(verdict.wanted is not None for verdict in self.verdicts)

    @property
    def exact(self) -> float:
        """The share that was read exactly."""
        return self.count("exact") / max(self.expected, 1)


def score(stream: Stream) -> Score:
    """Read a log, and hold what was read to what stands in it, in order."""
    found = list(_found(stream.text))
    pairs = _paired(stream.failures, found)
    taken = {at: found[other] for at, other in pairs.items()}
    verdicts = [_verdict(stream, at, taken) for at in range(len(stream.failures))]
    matched = set(pairs.values())
    verdicts += [_extra(stream, each) for at, each in enumerate(found) if at not in matched]
    return Score(tuple(verdicts))


def _found(text: str) -> Iterator[Found]:
    at = 0
    for failure in scan(text):
        at, start, end = _place(text, failure, at)
        yield Found({**to_record(failure)}, start, end)


def _place(text: str, failure: Failure, after: int) -> tuple[int, int, int]:
    """Find a failure's own text in the log; the texts of two may overlap, so the one before need not have ended."""
    at = text.find(failure.text, after)
    if at < 0:
        at = text.find(failure.text)
    if at < 0:
        return after, -1, -1
    return at, at + failure.span[0], at + failure.span[1]


def _alike(wanted: Planted, found: Found) -> int:
    """Tell how well a failure fits: 20 exactly, 8 by what tells it from others, 3 by its place, 0 not at all."""
    if wanted.record == found.record:
        return 20
    if any(wanted.record[key] is not None and wanted.record[key] == found.record[key] for key in _STRONG):
        return 8
    if found.start < wanted.end and found.end > wanted.start:
        return 3 if wanted.record["kind"] == found.record["kind"] else 2
    return 0


def _paired(wanted: Sequence[Planted], found: Sequence[Found]) -> dict[int, int]:
    """Match in order; then what is exact out of order, as the lines of several workers may make it."""
    fits = [[_alike(one, other) for other in found] for one in wanted]
    best = [[0] * (len(found) + 1) for _ in range(len(wanted) + 1)]
    for i in reversed(range(len(wanted))):
        for j in reversed(range(len(found))):
            both = fits[i][j] + best[i + 1][j + 1] if fits[i][j] else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    pairs: dict[int, int] = {}
    i = j = 0
    while i < len(wanted) and j < len(found):
        if fits[i][j] and best[i][j] == fits[i][j] + best[i + 1][j + 1]:
            pairs[i] = j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    left = [at for at in range(len(found)) if at not in set(pairs.values())]
    for at in (at for at in range(len(wanted)) if at not in pairs):
        same = next((other for other in left if fits[at][other] >= 8), None)
        if same is not None:
            pairs[at] = same
            left.remove(same)
    return pairs


def _verdict(stream: Stream, at: int, taken: Mapping[int, Found]) -> Verdict:
    wanted, found = stream.failures[at], taken.get(at)
    if found is None:
        over = [other for other in taken.values() if other.start < wanted.end and other.end > wanted.start]
        outcome = "swallowed" if over and stream.mode != "lines" else "missed"
        return Verdict(outcome, stream, wanted, None, causes=(f"{outcome}: {wanted.record['kind']}",))
    wrong = tuple(
        (key, value, found.record[key]) for key, value in wanted.record.items() if value != found.record[key]
    )
    if not wrong:
        return Verdict("exact", stream, wanted, found)
    alone = parse(wanted.text)
    read: Mapping[str, object] = {**to_record(alone)} if alone else {}
    sources = {
        key: _source(stream, at, key, value)
        for key, _, value in wrong
        if value is not None and value != read.get(key)
    }
    foreign = {key: source for key, source in sources.items() if source}
    if foreign:
        causes = tuple(f"mixed: {key} of {source}" for key, source in foreign.items())
        return Verdict("mixed", stream, wanted, found, wrong, causes)
    alike = all(read.get(key) == value for key, _, value in wrong)
    when = "alone, too" if alike else "only in the log"
    return Verdict(
        "partial", stream, wanted, found, wrong, tuple(f"partial, {when}: {key}" for key, _, _ in wrong)
    )


def _source(stream: Stream, at: int, key: str, value: object) -> str:
    """Tell where a value comes from that its failure does not state: "" where that is its own entry."""
    wanted = stream.failures[at]
    others = [other for other in stream.failures if other is not wanted]
    if key in _NAMED:
        of_another = any(other.record[key] == value for other in others)
        # Hosts and documents of ordinary lines name services, too.
        return "a failure" if of_another else "an ordinary line" if key == "service" else ""
    said = re.compile(rf"(?<![\w-]){re.escape(str(value))}(?![\w-])")
    if said.search(wanted.text):
        return ""
    # The nearest one is the likely one.
    places = [place.start() for place in said.finditer(stream.text)]
    if not places:
        return ""
    nearest = min(places, key=lambda place: min(abs(place - wanted.start), abs(place - wanted.end)))
    among = any(other.start <= nearest < other.end for other in others)
    return "a failure" if among else "an ordinary line"


def _extra(stream: Stream, found: Found) -> Verdict:
    inside = any(each.start <= found.start < each.end for each in stream.failures)
    where = "part of a failure" if inside else "an ordinary line"
    return Verdict("extra", stream, None, found, causes=(f"extra: {found.record['kind']} in {where}",))
