"""``parse`` and what it takes."""

from __future__ import annotations

import json
from typing import cast

import pytest

from iamtriage import AccessDenied, Failure, parse
from iamtriage.testing import denial
from tests.tables import ANA, DENIAL, DENIED, REQUEST, check_rows, denied, facts_in, facts_of


def test_text_and_bytes_give_the_same() -> None:
    """Bytes are UTF-8, with or without a mark, or UTF-16 with its mark."""
    assert facts_in(DENIAL) == DENIED
    assert facts_in(DENIAL.encode()) == DENIED
    assert facts_in(b"\xef\xbb\xbf" + DENIAL.encode()) == DENIED
    assert facts_in(DENIAL.encode("utf-16")) == DENIED
    assert facts_of(parse(cast("bytes", bytearray(DENIAL.encode())))) == DENIED


def test_undecodable_bytes() -> None:
    """Bytes that are no text are read as far as they are."""
    assert facts_in(b"\xff\x00\x80 " + DENIAL.encode() + b" \xc3") == DENIED
    assert parse(bytes(range(256)) * 20) is None


@check_rows("error", [None, 3, 3.5, ["x"], object(), ValueError])
def test_other_types_are_refused(error: object) -> None:
    """Only another type raises; a class is no exception."""
    with pytest.raises(
        TypeError, match=r"the argument of parse\(\) must be a string, bytes, an exception or a mapping, not"
    ):
        parse(cast("str", error))


@check_rows(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800\udfff error",
        "�" * 100,
        "User: " * 1000,
        "arn:aws:" * 1000,
        "(" * 5000 + "error",
        '{"a":' * 2000 + "error",
        "\\" * 5000 + "error",
        "error " + "\u0301" * 3000,
    ],
)
def test_no_content_raises(text: str) -> None:
    """Whatever a text holds, there is a failure or none."""
    assert parse(text) is None


def test_lone_surrogates_around_a_failure() -> None:
    """Texts from undecodable file names and outputs hold lone surrogates."""
    assert facts_in(f"\udc80\udcff {DENIAL}") == DENIED


def test_match_narrows() -> None:
    """A failure is matched by its class and fields."""
    failure: Failure | None = parse(f"{DENIAL} with an explicit deny in a permissions boundary")
    match failure:
        case AccessDenied(action="eks:DescribeCluster", deny="explicit", policy_type="permissions_boundary"):
            pass
        case _:
            pytest.fail(f"{failure}")


def test_span_holds_the_failure() -> None:
    """``span`` is where the failure stands, ``spans`` where its values do."""
    text = f"before\nUser: {ANA} is not authorized to perform: iam:ListUsers\nbehind"
    failure = parse(text)
    assert failure is not None
    start, end = failure.span
    assert text[start:end] == f"User: {ANA} is not authorized to perform: iam:ListUsers"
    assert {key: text[slice(*span)] for key, span in failure.spans.items()} == {
        "principal": ANA,
        "account": "111122223333",
        "action": "iam:ListUsers",
        "service": "iam",
    }


def test_broken_values_have_no_span() -> None:
    """A value that the text breaks is given rejoined, and its place is not claimed."""
    text = f"User: {ANA[:20]}\n{ANA[20:]} is not authorized to perform: iam:ListUsers"
    failure = parse(text)
    assert failure is not None
    assert failure.principal == ANA
    assert "principal" not in failure.spans
    assert text[slice(*failure.spans["action"])] == "iam:ListUsers"


# ------------------------------------------------------------------------------------------- exceptions


_FIRST, _SECOND = denial("s3:GetObject"), denial("s3:PutObject")
_MISSING = RuntimeError("An error occurred (NoSuchBucket) when calling the ListObjects operation: No bucket")


def _handled(error: BaseException, handled: BaseException, *, link: str = "__context__") -> BaseException:
    setattr(error, link, handled)
    return error


@check_rows(
    ("error", "operation"),
    [
        (_handled(_SECOND.client_error(), _FIRST.client_error()), "PutObject"),
        (_handled(_SECOND.client_error(), _MISSING), "PutObject"),
        (_handled(RuntimeError("no report"), _FIRST.client_error()), "GetObject"),
        (
            _handled(RuntimeError("no report"), _handled(_SECOND.client_error(), _FIRST.client_error())),
            "PutObject",
        ),
        (_handled(RuntimeError(str(_MISSING)), _FIRST.client_error()), "GetObject"),
        (_handled(_SECOND.client_error(), _FIRST.client_error(), link="__cause__"), "GetObject"),
    ],
    ids=["its own", "none of access", "that of a context", "the nearest", "a denial first", "its cause"],
)
def test_which_failure_of_an_exception(error: BaseException, operation: str) -> None:
    """Its own, or that of what it was raised from; then that of what was being handled."""
    found = parse(error)
    assert found is not None
    assert found.envelope.operation == operation


@pytest.mark.parametrize("link", ["__cause__", "__context__"])
def test_a_failure_that_is_printed_twice_is_given_whole(link: str) -> None:
    """Other processes and wrappers pass on the text alone; the exception itself has the ids."""
    whole = parse(_FIRST.client_error())
    assert whole is not None
    assert whole.envelope.request_id is not None
    remote = RuntimeError(f"Traceback (most recent call last):\n  …\n{_FIRST.client_error()}")
    for error in (
        _handled(_FIRST.client_error(), remote, link=link),
        _handled(RuntimeError(str(_FIRST.client_error())), _FIRST.client_error(), link=link),
    ):
        assert facts_of(parse(error)) == facts_of(whole)


def test_a_record_with_a_message_of_any_length_keeps_its_ids() -> None:
    """What follows a very long message in a CloudTrail record is read, too."""
    record = {
        "eventSource": "sqs.amazonaws.com",
        "eventName": "SendMessage",
        "errorCode": "AccessDenied",
        "errorMessage": f"User: {ANA} is not authorized to perform: sqs:SendMessage. {'x' * 70_000}",
        "requestID": REQUEST,
        "eventID": "6a7b8c9d-0e1f-4a2b-9c3d-000000000000",
    }
    text = json.dumps(record)
    failure = parse(text)
    assert failure is not None
    assert (failure.action, failure.envelope.request_id) == ("sqs:SendMessage", REQUEST)
    assert failure.envelope.event_id == record["eventID"]
    assert all(text[slice(*span)] in str(record) for span in failure.spans.values())


@pytest.mark.parametrize(
    "question", ["", "\n\nDoes the role need more?", "\n\nerror: You must be logged in to the server"]
)
def test_a_record_above_a_question_is_read_as_it_is_alone(question: str) -> None:
    record = {
        "eventSource": "sqs.amazonaws.com",
        "eventName": "SendMessage",
        "errorCode": "AccessDenied",
        "errorMessage": f"User: {ANA} is not authorized to perform: sqs:SendMessage on this resource",
        "requestParameters": None,
        "resources": [{"type": "AWS::SQS::Queue", "ARN": "arn:aws:sqs:eu-west-1:111122223333:jobs"}],
    }
    text = json.dumps(record, separators=(",", ":")) + question
    failure = parse(text)
    assert failure is not None
    assert (failure.resource, failure.text) == ("arn:aws:sqs:eu-west-1:111122223333:jobs", text)


@pytest.mark.parametrize("level", ["WARN", "INFO", "[main]"])
def test_a_report_of_a_service_after_a_time(level: str) -> None:
    """A message without the usual words is read in a line of a log as it is alone."""
    report = "Insufficient Lake Formation permission(s): Required Describe on orders"
    assert facts_in(f"2026-03-14 09:26:53 {level} {report}") == facts_in(report) == denied(resource="orders")


def test_program_that_fails_to_assume_a_role_says_why() -> None:
    """A later sentence about the role does not make the program's own words a denial."""
    text = 'level=fatal msg="failed to assume role" error="operation error STS: AssumeRole, https response error StatusCode: 400, RequestID: 0a1b2c3d-1111-2222-3333-444455556666, api error ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."\nrole arn:aws:iam::111122223333:role/batch, assumed from the EC2 instance role'
    failure = parse(text)
    assert failure is not None
    assert failure.envelope.code == "ValidationError"
