"""Check the types of inputs and of their contents.

The ignore comments are for mypy, which reports unnecessary ones. Those for pyright are in wrong_for_pyright.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, assert_type

from iamtriage import Failure
from iamtriage.inputs import Input, open_inputs, prefetch


def find() -> None:
    found = open_inputs(["app.log", Path("logs")], since="7d", until=dt.date(2026, 11, 27))
    assert_type(found, Iterator[Input])
    assert_type(prefetch(found), Iterator[Input])
    open_inputs(["-"], accounts=("111122223333",), regions={"us-east-1"}, session=object())
    open_inputs([b"app.log"])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    open_inputs(["app.log"], since=7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def read(source: Input) -> None:
    assert_type(source.name, str)
    assert_type(source.size, int | None)
    assert_type(source.version, str | None)
    assert_type(source.skipped, str | None)
    assert_type(source.problem, str | None)
    assert_type(source.records, int)
    assert_type(source.denials(), Iterator[Mapping[str, Any]])
    assert_type(source.failures(), Iterator[Failure])
    assert_type(source.failures_with_lines(), Iterator[tuple[Failure, int | None]])
    assert_type(source.lines(), Iterator[str])
    assert_type(source.text(), str)
