"""Read the records of failed calls in Parquet files.

These are OCSF events of Amazon Security Lake; CloudTrail records, also with names in lower case as Athena
writes them; and flat records as ``iamtriage.arrow`` and ``iamtriage scan --format parquet`` write them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from iamtriage.typing import Record as FlatRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.inputs._content import Content
    from iamtriage.inputs._json import Record
    from iamtriage.inputs._records.progress import Progress

__all__ = ("read_parquet",)

_BATCH_ROWS = 8_192
# A larger file is copied to disk, because Parquet has to be read from its end.
_MAX_MEMORY = 64 << 20
# The columns of an event that are read, from both versions of the source:
# https://docs.aws.amazon.com/security-lake/latest/userguide/aws-cloudtrail.html
_OCSF = frozenset(
    {
        *(
            "metadata", "time", "time_dt", "cloud", "api", "actor", "http_request", "src_endpoint",
            "resources",
        ),
        *("class_uid", "class_name", "status", "status_id"),
    }
)  # fmt: skip
_OCSF_ERRORS: tuple[tuple[str, ...], ...] = (("api", "response", "error"), ("api", "response", "message"))
_CLOUDTRAIL_ERRORS: tuple[tuple[str, ...], ...] = (("errorCode",), ("errorMessage",))
# The names of a record's members in lower case, and as CloudTrail writes them.
_MEMBERS = {
    name.lower(): name
    for name in (
        *("errorCode", "errorMessage", "eventName", "eventSource", "eventTime", "eventID", "eventCategory"),
        *("requestID", "awsRegion", "sourceIPAddress", "userAgent", "userIdentity", "recipientAccountId"),
        *("additionalEventData", "requestParameters", "responseElements", "eventType", "eventVersion"),
        *("accountId", "userName", "identityProvider", "principalId", "invokedBy"),
    )
}
_RESOURCE_MEMBERS = {"accountid": "accountId", "arn": "ARN"}
_LOWER_CASE_ERRORS: tuple[tuple[str, ...], ...] = (("errorcode",), ("errormessage",))
_FLAT_ERRORS: tuple[tuple[str, ...], ...] = (("kind",),)
_FLAT = frozenset(FlatRecord.__annotations__)


def read_parquet(content: Content, progress: Progress) -> Iterator[Record]:
    """Yield the records of failed calls in a Parquet file.

    Only their rows become Python objects.
    """
    try:
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError:
        content.problem = "Parquet data; install iamtriage[arrow] to read it"
        return
    from tempfile import SpooledTemporaryFile

    with SpooledTemporaryFile(_MAX_MEMORY) as file:
        for chunk in content.take_parquet():
            file.write(chunk)
        file.seek(0)
        try:
            yield from _read(parquet.ParquetFile(file), progress)
        except (ValueError, OSError):
            # pyarrow's errors derive from these.
            progress.problem = "invalid Parquet data"


def _read(file: Any, progress: Progress) -> Iterator[Record]:  # noqa: ANN401 (pyarrow has no types)
    names = frozenset(file.schema_arrow.names)
    convert: Callable[[dict[str, Any]], Record]
    if {"api", "class_uid"} <= names:
        columns, errors, convert = names & _OCSF, _OCSF_ERRORS, _with_time
    elif {"eventSource", "eventName"} <= names:
        columns, errors, convert = names, _CLOUDTRAIL_ERRORS, _with_time
    elif {"eventsource", "eventname"} <= names:
        columns, errors, convert = names, _LOWER_CASE_ERRORS, _restore_names
    elif {"kind", "fingerprint"} <= names:
        columns, errors, convert = names & (_FLAT | {"fingerprint"}), _FLAT_ERRORS, dict
    else:
        progress.problem = "Parquet data without columns of CloudTrail or OCSF events"
        return
    for batch in file.iter_batches(_BATCH_ROWS, columns=sorted(columns)):
        progress.records += batch.num_rows
        failed = _find_failed(batch, errors)
        for row in batch.filter(failed).to_pylist():
            yield convert(row)


def _restore_names(event: dict[str, Any]) -> Record:
    """Restore CloudTrail's spelling of the names in a record with lower-case names."""
    record: dict[str, Any] = _rename(event, _MEMBERS)
    for name, names in (("userIdentity", _MEMBERS), ("resources", _RESOURCE_MEMBERS)):
        if name in record:
            record[name] = _rename(record[name], names)
    return record


def _rename(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 (JSON)
    """Return a mapping, or a list of mappings, with other names."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {names.get(name, name): each for name, each in members.items()}
    if isinstance(value, list):
        return [_rename(each, names) for each in cast("list[object]", value)]
    return value


def _find_failed(batch: Any, errors: tuple[tuple[str, ...], ...]) -> Any:  # noqa: ANN401 (pyarrow has no types)
    """Return which rows state an error."""
    compute: Any = import_module("pyarrow.compute")
    failed: Any = None
    for column, *fields in errors:
        if column not in batch.schema.names:
            continue
        values: Any = batch.column(column)
        if fields:
            try:
                values = compute.struct_field(values, fields)
            except (ValueError, KeyError, TypeError):
                # This version of the source has no such field.
                continue
        states = compute.fill_null(compute.not_equal(values.cast("string"), ""), False)  # noqa: FBT003
        failed = states if failed is None else compute.or_(failed, states)
    if failed is None:
        arrow: Any = import_module("pyarrow")
        return arrow.array([False] * batch.num_rows)
    return failed


def _with_time(event: dict[str, Any]) -> Record:
    """Return an event whose time is a string, as in JSON."""
    time = event.get("time_dt")
    if time is None and isinstance(event.get("time"), int):
        time = datetime.fromtimestamp(event["time"] / 1000, UTC)
    if isinstance(time, datetime):
        # A time stamp in Parquet without a zone is in UTC.
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        event["time_dt"] = time.isoformat().replace("+00:00", "Z")
    return event
