"""Records of events in every container that AWS puts around them."""

from __future__ import annotations

import gzip
import json
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import parse, to_record
from iamtriage.inputs import open_inputs
from iamtriage.inputs._records.splitting import _find_splitter
from tests.inputs.records import (
    AUDIT,
    AUDIT_ALLOWED,
    FAILED,
    OCSF,
    OCSF_SUCCEEDED,
    SUCCEEDED,
    compact,
    failing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from iamtriage.inputs import Input

_STAMP = "2026-11-27T10:00:00.000Z "


@pytest.fixture(autouse=True, params=["msgspec", "without msgspec"])
def _splitter(request: pytest.FixtureRequest) -> Iterator[None]:
    """Split log files with msgspec, or as if it were not installed."""
    _find_splitter.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "msgspec":
            patch.setitem(sys.modules, "msgspec", None)
        yield
    _find_splitter.cache_clear()


def _lines(*records: object) -> str:
    return "".join(f"{compact(record)}\n" for record in records)


def _lookup(*records: object) -> dict[str, Any]:
    return {
        "Events": [
            {"EventId": str(n), "CloudTrailEvent": compact(record)} for n, record in enumerate(records)
        ]
    }


def _event_bridge(record: object) -> dict[str, Any]:
    return {
        "version": "0",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.s3",
        "detail": record,
    }


def _subscription(*records: object) -> dict[str, Any]:
    events = [{"id": str(n), "timestamp": 1, "message": compact(record)} for n, record in enumerate(records)]
    return {"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "trail", "logEvents": events}


_TRAIL = (SUCCEEDED, FAILED, SUCCEEDED)
_CONTAINERS: dict[str, tuple[str, int]] = {
    "log file": (compact({"Records": _TRAIL}), 3),
    "log file with a newline at its end": (compact({"Records": _TRAIL}) + "\n", 3),
    "log file of one record": (compact({"Records": [FAILED]}), 1),
    "log file with keys in another order": (compact({"Records": [dict(reversed(each.items())) for each in _TRAIL]}), 3),
    "log file with spaces": (json.dumps({"Records": _TRAIL}), 3),
    "log file over many lines": (json.dumps({"Records": _TRAIL}, indent=2), 3),
    "log file with another key": (compact({"Records": _TRAIL, "more": {"errorCode": "x"}}), 3),
    "array": (compact(_TRAIL), 3),
    "array over many lines": (json.dumps(_TRAIL, indent=1), 3),
    "one record": (compact(FAILED), 1),
    "one record over many lines": (json.dumps(FAILED, indent=1), 1),
    "one record per line": (_lines(*_TRAIL), 3),
    "one record per line, with empty lines": (_lines(*_TRAIL).replace("\n", "\n\n"), 3),
    "one record per line, without the last newline": (_lines(*_TRAIL).rstrip(), 3),
    "one record after another": (_lines(*_TRAIL).replace("\n", ""), 3),
    "lookup-events": (json.dumps(_lookup(*_TRAIL), indent=4), 3),
    "lookup-events on one line": (compact(_lookup(*_TRAIL)), 3),
    "EventBridge": (_lines(*map(_event_bridge, _TRAIL)), 3),
    "an EventBridge event over many lines": (json.dumps(_event_bridge(FAILED), indent=1), 1),
    "CloudWatch Logs subscription": (compact(_subscription(*_TRAIL)), 3),
    "Firehose, documents without newlines": (compact(_subscription(*_TRAIL)) + compact(_subscription(SUCCEEDED)), 4),
    "CloudWatch Logs export": ("".join(f"{_STAMP}{compact(record)}\n" for record in _TRAIL), 3),
    "filter-log-events": (json.dumps({"events": _subscription(*_TRAIL)["logEvents"], "nextToken": "x"}, indent=4), 3),
    "with a byte order mark": ("\ufeff" + compact({"Records": _TRAIL}), 3),
}  # fmt: skip


def _open(tmp_path: Path, text: str | bytes) -> Input:
    path = tmp_path / "input"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    [source] = open_inputs([path])
    return source


@pytest.mark.parametrize("name", _CONTAINERS)
def test_containers(name: str, tmp_path: Path) -> None:
    text, count = _CONTAINERS[name]
    source = _open(tmp_path, text)
    assert list(source.denials()) == [FAILED]
    assert (source.records, source.problem, source.skipped) == (count, None, None)
    [failure] = source.failures()
    assert to_record(failure) == to_record(parse(FAILED))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("records", "failed"),
    [
        ((OCSF_SUCCEEDED, OCSF), OCSF),
        ((AUDIT_ALLOWED, AUDIT), AUDIT),
    ],
)
@pytest.mark.parametrize(
    "write",
    [
        _lines,
        lambda *records: "".join(f"{_STAMP}{compact(record)}\n" for record in records),
        lambda *records: compact(_subscription(*records)),
        lambda *records: json.dumps(records, indent=1),
    ],
)
def test_other_events(
    write: Callable[..., str], records: tuple[dict[str, Any], ...], failed: dict[str, Any], tmp_path: Path
) -> None:
    source = _open(tmp_path, write(*records))
    assert list(source.denials()) == [failed]
    assert (source.records, source.problem) == (2, None)
    assert [failure.kind for failure in source.failures()] == [parse(failed).kind]  # type: ignore[union-attr]


def test_a_list_of_audit_events(tmp_path: Path) -> None:
    document = {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [AUDIT_ALLOWED, AUDIT]}
    for text in (compact(document), json.dumps(document, indent=1)):
        source = _open(tmp_path, text)
        assert list(source.denials()) == [AUDIT]
        assert source.records == 2


def test_a_failed_sign_in_has_no_error_code(tmp_path: Path) -> None:
    record = {**SUCCEEDED, "eventName": "ConsoleLogin", "errorMessage": "Failed authentication"}
    assert list(_open(tmp_path, compact({"Records": [SUCCEEDED, record]})).denials()) == [record]


def test_errors_within_parameters_are_not_those_of_the_call(tmp_path: Path) -> None:
    nested = {**SUCCEEDED, "requestParameters": {"x": '{"errorCode":"AccessDenied"}', "errorCode": "x"}}
    null = {**SUCCEEDED, "errorCode": None, "errorMessage": None}
    for text in (compact({"Records": [nested, null]}), _lines(nested, null)):
        source = _open(tmp_path, text)
        assert list(source.denials()) == []
        assert (source.records, source.problem) == (2, None)


def test_records_within_parameters_are_not_records(tmp_path: Path) -> None:
    """What looks like the place between two records is read by its syntax."""
    for inner in ([SUCCEEDED, FAILED, SUCCEEDED], [{}, FAILED, SUCCEEDED], [SUCCEEDED] * 4, [FAILED]):
        for end in ({}, {"errorCode": "AccessDenied"}):
            outer = {**SUCCEEDED, "requestParameters": {"events": inner}, **end}
            records = [FAILED, outer, SUCCEEDED, FAILED]
            source = _open(tmp_path, compact({"Records": records}))
            assert list(source.denials()) == [record for record in records if "errorCode" in record]
            assert (source.records, source.problem) == (4, None)


def test_records_in_parameters_are_not_hidden_by_brackets(tmp_path: Path) -> None:
    """A caller can choose strings, too."""
    inner = [SUCCEEDED, FAILED, SUCCEEDED]
    outer = {**SUCCEEDED, "userAgent": "]", "requestParameters": {"events": inner, "more": "}]"}}
    records = [SUCCEEDED, outer, SUCCEEDED, FAILED]
    source = _open(tmp_path, compact({"Records": records}))
    assert list(source.denials()) == [FAILED]
    assert (source.records, source.problem) == (4, None)


def test_brackets_in_strings(tmp_path: Path) -> None:
    odd = {**SUCCEEDED, "userAgent": "[[["}
    source = _open(tmp_path, compact({"Records": [odd, FAILED, odd, odd, FAILED, odd, SUCCEEDED]}))
    assert list(source.denials()) == [FAILED, FAILED]
    assert (source.records, source.problem) == (7, None)


@pytest.mark.parametrize("text", ['{"Records":[]}', '{ "Records": [ ] }\n'])
def test_no_records(text: str, tmp_path: Path) -> None:
    source = _open(tmp_path, text)
    assert list(source.denials()) == []
    assert (source.records, source.problem) == (0, None)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"awsAccountId": "111122223333", "digestS3Object": "x", "logFiles": []}, "digest"),
        ({"Records": [{"eventVersion": "1.08", "eventCategory": "Insight", "insightDetails": {"errorCode": "x"}}]}, "Insights"),
        ([{"eventVersion": "1.0", "eventCategory": "Aggregated", "eventType": "AwsAggregatedEvent"}], "aggregated"),
    ],
)  # fmt: skip
def test_files_without_calls_are_skipped(document: object, reason: str, tmp_path: Path) -> None:
    for text in (compact(document), json.dumps(document, indent=1)):
        source = _open(tmp_path, text)
        assert list(source.denials()) == []
        assert reason in (source.skipped or "")
        assert source.problem is None


def test_parameters_cannot_hide_a_file(tmp_path: Path) -> None:
    """What a caller writes into the parameters of a call does not make a log file one of Insights events."""
    for extra in ({"eventCategory": "Insight"}, {"eventCategory": "Aggregated"}, {"digestS3Object": "x"}):
        first = {**SUCCEEDED, "requestParameters": extra}
        for text in (
            compact({"Records": [first, FAILED]}),
            json.dumps([first, FAILED]),
            _lines(first, FAILED),
        ):
            source = _open(tmp_path, text)
            assert list(source.denials()) == [FAILED]
            assert (source.records, source.skipped, source.problem) == (2, None, None)


def test_insights_events_among_others(tmp_path: Path) -> None:
    insight = {"eventVersion": "1.08", "eventCategory": "Insight", "insightDetails": {"errorCode": "x"}}
    for records in ([insight, FAILED], [FAILED, insight]):
        source = _open(tmp_path, json.dumps({"Records": records}))
        assert list(source.denials()) == [FAILED]
        assert source.skipped is None


@pytest.mark.parametrize(
    "text", ["2026-11-27 INFO ready\n", '{"level":"error","msg":"AccessDenied"}\n', "", "[1, 2]"]
)
def test_text_is_not_records(text: str, tmp_path: Path) -> None:
    source = _open(tmp_path, text)
    assert list(source.denials()) == []
    assert source.problem == "expected event records, got text; use failures() to read it"


@pytest.mark.parametrize(
    "write", [lambda records: compact({"Records": records}), lambda records: _lines(*records)]
)
@pytest.mark.parametrize("rest", [2, 5, 300, 1500])
def test_a_file_that_ends_early(write: Callable[[list[Any]], str], rest: int, tmp_path: Path) -> None:
    """What is complete is read, and the problem says that more is missing."""
    data = write([FAILED, SUCCEEDED, FAILED, SUCCEEDED, FAILED]).rstrip().encode()
    source = _open(tmp_path, data[:-rest])
    found = list(source.denials())
    assert found == [FAILED] * len(found)
    assert len(found) >= 2
    assert "JSON" in (source.problem or "")
    source = _open(tmp_path, gzip.compress(data)[:-8])
    assert list(source.denials()) == [FAILED] * 3
    assert source.problem == "truncated gzip data"


def test_damaged_records(tmp_path: Path) -> None:
    """What comes before the damage is read."""
    text = compact({"Records": [FAILED, FAILED, FAILED]})
    second = text.index("errorCode", text.index("errorCode") + 1)
    source = _open(tmp_path, text[:second] + "\\" + text[second:])
    assert list(source.denials()) == [FAILED]
    assert source.problem == "invalid JSON"
    source = _open(tmp_path, _lines(FAILED) + '{"errorCode": oops}\n' + _lines(FAILED))
    assert list(source.denials()) == [FAILED, FAILED]
    assert source.problem == "invalid JSON, or JSON that ends early"


def test_json_that_not_every_parser_takes(tmp_path: Path) -> None:
    """A lone surrogate, a number of any size, and bytes that are not UTF-8."""
    record = {**FAILED, "requestParameters": {"key": "\ud800", "size": 10**30}}
    text = json.dumps({"Records": [SUCCEEDED, record, SUCCEEDED]}, separators=(",", ":"))
    assert list(_open(tmp_path, text).denials()) == [record]
    data = compact({"Records": [FAILED, SUCCEEDED]}).encode().replace(b"orders", b"ord\xffers", 1)
    assert [each["errorCode"] for each in _open(tmp_path, data).denials()] == ["AccessDenied"]


_AUTHENTICATOR = (
    'time="2026-11-27T10:00:00Z" level=warning msg="access denied" arn="arn:aws:iam::111122223333:role/{0}" '
    'error="ARN is not mapped: arn:aws:iam::111122223333:role/{0}" method=POST path=/authenticate'
)
_MESSAGES = ("level=info msg=ready", _AUTHENTICATOR.format("dev"), _AUTHENTICATOR.format("ops"))


def _text_events(*messages: str) -> list[dict[str, Any]]:
    return [{"id": str(n), "timestamp": 1, "message": f"{message}\n"} for n, message in enumerate(messages)]


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{_STAMP}{message}\n" for message in _MESSAGES),
        compact({**_subscription(), "logEvents": _text_events(*_MESSAGES)}),
        "".join(compact({**_subscription(), "logEvents": _text_events(message)}) for message in _MESSAGES),
        json.dumps({"events": _text_events(*_MESSAGES), "searchedLogStreams": []}, indent=4),
        compact({**_subscription(), "logEvents": _text_events(*_MESSAGES)}) + '{"cut',
    ],
)
def test_log_events_of_text_are_a_log(text: str, tmp_path: Path) -> None:
    """As EKS writes those of the authenticator to CloudWatch Logs."""
    source = _open(tmp_path, text)
    assert [failure.principal for failure in source.failures()] == [
        f"arn:aws:iam::111122223333:role/{name}" for name in ("dev", "ops")
    ]
    assert [failure.kind for failure, _ in source.failures_with_lines()] == ["kubernetes_unauthorized"] * 2
    assert list(source.denials()) == []
    assert source.problem == "expected event records, got text; use failures() to read it"


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "input"
    with gzip.open(path, "wb", 1) as file:
        file.write(b'{"Records":[')
        part = ",".join([compact({**SUCCEEDED, "requestParameters": {"x": "y" * 20_000}})] * 50).encode()
        for _ in range(40):
            file.write(part + b",")
        file.write(compact(FAILED).encode() + b"]}")
    [source] = open_inputs([path])
    tracemalloc.start()
    try:
        assert list(source.denials()) == [FAILED]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert source.records == 2001
    assert peak < 25_000_000


def test_a_record_of_ten_megabytes(tmp_path: Path) -> None:
    record = {**FAILED, "requestParameters": {"x": "y" * 10_000_000}}
    source = _open(tmp_path, compact({"Records": [SUCCEEDED, record, FAILED]}))
    assert list(source.denials()) == [record, FAILED]
    assert source.records == 3


@given(fails=st.lists(st.booleans(), max_size=12), is_packed=st.booleans(), data=st.data())
def test_every_container_gives_the_same_records(
    fails: list[bool],
    is_packed: bool,  # noqa: FBT001 (drawn)
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    records = [failing(n) if fail else {**SUCCEEDED, "eventID": str(n)} for n, fail in enumerate(fails)]
    expected = [record for record in records if "errorCode" in record]
    write: Callable[[list[Any]], str] = data.draw(
        st.sampled_from(
            [
                lambda found: compact({"Records": found}),
                lambda found: json.dumps({"Records": found}, indent=1),
                lambda found: _lines(*found) or "[]",
                lambda found: compact(_lookup(*found)),
            ]
        )
    )
    text = write(records).encode()
    source = _open(tmp_path_factory.mktemp("input"), gzip.compress(text) if is_packed else text)
    assert list(source.denials()) == expected
    assert source.records == len(records)
