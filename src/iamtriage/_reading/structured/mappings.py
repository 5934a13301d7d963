"""Parse mappings that describe errors, by their shape.

Shapes: botocore's parsed error response; JSON, query, EC2 and REST bodies; a CloudTrail record, a ``Records`` file,
``lookup-events`` output, an EventBridge event, a CloudTrail event in OCSF; the API server's ``Status`` and audit
events; the message that sts:DecodeAuthorizationMessage decodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.structured.events import (
    is_event,
    is_ocsf_event,
    parse_cloudtrail_event,
    parse_ocsf_event,
)
from iamtriage._reading.structured.responses import parse_response
from iamtriage._reading.structured.statements import Statement
from iamtriage._reading.structured.unknown_messages import find_failure
from iamtriage._reading.structured.values import (
    CODE_KEYS,
    HOST_KEYS,
    REQUEST_KEYS,
    as_document,
    documents_in,
    load,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.structured.values import Document
    from iamtriage.failures._failures import Failure

_MAX_DEPTH = 6
# Keys whose values can contain other documents.
_EVENTBRIDGE = frozenset({"detail", "detail-type"})
_OTHER_CONTAINERS = frozenset(
    {
        "Records", "Events", "events", "Errors", "items", "CloudTrailEvent", "Response", "ErrorResponse",
        "eventData",
    }
)  # fmt: skip
_METADATA_KEYS = frozenset({"ResponseMetadata", "$metadata"})
_ID_KEYS = frozenset({*REQUEST_KEYS, *HOST_KEYS})
_CONTAINERS = _EVENTBRIDGE | _OTHER_CONTAINERS


def parse_mapping(document: Document) -> Iterable[Failure]:
    """Return every failure in a mapping. Values of any type are accepted."""
    keys = document.keys()
    if "Error" not in keys and not keys.isdisjoint(_METADATA_KEYS):
        errors = list(_errors_of_response(document))
        if errors:
            return (failure for error in errors for failure in _parse_nested(error, 1))
    if not keys.isdisjoint(_CONTAINERS):
        detail = as_document(document.get("detail"))
        if (
            "eventSource" not in detail
            or not keys.isdisjoint(_OTHER_CONTAINERS)
            or not detail.keys().isdisjoint(_CONTAINERS)
        ):
            return _parse_nested(document, 0)
        # An EventBridge event contains one record.
        document = detail
    failure = _parse(document)
    return () if failure is None else (failure,)


def _parse_nested(document: Document, depth: int) -> Iterator[Failure]:
    """Yield every failure in a mapping and in the documents that it contains, up to a maximum depth."""
    if depth > _MAX_DEPTH:
        return
    nested = list(_nested(document))
    for inner in nested:
        yield from _parse_nested(inner, depth + 1)
    if not nested:
        failure = _parse(document)
        if failure is not None:
            yield failure


def _errors_of_response(response: Document) -> Iterator[Document]:
    """Yield the errors that a response lists, such as the one of ``DeleteObjects``, with its IDs."""
    metadata = as_document(response.get("ResponseMetadata") or response.get("$metadata"))
    # The status is the one of the whole response.
    ids = {key: value for key, value in metadata.items() if key in _ID_KEYS}
    for value in response.values():
        for inner in documents_in(value):
            if not inner.keys().isdisjoint(CODE_KEYS):
                yield {"ResponseMetadata": ids, **inner}


def _parse(document: Document) -> Failure | None:
    statement = parse_cloudtrail_event(document) if is_event(document) else _state(document)
    return None if statement is None else find_failure(statement)


def has_records(document: Document) -> bool:
    """Return whether a mapping is a CloudTrail record or contains some."""
    return _is_record(document) or any(map(_is_record, _nested(document)))


def _is_record(document: Document) -> bool:
    """Return whether a mapping is a CloudTrail record, and not what a queue or bucket delivers to a Lambda function."""
    return "eventSource" in document and not str(document["eventSource"]).startswith("aws:")


def _nested(document: Document) -> Iterator[Document]:
    """Yield the documents in the lists, events and JSON strings of a mapping."""
    for key in ("Records", "Events", "events", "Errors"):
        yield from documents_in(document.get(key))
    if document.get("kind") == "EventList":
        yield from documents_in(document.get("items"))
    detail = as_document(document.get("detail"))
    if detail and ("detail-type" in document or "eventSource" in detail):
        yield detail
    for event in (document.get("CloudTrailEvent"), document.get("eventData"), _delivered(document)):
        yield from filter(None, [as_document(load(event) if isinstance(event, str) else event)])
    response = as_document(document.get("Response"))
    error = as_document(as_document(response.get("Errors")).get("Error"))
    if error:
        yield {"Error": error, "RequestId": response.get("RequestID") or response.get("RequestId")}
    yield from filter(None, [as_document(document.get("ErrorResponse"))])


def _delivered(document: Document) -> object:
    """Return the message in a record or notification of a queue or topic, which can be an event."""
    if document.get("eventSource") == "aws:sqs":
        return document.get("body")
    if document.get("EventSource") == "aws:sns":
        return as_document(document.get("Sns")).get("Message")
    return document.get("Message") if document.get("Type") == "Notification" else None


def _state(document: Document) -> Statement | None:
    """Return the facts in a mapping, by its shape, or ``None`` if it is not an error."""
    kind = document.get("kind")
    if kind is not None:
        from iamtriage._reading.structured.kubernetes_objects import (
            is_audit_event,
            parse_audit_event,
            parse_status,
        )

        if kind == "Status" and "status" in document:
            return parse_status(document)
        if is_audit_event(document):
            return parse_audit_event(document)
    if is_ocsf_event(document):
        return parse_ocsf_event(document)
    if document.get("allowed") is False and "explicitDeny" in document:
        return _parse_decoded_message(document)
    return parse_response(document, None)


def _parse_decoded_message(decoded: Document) -> Statement:
    """Return the facts in a decoded authorization message.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
    """
    context = as_document(decoded.get("context"))
    action = text_of(context.get("action"))
    return Statement(
        "",
        is_exclusive=True,
        kind="access_denied",
        service=action.partition(":")[0].lower() if action and ":" in action else None,
        principal=text_of(as_document(context.get("principal")).get("arn")),
        resource=text_of(context.get("resource")),
        facts=(
            ("action", action),
            ("deny", "explicit" if decoded.get("explicitDeny") is True else "implicit"),
        ),
    )
