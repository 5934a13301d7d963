"""Check where words of a readable text are found."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from iamtriage._reading.vocabulary.readable import ANY_CODE, NON_ASCII, Readable
from tests.strategies import soup

_TEXTS = st.one_of(soup, st.text("ab_1 .:é\n", max_size=40))


@given(_TEXTS)
def test_words_are_those_between_other_characters(text: str) -> None:
    words = set(re.findall(r"\w+", text, re.ASCII))
    added = {ANY_CODE, NON_ASCII}
    assert Readable(text).words - added == words - added


@given(_TEXTS)
def test_places_are_those_of_the_words(text: str) -> None:
    readable = Readable(text)
    expected = [m.span() for m in re.finditer(r"\w+", text, re.ASCII)]
    assert readable.places(readable.words) == expected
    for word in readable.words:
        found = readable.places({word})
        assert found == [(start, end) for start, end in expected if text[start:end] == word]


@given(_TEXTS)
def test_codes_are_words_of_the_text(text: str) -> None:
    readable = Readable(text)
    assert set(readable.codes) <= set(readable.places(readable.words))
