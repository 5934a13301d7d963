"""The shortcut for botocore's plain denial gives what the long way gives."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage import parse, to_record
from iamtriage._reading.canonical.botocore import read_shortcut
from iamtriage._reading.texts import find_cause
from tests.strategies import (
    accounts,
    cases,
    denials,
    iam_names,
    known,
    partitions,
    resource_arns,
    session_names,
)

_PLAIN = "An error occurred (AccessDenied) when calling the GetRole operation: User: arn:aws:iam::111122223333:user/eva is not authorized to perform: iam:GetRole"


@st.composite
def plain_sentences(draw: st.DrawFn) -> str:
    """Sentences near the shape that the shortcut knows: some fit, some just do not."""
    partition, account = draw(partitions), draw(accounts)
    who = draw(
        st.sampled_from(
            (
                f"arn:{partition}:iam::{account}:user/{draw(iam_names)}",
                f"arn:{partition}:sts::{account}:assumed-role/{draw(iam_names)}/{draw(session_names)}",
                f"arn:{partition}:iam::{account}:root",
                f"arn:{partition}:iam::{account}:user/..{draw(iam_names)}",
            )
        )
    )
    action = draw(
        st.sampled_from(
            (
                "s3:GetObject",
                "iam:PassRole",
                "eks:DescribeCluster",
                "execute-api:Invoke",
                "sqs:sendmessage",
                "s3:*",
                "kms:Decrypt",
            )
        )
    )
    code = draw(
        st.sampled_from(
            (
                "AccessDenied",
                "AccessDeniedException",
                "UnauthorizedOperation",
                "Throttling",
                "ExpiredToken",
                "UnauthorizedException",
                "ClientError",
                "403",
                "Forbidden",
                "Aa",
            )
        )
    )
    words = draw(
        st.sampled_from(
            (
                "identity-based policy",
                "permissions boundary",
                "VPC endpoint policy",
                "role trust policy",
                "future policy",
            )
        )
    )
    text = f"An error occurred ({code}) when calling the {draw(st.sampled_from(('GetObject', 'CreateNodegroup', 'X', 'x9')))} operation: User: {who} is not authorized to perform: {action}"
    if draw(st.booleans()):
        text += f" on resource: {draw(st.one_of(resource_arns(), st.sampled_from(('*', 'role x', 'arn:aws:s3:::b/**bold**x', 'arn:aws:s3:::b/a...b', 'arn:aws:s3:::b/x==', 'arn:aws:s3:::b/k.'))))}"
    if draw(st.booleans()):
        text += f" because no {words} allows the {draw(st.sampled_from((action, action, 's3:Other')))} action"
    return text + draw(st.sampled_from(("", "", "", ".", "\n", " ", " (Service: x)")))


@given(
    st.one_of(
        plain_sentences(),
        cases(denials(), names=("botocore",)).map(lambda case: case.text),
        known.map(lambda case: case.text),
    )
)
@example(_PLAIN)
@example(
    f"{_PLAIN} on resource: arn:aws:iam::111122223333:role/x because no role trust policy allows the iam:GetRole action"
)
@example(_PLAIN.replace("AccessDenied", "Throttling"))
@example(_PLAIN.replace("AccessDenied", "ExpiredToken"))
@example(_PLAIN.replace("user/eva", "user/huawei-sync"))
def test_the_shortcut_gives_what_the_long_way_gives(text: str) -> None:
    """Where the shortcut answers, record, spans, source, reason and span are those of the long way."""
    short = read_shortcut(text)
    if short is None:
        return
    long = find_cause(text)
    assert long is not None, text
    assert to_record(short) == to_record(long), text
    assert dict(short.spans) == dict(long.spans), text
    assert short.span == long.span
    assert short.envelope == long.envelope
    assert short == long


@given(plain_sentences())
def test_parse_takes_either_way(text: str) -> None:
    """Whether `parse` takes the shortcut does not show in its answer."""
    failure, long = parse(text), find_cause(text)
    assert (failure is None) == (long is None)
    if failure is not None and long is not None:
        assert to_record(failure) == to_record(long)


def test_the_plain_denial_takes_the_shortcut() -> None:
    """The sentence that boto3 users meet most is read by it."""
    assert read_shortcut(_PLAIN) is not None
    assert read_shortcut(f"{_PLAIN}.") is None
