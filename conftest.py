"""Run every Python example in README.md, docs/ and the docstrings in src/ as a test.

Blocks fenced as ``python`` run in order, with one namespace per file. A block with ``>>>`` prompts is a
doctest. An example that cannot run has ``<!--- skip: next -->`` or, in docs/, ``% skip: next`` before it.
Docstrings can use the names of their module.
"""

from __future__ import annotations

import re
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from typing import TYPE_CHECKING

from sybil import Sybil
from sybil.parsers import myst, rest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

_EXAMPLE = re.compile(r">>>|code(?:-block)?::")
OPTIONS = ELLIPSIS | NORMALIZE_WHITESPACE

_markdown = Sybil(
    name="markdown",
    parsers=[
        myst.PythonCodeBlockParser(doctest_optionflags=OPTIONS),
        myst.SkipParser(),
    ],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    excludes=["docs/_build/*", "docs/_build/**/*", "docs/causes/*"],
)
_docstrings = Sybil(
    name="docstrings",
    parsers=[
        rest.DocTestParser(optionflags=OPTIONS),
        rest.PythonCodeBlockParser(),
        rest.SkipParser(),
    ],
    # Before Python 3.13, "**" matches exactly one folder here, so each depth needs its own pattern.
    patterns=[f"src/iamtriage/{'*/' * depth}*.py" for depth in range(6)],
)

_collect: Callable[[Path, pytest.Collector], pytest.Collector | None] = (_markdown + _docstrings).pytest()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the examples of a file. Most modules have none, and looking takes less time than parsing."""
    if file_path.suffix == ".py" and not _EXAMPLE.search(file_path.read_text(encoding="utf-8")):
        return None
    return _collect(file_path, parent)
