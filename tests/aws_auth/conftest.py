"""Measure the coverage of the package, and not ruamel.yaml, whose parser takes twice as long under measurement."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from tests.measuring import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

_parse = YAML.parse


def _parse_events(self: YAML, stream: str) -> Iterator[object]:
    advance = unmeasured(_parse(self, stream).__next__)
    while True:
        try:
            event = advance()
        except StopIteration:
            return
        yield event


@pytest.fixture(autouse=True, scope="module")
def _measure_the_package() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if sys.gettrace():
            patch.setattr(YAML, "parse", _parse_events)
        yield
