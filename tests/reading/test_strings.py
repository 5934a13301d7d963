"""Check logs that a document has in one string, as APIs return the output of a command or a container."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from iamtriage import parse, scan
from tests.tables import DENIAL, DENIED, REQUEST, Facts, check_rows, facts_of

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_GO = f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL}"
_EXPIRED = "An error occurred (ExpiredToken) when calling the ListQueues operation: The security token included in the request is expired"
_CALLED = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_ANSWERED = {**_CALLED, "request_id": REQUEST, "status_code": 403}
_DENIED_BY_SCP = {**_CALLED, "deny": "explicit", "policy_type": "service_control"}
_EXPIRED_FACTS: Facts = {"kind": "expired_credentials", "code": "ExpiredToken", "operation": "ListQueues"}
_FOUND = [_CALLED, _DENIED_BY_SCP, _ANSWERED, _EXPIRED_FACTS]
_FOUND_IN_LOGS: dict[str, list[Facts]] = {
    "commands": [_EXPIRED_FACTS, _CALLED],
    "interleaved": [_CALLED, _EXPIRED_FACTS, _DENIED_BY_SCP, _ANSWERED],
}

_LOGS: dict[str, str] = {
    "stamped": (
        f"2026-10-07T09:00:00Z INFO start\n2026-10-07T09:00:01Z ERROR {_PLAIN}\n"
        "2026-10-07T09:00:02Z WARN HTTP 401 Unauthorized from https://api.example.com/orders\n"
        f"2026-10-07T09:00:03Z ERROR {_PLAIN} with an explicit deny in a service control policy\n"
        f"2026-10-07T09:00:04Z ERROR {_GO}\n"
        "2026-10-07T09:00:05Z INFO RequestId: 60400681-0ed5-4724-b056-896342d618b5 served in 3 ms\n"
        f'2026-10-07T09:00:06Z ERROR "orders" failed\nTraceback (most recent call last):\n  File "a.py", line 1, in <module>\n'
        f"botocore.exceptions.ClientError: {_EXPIRED}\n2026-10-07T09:00:07Z INFO done\n"
    ),
    "commands": (
        f"upload: ./a to s3://orders/a\naws: [ERROR]: {_EXPIRED}\nHTTP 401 Unauthorized from https://api.example.com/orders\n"
        f'aws: [ERROR]: {_PLAIN}\n\nError from server (NotFound): pods "web" not found\n'
        "failed to run commands: exit status 254"
    ),
    "interleaved": (
        f"web-1  | 09:00:00 ERROR {_PLAIN}\njob-1  | 09:00:00 ERROR failed\njob-1  | Traceback (most recent call last):\n"
        f"web-1  | 09:00:01 ERROR {_PLAIN} with an explicit deny in a service control policy\n"
        f'job-1  |   File "a.py", line 1, in <module>\nweb-1  | 09:00:02 ERROR {_GO}\n'
        f"job-1  | botocore.exceptions.ClientError: {_EXPIRED}\n"
    ),
    "json-lines": "".join(
        json.dumps({"level": level, "message": message}) + "\n"
        for level, message in (
            ("error", _PLAIN),
            ("info", "HTTP 401 Unauthorized"),
            ("error", f"{_PLAIN} with an explicit deny in a service control policy"),
            ("error", _GO),
            ("error", f"orders failed\n{_EXPIRED}"),
        )
    ),
}


def _print_block(log: str) -> str:
    lines = "".join(f"        {line}\n" for line in log.splitlines())
    return f"status:\n  failure:\n    logs: |\n{lines}    exitCode: 1\n"


def _break_line(log: str) -> str:
    """Return a string of YAML in two lines."""
    written = json.dumps(log)
    at = written.index(" the DescribeCluster") + 1
    return f"Status: Failed\nStandardErrorContent: {written[:at]}\\\n  {written[at:]}\n"


_DOCUMENTS: dict[str, Callable[[str], str]] = {
    "compact": lambda log: json.dumps({"Status": "Failed", "StandardErrorContent": log, "ResponseCode": 1}),
    "indented": lambda log: json.dumps({"Status": "Failed", "StandardErrorContent": log}, indent=4),
    "in a string in a string": lambda log: json.dumps({"body": json.dumps({"logs": log})}),
    "two strings": lambda log: json.dumps({"stdout": "INFO start\nINFO done\n", "stderr": log}),
    "string and list": lambda log: (
        "fatal: [web]: FAILED! => " + json.dumps({"rc": 1, "stderr": log, "stderr_lines": log.splitlines()})
    ),
    "list": lambda log: json.dumps({"output": log.splitlines()}, indent=2),
    "notebook": lambda log: json.dumps(
        {"cells": [{"outputs": [{"name": "stderr", "text": log.splitlines(keepends=True)}]}]}, indent=1
    ),
    "carriage returns": lambda log: json.dumps({"stderr": log.replace("\n", "\r\n")}),
    "log event": lambda log: json.dumps(
        {
            "events": [
                {"timestamp": 1791364000000, "message": "INFO start\nready\n", "ingestionTime": 1},
                {"timestamp": 1791364000001, "message": log, "ingestionTime": 2},
            ]
        },
        indent=4,
    ),
    "line of a logger": lambda log: json.dumps(
        {"time": "2026-10-07T09:00:09Z", "level": "error", "message": log}
    ),
    "docker": lambda log: json.dumps(
        {
            "log": json.dumps({"msg": "failed", "out": log}) + "\n",
            "stream": "stdout",
            "time": "2026-10-07T09:00:00.123456789Z",
        },
        separators=(",", ":"),
    ),
    "compose": lambda log: f"api-1  | {json.dumps({'out': log})}\napi-1  | done",
    "logfmt": lambda log: f"time=2026-10-07T09:00:00Z level=error output={json.dumps(log)} exit=1",
    "repr": lambda log: f"Result: { ({'rc': 1, 'stderr': log})!r}",
    "yaml in two lines": _break_line,
    "yaml in single quotes": lambda log: (
        "Status: Failed\nStandardErrorContent: '"
        + log.replace("'", "''")
        .replace(" the DescribeCluster", " the\n  DescribeCluster")
        .replace("\n", "\n\n  ")
        .replace("the\n\n    Desc", "the\n  Desc")
        + "'\nRc: 1"
    ),
    "yaml block": _print_block,
}


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", _LOGS)
@check_rows("document", _DOCUMENTS.values(), ids=_DOCUMENTS)
def test_each_failure_of_a_log_in_a_string_has_its_own_facts(
    document: Callable[[str], str], name: str
) -> None:
    log = _LOGS[name]
    expected = _FOUND_IN_LOGS.get(name, _FOUND)
    assert [facts_of(failure) for failure in scan(log)] == expected
    text = f"{document(log)}\n"
    found = list(scan(text))
    assert [facts_of(failure) for failure in found] == expected
    for failure in found:
        assert failure.text in text
        assert {"code", "operation"} <= failure.spans.keys()
    for source in (io.StringIO(text), iter(text.splitlines(keepends=True))):
        assert [facts_of(failure) for failure in scan(source)] == expected
    if text.count("\\n") > 1:
        assert facts_of(parse(text)) == _CALLED


def test_a_log_in_a_string_that_is_too_long_for_one_entry() -> None:
    text = json.dumps({"stderr": "2026-10-07T09:00:00Z INFO ready\n" * 3_000 + _LOGS["stamped"]})
    assert [facts_of(failure) for failure in scan(text)] == _FOUND


def test_one_report_in_a_string_keeps_the_facts_of_its_document() -> None:
    """A stack trace is no log."""
    text = json.dumps(
        {
            "name": "AccessDeniedException",
            "stack": f"AccessDeniedException: {DENIAL}\n    at main (a.js:1:2)\n    at run (a.js:3:4)",
            "$metadata": {"httpStatusCode": 403, "requestId": REQUEST},
        }
    )
    (failure,) = scan(text)
    assert facts_of(failure) == {
        **DENIED,
        "code": "AccessDeniedException",
        "request_id": REQUEST,
        "status_code": 403,
    }


def test_a_code_and_its_message_on_other_lines_of_a_string_are_one_report() -> None:
    """Sidekiq sends such messages to chats."""
    message = f"**Aws::S3::Errors::AccessDenied** in **PurgeJob@default**\n{DENIAL}\nRetries: 0\n"
    (failure,) = scan(json.dumps({"level": "error", "msg": message}))
    assert facts_of(failure) == {**DENIED, "code": "AccessDenied"}


def test_a_document_with_a_log_can_state_another_failure() -> None:
    text = json.dumps({"StatusReason": _EXPIRED, "logs": f"INFO a\nERROR {_PLAIN}\nINFO b\nERROR {_GO}\n"})
    assert [facts_of(failure) for failure in scan(text)] == [_EXPIRED_FACTS, _CALLED, _ANSWERED]


def test_characters_without_a_meaning_are_no_error() -> None:
    """Half of a surrogate pair, an unknown escape, and a backslash at the end."""
    for end in ("\\ud83d", "\\ud83d\\ude00", "\\q", "\\u12", "\\"):
        text = f'{{"a": "INFO x\\nERROR {_PLAIN}\\nINFO y\\nERROR {_GO} {end}'
        assert [facts_of(failure) for failure in scan(text)] == [_CALLED, _ANSWERED]


def test_a_sentence_goes_on_in_the_next_string_of_a_list_of_lines() -> None:
    """Jupyter writes the ends of lines."""
    lines = [
        "Traceback (most recent call last):\n",
        *DENIAL.replace(" is not", "\nis not").splitlines(keepends=True),
    ]
    cell = {"outputs": [{"name": "stderr", "output_type": "stream", "text": [*lines, "\n"]}]}
    (failure,) = scan(json.dumps({"cells": [cell]}, indent=1))
    assert facts_of(failure) == DENIED
