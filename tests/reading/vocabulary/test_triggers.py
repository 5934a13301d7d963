"""Every text that a reader can read passes the cheap test in front of the readers."""

from __future__ import annotations

import importlib
import re

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from iamtriage import _reading, parse
from iamtriage._reading.readers import phrases
from iamtriage._reading.vocabulary import codes
from iamtriage._reading.vocabulary.triggers import may_hold_failure
from tests.strategies import LOG_SHAPES, ORDINARY_LINES, Case, known, log_shapes
from tests.tables import ANA

# Patterns that start a failure by themselves; the others only add facts to one.
_STARTS = (
    "sdk_prefixes._BOTOCORE",
    "sdk_prefixes._GO2_OPERATION",
    "sdk_prefixes._GO2_CODE",
    "sdk_prefixes._PHP",
    "sdk_prefixes._DOTNET",
    "sdk_suffixes._JAVA_OLDEST",
    "sdk_suffixes._GO1",
    "rbac._SENTENCE",
)
# Those with a spelling that is refused (all capitals, German words without an umlaut), in a
# sentence as it is printed: with the word, and the German one with an umlaut.
_STARTS_IN_SENTENCES = {
    "sentences._ANCHOR": f"Error: User: {ANA} {{}} to perform: iam:GetRole",
    "action_phrases._MISSING": "Error: {}",
    "translations._NOT_AUTHORIZED": f"Benutzer: {ANA} {{}}, Folgendes auszuführen: iam:GetRole",
}
_SURE = [row for row in phrases.PHRASES if row.certainty == "sure"]
_FIND = settings(max_examples=2000, derandomize=True, database=None, phases=(Phase.generate,))
_PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


def _pattern(name: str) -> re.Pattern[str]:
    module, _, attribute = name.partition(".")
    found = getattr(importlib.import_module(f"{_reading.__name__}.readers.{module}"), attribute)
    assert isinstance(found, re.Pattern)
    return found


def _matching(pattern: str) -> st.SearchStrategy[str]:
    """Strings that a pattern matches; what it wants to stand beside a match is left to chance."""
    return st.from_regex(
        re.compile(re.sub(r"\(\?<?[=!][^()]*(?:\([^()]*\)[^()]*)*\)", "", pattern), re.ASCII),
        fullmatch=True,
        alphabet=_PRINTABLE,
    )


def _starting(name: str) -> st.SearchStrategy[str]:
    """Strings that a pattern with a name matches, its white space being blanks."""
    pattern = _pattern(name)
    blank = re.compile(pattern.pattern.replace(r"\s+", " ").replace(r"\s?", " ?"), pattern.flags)
    return st.from_regex(
        blank,
        fullmatch=True,
        alphabet=_PRINTABLE if blank.pattern.isascii() else st.characters(codec="utf-8", min_codepoint=32),
    )


@pytest.mark.parametrize(
    "phrase",
    _SURE,
    ids=lambda phrase: phrase.fragment,
)
@settings(max_examples=20)
@given(data=st.data())
def test_every_phrase_passes(phrase: phrases.Phrase, data: st.DataObject) -> None:
    """Each wording that is enough by itself passes alone, in whatever way its pattern lets it vary."""
    text = data.draw(_matching(phrase.pattern))
    assert may_hold_failure(text), text


@pytest.mark.parametrize("phrase", phrases.PHRASES, ids=lambda phrase: phrase.fragment)
@settings(max_examples=20)
@given(data=st.data())
def test_every_phrase_is_found_by_a_fragment(phrase: phrases.Phrase, data: st.DataObject) -> None:
    """What a row's pattern matches holds the row's fragment, or that of another row that matches it too."""
    text = data.draw(_matching(phrase.pattern))
    rows = [
        row
        for row in phrases.PHRASES
        if row.kind == phrase.kind and phrases.compiled(row.pattern).search(text)
    ]
    # Chance does not always put beside the match what the pattern wants there.
    assume(phrase in rows)
    assert any(row.fragment in text for row in rows), (text, [row.fragment for row in rows])


@pytest.mark.parametrize("name", _STARTS)
@settings(max_examples=30)
@given(data=st.data())
def test_every_start_of_a_failure_passes(name: str, data: st.DataObject) -> None:
    """The anchors of the envelope and Kubernetes readers pass in every spelling that they take."""
    text = data.draw(_starting(name))
    assert may_hold_failure(text), text


@pytest.mark.parametrize("name", _STARTS_IN_SENTENCES)
@settings(max_examples=30)
@given(data=st.data())
def test_every_other_start_is_read_in_its_sentence(name: str, data: st.DataObject) -> None:
    """Denials in every spelling that their readers take are read in what tools print."""
    start = data.draw(_starting(name))
    if name == "action_phrases._MISSING":
        # The reader's own cheap test is for small letters.
        start = re.sub("ermission", "ermission", start, flags=re.IGNORECASE)
    text = _STARTS_IN_SENTENCES[name].format(start)
    failure = parse(text)
    assert failure is not None, text
    assert failure.kind == "access_denied", text


@pytest.mark.parametrize("name", _STARTS_IN_SENTENCES)
def test_no_start_that_passes_alone_is_excepted(name: str) -> None:
    """What the cheap test lets through alone by now belongs to the first list."""
    # Raises where there is none.
    find(_starting(name), lambda text: not may_hold_failure(text), settings=_FIND)


@pytest.mark.parametrize("code", sorted(codes._KINDS))
def test_every_code_with_a_meaning_passes_in_its_envelopes(code: str) -> None:
    """A code that makes a kind by itself passes with no sentence at all."""
    for text in (
        f"An error occurred ({code}) when calling the X operation: ",
        f"api error {code}: ",
        f"<Error><Code>{code}</Code></Error>",
        f'{{"__type":"{code}"}}',
        f"Aws::STS::Errors::{code}: ",
    ):
        if code.isdigit():
            continue
        assert may_hold_failure(text), text


@pytest.mark.parametrize(
    "text",
    [
        "Please reduce your request rate. (Service: S3, Status Code: 503, Request ID: ABCDEFGH12345678)",
        "Your current IAM principal doesn&#x27;t have access to Kubernetes objects on this cluster. This might be due to the IAM principal not having an access entry with permissions to access the cluster.",
        "Your current IAM principal doesn\\u0027t have access to Kubernetes objects on this cluster. This might be due to the IAM principal not having an access entry with permissions to access the cluster.",
        '{"__type":"RequestTimeTooSkewed","message":"The difference between the request time and the current time is too large."}',
        "No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF (Service: Sts, Status Code: 400, Request ID: x)",
        "The specified access entry resource is already in use on this cluster. (Service: Eks, Status Code: 409, Request ID: x)",
    ],
    ids=["java-v2", "html", "json", "__type", "oidc", "access entry"],
)
def test_texts_without_telling_words_are_read(text: str) -> None:
    """An SDK's tail, and words that HTML or JSON escapes, are enough."""
    assert may_hold_failure(text)
    assert parse(text) is not None


@given(known, log_shapes)
def test_every_known_failure_passes(case: Case, shape: str) -> None:
    """Whatever the readers can read, in any log, is let through."""
    assert may_hold_failure(case.text)
    assert may_hold_failure(LOG_SHAPES[shape](case.text)), LOG_SHAPES[shape](case.text)


@pytest.mark.parametrize("line", ORDINARY_LINES)
def test_ordinary_lines_do_not_pass(line: str) -> None:
    """The test is worth having: the common log line is passed over."""
    assert not may_hold_failure(line)
