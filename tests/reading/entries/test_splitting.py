"""Which lines make an entry: documents, traces, statements, interleaved streams, live sources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from iamtriage import scan
from iamtriage._reading.entries.long_lines import MAX_LENGTH
from iamtriage._reading.entries.splitting import TICK, split_entries
from iamtriage._reading.texts import scan_lines
from tests.reading.readers.test_bodies import _EVENT, _EVENT_FACTS
from tests.tables import DENIAL, DENIED, REQUEST, Facts, all_facts_in, check_rows, denied, expect, facts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CALL = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_CALLED: Facts = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_SLOW = "An error occurred (ThrottlingException) when calling the ListClusters operation: Rate exceeded"
_SLOWED: Facts = expect("aws_error", code="ThrottlingException", operation="ListClusters")
_STAMP = "2026-10-07 09:00:{:02},123"
_TRACEBACK = (
    "Traceback (most recent call last):",
    '  File "/srv/app/jobs.py", line 41, in run',
    "    client.call(**arguments)",
    f"botocore.exceptions.ClientError: {_CALL}",
)
_GO_PANIC = (
    f"panic: operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL}",
    "",
    "goroutine 1 [running]:",
    "main.must(...)",
    "\t/src/main.go:19",
    "main.main()",
    "\t/src/main.go:41 +0x1d",
    "exit status 2",
)
_JAVA = (
    "Request failed",
    "java.lang.RuntimeException: could not load",
    "\tat com.example.orders.Loader.load(Loader.java:74)",
    f"Caused by: software.amazon.awssdk.services.eks.model.EksException: {DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST})",
    "\tat com.example.orders.Client.call(Client.java:403)",
    "\t... 12 more",
)
_BOX = (
    "╷",
    "│ Error: reading EKS Cluster (demo): operation error EKS: DescribeCluster, https",
    f"│ response error StatusCode: 403, RequestID: {REQUEST}, api",
    f"│ error AccessDeniedException: {DENIAL}",
    "│ ",
    "│   with module.orders.aws_example.this,",
    '│   on main.tf line 12, in resource "aws_example" "this":',
    '│   12: resource "aws_example" "this" {',
    "│ ",
    "╵",
)
_POWERSHELL = (
    f"aws : {_CALL}",
    "At C:\\jobs\\run.ps1:12 char:1",
    "+ aws eks describe-cluster --name demo",
    "+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
    f"    + CategoryInfo          : NotSpecified: ({_CALL[:40]}...:String) [], RemoteException",
    "    + FullyQualifiedErrorId : NativeCommandError",
)
_CPP = (
    "HTTP response code: 403",
    "Resolved remote host IP address: 192.0.2.7",
    f"Request ID: {REQUEST}",
    "Exception name: AccessDeniedException",
    f"Error message: {DENIAL}",
    "1 response headers:",
    "connection : close",
)
_BOTO_2 = (
    "Traceback (most recent call last):",
    '  File "/srv/app/network.py", line 12, in run',
    "    groups = connection.get_all_security_groups()",
    "boto.exception.BotoServerError: BotoServerError: 403 Forbidden",
    '<?xml version="1.0" encoding="UTF-8"?>',
    f"<Response><Errors><Error><Code>AccessDenied</Code><Message>{DENIAL}</Message></Error></Errors><RequestID>{REQUEST}</RequestID></Response>",
)
_BOTO_2_WITHOUT_DECLARATION = (
    *_BOTO_2[:-2],
    '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">',
    f"  <Error><Code>AccessDenied</Code><Message>{DENIAL}</Message></Error>",
    f"  <RequestId>{REQUEST}</RequestId>",
    "</ErrorResponse>",
)
_LOGRUS = (
    f"FATA[0001] cannot describe: AccessDeniedException: {DENIAL}",
    f"\tstatus code: 403, request id: {REQUEST}",
)
_RCLONE = (
    f"2026/10/07 09:00:01 ERROR : orders.csv: Failed to copy: AccessDeniedException: {DENIAL}",
    f"        status code: 403, request id: {REQUEST}",
)
_GO_SYSLOG = (
    f"E1007 09:00:00.123456 1 aws.go:7] cannot describe: AccessDeniedException: {DENIAL}",
    f"#011status code: 403, request id: {REQUEST}",
)
_VAULT = (
    '* error making upstream request: received error code 403 from STS: <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
    "<Error>",
    "<Type>Sender</Type>",
    "<Code>AccessDenied</Code>",
    f"<Message>{DENIAL}</Message>",
    "</Error>",
    f"<RequestId>{REQUEST}</RequestId>",
    "</ErrorResponse>",
)
_IDS: Facts = {"status_code": 403, "request_id": REQUEST}
MULTI_LINE: dict[str, tuple[tuple[str, ...], Facts]] = {
    "Python": (_TRACEBACK, _CALLED),
    "Go": (_GO_PANIC, {**_CALLED, **_IDS}),
    "Java": (_JAVA, {**DENIED, **_IDS}),
    "Terraform": (_BOX, {**_CALLED, **_IDS}),
    "PowerShell": (_POWERSHELL, _CALLED),
    "PowerShell in German": (
        (_POWERSHELL[0], "In C:\\jobs\\run.ps1:12 Zeichen:1", *_POWERSHELL[2:]),
        _CALLED,
    ),
    "PowerShell in Japanese": (
        (_POWERSHELL[0], "発生場所 C:\\jobs\\run.ps1:12 文字:1", *_POWERSHELL[2:]),
        _CALLED,
    ),
    "C++": (_CPP, {**DENIED, **_IDS, "code": "AccessDeniedException"}),
    "boto 2": (_BOTO_2, {**DENIED, **_IDS, "code": "AccessDenied"}),
    "boto 2, no declaration": (_BOTO_2_WITHOUT_DECLARATION, {**DENIED, **_IDS, "code": "AccessDenied"}),
    "logrus": (_LOGRUS, {**DENIED, **_IDS, "code": "AccessDeniedException"}),
    "rclone": (_RCLONE, {**DENIED, **_IDS, "code": "AccessDeniedException"}),
    "Go in rsyslog": (_GO_SYSLOG, {**DENIED, **_IDS, "code": "AccessDeniedException"}),
    "Vault": (_VAULT, {**DENIED, **_IDS, "code": "AccessDenied"}),
    "CloudTrail": (tuple(json.dumps(_EVENT, indent=2).split("\n")), _EVENT_FACTS),
}
_FOREIGN = (
    "request id=0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9 status=404 path=/orders took=12ms",
    "POST https://hooks.example.com/orders answered 403 Forbidden, will try again",
    '10.1.2.3 - - [07/Oct/2026:09:00:00 +0000] "GET /orders HTTP/1.1" 503 12 "-" "curl/8.5.0"',
    'GET "https://s3.eu-west-1.amazonaws.com/orders" finished with 200 in 31 ms',
    "running as arn:aws:sts::444455556666:assumed-role/orders/session",
)


def _stamped(lines: Iterable[str], start: int = 0) -> Iterator[str]:
    for second, line in enumerate(lines, start):
        yield f"{_STAMP.format(second)} INFO {line}"


@check_rows("name", MULTI_LINE)
@check_rows(
    "prefix",
    [
        "",
        "2026-10-07T09:00:00.1234567Z ",
        "api-1  | ",
        "Oct  7 09:00:00 web-1 api[401]: ",
        "[pod/api-7c9f4/app] ",
    ],
)
def test_lines_of_one_report_are_one_entry(name: str, prefix: str) -> None:
    """Alone, or with the prefix that a supervisor puts before each line; nothing else is read into it."""
    lines, facts = MULTI_LINE[name]
    log = [
        *(f"{prefix}{line}" for line in _stamped(_FOREIGN)),
        *(f"{prefix}{line}" for line in lines),
        *(f"{prefix}{line}" for line in _stamped(_FOREIGN, 10)),
    ]
    assert all_facts_in("\n".join(log)) == [facts]


@check_rows("name", MULTI_LINE)
def test_lines_of_one_report_behind_a_stamp(name: str) -> None:
    lines, facts = MULTI_LINE[name]
    log = [*_stamped(_FOREIGN), f"{_STAMP.format(9)} ERROR {lines[0]}", *lines[1:], *_stamped(_FOREIGN, 10)]
    assert all_facts_in("\n".join(log)) == [facts]


def test_a_long_word_that_is_broken_between_lines() -> None:
    """The lines of an encoded message belong to its statement, with and without a logger."""
    word = "Qx7_aB3dEfGh1jKlMnOpQrStUvWxYz-0123456789AbCdEfGhIjKlMnOpQrStUv"
    lines = (
        f"Error: AccessDeniedException: {DENIAL} Encoded authorization failure message: {word[:22]}",
        word * 2,
        f"-{word}",
        f"        status code: 403, request id: {REQUEST}",
    )
    message = f"{word[:22]}{word * 2}-{word}"
    facts = {**DENIED, **_IDS, "code": "AccessDeniedException", "encoded_message": message}
    assert all_facts_in("\n".join(("orders: Creating...", *lines))) == [facts]
    log = [*_stamped(_FOREIGN), f"{_STAMP.format(9)} ERROR {lines[0]}", *lines[1:], *_stamped(_FOREIGN, 10)]
    assert all_facts_in("\n".join(log)) == [facts]


@pytest.mark.parametrize("level", ["ERROR ", "boto [ERROR]:", "boto - ERROR - "])
def test_boto_2_logs_a_status_and_the_body_apart(level: str) -> None:
    """The logger puts its prefix before both; a status before another entry is not that entry's."""
    declaration, body = _BOTO_2[-2:]
    status = f"{_STAMP.format(8)} {level}403 Forbidden"
    facts: Facts = {**DENIED, "code": "AccessDenied", "request_id": REQUEST}
    log = [
        *_stamped(_FOREIGN),
        status,
        f"{_STAMP.format(8)} {level}{declaration}",
        body,
        *_stamped(_FOREIGN, 10),
    ]
    assert all_facts_in("\n".join(log)) == [{**facts, "status_code": 403}]
    log = [status, f"{_STAMP.format(9)} {level}answered:", declaration, body]
    assert all_facts_in("\n".join(log)) == [facts]


def test_duckdb_prints_a_code_after_an_empty_line() -> None:
    """It belongs to the status above, but not to another line's."""
    status = (
        "HTTP GET error reading 'https://orders.s3.amazonaws.com/a.parquet' in region '' (HTTP 403 Forbidden)"
    )
    lines = ("HTTP Error:", status, "", "AccessDenied: Access Denied", "", "Authentication Failure")
    facts = denied(code="AccessDenied", service="s3", status_code=403)
    assert all_facts_in("\n".join(lines)) == [facts]
    for prefix in ("api-1  | ", "Oct  7 09:00:00 web-1 api[401]: "):
        assert all_facts_in("\n".join(prefix + line for line in (*lines, *_FOREIGN))) == [facts]
    assert all_facts_in(
        "\n".join((*_stamped(_FOREIGN), f"{_STAMP.format(9)} ERROR {lines[0]}", *lines[1:]))
    ) == [facts]
    other = [status.replace(".s3.amazonaws.com", ".example.com"), "", _TRACEBACK[-1]]
    assert all_facts_in("\n".join(other)) == [_CALLED]


@check_rows("name", MULTI_LINE)
@check_rows("gap", ["", "\n"])
def test_statements_of_a_text_without_a_format_stay_apart(name: str, gap: str) -> None:
    lines, facts = MULTI_LINE[name]
    report = "\n".join(lines)
    log = "\n".join([*_FOREIGN, gap + report + gap, *_FOREIGN, _SLOW])
    assert all_facts_in(log) == [facts, _SLOWED]


@pytest.mark.unmeasured
@check_rows("other", MULTI_LINE)
@check_rows("name", MULTI_LINE)
@check_rows("prefix", ["{}-1  | ", "[pod/{}-7c9f4/app] ", "Oct  7 09:00:00 web {}[401]: "])
def test_interleaved_streams_are_told_apart(name: str, other: str, prefix: str) -> None:
    """Two workers write line by line; each line has its worker's prefix."""
    lines, facts = MULTI_LINE[name]
    others, other_facts = MULTI_LINE[other]
    others = tuple(line.replace(DENIED["account"], "444455556666") for line in others)  # type: ignore[arg-type]
    log: list[str] = []
    for number in range(max(len(lines), len(others))):
        log += [f"{prefix.format('api')}{line}" for line in lines[number : number + 1]]
        log += [f"{prefix.format('worker')}{line}" for line in others[number : number + 1]]
    found = [facts_of(failure) for failure in scan(log)]
    assert facts in found
    assert len(found) == 2
    assert {failure["account"] for failure in found if failure} == {"111122223333", "444455556666"}
    assert {failure.get("status_code") for failure in found if failure} == {
        facts.get("status_code"),
        other_facts.get("status_code"),
    }


@check_rows("name", MULTI_LINE)
def test_lines_of_one_report_that_docker_wrote_as_json(name: str) -> None:
    lines, facts = MULTI_LINE[name]
    log = [
        json.dumps(
            {"log": f"{line}\n", "stream": "stderr", "time": "2026-10-07T09:00:00.123456789Z"},
            ensure_ascii=False,
        )
        for line in (*_stamped(_FOREIGN), *lines, *_stamped(_FOREIGN, 10))
    ]
    assert all_facts_in("\n".join(log)) == [facts]


@pytest.mark.parametrize("key", ["requestId", "request_id"])
def test_an_id_of_the_logger_is_no_requests(key: str) -> None:
    """AWS Lambda states the invocation's next to the message."""
    record = {"timestamp": "2026-10-07T09:00:00Z", "level": "ERROR", "message": "\n".join(_TRACEBACK)}
    for line in ({**record, key: REQUEST}, {key: REQUEST, **record}):
        assert all_facts_in(json.dumps(line)) == [_CALLED]


def test_lines_of_a_packer_build_are_one_entry() -> None:
    lines = [
        "==> amazon-ebs: Prevalidating AMI Name: orders",
        f"==> amazon-ebs: Error querying AMI: AccessDenied: {DENIAL}",
        f"==> amazon-ebs: \tstatus code: 403, request id: {REQUEST}",
        "==> amazon-ebs: Cleaning up",
    ]
    assert all_facts_in("\n".join(lines)) == [{**DENIED, **_IDS, "code": "AccessDenied"}]


@check_rows(
    "start",
    [
        "ERROR: ",
        "2026-10-07T09:00:00Z ERROR: ",
        "\x1b[31;1mERROR: ",
        "[31;1mERROR: ",
        "Jan  2 03:04:05 host-1 gitlab-runner[123]: #033[31;1mERROR: ",
    ],
)
def test_a_level_before_each_line_of_an_error_starts_no_entry(start: str) -> None:
    lines = [
        f"{start}Preparation failed: AccessDenied: {DENIAL}[0;m",
        f"{start}\tstatus code: 403, request id: {REQUEST}[0;m  driver=amazonec2",
        f"{start}Will be retried in 3s",
    ]
    assert all_facts_in("\n".join(lines)) == [{**DENIED, **_IDS, "code": "AccessDenied"}]
    lines = [
        f"{start}Preparation failed: RequestError: send request failed",
        f'{start}caused by: Post "https://ec2.eu-west-1.amazonaws.com/": dial tcp: lookup ec2.eu-west-1.amazonaws.com: no such host',
        f"{start}Will be retried in 3s",
    ]
    assert all_facts_in("\n".join(lines)) == [{"kind": "aws_error", "code": "RequestError", "service": "ec2"}]


def test_an_entry_of_an_interleaved_stream_holds_its_own_lines() -> None:
    lines = [
        "a-1  | Traceback (most recent call last):",
        "b-1  | fine",
        f"a-1  | botocore.ClientError: {_CALL}",
    ]
    (entry,) = split_entries(lines)
    assert entry.text == f"{lines[0]}\n{lines[2]}\n"
    assert (entry.start, entry.stream) == (0, "a-1")
    (failure,) = scan(lines)
    assert failure.text == entry.text
    for name, (start, end) in failure.spans.items():
        assert failure.text[start:end] == str(getattr(failure, name, None) or getattr(failure.envelope, name))


def test_more_streams_than_are_kept_apart() -> None:
    """Of a log of many pods, each line is an entry of its own."""
    lines = [f"[pod/api-{number}/app] 2026-10-07T09:00:00Z {_CALL}" for number in range(140)]
    assert [entry.text for entry in split_entries(lines)] == [f"{line}\n" for line in lines]


def test_failures_come_in_the_order_in_which_they_start() -> None:
    log = [f"a-1  | {_CALL}", f"b-1  | {_SLOW}", "b-1  | 09:00:00 INFO fine", "a-1  | 09:00:00 INFO fine"]
    assert [failure.kind for failure in scan(log)] == ["access_denied", "aws_error"]


def test_a_body_that_an_entry_announces_is_of_the_headers_before() -> None:
    debug = "2026-10-07 09:00:00,123 botocore.parsers DEBUG"
    log = (
        f"{debug} Response headers: {{'x-amzn-RequestId': '{REQUEST}', 'Content-Type': 'application/x-amz-json-1.1'}}\n"
        f'{debug} Response body:\nb\'{{"__type":"AccessDeniedException","Message":"{DENIAL}"}}\'\n'
    )
    assert all_facts_in(log) == [{**DENIED, "code": "AccessDeniedException", "request_id": REQUEST}]


def test_reports_of_one_request_are_one_failure() -> None:
    """What each entry states of the request is known of the failure, and spans lead to both."""
    log = (
        f"{_STAMP.format(1)} WARN AccessDeniedException: status code: 403, request id: {REQUEST}\n"
        f"{_STAMP.format(2)} ERROR {DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST})\n"
        f"{_STAMP.format(3)} ERROR giving up on request {REQUEST}: AccessDeniedException\n"
    )
    (failure,) = scan(log)
    assert facts_of(failure) == {**DENIED, **_IDS, "code": "AccessDeniedException"}
    for name, (start, end) in failure.spans.items():
        assert failure.text[start:end] == str(getattr(failure, name, None) or getattr(failure.envelope, name))


def test_other_requests_are_other_failures() -> None:
    other = "11111111-2222-3333-4444-555555555555"
    line = f"{DENIAL} (Service: Eks, Status Code: 403, Request ID: {{}})"
    log = "\n".join(f"{_STAMP.format(1)} ERROR {line.format(each)}" for each in (REQUEST, other, REQUEST))
    assert [found["request_id"] for found in all_facts_in(log) if found] == [REQUEST, other]


def test_an_application_reuses_an_id() -> None:
    """Two calls that one request of the application made are two failures."""
    log = "\n".join(
        json.dumps({"level": "error", "request_id": "app-request-1", "msg": message})
        for message in (_CALL, _SLOW)
    )
    assert [failure.kind for failure in scan(log)] == ["access_denied", "aws_error"]


def test_the_same_again_is_one_failure_only_if_nothing_stands_between() -> None:
    line = "E1007 09:00:00.{:06}    1 memcache.go:265] the server has asked for the client to provide credentials"
    again = [line.format(number) for number in range(5)]
    assert [failure.kind for failure in scan(again)] == ["kubernetes_unauthorized"]
    apart = [
        each
        for number in range(3)
        for each in (line.format(number), "I1007 09:00:01.000001    1 a.go:1] fine")
    ]
    assert len(list(scan(apart))) == 3


def test_facts_do_not_cross_entries() -> None:
    """Not even those that would fit."""
    log = f"{_STAMP.format(1)} ERROR AccessDenied: \n\tstatus code: 403, request id: {REQUEST}\n{_STAMP.format(1)} ERROR {DENIAL}\n"
    assert all_facts_in(log) == [denied(code="AccessDenied", **_IDS), DENIED]


@pytest.mark.parametrize("lines", [1, 40, 200])
def test_an_indented_document_is_read_as_a_document(lines: int) -> None:
    """Wherever the failure stands in it."""
    event = {**_EVENT, "requestParameters": {f"name{number}": number for number in range(lines)}}
    event = {key: event[key] for key in sorted(event, reverse=True)}
    log = f"{_STAMP.format(1)} INFO event\n{json.dumps(event, indent=4)}\n{_STAMP.format(2)} INFO done\n"
    (failure,) = scan(log)
    assert facts_of(failure)["request_id"] == _EVENT["requestID"]  # type: ignore[index]
    assert failure.envelope.source == "cloudtrail"


@pytest.mark.unmeasured
def test_records_of_a_long_document_stay_apart() -> None:
    """It is read in parts, which are cut between its records."""
    records = [{**_EVENT, "requestID": f"0b1c2d3e-4f50-4617-8293-{number:012}"} for number in range(200)]
    text = json.dumps({"Records": records}, indent=2)
    assert len(text) > 4 * MAX_LENGTH
    assert [failure.envelope.request_id for failure in scan(text)] == [each["requestID"] for each in records]


@pytest.mark.unmeasured
def test_an_entry_without_an_end_is_read_in_parts() -> None:
    """Memory stays bounded, and no failure is lost or read twice."""

    def endless() -> Iterator[str]:
        yield f"{_STAMP.format(1)} ERROR it begins"
        for number in range(5000):
            yield f"    {_CALL.replace('demo', f'demo-{number}')}"

    sizes = [len(entry.text) for entry in split_entries(endless())]
    assert max(sizes) <= MAX_LENGTH
    found = [failure.resource for failure in scan(endless())]
    assert len(set(found)) == len(found) == 5000


@pytest.mark.unmeasured
def test_a_part_of_an_entry_can_end_with_a_bracket() -> None:
    """The next part begins without it."""
    assert sum(len(entry.text) for entry in split_entries(["é\n", "{\n"] * MAX_LENGTH)) == 4 * MAX_LENGTH


def test_many_short_lines_are_taken_together() -> None:
    """No character is lost, and what long lines say between and after them is read as before."""
    lines = [*["é\n"] * 2_000, _CALL, *["{\n", "é\n", "}\n"] * 500, f"{_STAMP.format(1)} ERROR {_SLOW}"]
    text = "\n".join(lines)
    entries = list(split_entries(text.splitlines(keepends=True)))
    assert "".join(entry.text for entry in entries).rstrip() == text
    assert [failure.kind for failure in scan(text)] == ["access_denied", "aws_error"]


def _yielded(items: Iterable[object]) -> list[int]:
    """Give the number of items that were taken when each failure was yielded."""
    taken = 0

    def counted() -> Iterator[object]:
        nonlocal taken
        for item in items:
            taken += 1
            yield item

    return [taken for _ in scan_lines(counted())]  # type: ignore[arg-type]


@check_rows(
    ("lines", "when"),
    [
        ([f"{_STAMP.format(1)} ERROR {_CALL}", f"{_STAMP.format(2)} INFO fine"], 2),
        ([json.dumps({"level": "error", "msg": _CALL})], 1),
        ([f'level=error msg="{_CALL}"'], 1),
        ([*json.dumps(_EVENT, indent=1).split("\n")], len(json.dumps(_EVENT, indent=1).split("\n"))),
        ([*_BOX], len(_BOX)),
        ([f"a-1  | {_CALL}", "b-1  | 09:00:00 INFO fine", "a-1  | 09:00:00 INFO fine"], 3),
        ([_CALL, TICK, "x", TICK, TICK, "x"], 5),
        ([_CALL, TICK, TICK], 3),
    ],
    ids=[
        "next entry",
        "JSON line",
        "logfmt line",
        "document",
        "box",
        "next entry of its stream",
        "ticks",
        "silence",
    ],
)
def test_a_failure_is_yielded_as_soon_as_its_entry_is_complete(lines: list[object], when: int) -> None:
    assert _yielded([*lines, *["2026-10-07 09:01:00,123 INFO fine"] * 5]) == [when]


def test_an_entry_of_a_stream_that_falls_silent_is_complete_soon() -> None:
    """Other streams need not end for it."""
    (when,) = _yielded([f"a-1  | {_CALL}", *["b-1  | 09:00:00 INFO fine"] * 100])
    assert when < 30


def test_entry_that_loses_all_of_its_lines() -> None:
    """Long lines empty an entry that is full, and quiet ones then the rest of it."""
    text = "- a: b\n" * 13 + "[w-1] z\n" + ("x" * 31_950 + "\n") * 3 + "{\n" * 47 + _CALL
    assert [failure.kind for failure in scan(text)] == ["access_denied"]
