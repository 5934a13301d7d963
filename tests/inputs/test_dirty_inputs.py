"""Whatever an input holds, reading it ends without an exception, and keeps what is valid."""

from __future__ import annotations

import gzip
import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage.inputs import _json as json_module
from iamtriage.inputs import open_inputs
from tests.inputs.records import AUDIT, FAILED, OCSF, SUCCEEDED, compact

if TYPE_CHECKING:
    from pathlib import Path

    from iamtriage.inputs import Input

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted({*FAILED, *OCSF, *AUDIT, "Records", "Events", "logEvents", "detail", "message"})), inner, max_size=6),
    max_leaves=12,
)  # fmt: skip
_STARTS = (
    b'{"Records":[{"eventVersion":',
    b'{"Records": [',
    b'{"Events":[',
    b'{"messageType":"DATA_MESSAGE","logEvents":[{"message":"',
    b"[",
    b"2026-11-27T10:00:00.000Z {",
    b"PAR1",
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"BZh91AY&SY",
    b"\xfd7zXZ\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf{",
    b"",
)


def _open(folder: Path, data: bytes) -> Input:
    path = folder / "input"
    path.write_bytes(data)
    [source] = open_inputs([path])
    return source


def _read_everything(source: Input) -> None:
    found = list(source.denials())
    assert all(isinstance(record, dict) for record in found)
    assert source.records >= len(found)
    list(source.failures_with_lines())
    source.find_cause()
    source.text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inputs")


@settings(max_examples=60)
@given(start=st.sampled_from(_STARTS), rest=st.binary(max_size=200))
def test_any_bytes(start: bytes, rest: bytes, folder: Path) -> None:
    _read_everything(_open(folder, start + rest))


@settings(max_examples=60)
@given(document=_JSON, is_wrapped=st.booleans())
def test_any_json(document: Any, is_wrapped: bool, folder: Path) -> None:  # noqa: ANN401, FBT001 (drawn)
    whole = {"Records": [SUCCEEDED, document, FAILED]} if is_wrapped else document
    source = _open(folder, json.dumps(whole, separators=(",", ":")).encode())
    _read_everything(source)
    if is_wrapped:
        assert FAILED in list(source.denials())


@settings(max_examples=40)
@given(data=st.data())
def test_any_cut(data: st.DataObject, folder: Path) -> None:
    """The records before the cut are read, and none that is not there."""
    whole = data.draw(
        st.sampled_from(
            [
                compact({"Records": [FAILED, SUCCEEDED, FAILED]}),
                json.dumps({"Records": [FAILED, SUCCEEDED, FAILED]}, indent=1),
                f"{compact(FAILED)}\n{compact(SUCCEEDED)}\n{compact(FAILED)}\n",
            ]
        )
    ).encode()
    size = data.draw(st.integers(0, len(whole)))
    first = len(compact(FAILED)) * 1.2
    for part in (whole[:size], gzip.compress(whole[:size])):
        source = _open(folder, part)
        found = list(source.denials())
        assert found == [FAILED] * len(found)
        assert len(found) >= (size > first + 100)
        if len(found) < 2:
            assert source.problem is not None


@given(
    text=st.sampled_from(
        [
            '{"a": 1.5, "b": [null, true], "c": "\\ud83d\\ude00"}',
            '{"a": "\\ud800"}',
            "[1, 2",
            "",
            '{"a": NaN}',
            '{"a":1}{',
        ]
    ),
    is_text=st.booleans(),
)
def test_json_without_orjson(text: str, is_text: bool) -> None:  # noqa: FBT001 (drawn)
    expected = json_module.load(text if is_text else text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "orjson", None)
        patch.setattr(json_module, "_find_loader", json_module._find_loader.__wrapped__)
        found = json_module.load(text if is_text else text.encode())
    assert repr(found) == repr(expected)


@pytest.mark.parametrize(
    ("start", "problem"),
    [
        (f'{compact(FAILED)}\n{{"x":"', "a line of more than 4 MB"),
        (f'{{"Records":[{compact(FAILED)},{compact(FAILED)},{{"x":"', "a record of more than 4 MB"),
    ],
)
def test_data_that_expands_without_end(
    start: str, problem: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded, and what comes before is read. The limit is lower here, to save time."""
    monkeypatch.setattr("iamtriage.inputs._records.formats._MAX_LINE", 4 << 20)
    packed = io.BytesIO()
    with gzip.open(packed, "wb", 1) as file:
        file.write(start.encode())
        for _ in range(7):
            file.write(b"x" * (1 << 20))
    source = _open(folder, packed.getvalue())
    assert FAILED in list(source.denials())
    assert source.problem == problem


def test_zstd_without_a_module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    source = _open(folder, b"\x28\xb5\x2f\xfd" + bytes(60))
    assert list(source.failures()) == []
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert (
        source.problem == f"zstd-compressed data, which Python {version} cannot read; install iamtriage[zstd]"
    )
