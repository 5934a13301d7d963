"""Find API call events in documents, and the failure of an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from iamtriage._reading.parsing import parse
from iamtriage.exceptions import RecordError
from iamtriage.inputs._json import Record, get, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures._failures import Failure

__all__ = ("find_events", "has_failed", "is_event", "is_eventful", "parse_record")

_MAX_DEPTH = 6
_DENIED = frozenset({401, 403})
# The keys under which a document can contain others, as objects or as JSON texts.
_LISTS = ("Records", "Events", "events", "logEvents")
_CONTAINERS = frozenset({*_LISTS, "detail", "items", "CloudTrailEvent", "message"})


def is_eventful(document: Record) -> bool:
    """Return whether a document is an event or contains events."""
    return "digestS3Object" in document or any(True for _ in find_events(document))


def find_events(document: object, depth: int = 0) -> Iterator[Record]:
    """Yield the API call events in a document, including those in JSON strings."""
    if isinstance(document, str):
        document = load(document) if document.lstrip().startswith("{") else None
    if not isinstance(document, Mapping) or depth > _MAX_DEPTH:
        return
    document = cast("Record", document)
    if is_event(document):
        yield document
        return
    if document.keys().isdisjoint(_CONTAINERS):
        return
    for key in _LISTS if document.get("kind") != "EventList" else (*_LISTS, "items"):
        nested = document.get(key)
        if isinstance(nested, list):
            for item in cast("list[object]", nested):
                yield from find_events(item, depth + 1)
    for key in ("detail", "CloudTrailEvent", "message"):
        yield from find_events(document.get(key), depth + 1)


def is_event(document: Record) -> bool:
    """Return whether a document is a record of CloudTrail, an OCSF event, or a Kubernetes audit event."""
    return (
        ("eventSource" in document and "eventName" in document)
        or "insightDetails" in document
        or document.get("eventType") == "AwsAggregatedEvent"
        or ("class_uid" in document and "api" in document)
        or ("auditID" in document and document.get("kind") == "Event")
    )


def has_failed(event: Record) -> bool:
    """Return whether an event says that its call failed."""
    if event.get("errorCode") or event.get("errorMessage"):
        return True
    if "api" in event:
        response = get(event, "api", "response")
        return any(get(response, key) for key in ("error", "error_message", "message"))
    return get(event, "responseStatus", "code") in _DENIED


def parse_record(record: Record) -> Failure | None:
    """Return the failure of an event, or of a flat record with a fingerprint."""
    if "fingerprint" not in record:
        return parse(record)
    from iamtriage.failures._record_parsing import from_record

    try:
        return from_record({key: value for key, value in record.items() if key != "fingerprint"})
    except RecordError:
        return None
