"""Check the entries of logs whose lines have prefixes of more than one program, or are parts of a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from iamtriage import scan
from tests.tables import DENIAL, DENIED, REQUEST, Facts, check_rows, facts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_CALL = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_CALLED = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_SERVED = "60400681-0ed5-4724-b056-896342d618b5"
_ANSWERED = {**DENIED, "code": "AccessDeniedException", "request_id": REQUEST, "status_code": 403}
_GO = f"AccessDeniedException: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}"

LOGS: tuple[tuple[str, str, Sequence[Facts]], ...] = (
    # The container runtime wrote each long line as several.
    (
        "partial-lines",
        "\n".join(
            f"2026-10-07T09:00:0{n}.123456789Z {line}"
            for n, line in enumerate(
                (
                    'stderr P level=error msg="sync: ' + _GO[:15],
                    "stderr P " + _GO[15:-31].replace("\n\t", r"\n\t"),
                    "stdout F level=info msg=synced",
                    "stderr F " + _GO[-31:] + '"',
                    f"stderr F {_CALL}",
                )
            )
        ),
        [_ANSWERED, _CALLED],
    ),
    # A server writes its prefix only before the first line, a runner writes its own before each line.
    (
        "nested-prefixes",
        "\n".join(
            f"2026-10-07T09:00:0{n}.1234567Z {line}"
            for n, line in enumerate(
                (
                    '[Wed Oct 07 09:00:00.123456 2026] [php:error] [pid 7] [client 192.0.2.1:80] PHP Fatal error:  Uncaught Error executing "DescribeCluster" on "https://eks.eu-west-1.amazonaws.com/"; AWS HTTP error: Client error: `GET https://eks.eu-west-1.amazonaws.com/` resulted in a `403 Forbidden` response:',
                    '{"__type":"AccessDeniedException","Message":"User: arn (truncated...)',
                    f" AccessDeniedException (client): {DENIAL}",
                    f"worker-1  | [2026-10-07 09:00:03,123: ERROR/ForkPoolWorker-1] Task failed: {_CALL}",
                    "api-1     | served",
                    "worker-1  | Traceback (most recent call last):",
                    "api-1     | served",
                    f"worker-1  | botocore.exceptions.ClientError: {_CALL}",
                )
            )
        ),
        [{**_CALLED, "status_code": 403}, _CALLED],
    ),
    (
        "message-on-several-lines-behind-a-runner",
        "\n".join(
            f"2026-10-07T09:00:0{n}.1234567Z {line}"
            for n, line in enumerate(
                (
                    "2026-10-07 09:00:00,123 ERROR sync failed",
                    *f"AccessDeniedException: {DENIAL}".replace("perform: ", "perform:\n").split("\n"),
                    "2026-10-07 09:00:04,123 INFO synced",
                    "2026-10-07 09:00:05,123 ERROR sync failed",
                    _CALL,
                )
            )
        ),
        [{**DENIED, "code": "AccessDeniedException"}, _CALLED],
    ),
    # Another program writes to the same runner.
    (
        "id-of-another-program-behind-a-runner",
        "\n".join(
            f"2026-10-07T09:00:0{n}.1234567Z {line}"
            for n, line in enumerate(
                (f"2026-10-07 09:00:00,123 ERROR {_CALL}", f"RequestId: {_SERVED}", "retried, status: 502")
            )
        ),
        [_CALLED],
    ),
    # A logger escaped the border of a box.
    (
        "escaped-box",
        "\n".join(
            json.dumps({"log": f"{line}\n", "stream": "stderr", "time": f"2026-10-07T09:00:0{n}.123456789Z"})
            for n, line in enumerate(
                (
                    "╷",
                    "│ Error: sync: operation error EKS: DescribeCluster, https response error",
                    "│ StatusCode: 403, RequestID:",
                    f"│ {REQUEST}, api error AccessDeniedException:",
                    f"│ {DENIAL}",
                    "╵",
                )
            )
        ),
        [{**_CALLED, "request_id": REQUEST, "status_code": 403}],
    ),
)


@pytest.mark.parametrize("indent", ["    ", "\t", "> "])
def test_a_log_in_a_block_of_code(indent: str) -> None:
    """Neither the indentation nor a mark before each line changes what starts an entry."""
    log = f"10:00:00 INFO served request_id={_SERVED}\n10:00:01 ERROR {_GO}\n10:00:02 ERROR {_CALL}"
    found = scan("\n".join(indent + line for line in log.split("\n")))
    assert [facts_of(failure) for failure in found] == [_ANSWERED, _CALLED]


@check_rows(("text", "expected"), [row[1:] for row in LOGS], ids=[row[0] for row in LOGS])
def test_failures_behind_prefixes(text: str, expected: Sequence[Facts]) -> None:
    assert [facts_of(failure) for failure in scan(text)] == list(expected)


def test_parts_of_a_line_that_docker_wrote_as_json() -> None:
    """Docker writes a long line in parts of 16,384 bytes; only the last one ends with a newline."""
    written = "x" * 16_300 + " ERROR " + _GO.replace("\n\t", " ") + "\n"
    parts = (written[:16_384], written[16_384:], f"ERROR {_CALL}\n")
    log = [
        json.dumps({"log": part, "stream": "stderr", "time": "2026-10-07T09:00:00.123Z"}) for part in parts
    ]
    assert [facts_of(failure) for failure in scan("\n".join(log))] == [_ANSWERED, _CALLED]


def test_partial_lines_that_end_with_two_characters() -> None:
    (text,) = (row[1] for row in LOGS if row[0] == "partial-lines")
    assert [facts_of(failure) for failure in scan(text.replace("\n", "\r\n"))] == [_ANSWERED, _CALLED]
