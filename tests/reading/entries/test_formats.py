"""The tables of line formats: a line of each, and what it does to the entries around it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from iamtriage._reading.entries import formats
from iamtriage._reading.entries.splitting import split_entries
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage._reading.entries.open_entries import Entry

_DENIED = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"

PREFIX_LINES = {
    "quote": (f"> {_DENIED}", ""),
    "stern": (f"orders-7c9f5d8b64-x2xkq app {_DENIED}", "orders-7c9f5d8b64-x2xkq app"),
    "stern_ordinal": (f"orders-0 app {_DENIED}", "orders-0 app"),
    "buildkit": (f"#12 3.456 {_DENIED}", "#12"),
    "request_tag": (f"[0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9] {_DENIED}", ""),
    "pm2": (f"0|orders   | {_DENIED}", "0|orders"),
    "drone": (f"[deploy:352] {_DENIED}", ""),
    "pytest": (f"E   {_DENIED}", ""),
    "apache_error": (
        f"[Wed Oct 07 09:00:00.123456 2026] [wsgi:error] [pid 17:tid 140] [remote 192.0.2.1:80] {_DENIED}",
        "[pid 17:tid 140]",
    ),
    "cloud_foundry": (f"   2026-10-07T09:00:00.12+0000 [APP/PROC/WEB/0] ERR {_DENIED}", "APP/PROC/WEB/0"),
    "logcli": (f'2026-10-07T09:00:00Z {{app="orders"}} {_DENIED}', '{app="orders"}'),
    "teamcity": (f"[09:00:00]E:\t [Step 2/3] {_DENIED}", ""),
    "codebuild": (f"[Container] 2026/10/07 09:00:00.123456 {_DENIED}", ""),
    "docker_json": ("", ""),
    "docker_compose": (f"api-1       | {_DENIED}", "api-1"),
    "packer": (f"==> amazon-ebs: {_DENIED}", "==> amazon-ebs"),
    "kubectl": (f"[pod/api-7c9f4/app] {_DENIED}", "[pod/api-7c9f4/app]"),
    "github_cli": (
        f"deploy\tRun aws s3 sync\t2026-10-07T09:00:00.1234567Z {_DENIED}",
        "deploy\tRun aws s3 sync",
    ),
    "container_runtime": (f"2026-10-07T09:00:00.123456789Z stderr F {_DENIED}", "stderr"),
    "logcat": (f"10-07 09:00:00.123  1234  5678 E AWSMobileClient: {_DENIED}", "AWSMobileClient"),
    "logcat_brief": (f"E/AWSMobileClient( 1234): {_DENIED}", "AWSMobileClient"),
    "syslog": (f"<11>Oct  7 09:00:00 web-1 api[401]: {_DENIED}", "web-1 api[401]"),
    "rsyslog": (f"2026-10-07T09:00:00.123456+00:00 web-1 api: {_DENIED}", "web-1 api"),
    "syslog_5424": (f"<11>1 2026-10-07T09:00:00.000Z web-1 api 401 - - {_DENIED}", "web-1 api 401"),
    "journal": (f"2026-10-07T09:00:00+0000 web-1 api[401]: {_DENIED}", "web-1 api[401]"),
    "cloudwatch": (f"2026-10-07T09:00:00.123456+00:00 orders/app/7c9f4 {_DENIED}", "orders/app/7c9f4"),
    "gitlab": (f"2026-10-07T09:00:00.123456Z 01O {_DENIED}", ""),
    "plugin": (
        f"2026-10-07 09:00:00 [ERROR] packer-builder-amazon-ebs plugin: {_DENIED}",
        "packer-builder-amazon-ebs plugin",
    ),
    "nest": (f"[Nest] 401  - 10/07/2026, 9:00:00 AM   {_DENIED}", ""),
    "bracketed_stamp": (f"[2026-10-07T09:00:00.123Z] [orders] {_DENIED}", "[orders]"),
    "airflow_output": (
        f"[2026-10-07, 09:00:00 UTC] {{pod_manager.py:235}} INFO - [base] {_DENIED}",
        "[base]",
    ),
    "csv": (f"2026-10-07 09:00:00.123,{_DENIED}", ""),
    "stamp": (f"2026-10-07 09:00:00,123 {_DENIED}", ""),
    "buildkite": (f"\x1b_bk;t=1791363600123\x07{_DENIED}", ""),
    "tai64n": (f"@4000000067f46af9e133f80c {_DENIED}", ""),
    "epoch": (f"1791363600.123 {_DENIED}", ""),
    "elixir": (f"09:00:00.123 request_id=F2dsp6fgAAB [error] {_DENIED}", ""),
    "terragrunt": (f"09:00:00.123 STDERR [orders] terraform: {_DENIED}", "[orders]"),
    "lambda_stream": (
        f"2026/10/07/[$LATEST]0123456789abcdef0123456789abcdef 2026-10-07T09:00:00.123000 {_DENIED}",
        "0123456789abcdef0123456789abcdef",
    ),
    "clock": (f"09:00:00.123 {_DENIED}", ""),
}
START_LINES = {
    "klog": f"E1007 09:00:00.123456       1 sync.go:88] {_DENIED}",
    "logrus": f"FATA[0001] {_DENIED}",
    "logfmt": f'time=2026-10-07T09:00:00Z level=error msg="{_DENIED}"',
    "json_lines": f'{{"level": "error", "msg": "{_DENIED}"}}',
    "access_log": '10.1.2.3 - - [07/Oct/2026:09:00:00 +0000] "GET /orders HTTP/1.1" 403 12 "-" "curl/8.5.0"',
    "request_line": '"GET /orders HTTP/1.1" 403 - via_upstream - "-" 0 12 5 4 "-" "curl/8.5.0"',
    "load_balancer": 'https 2026-10-07T09:00:00.186641Z app/shop/50dc 192.0.2.1:2000 10.0.0.1:80 0.0 0.0 0.0 403 403 34 366 "GET https://shop.example.com:443/ HTTP/1.1"',
    "lambda_platform": "START RequestId: 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9 Version: $LATEST",
    "python_root": f"ERROR:orders.jobs:{_DENIED}",
    "level": f"[ERROR] {_DENIED}",
    "dotnet_console": "fail: Orders.Sync[0]",
    "test_result": "--- FAIL: TestUpload (0.12s)\n",
    "kubernetes_event": "2m10s       Warning   FailedMount    pod/orders-7c9f4   MountVolume.SetUp failed",
    "stack_event": f"OrdersStack | 3/7 | 9:00:00 AM | CREATE_FAILED        | AWS::IAM::Role | Role (Role1A2B) {_DENIED}",
    "ansible": 'changed: [web-1] => {"msg": "published to arn:aws:sns:eu-west-1:111122223333:orders"}',
    "erlang": "=ERROR REPORT==== 7-Oct-2026::09:00:00.123456 ===",
    "ruby_logger": f"E, [2026-10-07T09:00:00.123456 #401] ERROR -- : {_DENIED}",
}
OPENING_LINES = {
    "aws_cli": f"aws: [ERROR]: {_DENIED}",
    "powershell": f"aws : {_DENIED}",
    "kubectl_errors": 'Error from server (Forbidden): pods is forbidden: User "bob" cannot list resource "pods"',
    "terraform_box": "╷",
    "terraform": "Error: reading S3 Object (orders): operation error S3: GetObject",
    "terraform_progress": "aws_sqs_queue.orders: Creation complete after 26s",
    "java": 'Exception in thread "main" software.amazon.awssdk.services.s3.model.S3Exception: Access Denied',
    "dotnet": "Unhandled exception. Amazon.S3.AmazonS3Exception: Access Denied",
    "go": "panic: operation error S3: GetObject",
    "ruby": "/usr/lib/ruby/gems/raise_response_errors.rb:17:in `call': Access Denied (Aws::S3::Errors::AccessDenied)",
    "cpp_sdk_response": "HTTP response code: 403",
    "json": "{",
    "xml": '<?xml version="1.0" encoding="UTF-8"?>',
    "yaml": "apiVersion: v1",
    "table": "NAME                          READY   STATUS",
    "shell": "$ aws s3 ls",
    "rule": "----------\n",
    "workflow_commands": "##[group]Run aws s3 sync",
}
CONTINUATION_LINES = {
    "indented": "    raise error_class(parsed_response, operation_name)",
    "frame": "at com.example.orders.Loader.load(Loader.java:74)",
    "chain": "Caused by: java.net.SocketException: Broken pipe",
    "go_frame": "main.(*Worker).run(0xc000114000)",
    "kubectl_exec": "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255",
    "go_tail": "status code: 403, request id: 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
    "closing": "}",
    "box": "│   with module.orders.aws_example.this,",
    "separator": "---> System.Net.Http.HttpRequestException",
    "http_client": "HTTP response headers: HTTPHeaderDict({})",
    "cpp_sdk": "Resolved remote host IP address: 192.0.2.7",
    "powershell_trailer": "At C:\\jobs\\run.ps1:12 char:1",
}


def _entries(*lines: str) -> list[Entry]:
    return list(split_entries(lines))


@check_rows(
    "time",
    [
        "26/10/07 09:00:00", "10/07/2026 9:00:00 AM", "Oct 07, 2026 9:00:00 AM", "07.10.2026 09:00:00", "20261007 09:00:00",
        "10-07 09:00:00.123", "07-Oct-2026 09:00:00.123", "Wed Oct  7 09:00:00", "2026-10-07 9:00:00",
    ],
)  # fmt: skip
def test_the_time_can_have_other_forms(time: str) -> None:
    prefix = formats.split_prefix(f"{time} {_DENIED}")
    assert (prefix.end, prefix.is_stamped) == (len(time) + 1, True)


def test_every_row_has_a_line() -> None:
    assert PREFIX_LINES.keys() == formats.PREFIXES.keys()
    assert START_LINES.keys() == formats.STARTS.keys()
    assert OPENING_LINES.keys() == formats.OPENINGS.keys()
    assert CONTINUATION_LINES.keys() == formats.CONTINUATIONS.keys()


@check_rows("name", [name for name in PREFIX_LINES if name != "docker_json"])
def test_a_prefix_is_found_and_names_its_stream(name: str) -> None:
    line, stream = PREFIX_LINES[name]
    prefix = formats.split_prefix(line)
    assert line[prefix.end :] == _DENIED
    assert prefix.stream == stream
    (entry,) = _entries(line)
    assert entry.text == f"{line}\n"
    assert entry.prefixes == ((0, prefix.end),)


@check_rows(
    ("before", "stream"),
    [
        ("           +build | ", "+build"),
        ("web_1 stderr | ", "web_1 stderr"),
        ("[CI/build]   | ", "[CI/build]"),
        ("09:00:00  [web] ", "[web]"),
        ("09:00:00  ", ""),
        ("2026-10-07T09:00:00Z app[148ed5] ams [info] ", "app[148ed5]"),
        ("#9 ", "#9"),
    ],
    ids=["earthly", "supervisor", "act", "branch-of-jenkins", "jenkins", "fly", "buildkit"],
)
def test_other_prefixes_of_a_row(before: str, stream: str) -> None:
    content = "ERROR: failed" if stream == "#9" else _DENIED
    prefix = formats.split_prefix(before + content)
    assert (prefix.end, prefix.stream) == (len(before), stream)


def test_a_line_that_docker_wrote_as_json() -> None:
    """What Docker adds before and behind is dropped."""
    line = json.dumps({"log": f"{_DENIED}\n", "stream": "stderr", "time": "2026-10-07T09:00:00.123456789Z"})
    (entry,) = _entries(line)
    dropped = [entry.text[start:end] for start, end in entry.prefixes]
    assert "".join(dropped) + "\n" == entry.text.replace(_DENIED, "")


def test_a_line_that_fluent_bit_wrote_as_json() -> None:
    """Its filters add fields on both sides."""
    line = json.dumps({"container_name": "app", "source": "stderr", "log": _DENIED, "ecs_cluster": "orders"})
    (entry,) = _entries(line)
    dropped = [entry.text[start:end] for start, end in entry.prefixes]
    assert "".join(dropped) + "\n" == entry.text.replace(_DENIED, "")


@pytest.mark.parametrize("keys", [("_PID", "MESSAGE"), ("MESSAGE", "_PID"), ("_PID", "MESSAGE", "PRIORITY")])
def test_a_line_of_the_journal_as_json(keys: tuple[str, ...]) -> None:
    """Its fields come in any order."""
    line = json.dumps({key: _DENIED if key == "MESSAGE" else "17" for key in keys})
    (entry,) = _entries(line)
    dropped = [entry.text[start:end] for start, end in entry.prefixes]
    assert "".join(dropped) + "\n" == entry.text.replace(_DENIED, "")


def test_a_line_that_is_not_json_of_docker() -> None:
    """It is read as it is written."""
    content = f"C:\\queue: {_DENIED}"
    line = f'{{"log":"{content}\\n","stream":"stderr"}}'
    assert formats.split_prefix(line).content_of(line) == content


def test_only_some_prefixes_follow_one_another() -> None:
    """The fifth is part of what the program wrote."""
    line = f"> > > > > {_DENIED}"
    assert line[formats.split_prefix(line).end :] == f"> {_DENIED}"


@check_rows("name", START_LINES)
def test_a_start_begins_an_entry(name: str) -> None:
    """Whatever comes before it; and the next one ends the entry."""
    line = START_LINES[name]
    m = formats.START.match(line)
    assert m is not None
    assert m.lastgroup == name
    before = f"2026-10-07 09:00:00,123 ERROR {_DENIED}"
    texts = [entry.text for entry in _entries(before, line, before)]
    assert texts == [f"{each}\n" for each in (before, line, before) if may_contain_failure(each)]


def test_a_record_of_structlog_begins_an_entry() -> None:
    lines = [f"timestamp='2026-10-07T09:00:0{n}Z' level='error' event='{_DENIED}'" for n in range(2)]
    assert [entry.text for entry in _entries(*lines)] == [f"{line}\n" for line in lines]


@check_rows("name", OPENING_LINES)
def test_an_opening_begins_an_entry_in_a_log(name: str) -> None:
    line = OPENING_LINES[name]
    m = formats.OPENING.match(line)
    assert m is not None
    assert m.lastgroup == name
    before = f"2026-10-07 09:00:00,123 ERROR {_DENIED}"
    assert _entries(before, line)[0].text == f"{before}\n"


@check_rows(
    "line",
    [
        "+ aws s3 ls",
        "PS C:\\jobs> aws s3 ls",
        "ana@web-1:~/jobs$ ls",
        "[ec2-user@ip-10-0-0-7 ~]$ ls",
        "root@web:/# ls",
    ],
)
def test_a_prompt_begins_an_entry(line: str) -> None:
    m = formats.OPENING.match(line)
    assert m is not None
    assert m.lastgroup == "shell"


@check_rows("name", CONTINUATION_LINES)
def test_a_continuation_belongs_to_the_entry_before(name: str) -> None:
    """Also if each line of the log has a stamp of its own."""
    line = CONTINUATION_LINES[name]
    m = formats.CONTINUATION.match(line)
    assert m is not None
    assert m.lastgroup == name
    for first, second in (
        ("", ""),
        ("2026-10-07T09:00:00Z ", "2026-10-07T09:00:01Z "),
        ("api-1  | ", "api-1  | "),
    ):
        (entry,) = _entries(f"{first}{_DENIED}", f"{second}{line}")
        assert entry.text == f"{first}{_DENIED}\n{second}{line}\n"


_GREEN, _BOLD, _RESET = "\x1b[32m", "\x1b[1m", "\x1b[0m"


@check_rows(
    ("stamp", "level"),
    [
        (f"{_GREEN}2026-10-07 09:00:00.123{_RESET} | ", f"{_BOLD}ERROR   {_RESET} | "),
        (f"{_BOLD}2026-10-07 09:00:00{_RESET} ", f"[{_GREEN}{_BOLD}error    {_RESET}] "),
        (f"{_BOLD}Oct  7 09:00:00.123{_RESET} ", f"{_GREEN}ERR{_RESET} "),
        ("", f"{_GREEN}error{_RESET}: "),
    ],
)
def test_colors_of_a_logger_are_no_content(stamp: str, level: str) -> None:
    """Lines have the same entries and prefixes as without the colors."""
    lines = [f"{stamp}{level}{_DENIED}", "    at run (app.js:1:1)", f"{stamp}{level}{_DENIED} again"]
    entries = _entries(*lines)
    assert [entry.text for entry in entries] == [f"{lines[0]}\n{lines[1]}\n", f"{lines[2]}\n"]
    for entry in entries:
        dropped = "".join(entry.text[start:end] for start, end in entry.prefixes)
        assert dropped.rstrip(f" |{_RESET}") == stamp.rstrip(f" |{_RESET}")


def test_colored_border_continues_a_box() -> None:
    line = f"2026-10-07T09:00:00.12Z {_GREEN}│{_RESET} "
    (entry,) = _entries(f"{line}Error: {_DENIED}", f"{line}Error: {_DENIED}")
    assert entry.text.count("\n") == 2


def test_error_of_powershell_with_times() -> None:
    """The command after the position can look like a command of a shell."""
    lines = [
        f"Read-S3Object : {_DENIED}",
        "At C:\\jobs\\run.ps1:12 char:6",
        "+ $o = Read-S3Object -BucketName orders",
        "+      ~~~~~~~~~~~~~",
        "    + CategoryInfo          : InvalidOperation: (:) [Read-S3Object], InvalidOperationException",
        "    + FullyQualifiedErrorId : Amazon.S3.AmazonS3Exception,Amazon.PowerShell.Cmdlets.S3.ReadS3ObjectCmdlet",
    ]
    (entry,) = _entries(*(f"2026-10-07T09:00:0{n}.1234567Z {line}" for n, line in enumerate(lines)))
    assert entry.text.count("\n") == len(lines)


def test_level_is_no_host() -> None:
    """Without the host, the first words of the message would be the program of syslog."""
    line = f"Oct  7 09:00:00 ERR AccessDenied: {_DENIED}"
    prefix = formats.split_prefix(line)
    assert (prefix.stream, line[prefix.end :]) == ("", f"ERR AccessDenied: {_DENIED}")
