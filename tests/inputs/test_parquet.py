"""Parquet files of Amazon Security Lake in both versions of its CloudTrail source, and of CloudTrail records."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from iamtriage import fingerprint, parse, to_record
from iamtriage.arrow import cloudtrail
from iamtriage.cli import main
from iamtriage.inputs import open_inputs
from iamtriage.testing import cloudtrail_files, denial
from tests.inputs.records import ACCOUNT, APP, FAILED, MESSAGE, SUCCEEDED

if TYPE_CHECKING:
    from pathlib import Path

    from iamtriage.inputs import Input

_TIME = datetime(2026, 11, 26, 10, tzinfo=UTC)


def _event(*, fails: bool, version: int) -> dict[str, Any]:
    """Return an event as Security Lake writes it in version 1 or 2 of the source."""
    user: dict[str, Any] = {"type": "AssumedRole", "name": "app"}
    user |= (
        {"uuid": APP, "account_uid": ACCOUNT} if version == 1 else {"uid": APP, "account": {"uid": ACCOUNT}}
    )
    event: dict[str, Any] = {
        "metadata": {
            "product": {"name": "CloudTrail", "vendor_name": "AWS"},
            "uid": "e-1",
            "version": "1.1.0",
        },
        "time": int(_TIME.timestamp() * 1000),
        "cloud": {"region": "us-east-1", "account": {"uid": ACCOUNT}},
        "api": {
            "operation": "GetObject",
            "service": {"name": "s3.amazonaws.com"},
            "request": {"uid": "ABCDEF0123456789"},
            "response": {"error": "AccessDenied" if fails else None, "message": MESSAGE if fails else None},
        },
        "actor": {"user": user},
        "http_request": {"user_agent": "aws-cli/2.31"},
        "src_endpoint": {"ip": "192.0.2.7"},
        "resources": [{"uid": "arn:aws:s3:::orders"}],
        "class_uid": 6003,
        "class_name": "API Activity",
        "severity": "Informational",
        "unmapped": [("eventType", "AwsApiCall")],
    }
    if version == 2:
        event["time_dt"] = _TIME
        event["api"]["response"]["data"] = None
    return event


def _write(path: Path, rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> Input:
    if schema is None:
        fields = [(name, pa.infer_type([row[name] for row in rows])) for name in rows[0]]
        fields = [
            (name, pa.map_(pa.string(), pa.string()) if name == "unmapped" else kind) for name, kind in fields
        ]
        schema = pa.schema(fields)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="zstd")
    [source] = open_inputs([path])
    return source


@pytest.mark.parametrize("version", [1, 2])
def test_security_lake(version: int, tmp_path: Path) -> None:
    rows = [_event(fails=fails, version=version) for fails in (False, True, False, True)]
    source = _write(tmp_path / "x.parquet", rows)
    assert len(list(source.denials())) == 2
    assert (source.records, source.problem) == (4, None)
    record = to_record(next(source.failures()))
    expected = {
        "kind": "access_denied",
        "action": "s3:GetObject",
        "principal": APP,
        "policy_type": "identity",
        "time": "2026-11-26T10:00:00Z",
        "region": "us-east-1",
        "source_ip": "192.0.2.7",
    }
    assert {key: value for key, value in record.items() if key in expected} == expected


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"since": "2026-11-26T10:00"}, 1),
        ({"since": "2026-11-26T10:01"}, 0),
        ({"until": "2026-11-26"}, 0),
        ({"accounts": ["444455556666"]}, 0),
        ({"regions": ["us-east-1"]}, 1),
    ],
)
@pytest.mark.parametrize("version", [1, 2])
def test_selection(version: int, options: dict[str, Any], count: int, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    _write(path, [_event(fails=True, version=version)])
    [source] = open_inputs([path], **options)
    assert len(list(source.denials())) == count


def test_cloudtrail_records(tmp_path: Path) -> None:
    rows = [{**SUCCEEDED, "errorCode": None, "errorMessage": None}, FAILED]
    rows = [{key: value for key, value in row.items() if key != "responseElements"} for row in rows]
    source = _write(tmp_path / "x.parquet", rows)
    assert list(source.denials()) == [rows[1]]
    assert source.records == 2


def test_no_error_in_any_row(tmp_path: Path) -> None:
    """A column of nulls has no fields, or another type."""
    row = _event(fails=False, version=2)
    row["api"] = {"operation": "GetObject"}
    source = _write(tmp_path / "x.parquet", [row])
    assert list(source.denials()) == []
    assert (source.records, source.problem) == (1, None)
    row["api"] = {"operation": "GetObject", "response": {"error": None, "message": None}}
    source = _write(tmp_path / "y.parquet", [row])
    assert list(source.denials()) == []
    assert (source.records, source.problem) == (1, None)


@pytest.mark.parametrize("command", ["scan", "parse", "explain"])
def test_commands_read_parquet(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.parquet"
    _write(path, [_event(fails=True, version=2)])
    assert main([command, "--json", str(path)]) == 0
    out, err = capsys.readouterr()
    assert "s3:GetObject" in out
    assert err == ""


def test_parquet_is_not_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.parquet"
    source = _write(path, [_event(fails=True, version=2)])
    assert source.text() == ""
    assert source.problem == "Parquet data, not text"
    assert main(["redact", str(path)]) == 2
    assert capsys.readouterr() == ("", f"iamtriage: {path}: Parquet data, not text\n")


def test_other_columns(tmp_path: Path) -> None:
    source = _write(tmp_path / "x.parquet", [{"message": MESSAGE}])
    assert list(source.failures()) == []
    assert source.problem == "Parquet data without columns of CloudTrail or OCSF events"


def test_damaged_data(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    _write(path, [_event(fails=True, version=2)])
    data = path.read_bytes()
    for damaged in (data[:-30], data[:200] + bytes(400) + data[600:]):
        path.write_bytes(damaged)
        [source] = open_inputs([path])
        assert list(source.denials()) == []
        assert source.problem == "invalid Parquet data"


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _write(tmp_path / "x.parquet", [_event(fails=True, version=2)])
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert list(source.failures()) == []
    assert source.problem == "Parquet data; install iamtriage[arrow] to read it"


# -------------------------------------------------------------------------------- what others have written


def _records_of_a_trail() -> list[dict[str, Any]]:
    files = cloudtrail_files(
        records=300, denials=0.4, errors=0.1, accounts=1, regions=("eu-west-1",), problems=30
    )
    return [record for file in files for record in json.loads(file.text)["Records"]]


def test_flat_records(tmp_path: Path) -> None:
    """The Parquet files of ``iamtriage.arrow``, with dictionaries or without and with columns of others."""
    records = _records_of_a_trail()
    failures = [failure for record in records if (failure := parse(record))]
    batch = pa.table({"record": [json.dumps(record) for record in records]})
    for dictionaries in (True, False):
        path = tmp_path / "x.parquet"
        table = cloudtrail(batch, "record", dictionaries=dictionaries)
        pq.write_table(table.append_column("team", pa.array(["a"] * len(records))), path)
        [source] = open_inputs([path])
        found = list(source.failures())
        assert [to_record(each) for each in found] == [to_record(each) for each in failures]
        assert [fingerprint(each) for each in found] == [fingerprint(each) for each in failures]
        assert (source.records, source.problem) == (len(records), None)


@pytest.mark.parametrize(
    ("options", "is_selected"),
    [
        ({"since": "2026-11-01", "accounts": ["111122223333"], "regions": ["eu-west-1"]}, True),
        ({"since": "2026-11-20"}, False),
        ({"accounts": ["444455556666"]}, False),
        ({"regions": ["eu-central-1"]}, False),
    ],
)
def test_selection_of_flat_records(options: dict[str, Any], is_selected: bool, tmp_path: Path) -> None:  # noqa: FBT001 (a parameter)
    path = tmp_path / "x.parquet"
    record = denial("s3:GetObject", time="2026-11-02T01:02:03Z").cloudtrail()
    pq.write_table(cloudtrail(pa.table({"record": [json.dumps(record)]}), "record"), path)
    [source] = open_inputs([path], **options)
    assert len(list(source.failures())) == is_selected


def test_impossible_flat_records(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"kind": "access_denied", "fingerprint": "1:0", "deny": "explicit"},
        {"kind": "none", "fingerprint": "1:1", "deny": None},
        {"kind": "access_denied", "fingerprint": None, "deny": "never"},
    ]
    source = _write(tmp_path / "x.parquet", rows)
    assert [failure.kind for failure in source.failures()] == ["access_denied"]


def test_names_in_lower_case(tmp_path: Path) -> None:
    """Athena writes no others."""
    records = [{**each, "resources": None, "requestParameters": None} for each in _records_of_a_trail()]
    records[0]["resources"] = [{"ARN": "arn:aws:s3:::orders", "accountId": "111122223333"}]
    records[0] |= {"errorCode": "AccessDenied", "errorMessage": "Access denied."}
    rows = json.loads(re.sub(r'"(\w+)":', lambda match: match[0].lower(), json.dumps(records)))
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    [source] = open_inputs([path])
    failures = [failure for record in records if (failure := parse(record))]
    assert [to_record(each) for each in source.failures()] == [to_record(each) for each in failures]
    assert failures[0].resource == "arn:aws:s3:::orders"
