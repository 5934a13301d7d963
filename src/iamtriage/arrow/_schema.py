"""Define the schemas of batches of failures.

A column with few distinct values is dictionary-encoded: https://arrow.apache.org/docs/format/Columnar.html.
"""

# pyarrow has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

from typing import Any

import pyarrow as pa

from iamtriage.typing import Record

__all__ = ("COLUMNS", "PLAIN_SCHEMA", "SCHEMA", "SCHEMA_VERSION")

SCHEMA_VERSION = 1
"""The version of the schema. It increases if a column is added or changes its type. New columns are last."""

COLUMNS = (*Record.__annotations__, "fingerprint")
_PLAIN_COLUMNS = frozenset(
    {
        *("principal", "resource", "authorization_id", "encoded_message", "request_id", "host_id", "time"),
        *("k8s_user", "source_ip", "user_agent", "event_id"),
    }
)


def _choose_type(column: str, *, dictionaries: bool) -> Any:  # noqa: ANN401 (pyarrow has no types)
    if column == "status_code":
        return pa.int32()
    return (
        pa.dictionary(pa.int32(), pa.string())
        if dictionaries and column not in _PLAIN_COLUMNS
        else pa.string()
    )


def _build_schema(*, dictionaries: bool) -> Any:  # noqa: ANN401 (pyarrow has no types)
    fields = [pa.field(column, _choose_type(column, dictionaries=dictionaries)) for column in COLUMNS]
    return pa.schema(fields, metadata={"iamtriage.schema_version": str(SCHEMA_VERSION)})


PLAIN_SCHEMA: Any = _build_schema(dictionaries=False)
"""The schema of the same columns without dictionaries: strings, and an integer, ``status_code``."""

SCHEMA: Any = _build_schema(dictionaries=True)
"""The schema of the batches that this package returns: the keys of the flat record, and ``fingerprint``."""
