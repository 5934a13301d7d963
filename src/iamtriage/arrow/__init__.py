"""Parse Arrow batches of strings or CloudTrail records into batches of flat records.

The functions are pure and preserve the order and number of rows, so you can use them in DuckDB, Spark, Ray,
polars and pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import is_installed, lazy_names

if TYPE_CHECKING:
    from iamtriage.arrow._batches import cloudtrail, failures
    from iamtriage.arrow._schema import PLAIN_SCHEMA, SCHEMA, SCHEMA_VERSION

__all__ = ("PLAIN_SCHEMA", "SCHEMA", "SCHEMA_VERSION", "cloudtrail", "failures")

if not is_installed("pyarrow"):
    # Fail when the package is imported, not at the first batch.
    _msg = "iamtriage.arrow needs pyarrow: pip install 'iamtriage[arrow]'"
    raise ImportError(_msg, name="pyarrow")

_MODULE_BY_NAME = {
    "PLAIN_SCHEMA": "_schema",
    "SCHEMA": "_schema",
    "SCHEMA_VERSION": "_schema",
    "cloudtrail": "_batches",
    "failures": "_batches",
}
if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
