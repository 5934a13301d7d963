"""Check the types of iamtriage.testing and iamtriage.logs; wrong calls are errors.

The ignore comments are for mypy; those for pyright are in wrong_for_pyright.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

from iamtriage import Failure, Record
from iamtriage.logs import FailureFilter, ProblemDetails, RedactingFilter, problem_details
from iamtriage.testing import (
    ENVELOPES,
    CallOptions,
    EnvelopeName,
    Sample,
    aws_error,
    denial,
    expired_credentials,
    kubernetes_forbidden,
    missing_credentials,
    throttled,
)
from iamtriage.typing import Kind

if TYPE_CHECKING:
    import logging


def describes(action: str) -> None:
    assert_type(denial(action), Sample)
    assert_type(denial(action, resource="*", deny="explicit", policy_type=None), Sample)
    assert_type(denial("ec2:RunInstances", encoded="aB3", region="us-east-1", status=403), Sample)
    assert_type(expired_credentials(time="2026-01-15T09:30:00Z"), Sample)
    assert_type(missing_credentials(), Sample)
    assert_type(aws_error("NoSuchKey", "No.", "GetObject", "s3", status=404), Sample)
    assert_type(kubernetes_forbidden("ana", "list", "pods"), Sample)
    call: CallOptions = {"code": "Throttling", "status": 400}
    assert_type(throttled("GetRole", "iam", **call), Sample)


def gives(sample: Sample, envelope: EnvelopeName) -> None:
    assert_type(sample.failure, Failure)
    assert_type(sample.kind, Kind)
    assert_type(sample.code, str | None)
    assert_type(sample.text(), str)
    assert_type(sample.text(envelope), str)
    assert_type(sample.text("go-v2"), str)
    assert_type(sample.record, Record)
    assert_type(sample.envelopes, tuple[EnvelopeName, ...])
    assert_type(ENVELOPES, tuple[EnvelopeName, ...])
    assert_type(sample.response, dict[str, Any])
    assert_type(sample.cloudtrail(), dict[str, Any])
    assert_type(sample.http(), tuple[int, dict[str, str], bytes])
    # The raised value is an exception, with and without botocore's stubs.
    raise sample.client_error()


def wrong(sample: Sample) -> None:
    sample.text("perl")  # type: ignore[arg-type]
    sample.message = "x"  # type: ignore[misc]
    denial("s3:GetObject", deny="maybe")  # type: ignore[arg-type]
    denial("s3:GetObject", policy_type="scp")  # type: ignore[arg-type]
    denial("s3:GetObject", request="1")  # type: ignore[call-arg]
    denial("s3:GetObject", "arn:aws:s3:::orders")  # type: ignore[call-arg]
    denial("s3:GetObject", status="403")  # type: ignore[arg-type]
    throttled("GetObject")  # type: ignore[call-arg]


def filters(handler: logging.Handler, error: Exception) -> None:
    handler.addFilter(FailureFilter(kinds=["access_denied"], texts=False, explain=True))
    handler.addFilter(RedactingFilter(identifiers=True))
    assert_type(problem_details(error), ProblemDetails)
    assert_type(problem_details(error)["status"], int)
    FailureFilter(kinds=["denied"])  # type: ignore[list-item]
    FailureFilter("name")  # type: ignore[call-arg, arg-type]
    RedactingFilter("name")  # type: ignore[call-arg, arg-type]
    problem_details(error, "urn:x")  # type: ignore[call-arg]
