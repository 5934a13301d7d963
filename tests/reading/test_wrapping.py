"""A failure has one record, whatever prints it: SDKs, tools, logs, terminals, and what stands around it."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from iamtriage import parse, to_record
from tests.strategies import (
    ALONE,
    ENVELOPES,
    LOG_SHAPES,
    OTHER_MESSAGES,
    Call,
    Case,
    Message,
    bare,
    calls,
    denials,
    hard_wrap,
    known,
    log_shapes,
    messages,
    ordinary_lines,
    ordinary_words,
    suits,
    word_wrap,
)
from tests.tables import check_rows

# For a test that runs for each of two dozen forms.
few = settings(max_examples=max(5, settings.default.max_examples // 2))  # type: ignore[union-attr]
# A denial of a user to whom nothing but a name was given; one of each of the things that wraps broke once.
ROLE_NAME = Case(
    "User: arn:aws:iam::111122223333:user/eva is not authorized to perform: iam:GetRole on resource: role nightly-batch because no identity-based policy allows the iam:GetRole action",
    {
        "kind": "access_denied",
        "principal": "arn:aws:iam::111122223333:user/eva",
        "account": "111122223333",
        "action": "iam:GetRole",
        "service": "iam",
        "resource": "role nightly-batch",
        "deny": "implicit",
        "policy_type": "identity",
    },
)
REFRESH = Case(
    "Error when retrieving token from sso: Token has expired and refresh failed",
    {"kind": "expired_credentials"},
)
GO = Case(
    "operation error SSM: GetParameter, https response error StatusCode: 400, RequestID: 239f6ab4-4ab5-4997-b7eb-da24d44bda4e, api error ParameterNotFound: Parameter /demo/flag not found.",
    {
        "kind": "aws_error",
        "code": "ParameterNotFound",
        "operation": "GetParameter",
        "service": "ssm",
        "status_code": 400,
        "request_id": "239f6ab4-4ab5-4997-b7eb-da24d44bda4e",
    },
)
INSTANCES = Case(
    "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: User: arn:aws:sts::111122223333:assumed-role/build/i-0a1b2c3d is not authorized to perform: "
    "ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy",
    {
        "kind": "access_denied",
        "code": "UnauthorizedOperation",
        "operation": "RunInstances",
        "principal": "arn:aws:sts::111122223333:assumed-role/build/i-0a1b2c3d",
        "account": "111122223333",
        "action": "ec2:RunInstances",
        "service": "ec2",
        "resource": "arn:aws:ec2:eu-west-1:111122223333:instance/*",
        "deny": "explicit",
        "policy_type": "service_control",
    },
)
TRAIL = Case(
    '{"eventVersion": "1.09", "eventSource": "sqs.amazonaws.com", "eventName": "SendMessage", "errorCode": "AccessDeniedException", "errorMessage": "User: arn:aws:iam::111122223333:user/eva '
    'is not authorized to perform: sqs:SendMessage on resource: \\"arn:aws:sqs:eu-west-1:111122223333:orders\\" with an explicit deny", "requestID": "a58771a3-03db-451c-ae43-eac7850505dc"}',
    {
        "kind": "access_denied",
        "code": "AccessDeniedException",
        "operation": "SendMessage",
        "principal": "arn:aws:iam::111122223333:user/eva",
        "account": "111122223333",
        "action": "sqs:SendMessage",
        "service": "sqs",
        "resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
        "deny": "explicit",
        "request_id": "a58771a3-03db-451c-ae43-eac7850505dc",
    },
    plain=False,
)
CONSOLE = Case(
    "Your current IAM principal doesn't have access to Kubernetes objects on this cluster. This might be due to the IAM principal not having an access entry with permissions to access the cluster.",
    {"kind": "console_kubernetes_access"},
)


def _same(text: str, case: Case) -> None:
    failure = parse(text)
    assert failure is not None, text
    assert to_record(failure) == case.record, text


@given(calls(denials()))
def test_the_common_sentence_is_read_in_every_form(call: Call) -> None:
    """A denial sentence states principal, action, resource, reason, policy and ids, with no envelope at all."""
    case = bare(call)
    _same(case.text, case)


@pytest.mark.parametrize("name", ENVELOPES)
@few
@given(data=st.data())
def test_an_envelope_adds_its_facts_and_changes_none(name: str, data: st.DataObject) -> None:
    """Any message in the envelope of any SDK or tool gives the message's facts and the envelope's."""
    call = data.draw(calls(messages.filter(lambda message: suits(message, name))))
    case = ENVELOPES[name](call)
    _same(case.text, case)


@check_rows(
    ("message", "name"),
    [
        pytest.param(message, name, id=f"{message.code}-{message.text[:20]}-{name}")
        for message in OTHER_MESSAGES
        for name in ENVELOPES
        # Elsewhere nothing in the text shows AWS.
        if suits(message, name)
    ],
)
def test_every_other_message_is_read_in_every_envelope(message: Message, name: str) -> None:
    """The shorter sentences of AWS's APIs are read in each envelope that shows AWS."""
    call = Call(
        message,
        400,
        "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
        "h7" + "kLmN" * 12 + "Q=",
        "eu-west-1",
        flag=False,
        number=1,
    )
    case = ENVELOPES[name](call)
    _same(case.text, case)


@check_rows("case", ALONE, ids=lambda case: case.text[:40])
def test_tools_own_texts_are_read_alone(case: Case) -> None:
    """What kubectl, the console, the CLI and botocore say themselves needs no envelope."""
    _same(case.text, case)


@pytest.mark.parametrize("shape", LOG_SHAPES)
@few
@given(case=known)
@example(case=CONSOLE)
@example(case=ROLE_NAME)
def test_a_log_shape_changes_nothing(shape: str, case: Case) -> None:
    """A logger's prefix, escaping, colours, boxes and quoting leave every field as it was."""
    _same(LOG_SHAPES[shape](case.text), case)


@given(known, log_shapes, log_shapes)
def test_two_log_shapes_change_nothing(case: Case, inner: str, outer: str) -> None:
    """A log of a log, as a collector writes it: still the same record."""
    boxes = {"Terraform box", "ANSI box"}
    lines = {"Jupyter", "frames before", "Markdown fence", *boxes}
    # A one-line shape around a box makes a line of it: nothing that a tool prints.
    assume(
        not (
            inner in lines
            and outer
            not in {
                "docker compose",
                "GitHub Actions",
                "Markdown quote",
                "indented",
                "carriage returns",
                "HTML",
                "zap",
            }
        )
    )
    assume("HTML" not in {inner, outer} and "HTML in pre" not in {inner, outer} and inner != "curly quotes")
    _same(LOG_SHAPES[outer](LOG_SHAPES[inner](case.text)), case)


@given(known, st.integers(60, 200))
@example(REFRESH, 68)
@example(ROLE_NAME, 117)
@example(
    Case(
        "User: arn:aws-eusc:iam::111122223333:root is not authorized to perform: ec2:DescribeInstances because no session policy allows the ec2:DescribeInstances action",
        {
            "kind": "access_denied",
            "principal": "arn:aws-eusc:iam::111122223333:root",
            "account": "111122223333",
            "action": "ec2:DescribeInstances",
            "service": "ec2",
            "deny": "implicit",
            "policy_type": "session",
        },
    ),
    60,
)
def test_wrapping_at_blanks_changes_nothing(case: Case, width: int) -> None:
    """A text wrapper that breaks lines at blanks leaves every field as it was, also if lines come out equally long."""
    _same(word_wrap(case.text, width), case)


@given(known, st.integers(60, 200))
@example(GO, 124)
@example(GO, 60)
@example(INSTANCES, 60)
@example(INSTANCES, 71)
@example(ROLE_NAME, 60)
@example(TRAIL, 100)
def test_a_terminals_hard_wrap_changes_nothing(case: Case, width: int) -> None:
    """A terminal that breaks lines at its width, in the middle of anything, leaves every field as it was."""
    text = hard_wrap(case.text, width)
    # Fewer full lines are no evidence of a width.
    assume(text is not None)
    assert text is not None
    _same(text, case)


@check_rows(
    ("text", "case"),
    [
        pytest.param(text, case, id=f"{name}-{width}")
        for name, case in (
            ("botocore", INSTANCES),
            ("role name", ROLE_NAME),
            ("go-v2", GO),
            ("cloudtrail", TRAIL),
        )
        for width in range(40, 81)
        # Of a text that is too short, the width does not show.
        if (text := hard_wrap(case.text, width)) is not None
    ],
)
def test_every_place_of_a_hard_wrap_is_mended(text: str, case: Case) -> None:
    """Whatever a terminal's width breaks, values come out rejoined."""
    _same(text, case)


@given(ordinary_lines, known, ordinary_lines)
def test_ordinary_lines_around_change_nothing(before: str, case: Case, after: str) -> None:
    """Log lines that tell of no failure add nothing to the failure between them, nor take from it."""
    _same(f"{before}\n{case.text}\n{after}", case)


@given(ordinary_words, known, ordinary_words)
def test_ordinary_words_around_change_nothing(before: str, case: Case, after: str) -> None:
    """What people write before and after an error text is none of it."""
    _same(f"{before}\n{case.text}\n{after}", case)
    _same(f"{before}: {case.text}", case)
    _same(f"{before}:\n\n{case.text}\n\n{after}", case)
