"""Test that what only looks like a secret stays."""

from __future__ import annotations

import json

from iamtriage import redact
from tests.redaction.benign import LINES
from tests.tables import check_rows


@check_rows("line", LINES)
def test_line_is_kept(line: str) -> None:
    for text in (
        line,
        f"before\n{line}\nafter",
        f"2031-04-05T06:07:08Z INFO {line}",
        json.dumps({"log": line}),
    ):
        assert redact(text) == text
    assert redact({"log": line}) == {"log": line}


def test_lines_are_many() -> None:
    assert len(LINES) >= 500
