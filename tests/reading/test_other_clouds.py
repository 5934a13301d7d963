"""Failures of other clouds are not AWS's, though their words are alike."""

from __future__ import annotations

from hypothesis import given

from iamtriage import parse, scan
from tests.strategies import LOG_SHAPES, log_shapes, ordinary_lines, other_clouds


@given(other_clouds, ordinary_lines)
def test_other_clouds_failures_are_none(text: str, around: str) -> None:
    """Huawei, Alibaba, Tencent, Google and Azure: their sentences give no failure, alone or in a log."""
    assert parse(text) is None
    assert parse(f"{around}\n{text}\n{around}") is None
    assert list(scan(f"{around}\n{text}\n{around}")) == []


@given(other_clouds, log_shapes)
def test_other_clouds_failures_are_none_in_any_log(text: str, shape: str) -> None:
    """Escaping, colours, boxes and prefixes do not make them AWS's."""
    assert parse(LOG_SHAPES[shape](text)) is None
