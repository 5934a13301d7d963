"""Reads structured errors: API bodies, ClientError responses, CloudTrail, Kubernetes Status; not text.

Shapes: botocore's parsed error response; JSON, query, EC2 and REST bodies as dicts; a CloudTrail
record, a ``Records`` file, ``lookup-events`` output, an EventBridge event; the API server's
``Status``; the message that sts:DecodeAuthorizationMessage decodes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from iamtriage._reading.assembly import excerpt, read_cause
from iamtriage._reading.unwrapping.links import strip_value_links
from iamtriage._reading.vocabulary.codes import is_code, is_status, normalize_code
from iamtriage._reading.vocabulary.grammar import account_of
from iamtriage._reading.vocabulary.kubernetes.admission import NO_SERVICE_ACCOUNT, is_admission_denial
from iamtriage._reading.vocabulary.pieces import BEST, GIVEN, HINT, Piece
from iamtriage._reading.vocabulary.services import service_of_event_source

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

Document: TypeAlias = Mapping[Any, object]

_DEEPEST = 6
_MOST_RECORDS = 100_000
_LONGEST_TEXT = 50_000_000
_LARGEST_NUMBER = 10**18


def failures_of(document: Document, operation: str | None = None, *, depth: int = 0) -> Iterator[Failure]:
    """Give every failure that a mapping states.

    Args:
        document: the mapping; content of any type is tolerated.
        operation: the API operation, where the caller knows it.
        depth: how deep the mapping lies in another; bounds what hostile nesting can cost.
    """
    if depth > _DEEPEST:
        return
    nested = list(_nested(document))
    if nested:
        for inner in nested:
            yield from failures_of(inner, operation, depth=depth + 1)
        return
    stated = stated_by(document, operation)
    if stated is None:
        return
    message, partial = stated
    failure = read_cause(message, partial)
    if failure is not None:
        yield failure


def is_event(document: Document) -> bool:
    """Tell whether a mapping is, or holds, CloudTrail records."""
    return "eventSource" in document or any("eventSource" in inner for inner in _nested(document))


def as_document(value: object) -> Document:
    """Give a value as a mapping; an empty one for what is none."""
    return cast("Document", value) if isinstance(value, Mapping) else {}


def _items(value: object) -> list[Document]:
    """Give the mappings of a list; none for what is no list."""
    if not isinstance(value, list | tuple):
        return []
    return [item for item in map(as_document, cast("Sequence[object]", value)[:_MOST_RECORDS]) if item]


def _nested(document: Document) -> Iterator[Document]:
    """Give the documents that a list, an event or a JSON string in a mapping holds."""
    for key in ("Records", "Events", "events", "Errors"):
        yield from _items(document.get(key))
    detail = as_document(document.get("detail"))
    if "detail-type" in document or "eventSource" in detail:
        yield from filter(None, [detail])
    event = document.get("CloudTrailEvent")
    yield from filter(None, [as_document(load(event) if isinstance(event, str) else event)])
    response = as_document(document.get("Response"))
    error = as_document(as_document(response.get("Errors")).get("Error"))
    if error:
        yield {"Error": error, "RequestId": response.get("RequestID") or response.get("RequestId")}
    yield from filter(None, [as_document(document.get("ErrorResponse"))])


def load(text: str) -> object:
    """Load JSON; None for what is none, however deep or long it is."""
    if len(text) > _LONGEST_TEXT:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def stated_by(document: Document, operation: str | None) -> tuple[str, Piece] | None:
    """Give the message of a mapping and the facts beside it; None for a mapping that is no error."""
    partial = Piece("body", 0, 0, source="json")
    partial.put("operation", operation, rank=BEST)
    if "eventSource" in document or ("eventName" in document and "errorCode" in document):
        return _event(document, partial)
    if document.get("kind") == "Status" and "status" in document:
        return _kubernetes_status(document, partial)
    if document.get("allowed") is False and "explicitDeny" in document:
        return _decoded(document, partial)
    return _api_error(document, partial)


def _event(record: Document, partial: Piece) -> tuple[str, Piece] | None:
    code, message = _text(record.get("errorCode")), _text(record.get("errorMessage")) or ""
    if not code and not message:
        return None
    partial.source, partial.aws = "cloudtrail", True
    _put_code(partial, code)
    partial.put("operation", _text(record.get("eventName")), rank=BEST)
    source = _text(record.get("eventSource"))
    partial.put("service", service_of_event_source(strip_value_links(source)) if source else None, rank=HINT)
    partial.put("request_id", _text(record.get("requestID")), rank=BEST)
    identity = as_document(record.get("userIdentity"))
    arn = _text(identity.get("arn"))
    partial.put("principal", strip_value_links(arn) if arn else None, rank=HINT)
    account = _text(identity.get("accountId"))
    if account and account_of(account) == account:
        partial.put("account", account, rank=HINT)
    resources = _items(record.get("resources"))
    if len(resources) == 1:
        partial.put("resource", _text(resources[0].get("ARN")), rank=HINT)
    return message, partial


def _kubernetes_status(status: Document, partial: Piece) -> tuple[str, Piece] | None:
    message = _text(status.get("message")) or ""
    reason = _text(status.get("reason"))
    if status.get("status") not in ("Failure", None) or (not message and not reason):
        return None
    partial.source, partial.aws = "kubernetes", True
    _put_status(partial, status.get("code"))
    if reason == "Unauthorized" or status.get("code") == 401:
        partial.kind = "kubernetes_unauthorized"
    elif reason != "Forbidden":
        return None
    elif NO_SERVICE_ACCOUNT not in message:
        if is_admission_denial(message, 0, len(message)):
            return None
        partial.kind = "kubernetes_forbidden"
    return message, partial


def _decoded(decoded: Document, partial: Piece) -> tuple[str, Piece]:
    partial.aws, partial.kind = True, "access_denied"
    partial.put("deny", "explicit" if decoded.get("explicitDeny") is True else "implicit")
    context = as_document(decoded.get("context"))
    partial.put("principal", _text(as_document(context.get("principal")).get("arn")))
    action = _text(context.get("action"))
    partial.put("action", action)
    if action and ":" in action:
        partial.put("service", action.partition(":")[0].lower(), rank=BEST)
    partial.put("resource", _text(context.get("resource")))
    return "", partial


def _api_error(body: Document, partial: Piece) -> tuple[str, Piece] | None:
    inner = as_document(body.get("Error")) or as_document(body.get("error")) or body
    code = _first(inner, "__type", "Code", "code", "errorCode", "errorType", "ErrorCode")
    if "awsService" in inner:
        code = code or _first(inner, "exceptionType")
        partial.put("service", _text(inner.get("awsService")), rank=HINT)
    message = _first(inner, "Message", "message", "errorMessage", "ErrorMessage")
    if code is None and message is None:
        return None
    named = code is not None and not code.isdigit() and is_code(normalize_code(code))
    partial.aws = named or "__type" in inner or "ResponseMetadata" in body
    _put_code(partial, code)
    metadata = as_document(body.get("ResponseMetadata")) or as_document(body.get("$metadata"))
    if metadata:
        partial.source = "botocore" if "ResponseMetadata" in body else "js-v3"
    for place in (metadata, body, inner):
        partial.put(
            "request_id", _first(place, "RequestId", "RequestID", "requestId", "request_id"), rank=BEST
        )
        partial.put("host_id", _first(place, "HostId", "hostId", "extendedRequestId"), rank=BEST)
        for name in ("HTTPStatusCode", "httpStatusCode", "statusCode", "status"):
            _put_status(partial, place.get(name))
    return message or "", partial


def _first(document: Document, *keys: str) -> str | None:
    """Give the first of the keys' values that is text."""
    return next(filter(None, (_text(document.get(key)) for key in keys)), None)


def _put_code(partial: Piece, code: str | None) -> None:
    if not code:
        return
    if is_status(code):
        partial.put("status_code", code, rank=HINT)
        partial.put("code", code, rank=HINT)
        return
    # The wire decorates codes: ns#Code:http://…
    written = normalize_code(code) if "#" in code or "://" in code else code
    partial.put("code", written, rank=GIVEN)


def _put_status(partial: Piece, status: object) -> None:
    if isinstance(status, int) and not isinstance(status, bool) and 0 <= status < 1000:
        partial.put("status_code", str(status), rank=BEST)
    elif isinstance(status, str) and is_status(status):
        partial.put("status_code", status, rank=BEST)


def _text(value: object) -> str | None:
    """Give a value that is text, within bounds; anything else counts as absent."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < _LARGEST_NUMBER else None
    if isinstance(value, str) and value:
        return excerpt(value)
    return None
