"""Generates logs with failures in them, and scores how ``scan`` reads them.

``python -m benchmarks.streams [--seed N] [--failures N] [--format NAME] [--show K]``. A log is in one of many
formats, with ordinary lines between its failures and, in some, several workers at once. Each failure has facts of its
own, so that a fact of another shows. Every log follows from its seed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.stream_formats import FORMATS
from benchmarks.stream_logs import Planted, Stream, generate, streams
from benchmarks.stream_scores import OUTCOMES, Score, Verdict, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ("Planted", "Score", "Stream", "Verdict", "generate", "main", "score", "streams")

_EXCERPT = 1500


def main() -> int:
    """Generate, score and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what the logs follow from")
    parser.add_argument("--failures", type=int, default=2000, help="how many failures stand in them")
    parser.add_argument("--format", choices=FORMATS, help="only logs of this format")
    parser.add_argument("--show", type=int, default=0, metavar="K", help="print so many that were not exact")
    parser.add_argument("--cause", default="", help="of these, only with this in the cause")
    arguments = parser.parse_args()
    verdicts: list[Verdict] = []
    for stream in streams(arguments.seed, arguments.failures, arguments.format):
        verdicts += score(stream).verdicts
    failing = [each for each in verdicts if any(arguments.cause in cause for cause in each.causes)]
    for verdict in failing[: arguments.show]:
        _show(verdict)
    _table("format", verdicts, lambda each: each.stream.format)
    _table("workers", verdicts, lambda each: each.stream.mode)
    _table("print", verdicts, lambda each: each.wanted.envelope if each.wanted else "none")
    _table("shape", verdicts, lambda each: each.wanted.shape if each.wanted else "none")
    _table("failure", verdicts, lambda each: each.wanted.recipe if each.wanted else "none")
    print("cause (a failure may have several)")
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
    stream, wanted, found = verdict.stream, verdict.wanted, verdict.found
    what = f"{wanted.recipe}, {wanted.envelope}, {wanted.shape}" if wanted else "nothing"
    print(f"--- {', '.join(verdict.causes)} ({stream.format}, {stream.mode}: {what})")
    start, end = (wanted.start, wanted.end) if wanted else (found.start, found.end) if found else (0, 0)
    # With the line before and the three behind.
    first = stream.text.rfind("\n", 0, max(start - 1, 0)) + 1
    last = end
    for _ in range(3):
        last = stream.text.find("\n", last + 1) if last >= 0 else last
    print(stream.text[first : last if last > 0 else None][:_EXCERPT])
    for key, value, read in verdict.wrong:
        print(f"    {key}: wanted {value!r}, got {read!r}")
    if wanted is None and found:
        print("    got", {key: value for key, value in found.record.items() if value is not None})


if __name__ == "__main__":
    sys.exit(main())
