"""Run the benchmarks and print their figures. The exit status is 1 if a limit is missed."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cases import BENCHMARKS, redaction
from benchmarks.reading import CORPUS, corpus

if TYPE_CHECKING:
    from benchmarks.measure import Figure

# Benchmarks of the texts of a folder.
_READERS = {"corpus": corpus, "redact": redaction}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"a benchmark to run, one of {', '.join(BENCHMARKS)}; by default all",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    parser.add_argument(
        "--corpus",
        type=Path,
        metavar="FOLDER",
        default=CORPUS,
        help="a folder of dev*.jsonl files for corpus and redact, objects with a text (default: %(default)s)",
    )
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(
            f"unknown benchmark {', '.join(sorted(unknown))}; expected one of {', '.join(BENCHMARKS)}"
        )
    figures: list[Figure] = []
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    print(f"{'figure':<64} {'value':>10} {'':<8} {'limit':>6} {'target':>6}  verdict")
    for name in arguments.names or BENCHMARKS:
        run = partial(_READERS[name], arguments.corpus) if name in _READERS else BENCHMARKS[name]
        for figure in run():
            figures.append(figure)
            show(figure)
    if arguments.json:
        rows = [{**figure._asdict(), "verdict": figure.verdict} for figure in figures]
        arguments.json.write_text(
            json.dumps({"python": platform.python_version(), "figures": rows}, indent=1), encoding="utf-8"
        )
    missed = [figure for figure in figures if figure.verdict == "MISSED"]
    print(f"{len(missed)} limit(s) missed" if missed else "every limit kept")
    return 1 if missed else 0


def show(figure: Figure) -> None:
    limit = "" if figure.limit is None else f"{figure.limit:g}"
    target = "" if figure.target is None else f"{figure.target:g}"
    print(
        f"{figure.name:<64} {figure.value:>10.3f} {figure.unit:<8} {limit:>6} {target:>6}  {figure.verdict} {figure.note}".rstrip(),
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
