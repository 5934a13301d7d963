"""Check the output of commands in logs whose runner writes a time before each line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from iamtriage import scan
from tests.tables import APP, DENIAL, DENIED, REQUEST, Facts, check_rows, facts_of

if TYPE_CHECKING:
    from collections.abc import Callable

_CALLED: Facts = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_HEAD = "An error occurred (AccessDeniedException) when calling the DescribeCluster operation:"
_QUEUE = f"User: {APP} is not authorized to perform: sqs:SendMessage"
_QUEUE_FACTS: Facts = {
    "kind": "access_denied",
    "principal": APP,
    "account": "111122223333",
    "service": "sqs",
    "action": "sqs:SendMessage",
}
_SAYS_EXPIRED = "The security token included in the request is expired"

# The lines of one command, and its failures.
COMMANDS: dict[str, tuple[str, list[Facts]]] = {
    "sentence": (f"{_HEAD}\n{DENIAL.replace(' is not', chr(10) + 'is not')}", [_CALLED]),
    "clauses": (
        f"{_QUEUE}\nwith an explicit deny in a resource control policy",
        [{**_QUEUE_FACTS, "deny": "explicit", "policy_type": "resource_control"}],
    ),
    "indented": (
        f"  {_QUEUE}\n  because no session policy allows the sqs:SendMessage action",
        [{**_QUEUE_FACTS, "deny": "implicit", "policy_type": "session"}],
    ),
    "unfinished": (
        f"User: {APP} is not\nauthorized to perform: sqs:SendMessage",
        [_QUEUE_FACTS],
    ),
    "operation": (
        f"botocore.exceptions.ClientError: An error occurred (ExpiredToken)\nwhen calling the ListQueues operation: {_SAYS_EXPIRED}",
        [{"kind": "expired_credentials", "code": "ExpiredToken", "operation": "ListQueues"}],
    ),
    "members": (
        f'"errorCode": "AccessDenied",\n"errorMessage": "{_QUEUE}"',
        [{**_QUEUE_FACTS, "code": "AccessDenied"}],
    ),
    "yaml": (
        f"errorCode: AccessDenied\nerrorMessage: {_QUEUE}",
        [{**_QUEUE_FACTS, "code": "AccessDenied"}],
    ),
    "object": (
        f"eventName: SendMessage\nuserAgent: aws-cli/2.31.0\nrequestParameters:\n  queue: orders\nerrorCode: AccessDenied\nerrorMessage: {_QUEUE}\nrequestID: {REQUEST}",
        [{**_QUEUE_FACTS, "code": "AccessDenied", "operation": "SendMessage", "request_id": REQUEST}],
    ),
    "json-members": (
        f'"eventName": "SendMessage",\n"userAgent": "{"aws-cli/2.31.0 " * 9}",\n"errorCode": "AccessDenied",\n"errorMessage": "{_QUEUE}"',
        [{**_QUEUE_FACTS, "code": "AccessDenied", "operation": "SendMessage"}],
    ),
    "class": (
        f"AccessDeniedException:\n{_HEAD} {DENIAL}",
        [_CALLED],
    ),
    "comment": (
        f"  # {_QUEUE}\n  # because no session policy allows the sqs:SendMessage action",
        [{**_QUEUE_FACTS, "deny": "implicit", "policy_type": "session"}],
    ),
    "go-v1": (
        f"    AccessDenied: {_QUEUE}\n    status code: 403, request id: {REQUEST}",
        [{**_QUEUE_FACTS, "code": "AccessDenied", "request_id": REQUEST, "status_code": 403}],
    ),
    "go-v2": (
        f"operation error STS: GetCallerIdentity, https response error StatusCode: 403,\nRequestID: {REQUEST}, api error\nExpiredToken: {_SAYS_EXPIRED}",
        [
            {
                "kind": "expired_credentials",
                "code": "ExpiredToken",
                "operation": "GetCallerIdentity",
                "service": "sts",
                "request_id": REQUEST,
                "status_code": 403,
            }
        ],
    ),
    "document": (
        f'Body Text: <?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>{REQUEST}</RequestId></Error>',
        [{"kind": "access_denied", "code": "AccessDenied", "request_id": REQUEST}],
    ),
    "powershell": (
        """Get-S3Object : The security token included in the request is expired
At C:\\build\\deploy.ps1:50 char:5
+ Get-S3Object -BucketName orders
+ ~~~~~~~~~~~~
    + CategoryInfo          : InvalidOperation: (Amazon.PowerShe...Cmdlet) [Get-S3Object], InvalidOperationException
    + FullyQualifiedErrorId : Amazon.S3.AmazonS3Exception,Amazon.PowerShell.Cmdlets.S3.GetS3ObjectCmdlet""",
        [{"kind": "expired_credentials", "service": "s3"}],
    ),
    "http": (
        f"""HTTP/1.1 403 Forbidden
x-amzn-RequestId: {REQUEST}
Content-Type: text/xml

<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Code>ExpiredToken</Code><Message>{_SAYS_EXPIRED}</Message></Error>
  <RequestId>{REQUEST}</RequestId>
</ErrorResponse>""",
        [
            {
                "kind": "expired_credentials",
                "code": "ExpiredToken",
                "service": "sts",
                "request_id": REQUEST,
                "status_code": 403,
            }
        ],
    ),
    "response": (
        f'Status code was 403\nError response body: <?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>{REQUEST}</RequestId></Error>',
        [{"kind": "access_denied", "code": "AccessDenied", "request_id": REQUEST, "status_code": 403}],
    ),
    "two": (
        f"{_HEAD} {DENIAL}\n{_QUEUE} because no session policy allows the sqs:SendMessage action",
        [_CALLED, {**_QUEUE_FACTS, "deny": "implicit", "policy_type": "session"}],
    ),
    "next": (f"{_HEAD} {DENIAL}\nretrying in 3 s\n{_QUEUE}", [_CALLED, _QUEUE_FACTS]),
}

# How a runner writes a line, by its number.
RUNNERS: dict[str, Callable[[int, str], str]] = {
    "github": lambda n, line: f"2026-10-07T09:00:00.{n * 1_415_926:07}Z {line}",
    "github-cli": lambda n, line: f"build\tRun tests\t2026-10-07T09:00:00.{n * 1_415_926:07}Z {line}",
    "gitlab": lambda n, line: f"2026-10-07T09:00:00.{n * 141_592:06}Z 01E {line}",
    "jenkins": lambda n, line: f"[2026-10-07T09:00:00.{n * 97:03}Z] {line}",
    "buildkite": lambda n, line: f"\x1b_bk;t={1_791_363_600_000 + n}\x07{line}",
    "go-test": lambda n, line: json.dumps(
        {
            "Time": f"2026-10-07T09:00:00.{n:03}Z",
            "Action": "output",
            "Package": "example.com/orders",
            "Test": "TestOrders",
            "Output": f"{line}\n",
        }
    ),
    "cloud-foundry": lambda n, line: f"   2026-10-07T09:00:00.{n:02}+0000 [APP/PROC/WEB/0] ERR {line}",
    "airflow": lambda n, line: f"[2026-10-07T09:00:00.{n:03}+0000] {{subprocess.py:93}} INFO - {line}",
    "kubectl": lambda n, line: (
        f"[pod/web-7d9f8b6c5d-x4k2p/app] 2026-10-07T09:00:00.{n * 71_828_182:09}Z {line}"
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@check_rows("runner", RUNNERS)
def test_a_sentence_goes_on_behind_the_time_of_a_runner(runner: str, command: str) -> None:
    text, expected = COMMANDS[command]
    lines = ["step 3", *text.split("\n"), "Process completed with exit code 1."]
    log = "\n".join(RUNNERS[runner](n + 1, line) for n, line in enumerate(lines))
    assert [facts_of(failure) for failure in scan(log)] == expected


def test_a_body_that_guzzle_cuts_off_ends_there() -> None:
    log = (
        f"2026-10-07T09:00:01.123Z PUT resulted in a `400 Bad Request` response:\n"
        f'2026-10-07T09:00:01.124Z <?xml version="1.0"?>\n'
        f"2026-10-07T09:00:01.125Z <Error><Code>ExpiredToken</Code><Message>{_SAYS_EXPIRED}.</Message (truncated...)\n"
        f"2026-10-07T09:00:02.126Z {_QUEUE}\n"
    )
    assert [failure.kind for failure in scan(log)] == ["expired_credentials", "access_denied"]


@pytest.mark.parametrize("before", ["", "[pod/web-0/app] ", "web-1  | "])
def test_a_report_does_not_go_on_seconds_later(before: str) -> None:
    log = (
        f"{before}2026-10-07T09:00:01.123456789Z An error occurred (AccessDenied) when calling the ListQueues operation:\n"
        f"{before}2026-10-07T09:00:31.123456789Z   {_QUEUE}\n"
        f"{before}2026-10-07T09:00:31.123457789Z   because no session policy allows the sqs:SendMessage action\n"
    )
    assert [facts_of(failure) for failure in scan(log)] == [
        {"kind": "access_denied", "code": "AccessDenied", "operation": "ListQueues"},
        {**_QUEUE_FACTS, "deny": "implicit", "policy_type": "session"},
    ]


def test_a_report_that_starts_after_lines_of_others_comes_after_theirs() -> None:
    """Its first line has no sign of a failure."""
    log = (
        f"web-1     | {_HEAD} {DENIAL}\n"
        "worker-1  | listening\n"
        f"worker-1  | {_QUEUE}\n"
        "worker-1  | GET /health 200\n"
        "web-1     | URL: PUT https://127.0.0.1:8200/v1/auth/aws/role/deploy\n"
        "web-1     | Code: 400. Errors:\n"
        f"web-1     | * An error occurred (ExpiredToken) when calling the ListQueues operation: {_SAYS_EXPIRED}\n"
    )
    assert [failure.kind for failure in scan(log)] == [
        "access_denied",
        "access_denied",
        "expired_credentials",
    ]


def test_an_object_without_an_end_ends_minutes_later() -> None:
    first, second = "[pod/web-7d9f8b6c5d-x4k2p/app]", "[pod/web-7d9f8b6c5d-z9k2p/app]"
    log = (
        f"{first} 2026-10-07T09:00:00.123456789Z started {{\n"
        f'{first} 2026-10-07T09:00:00.123456789Z   "errorMessage": "{_HEAD} {DENIAL}",\n'
        f'{first} 2026-10-07T09:00:00.123456789Z   "stackTrace": [\n'
        f"{second} 2026-10-07T09:02:00.123456789Z {_QUEUE}\n"
        f"{first} 2026-10-07T09:03:00.123456789Z copying\n"
        f"{first} 2026-10-07T09:03:00.123456789Z An error occurred (ExpiredToken) when calling the ListQueues operation: {_SAYS_EXPIRED}\n"
    )
    assert [failure.kind for failure in scan(log)] == [
        "access_denied",
        "access_denied",
        "expired_credentials",
    ]


def test_reports_of_interleaved_programs_come_in_their_order() -> None:
    """A program without log format starts another entry after the lines of others."""
    log = (
        "web-1     | listening\n"
        f"web-1     | {_HEAD} {DENIAL}\n"
        "worker-1  | listening\n"
        f"worker-1  | {_QUEUE}\n"
        "web-1     | retrying in 3 s\n"
        f"web-1     | An error occurred (ExpiredToken) when calling the ListQueues operation: {_SAYS_EXPIRED}\n"
    )
    assert [facts_of(failure) for failure in scan(log)] == [
        _CALLED,
        _QUEUE_FACTS,
        {"kind": "expired_credentials", "code": "ExpiredToken", "operation": "ListQueues"},
    ]
