"""Commands with several files, folders, globs and trees of CloudTrail log files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import parse, to_record
from iamtriage.cli import main
from tests.inputs.records import ACCOUNT, FAILED, MESSAGE, SUCCEEDED, compact

if TYPE_CHECKING:
    from collections.abc import Sequence

_CALL = f"An error occurred (AccessDenied) when calling the GetObject operation: {MESSAGE}\n"
_SECRET = "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY\n"
_PUT = {**FAILED, "eventName": "PutObject", "errorMessage": MESSAGE.replace("GetObject", "PutObject")}


def _write(path: Path, data: bytes | str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)


def _log_file(records: Sequence[object]) -> bytes:
    return gzip.compress(compact({"Records": records}).encode())


def _tree(root: Path) -> str:
    for region, day, record in (("us-east-1", "25", FAILED), ("eu-central-1", "26", _PUT)):
        delivered = {**record, "awsRegion": region, "eventTime": f"2026-11-{day}T10:00:00Z"}
        name = f"AWSLogs/{ACCOUNT}/CloudTrail/{region}/2026/11/{day}/x.json.gz"
        _write(root / name, _log_file([SUCCEEDED, delivered]))
    _write(root / f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1/2026/11/26/x.json.gz", _log_file([]))
    return str(root)


@pytest.mark.parametrize("command", ["scan", "parse"])
def test_each_file_has_a_heading(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = _write(tmp_path / "a.log", _CALL), _write(tmp_path / "b.log", _CALL)
    quiet = _write(tmp_path / "c.log", "ready\n")
    assert main([command, first]) == 0
    alone = capsys.readouterr().out
    assert main([command, first, quiet, second]) == 0
    out, err = capsys.readouterr()
    assert out == f"==> {first} <==\n{alone}\n==> {second} <==\n{alone}"
    assert err == ""


def test_options_between_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = _write(tmp_path / "a.log", _CALL), _write(tmp_path / "b.log", _CALL)
    assert main(["scan", first, "--json", second]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["scan", first, "--json", second, "--nonsense"]) == 2
    assert "unrecognized arguments: " in capsys.readouterr().err


@pytest.mark.parametrize("command", [["scan"], ["parse"], ["explain"], ["explain", "--all"], ["redact"]])
def test_nothing_in_any_file(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path / "a.log", "ready\n")
    _write(tmp_path / "b.log", "ready\n")
    assert main([*command, str(tmp_path)]) == 1
    assert capsys.readouterr().out == ("ready\nready\n" if command == ["redact"] else "")


@pytest.mark.parametrize(
    "command", [["scan"], ["parse"], ["explain"], ["explain", "--all"], ["explain", "--policy"]]
)
def test_a_file_that_cannot_be_read(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are read, the reason is on standard error, and the status is 2."""
    found, missing, binary = (
        _write(tmp_path / "a.log", _CALL),
        str(tmp_path / "no.log"),
        str(tmp_path / "b.png"),
    )
    _write(Path(binary), b"\x89PNG\r\n\x1a\n" + bytes(60))
    for order in ([missing, binary, found], [found, missing, binary]):
        assert main([*command, *order]) == 2
        out, err = capsys.readouterr()
        assert "GetObject" in out
        assert err == (
            f"iamtriage: {missing}: No such file or directory\niamtriage: {binary}: a PNG image, not text\n"
        )
    assert main([*command, missing]) == 2
    assert capsys.readouterr() == ("", f"iamtriage: {missing}: No such file or directory\n")


@pytest.mark.parametrize("command", ["scan", "parse", "explain"])
def test_an_error_message_in_the_place_of_a_file_is_told_apart(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who passes the message itself is told what to do instead; who mistypes a name is not."""
    message = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    assert main([command, message]) == 2
    assert "pipe an error message into iamtriage" in capsys.readouterr().err
    assert main([command, "my build log.txt"]) == 2
    assert "pipe" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["scan", "parse", "explain"])
def test_a_large_log_file_is_never_called_clean(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "x.json.gz", _log_file([*[SUCCEEDED] * 5000, FAILED, *[SUCCEEDED] * 5000]))
    assert main([command, "--json", path]) == 0
    assert "s3:GetObject" in capsys.readouterr().out


def test_scan_reads_a_trail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--json", _tree(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["action"] for line in out.splitlines()] == ["s3:PutObject", "s3:GetObject"]
    folder = tmp_path / f"AWSLogs/{ACCOUNT}/CloudTrail-Digest"
    assert err == f"iamtriage: {folder}: skipped: CloudTrail digests, which contain no events\n"


@pytest.mark.parametrize(
    ("options", "actions"),
    [
        (["--since", "2026-11-26"], ["s3:PutObject"]),
        (["--until", "2026-11-26"], ["s3:GetObject"]),
        (["--region", "us-east-1"], ["s3:GetObject"]),
        (["--region", "us-east-1", "--region", "eu-central-1"], ["s3:PutObject", "s3:GetObject"]),
        (["--account", "444455556666"], []),
    ],
)
@pytest.mark.parametrize("command", [["scan", "--json"], ["explain", "--all", "--json"]])
def test_selection(
    command: list[str],
    options: list[str],
    actions: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = main([*command, *options, _tree(tmp_path)])
    out = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each.get("failure", each)["action"] for each in out] == actions
    assert status == (0 if actions else 1)


def test_parse_selects_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path / "x.json", compact({"Records": [FAILED, {**_PUT, "awsRegion": "eu-central-1"}]}))
    assert main(["parse", "--json", "--region", "eu-central-1", path]) == 0
    assert json.loads(capsys.readouterr().out)["action"] == "s3:PutObject"


def test_no_file_is_selected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--json", "--account", "444455556666", _tree(tmp_path)]) == 1
    message = "iamtriage: no file can contain events of this time, these accounts and these Regions\n"
    assert capsys.readouterr() == ("", message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--since", "soon"], "--since: expected an ISO 8601 date or time, or an age such as 7d, got 'soon'"),
        (["--account", "prod"], "--account: expected 12-digit account IDs, got 'prod'"),
    ],
)
def test_wrong_selection(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", *options]) == 2
    assert capsys.readouterr() == ("", f"iamtriage: {message}\n")


def test_a_problem_is_explained_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path / "a.log", _CALL * 2)
    _write(tmp_path / "b.log", _CALL)
    assert main(["explain", "--all", "--json", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_one_policy_for_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--policy", _tree(tmp_path)]) == 0
    policy = json.loads(capsys.readouterr().out)
    assert policy["Statement"][0]["Action"] == ["s3:GetObject", "s3:PutObject"]


def test_several_files_are_redacted_as_one_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name has the same pseudonym in all of them."""
    paths = [_write(tmp_path / "a.log", _CALL + _SECRET), _write(tmp_path / "b.log", _CALL)]
    assert main(["redact", "--identifiers", *paths]) == 0
    first, secret, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert "[REDACTED secret access key]" in secret
    assert ACCOUNT not in first


def test_redact_leaves_out_what_is_not_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [_write(tmp_path / "a.bin", b"\0" + _SECRET.encode()), _write(tmp_path / "b.log", _SECRET)]
    assert main(["redact", *paths]) == 2
    out, err = capsys.readouterr()
    assert out == "export AWS_SECRET_ACCESS_KEY=[REDACTED secret access key]\n"
    assert err == f"iamtriage: {paths[0]}: binary data (NUL bytes), not text\n"


@pytest.mark.parametrize("records", [[FAILED], [SUCCEEDED, _PUT, FAILED]])
def test_records_read_alike_in_small_and_large_files(
    records: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = [dict(to_record(failure)) for failure in map(parse, records) if failure is not None]
    for padding in (0, 200):
        path = _write(tmp_path / f"{padding}.json", compact({"Records": [*records, *[SUCCEEDED] * padding]}))
        assert main(["scan", "--json", path]) == 0
        assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == expected
        assert main(["parse", "--json", path]) == 0
        assert json.loads(capsys.readouterr().out) == expected[0]
