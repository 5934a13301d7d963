"""Tests for explanations as exception notes and log records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import Facts, explain, parse, to_record
from iamtriage.explaining import Explanation, Remedy
from iamtriage.explaining._notes import (
    NOTE_PREFIX,
    _parse_record,
    format_note,
    format_traceback,
    is_note,
    summarize_for_log,
)
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.failures import Failure

ENCODED = "aB3-_xQ9" * 40
SESSION = "arn:aws:sts::111122223333:assumed-role/orders-writer/i-0abc123def4567890"
TEXTS = {
    "denied": f"An error occurred (AccessDenied) when calling the PutObject operation: User: {SESSION} is not "
    'authorized to perform: s3:PutObject on resource: "arn:aws:s3:::example-ledger/2026/books.csv" because no '
    "identity-based policy allows the s3:PutObject action",
    "encoded": "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not "
    f"authorized to perform this operation. User: {SESSION} is not authorized to perform: ec2:RunInstances on "
    "resource: arn:aws:ec2:eu-west-1:111122223333:instance/* because no identity-based policy allows the "
    f"ec2:RunInstances action. Encoded authorization failure message: {ENCODED}",
    "forbidden": 'Error from server (Forbidden): deployments.apps is forbidden: User "ana-example" cannot list '
    'resource "deployments" in API group "apps" in the namespace "payments-prod"',
    "expired": "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token "
    "included in the request is expired",
}
NAMES = (
    "111122223333",
    "orders-writer",
    "i-0abc123def4567890",
    "example-ledger",
    "books",
    "ana-example",
    "payments-prod",
)


def _failure(text: str) -> Failure:
    failure = parse(text)
    assert failure is not None
    return failure


@check_rows("text", TEXTS.values(), ids=TEXTS)
def test_short_note_is_the_short_text(text: str) -> None:
    """The prefix only changes the line breaks."""
    explanation = explain(text)
    note = format_note(explanation)

    assert note.split() == f"{NOTE_PREFIX} {explanation}".split()
    assert note.count("\n") < 32


def test_short_note_names_the_other_remedies() -> None:
    remedies = tuple(
        Remedy(f"Do {number}", "you", url=f"https://docs.aws.amazon.com/{number}") for number in range(9)
    )

    assert format_note(Explanation(None, "x", "It failed.", remedies=remedies)).split("\n") == [
        f"{NOTE_PREFIX} It failed.",
        "",
        "Do this first: Do 0 [you]",
        "  Documentation: https://docs.aws.amazon.com/0",
        "",
        "Next      Do 1; do 2; do 3; do 4 (you).",
        'More      8 remedies: iamtriage explain --full, or .to_text(detail="full").',
    ]


@check_rows("text", TEXTS.values(), ids=TEXTS)
def test_full_note_contains_the_whole_explanation(text: str) -> None:
    """It has the words of the text format; the prefix only changes the line breaks."""
    explanation = explain(text)

    assert (
        format_note(explanation, full=True).split()
        == f"{NOTE_PREFIX} {explanation.to_text(detail='full')}".split()
    )


@pytest.mark.unmeasured
@check_rows("redacted", [False, True])
@check_rows("full", [False, True])
@check_rows("text", TEXTS.values(), ids=TEXTS)
def test_note_is_recognized_and_contains_no_secret(text: str, *, full: bool, redacted: bool) -> None:
    note = format_note(explain(text), full=full, redacted=redacted)

    assert is_note(note)
    assert note.startswith(NOTE_PREFIX)
    assert ENCODED[:16] not in note
    assert all(line.isprintable() for line in note.split("\n"))


@check_rows("full", [False, True])
@check_rows("text", TEXTS.values(), ids=TEXTS)
def test_redacted_note_contains_no_names(text: str, *, full: bool) -> None:
    note = format_note(explain(text), full=full, redacted=True)

    assert [name for name in NAMES if name in note] == []
    assert "s3:PutObject" in note or "s3:PutObject" not in text


def test_redacted_note_replaces_the_names_in_facts() -> None:
    facts = Facts(
        cluster="orders-prod",
        namespace="payments-prod",
        service_account="ledger-writer",
        caller="arn:aws:iam::111122223333:role/ana-example",
        region="eu-west-1",
    )
    explanation = explain("error: You must be logged in to the server (Unauthorized)", facts=facts)
    note = format_note(explanation, full=True, redacted=True, facts=facts)
    names = ("orders-prod", "payments-prod", "ledger-writer", "ana-example", "111122223333")

    assert [name for name in names if name in note] == []
    assert "eu-west-1" in note
    assert "orders-prod" in format_note(explanation, full=True, facts=facts)


@check_rows("text", TEXTS.values(), ids=TEXTS)
def test_redacted_log_contains_no_names(text: str) -> None:
    """Summary and record share their pseudonyms, and the record stays valid."""
    failure = _failure(text)
    summary, record = summarize_for_log(explain(failure), redacted=True)
    shown = summary + json.dumps(record)

    assert record is not None
    assert [name for name in (*NAMES, ENCODED[:16]) if name in shown] == []
    assert record["kind"] == failure.kind
    assert record["action"] == failure.action
    assert record.keys() == to_record(failure).keys()


def test_redacted_log_uses_one_pseudonym_per_name() -> None:
    summary, record = summarize_for_log(explain(TEXTS["denied"]), redacted=True)

    assert record is not None
    assert record["principal"] == "arn:aws:sts::100000000001:assumed-role/role-1/i-00000000000000001"
    assert "The role role-1 was denied s3:PutObject" in summary
    assert record["resource"] is not None
    assert record["resource"] in summary


def test_log_without_a_failure() -> None:
    assert summarize_for_log(explain("all is well")) == (
        "No AWS or Kubernetes access failure was found in this text.",
        None,
    )


@check_rows("note", ["read the manual", "", None, b"iamtriage explains:", 7, ["iamtriage explains:"]])
def test_other_notes_are_not_recognized(note: object) -> None:
    assert not is_note(note)


@pytest.mark.unmeasured
def test_note_length_is_limited() -> None:
    """A long failure or explanation does not make the traceback unreadable."""
    long = "x y " * 50_000
    explanation = Explanation(None, "x", long, remedies=(Remedy(long, "you"),) * 5)

    assert len(format_note(explanation)) <= 8_000
    assert len(format_note(explanation, full=True)) <= 30_000
    assert len(summarize_for_log(explanation)[0]) <= 500


def test_redacted_note_with_the_separator_in_the_text() -> None:
    """The separator of redacted texts can occur in them."""
    failure = _failure(TEXTS["denied"])
    remedy = Remedy("Do it", "you", manifest=f"kind: A\n--- iamtriage ---\nowner: {SESSION}\n")
    note = format_note(Explanation(failure, "x", "It failed.", remedies=(remedy,)), full=True, redacted=True)

    assert "--- iamtriage ---" in note
    assert "orders-writer" not in note


@check_rows("broken", ["", "{", "[]", "null", '{"kind": "access_denied"}'])
def test_record_that_redaction_broke_contains_no_name(broken: str) -> None:
    record = to_record(_failure(TEXTS["denied"]))
    kept = {key: value for key, value in _parse_record(broken, record).items() if value is not None}

    assert kept == {
        "kind": "access_denied",
        "service": "s3",
        "action": "s3:PutObject",
        "deny": "implicit",
        "policy_type": "identity",
    }


HOSTILE = st.text(
    st.sampled_from("aZ9:/*-_=+.,'\"{}[]\\\n\r\t\x00\x1b\x07\x85\u2028\u202e\ud800<>&| é"), max_size=60
)


@given(user=HOSTILE, resource=HOSTILE, full=st.booleans(), redacted=st.booleans())
def test_hostile_names_stay_text(*, user: str, resource: str, full: bool, redacted: bool) -> None:
    """No note contains a control sequence, and every note can be encoded."""
    text = (
        f"User: arn:aws:iam::111122223333:user/{user} is not authorized to perform: s3:GetObject on resource: "
        f"arn:aws:s3:::example-data/{resource} with an explicit deny in a service control policy"
    )
    explanation = explain(text)
    note = format_note(explanation, full=full, redacted=redacted)
    summary, record = summarize_for_log(explanation, redacted=redacted)

    assert is_note(note)
    assert all(line.isprintable() for line in note.split("\n"))
    assert summary.isprintable()
    note.encode()
    assert record is None or json.loads(json.dumps(record)) == record


@given(text=st.text(max_size=300), redacted=st.booleans())
def test_any_text_can_become_a_note(*, text: str, redacted: bool) -> None:
    assert is_note(format_note(explain(text), redacted=redacted))


def _raised(text: str) -> ValueError:
    """Return an error that was raised while another one was handled."""
    error = ValueError(text)
    error.__context__ = KeyError(TEXTS["encoded"])
    with pytest.raises(ValueError, match=r".") as caught:
        raise error
    return caught.value


def test_traceback_has_one_exception_only() -> None:
    trace = format_traceback(_raised("\x1b[31mpassword=hunter2hunter2"))

    assert trace.startswith("Traceback (most recent call last):")
    assert "in _raised" in trace
    assert trace.splitlines()[-1].startswith("ValueError: ")
    assert not any(hidden in trace for hidden in ("\x1b", "hunter2", "KeyError", ENCODED[:20]))


def test_traceback_omits_a_very_long_message() -> None:
    """The frames show the origin, and a truncated secret could not be recognized."""
    trace = format_traceback(_raised(f"{ENCODED} " * 10_000))

    assert "in _raised" in trace
    assert trace.endswith("ValueError")
    assert ENCODED[:20] not in trace
