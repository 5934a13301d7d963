"""`scan` gives every failure of a log, each with its own facts."""

from __future__ import annotations

import io

from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage import parse, scan, to_record
from tests.strategies import (
    ALONE,
    ORDINARY_LINES,
    Call,
    Case,
    calls,
    cases,
    denials,
    known,
    ordinary_lines,
    soup,
)

# Each on a line of its own with a time of its own, as independent failures are in a log.
_GAP = st.lists(st.sampled_from([line for line in ORDINARY_LINES if line]), min_size=2, max_size=6).map(
    "\n".join
)


def _subject(case: Case) -> object:
    """What tells two failures apart; prints of the same one are united on purpose."""
    facts = case.facts
    return (facts["kind"], facts.get("action"))


several = st.lists(known, min_size=2, max_size=4, unique_by=_subject)


@given(several, st.data())
@example([ALONE[6], ALONE[2]], None)
def test_each_failure_is_given_with_its_own_facts(found: list[Case], data: st.DataObject | None) -> None:
    """Failures with ordinary log lines between are all given, in order, and none has a fact of another."""
    lines = ""
    for case in found:
        gap = "\n".join(ORDINARY_LINES[:3]) if data is None else data.draw(_GAP)
        lines += f"{gap}\n{case.text}\n"
    lines += "2031-04-05T06:08:00Z INFO done\n"
    assert [to_record(failure) for failure in scan(lines)] == [case.record for case in found], lines


@given(
    st.lists(calls(denials()), min_size=2, max_size=5, unique_by=lambda call: call.message.facts["action"])
)
def test_denials_of_consecutive_lines_are_kept_apart(denied: list[Call]) -> None:
    """A log of one denial a line, with nothing between, gives each line's own."""
    expected = []
    lines = ""
    for number, call in enumerate(denied):
        message = call.message
        lines += f"2031-04-05T06:07:{number:02}Z ERROR An error occurred ({message.code}) when calling the {message.operation} operation: {message.text}\n"
        expected.append(
            Case("", message.facts | {"code": message.code, "operation": message.operation}).record
        )
    assert [to_record(failure) for failure in scan(lines)] == expected, lines


@given(known, ordinary_lines)
def test_one_failure_is_given_once(case: Case, around: str) -> None:
    """A log with one failure gives it once, and it is what `parse` gives."""
    text = f"{around}\n{case.text}\n{around}\n"
    failures = list(scan(text))
    assert [to_record(failure) for failure in failures] == [case.record], text
    parsed = parse(text)
    assert parsed is not None
    assert to_record(parsed) == case.record


@given(several, ordinary_lines)
def test_every_kind_of_source_gives_the_same(found: list[Case], gap: str) -> None:
    """A text, its lines with or without ends, and a file of it hold the same failures."""
    text = "".join(f"{case.text}\n{gap}\n\n" for case in found)
    expected = [to_record(failure) for failure in scan(text)]
    assert [to_record(failure) for failure in scan(text.split("\n"))] == expected
    assert [to_record(failure) for failure in scan(text.splitlines(keepends=True))] == expected
    assert [to_record(failure) for failure in scan(io.StringIO(text, newline=""))] == expected


@given(cases(denials()), st.integers(20, 400))
def test_a_failure_deep_in_a_long_log_is_the_same(case: Case, lines: int) -> None:
    """Thousands of lines around a failure, so that the log is read in pieces, change nothing."""
    noise = "".join(
        f"2031-04-05T06:{n // 60 % 60:02}:{n % 60:02}Z INFO request {n} took {n % 97} ms and was fine\n"
        for n in range(lines * 10)
    )
    text = f"{noise}{case.text}\n{noise}"
    assert [to_record(failure) for failure in scan(text)] == [case.record]
    failure = parse(text)
    assert failure is not None
    assert to_record(failure) == case.record


@given(ordinary_lines)
def test_ordinary_lines_hold_no_failure(text: str) -> None:
    """A log in which nothing failed gives nothing."""
    assert list(scan(text)) == []
    assert parse(text) is None


@given(st.one_of(soup, known.map(lambda case: case.text)), st.text(" \t\r\n", max_size=6))
@example("User: x (Service: Eks, Status Code: 403, Request ID: \nabc", "\n\n")
def test_white_space_behind_changes_nothing(text: str, behind: str) -> None:
    """A file ends with a line end, or two, or none."""
    text = text.rstrip()
    found = [to_record(failure) for failure in scan(text)]
    assert [to_record(failure) for failure in scan(text + behind)] == found
