"""A message that fits several reasons does not make one of them certain: its headline names them, and the steps find the one."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_AUTH_FAILURE = "An error occurred (AuthFailure) when calling the {} operation: AWS was not able to validate the provided access credentials"
_SKEWED = "An error occurred (RequestTimeTooSkewed) when calling the {} operation: The difference between the request time and the current time is too large."


@check_rows(
    ("text", "summary", "codes"),
    [
        (
            _AUTH_FAILURE.format("DescribeVolumes"),
            "the access key or session token is not valid, the clock is wrong, or the account has not enabled the Region.",
            ["access-key-deleted", "session-token-missing", "clock-wrong", "region-not-enabled", "key-mistyped"],
        ),
        # Every account has this Region.
        (
            f"$ aws ec2 describe-vpcs --region eu-west-1\n{_AUTH_FAILURE.format('DescribeVpcs')}",
            "the access key or session token is not valid, or the clock is wrong.",
            ["access-key-deleted", "session-token-missing", "clock-wrong", "key-mistyped"],
        ),
        # Of these services, a wrong clock has another code.
        (
            "An error occurred (UnrecognizedClientException) when calling the ListTables operation: The security token included in the request is invalid.",
            "the access key or session token is not valid. No",
            ["access-key-deleted", "session-token-missing", "key-mistyped", "region-not-enabled"],
        ),
    ],
)  # fmt: skip
def test_rejected_credentials(text: str, summary: str, codes: list[str]) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert [each.code for each in explanation.causes[1 : len(codes) + 1]] == codes


@check_rows(
    ("text", "summary", "clock", "can_be_late"),
    [
        (_SKEWED.format("GetObject"), "differs from the AWS time by more than 15 minutes: most likely, the clock", "ahead or behind", True),
        # The AWS CLI signs right before it sends.
        (f"fatal error: {_SKEWED.format('ListObjectsV2')}", "by more than 15 minutes", "ahead or behind", False),
        (
            "An error occurred (SignatureDoesNotMatch) when calling the AssumeRole operation: Signature not yet current",
            "is ahead of the AWS time, so AWS rejected its signature.",
            "is ahead.",
            False,
        ),
        (
            "InvalidSignatureException: Signature expired\n    at deserialize (node_modules/@aws-sdk/client-sqs)",
            "is behind the AWS time",
            "is behind.",
            True,
        ),
    ],
)  # fmt: skip
def test_unknown_skew(text: str, summary: str, clock: str, *, can_be_late: bool) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert clock in explanation.causes[1].text
    assert ("request-sent-late" in {each.code for each in explanation.causes}) is can_be_late
    assert "w32tm /resync" in explanation.remedies[0].commands


@pytest.mark.parametrize("limit", ["15 minutes", "5 minutes off, S3 up to 15"])
def test_limit_of_the_service(limit: str) -> None:
    text = _SKEWED.format("PutObject") if limit == "15 minutes" else _AUTH_FAILURE.format("DescribeVpcs")
    clock = next(each for each in explain(text).remedies if each.title == "Correct the clock")
    assert limit in clock.steps[0]
