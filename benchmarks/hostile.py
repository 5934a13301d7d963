"""Generate hostile texts, and list those that take too long.

``python -m benchmarks.hostile [--corpus FOLDER] [--seed N] [--minutes M]``. A text repeats a fragment, or two, with a
separator. Fragments are the strings in the source of the readers, of redaction and of explanations, and the parts of
the lines of real texts. The exit status is 1 if a text is over a limit.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import random
import re
import sys
import time
from collections import deque
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import iamtriage
from benchmarks.measure import COST_LIMIT, DOUBLING_LIMIT, EXPLAIN_LIMIT, IDENTIFIERS_LIMIT, best
from benchmarks.reading import CORPUS
from benchmarks.texts import SECRET_TRIGGER, TRIGGER, repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SEPARATORS = ("", " ", "\n", "\n\n", ": ", ", ", '"', "\\n", "> ", "(", "=", "\x1e", "é", "\0\n", " \0 ")
# A placeholder in a unit. Each repetition has another number there, so that no two repetitions are equal.
_NUMBER = "\0"
_PACKAGES = ("_reading", "redaction", "explaining")
# Fragments of both sizes matter, because readers join lines and sentences.
_CLAUSE = re.compile(r"[^\n:;,.(){}\[\]\"]{2,60}[:;,.(){}\[\]\"]{0,3}")
_LINE = re.compile(r"[^\n]{3,120}")
_MIN_LENGTH, _MAX_LENGTH = 2, 120
_DIGITS = re.compile(r"\d+")
# In characters. If a small text is far below the limits, larger ones are not measured.
_FIRST, _SIZES = 4_000, (20_000, 40_000, 80_000)
_SUSPICIOUS = 0.5
# Explanations need a failure with facts.
_DENIAL = (
    "\nAn error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::111122223333:"
    "assumed-role/app/session is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::data/report.csv"
    " because no identity-based policy allows the s3:GetObject action"
)


class _Reader(NamedTuple):
    name: str
    read: Callable[[str], object]
    limit: float
    ending: str


READERS = (
    _Reader("parse", iamtriage.parse, COST_LIMIT, TRIGGER),
    _Reader("scan", lambda text: deque(iamtriage.scan(text), maxlen=0), COST_LIMIT, TRIGGER),
    _Reader("redact", iamtriage.redact, COST_LIMIT, SECRET_TRIGGER),
    _Reader(
        "redact, identifiers",
        functools.partial(iamtriage.redact, identifiers=True),
        IDENTIFIERS_LIMIT,
        SECRET_TRIGGER,
    ),
    _Reader("explain", lambda text: str(iamtriage.explain(text)), EXPLAIN_LIMIT, _DENIAL),
)


class Slow(NamedTuple):
    """A text over a limit.

    Attributes:
        cost: Seconds per million characters.
        growth: The factor by which the time increases if the text is twice as long.
        reader: The function that takes too long.
        unit: The part that the text repeats.
    """

    cost: float
    growth: float
    reader: str
    unit: str


def fragments(corpus: Path) -> list[str]:
    """Return the fragments without duplicates. Fragments that differ only in numbers are equal."""
    found: dict[str, str] = {}
    for text in (*_source_strings(), *_corpus_parts(corpus)):
        if _MIN_LENGTH <= len(text) <= _MAX_LENGTH:
            found.setdefault(_DIGITS.sub("0", text), text)
    return list(found.values())


def _source_strings() -> Iterator[str]:
    """Yield the strings and the alternatives of patterns in the source."""
    folder = Path(iamtriage.__file__).parent
    for package in _PACKAGES:
        for path in sorted((folder / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from re.split(r"[|()]|(?<=[a-z]) (?=[A-Z])", node.value)


def _corpus_parts(folder: Path) -> Iterator[str]:
    """Yield the lines and clauses of real texts."""
    for file in sorted(folder.glob("dev*.jsonl")):
        for record in map(json.loads, file.read_text("utf-8").splitlines()):
            yield from _LINE.findall(record["text"])
            yield from _CLAUSE.findall(record["text"])


def units(parts: Sequence[str], numbers: random.Random) -> Iterator[str]:
    """Yield the parts to repeat: each fragment with a separator, then an infinite number of pairs."""
    for part in numbers.sample(parts, len(parts)):
        yield part + numbers.choice(SEPARATORS)
    while True:
        first, second = numbers.choices(parts, k=2)
        yield first + numbers.choice(SEPARATORS) + second + numbers.choice(SEPARATORS)


def measure(unit: str) -> Iterator[Slow]:
    """Yield the readers that take too long for a text."""
    for name, read, limit, ending in READERS:
        small, *texts = (_make_text(unit, size, ending) for size in (_FIRST, *_SIZES))
        if best(functools.partial(read, small), 1) < limit * _SUSPICIOUS * len(small) / 1e6 / 5:
            # A quadratic reader takes five times longer per character of a text of the first size.
            continue
        times = [best(functools.partial(read, text), 1) for text in texts[:2]]
        if _is_slow(times, limit):
            times = [best(functools.partial(read, text), 3) for text in texts]
        if _is_slow(times, limit):
            yield Slow(times[-1] / len(texts[-1]) * 1e6, min(_doublings(times)), name, unit)


def _make_text(unit: str, size: int, ending: str) -> str:
    if _NUMBER not in unit:
        return repeated(unit, size, ending)
    count = size // len(unit) + 1
    return (
        "".join(unit.replace(_NUMBER, str(number)) for number in range(count))[: size - len(ending)] + ending
    )


def _doublings(times: Sequence[float]) -> list[float]:
    return [larger / smaller for smaller, larger in pairwise(times)]


def _is_slow(times: Sequence[float], limit: float) -> bool:
    """Return whether a text takes too long, or would if it were longer."""
    costs = [taken / size * 1e6 for taken, size in zip(times, _SIZES, strict=False)]
    is_growing = min(_doublings(times)) > DOUBLING_LIMIT and costs[-1] > limit * _SUSPICIOUS
    return is_growing or max(costs) > limit


def main() -> int:
    """Measure texts for some minutes, and print those over a limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, default=CORPUS, help="a folder of dev*.jsonl files (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the seed of the order and of the pairs")
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="how long to measure (default: %(default)g)"
    )
    arguments = parser.parse_args()
    end = time.monotonic() + arguments.minutes * 60
    parts = fragments(arguments.corpus)
    slow = count = 0
    for unit in units(parts, random.Random(arguments.seed)):
        if time.monotonic() > end:
            break
        count += 1
        for found in measure(unit):
            slow += 1
            print(
                f"{found.cost:6.2f} s/M  x{found.growth:4.2f}  {found.reader:<20} {found.unit!r}", flush=True
            )
    print(f"{slow} over a limit; {count} texts of {len(parts)} fragments")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
