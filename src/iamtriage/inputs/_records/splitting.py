"""Split a part of a CloudTrail log file into records, and find the records of failed calls."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import GenericAlias
from typing import TYPE_CHECKING, Any, cast

from iamtriage.inputs._json import Record, load

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("ERROR_MARK", "split_records")

ERROR_MARK = b'"error'
"""A sign of a failed call in the bytes of a record, even if a JSON string escapes the second quote."""


def split_records(part: bytes) -> tuple[int, list[Record]] | None:
    """Return the number of records in a part of an array, and the records of calls that may have failed.

    The whole part is parsed, because objects in a record can look like records. With msgspec, only records
    that state an error become Python objects.

    Args:
        part: The records, without the brackets of the array.

    Returns:
        ``None`` if the part is not JSON, or does not consist of complete records.
    """
    array = b"[%b]" % part
    split = _find_splitter()
    if split is not None:
        found = split(array)
        if found is not None:
            return found
    loaded = load(array)
    if not isinstance(loaded, list):
        return None
    documents = cast("list[object]", loaded)
    return len(documents), [cast("Record", each) for each in documents if isinstance(each, dict)]


@cache
def _find_splitter() -> Callable[[bytes], tuple[int, list[Record]] | None] | None:
    try:
        msgspec: Any = import_module("msgspec")
    except ImportError:
        return None
    errors = msgspec.defstruct("Errors", [("errorCode", Any, None), ("errorMessage", Any, None)])
    decode_raw = msgspec.json.Decoder(GenericAlias(list, (msgspec.Raw,))).decode
    decode_errors = msgspec.json.Decoder(GenericAlias(list, (errors,))).decode

    def split(array: bytes) -> tuple[int, list[Record]] | None:
        try:
            records = decode_raw(array)
            if ERROR_MARK not in array:
                return len(records), []
            stated = decode_errors(array)
        except (ValueError, RecursionError):
            # msgspec is stricter than the parsers that are tried next.
            return None
        found = [
            load(bytes(record))
            for record, error in zip(records, stated, strict=True)
            if error.errorCode or error.errorMessage
        ]
        return None if None in found else (len(records), cast("list[Record]", found))

    return split
