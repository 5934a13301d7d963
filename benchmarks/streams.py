"""Generate logs that contain failures, and score how ``scan`` parses them.

``python -m benchmarks.streams [--seed N] [--failures N] [--format NAME] [--show K]``. A log has one of many
formats, ordinary lines between its failures, and sometimes several workers. The values of each failure are unique,
so that a value of another one is recognized. The same seed always generates the same logs.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.stream_formats import FORMATS
from benchmarks.stream_logs import ExpectedFailure, Stream, generate, generate_streams
from benchmarks.stream_scores import OUTCOMES, Score, Verdict, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ("ExpectedFailure", "Score", "Stream", "Verdict", "generate", "generate_streams", "main", "score")

_EXCERPT = 1500


def main() -> int:
    """Generate logs, score them, and print the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the seed of the logs")
    parser.add_argument("--failures", type=int, default=2000, help="the number of failures")
    parser.add_argument("--format", choices=FORMATS, help="only logs of this format")
    parser.add_argument(
        "--show", type=int, default=0, metavar="K", help="print K failures that were not read exactly"
    )
    parser.add_argument("--cause", default="", help="of these, only those whose cause contains this text")
    arguments = parser.parse_args()
    verdicts: list[Verdict] = []
    for stream in generate_streams(arguments.seed, arguments.failures, arguments.format):
        verdicts += score(stream).verdicts
    failing = [each for each in verdicts if any(arguments.cause in cause for cause in each.causes)]
    for verdict in failing[: arguments.show]:
        _show(verdict)
    _table("format", verdicts, lambda each: each.stream.format)
    _table("workers", verdicts, lambda each: each.stream.mode)
    _table("envelope", verdicts, lambda each: each.expected.envelope if each.expected else "none")
    _table("shape", verdicts, lambda each: each.expected.shape if each.expected else "none")
    _table("failure", verdicts, lambda each: each.expected.recipe if each.expected else "none")
    print("cause (a failure can have several)")
    for cause, count in Counter(cause for each in verdicts for cause in each.causes).most_common():
        print(f"  {count:>5}  {cause}")
    total = Score(tuple(verdicts))
    counts = " ".join(f"{outcome}={total.count(outcome)}" for outcome in OUTCOMES[1:])
    print(f"exact={total.exact:.3f} {counts} expected={total.expected}")
    return 0


def _table(title: str, verdicts: Iterable[Verdict], named: Callable[[Verdict], str]) -> None:
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(named(verdict), []).append(verdict)
    print(f"{title:<22}{'exact':>7}" + "".join(f"{outcome:>11}" for outcome in OUTCOMES[1:]) + "   expected")
    for name, each in sorted(groups.items()):
        of = Score(tuple(each))
        counts = "".join(f"{of.count(outcome):>11}" for outcome in OUTCOMES[1:])
        print(f"  {name:<20}{of.exact:>7.3f}{counts}{of.expected:>11}")


def _show(verdict: Verdict) -> None:
    stream, expected, found = verdict.stream, verdict.expected, verdict.found
    what = f"{expected.recipe}, {expected.envelope}, {expected.shape}" if expected else "nothing"
    print(f"--- {', '.join(verdict.causes)} ({stream.format}, {stream.mode}: {what})")
    start, end = (expected.start, expected.end) if expected else (found.start, found.end) if found else (0, 0)
    # With one line before and three lines after.
    first = stream.text.rfind("\n", 0, max(start - 1, 0)) + 1
    last = end
    for _ in range(3):
        last = stream.text.find("\n", last + 1) if last >= 0 else last
    print(stream.text[first : last if last > 0 else None][:_EXCERPT])
    for key, value, read in verdict.wrong:
        print(f"    {key}: expected {value!r}, got {read!r}")
    if expected is None and found:
        print("    got", {key: value for key, value in found.record.items() if value is not None})


if __name__ == "__main__":
    sys.exit(main())
