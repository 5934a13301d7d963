"""Check tables, lists, named lines and sections whose rows report different failures."""

from __future__ import annotations

import csv
import html
import io
from typing import TYPE_CHECKING

import pytest

from iamtriage import scan
from iamtriage._reading.rows import parse_rows
from tests.tables import ANA, DENIAL, DENIED, REQUEST, Facts, check_rows, denied, facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A code without a sentence, a sentence without a code, and two denials that differ in one fact each: what is next to
# each other would be one failure in a text without rows.
_MESSAGES = (
    "[error] PutLogEvents API responded with error='AccessDeniedException'",
    f"User: {ANA} is not authorized to perform: sqs:SendMessage because no session policy allows the sqs:SendMessage action",
    f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}",
    f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL} with an explicit deny in a service control policy",
    "An error occurred (Throttling) when calling the ListRoles operation (reached max retries: 4): Rate exceeded",
)
_CALLED: Facts = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_FOUND: list[Facts] = [
    denied(code="AccessDeniedException", operation="PutLogEvents"),
    denied(principal=ANA, action="sqs:SendMessage", deny="implicit", policy_type="session"),
    _CALLED,
    {
        **_CALLED,
        "deny": "explicit",
        "policy_type": "service_control",
        "request_id": REQUEST,
        "status_code": 403,
    },
    {"kind": "aws_error", "code": "Throttling", "operation": "ListRoles"},
]
_WIDTH = max(map(len, _MESSAGES))


def _lines(before: str, row: str, after: str = "") -> Callable[[Sequence[str]], str]:
    """Return a function that writes each message in a row, by its number, name and text, padded or not."""

    def write(messages: Sequence[str]) -> str:
        names = ["web", "orders-api", "reports", "login", "nightly-job", "search"]
        rows = [
            row.format(n=n, name=name, text=text, padded=text.ljust(_WIDTH))
            for n, (name, text) in enumerate(zip(names, messages, strict=False), 1)
        ]
        return "\n".join([before, *rows, after]) if before else "\n".join([*rows, after])

    return write


def _csv(messages: Sequence[str]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["job", "error", "state"])
    for n, text in enumerate(messages):
        writer.writerow([f"job-{n}", text.replace(": ", ":\n", 1), "FAILED"])
        writer.writerow([f"job-{n}", "done", "SUCCEEDED"])
    return file.getvalue()


def _html(before: str, row: str, after: str) -> Callable[[Sequence[str]], str]:
    def write(messages: Sequence[str]) -> str:
        rows = (row.format(n=n, text=html.escape(text)) for n, text in enumerate(messages))
        return "\n".join([before, *rows, after])

    return write


_DASHES = "-" * (_WIDTH + 2)

FORMS: dict[str, Callable[[Sequence[str]], str]] = {
    "markdown": _lines("Seen today:\n\n| service | error |\n|---|:--|", "| {name} | {text} |", "\nAny idea?"),
    "markdown-columns": _lines("| time | error | owner |\n|---|---|---|", "| 10:0{n} | {text} | ana |"),
    "markdown-without-borders": _lines("service | error\n--- | ---", "{name} | {text}"),
    "markdown-code": _lines("| service | error |\n|---|---|", "| {name} | `{text}` |"),
    "psql": _lines(f" id | error\n----+{_DASHES}", "  {n} | {padded}", "(5 rows)"),
    "mysql": _lines(f"+----+{_DASHES}+", "|  {n} | {padded} |", f"+----+{_DASHES}+"),
    "duckdb": _lines(f"┌───────┬{_DASHES}┐", "│     {n} │ {padded} │", f"└───────┴{_DASHES}┘"),
    "aws-table": _lines(f"|  DescribeJobs |\n+-------+{_DASHES}+", "|  job-{n}  |  {padded}|"),
    "tabs": _lines("id\tstate\treason", "job-{n}\tFAILED\t{text}"),
    "tabs-first": _lines("reason\tid", "{text}\tjob-{n}"),
    "cdk": _lines("", "shop | {n}/9 | 10:00:0{n} AM | CREATE_FAILED | AWS::S3::Bucket | Bucket{n} {text}"),
    "columns": _lines("", "CREATE_FAILED    AWS::S3::Bucket    Bucket{n}    {text}"),
    "csv": _csv,
    "names": _lines("", "bucket-{n}: {text}"),
    "words": _lines("", "Step {n}: {text}"),
    "arrows": _lines("", "arn:aws:iam::111122223333:role/app-{n} -> {text}"),
    "bullets": _lines("What fails:", "- {text}"),
    "numbers": _lines("", "{n}. {text}"),
    "chat": _lines("", "[10:0{n}] Ana Diaz: {text}"),
    "messages": _lines("", "Ana Diaz [10:0{n} AM]\n{text}\nany idea?"),
    "pytest-summary": _lines(
        "=========================== short test summary info ============================",
        "FAILED tests/test_jobs.py::test_{n} - {text}",
        "========================= 5 failed in 3.21s =========================",
    ),
    "pytest-colors": _lines("", "\x1b[31mFAILED\x1b[0m tests/test_jobs.py::\x1b[1mtest_{n}\x1b[0m - {text}"),
    "pytest": _lines(
        "=== FAILURES ===",
        "____________ test_{n} ____________\n\n    def test():\n>       run()\n\nE   {text}\n\napp.py:{n}: Error",
    ),
    "rspec": _lines(
        "Failures:\n",
        "  {n}) Jobs start\n     Failure/Error: start(job)\n\n     {text}\n     # ./spec/jobs_spec.rb:{n}:in `block'\n",
    ),
    "mocha": _lines("", "  {n}) jobs\n       start:\n     {text}\n      at Context.<anonymous> (test/jobs.js:{n}:11)\n"),
    "dotnet": _lines(
        "", "  Failed Jobs.Tests.Start{n} [12 ms]\n  Error Message:\n   {text}\n  Stack Trace:\n     at Jobs.Tests.Start{n}()\n"
    ),
    "pulumi": _lines("Diagnostics:", "  aws:s3:Bucket (bucket-{n}):\n    error: {text}\n"),
    "headings": _lines("# Incident", "## {n}. {name} fails\n\n{text}\n"),
    "rules": _lines("", "---\nname: {name}\ntext: {text}"),
    "separators": _lines("Two jobs", "==========\n{text}"),
    "html-breaks": _html("<p>", "{text}<br/>", "</p>"),
    "html-table": _html("<table>", "<tr><td>{n}</td><td>{text}</td></tr>", "</table>"),
    "html-list": _html("<ul>", "  <li><b>web-{n}</b>: {text}</li>", "</ul>"),
    "html-pre": _html("<html><body>", "<h2>Step {n}</h2>\n<pre>{text}</pre>", "</body></html>"),
    "html-lines": _html('<div class="log">', '<div class="line" id="line-{n}">{text}</div>', "</div>"),
}  # fmt: skip


@check_rows("name", FORMS)
def test_each_row_has_its_own_facts(name: str) -> None:
    text = f"{FORMS[name](_MESSAGES)}\n"
    found = list(scan(text))
    assert [facts_of(failure) for failure in found] == _FOUND
    for failure in found:
        assert failure.text in text


def test_what_pytest_cuts_off_ends_its_row() -> None:
    rows = "".join(
        f"FAILED tests/test_jobs.py::test_{n} - {text[:width]}...\n"
        for n, (text, width) in enumerate([(_MESSAGES[2], 60), (_MESSAGES[1], 92), (_MESSAGES[4], 70)])
    )
    assert [facts_of(failure) for failure in scan(rows)] == [
        denied(code="AccessDeniedException"),
        denied(principal=ANA, action="sqs:SendMessage"),
        {"kind": "aws_error", "code": "Throttling", "operation": "ListRoles"},
    ]


# Rows that are parts of one report.
ONE: dict[str, tuple[str, Facts]] = {
    "fields-in-a-list": (
        f"- Code: AccessDenied\n- Message: {DENIAL}\n",
        {**DENIED, "code": "AccessDenied"},
    ),
    "cell-in-two-rows": (
        (
            "| job | reason |\n|---|---|\n"
            f"| job-1 | {DENIAL} |\n|       | because no session policy allows the eks:DescribeCluster action |\n"
        ),
        {**DENIED, "deny": "implicit", "policy_type": "session"},
    ),
    "chain": (
        f"Error: creating\n\nCaused by:\n    0: {_MESSAGES[2]}\n    1: AccessDeniedException: {DENIAL}\n",
        _CALLED,
    ),
}


@pytest.mark.parametrize("name", ONE)
def test_fields_of_one_report_stay_together(name: str) -> None:
    text, expected = ONE[name]
    assert [facts_of(failure) for failure in scan(text)] == [expected]


def test_fields_of_csv_are_no_parts_of_a_value() -> None:
    resource = "arn:aws:s3:::orders/2026.csv"
    message = f"User: {ANA} is not authorized to perform: s3:GetObject on resource: {resource}"
    (failure,) = scan(f'id,reason,state\n1,{message},FAILED\n2,"sent, twice",SUCCEEDED\n')
    assert facts_of(failure) == denied(principal=ANA, action="s3:GetObject", resource=resource)
    assert failure.text[slice(*failure.spans["resource"])] == resource


def test_no_value_goes_on_in_the_next_column() -> None:
    rows = (
        f"job-1\tAccessDeniedException\tUser: {ANA} is not authorized to perform: sqs:SendMessage\tFAILED\n"
        "job-2\tUnauthorizedOperation\tYou are not authorized to perform this operation. Encoded authorization failure message:\tFAILED\n"
    )
    assert [facts_of(failure) for failure in scan(rows)] == [
        denied(principal=ANA, action="sqs:SendMessage", code="AccessDeniedException"),
        denied(code="UnauthorizedOperation"),
    ]


def test_a_summary_after_the_rows_is_no_other_failure() -> None:
    text = FORMS["names"](_MESSAGES) + f"\n2 of 5 failed, first:\n{_MESSAGES[2]}\n"
    assert [facts_of(failure) for failure in scan(text)] == _FOUND


@check_rows(
    "text",
    [
        "+---------+\n| Code    | AccessDenied |\n| Message | Access Denied |\n",
        "<ul>\n<li>Code: AccessDenied</li>\n<li>Message: Access Denied</li>\n</ul>",
        "",
        "a | b\n",
        f"{DENIAL}\nretrying\n",
        f"{DENIAL}\n" * 3,
    ],
)
def test_other_texts_have_no_rows(text: str) -> None:
    assert parse_rows(text, ()) is None
