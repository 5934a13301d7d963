"""Test data frames of the real libraries: columns, types, order, invalid arguments."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd  # type: ignore[import-untyped,unused-ignore] # has types only with pandas-stubs
import polars as pl
import pytest

from iamtriage import (
    AccessDenied,
    Envelope,
    ExpiredCredentials,
    Failure,
    KubernetesForbidden,
    RecordError,
    scan,
    to_frame,
    to_record,
)
from iamtriage.typing import Record
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = list(Record.__annotations__)
DENIED = AccessDenied(
    Envelope("AccessDenied", "GetObject", "s3", 403),
    principal="arn:aws:iam::111122223333:user/ana",
    deny="implicit",
)
FORBIDDEN = KubernetesForbidden(user="ana", verb="list", kubernetes_resource="pods", api_group="")
LIBRARIES: list[Any] = ["pandas", "polars"]


def _rows(frame: Any) -> list[dict[str, object]]:  # noqa: ANN401 (of either library)
    if isinstance(frame, pl.DataFrame):
        return frame.to_dicts()
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _types(frame: Any) -> dict[str, str]:  # noqa: ANN401 (as above)
    if isinstance(frame, pl.DataFrame):
        return {name: str(kind) for name, kind in frame.schema.items()}
    return {name: str(kind) for name, kind in frame.dtypes.items()}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_row_is_a_record(library: Any) -> None:  # noqa: ANN401 (the overloads take one name each)
    frame = to_frame([DENIED, FORBIDDEN], library=library)
    assert list(frame.columns) == COLUMNS
    assert _rows(frame) == [dict(to_record(DENIED)), dict(to_record(FORBIDDEN))]


@check_rows("library", LIBRARIES)
@check_rows("failures", [[], [DENIED], [FORBIDDEN], [DENIED, FORBIDDEN, ExpiredCredentials()]])
def test_columns_and_types_are_always_the_same(library: Any, failures: list[Failure]) -> None:  # noqa: ANN401 (as above)
    text, number = ("string", "Int64") if library == "pandas" else ("String", "Int64")
    frame = to_frame(failures, library=library)
    assert _types(frame) == {name: number if name == "status_code" else text for name in COLUMNS}
    assert len(frame) == len(failures)


@pytest.mark.parametrize("library", LIBRARIES)
@check_rows("cls", get_args(Failure), ids=lambda cls: cls.kind)
def test_every_kind_has_a_row(library: Any, cls: Any) -> None:  # noqa: ANN401 (as above)
    assert _rows(to_frame([cls()], library=library))[0]["kind"] == cls.kind


@pytest.mark.parametrize("library", LIBRARIES)
def test_failures_and_records_from_an_iterator(library: Any) -> None:  # noqa: ANN401 (as above)
    def both() -> Iterator[Failure | Record]:
        yield DENIED
        yield to_record(FORBIDDEN)
        yield from scan("error: You must be logged in to the server (Unauthorized)")

    kinds = [row["kind"] for row in _rows(to_frame(both(), library=library))]
    assert kinds == ["access_denied", "kubernetes_forbidden", "kubernetes_unauthorized"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_record_keys_are_optional(library: Any) -> None:  # noqa: ANN401 (as above)
    given: Any = [{"kind": "expired_credentials", "code": "ExpiredToken"}]
    [row] = _rows(to_frame(given, library=library))
    assert {name: value for name, value in row.items() if value is not None} == given[0]


@check_rows("library", LIBRARIES)
@check_rows("text", ["\ud800", "a\x00b", "<b>", "日本", ""])
def test_any_text_can_be_stored(library: Any, text: str) -> None:  # noqa: ANN401 (as above)
    [row] = _rows(to_frame([AccessDenied(resource=text)], library=library))
    assert row["resource"] == (r"\ud800" if text == "\ud800" else text)


@check_rows("library", LIBRARIES)
@check_rows(
    ("given", "error"),
    [
        ("text", TypeError),
        (b"text", TypeError),
        (DENIED, TypeError),
        (to_record(DENIED), TypeError),
        (None, TypeError),
        ([None], TypeError),
        (["text"], TypeError),
        ([{"kind": "no such kind"}], RecordError),
        ([{"kind": "aws_error", "colour": "red"}], RecordError),
        ([{"kind": "aws_error", "status_code": 2**63}], RecordError),
        ([{"kind": "aws_error", "status_code": "403"}], RecordError),
    ],
)
def test_other_values_are_rejected(library: Any, given: Any, error: type[Exception]) -> None:  # noqa: ANN401 (as above)
    with pytest.raises(error):
        to_frame(given, library=library)


def test_unknown_library_is_rejected() -> None:
    wanted: Any = "arrow"
    with pytest.raises(ValueError, match="unknown library 'arrow'; expected one of pandas, polars"):
        to_frame([], library=wanted)


_PICK = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in {hidden!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Hidden())
{before}
import iamtriage
try:
    print(type(iamtriage.to_frame([], library={library!r})).__module__.partition(".")[0])
except ImportError as error:
    print(error.name, error)
"""


@check_rows(
    ("hidden", "before", "library", "printed"),
    [
        pytest.param((), "", None, "pandas", id="both are installed"),
        pytest.param((), "import polars", None, "polars", id="the one in use"),
        pytest.param((), "import polars, pandas", None, "pandas", id="both are in use"),
        pytest.param(("pandas",), "", None, "polars", id="one is installed"),
        pytest.param(
            ("pandas", "polars"),
            "",
            None,
            "pandas to_frame needs pandas or polars: pip install pandas",
            id="none",
        ),
        pytest.param(
            ("pandas",), "", "pandas", "pandas to_frame needs pandas: pip install pandas", id="not that one"
        ),
        pytest.param(
            ("polars",), "", "polars", "polars to_frame needs polars: pip install polars", id="nor that one"
        ),
    ],
)
def test_which_library(hidden: tuple[str, ...], before: str, library: str | None, printed: str) -> None:
    code = _PICK.format(hidden=hidden, before=before, library=library)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == printed
