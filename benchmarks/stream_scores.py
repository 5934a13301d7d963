"""Score how ``scan`` parses a log whose failures are known.

A failure is mixed if it has a value that neither the text alone nor its entry contains, so that it came from
elsewhere. It is partial if a value is missing, or was parsed incorrectly from its entry.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage import parse, scan, to_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.stream_logs import ExpectedFailure, Stream
    from iamtriage.failures import Failure

__all__ = ("OUTCOMES", "Score", "Verdict", "score")

OUTCOMES = ("exact", "partial", "mixed", "swallowed", "missed", "extra")
# The keys that identify a failure, because their values are unique.
_UNIQUE_KEYS = ("request_id", "principal", "resource", "encoded_message", "k8s_user")
# The keys whose values are defined by iamtriage and do not occur in texts.
_NAMED = ("kind", "deny", "policy_type", "service")


class Found(NamedTuple):
    """A failure that ``scan`` found: its record and its position in the log, -1 if unknown."""

    record: Mapping[str, object]
    start: int
    end: int


class Verdict(NamedTuple):
    """The outcome for one failure.

    Attributes:
        outcome: One of :data:`OUTCOMES`.
        stream: The log.
        expected: The failure in the log; ``None`` for an extra one.
        found: What was read; ``None`` if it was missed.
        wrong: The differences: key, expected value, actual value.
        causes: The causes, if known: where each foreign value came from, or what contains an extra failure.
    """

    outcome: str
    stream: Stream
    expected: ExpectedFailure | None
    found: Found | None
    wrong: tuple[tuple[str, object, object], ...] = ()
    causes: tuple[str, ...] = ()


class Score(NamedTuple):
    """The verdicts of one log or of several.

    Attributes:
        verdicts: One per failure, and one per extra failure.
    """

    verdicts: tuple[Verdict, ...]

    def count(self, outcome: str) -> int:
        """Return the number of failures with an outcome."""
        return sum(verdict.outcome == outcome for verdict in self.verdicts)

    @property
    def expected(self) -> int:
        """The number of failures in the logs."""
        return sum(verdict.expected is not None for verdict in self.verdicts)

    @property
    def exact(self) -> float:
        """The fraction of failures that were parsed exactly."""
        return self.count("exact") / max(self.expected, 1)


def score(stream: Stream) -> Score:
    """Scan a log, and compare the result with its failures, in order."""
    found = list(_find_failures(stream.text))
    pairs = _paired(stream.failures, found)
    taken = {at: found[other] for at, other in pairs.items()}
    verdicts = [_verdict(stream, at, taken) for at in range(len(stream.failures))]
    matched = set(pairs.values())
    verdicts += [_judge_extra(stream, each) for at, each in enumerate(found) if at not in matched]
    return Score(tuple(verdicts))


def _find_failures(text: str) -> Iterator[Found]:
    at = 0
    for failure in scan(text):
        at, start, end = _locate(text, failure, at)
        yield Found({**to_record(failure)}, start, end)


def _locate(text: str, failure: Failure, after: int) -> tuple[int, int, int]:
    """Find the text of a failure in the log. Texts can overlap, so the previous one need not have ended."""
    at = text.find(failure.text, after)
    if at < 0:
        at = text.find(failure.text)
    if at < 0:
        return after, -1, -1
    return at, at + failure.span[0], at + failure.span[1]


def _rate_match(expected: ExpectedFailure, found: Found) -> int:
    """Rate a match: 20 if exact, 8 by a distinguishing value, 3 by position and kind, 2 by position, 0 if none."""
    if expected.record == found.record:
        return 20
    if any(
        expected.record[key] is not None and expected.record[key] == found.record[key] for key in _UNIQUE_KEYS
    ):
        return 8
    if found.start < expected.end and found.end > expected.start:
        return 3 if expected.record["kind"] == found.record["kind"] else 2
    return 0


def _paired(expected: Sequence[ExpectedFailure], found: Sequence[Found]) -> dict[int, int]:
    """Match in order. Then match good ones out of order, because workers can interleave."""
    fits = [[_rate_match(one, other) for other in found] for one in expected]
    best = [[0] * (len(found) + 1) for _ in range(len(expected) + 1)]
    for i in reversed(range(len(expected))):
        for j in reversed(range(len(found))):
            both = fits[i][j] + best[i + 1][j + 1] if fits[i][j] else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    pairs: dict[int, int] = {}
    i = j = 0
    while i < len(expected) and j < len(found):
        if fits[i][j] and best[i][j] == fits[i][j] + best[i + 1][j + 1]:
            pairs[i] = j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    left = [at for at in range(len(found)) if at not in set(pairs.values())]
    for at in (at for at in range(len(expected)) if at not in pairs):
        same = next((other for other in left if fits[at][other] >= 8), None)
        if same is not None:
            pairs[at] = same
            left.remove(same)
    return pairs


def _verdict(stream: Stream, at: int, taken: Mapping[int, Found]) -> Verdict:
    expected, found = stream.failures[at], taken.get(at)
    if found is None:
        over = [
            other for other in taken.values() if other.start < expected.end and other.end > expected.start
        ]
        outcome = "swallowed" if over and stream.mode != "lines" else "missed"
        return Verdict(outcome, stream, expected, None, causes=(f"{outcome}: {expected.record['kind']}",))
    wrong = tuple(
        (key, value, found.record[key])
        for key, value in expected.record.items()
        if value != found.record[key]
    )
    if not wrong:
        return Verdict("exact", stream, expected, found)
    alone = parse(expected.text)
    read: Mapping[str, object] = {**to_record(alone)} if alone else {}
    sources = {
        key: _source(stream, at, key, value)
        for key, _, value in wrong
        if value is not None and value != read.get(key)
    }
    foreign = {key: source for key, source in sources.items() if source}
    if foreign:
        causes = tuple(f"mixed: {key} of {source}" for key, source in foreign.items())
        return Verdict("mixed", stream, expected, found, wrong, causes)
    alike = all(read.get(key) == value for key, _, value in wrong)
    when = "alone, too" if alike else "only in the log"
    return Verdict(
        "partial", stream, expected, found, wrong, tuple(f"partial, {when}: {key}" for key, _, _ in wrong)
    )


def _source(stream: Stream, at: int, key: str, value: object) -> str:
    """Return the source of a value that a failure does not state, or ``""`` if it is from its entry."""
    expected = stream.failures[at]
    others = [other for other in stream.failures if other is not expected]
    if key in _NAMED:
        of_another = any(other.record[key] == value for other in others)
        # Hosts and documents in ordinary lines can contain services, too.
        return "a failure" if of_another else "an ordinary line" if key == "service" else ""
    pattern = re.compile(rf"(?<![\w-]){re.escape(str(value))}(?![\w-])")
    if pattern.search(expected.text):
        return ""
    # The nearest occurrence is the most probable source.
    places = [place.start() for place in pattern.finditer(stream.text)]
    if not places:
        return ""
    nearest = min(places, key=lambda place: min(abs(place - expected.start), abs(place - expected.end)))
    among = any(other.start <= nearest < other.end for other in others)
    return "a failure" if among else "an ordinary line"


def _judge_extra(stream: Stream, found: Found) -> Verdict:
    inside = any(each.start <= found.start < each.end for each in stream.failures)
    where = "part of a failure" if inside else "an ordinary line"
    return Verdict("extra", stream, None, found, causes=(f"extra: {found.record['kind']} in {where}",))
