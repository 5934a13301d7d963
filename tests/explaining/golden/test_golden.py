"""Compare every explanation with a reviewed text file.

``UPDATE_GOLDEN=1 pytest tests/explaining/golden`` rewrites the files. Read the diff before you commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from iamtriage import explain
from tests.explaining.golden.cases import CASES
from tests.tables import check_rows

HERE = Path(__file__).parent


def _shown(text: str, facts: dict[str, object]) -> str:
    explanation = explain(text, facts=facts)
    told = "".join(f"fact {name}: {value}\n" for name, value in facts.items())
    return f"{text}\n{told}{'=' * 80}\n{explanation}\n{'=' * 80}\n{explanation.to_text(detail='full')}\n"


@check_rows(("name", "text", "facts"), CASES, ids=[case[0] for case in CASES])
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


def test_lines_have_at_most_100_columns() -> None:
    """A longer line contains a word that cannot be broken, such as an ARN, a URL or a substitution."""
    for name, text, facts in CASES:
        shown = _shown(text, facts).partition("=" * 80 + "\n")[2]
        for line in shown.split("\n"):
            longest = max(map(len, re.findall(r'"\$\([^)]*\)"|\S+', line)), default=0)
            assert len(line) <= 100 or longest > 50, (name, line)


def test_short_explanations_are_short() -> None:
    """None has more than 32 lines, and half of them at most 24."""
    lines = sorted(str(explain(text, facts=facts)).count("\n") + 1 for _, text, facts in CASES)
    assert lines[-1] <= 32
    assert lines[len(lines) // 2] <= 24
