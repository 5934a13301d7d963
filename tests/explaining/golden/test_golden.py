"""Every explanation as a person sees it: one file each, read by eye when it was made, compared since then.

``UPDATE_GOLDEN=1 pytest tests/golden`` writes the files anew; look at the difference before you commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from iamtriage import explain
from tests.explaining.golden.cases_credentials import CASES as CREDENTIALS
from tests.explaining.golden.cases_denied import CASES as DENIED
from tests.explaining.golden.cases_kubernetes import CASES as KUBERNETES

HERE = Path(__file__).parent
CASES = (*DENIED, *KUBERNETES, *CREDENTIALS)


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


def test_each_file_has_its_case() -> None:
    """No file is left of a case that is gone, and no two cases write one file."""
    names = [case[0] for case in CASES]
    assert sorted(names) == sorted(path.stem for path in HERE.glob("*.txt"))


def test_lines_fit_a_terminal() -> None:
    """A line over 80 columns is a document or a command, or holds a word that cannot be broken."""
    for name, text, facts in CASES:
        shown = _shown(text, facts).partition("=" * 80 + "\n")[2]
        for line in shown.split("\n"):
            longest = max(map(len, line.split()), default=0)
            indent = len(line) - len(line.lstrip())
            assert len(line) <= 80 or re.match(r"\s+[\"{}\[\]]|\s{4,}\S", line) or indent + longest > 60, (
                name,
                line,
            )
