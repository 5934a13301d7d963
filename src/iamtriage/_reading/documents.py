"""Parse JSON documents of CloudTrail records, with the position of each failure in the text."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, cast

import attrs

from iamtriage._reading.root_causes import choose_cause
from iamtriage._reading.structured.mappings import has_records, parse_mapping
from iamtriage._reading.structured.values import as_document, load
from iamtriage.failures._building import place_failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage.failures._failures import Failure

# Maximum distance, in characters, between a record's values and the request ID after them.
_MAX_DISTANCE = 6_000
_STARTS = ("{", "[")


def read_documents(text: str, prefixes: Sequence[tuple[int, int]] = ()) -> list[Failure] | None:
    """Return the failures in a JSON document of CloudTrail records, ``None`` for any other text."""
    if "eventSource" not in text:
        return None
    document = (remove_spans(text, prefixes) if prefixes else text).lstrip()
    if document[:1] not in _STARTS:
        return None
    loaded = load(document)
    found: list[Failure] = []
    at = 0
    for item in cast("list[object]", loaded) if isinstance(loaded, list) else (loaded,):
        record = as_document(item)
        if not has_records(record):
            return None
        for failure in parse_mapping(record):
            start = place_in_text(failure, text, at)
            at = start if start > at else at  # noqa: FURB136 (a call takes longer)
            found.append(failure)
    return found


def find_cause_in_documents(text: str) -> tuple[Failure | None] | None:
    """Return the root cause in a JSON document of CloudTrail records, ``None`` for any other text.

    People ask below a record that is in one line.
    """
    found = read_documents(text)
    if found is None and text[:1] == "{" and (end := text.find("}\n\n") + 1) and "\n" not in text[:end]:
        # What follows can report another failure, which only a denial precedes.
        cause = choose_cause(read_documents(text[:end]) or ())
        return (attrs.evolve(cause, text=text),) if cause and cause.kind == "access_denied" else None
    return None if found is None else (choose_cause(found),)


def remove_spans(text: str, prefixes: Sequence[tuple[int, int]]) -> str:
    """Return a text without some of its spans."""
    ends = [0, *(end for _, end in prefixes)]
    starts = [*(start for start, _ in prefixes), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


_NAMES = "request_id", "code", "operation", "principal", "account", "action", "resource"
_DENIAL_NAMES = *_NAMES, "policy_arn", "authorization_id", "encoded_message"
_values = attrgetter("envelope.code", "envelope.operation", *_NAMES[3:])
_denial_values = attrgetter(*_DENIAL_NAMES[len(_NAMES) :])
_NONE = (None, None, None)
_NOWHERE: tuple[int, int] = (-1, -1)


def place_in_text(failure: Failure, text: str, at: int) -> int:
    """Set the text and spans of a failure that was parsed from a document, and return its start."""
    names: tuple[str, ...] = _NAMES
    values: tuple[str | None, ...] = _values(failure)
    if failure.kind == "access_denied" and (more := _denial_values(failure)) != _NONE:
        names, values = _DENIAL_NAMES, values + more
    find, request_id = text.find, failure.envelope.request_id
    low, high, near, marks = len(text), 0, at, [_NOWHERE]
    if request_id and (start := find(request_id, at)) >= 0:
        low, high = marks[0] = start, start + len(request_id)
        near = max(at, start - _MAX_DISTANCE)
    for value in values:
        mark = _NOWHERE
        if value and (start := find(value, near)) >= 0:
            _, end = mark = start, start + len(value)
            # A call of min() or max() takes longer.
            if start < low:  # noqa: PLR1730
                low = start
            if end > high:  # noqa: PLR1730
                high = end
        marks.append(mark)
    if not high:
        low = high = at
    place_failure(failure, text, (low, high), (names, tuple(marks)))
    return low
