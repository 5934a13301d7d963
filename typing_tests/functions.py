"""Check the types of functions' arguments and results; wrong calls are errors.

The ignore comments are for mypy, which reports unnecessary ones. Those for pyright are in wrong_for_pyright.py.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, assert_type

import iamtriage
import iamtriage.boto
from iamtriage import (
    Failure,
    IamTriageError,
    Record,
    RecordError,
    fingerprint,
    from_record,
    parse,
    scan,
    to_record,
)
from iamtriage.typing import Deny, Kind, PolicyType

if TYPE_CHECKING:
    from collections.abc import Mapping


def parses(error: BaseException, mapping: Mapping[str, object], event: dict[str, object]) -> None:
    assert_type(parse("text"), Failure | None)
    assert_type(parse(b"text"), Failure | None)
    assert_type(parse(error), Failure | None)
    assert_type(parse(mapping), Failure | None)
    assert_type(parse(event), Failure | None)
    assert_type(iamtriage.parse("text"), Failure | None)
    parse(1)  # type: ignore[arg-type]
    parse(None)  # type: ignore[arg-type]
    parse(["text"])  # type: ignore[arg-type]
    parse()  # type: ignore[call-arg]


def scans(lines: list[str], generator: Iterator[str]) -> None:
    assert_type(scan("text"), Iterator[Failure])
    assert_type(scan(lines), Iterator[Failure])
    assert_type(scan(generator), Iterator[Failure])
    assert_type(scan(io.StringIO("text")), Iterator[Failure])
    with open("service.log", encoding="utf-8") as file:  # noqa: PTH123
        for failure in scan(file):
            assert_type(failure, Failure)
    scan(1)  # type: ignore[arg-type]
    scan([1, 2])  # type: ignore[list-item]


def wrong_names() -> None:
    assert iamtriage.parsed  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue]
    assert iamtriage.boto.nothing  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue]


def nothing_found() -> None:
    # None must be excluded first.
    to_record(parse("text"))  # type: ignore[arg-type]
    fingerprint(parse("text"))  # type: ignore[arg-type]


def records(failure: Failure, loose: dict[str, object]) -> None:
    record = to_record(failure)
    assert_type(record, Record)
    assert_type(record["kind"], Kind)
    assert_type(record["deny"], Deny | None)
    assert_type(record["policy_type"], PolicyType | None)
    assert_type(record["status_code"], int | None)
    assert_type(record["k8s_namespace"], str | None)
    record["zone"]  # type: ignore[typeddict-item]
    record["status_code"] = "403"  # type: ignore[typeddict-item]
    assert_type(from_record(record), Failure)
    assert_type(from_record(loose), Failure)
    assert_type(from_record({"kind": "aws_error", "code": "Throttling"}), Failure)
    from_record("aws_error")  # type: ignore[arg-type]
    assert_type(fingerprint(failure), str)
    fingerprint(record)  # type: ignore[arg-type]


def errors() -> None:
    try:
        from_record({})
    except RecordError as error:
        assert_type(error.key, str)
        as_base: IamTriageError = error
        as_builtin: ValueError = error
        raise as_base from as_builtin
