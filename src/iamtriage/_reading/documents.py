"""Read JSON documents of CloudTrail records as text, so that each failure has places in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

from iamtriage._reading.structured.mappings import has_records, read_mapping
from iamtriage._reading.structured.values import as_document, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage.failures._failures import Failure

# How far before its request ID the values of a record can be, in characters.
_REACH = 6_000


def read_documents(text: str, prefixes: Sequence[tuple[int, int]] = ()) -> list[Failure] | None:
    """Read a text that is a whole JSON document of CloudTrail records; return ``None`` for any other text.

    Args:
        text: The text.
        prefixes: What to leave out at the starts of its lines.
    """
    if "eventSource" not in text:
        return None
    document = _without(text, prefixes).lstrip()
    if document[:1] not in {"{", "["}:
        return None
    loaded = load(document)
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


def _without(text: str, prefixes: Sequence[tuple[int, int]]) -> str:
    if not prefixes:
        return text
    ends = [0, *(end for _, end in prefixes)]
    starts = [*(start for start, _ in prefixes), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _place(failure: Failure, text: str, at: int) -> Failure:
    """Return a failure of a document with the document as its text, and the spans of its values there."""
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
