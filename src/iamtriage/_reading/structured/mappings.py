"""Read errors that come as mappings, by their shape.

Shapes: botocore's parsed error response; JSON, query, EC2 and REST bodies; a CloudTrail record, a ``Records`` file,
``lookup-events`` output, an EventBridge event, a CloudTrail event in OCSF; the API server's ``Status`` and audit
events; the message that sts:DecodeAuthorizationMessage decodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.structured.events import is_event, is_ocsf_event, state_event, state_ocsf_event
from iamtriage._reading.structured.responses import state_response
from iamtriage._reading.structured.statements import Statement, find_failure
from iamtriage._reading.structured.values import as_document, documents_in, load, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.structured.values import Document
    from iamtriage.failures._failures import Failure

_MAX_DEPTH = 6
# Keys under which a mapping can hold other documents.
_EVENTBRIDGE = frozenset({"detail", "detail-type"})
_OTHER_CONTAINERS = frozenset(
    {"Records", "Events", "events", "Errors", "items", "CloudTrailEvent", "Response", "ErrorResponse"}
)
_CONTAINERS = _EVENTBRIDGE | _OTHER_CONTAINERS


def read_mapping(document: Document) -> Iterable[Failure]:
    """Return every failure that a mapping states; content of any type is tolerated."""
    keys = document.keys()
    if not keys.isdisjoint(_CONTAINERS):
        detail = as_document(document.get("detail"))
        if (
            "eventSource" not in detail
            or not keys.isdisjoint(_OTHER_CONTAINERS)
            or not detail.keys().isdisjoint(_CONTAINERS)
        ):
            return _read_nested(document, 0)
        # An event of EventBridge holds one record.
        document = detail
    failure = _read(document)
    return () if failure is None else (failure,)


def _read_nested(document: Document, depth: int) -> Iterator[Failure]:
    """Yield every failure of a mapping that may hold other documents, down to some depth."""
    if depth > _MAX_DEPTH:
        return
    nested = list(_nested(document))
    for inner in nested:
        yield from _read_nested(inner, depth + 1)
    if not nested:
        failure = _read(document)
        if failure is not None:
            yield failure


def _read(document: Document) -> Failure | None:
    statement = _state(document)
    return None if statement is None else find_failure(statement)


def has_records(document: Document) -> bool:
    """Return whether a mapping is, or holds, records of CloudTrail."""
    return "eventSource" in document or any("eventSource" in inner for inner in _nested(document))


def _nested(document: Document) -> Iterator[Document]:
    """Yield the documents that a list, an event or a JSON string in a mapping holds."""
    for key in ("Records", "Events", "events", "Errors"):
        yield from documents_in(document.get(key))
    if document.get("kind") == "EventList":
        yield from documents_in(document.get("items"))
    detail = as_document(document.get("detail"))
    if detail and ("detail-type" in document or "eventSource" in detail):
        yield detail
    event = document.get("CloudTrailEvent")
    yield from filter(None, [as_document(load(event) if isinstance(event, str) else event)])
    response = as_document(document.get("Response"))
    error = as_document(as_document(response.get("Errors")).get("Error"))
    if error:
        yield {"Error": error, "RequestId": response.get("RequestID") or response.get("RequestId")}
    yield from filter(None, [as_document(document.get("ErrorResponse"))])


def _state(document: Document) -> Statement | None:
    """Return what a mapping states, by its shape; ``None`` for one that is not an error."""
    if is_event(document):
        return state_event(document)
    kind = document.get("kind")
    if kind is not None:
        from iamtriage._reading.structured.kubernetes_objects import (
            is_audit_event,
            state_audit_event,
            state_status,
        )

        if kind == "Status" and "status" in document:
            return state_status(document)
        if is_audit_event(document):
            return state_audit_event(document)
    if is_ocsf_event(document):
        return state_ocsf_event(document)
    if document.get("allowed") is False and "explicitDeny" in document:
        return _state_decoded(document)
    return state_response(document, None)


def _state_decoded(decoded: Document) -> Statement:
    """Return what a decoded authorization message states.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
    """
    context = as_document(decoded.get("context"))
    action = text_of(context.get("action"))
    return Statement(
        "",
        claimed=True,
        kind="access_denied",
        service=action.partition(":")[0].lower() if action and ":" in action else None,
        principal=text_of(as_document(context.get("principal")).get("arn")),
        resource=text_of(context.get("resource")),
        facts=(
            ("action", action),
            ("deny", "explicit" if decoded.get("explicitDeny") is True else "implicit"),
        ),
    )
