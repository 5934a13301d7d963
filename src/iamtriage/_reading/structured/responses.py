"""Parse AWS API responses, as botocore parsed them or as bodies in any protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from iamtriage._reading.excerpts import MAX_TEXT_LENGTH
from iamtriage._reading.structured.statements import Statement
from iamtriage._reading.structured.values import (
    CODE_KEYS,
    DENIED,
    HOST_KEYS,
    MESSAGE_KEYS,
    REQUEST_KEYS,
    STATUS_KEYS,
    as_document,
    first_text,
    plain_code,
    status_from_code,
    status_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage._reading.structured.values import Document

# The __new__ of a named tuple takes twice the time.
_new: Callable[[type[Statement], tuple[object, ...]], Statement] = cast("Any", tuple).__new__
_OTHER_FIELDS = tuple(Statement("")[10:])
# Keys of other bodies, which botocore's parsed responses do not have, or only in their metadata.
_UNPARSED_KEYS = frozenset(
    {*CODE_KEYS, *MESSAGE_KEYS, *REQUEST_KEYS, *HOST_KEYS, *STATUS_KEYS, "awsService"} - {"Code", "Message"}
)


def parse_response(response: Document, operation: str | None) -> Statement | None:
    """Return the facts in an API response, or ``None`` if it is not an error."""
    error, metadata = response.get("Error"), response.get("ResponseMetadata")
    if type(error) is dict and type(metadata) is dict and metadata:
        stated = cast("Document", error)
        # With two keys, there are no others.
        has_two = len(stated) == 2 and "Code" in stated and "Message" in stated
        if (has_two or _UNPARSED_KEYS.isdisjoint(stated)) and (
            len(response) == 2 or _UNPARSED_KEYS.isdisjoint(response)
        ):
            return _parse_botocore_response(stated, cast("Document", metadata), operation)
    return _parse_body(response, operation)


def _parse_botocore_response(error: Document, metadata: Document, operation: str | None) -> Statement | None:
    """Return the facts in a response that botocore parsed."""
    code, message = error.get("Code"), error.get("Message")
    if type(code) is not str or type(message) is not str or not code or len(message) > MAX_TEXT_LENGTH:
        code, message = text_of(code), text_of(message)
        if code is None and message is None and status_of(metadata.get("HTTPStatusCode")) != DENIED:
            return None
    request_id, host_id, status = (
        metadata.get("RequestId"),
        metadata.get("HostId"),
        metadata.get("HTTPStatusCode"),
    )
    if type(request_id) is not str or not request_id:
        request_id = text_of(request_id)
    return _new(
        Statement,
        (
            message or "", "botocore", True, None, plain_code(code), operation, None, status_of(status) or status_from_code(code),
            request_id, None if host_id is None else text_of(host_id), *_OTHER_FIELDS,
        ),
    )  # fmt: skip


def _parse_body(body: Document, operation: str | None) -> Statement | None:
    """Return the facts in the body of a response, or ``None`` if it is not an error."""
    from iamtriage._reading.vocabulary.codes import is_code, normalize_code

    inner = as_document(body.get("Error")) or as_document(body.get("error")) or body
    code, service = first_text(inner, *CODE_KEYS), None
    if "awsService" in inner:
        code = code or first_text(inner, "exceptionType")
        service = text_of(inner.get("awsService"))
    message = first_text(inner, *MESSAGE_KEYS)
    places = (as_document(body.get("ResponseMetadata")) or as_document(body.get("$metadata")), body, inner)
    status = next(filter(None, map(_find_status, places)), None)
    if code is None and message is None and not (status == DENIED and "ResponseMetadata" in body):
        return None
    source = "json"
    if places[0]:
        source = "botocore" if "ResponseMetadata" in body else "js-v3"
    is_named = code is not None and not code.isdigit() and is_code(normalize_code(code))
    return Statement(
        message or "",
        source,
        is_exclusive=is_named or "__type" in inner or "ResponseMetadata" in body,
        code=plain_code(code),
        operation=operation,
        service=service,
        status_code=status or status_from_code(code),
        request_id=next(filter(None, (first_text(place, *REQUEST_KEYS) for place in places)), None),
        host_id=next(filter(None, (first_text(place, *HOST_KEYS) for place in places)), None),
    )


def _find_status(place: Document) -> str | None:
    """Return the HTTP status in a mapping, or ``None``."""
    return next(filter(None, (status_of(place.get(key)) for key in STATUS_KEYS)), None)
