"""Compare every explanation with a reviewed text file.

``UPDATE_GOLDEN=1 pytest tests/explaining/golden`` rewrites the files. Read the diff before you commit it.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

from tests.explaining.golden.cases import CASES as PARSED
from tests.explaining.golden.cases import UNPARSED, explained
from tests.tables import check_rows

HERE = Path(__file__).parent
CASES = (*PARSED, *UNPARSED)
_INPUTS: dict[str, tuple[str, dict[str, object]]] = {name: (text, facts) for name, text, facts in CASES}


@cache
def _explained(name: str) -> tuple[str, str]:
    """Return the short and the full explanation of a case."""
    explanation = explained(name)
    return str(explanation), explanation.to_text(detail="full")


@check_rows("name", _INPUTS)
def test_explanation(name: str) -> None:
    path = HERE / f"{name}.txt"
    text, facts = _INPUTS[name]
    told = "".join(f"fact {key}: {value}\n" for key, value in facts.items())
    line = "=" * 80
    short, full = _explained(name)
    shown = f"{text}\n{told}{line}\n{short}\n{line}\n{full}\n"
    if "UPDATE_GOLDEN" in os.environ:
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_each_file_has_a_case() -> None:
    """No file belongs to a removed case, and no two cases share a file."""
    names = [case[0] for case in CASES]
    assert sorted(names) == sorted(path.stem for path in HERE.glob("*.txt"))


def test_lines_have_at_most_100_columns() -> None:
    """A longer line contains a word that cannot be broken, such as an ARN, a URL or a substitution."""
    for name in _INPUTS:
        for line in "\n".join(_explained(name)).split("\n"):
            longest = max(map(len, re.findall(r'(?:\w+=)?"\$\([^)]*\)"|\S+', line)), default=0)
            assert len(line) <= 100 or longest > 50, (name, line)


def test_short_explanations_are_short() -> None:
    """None has more than 32 lines, and half of them at most 24."""
    lines = sorted(_explained(name)[0].count("\n") + 1 for name in _INPUTS)
    assert lines[-1] <= 32
    assert lines[len(lines) // 2] <= 24
