"""Parse the bodies of AWS API errors, in any protocol, as mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from iamtriage._reading.vocabulary.codes import is_code, normalize_code

if TYPE_CHECKING:
    from iamtriage._reading.structured.values import Document


def parse_body(body: Document, operation: str | None) -> Statement | None:
    """Return the facts in the body of a response, or ``None`` if it is not an error."""
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
