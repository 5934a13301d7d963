"""Convert batches of strings or CloudTrail records to batches of failures."""

# pyarrow has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute

from iamtriage._text import quote_text, wrong_type_message
from iamtriage.arrow._rows import OWN_COLUMNS, SHARED_COLUMNS, read_record, read_text
from iamtriage.arrow._schema import COLUMNS, PLAIN_SCHEMA, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage.arrow._rows import Row, Shared

__all__ = ("cloudtrail", "failures")

_compute: Any = pyarrow.compute
# Records of successful calls do not have this member.
_ERROR_MARK = "errorCode"
# Long members that no reader uses, in lower case.
_UNUSED_MEMBERS = frozenset(
    {"additionaleventdata", "addendum", "insightdetails", "requestparameters", "responseelements"}
    | {"serviceeventdetails", "tlsdetails"}
)
_IDENTITY_FIELDS = ("arn", "accountId", "accountid")
# The names of members in lower case -> the CloudTrail spelling.
_MEMBERS = {
    name.lower(): name
    for name in (
        *("errorCode", "errorMessage", "eventName", "eventSource", "eventTime", "eventID", "requestID"),
        *("awsRegion", "sourceIPAddress", "userAgent", "userIdentity", "accountId"),
    )
}
_NO_VALUES = (None,) * len(OWN_COLUMNS)


def failures(batch: Any, column: str = "text", *, dictionaries: bool = True) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Parse the failure in each string of a batch.

    Args:
        batch: A ``pyarrow.RecordBatch`` or ``pyarrow.Table``.
        column: The name of the column: strings or binary data, dictionary-encoded or not.
        dictionaries: Whether to dictionary-encode columns with few distinct values. Spark does not support
            this.

    Returns:
        A batch, or a table if ``batch`` is one, with the same number of rows. Its columns are those of
        :data:`SCHEMA`, or of :data:`PLAIN_SCHEMA` without dictionaries. If a string does not report a
        failure, all columns of its row are null. The content of a string never raises an error.

    Raises:
        KeyError: The batch has no such column.
        TypeError: ``batch`` is not a batch or table, or the column does not contain strings.

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
    texts, indices = _find_distinct(values)
    columns = _to_arrays([None if text is None else read_text(text) for text in texts])
    return _build_result(batch, [column.take(indices) for column in columns], dictionaries=dictionaries)


def cloudtrail(batch: Any, column: str | None = None, *, dictionaries: bool = True) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Parse the failure in each CloudTrail record of a batch.

    Args:
        batch: A ``pyarrow.RecordBatch`` or ``pyarrow.Table``.
        column: The name of the column with records: JSON strings or structs. If ``None``, the columns of the
            batch are the members of the records, such as ``eventName``. The names can be in lower case, as in
            tables of Athena, Glue and Hive.
        dictionaries: As for :func:`failures`.

    Returns:
        A batch or table as for :func:`failures`. The row is null for a successful call, or for a string that
        is not a record.

    Raises:
        KeyError: The batch has no such column.
        TypeError: ``batch`` is not a batch or table.

    Records: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html

    >>> import pyarrow as pa
    >>> record = {"eventName": "ListKeys", "eventSource": "kms.amazonaws.com", "errorCode": "AccessDenied"}
    >>> cloudtrail(pa.record_batch({"record": [record, None]}), "record")["operation"].to_pylist()
    ['ListKeys', None]
    """
    if column is None:
        found = _read_structs(_to_structs(_check_batch(batch)))
    else:
        values = _read_column(batch, column)
        found = _read_structs(values) if pa.types.is_struct(values.type) else _read_json(values)
    return _build_result(batch, found, dictionaries=dictionaries)


# ---------------------------------------------------------------------------------------------- records


def _read_json(values: Any) -> list[Any]:  # noqa: ANN401 (pyarrow has no types)
    """Return the columns for JSON strings."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not _is_text(kind):
        return _to_arrays([None] * len(values))
    if pa.types.is_dictionary(values.type):
        return [column.take(values.indices) for column in _read_json(values.dictionary)]
    if pa.types.is_string_view(kind):
        values = values.cast(pa.large_string())
    return _read_selected(values, _compute.match_substring(values, _ERROR_MARK))


def _read_structs(values: Any) -> list[Any]:  # noqa: ANN401 (pyarrow has no types)
    """Return the columns for structs, whose fields are the members of records."""
    names: list[str] = [field.name for field in values.type]
    children: dict[str, Any] = dict(zip(names, values.flatten(), strict=True))
    # Athena, Glue and Hive write all names in lower case.
    is_lowered = "errorcode" in children and _ERROR_MARK not in children
    if is_lowered:
        children = {_MEMBERS.get(name, name): child for name, child in children.items()}
    if _ERROR_MARK not in children:
        return _to_arrays([None] * len(values))
    is_error = children[_ERROR_MARK].is_valid()
    kept = {name: child for name, child in children.items() if name.lower() not in _UNUSED_MEMBERS}
    identity = kept.get("userIdentity")
    if identity is not None and pa.types.is_struct(identity.type):
        fields = dict(zip([field.name for field in identity.type], identity.flatten(), strict=True))
        read = {_MEMBERS.get(name, name): fields[name] for name in _IDENTITY_FIELDS if name in fields}
        if read:
            kept["userIdentity"] = pa.StructArray.from_arrays(list(read.values()), list(read))
    structs = pa.StructArray.from_arrays(list(kept.values()), list(kept))
    return _read_selected(structs, is_error, is_lowered=is_lowered)


def _read_selected(values: Any, mask: Any, *, is_lowered: bool = False) -> list[Any]:  # noqa: ANN401 (pyarrow has no types)
    """Return the columns for records. A mask selects the records that can be errors."""
    records = values.filter(mask).to_pylist()
    rows = [read_record(_restore_resources(each) if is_lowered else each) for each in records]
    columns = _to_arrays(rows)
    if len(rows) == len(mask):
        return columns
    chosen = mask.fill_null(False)  # noqa: FBT003 (pyarrow has no keyword)
    indexes = _compute.subtract(_compute.cumulative_sum(chosen.cast(pa.int32())), 1)
    indices = _compute.if_else(chosen, indexes, pa.scalar(None, pa.int32()))
    return [column.take(indices) for column in columns]


def _restore_resources(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with the key ``ARN`` instead of ``arn`` in its resources."""
    resources = record.get("resources")
    if not isinstance(resources, list):
        return record
    named: list[Any] = [
        {"ARN": each["arn"]} if isinstance(each, dict) and "arn" in each else each for each in resources
    ]
    return {**record, "resources": named}


def _to_structs(batch: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Return the rows of a batch as structs. If columns share a name, the last one is used, as in a dict."""
    names = {name: at for at, name in enumerate(batch.schema.names)}
    columns = [_combine_chunks(batch.column(at)) for at in names.values()]
    return (
        pa.StructArray.from_arrays(columns, list(names)) if names else pa.nulls(batch.num_rows, pa.struct([]))
    )


def _make_encodable(value: object) -> object:
    """Return a value without lone surrogates, which Arrow cannot store, because its strings are UTF-8."""
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
    return _combine_chunks(batch[column])


def _combine_chunks(values: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
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


def _find_distinct(values: Any) -> tuple[list[Any], Any]:  # noqa: ANN401 (pyarrow has no types)
    """Return the distinct strings of a column, and for each row the index of its string, or null."""
    if pa.types.is_null(values.type):
        return [], pa.nulls(len(values), pa.int32())
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices


def _to_arrays(rows: Sequence[Row | None]) -> list[Any]:
    """Return the columns of rows. Values that several rows share are converted once."""
    indexes: dict[Shared, int] = {}
    row_indexes = pa.array(
        [None if row is None else indexes.setdefault(row[0], len(indexes)) for row in rows], pa.int32()
    )
    shared = _transpose([each.values for each in indexes], len(SHARED_COLUMNS))
    own = _transpose([_NO_VALUES if row is None else row[1] for row in rows], len(OWN_COLUMNS))
    are_distinct = len(indexes) == len(rows)
    columns: dict[str, Any] = {}
    for name, values in zip(SHARED_COLUMNS, shared, strict=True):
        array = _to_array(values, SCHEMA.field(name).type)
        columns[name] = array if are_distinct else array.take(row_indexes)
    for name, values in zip(OWN_COLUMNS, own, strict=True):
        columns[name] = _to_array(values, SCHEMA.field(name).type)
    return [columns[name] for name in COLUMNS]


def _transpose(rows: Sequence[tuple[object, ...]], width: int) -> Sequence[Sequence[object]]:
    # `zip` would create an iterator for each row, which keeps the garbage collector busy.
    return [list(map(itemgetter(at), rows)) for at in range(width)]


def _to_array(values: Sequence[object], kind: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    if values.count(None) == len(values):  # as in most columns for Kubernetes
        return pa.nulls(len(values), kind)
    is_encoded = pa.types.is_dictionary(kind)
    try:
        array = pa.array(values, pa.string() if is_encoded else kind)
    except UnicodeEncodeError:
        array = pa.array([_make_encodable(value) for value in values], pa.string())
    return array.dictionary_encode().cast(kind) if is_encoded else array


def _build_result(batch: Any, columns: list[Any], *, dictionaries: bool) -> Any:  # noqa: ANN401 (pyarrow has no types)
    if not dictionaries:
        columns = [_decode_dictionary(column) for column in columns]
    result = pa.RecordBatch.from_arrays(columns, schema=SCHEMA if dictionaries else PLAIN_SCHEMA)
    return pa.Table.from_batches([result]) if isinstance(batch, pa.Table) else result


def _decode_dictionary(column: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
