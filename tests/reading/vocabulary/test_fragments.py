"""Check that the index finds the same rows as a search for each fragment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage._reading.readers import source_code
from iamtriage._reading.readers.phrases import PHRASES
from iamtriage._reading.readers.table import _TABLE, _fragments
from iamtriage._reading.vocabulary.fragments import FragmentIndex, list_rows
from iamtriage._reading.vocabulary.readable import Readable
from tests.strategies import known
from tests.tables import has_fragment

_FRAGMENTS = st.one_of(
    st.text("abc ", min_size=1, max_size=12),
    st.tuples(
        st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=2).map(" ".join),
        st.text("abc ", max_size=5),
    ).map("<{0[0]}>{0[1]}".format),
)


def _is_in(fragment: str, text: str) -> bool:
    if fragment.startswith("<"):
        words, _, literal = fragment[1:].partition(">")
        return {*words.split()} <= {*text.split()} and literal in text
    return fragment in text


def _rows(fragments: list[str], text: str) -> list[int]:
    return [
        row for row, names in enumerate(fragments) if any(_is_in(name, text) for name in names.split("|"))
    ]


def _possible_rows(fragments: list[str], text: str) -> list[int]:
    return list(list_rows(FragmentIndex(fragments).find_rows(Readable(text).words, text)))


@given(
    st.lists(st.lists(_FRAGMENTS, min_size=1, max_size=3).map("|".join), max_size=12),
    st.text("abc ", max_size=60),
)
def test_possible_rows_are_those_whose_fragment_occurs(fragments: list[str], text: str) -> None:
    assert _possible_rows(fragments, text) == _rows(fragments, text)


@given(known)
def test_possible_phrases_of_failures(case: object) -> None:
    fragments = [phrase.fragment for phrase in PHRASES]
    text = getattr(case, "text", "")
    expected = [row for row, fragment in enumerate(fragments) if has_fragment(fragment, text)]
    assert _possible_rows(fragments, text) == expected


def test_no_alternative_is_empty() -> None:
    """An empty alternative is in each text."""
    tables = [[reader.anchors] if reader.anchors else _fragments(reader) for reader in _TABLE]
    tables.append([fragment for fragment, *_ in source_code._ROWS])
    assert not [row for table in tables for row in table if "" in row.split("|")]


@pytest.mark.parametrize("text", ["", "nothing of the table"])
def test_text_without_fragments_has_no_rows(text: str) -> None:
    assert _possible_rows(["unable to locate", "rate|limit", "<token>"], text) == []
