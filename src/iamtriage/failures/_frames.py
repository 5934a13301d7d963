"""Failures as a data frame of pandas or polars; not for reading texts.

Neither library is a dependency: the one that is there is used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args, overload

from iamtriage._text import quote_text
from iamtriage.exceptions import RecordError
from iamtriage.failures._failures import Failure
from iamtriage.failures._records import from_record, to_record
from iamtriage.typing import Record

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore] # only with pandas-stubs it has types
    import polars as pl

__all__ = ("FrameLibrary", "to_frame")

FrameLibrary: TypeAlias = Literal["pandas", "polars"]
"""The libraries that a frame can be of."""

_COLUMNS = tuple(Record.__annotations__)
_NUMBER = "status_code"
_PANDAS, _POLARS = "pandas", "polars"
_KINDS: tuple[type, ...] = get_args(Failure)
_MOST = 2**63


@overload
def to_frame(failures: Iterable[Failure | Record], *, library: Literal["pandas"]) -> pd.DataFrame: ...
@overload
def to_frame(failures: Iterable[Failure | Record], *, library: Literal["polars"]) -> pl.DataFrame: ...
@overload
def to_frame(
    failures: Iterable[Failure | Record], *, library: None = None
) -> pd.DataFrame | pl.DataFrame: ...
def to_frame(
    failures: Iterable[Failure | Record], *, library: FrameLibrary | None = None
) -> pd.DataFrame | pl.DataFrame:
    """Give failures as a data frame: a row for each, a column for each key of the flat record.

    The columns, their order and types are always the same, also without any row. All hold text but
    ``status_code``, which holds integers (``string`` and ``Int64`` in pandas). What a failure does not state
    is missing. The text that a failure was read from is left out, as in every record.

    Args:
        failures: what :func:`iamtriage.scan` gives, a list of failures, records, or both.
        library: ``"pandas"`` or ``"polars"``. None: the one that is imported already, else the one that is
            installed; pandas, where it is both.

    Raises:
        ImportError: the library is not installed.
        RecordError: a record is none.
        TypeError: something is neither a failure nor a record.
        ValueError: no such library.

    >>> from iamtriage import scan
    >>> frame = to_frame(scan("error: You must be logged in to the server (Unauthorized)"), library="polars")
    >>> frame.select("kind", "status_code").rows()
    [('kubernetes_unauthorized', None)]
    """
    chosen = _library(library)
    columns = _columns(failures)
    return _polars(columns) if chosen == _POLARS else _pandas(columns)


def _library(wanted: str | None) -> str:
    names: tuple[str, ...] = get_args(FrameLibrary)
    if wanted is None:
        found = next((name for name in names if name in sys.modules), None)
        found = found or next(filter(_is_importable, names), None)
        if found is None:
            msg = "to_frame needs pandas or polars: pip install pandas"
            raise ImportError(msg, name="pandas")
        return found
    if wanted not in names:
        msg = f"library is one of {', '.join(names)}, not {quote_text(str(wanted))}"
        raise ValueError(msg)
    return wanted


def _is_importable(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def _columns(failures: Iterable[Failure | Record]) -> dict[str, list[Any]]:
    if isinstance(failures, (str, bytes, Mapping, *_KINDS)) or not isinstance(failures, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"to_frame() takes failures, such as scan() gives, not {type(failures).__name__}"
        raise TypeError(msg)
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for each in failures:
        for name, value in _record(each).items():
            columns[name].append(_storable(value) if isinstance(value, str) else value)
    return columns


def _record(value: object) -> Record:
    if isinstance(value, _KINDS):
        record = to_record(cast("Failure", value))
    elif isinstance(value, Mapping):
        record = to_record(from_record(cast("Mapping[str, object]", value)))
    else:
        msg = f"to_frame() takes failures and records, not {type(value).__name__}"
        raise TypeError(msg)
    status = record["status_code"]
    if status is not None and not -_MOST <= status < _MOST:
        msg = "status_code is too large for a column of integers"
        raise RecordError(msg, key=_NUMBER, value=status)
    return record


def _storable(text: str) -> str:
    """Give a text as UTF-8 can hold it: half a surrogate pair becomes its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _pandas(columns: dict[str, list[Any]]) -> pd.DataFrame:
    try:
        import pandas as pd  # type: ignore[import-untyped,unused-ignore] # as above
    except ImportError as error:
        raise _not_installed(_PANDAS) from error
    return pd.DataFrame(
        {
            name: pd.array(values, dtype="Int64" if name == _NUMBER else "string")
            for name, values in columns.items()
        },
        columns=pd.Index(_COLUMNS),
    )


def _polars(columns: dict[str, list[Any]]) -> pl.DataFrame:
    try:
        import polars as pl
    except ImportError as error:
        raise _not_installed(_POLARS) from error
    return pl.DataFrame(
        columns, schema={name: pl.Int64 if name == _NUMBER else pl.String for name in _COLUMNS}
    )


def _not_installed(library: str) -> ImportError:
    return ImportError(f"to_frame needs {library}: pip install {library}", name=library)
