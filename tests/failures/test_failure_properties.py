"""Check that failures are values: with spans in their text, hashable, picklable, copyable."""

from __future__ import annotations

import copy
import json
import pickle

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage import parse, scan, to_record
from tests.strategies import LOG_SHAPES, Case, known, log_shapes, ordinary_lines, word_wrap

# Values that are not in the text, or are written differently there.
_NOT_AS_WRITTEN = frozenset({"kind", "service", "deny", "policy_type"})
_BOTOCORE = Case(
    "An error occurred (AccessDenied) when calling the GetRole operation: User: arn:aws:iam::111122223333:user/eva is not authorized to perform: iam:GetRole "
    "on resource: role nightly because no identity-based policy allows the iam:GetRole action",
    {"kind": "access_denied"},
)


@given(known, log_shapes, ordinary_lines, st.integers(60, 200))
def test_spans_contain_the_values(case: Case, shape: str, around: str, width: int) -> None:
    """At each span, the text has the value of the record."""
    for text in (
        case.text,
        LOG_SHAPES[shape](case.text),
        f"{around}\n{case.text}\n{around}",
        word_wrap(case.text, width),
    ):
        for failure in (*scan(text), *([] if (parsed := parse(text)) is None else [parsed])):
            record: dict[str, object] = {**to_record(failure)}
            for key, (start, end) in failure.spans.items():
                assert failure.text[start:end] == str(record[key]), (key, text)
            assert parse(text) is None or 0 <= failure.span[0] <= failure.span[1] <= len(failure.text)


@given(known.filter(lambda case: case.plain), ordinary_lines)
@example(_BOTOCORE, "")
def test_every_value_in_a_plain_text_has_a_span(case: Case, around: str) -> None:
    """If nothing is escaped or wrapped, every value as written has a span."""
    text = f"{around}\n{case.text}\n{around}" if around else case.text
    failure = parse(text)
    assert failure is not None
    stated = {
        key
        for key, value in to_record(failure).items()
        if value not in {None, ""} and key not in _NOT_AS_WRITTEN
    }
    assert stated <= failure.spans.keys(), (stated - failure.spans.keys(), text)
    start, end = failure.span
    assert all(start <= first and last <= end for first, last in failure.spans.values()), text


@given(known, log_shapes)
def test_pickling_and_copying_keep_everything(case: Case, shape: str) -> None:
    """After pickle, copy and deepcopy, a failure is equal and has the same text and spans."""
    failure = parse(LOG_SHAPES[shape](case.text))
    assert failure is not None
    assert json.dumps(attrs.asdict(failure))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(failure, protocol))
        assert (again, again.text, again.span, again.spans) == (
            failure,
            failure.text,
            failure.span,
            failure.spans,
        )
    for again in (copy.copy(failure), copy.deepcopy(failure)):
        assert (again, again.text, again.span, again.spans) == (
            failure,
            failure.text,
            failure.span,
            failure.spans,
        )
        assert hash(again) == hash(failure)


@given(known, known)
def test_equal_failures_have_equal_hashes(first: Case, second: Case) -> None:
    """The same text gives equal failures. Failures with different records are not equal."""
    one, same, other = parse(first.text), parse(first.text), parse(second.text)
    assert one == same
    assert hash(one) == hash(same)
    assert one is not None
    assert other is not None
    if to_record(one) != to_record(other):
        assert one != other
    assert len({one, same, other}) == (1 if one == other else 2)


@given(known)
def test_failures_are_frozen(case: Case) -> None:
    """Attributes of a failure cannot be set."""
    failure = parse(case.text)
    assert failure is not None
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        failure.principal = "someone else"  # type: ignore[misc]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        failure.envelope.code = "Other"  # type: ignore[misc]
