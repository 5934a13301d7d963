"""Measure the time and memory for a report of a trail."""

from __future__ import annotations

import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Figure
from iamtriage.testing import write_cloudtrail_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORDS = 400_000
_ROUNDS = 3
TIME_LIMIT, TIME_TARGET = 1.5, 1.0
MEMORY_LIMIT = 600.0
# The minimum for reading a trail: one process that decompresses and parses each file, and keeps nothing.
_YARDSTICK = """
import gzip, pathlib, sys
from orjson import loads
sum(len(loads(gzip.decompress(path.read_bytes()))["Records"]) for path in pathlib.Path(sys.argv[1]).rglob("*.json.gz"))
"""
# Peak memory of the process that writes the store, and of as many of its readers as the machine has cores.
_REPORT = """
import os, resource, sys
from iamtriage.cli import main
if __name__ == "__main__":
    status = main(["report", sys.argv[1], "--output", os.devnull])
    own, readers = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(own + readers * (os.cpu_count() or 1))
    sys.exit(status)
"""


def report() -> Iterator[Figure]:
    """Compare a report of a generated trail with a process that only decompresses and parses its files."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "trail")
        write_cloudtrail_tree(tree, records=_RECORDS)
        program = Path(folder, "report.py")
        program.write_text(_REPORT, "utf-8")
        best = {"ours": (math.inf, math.inf), "theirs": (math.inf, math.inf)}
        memory = 0.0
        for _ in range(_ROUNDS):
            *times, _ = _run("-c", _YARDSTICK, str(tree))
            best["theirs"] = (min(best["theirs"][0], times[0]), min(best["theirs"][1], times[1]))
            *times, output = _run(str(program), str(tree))
            best["ours"] = (min(best["ours"][0], times[0]), min(best["ours"][1], times[1]))
            memory = max(memory, int(output) / 1024)
    (wall, processor), (their_wall, their_processor) = best["ours"], best["theirs"]
    note = f"({wall:.1f} s / {their_wall:.1f} s; processor time {processor:.1f} s / {their_processor:.1f} s)"
    name = "report of 400,000 records / gunzip and orjson in one process"
    yield Figure(name, wall / their_wall, "x", TIME_LIMIT, TIME_TARGET, note)
    yield Figure("peak memory of all processes of a report", memory, "MiB", MEMORY_LIMIT, None)


def _run(*arguments: str) -> tuple[float, float, str]:
    """Run Python, and return its wall and processor time with its output."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, processor, done.stdout
