"""Check that a log reads the same after a terminal broke its lines at its width."""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING

import pytest

from iamtriage import scan
from iamtriage._reading.entries.restoring import restore_lines
from iamtriage._reading.entries.wrapping import find_width, find_words_width
from tests.tables import DENIAL, DENIED, REQUEST, Facts, all_facts_in, check_rows, facts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTHS = (60, 80, 97, 120)
_CODED = {**DENIED, "code": "AccessDeniedException"}


def _log(count: int = 6) -> tuple[str, list[Facts]]:
    """Return a log of Go and Python programs, and the facts of its failures."""
    lines: list[str] = []
    expected: list[Facts] = []
    for n in range(count):
        cluster, request = f"cluster/demo-{n:03}", REQUEST[:-3] + f"{n:03}"
        denial = DENIAL.replace("cluster/demo", cluster)
        stamp = f"2026-10-07T09:00:{n:02}.123Z"
        lines += [
            f"{stamp} INFO served {n} requests",
            f"{stamp} ERROR sync failed: operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {request}, api error AccessDeniedException: {denial}",
            f"{stamp} WARN order {n} failed, status 500, request {request[::-1]}",
            f"{stamp} ERROR job {n} failed",
            "Traceback (most recent call last):",
            '  File "/usr/local/lib/python3.12/site-packages/botocore/client.py", line 1023, in _make_api_call',
            "    raise error_class(parsed_response, operation_name)",
            f"botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {denial}",
        ]
        facts = {
            **_CODED,
            "operation": "DescribeCluster",
            "resource": str(DENIED["resource"]).replace("cluster/demo", cluster),
        }
        expected += [{**facts, "request_id": request, "status_code": 403}, facts]
    return "\n".join(lines) + "\n", expected


def _wrap(text: str, width: int) -> str:
    return "\n".join(
        line[at : at + width] for line in text.split("\n") for at in range(0, max(len(line), 1), width)
    )


@check_rows("width", _WIDTHS)
@check_rows("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_broken_log_reads_the_same(width: int, end: str) -> None:
    text, expected = _log()
    found = list(scan(_wrap(text, width).replace("\n", end)))
    records = [facts_of(failure) for failure in found] if end == "\n" else [f.resource for f in found]
    assert records == (expected if end == "\n" else [facts["resource"] for facts in expected])


@check_rows("width", _WIDTHS)
def test_the_text_of_a_failure_is_that_of_the_log(width: int) -> None:
    broken = _wrap(_log()[0], width)
    assert all(failure.text in broken for failure in scan(broken))


def test_files_and_lists() -> None:
    """Their lines can be read ahead."""
    text, expected = _log()
    broken = _wrap(text, 80)
    for source in (io.StringIO(broken), broken.splitlines(), broken.splitlines(keepends=True)):
        assert [facts_of(failure) for failure in scan(source)] == expected


def test_lines_that_break_at_the_same_character() -> None:
    """Lines that start with the same character are rows only if it is one of a border."""
    text, expected = _log(3)
    stamp, denial = "2026-10-07T09:00:09.123Z ERROR ", DENIAL
    # The terminal breaks before two colons of the message.
    first, second = denial.index(":assumed-role"), denial.index(":DescribeCluster")
    width = second - first
    line = stamp.ljust(len(stamp) + -(len(stamp) + first) % width, "-") + denial
    lines = [line[at : at + width] for at in range(0, len(line), width)]
    assert sum(each.startswith(":") for each in lines) == 2
    found = list(scan(_wrap(text, width) + "\n".join(lines) + "\n"))
    assert [facts_of(failure) for failure in found] == [*expected, DENIED]


def test_lines_that_end_without_a_newline() -> None:
    text, expected = _log()
    assert all_facts_in(_wrap(text, 80).rstrip("\n")) == expected


def test_lines_that_arrive_one_by_one_are_not_read_ahead() -> None:
    """Nothing says when the next line comes."""
    lines = iter(_log()[0].splitlines(keepends=True))
    assert next(scan(lines)).kind == "access_denied"
    assert next(lines).startswith("2026-10-07T09:00:00.123Z ERROR job 0")


@check_rows(
    "text",
    [
        # The same frame is the longest line of each traceback.
        "".join(
            f"2026-10-07T09:00:0{n} ERROR failed\n\tat com.example.orders.{name}.load(Orders.java:17)\n\tat com.example.Main.main(Main.java)\n"
            for n, name in enumerate(("Orders", "Basket", "Prices", "Labels"))
        ),
        # Rows of a table.
        "2026-10-07 09:00:00 INFO report\n" + "".join(f"| order-{n} | {'x' * 40} |\n" for n in range(9)),
        # Rules.
        f"2026-10-07 09:00:00 INFO report\n{'=' * 80}\nfirst\n{'-' * 80}\nsecond\n{'_' * 80}\nthird\n",
        # Full lines, each a whole one.
        "".join(f"2026-10-07T09:00:0{n} INFO served request {n} of the shop in 12 ms\n" for n in range(9)),
        # Pasted text without a log.
        "".join(f"{'word ' * 15}{n}\nand more\n" for n in range(9)),
        "",
        "x" * 100,
    ],
    ids=["frames", "table", "rules", "whole", "paste", "empty", "line"],
)
def test_other_texts_are_not_joined(text: str) -> None:
    assert find_width(text.split("\n")) == 0


@pytest.mark.parametrize("copies", [1, 40], ids=["in the sample", "after it"])
def test_a_source_that_raises_an_exception(copies: int) -> None:
    """The lines that were read before it are returned first."""
    broken = _wrap(_log()[0], 80).splitlines(keepends=True) * copies
    broken = broken[: 1 + next(n for n in range(len(broken) - 2, 0, -1) if len(broken[n]) > 80)]

    def lines() -> Iterator[str]:
        yield from broken
        msg = "disk"
        raise OSError(msg)

    read: list[str] = []
    with pytest.raises(OSError, match="disk"):
        read.extend(getattr(line, "source", line) for line in restore_lines(lines()))
    assert "".join(read) == "".join(broken)


_PROSE = (
    "When the nightly export runs, the role of the job cannot write to the bucket of the other account any more. "
    * 3
)


@pytest.mark.parametrize("mark", ["", "> ", "> > "])
def test_words_that_a_mail_program_wrapped(mark: str) -> None:
    text = f"{_PROSE}{DENIAL}"
    lines = [mark + line for line in textwrap.wrap(text, 72, break_long_words=False, break_on_hyphens=False)]
    assert find_words_width(lines) in range(60, 73)
    wrapped = "\n".join([*lines, "", f"{mark}Thanks"])
    (line, *rest) = restore_lines(wrapped.splitlines(keepends=True))
    assert (line, getattr(line, "source", ""), rest[-1]) == (
        f"{mark}{text}\n",
        wrapped[: wrapped.index("\n\n") + 1],
        f"{mark}Thanks",
    )
    (failure,) = scan(wrapped)
    assert facts_of(failure) == DENIED
    assert failure.text == f"{wrapped}\n"


@check_rows(
    "text",
    [
        # The lines of a log, short lines, rows that start alike, and lines that are longer than those of mails.
        "".join(f"2026-10-07T09:00:0{n} INFO served request {n} of the shop in 12 ms\n" for n in range(9)),
        "".join(f"line {n}\n" for n in range(9)),
        "".join(
            f"order of customer {n} at the counter of the shop: Access Denied, try it again\n"
            for n in range(9)
        ),
        "\n".join(textwrap.wrap(_PROSE, 97)),
        "",
    ],
    ids=["log", "short", "rows", "long", "empty"],
)
def test_other_lines_are_not_joined(text: str) -> None:
    lines = text.splitlines(keepends=True)
    assert list(restore_lines(lines)) == lines
