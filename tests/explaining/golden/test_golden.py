"""Compare every explanation with a reviewed text file.

``UPDATE_GOLDEN=1 pytest tests/explaining/golden`` rewrites the files. Read the diff before you commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from iamtriage import explain
from tests.explaining.golden.cases import CASES

HERE = Path(__file__).parent


def _shown(text: str, facts: dict[str, object]) -> str:
    explanation = explain(text, facts=facts)
    told = "".join(f"fact {name}: {value}\n" for name, value in facts.items())
    return f"{text}\n{told}{'=' * 80}\n{explanation}\n"


@pytest.mark.parametrize(("name", "text", "facts"), CASES, ids=[case[0] for case in CASES])
def test_explanation(name: str, text: str, facts: dict[str, object]) -> None:
    path = HERE / f"{name}.txt"
    shown = _shown(text, facts)
    if "UPDATE_GOLDEN" in os.environ:
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_each_file_has_a_case() -> None:
    """No file belongs to a removed case, and no two cases share a file."""
    names = [case[0] for case in CASES]
    assert sorted(names) == sorted(path.stem for path in HERE.glob("*.txt"))


def test_lines_fit_in_a_terminal() -> None:
    """A line over 80 columns is a document, a command or an unbreakable word."""
    for name, text, facts in CASES:
        shown = _shown(text, facts).partition("=" * 80 + "\n")[2]
        for line in shown.split("\n"):
            longest = max(map(len, line.split()), default=0)
            indent = len(line) - len(line.lstrip())
            assert len(line) <= 80 or re.match(r"\s+[\"{}\[\]]|\s{4,}\S", line) or indent + longest > 60, (
                name,
                line,
            )
