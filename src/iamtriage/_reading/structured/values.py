"""Read values from untrusted documents, which can have any type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias, cast

from iamtriage._reading.excerpts import MAX_TEXT_LENGTH, excerpt
from iamtriage._reading.vocabulary.statuses import is_status

Document: TypeAlias = Mapping[Any, object]

# The keys of an error in the bodies of the protocols.
CODE_KEYS = ("__type", "Code", "code", "errorCode", "errorType", "ErrorCode")
MESSAGE_KEYS = ("Message", "message", "errorMessage", "ErrorMessage")
REQUEST_KEYS = ("RequestId", "RequestID", "requestId", "request_id")
HOST_KEYS = ("HostId", "hostId", "extendedRequestId")
STATUS_KEYS = ("HTTPStatusCode", "httpStatusCode", "statusCode", "status")
DENIED = "403"
"""The only status that identifies the error without a code."""
_MAX_ITEMS = 100_000
_MAX_JSON = 50_000_000
_MAX_NUMBER = 10**18
_MAX_STATUS = 1000
_NO_DOCUMENT: Document = {}
_JSON_WHITESPACE = " \t\n\r"


def as_document(value: object) -> Document:
    """Return a value if it is a mapping, otherwise an empty mapping."""
    document: Any = value
    return document if isinstance(value, (dict, Mapping)) else _NO_DOCUMENT


def documents_in(value: object) -> list[Document]:
    """Return the mappings in a list, or an empty list for any other value."""
    if not isinstance(value, list | tuple):
        return []
    return [item for item in map(as_document, cast("Sequence[object]", value)[:_MAX_ITEMS]) if item]


@cache
def _decoder() -> Callable[[str, int], tuple[object, int]]:
    import json  # imported here because most errors contain no JSON

    return json.JSONDecoder().raw_decode


def load(text: str) -> object:
    """Return the value of a JSON text, or ``None`` if it is invalid, too long or too deeply nested."""
    if len(text) > _MAX_JSON:
        return None
    text = text.strip(_JSON_WHITESPACE)
    try:
        value, end = _decoder()(text, 0)
    except (ValueError, RecursionError):
        return None
    return value if end == len(text) else None


def decode_at(text: str, start: int) -> tuple[object, int]:
    """Return the JSON value at a position and its end, or ``(None, -1)`` if it is invalid or too deeply nested."""
    try:
        return _decoder()(text, start)
    except (ValueError, RecursionError):
        return None, -1


def text_of(value: object) -> str | None:
    """Return a string, bytes or integer as text of bounded length, or ``None`` for anything else."""
    if type(value) is str and 0 < len(value) <= MAX_TEXT_LENGTH:
        return value
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < _MAX_NUMBER else None
    if isinstance(value, str) and value:
        return excerpt(value)
    return None


def status_of(value: object) -> str | None:
    """Return an HTTP status as text, or ``None`` for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_STATUS:
        return str(value)
    return value if isinstance(value, str) and is_status(value) else None


def plain_code(code: str | None) -> str | None:
    """Return a code without the namespace and URL of the protocol: ``ns#Code:http://…``."""
    if code is None or not ("#" in code or "://" in code):
        return code
    from iamtriage._reading.vocabulary.codes import normalize_code

    return normalize_code(code)


def first_text(document: Document, *keys: str) -> str | None:
    """Return the first value that is a non-empty text, or ``None``, looking up the keys in order."""
    for key in keys:
        value = text_of(document.get(key))
        if value:
            return value
    return None


def status_from_code(code: str | None) -> str | None:
    """Return the HTTP status that SDKs use as the code if the response has no code."""
    return code if code is not None and is_status(code) else None
