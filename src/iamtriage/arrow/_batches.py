"""Convert batches of texts or CloudTrail records to batches of failures."""

# pyarrow has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from iamtriage._reading.parsing import parse
from iamtriage._text import quote_text, wrong_type_message
from iamtriage.arrow._schema import COLUMNS, SCHEMA
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ("cloudtrail", "failures")

_Row = tuple[object, ...]
# Texts repeat across batches. Longer ones are no messages, and are not kept.
_MAX_KNOWN = 65_536
_MAX_KNOWN_LENGTH = 4_096
# A record without it is of a call that succeeded: most are.
_ERROR_MARK = "errorCode"
_INT32 = range(-(2**31), 2**31)


def failures(batch: Any, column: str = "text") -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Read the failure of each text of a batch.

    Args:
        batch: A ``pyarrow.RecordBatch`` or ``pyarrow.Table``.
        column: The name of its column with texts: strings or binary data, dictionary-encoded or not.

    Returns:
        A batch, or a table if one was passed, with the columns of :data:`SCHEMA` and as many rows. A row
        whose text reports no failure is null in all columns. No content raises.

    Raises:
        KeyError: The batch has no such column.
        TypeError: The argument is no batch, or the column holds no texts.

    >>> import pyarrow as pa
    >>> texts = ["error: You must be logged in to the server (Unauthorized)", "ok", None]
    >>> failures(pa.record_batch({"text": texts}))["kind"].to_pylist()
    ['kubernetes_unauthorized', None, None]
    """
    values = _read_column(batch, column)
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not (_is_text(kind) or pa.types.is_null(kind)):
        msg = f"column {quote_text(column)} must hold strings or binary data, not {kind}"
        raise TypeError(msg)
    return _like(batch, _build(_distinct(values), _text_row))


def cloudtrail(batch: Any, column: str | None = None) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Read the failure of each CloudTrail record of a batch.

    Args:
        batch: A ``pyarrow.RecordBatch`` or ``pyarrow.Table``.
        column: The name of its column with records: JSON texts or structs. ``None``: the columns of the batch
            are the members of the records (``eventName``, ``errorCode`` …).

    Returns:
        As for :func:`failures`. A record of a call that succeeded, and a text that is no record, is null.

    Raises:
        KeyError: The batch has no such column.
        TypeError: The argument is no batch.

    Records: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html

    >>> import pyarrow as pa
    >>> record = {"eventName": "ListKeys", "eventSource": "kms.amazonaws.com", "errorCode": "AccessDenied"}
    >>> cloudtrail(pa.record_batch({"record": [record, None]}), "record")["operation"].to_pylist()
    ['ListKeys', None]
    """
    records: list[object] = (
        _check_batch(batch).to_pylist() if column is None else _read_column(batch, column).to_pylist()
    )
    rows = [_record_row(each) for each in records]
    return _like(batch, _to_arrays(rows))


# ------------------------------------------------------------------------------------------------- rows


def _text_row(text: str | bytes) -> _Row | None:
    return _known_row(text) if len(text) <= _MAX_KNOWN_LENGTH else _row(text)


def _record_row(record: object) -> _Row | None:
    if isinstance(record, str | bytes):
        mark: Any = _ERROR_MARK if isinstance(record, str) else _ERROR_MARK.encode()
        if mark not in record:
            return None
        try:
            record = json.loads(record)
        except (ValueError, RecursionError):
            return None
    if not isinstance(record, Mapping):
        return None
    # Engines write absent members of a struct as nulls.
    members = {name: value for name, value in record.items() if value is not None}
    return _row(members) if members.get(_ERROR_MARK) else None


def _row(error: str | bytes | Mapping[str, object]) -> _Row | None:
    failure = parse(error)
    if failure is None:
        return None
    values: list[Any] = [*to_record(failure).values(), fingerprint(failure)]
    status: object = values[_STATUS]
    if isinstance(status, int) and status not in _INT32:
        values[_STATUS] = None
    return tuple(values)


_STATUS = COLUMNS.index("status_code")
_known_row = lru_cache(_MAX_KNOWN)(_row)


def _encodable(value: object) -> object:
    """Return a value that Arrow can hold: its strings are UTF-8, which has no lone surrogates."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    return value


# ---------------------------------------------------------------------------------------------- batches


def _check_batch(batch: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    if not isinstance(batch, pa.RecordBatch | pa.Table):
        raise TypeError(wrong_type_message("batch", "a pyarrow.RecordBatch or pyarrow.Table", batch))
    return batch


def _read_column(batch: Any, column: str) -> Any:  # noqa: ANN401 (pyarrow has no types)
    if column not in _check_batch(batch).schema.names:
        msg = f"no column {quote_text(column)}; the batch has {', '.join(batch.schema.names)}"
        raise KeyError(msg)
    values = batch[column]
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _is_text(kind: Any) -> bool:  # noqa: ANN401 (pyarrow has no types)
    types = pa.types
    return any(
        test(kind)
        for test in (
            types.is_string,
            types.is_large_string,
            types.is_string_view,
            types.is_binary,
            types.is_large_binary,
        )
    )


def _distinct(values: Any) -> tuple[list[Any], Any]:  # noqa: ANN401 (pyarrow has no types)
    """Return the distinct texts of a column, and for each row the index of its text or null."""
    if pa.types.is_null(values.type):
        return [], pa.nulls(len(values), pa.int32())
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices


def _build(distinct: tuple[list[Any], Any], to_row: Callable[[Any], _Row | None]) -> list[Any]:
    """Return the columns for rows that share their texts: each text is read once."""
    texts, indices = distinct
    columns = _to_arrays([None if text is None else to_row(text) for text in texts])
    return [column.take(indices) for column in columns]


def _to_arrays(rows: Sequence[_Row | None]) -> list[Any]:
    nothing: _Row = (None,) * len(COLUMNS)
    columns = (
        zip(*(nothing if row is None else row for row in rows), strict=True) if rows else [()] * len(COLUMNS)
    )
    return [_to_array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)]


def _to_array(values: Sequence[object], kind: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    is_encoded = pa.types.is_dictionary(kind)
    try:
        array = pa.array(values, pa.string() if is_encoded else kind)
    except UnicodeEncodeError:
        array = pa.array([_encodable(value) for value in values], pa.string())
    return array.dictionary_encode().cast(kind) if is_encoded else array


def _like(batch: Any, columns: list[Any]) -> Any:  # noqa: ANN401 (pyarrow has no types)
    made = pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
    return pa.Table.from_batches([made]) if isinstance(batch, pa.Table) else made
