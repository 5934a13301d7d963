"""Check failures that differ in one fact from their neighbors in a log, a document or a paste."""

from __future__ import annotations

import io
import json
import textwrap
from typing import TYPE_CHECKING, TypeAlias

import pytest

from iamtriage import scan
from tests.tables import APP, CLUSTER, DENIAL, DENIED, REQUEST, ROLE, Facts, check_rows, facts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_Event: TypeAlias = "dict[str, object]"

# One caller, call and resource; only the end of the message differs.
_PLAIN = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_EXPLICIT = f"{_PLAIN} with an explicit deny in a service control policy"
_GO = f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL}"
_CALLED = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_ANSWERED = {**_CALLED, "request_id": REQUEST, "status_code": 403}
_DENIED_BY_SCP = {**_CALLED, "deny": "explicit", "policy_type": "service_control"}
_EXPIRED = "An error occurred (ExpiredToken) when calling the ListQueues operation: The security token included in the request is expired"
_EXPIRED_FACTS: Facts = {"kind": "expired_credentials", "code": "ExpiredToken", "operation": "ListQueues"}
_NOT_FOUND = "An error occurred (ResourceNotFoundException) when calling the TransactGetItems operation: Requested resource not found"
_NOT_FOUND_FACTS: Facts = {
    "kind": "aws_error",
    "code": "ResourceNotFoundException",
    "operation": "TransactGetItems",
}
_SERVED = "60400681-0ed5-4724-b056-896342d618b5"
_MESSAGES = (
    _PLAIN,
    "HTTP 401 Unauthorized from https://api.example.com/orders",
    _GO,
    _EXPLICIT,
    f"served {_SERVED}",
)
_FOUND = [_CALLED, _ANSWERED, _DENIED_BY_SCP]


def _insights(n: int, message: str) -> list[_Event]:
    return [
        {"field": "@timestamp", "value": f"2026-10-07 09:00:0{n}.123"},
        {"field": "@message", "value": message},
        {"field": "@ptr", "value": f"Cl{n}"},
    ]


_DOCUMENTS: dict[str, object] = {
    "array": [{"time": f"2026-10-07T09:00:0{n}Z", "msg": message} for n, message in enumerate(_MESSAGES)],
    "cloud-logging": [
        {"insertId": f"1a{n}", "textPayload": message, "timestamp": f"2026-10-07T09:00:0{n}Z"}
        for n, message in enumerate(_MESSAGES)
    ],
    "elasticsearch": {
        "took": 3,
        "hits": {
            "total": {"value": 5},
            "hits": [
                {"_id": f"x{n}", "_source": {"@timestamp": f"2026-10-07T09:00:0{n}Z", "message": message}}
                for n, message in enumerate(_MESSAGES)
            ],
        },
    },
    "logs-insights": {"results": [_insights(n, message) for n, message in enumerate(_MESSAGES)]},
    "loki": {
        "data": {
            "resultType": "streams",
            "result": [
                {
                    "stream": {"app": "orders"},
                    "values": [[f"179136360{n}000000000", text] for n, text in enumerate(_MESSAGES)],
                }
            ],
        }
    },
    "filter-log-events": {
        "events": [
            {"logStreamName": "app/0f1e", "timestamp": 1791364000000 + n, "message": text, "eventId": f"3{n}"}
            for n, text in enumerate(_MESSAGES)
        ]
    },
}


@check_rows("indent", [None, 2], ids=["compact", "indented"])
@check_rows("document", _DOCUMENTS.values(), ids=_DOCUMENTS)
def test_each_log_event_in_a_document_has_its_own_facts(document: object, indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    found = list(scan(text))
    assert [facts_of(failure) for failure in found] == _FOUND
    for failure in found:
        assert [failure.text[slice(*span)] for span in failure.spans.values()]
    # Docker Compose can put a prefix before each line.
    prefixed = "".join(f"api-1  | {line}\n" for line in text.splitlines())
    assert [facts_of(failure) for failure in scan(prefixed)] == _FOUND
    # A log can have other lines before the document.
    assert [facts_of(failure) for failure in scan(f"INFO ready\n{text}\nINFO done\n")] == _FOUND


@pytest.mark.unmeasured
@check_rows("indent", [None, 2], ids=["compact", "indented"])
@check_rows("document", _DOCUMENTS.values(), ids=_DOCUMENTS)
def test_each_log_event_in_a_long_document_has_its_own_facts(document: object, indent: int | None) -> None:
    """A document that is too long for one entry is split between events."""
    repeated = _repeat_elements({"": json.loads(json.dumps(document), object_hook=_repeat_elements)})[""]
    text = json.dumps(repeated, indent=indent)
    assert len(text) > 40_000
    # Each event with a request ID is of the same call, and reported once.
    others = [facts for facts in _FOUND if facts != _ANSWERED]
    expected = [*_FOUND, *others * 39]
    for source in (text, io.StringIO(text)):
        assert [facts_of(failure) for failure in scan(source)] == expected


def _repeat_elements(value: dict[str, object]) -> dict[str, object]:
    """Repeat the elements of the list of events."""
    lists = {
        key: each * 40
        for key, each in value.items()
        if isinstance(each, list) and len(each) == len(_MESSAGES)
    }
    return value | lists


@pytest.mark.parametrize("indent", [None, 2], ids=["compact", "indented"])
def test_each_string_of_a_long_object_has_its_own_facts(indent: int | None) -> None:
    states = {
        f"orders-{n}": _MESSAGES[n // 99] if n % 99 == 0 else f"ok, {n} orders were sent" * 4
        for n in range(495)
    }
    text = json.dumps({"states": states, "count": len(states)}, indent=indent)
    assert len(text) > 40_000
    assert [facts_of(failure) for failure in scan(text)] == _FOUND


@pytest.mark.unmeasured
def test_a_line_in_parts_is_split_between_elements() -> None:
    """The parts of a line that never ends are read as they arrive."""
    events = [{"time": n, "msg": message} for n, message in enumerate(_MESSAGES * 1_600)]
    text = json.dumps(events)
    assert len(text) > 1_000_000
    found = [facts_of(failure) for failure in scan(io.StringIO(text))]
    assert found == [*_FOUND, *[facts for facts in _FOUND if facts != _ANSWERED] * 1_599]


def test_a_document_with_events_can_state_another_failure() -> None:
    document = {
        "events": _DOCUMENTS["array"],
        "error": {"code": "ExpiredTokenException", "message": "Token expired"},
    }
    assert [facts_of(failure) for failure in scan(json.dumps(document))] == [
        *_FOUND,
        {"kind": "expired_credentials", "code": "ExpiredTokenException"},
    ]


def test_a_line_of_a_logger_with_a_list_is_not_a_list_of_events() -> None:
    line = {
        "timestamp": "2026-10-07T09:00:00Z",
        "message": _EXPIRED,
        "spans": [{"timestamp": 1, "message": "ready"}, {"timestamp": 2, "message": "done"}],
    }
    assert [facts_of(failure) for failure in scan(json.dumps(line))] == [_EXPIRED_FACTS]


LOGS: tuple[tuple[str, str, Sequence[Facts]], ...] = (
    # Steps of a job, copied from its page.
    (
        "steps",
        "".join(
            f"Run aws eks describe-cluster\n  shell: /usr/bin/bash -e {{0}}\n{text}\nError: Process completed with exit code 254.\n"
            for text in (_PLAIN, _EXPLICIT)
        ),
        [_CALLED, _DENIED_BY_SCP],
    ),
    (
        "result-of-a-batch",
        json.dumps(
            {
                "Successful": [],
                "Failed": [
                    {"Id": "1", "Code": "AccessDeniedException", "Message": DENIAL},
                    {"Id": "2", "Code": "AccessDeniedException", "Message": f"{DENIAL} with an explicit deny"},
                ],
            },
            indent=4,
        ),
        [
            {**DENIED, "code": "AccessDeniedException"},
            {**DENIED, "code": "AccessDeniedException", "deny": "explicit"},
        ],
    ),
    (
        "jobs",
        json.dumps(
            {"BackupJobs": [{"Id": n, "StatusMessage": DENIAL + end} for n, end in enumerate(("", " with an explicit deny"))]},
            indent=4,
        ),
        [DENIED, {**DENIED, "deny": "explicit"}],
    ),
    # A truncated message is the same one.
    (
        "stack-events",
        "\n".join([
            f"DELETE_FAILED  Route1  AWS::EC2::Route  You are not authorized to perform this operation. (Service: Ec2, Status Code: 403, Request ID: {REQUEST})",
            "DELETE_FAILED  SubnetRouteTableAssociation1 AWS::EC2::SubnetRouteTableAssociation  You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcdef",
        ]),
        [
            {"kind": "access_denied", "service": "ec2", "request_id": REQUEST, "status_code": 403},
            {"kind": "access_denied", "encoded_message": "4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcdef"},
        ],
    ),
    ("truncated", f"{_EXPLICIT}\nsummary: {_PLAIN[:-8]}...\n", [_DENIED_BY_SCP]),
    # Items in one line of a log.
    (
        "items",
        f"2026-10-07 09:00:00,123 - orders - ERROR - 3 of 9 items failed:\n  - a: {_NOT_FOUND}\n  - b: {_EXPIRED}\n  - c: {_PLAIN}\n",
        [_NOT_FOUND_FACTS, _EXPIRED_FACTS, _CALLED],
    ),
    (
        "csv",
        (f'@timestamp,@message,@logStream\n2026-10-07 09:00:00.123,{_PLAIN},ecs/app/1\n'
        f'2026-10-07 09:00:01.123,"ERROR {_GO}",ecs/app/1\n2026-10-07 09:00:02.123,"failed\n{_EXPLICIT}",ecs/app/1\n'),
        _FOUND,
    ),
    ("csv-with-milliseconds", f"timestamp,message\n1791363600123,{_PLAIN}\n1791363601123,{_EXPLICIT}\n", [_CALLED, _DENIED_BY_SCP]),
    # Ansible prints the last line of the traceback before the result of the task.
    (
        "ansible",
        "".join(
            f"TASK [orders : Read the cluster] *****\nAn exception occurred during task execution. To see the full traceback, use -vvv. The error was: botocore.exceptions.ClientError: {text}\n"
            f'fatal: [localhost]: FAILED! => {json.dumps({"changed": False, "msg": f"Failed: {text}"})}\n'
            for text in (_PLAIN, _EXPLICIT)
        ),
        [_CALLED, _DENIED_BY_SCP],
    ),
    # The request ID in a record of Lambda is the one of the invocation, also if the code of the service is its type.
    (
        "record-of-lambda",
        json.dumps(
            {
                "timestamp": "2026-10-07T09:00:00Z", "level": "ERROR", "message": _NOT_FOUND, "stackTrace": [],
                "errorType": "ResourceNotFoundException", "errorMessage": _NOT_FOUND, "requestId": _SERVED,
            }
        ),
        [_NOT_FOUND_FACTS],
    ),
    (
        "record-of-lambda-with-metadata",
        json.dumps(
            {
                "errorType": "AccessDeniedException", "errorMessage": DENIAL, "$fault": "client",
                "$metadata": {"httpStatusCode": 403, "requestId": REQUEST, "attempts": 1},
            }
        ),
        [{**DENIED, "code": "AccessDeniedException", "request_id": REQUEST, "status_code": 403}],
    ),
    (
        "record-of-lambda-with-fields-of-the-sdk",
        json.dumps(
            {
                "errorType": "AccessDeniedException", "errorMessage": DENIAL, "code": "AccessDeniedException",
                "message": DENIAL, "time": "2026-10-07T09:00:00.519Z", "requestId": REQUEST, "statusCode": 400,
                "retryable": False, "retryDelay": 31.9, "stack": [f"AccessDeniedException: {DENIAL}", "    at main"],
            },
            indent=4,
        ),
        [{**DENIED, "code": "AccessDeniedException", "request_id": REQUEST, "status_code": 400}],
    ),
    # Nor is the one of a logger's record whose message is the response.
    *(
        (
            f"record-of-a-logger-{name}",
            json.dumps(
                {"timestamp": "2026-10-07T09:00:00Z", "level": "ERROR", "message": message, "logger": "orders", "requestId": _SERVED, "statusCode": 500}
            ),
            [{**DENIED, "code": "AccessDeniedException"}],
        )
        for name, message in (
            ("body", json.dumps({"__type": "AccessDeniedException", "Message": DENIAL}, indent=4)),
            ("object", {"Error": {"Code": "AccessDeniedException", "Message": DENIAL}}),
        )
    ),
    (
        "code-in-the-record-of-a-logger",
        json.dumps({"level": "error", "message": DENIAL, "code": "AccessDeniedException", "statusCode": 400, "requestId": REQUEST}),
        [{**DENIED, "code": "AccessDeniedException", "request_id": REQUEST, "status_code": 400}],
    ),
    # A name ends with its field, also if a later field repeats the message.
    (
        "name-in-an-object",
        json.dumps({"message": DENIAL.replace(CLUSTER, "orders/demo"), "stack": f"AccessDeniedException: {DENIAL.replace(CLUSTER, 'orders/demo')}\n    at get"}, separators=(",", ":")),
        [{**DENIED, "code": "AccessDeniedException", "resource": "orders/demo"}],
    ),
    # A container's log in JSON, with colors, and a log that was pasted as a code block.
    (
        "colors-in-json",
        "".join(
            json.dumps({"log": f"\x1b[90m09:00:0{n}\x1b[0m \x1b[31mERROR\x1b[0m {text}\n", "stream": "stderr", "time": f"2026-10-07T09:00:0{n}Z"}) + "\n"
            for n, text in enumerate((_PLAIN, _EXPLICIT))
        ),
        [_CALLED, _DENIED_BY_SCP],
    ),
    (
        "code-block",
        (f"    $ make\n    {_EXPIRED}\n    HTTP 401 Unauthorized from https://api.example.com/orders\n    served request_id={_SERVED}\n    Traceback (most recent call last):\n"
        f'      File "a.py", line 1, in <module>\n    botocore.exceptions.ClientError: {_PLAIN}\n'),
        [_EXPIRED_FACTS, _CALLED],
    ),
    # Hadoop's times, and Java's on a line of its own.
    (
        "hadoop",
        f"26/10/07 09:00:00 ERROR Executor: failed\n{_PLAIN}\n26/10/07 09:00:01 ERROR Executor: HTTP 401 Unauthorized from https://api.example.com/orders\n26/10/07 09:00:02 ERROR Executor: {_EXPIRED}\n",
        [_CALLED, _EXPIRED_FACTS],
    ),
    (
        "java-logging",
        f"Oct 07, 2026 9:00:00 AM com.example.Orders load\nSEVERE: HTTP 401 Unauthorized from https://api.example.com/orders\nOct 07, 2026 9:00:01 AM com.example.Orders load\nSEVERE: {_EXPIRED}\n",
        [_EXPIRED_FACTS],
    ),
    # Lines of a command belong to the command, not to the line of the runner before them.
    (
        "commands-of-codebuild",
        (f'[Container] 2026/10/07 09:00:00 Running command make\nhealth ok\nHTTP 401 Unauthorized from https://api.example.com/orders\n'
        f'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nbotocore.exceptions.ClientError: {_EXPIRED}\n'),
        [_EXPIRED_FACTS],
    ),
    # A denial by a database in another statement.
    (
        "after-a-database",
        ("PS C:\\build> .\\deploy.ps1\nAccess denied for user 'orders'@'10.0.0.7' (using password: YES)\n"
        "Get-S3Object : The AWS Access Key Id you provided does not exist in our records.\nAt C:\\build\\deploy.ps1:50 char:5\n"
        "+ Get-S3Object -BucketName orders\n+ ~~~~~~~~~~~~\n    + CategoryInfo          : InvalidOperation: (Amazon.PowerShe...Cmdlet) [Get-S3Object], InvalidOperationException\n"
        "    + FullyQualifiedErrorId : Amazon.S3.AmazonS3Exception,Amazon.PowerShell.Cmdlets.S3.GetS3ObjectCmdlet\n"),
        [{"kind": "invalid_credentials", "service": "s3"}],
    ),
    # make reports the end of each command.
    (
        "commands-of-make",
        f"UnauthorizedOperation: You are not authorized to perform this operation.\nmake: *** [Makefile:3: plan] Error 255\n{DENIAL}\nmake: *** [Makefile:4: apply] Error 255\n",
        [{"kind": "access_denied", "code": "UnauthorizedOperation"}, DENIED],
    ),
    # Neither a denial nor an exception is another member of an object.
    (
        "after-a-class",
        f"AccessDeniedException: Insufficient Lake Formation permission(s): Required Describe\nbotocore.exceptions.ClientError: {_EXPIRED}\n{DENIAL}\n",
        [{"kind": "access_denied", "code": "AccessDeniedException"}, _EXPIRED_FACTS, DENIED],
    ),
    # The next line is no part of the message, although its words can go on in it.
    (
        "after-lake-formation",
        f"AccessDeniedException: Insufficient Lake Formation permission(s): Required Describe\n\n{_EXPIRED}\n",
        [{"kind": "access_denied", "code": "AccessDeniedException"}, _EXPIRED_FACTS],
    ),
    # The last word of a line before a denial that starts with its principal.
    (
        "before-a-role",
        f"{_EXPIRED}\nThe IAM role arn:aws:iam::111122223333:role/deploy does not give you permission to perform operations in the following AWS service: AmazonEC2.\n",
        [
            _EXPIRED_FACTS,
            {"kind": "access_denied", "principal": "arn:aws:iam::111122223333:role/deploy", "account": "111122223333", "service": "ec2"},
        ],
    ),
    # Two messages, one with a principal, are of two failures.
    (
        "another-message",
        f"An error occurred (AccessDeniedException) when calling the GetParameters operation: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: {REQUEST})\nUser: {APP} is not authorized to assume role arn:aws:iam::111122223333:role/deploy\n",
        [
            {"kind": "access_denied", "code": "AccessDeniedException", "service": "kms", "request_id": REQUEST, "status_code": 400},
            {"kind": "access_denied", "principal": APP, "account": "111122223333", "resource": "arn:aws:iam::111122223333:role/deploy"},
        ],
    ),
    # An answer of Kubernetes without its first line.
    (
        "headers-of-kubernetes",
        (f"{_EXPIRED}\nHTTP response headers: HTTPHeaderDict({{'Content-Type': 'application/json'}})\n"
        'HTTP response body: {"kind":"Status","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}\n'),
        [_EXPIRED_FACTS, {"kind": "kubernetes_unauthorized", "status_code": 401}],
    ),
    # A class with a status is no label.
    (
        "class-of-kubernetes",
        "A client error (403) occurred when calling the HeadObject operation: Forbidden\nkubernetes.client.exceptions.ApiException: (401)\nReason: Unauthorized\n",
        [
            {"kind": "access_denied", "code": "403", "operation": "HeadObject", "status_code": 403},
            {"kind": "kubernetes_unauthorized", "status_code": 401},
        ],
    ),
    # A mail program broke the lines at 72 columns.
    (
        "broken-by-a-mail",
        "\n".join(
            textwrap.fill(line, 72, break_long_words=False, break_on_hyphens=False)
            for line in (
                "Job 1 reports:",
                "",
f"An error occurred (AccessDeniedException) when calling the GetParameters operation: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: {REQUEST})",
                "",
                "Job 2 reports:",
                "",
                f"software.amazon.awssdk.services.sts.model.StsException: Not authorized to perform sts:AssumeRoleWithWebIdentity (Service: Sts, Status Code: 403, Request ID: {_SERVED})",
            )
        ),
        [
            {"kind": "access_denied", "code": "AccessDeniedException", "service": "kms", "request_id": REQUEST, "status_code": 400},
            {"kind": "access_denied", "service": "sts", "action": "sts:AssumeRoleWithWebIdentity", "request_id": _SERVED, "status_code": 403},
        ],
    ),
    # A mail program broke lines of logs, whose values go on, and marked those that it quotes.
    (
        "quoted-by-a-mail",
        "\n".join(
            ("> " if n % 2 else "") + part
            for n, line in enumerate(
                (
                    f'time="2026-10-07T09:00:00Z" level=warning msg="access denied" arn="{APP}" client="127.0.0.1:40378" error="ARN is not mapped" method=POST path=/authenticate',
                    f'time="2026-10-07T09:00:01Z" level=error msg="could not sync the cluster of orders: operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL}"',
                )
            )
            for part in ("", *textwrap.wrap(line, 76, break_long_words=False, break_on_hyphens=False))
        ),
        [{"kind": "kubernetes_unauthorized", "principal": APP, "account": "111122223333"}, _ANSWERED],
    ),
    # A report with another indent than the lines before it.
    (
        "indented",
        f"An error occurred (AccessDeniedException) when calling the EnableRegion operation: Ask the owner.\n\n  {DENIAL}\n",
        [{"kind": "access_denied", "code": "AccessDeniedException", "operation": "EnableRegion"}, DENIED],
    ),
    (
        "in-a-box",
        f'{_PLAIN}\n\n│ Error: Unauthorized\n│ \n│   with module.eks.kubernetes_config_map.aws_auth[0],\n│   on main.tf line 5, in resource "kubernetes_config_map" "aws_auth":\n',
        [_CALLED, {"kind": "kubernetes_unauthorized"}],
    ),
    # Members of an object without the bracket before them.
    (
        "members",
        f'User: {APP} is not authorized to perform: iam:PassRole\n    "eventName": "DescribeCluster",\n    "errorCode": "AccessDenied",\n    "errorMessage": "{DENIAL}",\n',
        [
            {"kind": "access_denied", "principal": APP, "account": "111122223333", "action": "iam:PassRole", "service": "iam"},
            {**DENIED, "code": "AccessDenied", "operation": "DescribeCluster"},
        ],
    ),
    ("members-without-commas", f'  "errorCode": "AccessDenied"\n  "errorMessage": "{DENIAL}"\n', [{**DENIED, "code": "AccessDenied"}]),
    # Words after a code are its message, although none is known.
    (
        "after-words",
        "AccessDeniedException: Required Describe on orders\nPermission denied on S3 path: s3://reports/2026\n",
        [{"kind": "access_denied", "code": "AccessDeniedException"}, {"kind": "access_denied", "resource": "s3://reports/2026"}],
    ),
    # A sentence that names its action names its resource, too.
    (
        "role-below",
        f"User: {APP} is not authorized to perform: ec2:StopInstances\nRole Assumption Failed\nUnable to assume role {ROLE}",
        [
            {"kind": "access_denied", "principal": APP, "account": "111122223333", "action": "ec2:StopInstances", "service": "ec2"},
            {"kind": "access_denied", "resource": ROLE},
        ],
    ),
    # No call of Kubernetes has a response of S3, and Terraform's line with a colon announces none.
    (
        "response-of-s3",
        (
            'Error: clusterroles.rbac.authorization.k8s.io "view" is forbidden: User "eva" cannot get resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope\n\n'
            '  on main.tf line 9, in resource "kubernetes_cluster_role" "view":\n\n'
            f"<Error><Code>InvalidToken</Code><Message>The provided token is malformed or otherwise invalid.</Message><RequestId>{REQUEST}</RequestId></Error>\n"
        ),
        [
            {"kind": "kubernetes_forbidden", "principal": "eva", "k8s_user": "eva", "k8s_verb": "get", "k8s_resource": "clusterroles", "k8s_api_group": "rbac.authorization.k8s.io"},
            {"kind": "invalid_credentials", "code": "InvalidToken", "request_id": REQUEST},
        ],
    ),
    # A plugin for credentials in another statement than the failure before it.
    (
        "plugin",
        f'{_PLAIN}\n╷ │ Error: rpc error: code = Unknown desc = Get "https://X.gr7.eu-west-1.eks.amazonaws.com/version": getting credentials: exec: executable argocd-k8s-auth failed with exit code 20\n',
        [_CALLED, {"kind": "missing_credentials"}],
    ),
    # A clause of a sentence starts no statement.
    (
        "clause",
        'SSM Agent unable to acquire credentials: unexpected error getting instance profile\nrole credentials or calling UpdateInstanceInformation: send request failed\ncaused by: Post "https://ssm.us-east-1.amazonaws.com/": dial tcp 192.0.2.7:443: i/o timeout\n',
        [{"kind": "missing_credentials", "service": "ssm"}],
    ),
    # The lines of another service end the first report.
    (
        "services",
        f"web-1     | {DENIAL}\nworker-1  | {_EXPIRED}\nweb-1     | │ Error: {_NOT_FOUND}\n",
        [DENIED, _EXPIRED_FACTS, _NOT_FOUND_FACTS],
    ),
    # A key of an object is no heading, and a header of a response no name.
    (
        "keys-of-an-object",
        f"eventName: DescribeCluster\nuserIdentity:\n  arn: {APP}\nrequestParameters:\n  name: demo\nerrorCode: AccessDenied\nerrorMessage: {DENIAL}\nrequestID: {REQUEST}\n\n{_EXPIRED}\n",
        [{**DENIED, "code": "AccessDenied", "operation": "DescribeCluster", "request_id": REQUEST}, _EXPIRED_FACTS],
    ),
)  # fmt: skip


@check_rows(("text", "expected"), [row[1:] for row in LOGS], ids=[row[0] for row in LOGS])
def test_each_failure_has_its_own_facts(text: str, expected: Sequence[Facts]) -> None:
    assert [facts_of(failure) for failure in scan(text)] == list(expected)


def test_a_message_that_a_line_has_twice_keeps_its_request() -> None:
    """Java's S3 exception repeats the extended request ID after the parentheses."""
    host = "4vc4idGE0NuB+Gaimnh6BNE8XJFQYMPMwc1cyEJp1fz9MKDzjBlRydUdyWQlhpmSgn1Evqh0Y4m="
    denial = f"User: {APP} is not authorized to perform: s3:GetObject on resource: {CLUSTER}"
    message = f"{denial} (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 9JQDEHT5CH7Y3R3Q; S3 Extended Request ID: {host}; Proxy: null), S3 Extended Request ID: {host}"
    line = {
        "error.message": message,
        "error.stack_trace": f"com.amazonaws.services.s3.model.AmazonS3Exception: {message}\n\tat com.example.Orders.main(Orders.java:9)",
    }
    (failure,) = scan(json.dumps(line))
    assert (failure.envelope.request_id, failure.envelope.status_code) == ("9JQDEHT5CH7Y3R3Q", 403)


_NO_MESSAGE = "An error occurred (ParameterNotFound) when calling the GetParameter operation: "
_NEXT = "An error occurred (AccessDenied) when calling the PutRule operation: Access Denied"


@check_rows(
    ("log", "codes"),
    [
        (f"{_NO_MESSAGE}\n{_NEXT}", ["ParameterNotFound", "AccessDenied"]),
        (f"{_NO_MESSAGE.rstrip()}\n\n{_NEXT}", ["ParameterNotFound", "AccessDenied"]),
        (f"09:00:01 [read] {_NO_MESSAGE}\n09:00:02 [rule] {_NEXT}", ["ParameterNotFound", "AccessDenied"]),
        (f"[read] {_NO_MESSAGE}\n[rule] {_NEXT}", ["ParameterNotFound", "AccessDenied"]),
        # One call reports the error of another one.
        (f"{_NO_MESSAGE}{_NEXT}", ["AccessDenied"]),
        (f"{_NO_MESSAGE}\n  caused by: {_NEXT}", ["AccessDenied"]),
    ],
)
def test_call_without_a_message_before_another_call(log: str, codes: list[str]) -> None:
    assert [each.envelope.code for each in scan(log)] == codes
