"""The columns of a batch of failures.

A column that repeats few values is dictionary-encoded: https://arrow.apache.org/docs/format/Columnar.html.
"""

# pyarrow has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

from typing import Any

import pyarrow as pa

from iamtriage.typing import Record

__all__ = ("COLUMNS", "SCHEMA", "SCHEMA_VERSION")

SCHEMA_VERSION = 1
"""Grows when a column is added or changes its type. Columns are only added at the end."""

COLUMNS = (*Record.__annotations__, "fingerprint")
_DISTINCT = frozenset(
    {
        *("principal", "resource", "authorization_id", "encoded_message", "request_id", "host_id", "time"),
        *("k8s_user", "source_ip", "user_agent", "event_id"),
    }
)


def _type_of(column: str) -> Any:  # noqa: ANN401 (pyarrow has no types)
    if column == "status_code":
        return pa.int32()
    return pa.string() if column in _DISTINCT else pa.dictionary(pa.int32(), pa.string())


SCHEMA: Any = pa.schema(
    [pa.field(column, _type_of(column)) for column in COLUMNS],
    metadata={"iamtriage.schema_version": str(SCHEMA_VERSION)},
)
"""The schema of the batches that this package returns: the keys of the flat record, and ``fingerprint``."""
