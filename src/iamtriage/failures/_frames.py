"""Convert failures to a pandas or polars data frame.

Neither library is a dependency.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args, overload

from iamtriage._text import quote_text, wrong_type_message
from iamtriage.exceptions import RecordError
from iamtriage.failures._checks import is_collection_like
from iamtriage.failures._failures import FAILURE_CLASSES, Failure
from iamtriage.failures._record_parsing import from_record
from iamtriage.failures._records import to_record
from iamtriage.typing import Record

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore] # untyped without pandas-stubs
    import polars as pl

__all__ = ("FrameLibrary", "guard_formula", "to_frame")

FrameLibrary: TypeAlias = Literal["pandas", "polars"]
"""The libraries of data frames."""

_COLUMNS = tuple(Record.__annotations__)
_NUMBER = "status_code"
_PANDAS, _POLARS = "pandas", "polars"
# The limit of 64-bit integers.
_INTEGER_LIMIT = 2**63


@overload
def to_frame(
    failures: Iterable[Failure | Record],
    *,
    library: Literal["pandas"],
    redacted: bool = ...,
    csv_safe: bool = ...,
) -> pd.DataFrame: ...
@overload
def to_frame(
    failures: Iterable[Failure | Record],
    *,
    library: Literal["polars"],
    redacted: bool = ...,
    csv_safe: bool = ...,
) -> pl.DataFrame: ...
@overload
def to_frame(
    failures: Iterable[Failure | Record], *, library: None = None, redacted: bool = ..., csv_safe: bool = ...
) -> pd.DataFrame | pl.DataFrame: ...
def to_frame(
    failures: Iterable[Failure | Record],
    *,
    library: FrameLibrary | None = None,
    redacted: bool = False,
    csv_safe: bool = False,
) -> pd.DataFrame | pl.DataFrame:
    """Return failures as a data frame, with one row per failure and one column per key of the record.

    The columns, their order and their types are always the same, even if there are no rows. All columns
    contain strings, except ``status_code``, which contains integers (``string`` and ``Int64`` in pandas).
    Values that a failure does not state are missing. The text of a failure is not included.

    Args:
        failures: An iterable of failures, records, or both, such as :func:`iamtriage.scan` returns.
        library: ``"pandas"`` or ``"polars"``. ``None`` selects the library that is already imported, else the
            one that is installed; pandas if both are.
        redacted: Whether to remove secrets from the values, as :func:`iamtriage.to_record` does.
        csv_safe: Whether to write ``'`` before a value that starts with ``=``, ``+``, ``-`` or ``@``, which a
            spreadsheet would interpret as a formula. Use it for frames that you export to CSV or Excel files.

    Returns:
        A ``pandas.DataFrame`` or a ``polars.DataFrame``.

    Raises:
        ImportError: The library is not installed.
        RecordError: A record is invalid.
        TypeError: ``failures`` is not an iterable, or an item is neither a failure nor a record.
        ValueError: The library is unknown.

    >>> from iamtriage import scan
    >>> frame = to_frame(scan("error: You must be logged in to the server (Unauthorized)"), library="polars")
    >>> frame.select("kind", "status_code").rows()
    [('kubernetes_unauthorized', None)]
    """
    chosen = _library(library)
    columns = _columns(failures, redacted=redacted, csv_safe=csv_safe)
    return _polars(columns) if chosen == _POLARS else _pandas(columns)


def _library(requested: str | None) -> str:
    names: tuple[str, ...] = get_args(FrameLibrary)
    if requested is None:
        found = next((name for name in names if name in sys.modules), None)
        found = found or next(filter(_is_importable, names), None)
        if found is None:
            msg = "to_frame needs pandas or polars: pip install pandas"
            raise ImportError(msg, name="pandas")
        return found
    if requested not in names:
        msg = f"unknown library {quote_text(str(requested))}; expected one of {', '.join(names)}"
        raise ValueError(msg)
    return requested


def _is_importable(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guard_formula(value: str) -> str:
    """Return a value, with ``'`` before it if a spreadsheet would interpret it as a formula.

    >>> guard_formula("=1+1"), guard_formula("s3:GetObject")
    ("'=1+1", 's3:GetObject')
    """
    return f"'{value}" if value.startswith(_FORMULA_SIGNS) else value


def _columns(failures: Iterable[Failure | Record], *, redacted: bool, csv_safe: bool) -> dict[str, list[Any]]:
    if not is_collection_like(failures):
        expected = "an iterable of failures or records, such as scan() returns"
        raise TypeError(wrong_type_message("the argument of to_frame()", expected, failures))
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for each in failures:
        for name, value in _record(each, redacted=redacted).items():
            if isinstance(value, str):
                value = _storable(value)  # noqa: PLW2901 (the same value)
                if csv_safe:
                    value = guard_formula(value)  # noqa: PLW2901 (as above)
            columns[name].append(value)
    return columns


def _record(value: object, *, redacted: bool) -> Record:
    if isinstance(value, FAILURE_CLASSES):
        record = to_record(value, redacted=redacted)
    elif isinstance(value, Mapping):
        record = to_record(from_record(cast("Mapping[str, object]", value)), redacted=redacted)
    else:
        name = "each item in the argument of to_frame()"
        raise TypeError(wrong_type_message(name, "a failure or a record", value))
    status = record["status_code"]
    if status is not None and not -_INTEGER_LIMIT <= status < _INTEGER_LIMIT:
        msg = "status_code is too large for a column of 64-bit integers"
        raise RecordError(msg, key=_NUMBER, value=status)
    return record


def _storable(text: str) -> str:
    """Return a text that UTF-8 can encode, with an escape for each lone surrogate."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _pandas(columns: dict[str, list[Any]]) -> pd.DataFrame:
    try:
        import pandas as pd  # type: ignore[import-untyped,unused-ignore] # see above
    except ImportError as error:
        raise _missing_library_error(_PANDAS) from error
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
        raise _missing_library_error(_POLARS) from error
    return pl.DataFrame(
        columns, schema={name: pl.Int64 if name == _NUMBER else pl.String for name in _COLUMNS}
    )


def _missing_library_error(library: str) -> ImportError:
    return ImportError(f"to_frame needs {library}: pip install {library}", name=library)
