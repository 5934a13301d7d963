"""Files, folders, globs and trees of CloudTrail log files as inputs."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import fingerprint, to_record
from iamtriage.inputs import Input, open_inputs
from iamtriage.inputs._decompression import PART_SIZE
from iamtriage.testing import write_cloudtrail_tree
from tests.inputs.records import ACCOUNT, FAILED, MESSAGE, SUCCEEDED, compact
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

_zstd: Any = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
_LOG = f"2026-11-27T10:00:00Z ERROR An error occurred (AccessDenied) when calling the GetObject operation: {MESSAGE}\n"
_RECORDS = compact({"Records": [SUCCEEDED, FAILED]}).encode()
_OTHER_ACCOUNT = "444455556666"


def _write(path: Path, data: bytes | str = _RECORDS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def _tree(root: Path) -> Path:
    """Write log files of two accounts, two Regions and three days, with their siblings."""
    for account in (ACCOUNT, _OTHER_ACCOUNT):
        for region in ("us-east-1", "eu-central-1"):
            for day in ("2026/10/31", "2026/11/01", "2026/11/26"):
                name = f"{account}_CloudTrail_{region}_{day.replace('/', '')}T1005Z_aBcDeFgHiJkLmNoP.json.gz"
                folder = root / "logs" / "AWSLogs" / "o-exampleorg1" / account
                _write(folder / "CloudTrail" / region / day / name, gzip.compress(_RECORDS))
    folder = root / "logs" / "AWSLogs" / "o-exampleorg1" / ACCOUNT
    for sibling in ("CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-Aggregated"):
        _write(folder / sibling / "us-east-1" / "2026/11/26" / "x.json.gz", b"not read")
    _write(
        folder / "CloudTrail-NetworkActivity" / "us-east-1" / "2026/11/26" / "n.json.gz",
        gzip.compress(_RECORDS),
    )
    return root


def _names(root: Path, **options: Any) -> list[str]:  # noqa: ANN401 (any option)
    return [
        Path(each.name).relative_to(root).as_posix()
        for each in open_inputs([root], **options)
        if each.skipped is None
    ]


def test_a_file(tmp_path: Path) -> None:
    path = _write(tmp_path / "trail.json")
    [source] = open_inputs([path])
    assert (source.name, source.size) == (str(path), len(_RECORDS))
    assert source.version == str(path.stat().st_mtime_ns)
    assert list(source.denials()) == [FAILED]
    assert source.records == 2
    assert source.text() == _RECORDS.decode()


def test_a_log(tmp_path: Path) -> None:
    [source] = open_inputs([_write(tmp_path / "app.log", f"{_LOG}ready\n")])
    assert [failure.kind for failure in source.failures()] == ["access_denied"]
    assert list(source.lines()) == [_LOG, "ready\n"]
    assert source.problem is None


def test_folders_are_read_in_order(tmp_path: Path) -> None:
    for name in ("b.log", "a/2.log", "a/1.log", ".hidden.log", ".git/config", "c.json"):
        _write(tmp_path / name, "ready\n")
    assert _names(tmp_path) == ["a/1.log", "a/2.log", "b.log", "c.json"]
    [hidden] = open_inputs([tmp_path / ".hidden.log"])
    assert hidden.skipped is None


def test_globs(tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.json", "deep/er/d.log"):
        _write(tmp_path / name, "ready\n")
    found = [Path(each.name).name for each in open_inputs([f"{tmp_path}/*.log"])]
    assert found == ["a.log", "b.log"]
    found = [Path(each.name).name for each in open_inputs([f"{tmp_path}/**/*.log"])]
    assert found == ["a.log", "b.log", "d.log"]
    found = [Path(each.name).name for each in open_inputs([f"{tmp_path}/**"])]
    assert found == ["a.log", "b.log", "c.json", "d.log"]
    [bracket] = open_inputs([_write(tmp_path / "[x].log", "ready\n")])
    assert bracket.problem is None


def test_a_file_is_one_input(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.log", _LOG)
    (tmp_path / "link.log").symlink_to(path)
    assert len(list(open_inputs([path, tmp_path, f"{tmp_path}/*", path]))) == 1


def test_a_trail(tmp_path: Path) -> None:
    found = list(open_inputs([_tree(tmp_path)]))
    read = [each for each in found if each.skipped is None]
    assert len(read) == 13
    assert sum(len(list(each.denials())) for each in read) == 13
    assert sum(each.records for each in read) == 26
    assert {each.problem for each in found} == {None}
    skipped = {Path(each.name).name: each.skipped for each in found if each.skipped}
    assert skipped == {
        "CloudTrail-Digest": "CloudTrail digests, which contain no events",
        "CloudTrail-Insight": "CloudTrail Insights events, which count calls and contain no denials",
        "CloudTrail-Aggregated": "CloudTrail aggregated events, which summarize calls and contain no denials",
    }
    [digest] = open_inputs(
        [tmp_path / f"logs/AWSLogs/o-exampleorg1/{ACCOUNT}/CloudTrail-Digest/us-east-1/2026/11/26/x.json.gz"]
    )
    assert digest.skipped == "CloudTrail digests, which contain no events"


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"since": "2026-11-01"}, 9),
        ({"since": date(2026, 11, 2)}, 5),
        ({"since": datetime(2026, 11, 26, 10, tzinfo=UTC)}, 5),
        ({"since": "2026-11-27"}, 0),
        # Events of 31 October can be delivered on the next day.
        ({"until": "2026-11-01"}, 8),
        ({"until": "2026-10-30"}, 4),
        ({"until": "2026-10-29T23:00"}, 0),
        ({"accounts": [ACCOUNT]}, 7),
        ({"regions": ["eu-central-1"]}, 6),
        ({"accounts": [ACCOUNT], "regions": ["us-east-1"], "since": "2026-11-25", "until": "2026-11-27"}, 2),
        ({"regions": ["ap-south-1"]}, 0),
    ],
)
def test_folders_are_selected(options: dict[str, Any], count: int, tmp_path: Path) -> None:
    assert len(_names(_tree(tmp_path), **options)) == count


def test_folders_that_are_not_selected_are_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "AWSLogs" / ACCOUNT / "CloudTrail" / "us-east-1"
    _write(folder / "2026" / "11" / "26" / "x.json")
    (folder / "2025").symlink_to(tmp_path / "missing")
    assert [each.problem for each in open_inputs([tmp_path], since="2026-01-01")] == [None]
    assert "No such file or directory" in {each.problem for each in open_inputs([tmp_path])}


def test_security_lake_is_selected(tmp_path: Path) -> None:
    for account, region, day in (
        (ACCOUNT, "us-east-1", "20261126"),
        (_OTHER_ACCOUNT, "eu-central-1", "20261101"),
    ):
        _write(tmp_path / f"ext/region={region}/accountId={account}/eventDay={day}/x.json")
    assert len(_names(tmp_path)) == 2
    for options in ({"accounts": [ACCOUNT]}, {"regions": ["us-east-1"]}, {"since": "2026-11-20"}):
        [name] = _names(tmp_path, **options)
        assert f"accountId={ACCOUNT}" in name


@pytest.mark.parametrize(
    ("options", "is_read"),
    [
        ({}, True),
        ({"since": "2026-11-26T10:00:00Z"}, True),
        ({"since": datetime(2026, 11, 26, 12, tzinfo=timezone(timedelta(hours=2)))}, True),
        ({"since": "2026-11-26T10:00:01Z"}, False),
        ({"until": "2026-11-26T10:00:00Z"}, False),
        ({"until": "2026-11-26T10:00:00.001"}, True),
        ({"accounts": [ACCOUNT, _OTHER_ACCOUNT]}, True),
        ({"accounts": [_OTHER_ACCOUNT]}, False),
        ({"regions": {"us-east-1"}}, True),
        ({"regions": {"eu-central-1"}}, False),
    ],
)
def test_records_are_selected(options: dict[str, Any], is_read: bool, tmp_path: Path) -> None:  # noqa: FBT001
    [source] = open_inputs([_write(tmp_path / "x.json")], **options)
    assert len(list(source.denials())) == is_read
    assert source.records == 2
    assert len(list(source.failures())) == is_read


@pytest.mark.parametrize(
    ("age", "is_read"), [("90s", False), ("10m", False), ("2h", True), ("7d", True), ("2w", True)]
)
def test_ages(age: str, is_read: bool, tmp_path: Path) -> None:  # noqa: FBT001
    record = {**FAILED, "eventTime": (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")}
    [source] = open_inputs([_write(tmp_path / "x.json", compact(record))], since=age)
    assert len(list(source.denials())) == is_read
    [source] = open_inputs([tmp_path / "x.json"], until=age)
    assert len(list(source.denials())) != is_read


@check_rows(
    ("options", "error", "message"),
    [
        (
            {"since": "yesterday"},
            ValueError,
            "since: expected an ISO 8601 date or time, or an age such as 7d, got 'yesterday'",
        ),
        ({"until": 7}, TypeError, "until must be a datetime, date or string, not int"),
        ({"accounts": ["orders"]}, ValueError, "accounts: expected 12-digit account IDs, got 'orders'"),
        ({"accounts": ACCOUNT}, TypeError, "accounts must be a collection of strings, not a string"),
        ({"regions": "us-east-1"}, TypeError, "regions must be a collection of strings, not a string"),
    ],
)
def test_wrong_arguments(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        open_inputs(["x"], **options)
    assert str(caught.value) == message


def test_a_string_is_not_a_list_of_paths() -> None:
    with pytest.raises(TypeError, match="paths must be an iterable of paths, not a string"):
        open_inputs("app.log")


@pytest.fixture(params=["isal", "zlib"])
def gzip_library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decompress gzip data with ISA-L, or as if it were not installed."""
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)


@pytest.mark.parametrize(
    ("name", "compress"),
    [("gzip", gzip.compress), ("zstd", _zstd.compress), ("xz", lzma.compress), ("bzip2", bz2.compress)],
)
@pytest.mark.usefixtures("gzip_library")
class TestCompression:
    def test_the_content_decides(self, name: str, compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
        [source] = open_inputs([_write(tmp_path / f"{name}.txt", compress(_RECORDS))])
        assert list(source.denials()) == [FAILED]
        assert source.problem is None

    def test_several_members(self, name: str, compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
        line = f"{compact(FAILED)}\n".encode()
        [source] = open_inputs([_write(tmp_path / name, compress(line) + compress(line))])
        assert list(source.denials()) == [FAILED, FAILED]
        assert source.problem is None

    def test_truncated(self, name: str, compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
        line = f"{compact({**FAILED, 'requestParameters': os.urandom(30_000).hex()})}\n".encode()
        [source] = open_inputs([_write(tmp_path / name, compress(line * 2)[:-2000])])
        list(source.denials())
        assert source.problem == f"truncated {name} data"

    def test_damaged(self, name: str, compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
        data = bytearray(compress(_RECORDS * 20))
        middle = len(data) // 2
        data[middle : middle + 40] = bytes(40)
        [source] = open_inputs([_write(tmp_path / name, bytes(data))])
        list(source.denials())
        assert source.problem == f"invalid {name} data"

    @pytest.mark.unmeasured
    def test_data_of_many_parts(self, name: str, compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
        text = "ready\n" * (PART_SIZE // 2)
        [source] = open_inputs([_write(tmp_path / name, compress(text.encode()))])
        assert sum(map(len, source.lines())) == len(text)
        assert source.problem is None


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"PK\x03\x04" + bytes(60), "a zip archive; decompress it first"),
        (gzip.compress(bz2.compress(_RECORDS)), "bzip2-compressed data inside gzip; decompress it first"),
        (b"ready\n" * 100 + b"\0", "binary data (NUL bytes), not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "a PNG image, not text"),
    ],
)
def test_binary_data_is_a_problem(data: bytes, problem: str, tmp_path: Path) -> None:
    [source] = open_inputs([_write(tmp_path / "x", data)])
    assert list(source.failures()) == []
    assert source.problem == problem
    assert list(source.denials()) == []
    assert source.problem is not None


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _write(tmp_path / "x.log", "ready\n")
    found = open_inputs(
        [tmp_path / "no.log", tmp_path / "empty", f"{tmp_path}/*.json", tmp_path / "x.log" / "y"]
    )
    assert [each.problem for each in found] == [
        "No such file or directory",
        "a folder without files",
        "no file matches this pattern",
        "Not a directory",
    ]


def test_a_file_that_vanishes(tmp_path: Path) -> None:
    path = _write(tmp_path / "x.log", _LOG)
    [source] = open_inputs([path])
    path.unlink()
    assert list(source.failures()) == []
    assert source.problem == "No such file or directory"
    _write(path, _LOG)
    assert len(list(source.failures())) == 1
    assert source.problem is None


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(_RECORDS))))
    [source] = open_inputs(["-"])
    assert (source.name, source.size) == ("standard input", None)
    assert list(source.denials()) == [FAILED]


def test_standard_input_of_strings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(_LOG))
    [source] = open_inputs(["-"])
    assert len(list(source.failures())) == 1


def test_inputs_can_be_pickled(tmp_path: Path) -> None:
    [source] = open_inputs([_write(tmp_path / "x.json")], accounts=[_OTHER_ACCOUNT])
    copy = pickle.loads(pickle.dumps(source))
    assert copy == source
    assert list(copy.denials()) == []
    assert copy.records == 2


def test_inputs_import_no_sdk_and_no_tables() -> None:
    code = (
        "import sys\nfrom iamtriage.inputs import open_inputs\n"
        "list(next(open_inputs(['examples/cloudtrail.json'])).denials())\n"
        "print([name for name in ('botocore', 'pyarrow', 'iamtriage.explaining', 'concurrent') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_example() -> None:
    [source] = open_inputs(["examples/cloudtrail.json"])
    assert isinstance(source, Input)
    assert [to_record(failure)["action"] for failure in source.failures()] == [
        "iam:CreateInstanceProfile",
        "secretsmanager:GetSecretValue",
    ]


def test_a_generated_trail(tmp_path: Path) -> None:
    """Exactly the failing records of the generator are read, in each form of its files."""
    tree = write_cloudtrail_tree(tmp_path / "trail", records=3_000, denials=0.1, errors=0.02)
    found: dict[str, int] = {}
    failing = records = 0
    for source in open_inputs([tmp_path / "trail"]):
        whole = json.loads(gzip.decompress(Path(source.name).read_bytes()))["Records"]
        denials = list(source.denials())
        assert denials == [
            record for record in whole if record.get("errorCode") or record.get("errorMessage")
        ]
        assert source.problem is None
        failing, records = failing + len(denials), records + source.records
        for failure in source.failures():
            found[fingerprint(failure)] = found.get(fingerprint(failure), 0) + 1
    assert (records, failing) == (tree.records, tree.denials + tree.errors)
    assert tree.problems.items() <= found.items()
