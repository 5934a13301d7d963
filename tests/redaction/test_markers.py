"""Find markers by their word instead of at every character."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import redact
from iamtriage.redaction._vocabulary.markers import MARKER, Secret, find_markers, make_marker

PIECES = (
    "x",
    "xx",
    "[",
    "]",
    "-",
    " ",
    "a",
    "REDACTED",
    "[REDACTED token]",
    "REDACTED-token",
    "REDACTED-session-token",
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_finds_the_markers_that_the_pattern_matches(text: str) -> None:
    assert [*find_markers(text)] == [m.span() for m in MARKER.finditer(text)]


def test_filler_belongs_to_its_marker() -> None:
    assert [*find_markers("xxx[REDACTED token]xxREDACTED-token")] == [(0, 21)]


@pytest.mark.parametrize("what", get_args(Secret))
@pytest.mark.parametrize("url", [False, True])
def test_marker_announces_nothing(what: Secret, *, url: bool) -> None:
    """A marker contains names of secrets, but what follows it is not their value."""
    text = f"?key={make_marker(what, url=url)} ?n=t2B9fGh4Lm7Q\t'aB3dE6fG9hJ2'"
    assert redact(text) == text
