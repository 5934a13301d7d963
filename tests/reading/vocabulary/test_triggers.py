"""Check that the trigger test rejects no text that a reader can read."""

from __future__ import annotations

import importlib
import re

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from iamtriage import _reading, parse
from iamtriage._reading.readers import phrases
from iamtriage._reading.vocabulary import codes
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from tests.strategies import LOG_SHAPES, ORDINARY_LINES, Case, known, log_shapes
from tests.tables import ANA, check_rows, has_fragment, split_alternatives

# Patterns that are enough for a failure. The others only add facts to one.
_STARTS = (
    "sdk_prefixes._BOTOCORE",
    "go_prefixes._OPERATION",
    "sdk_prefixes._PHP",
    "sdk_suffixes._JAVA_OLDEST",
    "sdk_suffixes._GO1",
    "rbac._SENTENCE",
)
# Patterns with a spelling that is rejected alone (all capitals, German words without an umlaut), each in a
# sentence as tools print it.
_STARTS_IN_SENTENCES = {
    "sentences._ANCHOR": f"Error: User: {ANA} {{}} to perform: iam:GetRole",
    "action_phrases._MISSING_PERMISSION": "Error: {}",
    "translations._NOT_AUTHORIZED": f"Benutzer: {ANA} {{}}, Folgendes auszuführen: iam:GetRole",
}
# A row can have several messages, and each of them needs its own examples.
_MESSAGES = [
    row._replace(pattern=pattern) for row in phrases.PHRASES for pattern in split_alternatives(row.pattern)
]
# Groups and sets of characters can contain parentheses.
_PARTS = r"(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^()\[\\])*"
_LOOKAROUND = re.compile(rf"\(\?<?[=!]{_PARTS}(?:\({_PARTS}\){_PARTS})*\)")
_LAST_LOOKAHEAD = re.compile(rf"\(\?=({_PARTS})\)\Z")
_FIND = settings(max_examples=2000, derandomize=True, database=None, phases=(Phase.generate,))
few = settings(max_examples=max(5, settings.default.max_examples // 4))  # type: ignore[union-attr]
_PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


def _pattern(name: str) -> re.Pattern[str]:
    module, _, attribute = name.partition(".")
    found = getattr(importlib.import_module(f"{_reading.__name__}.readers.{module}"), attribute)
    # Patterns are compiled when they are first used.
    pattern = re.compile(found.pattern, found.flags)
    assert pattern.groupindex == found.groupindex
    return pattern


def _matching(pattern: str) -> st.SearchStrategy[str]:
    """Strings that a pattern matches, without its lookarounds, but with what follows according to the last one."""
    written = _LAST_LOOKAHEAD.sub(r"(?:\1)", pattern)
    return st.from_regex(
        re.compile(_LOOKAROUND.sub("", written), re.ASCII),
        fullmatch=True,
        alphabet=_PRINTABLE,
    )


def _starting(name: str) -> st.SearchStrategy[str]:
    """Strings that a named pattern matches, with spaces as whitespace."""
    pattern = _pattern(name)
    blank = re.compile(pattern.pattern.replace(r"\s+", " ").replace(r"\s?", " ?"), pattern.flags)
    return st.from_regex(
        blank,
        fullmatch=True,
        alphabet=_PRINTABLE if blank.pattern.isascii() else st.characters(codec="utf-8", min_codepoint=32),
    )


@pytest.mark.parametrize("phrase", _MESSAGES, ids=lambda phrase: phrase.pattern[:60])
@few
@given(data=st.data())
def test_every_phrase_is_found(phrase: phrases.Phrase, data: st.DataObject) -> None:
    """A text that a row's pattern matches passes alone if it is sure, and contains the fragment of a matching row."""
    text = data.draw(_matching(phrase.pattern))
    assert phrase.certainty != "sure" or may_contain_failure(text), text
    if r"(?=[^\x1e]{0," in phrase.pattern:
        return  # text that a lookahead needs further on is never generated
    # The lookarounds of the pattern are not generated, so it does not always match.
    assume(phrases.compiled(phrase.pattern).search(text))
    # The row itself nearly always has its fragment, so the others are seldom searched for.
    rows = (phrase, *(row for row in phrases.PHRASES if row.kind == phrase.kind))
    assert any(
        has_fragment(row.fragment, text) and phrases.compiled(row.pattern).search(text) for row in rows
    ), text


@pytest.mark.parametrize("name", _STARTS)
@settings(max_examples=15)
@given(data=st.data())
def test_every_start_of_a_failure_passes(name: str, data: st.DataObject) -> None:
    """The patterns of envelopes and Kubernetes pass in every spelling that they accept."""
    text = data.draw(_starting(name))
    assert may_contain_failure(text), text


@pytest.mark.parametrize("name", _STARTS_IN_SENTENCES)
@settings(max_examples=15)
@given(data=st.data())
def test_every_other_start_is_read_in_a_sentence(name: str, data: st.DataObject) -> None:
    """A denial is read in every spelling that its reader accepts, as tools print it."""
    start = data.draw(_starting(name))
    if name == "action_phrases._MISSING_PERMISSION":
        # The reader searches for the word in lower case first.
        start = re.sub("ermission", "ermission", start, flags=re.IGNORECASE)
    text = _STARTS_IN_SENTENCES[name].format(start)
    failure = parse(text)
    assert failure is not None, text
    assert failure.kind == "access_denied", text


@pytest.mark.parametrize("name", _STARTS_IN_SENTENCES)
def test_every_start_with_a_sentence_needs_it(name: str) -> None:
    """A pattern that always passes alone belongs in the first list."""
    # Raises an exception if no string is rejected.
    find(_starting(name), lambda text: not may_contain_failure(text), settings=_FIND)


@check_rows("code", sorted(codes._KINDS))
def test_every_code_with_a_meaning_passes_in_its_envelopes(code: str) -> None:
    """A code with a kind passes in an envelope without a message."""
    for text in (
        f"An error occurred ({code}) when calling the X operation: ",
        f"api error {code}: ",
        f"<Error><Code>{code}</Code></Error>",
        f'{{"__type":"{code}"}}',
        f"Aws::STS::Errors::{code}: ",
    ):
        if code.isdigit():
            continue
        assert may_contain_failure(text), text


@check_rows(
    "text",
    [
        "Please reduce your request rate. (Service: S3, Status Code: 503, Request ID: ABCDEFGH12345678)",
        "Your current IAM principal doesn&#x27;t have access to Kubernetes objects on this cluster. This might be due to the IAM principal not having an access entry with permissions to access the cluster.",
        "Your current IAM principal doesn\\u0027t have access to Kubernetes objects on this cluster. This might be due to the IAM principal not having an access entry with permissions to access the cluster.",
        '{"__type":"RequestTimeTooSkewed","message":"The difference between the request time and the current time is too large."}',
        "No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF (Service: Sts, Status Code: 400, Request ID: x)",
        "The specified access entry resource is already in use on this cluster. (Service: Eks, Status Code: 409, Request ID: x)",
        "2026-03-14 09:26:53 The difference between the request time and the current time is too large.",
    ],
    ids=["java-v2", "html", "json", "__type", "oidc", "access entry", "skew after a time"],
)
def test_texts_without_typical_words_are_read(text: str) -> None:
    """An SDK's suffix, or words escaped as HTML or JSON, are enough."""
    assert may_contain_failure(text)
    assert parse(text) is not None


@given(known, log_shapes)
def test_every_known_failure_passes(case: Case, shape: str) -> None:
    """Every failure that readers know passes, in any log."""
    assert may_contain_failure(case.text)
    assert may_contain_failure(LOG_SHAPES[shape](case.text)), LOG_SHAPES[shape](case.text)


@check_rows("line", ORDINARY_LINES)
def test_ordinary_lines_are_rejected(line: str) -> None:
    """The test rejects common log lines, which is its purpose."""
    assert not may_contain_failure(line)
