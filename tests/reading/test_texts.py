"""Long texts, read in pieces of bounded size, and CloudTrail documents as texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from iamtriage import parse
from iamtriage._reading.texts import find_failures, scan_text
from tests.reading.readers.test_bodies import _EVENT
from tests.tables import APP, CLUSTER, DENIAL, DENIED, REQUEST, check_rows, facts_of

if TYPE_CHECKING:
    from iamtriage import Failure

# Longer texts are read in pieces.
_LONG = 64_000
_CALL = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_FACTS = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_QUIET = "2026-01-02T03:04:05Z INFO request served in 3 ms\n"
_LOUD = "2026-01-02T03:04:05Z WARN could not read the error log\n"


def _all(failures: list[Failure]) -> list[object]:
    return [facts_of(failure) for failure in failures]


@pytest.mark.unmeasured
@check_rows("filler", [_QUIET, _LOUD, "\n", "x" * 500 + "\n"], ids=["quiet", "loud", "empty", "wide"])
@check_rows("before", [0, 1, 15, 16, 17, 2000])
@check_rows("behind", [0, 1, 2000])
def test_a_failure_among_lines(filler: str, before: int, behind: int) -> None:
    """However many lines stand around it, a failure is found once and whole."""
    text = filler * before + f"ERROR {_CALL}\n" + filler * behind
    assert _all(list(scan_text(text))) == [_FACTS]


@check_rows(
    "offset",
    [0, 1, 31_000, 31_700, 31_800, 31_900, 32_000, 32_100, 34_900, 35_100, 57_900, 58_100, 63_000, 90_000],
)
@check_rows("size", [_LONG + 1, 200_000])
def test_a_failure_in_a_huge_line(offset: int, size: int) -> None:
    """A failure is found once and whole wherever the cuts of a long line fall."""
    text = "x " * (offset // 2) + _CALL + " y" * ((size - offset) // 2)
    assert _all(list(scan_text(text))) == [_FACTS]


@pytest.mark.unmeasured
@check_rows("lines", [100, 400, 650, 1300])
def test_failures_in_every_line(lines: int) -> None:
    """Dense logs are cut between records; nothing is lost or read twice."""
    text = "".join(
        f"2026-01-02T03:04:05Z ERROR {_CALL.replace('cluster/demo', f'cluster/demo-{n}')}\n"
        for n in range(lines)
    )
    found = list(scan_text(text))
    assert [f.resource for f in found] == [f"{CLUSTER}-{n}" for n in range(lines)]


def test_a_traceback_across_the_context_is_read_whole() -> None:
    """The lines before the first telling one belong to the failure's surroundings."""
    text = (
        _QUIET * 50
        + f"operation error EKS: DescribeCluster, https response\nerror StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL}\n"
        + _QUIET * 50
    )
    found = list(scan_text(text))
    assert _all(found) == [{**_FACTS, "status_code": 403, "request_id": REQUEST}]


def test_pieces_give_spans_in_their_text() -> None:
    """``text`` is the part of the source around the failure, and spans count in it."""
    for failure in scan_text(_QUIET * 3000 + _CALL + "\n" + _QUIET * 3000):
        assert len(failure.text) < _LONG
        assert failure.text[slice(*failure.spans["principal"])] == APP


def test_cause_and_all_of_a_document() -> None:
    """A CloudTrail file as a text: each record's values stand where that record does."""
    other = {
        **_EVENT,
        "requestID": "11111111-2222-3333-4444-555555555555",
        "errorCode": "ThrottlingException",
        "errorMessage": "Rate exceeded",
    }
    text = json.dumps({"Records": [other, _EVENT]}, indent=1)
    first, second = find_failures(text)
    assert (first.kind, second.kind) == ("aws_error", "access_denied")
    assert parse(text) == second
    assert text[slice(*second.spans["request_id"])] == REQUEST
    assert first.span[1] <= second.spans["request_id"][0]
    assert second.text == text


@check_rows(
    "text",
    [
        '{"eventSource": "x"',
        '[1, {"eventSource": "eks.amazonaws.com"}]',
        '{"eventSource": "eks.amazonaws.com"}',
        "[]",
        '{"note": "eventSource"}',
    ],
)
def test_documents_without_a_failure(text: str) -> None:
    """Cut, mixed and successful documents give nothing and raise nothing."""
    assert find_failures(text) == []
    assert parse(text) is None
