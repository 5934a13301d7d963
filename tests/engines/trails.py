"""Run an example job on a generated trail, and compare what it wrote, and a report of that, with what was planted."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.dataset

from iamtriage.report import build_report

if TYPE_CHECKING:
    import pytest

    from iamtriage.testing import CloudTrailTree

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(job: str, monkeypatch: pytest.MonkeyPatch, trail: Path, results: Path) -> object:
    """Run a job as a program, and return its exit status."""
    monkeypatch.setattr("sys.argv", [job, str(trail), str(results)])
    status: object = 0
    try:
        runpy.run_path(str(EXAMPLES / job), run_name="__main__")
    except SystemExit as exit_:
        status = exit_.code
    return status


def check_results(results: Path, tree: CloudTrailTree) -> None:
    """Check that a job found every planted failure, once, in the folder of its day, and that a report counts them."""
    rows = pyarrow.dataset.dataset(results, partitioning="hive").to_table().to_pylist()
    assert len(rows) == tree.denials + tree.errors
    assert Counter(row["fingerprint"] for row in rows if row["kind"] == "access_denied") == tree.problems
    assert all(str(row["date"]) == row["time"][:10] for row in rows)
    assert len({row["date"] for row in rows}) == len({time[:10] for time in tree.last_seen.values()}) > 1
    with build_report([results]) as report:
        problems = list(report.problems())
        unread = report.inputs(only_problems=True)
    assert {each["fingerprint"]: each["count"] for each in problems} == tree.problems
    assert {each["fingerprint"]: each["last_seen"] for each in problems} == tree.last_seen
    assert unread == []
