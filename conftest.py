"""Run every Python example in README.md, docs/ and the docstrings in src/, and measure only what tests run.

Blocks fenced as ``python`` run in order, with one namespace per file. A block with ``>>>`` prompts is a
doctest. An example that cannot run has ``<!--- skip: next -->`` or, in docs/, ``% skip: next`` before it.
Docstrings can use the names of their module.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
import sys
import threading
from contextlib import contextmanager
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from typing import TYPE_CHECKING, Any

import pytest
from sybil import Sybil
from sybil.parsers import myst, rest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path
    from types import FrameType

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


# What measures coverage in this thread and installs itself in others, if anything does.
_TRACERS = pytest.StashKey[tuple[Any, Any]]()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect the tests without measuring coverage, which takes twice as long, and without searching garbage.

    The package's modules are loaded before, so that the coverage has their own lines. What is loaded and
    collected is exempt from garbage collection, which would go through it again and again.
    """
    gc.disable()
    tracer, _ = session.config.stash[_TRACERS] = sys.gettrace(), threading.gettrace()
    if tracer is not None and not session.config.getoption("numprocesses", None):
        package = importlib.import_module("iamtriage")
        for module in pkgutil.walk_packages(package.__path__, "iamtriage."):
            if not module.name.endswith(".__main__"):
                importlib.import_module(module.name)
    _trace(None, None)
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _trace(tracer: Any, in_threads: Any) -> None:  # noqa: ANN401 (trace functions)
    def install(frame: FrameType, event: str, argument: object) -> object:
        """Measure in a new thread, unless it is one in which a server of the tests answers a request."""
        if "(process_request" in threading.current_thread().name:
            sys.settrace(None)
            return None
        return in_threads(frame, event, argument)

    sys.settrace(tracer)
    threading.settrace(install if in_threads else None)  # type: ignore[arg-type]


@contextmanager
def _measured(item: pytest.Item) -> Generator[None]:
    """Measure coverage, unless in a Hypothesis test or one that is marked as `unmeasured`.

    Both run the same lines many times, which takes twice as long under measurement. What only they cover
    lacks an example that someone wrote down. The same is true of the programs that tests start, so coverage
    has no patch of subprocesses.
    """
    is_generated = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    if is_generated or item.get_closest_marker("unmeasured") is not None:
        yield
        return
    _trace(*item.config.stash[_TRACERS])
    try:
        yield
    finally:
        _trace(None, None)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Measure the coverage of a test, without what pytest does around it."""
    with _measured(item):
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Generator[None, object, object]:
    """Measure the coverage of a fixture's set-up."""
    with _measured(request.node):
        return (yield)
