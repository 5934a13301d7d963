"""Check that no reader finds anything in a text without its anchors."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage._reading import assembly
from iamtriage._reading.readers.table import BARE_403, READERS, possible_readers
from iamtriage._reading.unwrapping.unwrap import is_plain_line, is_readable_line, unwrap
from iamtriage._reading.vocabulary.readable import Readable
from tests.strategies import Case, cases, known, soup


@settings(max_examples=100)
@given(known)
def test_readers_find_nothing_in_a_failure_without_their_anchors(case: Case) -> None:
    _check_readers(case.text)


@settings(max_examples=100)
@given(soup)
def test_readers_find_nothing_in_words_of_failures_without_their_anchors(text: str) -> None:
    _check_readers(text)


def _check_readers(text: str) -> None:
    readable = Readable(unwrap(text).text)
    possible = possible_readers(readable)
    for reader in (*READERS, BARE_403):
        if reader not in possible:
            assert not list(reader.read(readable, *(() if reader.anchors else ((),)))), (reader.name, text)


def test_only_readers_with_an_anchor_are_asked() -> None:
    readable = Readable("rejected by apigw")
    assert [reader.name for reader in possible_readers(readable)] == ["bare 403s"]


_WORDS = st.sampled_from(
    [
        "worker",
        "failed",
        "error",
        "ERROR",
        "2026-03-14",
        "09:26:53,589",
        "connection",
        "[main]",
        "-",
        ":",
        "order",
        "48213",
        "not",
        "found",
        "retry",
        "(attempt",
        "2)",
        "status=500",
        "Throttling",
        "AccessDenied",
        "denied",
        "User:",
        "s3:GetObject",
        "arn:aws:iam::111122223333:user/ana",
        "Unauthorized",
        "403",
        "Forbidden",
        "code",
    ]
)


@given(st.one_of(cases().map(lambda case: case.text), st.lists(_WORDS, max_size=12).map(" ".join)), st.data())
def test_lines_that_are_rejected_state_nothing(text: str, data: st.DataObject) -> None:
    """A line that is rejected by its words before it is unwrapped states nothing when it is read."""
    start = data.draw(st.integers(0, len(text)))
    line = f"2026-03-14 09:26:53 ERROR {text[start : data.draw(st.integers(start, len(text)))]}".partition(
        "\n"
    )[0]
    if is_plain_line(line) and not possible_readers(Readable(" ".join(line.split()))):
        assert assembly.read(line)[1] == [], line


@given(
    st.one_of(
        cases().map(lambda case: case.text),
        st.lists(st.one_of(_WORDS, st.sampled_from([" ", "> ", "- ", "#", "\t", "time=x"])), max_size=9).map(
            " ".join
        ),
    )
)
def test_lines_that_need_no_unwrapping_stay_as_they_are(text: str) -> None:
    """A line that is read without unwrapping is what unwrapping makes of it."""
    if is_plain_line(text) and is_readable_line(text):
        view = unwrap(text)
        assert (view.text, view.origin(len(text))) == (text, len(text))


def test_errors_of_other_programs_are_rejected() -> None:
    """The test of the words rejects what programs report that have nothing to do with AWS."""
    line = "2026-03-14 09:26:53 ERROR worker.tasks task resize failed after 3 attempts: cannot read the file"
    assert not possible_readers(Readable(line))
