"""Records and logs that arrive through a pipe, in parts of any size."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import pytest

from iamtriage.inputs import open_inputs
from tests.inputs.records import FAILED, MESSAGE, SUCCEEDED, compact

if TYPE_CHECKING:
    from collections.abc import Iterable

_CALL = f"ERROR An error occurred (AccessDenied) when calling the GetObject operation: {MESSAGE}\n"
_RECORDS = {"Records": [FAILED, SUCCEEDED, FAILED]}
_LOOKUP = {"Events": [{"EventId": str(n), "CloudTrailEvent": compact(FAILED)} for n in range(2)]}


@pytest.mark.parametrize(
    "text",
    [
        compact(_RECORDS),
        json.dumps(_RECORDS, indent=4),
        json.dumps(_LOOKUP, indent=4),
        json.dumps([FAILED, FAILED], indent=4),
        f"{compact(FAILED)}\n{compact(FAILED)}\n",
        f'{{"level": "info"}}\n{_CALL}ready\n{_CALL.replace("a.csv", "b.csv")}ready\n',
    ],
)
@pytest.mark.parametrize("size", [1, 2, 70, 1_000])
def test_parts_of_any_size(text: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = text.encode()
    parts: Iterable[bytes] = [
        data[:1],
        data[1:2],
        *(data[at : at + 500 * size] for at in range(2, len(data), 500 * size)),
    ]

    reader, descriptor = os.pipe()

    def write() -> None:
        with os.fdopen(descriptor, "wb", buffering=0) as pipe:
            pipe.writelines(parts)

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reader, encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        [source] = open_inputs(["-"])
        found = list(source.failures())
    writer.join()
    assert [failure.action for failure in found] == ["s3:GetObject"] * 2
    assert (source.size, source.version, source.problem) == (None, None, None)
