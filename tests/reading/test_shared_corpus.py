"""The shared corpus of labelled texts, scored as its score.py does; absent outside of the workshop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iamtriage import parse, to_record

_CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "dev.jsonl"


@pytest.mark.skipif(not _CORPUS.is_file(), reason="the shared corpus is not on this machine")
def test_scores() -> None:
    """Nearly every record is exact, nearly every kind right, and nothing else is taken for a failure of AWS."""
    items = [json.loads(line) for line in _CORPUS.read_text("utf-8").splitlines() if line.strip()]
    exact = kinds = 0
    false_alarms = []
    for item in items:
        failure = parse(item["text"])
        record: dict[str, object] = {} if failure is None else dict(to_record(failure))
        right = {
            key: record.get(key) == label or record.get(key) in item.get("alt", {}).get(key, ())
            for key, label in item["expect"].items()
        }
        exact += all(right.values())
        kinds += right["kind"]
        if item["expect"]["kind"] is None and not right["kind"]:
            false_alarms.append(item["id"])
    assert exact >= 0.95 * len(items)
    assert kinds >= 0.98 * len(items)
    assert false_alarms == []
