"""Find markers by their word instead of at every character."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage.redaction._vocabulary.markers import MARKER, find_markers

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
