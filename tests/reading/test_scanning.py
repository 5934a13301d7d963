"""``scan`` on texts, lines and files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast

import pytest

from iamtriage import Failure, parse, scan, to_record
from tests.tables import ANA, APP, DENIAL, check_rows

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_QUIET = "2026-01-02T03:04:05Z INFO request served in 3 ms"
_CALL = f"2026-01-02T03:04:06Z ERROR An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_RBAC = '2026-01-02T03:04:07Z ERROR pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope'
_EXPIRED = "2026-01-02T03:04:08Z ERROR An error occurred (ExpiredToken) when calling the ListRoles operation: The security token included in the request is expired"
_LINES = [_CALL, *[_QUIET] * 40, _RBAC, *[_QUIET] * 40, _EXPIRED]
_KINDS = ["access_denied", "kubernetes_forbidden", "expired_credentials"]


def _kinds(failures: Iterator[Failure]) -> list[str]:
    return [failure.kind for failure in failures]


def test_text() -> None:
    """A text, with and without a last line end."""
    assert _kinds(scan("\n".join(_LINES))) == _KINDS
    assert _kinds(scan("\n".join(_LINES) + "\n")) == _KINDS


def test_lines_with_and_without_ends() -> None:
    """A list of lines, whether or not each has its end; a generator; lines of bytes."""
    assert _kinds(scan(_LINES)) == _KINDS
    assert _kinds(scan([f"{line}\n" for line in _LINES])) == _KINDS
    assert _kinds(scan(line for line in _LINES)) == _KINDS
    assert _kinds(scan(cast("list[str]", [line.encode() for line in _LINES]))) == _KINDS


def test_files(tmp_path: Path) -> None:
    """A text file, a binary one, and one in memory."""
    path = tmp_path / "log.txt"
    path.write_text("\n".join(_LINES), encoding="utf-8")
    with path.open(encoding="utf-8") as text:
        assert _kinds(scan(text)) == _KINDS
    with path.open("rb") as binary:
        assert _kinds(scan(binary)) == _KINDS
    assert _kinds(scan(io.StringIO("\n".join(_LINES)))) == _KINDS
    assert _kinds(scan(io.BytesIO(("\r\n".join(_LINES) + "\n").encode()))) == _KINDS


@check_rows("kind", [OSError, UnicodeError, KeyboardInterrupt, SystemExit])
def test_failure_before_an_exception_of_the_source(kind: type[BaseException]) -> None:
    """What the source had said is not lost, and the exception is the source's own."""
    raised = kind("gone")

    def read() -> Iterator[str]:
        yield _CALL
        yield _EXPIRED
        raise raised

    failures = scan(read())
    assert [next(failures).kind, next(failures).kind] == ["access_denied", "expired_credentials"]
    with pytest.raises(kind) as caught:
        next(failures)
    assert caught.value is raised
    assert raised.__context__ is None
    assert next(failures, None) is None


def test_failure_before_an_item_that_is_no_line() -> None:
    failures = scan(cast("list[str]", [_CALL, 3]))
    assert next(failures).kind == "access_denied"
    with pytest.raises(TypeError, match="scan"):
        next(failures)


class _BrokenFile:
    def __init__(self, line: str) -> None:
        self._lines = [line]

    def readline(self, size: int, /) -> str:
        if self._lines:
            return self._lines.pop()[:size]
        msg = "connection lost"
        raise OSError(msg)


def test_failure_before_an_exception_of_a_file() -> None:
    failures = scan(_BrokenFile(f"{_CALL}\n"))
    assert next(failures).kind == "access_denied"
    with pytest.raises(OSError, match="connection lost"):
        next(failures)


def test_caller_that_stops_before_the_exception_of_the_source() -> None:
    """An interrupt does not get lost; what was wrong with the rest of the source is none of the caller's concern."""

    def read(error: BaseException) -> Iterator[str]:
        yield _CALL
        raise error

    interrupted = cast("Generator[Failure]", scan(read(KeyboardInterrupt())))
    assert next(interrupted).kind == "access_denied"
    with pytest.raises(KeyboardInterrupt):
        interrupted.close()
    broken = cast("Generator[Failure]", scan(read(OSError())))
    assert next(broken).kind == "access_denied"
    broken.close()


def test_undecodable_bytes_in_a_file() -> None:
    """Bytes that are no UTF-8 hide nothing else of the file."""
    assert _kinds(scan(io.BytesIO(b"\xff\xfe\x00\n" + _CALL.encode() + b"\n\x80\x81"))) == ["access_denied"]


def test_bytes_cut_inside_a_character() -> None:
    """A character that two parts of a binary file's long line share is still one character."""
    principal = "arn:aws:iam::111122223333:user/zoë"
    line = f"User: {principal} is not authorized to perform: iam:ListUsers\n".encode()
    cut = line.index("ë".encode()) + 1
    for padding in (1_000_000 - cut, 1_000_000):
        found = list(scan(io.BytesIO(b"x" * (padding - 1) + b" " + line)))
        assert [failure.principal for failure in found] == [principal]


@check_rows("source", [b"x", bytearray(b"x"), {"a": 1}, 3, None])
def test_other_types_are_refused(source: object) -> None:
    """Bytes and mappings are for ``parse``; anything else is a mistake."""
    with pytest.raises(
        TypeError,
        match=r"the argument of scan\(\) must be a string, an iterable of lines or a text file, not",
    ):
        scan(cast("str", source))


def test_lines_of_other_types_are_refused() -> None:
    """A list of numbers is no list of lines."""
    with pytest.raises(TypeError, match=r"each line .* must be a string, not int"):
        list(scan(cast("list[str]", [1, 2])))


@pytest.mark.parametrize(
    ("between", "kinds"),
    [("\n", ["expired_credentials"]), ("\n\n", ["expired_credentials", "missing_credentials"])],
)
def test_a_failed_credential_plugin_is_its_error(between: str, kinds: list[str]) -> None:
    """kubectl reports after the plugin's error that the plugin failed, which is the same failure."""
    error = "An error occurred (ExpiredToken) when calling the AssumeRole operation: The security token included in the request is expired"
    report = (
        "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255"
    )
    assert _kinds(scan(f"$ kubectl get pods\n\n{error}{between}{report}")) == kinds


def test_nothing() -> None:
    """Empty sources give nothing."""
    assert list(scan("")) == []
    assert list(scan([])) == []
    assert list(scan(io.StringIO())) == []
    assert list(scan(_QUIET * 1000)) == []


@pytest.mark.unmeasured
@check_rows("size", [1_000_000, 2_000_000])
@check_rows("where", [0, 31_750, 32_000, 500_000, 996_960, 999_950, -1])
def test_a_line_of_megabytes(size: int, where: int) -> None:
    """One huge line holds its failure at the start, at the end, or across a cut."""
    filler = "0123456789abcde "
    body = filler * (size // len(filler))
    at = len(body) if where < 0 else where // len(filler) * len(filler)
    text = f"{body[:at]}{DENIAL} {body[at:]}"
    for source in (text, io.StringIO(text), io.BytesIO(text.encode())):
        found = list(scan(source))
        assert [(f.principal, f.action) for f in found] == [(APP, "eks:DescribeCluster")]
    failure = parse(text)
    assert failure is not None
    assert failure.principal == APP


def test_a_stream_is_read_as_far_as_it_is_asked() -> None:
    """The first failure comes before an endless stream ends."""

    def endless() -> Iterator[str]:
        yield _CALL
        while True:
            yield _QUIET

    assert next(scan(endless())).kind == "access_denied"


def test_scan_and_parse_agree_on_one_failure() -> None:
    """A text with one failure gives the same record both ways."""
    for line in (_CALL, _RBAC, _EXPIRED):
        failure = parse(line)
        assert failure is not None
        assert [to_record(f) for f in scan(line)] == [to_record(failure)]


def test_repeated_over_a_log() -> None:
    """The same failure far apart in a stream is told each time it comes."""
    lines = [*[_CALL, *[_QUIET] * 60] * 5, f"User: {ANA} is not authorized to perform: iam:ListUsers"]
    found = [failure.action for failure in scan(lines)]
    assert found == ["eks:DescribeCluster"] * 5 + ["iam:ListUsers"]


def test_a_dump_of_swift_is_one_failure() -> None:
    """The value of each optional is in its own line, after the same word."""
    lines = ["▿ Reading: AWSClientRuntime.UnknownAWSHTTPServiceError"]
    for name, value in (("typeName", "AccessDenied"), ("message", "No"), ("requestID", "4442587FB7D0A2F9")):
        lines += [f'  ▿ {name}: Optional("{value}")', f'    - some: "{value}"']
    (failure,) = scan([_QUIET, *lines, _QUIET])
    record = to_record(failure)
    assert (record["code"], record["request_id"]) == ("AccessDenied", "4442587FB7D0A2F9")


def test_a_label_without_a_value_starts_an_entry() -> None:
    """The SDK for C++ prints such labels with a value."""
    failed = "Error message:\nThe policy is bad (Service: AmazonIdentityManagement; Status Code: 400; Error Code: MalformedPolicyDocument; Request ID: 1)"
    log = [f"Oct  7 09:00:0{second} web-1 app[7]: {words}" for second, words in enumerate((DENIAL, failed))]
    assert _kinds(scan("\n".join(log))) == ["access_denied", "malformed_policy"]
