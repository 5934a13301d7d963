"""The command: runs the benchmarks, prints their figures, fails where a limit is missed."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cases import BENCHMARKS

if TYPE_CHECKING:
    from benchmarks.measure import Figure


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"which to run, of: {', '.join(BENCHMARKS)}; all when none is given",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    print(f"{'figure':<64} {'value':>10} {'':<8} {'limit':>6} {'aim':>6}  verdict")
    for name in arguments.names or BENCHMARKS:
        for figure in BENCHMARKS[name]():
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
    aim = "" if figure.aim is None else f"{figure.aim:g}"
    print(
        f"{figure.name:<64} {figure.value:>10.3f} {figure.unit:<8} {limit:>6} {aim:>6}  {figure.verdict} {figure.note}".rstrip(),
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
