"""Measure only the coverage of what explains here: reading and rendering have their own tests."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from tests.measuring import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

# Laying out explanations took half of the time of these tests under measurement.
_TESTED_ELSEWHERE = {
    "iamtriage.explaining._explain": ("parse",),
    "iamtriage._rendering.explanations.full_form": ("card_blocks", "full_blocks"),
    "iamtriage._rendering.explanations.headlines": ("shorten",),
    "iamtriage._rendering.explanations.short_form": ("short_blocks",),
    "iamtriage._rendering.terminal": ("render",),
}


@pytest.fixture(autouse=True, scope="module")
def _measure_explaining() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module, names in _TESTED_ELSEWHERE.items() if sys.gettrace() else ():
            loaded = importlib.import_module(module)
            for name in names:
                patch.setattr(loaded, name, unmeasured(getattr(loaded, name)))
        yield
