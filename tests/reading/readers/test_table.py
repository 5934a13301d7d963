"""Check that no reader finds anything in a text without its anchors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from iamtriage._reading.readers.table import BARE_403, READERS, Reader, possible_readers, read
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.readable import Readable
from tests.strategies import known, soup

_ANCHORED = [reader for reader in (*READERS, BARE_403) if reader.anchors]


@pytest.mark.parametrize("reader", _ANCHORED, ids=lambda reader: reader.name)
@settings(max_examples=60)
@given(case=known)
def test_reader_finds_nothing_in_a_failure_without_its_anchors(reader: Reader, case: object) -> None:
    _check(reader, getattr(case, "text", ""))


@pytest.mark.parametrize("reader", _ANCHORED, ids=lambda reader: reader.name)
@settings(max_examples=60)
@given(text=soup)
def test_reader_finds_nothing_in_words_of_failures_without_its_anchors(reader: Reader, text: str) -> None:
    _check(reader, text)


def _check(reader: Reader, text: str) -> None:
    readable = Readable(unwrap(text).text)
    if reader not in possible_readers(readable):
        assert not list(read(reader, readable, ())), text


def test_only_readers_with_an_anchor_are_asked() -> None:
    readable = Readable("Error: Access Denied (403)")
    assert [reader.name for reader in possible_readers(readable) if reader.anchors] == ["bare 403s"]
