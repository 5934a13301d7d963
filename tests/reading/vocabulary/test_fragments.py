"""Check that the index finds the same rows as a search for each fragment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage._reading.readers.phrases import PHRASES
from iamtriage._reading.vocabulary.fragments import FragmentIndex
from tests.strategies import known

_WORDS = st.text("abc ", min_size=1, max_size=9)


def _rows(fragments: list[str], text: str) -> list[int]:
    return [row for row, names in enumerate(fragments) if any(name in text for name in names.split("|"))]


@given(
    st.lists(st.lists(_WORDS, min_size=1, max_size=3).map("|".join), max_size=12),
    st.text("abc ", max_size=60),
)
def test_possible_rows_are_those_whose_fragment_occurs(fragments: list[str], text: str) -> None:
    assert FragmentIndex(fragments).possible_rows(text) == _rows(fragments, text)


@given(known)
def test_possible_phrases_of_failures(case: object) -> None:
    fragments = [phrase.fragment for phrase in PHRASES]
    text = getattr(case, "text", "")
    assert FragmentIndex(fragments).possible_rows(text) == _rows(fragments, text)


@pytest.mark.parametrize("text", ["", "nothing of the table"])
def test_text_without_fragments_has_no_rows(text: str) -> None:
    assert FragmentIndex(["unable to locate", "rate|limit"]).possible_rows(text) == []
