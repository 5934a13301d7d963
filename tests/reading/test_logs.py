"""Check the failures in parts of logs: each with its own facts, and nothing else in the log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from iamtriage import parse, scan
from tests.tables import APP, CLUSTER, DENIAL, DENIED, REQUEST, Facts, check_rows, denied, facts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_CALL = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_CALLED = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_SERVED = "60400681-0ed5-4724-b056-896342d618b5"
_JAVA = f"com.amazonaws.services.eks.model.AmazonEKSException: {DENIAL} (Service: AmazonEKS; Status Code: 403; Error Code: AccessDeniedException; Request ID: {REQUEST}; Proxy: null)"
_ANSWERED = {**DENIED, "code": "AccessDeniedException", "request_id": REQUEST, "status_code": 403}
_GO = f"AccessDeniedException: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}"
_THROTTLED = "An error occurred (RequestLimitExceeded) when calling the DescribeInstances operation: Request limit exceeded."
_THROTTLED_FACTS: Facts = {
    "kind": "aws_error",
    "code": "RequestLimitExceeded",
    "operation": "DescribeInstances",
}
_INTERRUPTED = f"""2026-10-07 09:00:00,123 ERROR AccessDeniedException: {DENIAL}
    at de_CommandError (/app/node_modules/@aws-sdk/client-eks/dist-cjs/index.js:2241:14) {{
  '$fault': 'client',
  '$metadata': {{
192.0.2.1 - - [07/Oct/2026:09:00:00 +0000] "GET / HTTP/1.1" 500 12 "-" "-"
    httpStatusCode: 403,
    requestId: '{REQUEST}'
  }}
}}
"""
_BLOB = "edi0vByDPdv73gIY5cTyd-dtQDC3Spjb-mQ7C6IS_VI0kShLm0lgHufEn597Yxlp-WV6xn1swTd6_Iuv"
_CMDLET = f"""Get-SSMParameter : {DENIAL.replace("eks:DescribeCluster", "kms:Decrypt")}
At C:\\build\\deploy.ps1:29 char:5
+     Get-SSMParameter -Name /app/url
+     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidOperation: (Amazon.PowerShe...ParameterCmdlet:GetSSMParameterCmdlet) [Get-SSMParameter], InvalidOperationException
    + FullyQualifiedErrorId : Amazon.SimpleSystemsManagement.AmazonSimpleSystemsManagementException,Amazon.PowerShell.Cmdlets.SSM.GetSSMParameterCmdlet
"""


_REQUESTS = ("9JQDEHT5CH7Y3R3Q", "4TQDEHT5CH7Y3R3A")
_REPORTS = (_THROTTLED, DENIAL.replace("eks:DescribeCluster", "eks:UpdateCluster"), _JAVA)


def _test_report(case: str) -> str:
    """Return a test report with a case for each report."""
    cases = "\n".join(case.format(each.replace('"', "&quot;")) for each in _REPORTS)
    return f'<?xml version="1.0"?>\n<testsuites><testsuite name="e2e">\n{cases}\n</testsuite></testsuites>\n'


def _events(*messages: str) -> str:
    """Return log events as the AWS CLI prints them."""
    events = [
        {"logStreamName": "app/0f1e", "timestamp": 1791364000000 + n, "message": message, "eventId": f"3{n}"}
        for n, message in enumerate(messages)
    ]
    return json.dumps({"events": events, "searchedLogStreams": []}, indent=4)


def _behind(prefix: str, text: str) -> str:
    return "\n".join(prefix + line for line in text.split("\n"))


LOGS: tuple[tuple[str, str, Sequence[Facts]], ...] = (
    # The status and the ID of the request that the application served.
    (
        "json-line-of-a-served-request",
        json.dumps({"event": "served", "level": "error", "status_code": 403, "user_arn": APP}),
        [],
    ),
    (
        "logfmt-of-a-served-request",
        f"level=error msg=served status_code=403 request_id={_SERVED} user={APP}",
        [],
    ),
    ("text-of-a-served-request", f"ERROR served status_code=403 request_id={_SERVED} user={APP}", []),
    # The class that Go prints is of the SDK.
    (
        "printed-error-of-go",
        f'* failed updating the unique ID of ARN "arn:aws:iam::111122223333:role/orders": &awserr.requestError{{awsError:(*awserr.baseError)(0xc426ae5c00), statusCode:403, requestID:"{REQUEST}"}}',
        [denied(request_id=REQUEST, status_code=403)],
    ),
    (
        "json-line-with-the-message-of-an-sdk",
        json.dumps({"message": f"failed: {_JAVA}", "level": "ERROR", "status": 500, "requestId": _SERVED}),
        [_ANSWERED],
    ),
    (
        "json-line-with-a-status",
        json.dumps({"level": "error", "error": _CALL, "status_code": 500, "request_id": _SERVED}),
        [_CALLED],
    ),
    (
        "logfmt-with-a-status",
        f'time=2026-10-07T09:00:00Z level=ERROR err="{_CALL}" status_code=500 request_id={_SERVED}',
        [_CALLED],
    ),
    # Log events in one document.
    (
        "filter-log-events",
        _events(f"INFO served request_id={_SERVED} status_code=404", _CALL, f"ERROR RequestId: {_SERVED}"),
        [_CALLED],
    ),
    (
        "filter-log-events-with-two-failures",
        _events(_CALL.replace("/demo", "/test"), "INFO ready", f"ERROR {_GO}"),
        [{**_CALLED, "resource": CLUSTER.replace("/demo", "/test")}, _ANSWERED],
    ),
    (
        "query-results",
        json.dumps(
            {
                "results": [
                    [{"field": "@message", "value": text}]
                    for text in ("GET https://sts.amazonaws.com/ 200", f"ERROR {_THROTTLED}")
                ]
            },
            indent=4,
        ),
        [_THROTTLED_FACTS],
    ),
    (
        "json-line-on-several-lines",
        f"2026-10-07T09:00:00+00:00 app/0f1e {json.dumps({'level': 'ERROR', 'message': _CALL, 'requestId': _SERVED}, indent=4)}",
        [_CALLED],
    ),
    # The keys of the result of a batch are AWS's, and its codes are not only AWS's.
    (
        "results-of-a-batch",
        json.dumps(
            {
                "FailedRecordCount": 2,
                "Records": [
                    {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "too fast"},
                    {"SequenceNumber": "495", "ShardId": "shardId-0"},
                    {"ErrorCode": "InternalFailure", "ErrorMessage": "failed"},
                ],
            }
        ),
        [
            {"kind": "aws_error", "code": "ProvisionedThroughputExceededException"},
            {"kind": "aws_error", "code": "InternalFailure"},
        ],
    ),
    # Each object has its own message, ID and status, whatever comes first in it.
    (
        "errors-in-a-list",
        json.dumps(
            [
                {
                    "error": {
                        "message": message,
                        "code": code,
                        "requestId": f"{REQUEST[:-1]}{n}",
                        "statusCode": 400,
                    }
                }
                for n, (message, code) in enumerate(
                    ((DENIAL, "AccessDenied"), (DENIAL, "AccessDenied"), ("slow down", "ThrottlingException"))
                )
            ]
        ),
        [
            {**DENIED, "code": "AccessDenied", "request_id": f"{REQUEST[:-1]}0", "status_code": 400},
            {**DENIED, "code": "AccessDenied", "request_id": f"{REQUEST[:-1]}1", "status_code": 400},
            {
                "kind": "aws_error",
                "code": "ThrottlingException",
                "request_id": f"{REQUEST[:-1]}2",
                "status_code": 400,
            },
        ],
    ),
    *(
        (f"results-in-{name}", text, [_THROTTLED_FACTS, {**DENIED, "action": "eks:UpdateCluster"}, _ANSWERED])
        for name, text in {
            "a list": json.dumps([{"job": n, "error": each} for n, each in enumerate(_REPORTS)]),
            "an indented list": json.dumps(
                {"failed": 3, "results": [{"error": each} for each in _REPORTS]}, indent=2
            ),
            "an object": json.dumps(
                {f"job-{n}": {"state": "FAILED", "why": each} for n, each in enumerate(_REPORTS)}
            ),
            "lists in lists": json.dumps(
                [
                    {"steps": [{"error": _THROTTLED}, {"ok": 1}]},
                    {"steps": [{"error": each} for each in _REPORTS[1:]]},
                ]
            ),
            "a line of a logger": f"2026-10-07 09:00:00,123 ERROR 3 of 9 failed: {json.dumps([{'error': each} for each in _REPORTS])}\n",
            # The document itself says again what its elements report.
            "a list and a summary": json.dumps(
                {"message": f"3 failed: {_THROTTLED}", "results": [{"error": each} for each in _REPORTS]}
            ),
            "a list and a last error": json.dumps(
                {"results": [{"error": each} for each in _REPORTS], "last": {"text": _REPORTS[1]}}
            ),
            "strings": json.dumps({"errors": _REPORTS}),
            "strings of Python": f"errors: {list(_REPORTS)}",
            "strings by name": json.dumps({f"bucket-{n}": each for n, each in enumerate(_REPORTS)}, indent=2),
            "Python": str([{"error": each} for each in _REPORTS]),
            "JUnit": _test_report('<testcase name="a"><failure message="failed">{}</failure></testcase>'),
            "JUnit with attributes": _test_report('<testcase name="a"><error message="{}"/></testcase>'),
            "JUnit with output": _test_report(
                '<testcase name="a"><failure>1 != 2</failure><system-out><![CDATA[{}]]></system-out></testcase>'
            ),
        }.items()
    ),
    # JavaScript prints the stack of an error before its properties.
    (
        "errors-of-an-aggregate-error",
        "AggregateError: all failed\n    at run (app.js:1) {\n  [errors]: [\n"
        + ",\n".join(
            f"    AccessDenied: Access Denied\n        at get (app.js:{n}) {{\n      '$metadata': {{ httpStatusCode: 403, requestId: '{request}' }},\n"
            "      Code: 'AccessDenied'\n    }"
            for n, request in enumerate(_REQUESTS)
        )
        + "\n  ]\n}\n",
        [
            {"kind": "access_denied", "code": "AccessDenied", "request_id": request, "status_code": 403}
            for request in _REQUESTS
        ],
    ),
    (
        "results-of-go-test",
        "=== RUN   TestA\n"
        + "\n".join(
            f"--- FAIL: Test{n} (0.12s)\n    a_test.go:{n}: {each}"
            for n, each in enumerate((_CALL, f"User: {APP}", _GO))
        ),
        [_CALLED, _ANSWERED],
    ),
    (
        "results-in-tap",
        "TAP version 13\n"
        + "\n".join(
            f"not ok {n} - call\n  ---\n  message: |-\n    {each}\n  ..."
            for n, each in enumerate((_CALL, f"User: {APP}", _THROTTLED))
        ),
        [_CALLED, _THROTTLED_FACTS],
    ),
    (
        "events-of-kubernetes",
        (
            f"  Warning  Failed  2m (x4 over 4m)  kubelet  Failed to pull image: {DENIAL}\n  Warning  Failed  2m  kubelet  Error: ErrImagePull\n"
            f"  Warning  Failed  9s  kubelet  Failed to pull image: {DENIAL}\n  Warning  Sync  5s  controller  {_THROTTLED}\n"
        ),
        [DENIED, _THROTTLED_FACTS],
    ),
    # What is about one call: its fields, its request and response, and the causes of an exception.
    # Documents that are too long for one entry.
    *(
        (
            f"many-results-in-{name}",
            text,
            [_THROTTLED_FACTS, {**DENIED, "action": "eks:UpdateCluster"}, _ANSWERED],
        )
        for name, text in {
            "a list": json.dumps([{"error": each, "log": "x" * 20_000} for each in _REPORTS]),
            "an object": json.dumps(
                {f"job-{n}": {"why": each, "log": "x" * 20_000} for n, each in enumerate(_REPORTS)}
            ),
            "strings": json.dumps([f"{each} {'x' * 20_000}" for each in _REPORTS]),
            "a line of a logger": f"10:00:00 ERROR failed: {json.dumps([{'error': each, 'log': 'x' * 20_000} for each in _REPORTS])}",
        }.items()
    ),
    (
        "one-result-many-times",
        json.dumps([{"error": _THROTTLED, "log": "x" * 9_000} for _ in range(9)]),
        [_THROTTLED_FACTS],
    ),
    (
        "fields-in-a-list",
        json.dumps([{"name": "action", "value": "eks:DescribeCluster"}, {"name": "error", "value": _CALL}]),
        [_CALLED],
    ),
    (
        "request-and-response",
        json.dumps({"request": {"body": f"DescribeCluster for {APP}"}, "response": {"body": _CALL}}),
        [_CALLED],
    ),
    (
        "lines-in-a-list",
        json.dumps(
            {
                "rc": 1,
                "stdout_lines": [
                    "An error occurred (AccessDeniedException) when calling the DescribeCluster operation:",
                    DENIAL,
                    "exit status 254",
                ],
            }
        ),
        [_CALLED],
    ),
    (
        "strings-of-one-error",
        json.dumps(
            {
                "error": "AccessDeniedException",
                "reason": f"DescribeCluster failed: {DENIAL}",
                "message": f"cannot sync: {DENIAL}",
            }
        ),
        [{**DENIED, "code": "AccessDeniedException"}],
    ),
    (
        "causes-in-a-list",
        json.dumps(
            {
                "exception": {
                    "values": [
                        {"type": "ClientError", "value": _CALL},
                        {"type": "JobError", "value": f"job failed: {_CALL}"},
                    ]
                }
            }
        ),
        [_CALLED],
    ),
    (
        "curl",
        f'{{"level":"info","msg":"ready"}}\n$ curl -v https://s3.eu-west-1.amazonaws.com/a/b\n> GET /a/b HTTP/1.1\n>\n< HTTP/1.1 403 Forbidden\n< x-amz-request-id: {REQUEST}\n<\n<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>{REQUEST}</RequestId></Error>',
        [denied(code="AccessDenied", request_id=REQUEST, status_code=403)],
    ),
    # The first body states its own request, so it does not wrap the second.
    (
        "two-bodies-in-a-line",
        "ERROR "
        + " then ".join(
            f"<Error><Code>{code}</Code><Message>no</Message><RequestId>{REQUEST[:-1]}{n}</RequestId></Error>"
            for n, code in enumerate(("NoSuchKey", "AccessDenied"))
        ),
        [
            {"kind": "aws_error", "code": "NoSuchKey", "request_id": f"{REQUEST[:-1]}0"},
            denied(code="AccessDenied", request_id=f"{REQUEST[:-1]}1"),
        ],
    ),
    # Elements of a list, not the fields of one object.
    (
        "log-events-in-yaml",
        "events:\n"
        + "".join(
            f"- eventId: '3{n}'\n  message: {json.dumps(text)}\n  timestamp: 179136400000{n}\n"
            for n, text in enumerate(
                ("INFO ready", _CALL, f"INFO served requestId={_SERVED} status=404", f"ERROR {_THROTTLED}")
            )
        ),
        [_CALLED, _THROTTLED_FACTS],
    ),
    (
        "teamcity",
        f"##teamcity[buildProblem description='sync failed: {_GO.replace(chr(10), '|n')}|nexit code 1' identity='sync']",
        [_ANSWERED],
    ),
    # The SDK's message is also in the first frame.
    (
        "lambda-error",
        f"2026-10-07T09:00:00.123Z\t{_SERVED}\tERROR\tInvoke Error \t"
        + json.dumps(
            {
                "errorMessage": DENIAL,
                "name": "Error",
                "stack": [f"Error: {DENIAL}", "    at run (/var/task/a.js:1:2)"],
            },
            separators=(",", ":"),
        ),
        [DENIED],
    ),
    # A server writes the line of another request in the middle.
    (
        "access-line-in-an-object",
        _INTERRUPTED,
        [_ANSWERED],
    ),
    # The time has seconds only.
    (
        "fluentd",
        "\n".join(
            f"2026-10-07 09:00:00.000000000 +0000 kube.orders: {json.dumps({'log': line})}"
            for line in (f"ERROR {_THROTTLED}", "INFO GET https://sts.amazonaws.com/ 200")
        ),
        [_THROTTLED_FACTS],
    ),
    (
        "subscription-filter",
        json.dumps(
            {
                "messageType": "DATA_MESSAGE",
                "logEvents": [
                    {"id": "1", "message": f"ERROR {_THROTTLED}"},
                    {"id": "2", "message": "INFO served https://sts.amazonaws.com/, order 12"},
                    {"id": "3", "message": f"ERROR crashed\nTraceback\n{_CALL}"},
                    {"id": "4", "message": f"ERROR {_THROTTLED}"},
                ],
            }
        ),
        [_THROTTLED_FACTS, _CALLED, _THROTTLED_FACTS],
    ),
    ("document-without-events", json.dumps({"logEvents": "none", "error": _CALL}), [_CALLED]),
    # Docker Compose in color; an entry ends while other services write.
    (
        "compose",
        "".join(
            f"\x1b[3{color}m{name}-1  | \x1b[0m{line}\n"
            for color, name, line in (
                (1, "web", f"2026-10-07 09:00:00,123 ERROR AccessDeniedException: {DENIAL}"),
                *((2, "api", f"2026-10-07 09:00:00,123 INFO served {n}") for n in range(14)),
                (2, "api", f"2026-10-07 09:00:00,123 ERROR {_THROTTLED}"),
                (
                    1,
                    "web",
                    "    at de_CommandError (/app/node_modules/@aws-sdk/client-eks/dist-cjs/index.js:2241:14) {",
                ),
                (1, "web", "  '$metadata': {"),
                (2, "api", "2026-10-07 09:00:00,123 INFO ready"),
                (1, "web", "    httpStatusCode: 403,"),
                (1, "web", f"    requestId: '{REQUEST}'"),
                (1, "web", "  }"),
                (1, "web", "}"),
            )
        ),
        [_ANSWERED, _THROTTLED_FACTS],
    ),
    (
        "sidekiq",
        f"2026-10-07T09:00:00.123Z pid=17 tid=4x9c WARN: {json.dumps({'error_message': DENIAL, 'error_class': 'Aws::EKS::Errors::AccessDeniedException'})}",
        [{**DENIED, "code": "AccessDeniedException"}],
    ),
    # Each command of a script reports a failure of its own.
    (
        "shell",
        "+ aws s3 ls\nUnable to locate credentials\n+ echo retrying\nretrying\n+ aws s3 ls\nUnable to locate credentials\n",
        [{"kind": "missing_credentials"}, {"kind": "missing_credentials"}],
    ),
    # Space between columns does not continue an entry.
    (
        "columns",
        "\n".join(
            f"2026-10-07T09:00:0{n}Z   {line}"
            for n, line in enumerate(
                (
                    "Normal   Created pod",
                    f"Warning  {_THROTTLED}",
                    "Normal   GET https://sts.amazonaws.com/",
                    f"Warning  {_THROTTLED}",
                )
            )
        ),
        [_THROTTLED_FACTS] * 2,
    ),
    # Helm wraps what the credential plugin printed.
    (
        "helm",
        f'2026-10-07T09:00:00Z INFO upgrade\n\n{_CALL}\nError: Kubernetes cluster unreachable: Get "https://0F1E.gr7.eu-west-1.eks.amazonaws.com/version": getting credentials: exec: executable aws failed with exit code 254\n',
        [_CALLED],
    ),
    # The last line of a message in a box is short.
    (
        "encoded-message-in-a-box",
        f"╷\n│ Error: operation error EC2: CreateFleet, api error UnauthorizedOperation: You are not\n│ authorized to perform this operation. Encoded authorization failure\n│ message:\n│ {_BLOB}\n│ {_BLOB}\n│ i88nA\n│ \n│   with aws_instance.web,\n╵\n",
        [
            {
                "kind": "access_denied",
                "code": "UnauthorizedOperation",
                "operation": "CreateFleet",
                "service": "ec2",
                "encoded_message": f"{_BLOB}{_BLOB}i88nA",
            }
        ],
    ),
    # Somebody broke the line of a program in Go at its commas.
    (
        "go-in-three-lines",
        "could not receive: operation error SQS: ReceiveMessage, https response\nerror StatusCode: 403, RequestID: cb57783a-505f-5099-9160-23b8eea8ddbb,\napi error AccessDenied: Access to the resource is denied.",
        [
            {
                "kind": "access_denied",
                "code": "AccessDenied",
                "operation": "ReceiveMessage",
                "service": "sqs",
                "status_code": 403,
                "request_id": "cb57783a-505f-5099-9160-23b8eea8ddbb",
            }
        ],
    ),
    # Rails puts the ID of its request before each line.
    (
        "rails",
        f"F, [2026-10-07T12:54:09.750697 #7] FATAL -- : [{_SERVED}]   \n"
        + _behind(
            f"[{_SERVED}] ",
            f"Aws::EKS::Errors::AccessDeniedException ({DENIAL}):\n  \napp/models/order.rb:9:in `load'",
        ),
        [{**DENIED, "code": "AccessDeniedException"}],
    ),
    (
        "ruby",
        f"Aws::EKS::Errors::AccessDeniedException ({DENIAL}):",
        [{**DENIED, "code": "AccessDeniedException"}],
    ),
    # The stream of a pod of a stateful set.
    (
        "stern",
        "\n".join(
            f"orders-{number} app {line}"
            for lines in zip(
                f"E1007 09:00:00.123456       1 sync.go:88] failed: {_GO}".split("\n"),
                ["I1007 09:00:00.123456       1 sync.go:12] synced", f"ERROR {_CALL}"],
                strict=True,
            )
            for number, line in enumerate(lines)
        ),
        [_ANSWERED, _CALLED],
    ),
    # The trailer of a cmdlet's error names the service of the cmdlet.
    (
        "powershell",
        f"PS C:\\build> .\\deploy.ps1\n{_CMDLET}",
        [denied(principal=APP, action="kms:Decrypt", resource=CLUSTER)],
    ),
    # Another tool reports the same thing after other commands.
    (
        "codebuild",
        "".join(
            f"[Container] 2026/10/07 09:00:0{n} Running command make sync\nUnable to locate credentials\n"
            "[Container] 2026/10/07 09:00:09 Command did not exit successfully make sync exit status 253\n"
            for n in range(2)
        ),
        [{"kind": "missing_credentials"}, {"kind": "missing_credentials"}],
    ),
)


@check_rows(("text", "expected"), [row[1:] for row in LOGS], ids=[row[0] for row in LOGS])
def test_failures_in_a_log(text: str, expected: Sequence[Facts]) -> None:
    assert [facts_of(failure) for failure in scan(text)] == list(expected)


def test_the_cause_of_a_document_is_the_first_in_its_text() -> None:
    """The error of a crash report comes before the log in it."""
    error = {"exception": {"value": _CALL}, "log": [{"text": _JAVA}, {"text": f"still denied: {DENIAL}"}]}
    cause = parse(json.dumps(error))
    assert cause is not None
    assert facts_of(cause) == _CALLED
