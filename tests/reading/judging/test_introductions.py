"""Check that what programs print before and after a message does not change what is read."""

from __future__ import annotations

import pytest

from iamtriage import scan
from tests.tables import ANA, DENIAL, REQUEST, ROLE, Facts, botocore_text, check_rows, facts_in, facts_of

_MESSAGES = {
    "expired": "The security token included in the request is expired",
    # Both lines have 67 characters, as if a terminal had wrapped them.
    "expired-go1": f"ExpiredToken: The security token included in the request is expired\n\tstatus code: 403, request id: {REQUEST}",
    "expired-boto3": botocore_text("ExpiredToken", "ListBuckets", "The provided token has expired."),
    "invalid": "The security token included in the request is invalid.",
    "invalid-go2": f"operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: {REQUEST}, api error InvalidClientTokenId: The security token included in the request is invalid.",
    "missing-go1": "NoCredentialProviders: no valid providers in chain. Deprecated.",
    "missing-boto3": 'Unable to locate credentials. You can configure credentials by running "aws configure".',
    "missing-java": "Unable to load AWS credentials from any provider in the chain",
    "signature": "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    "denied": DENIAL,
    "denied-boto3": botocore_text(
        "AccessDenied", "ListBuckets", f"User: {ANA} is not authorized to perform: s3:ListAllMyBuckets"
    ),
    "denied-java": "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: EXAMPLE0REQUEST1; S3 Extended Request ID: abcDEF123456/+=)",
    "denied-go2": "operation error S3: PutObject, https response error StatusCode: 403, RequestID: EXAMPLE0REQUEST1, HostID: abcDEF123456/+=, api error AccessDenied: Access Denied",
    "throttled": botocore_text("Throttling", "DescribeStacks", "Rate exceeded"),
    "not-found": "operation error S3: GetObject, https response error StatusCode: 404, RequestID: EXAMPLE0REQUEST1, HostID: abcDEF123456/+=, NoSuchKey: The specified key does not exist.",
}
_BEFORE = (
    "Error: ",
    "ERROR: failed to list buckets: ",
    "Failed to get credentials: ",
    "failed to sign request: ",
    "authentication failed: ",
    "Authorization failed: ",
    "Access denied: ",
    "Unauthorized: ",
    "Permission denied: ",
    "Invalid credentials: ",
    "Failed to download s3://orders/a.csv: ",
    "Caused by: ",
    "rpc error: code = Unknown desc = ",
    "rpc error: code = PermissionDenied desc = ",
    "E1007 09:00:00.123456       1 controller.go:7] sync failed: ",
    "Unable to assume role: ",
    f"error assuming role ({ROLE}): ",
    "Error: Cannot assume IAM Role: ",
    "Error getting authorization token: ",
    "Error: configuring S3 Backend: ",
    "java.lang.RuntimeException: ",
)
# Codes of a program, which remain only if the message has none.
_CODES = ("Forbidden: ", "ValidationError: ", "InternalError: ")
_AFTER = (
    ", retrying in 5s",
    " (attempt 1/3)",
    "; see https://docs.example.com/help",
    " (exit code 255)",
    '" controller="bucket" name="orders"',
    " in region eu-west-1",
    "\n    at Object.<anonymous> (/app/a.js:1:2)",
    "\nmake: *** [deploy] Error 254",
    "\n##[error]Process completed with exit code 254.",
    "\nExiting.",
    "\nSee the log for details: /var/log/app.log",
    ", stack trace:\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d",
    ": context deadline exceeded",
)


def _facts(text: str) -> tuple[Facts | None, int]:
    return facts_in(text), len(list(scan(text)))


@pytest.mark.parametrize("message", _MESSAGES)
@check_rows("before", _BEFORE)
def test_an_introduction_changes_nothing(message: str, before: str) -> None:
    """The role of an introduction can be the resource, which the message does not name."""
    found, count = _facts(before + _MESSAGES[message])
    expected = facts_in(_MESSAGES[message])
    if found and expected and "resource" not in expected:
        found.pop("resource", None)
    assert (found, count) == (expected, 1)


@pytest.mark.parametrize("before", ["{'HTTPStatusCode': 200}", "'HTTPStatusCode': 200, 'RetryAttempts': 0}}"])
def test_the_status_of_an_earlier_response_hides_no_failure(before: str) -> None:
    failed = "ClientError: An error occurred (403) when calling the HeadObject operation: Forbidden"
    assert _facts(f"{before}\n\n{failed}") == (facts_in(failed), 1)


@pytest.mark.parametrize("message", _MESSAGES)
@check_rows("code", _CODES)
def test_a_code_of_the_program_is_not_the_failure(message: str, code: str) -> None:
    found, count = _facts(code + _MESSAGES[message])
    expected = facts_in(_MESSAGES[message])
    assert expected
    assert (found, count) == ({"code": code.rstrip(": "), **expected}, 1)


@pytest.mark.unmeasured
@pytest.mark.parametrize("message", _MESSAGES)
@check_rows("after", _AFTER)
def test_what_follows_changes_nothing(message: str, after: str) -> None:
    text = _MESSAGES[message] + after
    assert _facts(text) == (facts_in(_MESSAGES[message]), 1)
    assert [facts_of(failure) for failure in scan(text)] == [facts_in(text)]
