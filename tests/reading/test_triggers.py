"""Every text that a reader can read passes the cheap test in front of the readers."""

from __future__ import annotations

import importlib
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iamtriage import _reading
from iamtriage._reading import codes, phrases
from iamtriage._reading.triggers import may_hold_failure
from tests.strategies import LOG_SHAPES, ORDINARY_LINES, Case, known, log_shapes

# Patterns that start a failure by themselves; the others only add facts to one.
_STARTS = (
    "sentences._ANCHOR",
    "actions._MISSING",
    "heads._BOTOCORE",
    "heads._GO2_OPERATION",
    "heads._GO2_CODE",
    "heads._PHP",
    "heads._DOTNET",
    "tails._JAVA_OLDEST",
    "tails._GO1",
    "kubernetes._FORBIDDEN",
    "translated._NOT_AUTHORIZED",
)
_PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


def _pattern(name: str) -> re.Pattern[str]:
    module, _, attribute = name.partition(".")
    found = getattr(importlib.import_module(f"{_reading.__name__}.{module}"), attribute)
    assert isinstance(found, re.Pattern)
    return found


def _matching(pattern: str) -> st.SearchStrategy[str]:
    """Strings that a pattern matches; what it wants to stand beside a match is left to chance."""
    return st.from_regex(
        re.compile(re.sub(r"\(\?<?[=!][^()]*(?:\([^()]*\)[^()]*)*\)", "", pattern), re.ASCII), fullmatch=True
    )


@pytest.mark.parametrize(
    "phrase", [row for row in phrases.PHRASES if row.sure == "sure"], ids=lambda phrase: phrase.fragment
)
@settings(max_examples=10)
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
    """The anchors of the sentence, envelope and Kubernetes readers pass in every spelling that they take."""
    pattern = _pattern(name)
    blank = re.compile(pattern.pattern.replace(r"\s+", " ").replace(r"\s?", " ?"), pattern.flags)
    ascii_only = blank.pattern.isascii()
    text = data.draw(st.from_regex(blank, fullmatch=True, alphabet=_PRINTABLE if ascii_only else None))
    assert may_hold_failure(text), text


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
        if code.isdigit() or "__type" in text:
            continue
        assert may_hold_failure(text), text


@pytest.mark.parametrize(
    "text",
    [
        "Please reduce your request rate. (Service: S3, Status Code: 503, Request ID: ABCDEFGH12345678)",
        "Your current IAM principal doesn&#x27;t have access to Kubernetes objects on this cluster.",
        "Your current IAM principal doesn\\u0027t have access to Kubernetes objects on this cluster.",
        '{"__type":"RequestTimeTooSkewed","message":"The difference between the request time and the current time is too large."}',
        "No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF (Service: Sts, Status Code: 400, Request ID: x)",
        "The specified access entry resource is already in use on this cluster. (Service: Eks, Status Code: 409, Request ID: x)",
        "no EC2 IMDS role found",
    ],
    ids=["java-v2", "html", "json", "__type", "oidc", "access entry", "imds"],
)
def test_texts_without_telling_words_pass(text: str) -> None:
    """An SDK's tail, and words that HTML or JSON escapes, are enough."""
    assert may_hold_failure(text)


@given(known, log_shapes)
def test_every_known_failure_passes(case: Case, shape: str) -> None:
    """Whatever the readers can read, in any log, is let through."""
    assert may_hold_failure(case.text)
    assert may_hold_failure(LOG_SHAPES[shape](case.text)), LOG_SHAPES[shape](case.text)


@pytest.mark.parametrize("line", ORDINARY_LINES)
def test_ordinary_lines_do_not_pass(line: str) -> None:
    """The test is worth having: the common log line is passed over."""
    assert not may_hold_failure(line)
