"""Measure the time for reading denials from compressed CloudTrail log files."""

from __future__ import annotations

import gzip
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figure, best
from iamtriage.inputs import open_inputs
from iamtriage.testing import write_cloudtrail_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORDS = 40_000
_REPEATS = 5
LIMIT, TARGET = 1.0, 0.6


def log_files() -> Iterator[Figure]:
    """Compare ``iamtriage.inputs`` with decompressing the files and parsing all records."""
    orjson: Any = import_module("orjson")
    for share in (0.1, 0.0):
        with tempfile.TemporaryDirectory() as folder:
            write_cloudtrail_tree(folder, records=_RECORDS, denials=share, errors=0)
            sources = list(open_inputs([folder]))
            paths = [Path(source.name) for source in sources]

            def read(sources: Any = sources) -> None:  # noqa: ANN401 (bound per tree)
                for source in sources:
                    for _ in source.denials():
                        pass

            def load(paths: list[Path] = paths) -> None:
                for path in paths:
                    orjson.loads(gzip.decompress(path.read_bytes()))

            ours = theirs = float("inf")
            for _ in range(_REPEATS):
                ours, theirs = min(ours, best(read, 1)), min(theirs, best(load, 1))
        name = f"denials of log files, {share:.0%} of the records / gunzip and orjson"
        note = f"({_RECORDS / ours:,.0f} records per second / {_RECORDS / theirs:,.0f})"
        yield Figure(name, ours / theirs, "x", LIMIT, TARGET, note)
