"""Reports of trees, dirty inputs, stores that are read again, and stores after a crash."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import parse, to_record
from iamtriage.exceptions import ReportError
from iamtriage.explaining._policy_for import normalize_principal
from iamtriage.failures import fingerprint
from iamtriage.inputs import open_inputs
from iamtriage.report import Progress, Report, _collecting, build_report
from iamtriage.report._rows import COLUMNS, _find_role, read_batch
from iamtriage.report._store import Store
from iamtriage.testing import CloudTrailTree, write_cloudtrail_tree
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ACCOUNT = "111122223333"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CloudTrailTree]:
    """Return a tree of about a dozen files, and what was planted in it."""
    folder = tmp_path_factory.mktemp("tree")
    return folder, write_cloudtrail_tree(folder, records=3_000, records_per_file=250, problems=40)


def event(number: int, **members: object) -> dict[str, Any]:
    """Return the record of a denied call."""
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-{number:08x}"
    message = (
        f"User: {arn} is not authorized to perform: sqs:SendMessage on resource: "
        f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders because no identity-based policy allows the sqs:SendMessage action"
    )
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "AssumedRole", "arn": arn, "accountId": ACCOUNT},
        "eventTime": f"2026-11-0{1 + number % 9}T10:00:00Z",
        "eventSource": "sqs.amazonaws.com",
        "eventName": "SendMessage",
        "awsRegion": "eu-west-1",
        "errorCode": "AccessDenied",
        "errorMessage": message,
        "eventID": f"{number:032x}",
        "recipientAccountId": ACCOUNT,
        **members,
    }


def write_events(path: Path, *events: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps({"Records": events}, separators=(",", ":")).encode()))
    return path


def facts(report: Report) -> dict[str, Any]:
    """Return everything that must not depend on how the inputs were read."""
    data = report.to_dict()
    del data["runs"]
    return data


@pytest.fixture
def events(tmp_path: Path) -> Path:
    folder = tmp_path / "events"
    for number in range(6):
        write_events(
            folder / f"{number}.json.gz", event(number), event(number + 10, errorCode=None, errorMessage=None)
        )
    return folder


# ---------------------------------------------------------------------------------------------- numbers


def test_a_report_counts_what_was_planted(tree: tuple[Path, CloudTrailTree]) -> None:
    folder, planted = tree
    with build_report([folder]) as report:
        totals = report.totals
        problems = {each["fingerprint"]: each for each in report.problems()}
        # What is explained is the problem itself.
        assert {fingerprint(each) for each in report.failures()} == set(planted.problems)
    assert totals["records"] == planted.records
    assert totals["denials"] == planted.denials
    assert totals["other_errors"] == planted.errors
    assert {key: each["count"] for key, each in problems.items()} == dict(planted.problems)
    assert {key: each["first_seen"] for key, each in problems.items()} == dict(planted.first_seen)
    assert {key: each["last_seen"] for key, each in problems.items()} == dict(planted.last_seen)


def test_rows_are_those_of_parse_and_of_arrow(tree: tuple[Path, CloudTrailTree], tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    from iamtriage.arrow import cloudtrail

    folder, _ = tree
    with build_report([folder]) as report:
        report.write_parquet(tmp_path / "rows.parquet")
    columns = ["time", "region", "service", "operation", "action", "resource", "policy_type", "deny"]
    columns += ["kind", "fingerprint", "event_id"]
    rows = parquet.read_table(tmp_path / "rows.parquet", columns=columns).to_pylist()
    records = [record for each in open_inputs([folder]) for record in each.denials()]
    failures = [failure for record in records if (failure := parse(record)) and failure.kind != "aws_error"]
    plain = [{**to_record(each), "fingerprint": fingerprint(each)} for each in failures]
    batch = pa.record_batch({"record": [json.dumps(record) for record in records]})
    by_arrow = [
        row for row in cloudtrail(batch, "record").to_pylist() if row["kind"] not in {None, "aws_error"}
    ]

    def count(found: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
        return Counter(tuple(row[column] for column in columns) for row in found)

    assert count(rows) == count(plain) == count(by_arrow)
    assert len(rows) > 100


def test_parquet_of_other_engines_has_the_same_numbers(
    tree: tuple[Path, CloudTrailTree], tmp_path: Path
) -> None:
    """A folder as Spark writes it: partitioned, with a marker and checksums."""
    import pyarrow as pa
    from pyarrow import parquet

    from iamtriage.arrow import cloudtrail

    folder, planted = tree
    records = [record for each in open_inputs([folder]) for record in each.denials()]
    table = cloudtrail(pa.table({"record": [json.dumps(each) for each in records]}), "record")
    dates = pa.array([time[:10] for time in table["time"].to_pylist()])
    parquet.write_to_dataset(table.append_column("date", dates), tmp_path / "rows", partition_cols=["date"])
    (tmp_path / "rows" / "_SUCCESS").touch()
    (tmp_path / "rows" / "._SUCCESS.crc").write_bytes(b"crc\0\0\0\2\0\0\0\0\0")
    with build_report([folder]) as report, build_report([tmp_path / "rows"]) as of_parquet:
        assert of_parquet.inputs(only_problems=True) == []
        assert of_parquet.totals["denials"] == planted.denials
        ours, others = of_parquet.to_dict(), report.to_dict()
    problems = {each["fingerprint"]: each["count"] for each in ours["problems"]}
    assert problems == dict(planted.problems)
    for name in ("by_day", "by_principal", "by_action", "by_service", "by_region", "by_layer"):
        assert ours[name] == others[name], name


def test_numbers_add_up(tree: tuple[Path, CloudTrailTree]) -> None:
    folder, _ = tree
    with build_report([folder]) as report:
        data = report.to_dict()
    for name in ("by_day", "by_principal", "by_action", "by_service", "by_account", "by_region", "by_layer"):
        assert sum(row["denials"] for row in data[name]) == data["totals"]["denials"], name
    assert sum(each["records"] for each in data["inputs"]) == data["totals"]["records"]
    assert sum(each["denials"] for each in data["inputs"]) == data["totals"]["denials"]
    assert [row["day"] for row in data["by_day"]] == sorted({row["day"] for row in data["by_day"]})
    assert json.loads(json.dumps(data)) == data


def test_processes_read_what_one_process_reads(tree: tuple[Path, CloudTrailTree]) -> None:
    folder, _ = tree
    with build_report([folder]) as one, build_report([folder], workers=2) as two:
        assert facts(one) == facts(two)


@check_rows(
    "principal",
    [
        *(
            "arn:aws:sts::111122223333:assumed-role/app/run-1",
            "arn:aws:sts::111122223333:assumed-role/a b/run",
        ),
        *("arn:aws:iam::111122223333:role/app", "arn:aws-cn:iam::111122223333:role/team/shop/app"),
        *(
            "arn:aws:iam::111122223333:role//app",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::1:role/app",
        ),
        *("arn:aws:iam::111122223333:role/team/a b", "arn:aws:iam::111122223333:role/aws-service-role/x.y/A"),
        *("arn:aws:iam::111122223333:user/role/ana", "arn:aws:iam::111122223333:root", "anonymous", ""),
        *("arn:aws:sts::111122223333:federated-user/ana", "backup.amazonaws.com", "role/app", "app\n"),
        *("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ana@example.com",),
        *(
            "arn::iam::111122223333:role/app",
            "arn:aws:iam::111122223333:role/é/app",
            "arn:aws:iam::*:role/app",
        ),
    ],
)
def test_roles_are_those_of_policies(principal: str) -> None:
    assert _find_role(principal) == normalize_principal(principal)


def test_a_problem_has_its_role_its_example_and_its_explanation(events: Path) -> None:
    with build_report([events]) as report:
        [problem] = report.problems()
    assert problem["count"] == 6
    assert problem["principal"] == f"arn:aws:iam::{ACCOUNT}:role/app"
    assert (problem["action"], problem["policy_type"], problem["resource_account"]) == (
        "sqs:SendMessage",
        "identity",
        ACCOUNT,
    )
    assert problem["example"]["event_id"] == f"{0:032x}"
    assert problem["explanation"]["cause"] == "no-identity-allow"
    assert problem["explanation"]["url"].endswith("/causes/no-identity-allow.html")
    assert (problem["first_seen"], problem["last_seen"]) == ("2026-11-01T10:00:00Z", "2026-11-06T10:00:00Z")


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"since": "2026-11-03"}, 4),
        ({"until": "2026-11-03"}, 2),
        ({"since": "2026-11-02T10:00:00", "until": "2026-11-02T10:00:01"}, 1),
        ({"accounts": [ACCOUNT]}, 6),
        ({"accounts": ["222233334444"]}, 0),
        ({"regions": ["eu-west-1"]}, 6),
        ({"regions": ["us-east-1"]}, 0),
    ],
)
def test_options_select_denials(events: Path, options: dict[str, Any], count: int) -> None:
    with build_report([events], **options) as report:
        assert report.totals["denials"] == count


def test_a_store_has_what_options_left_out(events: Path, tmp_path: Path) -> None:
    with build_report([events], store=tmp_path / "s", since="2026-11-03") as report:
        assert report.totals["denials"] == 4
    with build_report([], store=tmp_path / "s") as report:
        assert report.totals["denials"] == 6


def test_text_is_read_as_a_log(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(f"ok\nAccessDenied: {event(1)['errorMessage']}\nok\n")
    with build_report([log]) as report:
        [problem] = report.problems()
        assert report.totals["inputs_with_problems"] == 0
    assert (problem["action"], problem["first_seen"]) == ("sqs:SendMessage", None)


def test_other_parquet_files_are_named(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"price": [1.5]}), tmp_path / "prices.parquet")
    with build_report([tmp_path]) as report:
        [found] = report.inputs(only_problems=True)
    assert found["reason"].startswith("Parquet data without columns of CloudTrail")


# ------------------------------------------------------------------------------------------ dirty inputs


def test_each_input_that_cannot_be_read_is_named(events: Path) -> None:
    (events / "cut.json.gz").write_bytes((events / "0.json.gz").read_bytes()[:-40])
    (events / "picture.gz").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    with build_report([events, "no-such-file"]) as report:
        reasons = {os.path.basename(each["name"]): each["reason"] for each in report.inputs()}  # noqa: PTH119
        assert report.totals["denials"] == 6
        assert report.totals["inputs_with_problems"] == 3
    assert reasons["cut.json.gz"] == "truncated gzip data"
    assert reasons["picture.gz"] == "a PNG image, not text"
    assert reasons["no-such-file"] == "No such file or directory"
    assert reasons["0.json.gz"] is None


def test_files_and_events_that_are_delivered_twice_count_once(events: Path) -> None:
    with build_report([events]) as report:
        expected = report.totals
    (events / "copy.json.gz").write_bytes((events / "0.json.gz").read_bytes())
    write_events(events / "again.json.gz", event(3), event(77, eventID=None), event(77, eventID=None))
    with build_report([events]) as report:
        totals = report.totals
        [problem] = report.problems()
        [copy] = report.inputs(only_problems=True)
    assert totals["records"] == expected["records"] + 3
    assert totals["denials"] == problem["count"] == expected["denials"] + 2
    assert totals["duplicate_inputs"] == 1
    assert copy["reason"] == f"the same content as {events / '0.json.gz'}"


def test_a_record_of_10_mb_is_read(tmp_path: Path) -> None:
    large = event(1, requestParameters={"body": "x" * 10_000_000})
    write_events(tmp_path / "large.json.gz", large)
    with build_report([tmp_path / "large.json.gz"]) as report:
        [problem] = report.problems()
    assert problem["example"]["action"] == "sqs:SendMessage"


_VALUES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just({"a": []})
)
_CODES = st.sampled_from(
    ["AccessDenied", "Client.UnauthorizedOperation", "ThrottlingException", "ExpiredToken"]
)
_DIRTY = st.builds(
    lambda number, code, members: event(number, errorCode=code, **members),
    st.integers(0, 50),
    _CODES,
    st.dictionaries(
        st.sampled_from(sorted(set(event(0)) - {"eventSource", "errorCode", "eventID"})), _VALUES, max_size=3
    ),
)


@given(records=st.lists(_DIRTY, max_size=6, unique_by=lambda each: str(each["eventID"])))
@settings(max_examples=15, deadline=None)
def test_dirty_records_are_counted_as_parse_reads_them(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]
) -> None:
    path = write_events(tmp_path_factory.mktemp("dirty") / "1.json.gz", *records)
    [batch] = [read_batch(list(open_inputs([path])))]
    loaded = json.loads(gzip.decompress(path.read_bytes()))["Records"]
    failures = [each for record in loaded if (each := parse(record)) and each.kind != "aws_error"]
    columns = dict(zip(COLUMNS, batch.columns, strict=True))
    assert list(columns["fingerprint"]) == [fingerprint(each) for each in failures]
    for name in ("time", "region", "operation", "action", "resource", "policy_type", "kind", "event_id"):
        assert list(columns[name]) == [to_record(each)[name] for each in failures]


def test_the_kind_of_a_failure_depends_on_what_readers_remember() -> None:
    """A record that is no denial is recognized by its code, message and event when it repeats."""
    names = ("errorCode", "errorMessage", "eventSource", "eventName")
    others = set(event(0)) - set(names)
    for code, message in (
        ("NoSuchKey", "The specified key does not exist."),
        ("ThrottlingException", "Rate exceeded"),
    ):
        error = event(1, errorCode=code, errorMessage=message)
        variants = [{key: value for key, value in error.items() if key != name} for name in sorted(others)]
        variants += [{**error, name: 7} for name in sorted(others)]
        variants += [
            {**error, "resources": [{"ARN": "arn:aws:s3:::orders/1.csv"}]},
            {**error, "readOnly": True},
        ]
        failures = [parse(each) for each in variants]
        assert {each.kind for each in failures if each} == {"aws_error"}
        assert None not in failures


def test_values_that_no_column_holds_do_not_stop_a_report(tmp_path: Path) -> None:
    dirty = event(1, errorMessage="lone \ud800 surrogate", eventID=10**30, awsRegion=["x"], eventTime=None)
    write_events(tmp_path / "dirty.json.gz", dirty, event(2, recipientAccountId=7, userIdentity="?"))
    with build_report([tmp_path]) as report:
        assert report.totals["denials"] == 2
        assert json.loads(report.to_json())["totals"] == report.totals


# ------------------------------------------------------------------------------------------------ stores


def test_a_second_run_reads_only_what_is_new(events: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.duckdb"
    seen: list[tuple[int, int]] = []
    with build_report([events], store=store):
        pass
    write_events(events / "new.json.gz", event(20))
    with build_report(
        [events], store=store, on_progress=lambda p: seen.append((p.inputs, p.known))
    ) as report:
        assert report.totals["denials"] == 7
    assert seen == [(1, 6)]
    with build_report([events]) as fresh, build_report([], store=store) as stored:
        assert facts(fresh) == facts(stored)


def test_an_input_that_changed_is_read_again(events: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.duckdb"
    path = write_events(events / "growing.json.gz", event(30))
    with build_report([events], store=store):
        pass
    write_events(path, event(30), event(31), event(32))
    with build_report([events], store=store) as report, build_report([events]) as fresh:
        assert report.totals["denials"] == 9
        assert facts(report) == facts(fresh)


def test_an_input_that_could_not_be_read_is_tried_again(events: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.duckdb"
    later = events / "later.json.gz"
    for _ in range(2):
        with build_report([later], store=store) as report:
            assert report.totals["inputs_with_problems"] == 1
    write_events(later, event(30))
    with build_report([later], store=store) as report:
        assert (report.totals["denials"], report.totals["inputs_with_problems"]) == (1, 0)


def test_problems_are_new_or_gone_since_a_run(events: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.duckdb"
    with build_report([events], store=store, since_run="last") as report:
        assert repr(report) == "<Report: 6 denials, 1 problems>"
        assert [each["is_new"] for each in report.problems()] == [True]
    assert repr(report) == "<Report: closed>"
    message = event(40)["errorMessage"].replace("orders", "invoices")
    write_events(events / "new.json.gz", event(40, errorMessage=message))
    with build_report([events], store=store, since_run="last") as report:
        news = {each["resource"].rpartition(":")[2]: each["is_new"] for each in report.problems()}
        assert news == {"orders": False, "invoices": True}
        assert [each["resource"].rpartition(":")[2] for each in report.gone()] == ["orders"]
        assert (report.totals["new_problems"], report.totals["gone_problems"]) == (1, 1)
    with pytest.raises(ReportError, match="unknown run 7; expected one of 1, 2"):
        build_report([], store=store, since_run=7)
    with pytest.raises(TypeError, match="paths must be an iterable of paths, not a string"):
        build_report("events.json")
    with pytest.raises(ValueError, match="since_run requires a store"):
        build_report([events], since_run="last")


def test_a_store_in_a_folder_that_is_read_is_no_input(events: Path) -> None:
    for _ in range(2):
        with build_report([events], store=events / "store.duckdb") as report:
            assert report.totals["inputs_with_problems"] == 0
            assert report.totals["inputs"] == 6


@pytest.mark.parametrize("content", [b"not a database" * 100, None])
def test_a_file_that_is_no_store_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    import duckdb

    path = tmp_path / "other"
    if content is None:
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE prices (price INTEGER)")
    else:
        path.write_bytes(content)
    with pytest.raises(ReportError) as caught:
        build_report([], store=path)
    assert str(path) in str(caught.value)
    assert caught.value.path == str(path)


# ----------------------------------------------------------------------------------------------- crashes

# Small batches, so that there are several transactions; each takes a while.
_SLOW_REPORT = """
import sys, time
from iamtriage.report import _collecting, build_report
_collecting._MAX_BATCH_INPUTS = 1
def wait(progress):
    print(progress.inputs_read, flush=True)
    time.sleep(0.05)
build_report([sys.argv[1]], store=sys.argv[2], on_progress=wait).close()
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of POSIX")
def test_a_killed_run_goes_on_with_the_same_result(events: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.duckdb"
    with start(_SLOW_REPORT, events, store) as process:
        assert process.stdout
        while process.stdout.readline().strip() != "2":
            pass
        process.send_signal(signal.SIGKILL)
    seen: list[int] = []
    with build_report([events], store=store, on_progress=lambda p: seen.append(p.known)) as report:
        with build_report([events]) as fresh:
            assert facts(report) == facts(fresh)
        # What was committed before the signal was not read again, and both parts are one run.
        assert seen[-1] >= 2
        assert len(report.to_dict()["runs"]) == 1


def test_ctrl_c_leaves_a_report_of_what_was_read(events: Path, tmp_path: Path) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.inputs_read == 2:
            raise KeyboardInterrupt

    store = tmp_path / "store.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_collecting, "_MAX_BATCH_INPUTS", 1)
        with build_report([events], store=store, on_progress=interrupt) as report:
            assert report.was_interrupted
            assert report.totals["denials"] == 2
    with build_report([events], store=store) as report:
        assert not report.was_interrupted
        assert report.totals["denials"] == 6


def test_an_interrupted_query_is_ctrl_c(tmp_path: Path) -> None:
    with Store(tmp_path / "store.duckdb") as store:
        timer = threading.Timer(0.3, store.connection.interrupt)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            store.query("SELECT sum(range * random()) FROM range(1000000000000)")
        timer.join()
        assert store.query("SELECT 1") == [(1,)]


def test_a_killed_reader_is_an_error_and_the_store_goes_on(events: Path, tmp_path: Path) -> None:
    def kill_readers(_: Progress) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    store = tmp_path / "store.duckdb"
    for number in range(20, 40):
        write_events(events / f"{number}.json.gz", event(number))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_collecting, "_MAX_BATCH_INPUTS", 1)
        with pytest.raises(ReportError, match="a process that reads inputs was killed"):
            build_report([events], store=store, workers=2, on_progress=kill_readers)
    with build_report([events], store=store) as report:
        assert report.totals["denials"] == 26


_LIMITED_REPORT = """
import resource, signal, sys
from iamtriage.exceptions import ReportError
from iamtriage.explaining._policy_for import normalize_principal
from iamtriage.report import build_report
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    build_report([sys.argv[1]], store=sys.argv[2]).close()
except ReportError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_store_that_cannot_grow_is_named_and_stays_usable(
    tree: tuple[Path, CloudTrailTree], tmp_path: Path
) -> None:
    """A limit of the file size has the effect of a full disk: writing fails."""
    folder, planted = tree
    store = tmp_path / "store.duckdb"
    with build_report([], store=store):
        pass
    with start(_LIMITED_REPORT, folder, store, 100_000) as process:
        output, errors = process.communicate()
    assert output.startswith(f"{store}: "), errors
    with build_report([folder], store=store) as report:
        assert report.totals["denials"] == planted.denials
