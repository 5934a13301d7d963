"""Read JSON documents of CloudTrail records as text, so that each failure has places in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

from iamtriage._reading.structured.mappings import has_records, read_mapping
from iamtriage._reading.structured.values import as_document, load

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

# How far before its request ID the values of a record can be, in characters.
_REACH = 6_000


def read_documents(text: str) -> list[Failure] | None:
    """Read a text that is a whole JSON document of CloudTrail's; None for any other text."""
    if "eventSource" not in text or text.lstrip()[:1] not in {"{", "["}:
        return None
    loaded = load(text)
    items = cast("list[object]", loaded) if isinstance(loaded, list) else [loaded]
    found: list[Failure] = []
    for item in map(as_document, items):
        if not has_records(item):
            return None
        found += read_mapping(item)
    at = 0
    placed: list[Failure] = []
    for failure in found:
        here = _place(failure, text, at)
        at = max(at, here.span[0])
        placed.append(here)
    return placed


def _place(failure: Failure, text: str, at: int) -> Failure:
    """Give a failure of a document the document as its text, with the spans of its values there."""
    envelope = failure.envelope
    start = text.find(envelope.request_id, at) if envelope.request_id else -1
    near = max(at, start - _REACH) if start >= 0 else at
    names: list[str] = []
    marks: list[tuple[int, int]] = []
    values = {
        "code": envelope.code, "operation": envelope.operation, "request_id": envelope.request_id, "principal": failure.principal,
        "account": failure.account, "action": failure.action, "resource": failure.resource,
    }  # fmt: skip
    for name in ("policy_arn", "authorization_id", "encoded_message"):
        values[name] = getattr(failure, name, None)
    for name, value in values.items():
        position = text.find(value, near) if value else -1
        if value and position >= 0:
            names.append(name)
            marks.append((position, position + len(value)))
    low = min((m[0] for m in marks), default=at)
    high = max((m[1] for m in marks), default=at)
    return attrs.evolve(failure, text=text, span=(low, high), marks=(tuple(names), tuple(marks)))
