"""Hypothesis profiles, selected by HYPOTHESIS_PROFILE.

``ci``, the default, generates the same examples each time. ``thorough`` generates many random ones. ``quick``
generates few and does not shrink failures.
"""

from __future__ import annotations

import gc
import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    from collections.abc import Generator

_COMMON = settings(
    deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.register_profile("ci", _COMMON, derandomize=True, max_examples=35)
settings.register_profile("thorough", _COMMON, max_examples=3000)
settings.register_profile(
    "quick", _COMMON, derandomize=True, max_examples=30, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


_load_file = JSONFileLoader.load_file


@cache
def _load_once(path: str) -> object:
    """Read one of botocore's model files once per process, not once per session.

    Hundreds of sessions are created, and a client's models take longer to read than most tests. botocore shares a
    file's data between the clients of a session, so sharing it between sessions is as safe.
    """
    return _load_file(JSONFileLoader(), path)


def _load_shared(self: JSONFileLoader, file_path: str) -> Any:  # noqa: ANN401 (JSON)
    del self
    return _load_once(file_path)


JSONFileLoader.load_file = _load_shared


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Exempt what is loaded and collected from garbage collection, which would go through it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure no coverage while a Hypothesis test runs, or one that is marked as `unmeasured`.

    Both run the same lines many times, which takes twice as long under measurement. What only they cover lacks an
    example that someone wrote down. The same is true of the programs that tests start, so coverage has no patch of
    subprocesses.
    """
    is_generated = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    if not is_generated and item.get_closest_marker("unmeasured") is None:
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
