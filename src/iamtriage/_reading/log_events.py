"""Find the failures in JSON documents of log events, each of which is a separate text.

CloudWatch Logs, Elasticsearch, Loki and other stores of logs return such documents. Neighboring events can be of
several programs, and state the same caller and call.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.documents import place_in_text, remove_spans
from iamtriage._reading.structured.values import as_document, decode_at, text_of
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from iamtriage._reading.entries.open_entries import Parts
    from iamtriage._reading.structured.values import Document


# The keys of an event's time, and of its message. Elements of other lists have only one of them.
_TIME_KEYS = (
    "timestamp", "@timestamp", "Timestamp", "time", "Time", "_time", "ts", "date", "datetime", "asctime", "createdAt", "lastTimestamp",
)  # fmt: skip
_MESSAGE_KEYS = (
    "message", "@message", "Message", "msg", "log", "text", "textPayload", "jsonPayload", "event", "body", "line", "_raw", "raw",
)  # fmt: skip
# Where Elasticsearch has the event, and the keys of CloudWatch Logs Insights, whose events are lists of fields.
_SOURCE = "_source"
_FIELD, _VALUE = "field", "value"
_LOKI_TIME = lazy_pattern(r"1\d{18}")
# Each document of events contains two of these.
_SIGN = lazy_pattern(rf'"(?:{"|".join(_TIME_KEYS)}|1\d{{18}})"')
# The key of the events that a subscription filter delivers, and their keys.
_DELIVERED = '"logEvents"'
_DELIVERED_KEYS = frozenset({"id", "timestamp", "message"})
_LIST = lazy_pattern(r"[\[,]\s*[\[{]")
_ELEMENT = lazy_pattern(r"[\[,]\s*(?=[\[{])")
_STARTS = ("{", "[", "}", "]")
# How much text to decode, in multiples of the length, and how many elements that are truncated.
_MAX_DECODED = 6
_MAX_TRUNCATED = 8
# How much of an event to look for in the text with prefixes.
_MAX_SOUGHT = 40


def read_log_events(
    text: str, prefixes: Sequence[tuple[int, int]], find: Callable[[str], Parts], start: int = 0
) -> Parts | None:
    """Return the events with failures in a JSON document of log events, ``None`` for any other text.

    Args:
        text: The text. It can be a part of a document.
        prefixes: The spans of the prefixes that the log put before its lines.
        find: The function that finds the failures in a text, by entry.
        start: The offset of the text in the source.
    """
    if not _has_signs(text):
        return None
    document = remove_spans(text, prefixes) if prefixes else text
    if document.lstrip()[:1] not in _STARTS or _LIST.search(document) is None:
        return None
    events = list(_find_events(document))
    if not events:
        return None
    # Most texts have no events, and the module has many patterns.
    from iamtriage._reading.entries.open_entries import Entry

    found: Parts = []
    rest: list[str] = []
    end = at = 0
    starts = [event.start for event in events]
    for event, following in zip(events, [*starts[1:], len(document)], strict=True):
        rest += document[end : event.start], " " * (event.end - event.start)
        end = event.end
        at = max(at, text.find(document[event.start : event.start + _MAX_SOUGHT], at))
        if may_contain_failure(document[event.start : end]):
            parts = find(event.text)
            is_log = len(parts) > 1
            for failures, part in parts:
                for failure in failures:
                    place_in_text(failure, text, at)
                # The text up to the next event, which can repeat this one
                entry = (
                    part._replace(start=start + event.start + part.start)
                    if is_log
                    else Entry(document[event.start : following], start + event.start)
                )
                found.append((failures, entry))
    rest.append(document[end:])
    if may_contain_failure(remaining := "".join(rest)):
        failures = [failure for failures, _ in find(remaining) for failure in failures]
        for failure in failures:
            place_in_text(failure, text, 0)
        found.append((failures, Entry(remaining, start)))
    return found


def _has_signs(text: str) -> bool:
    """Return whether a text has the keys of events, in short time."""
    if _DELIVERED in text:
        return True
    first = _SIGN.search(text)
    return first is not None and _SIGN.search(text, first.end()) is not None


class _Event(NamedTuple):
    """An event and its position in the document."""

    start: int
    end: int
    message: str | Document

    @property
    def text(self) -> str:
        """The text in which the failures are."""
        import json  # imported here because most texts contain no JSON

        message = self.message
        return message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)


def _find_events(document: str) -> Iterator[_Event]:
    """Yield each event with its message, or all of it if other fields can state the error."""
    begin = len(document) - len(document.lstrip())
    first, end = decode_at(document, begin)
    if end >= 0 and _message_of(first) is not None and not document[end:].lstrip().startswith(","):
        # The line of a logger
        return
    done = truncated = 0
    left = len(document) * _MAX_DECODED
    # A part of a document can start with an element.
    for at in chain((begin,), (m.end() for m in _ELEMENT.finditer(document))):
        if at < done:
            continue
        value, end = decode_at(document, at)
        if end < 0:
            truncated += 1
            if truncated > _MAX_TRUNCATED:
                return
            continue
        message = _message_of(value)
        if message is not None:
            yield _Event(at, end, message)
            done = end
            continue
        left -= end - at
        if left < 0:
            return


def _message_of(value: object) -> str | Document | None:
    """Return the message of a log event, or the event if it has other fields; ``None`` for any other value."""
    if isinstance(value, list):
        return _message_of_list(cast("list[object]", value))
    event = as_document(value)
    if _SOURCE in event:
        event = as_document(event[_SOURCE])
    is_delivered = "id" in event and event.keys() <= _DELIVERED_KEYS
    if not is_delivered and not any(key in event for key in _TIME_KEYS):
        return None
    message = next((event[key] for key in _MESSAGE_KEYS if event.get(key)), None)
    if message is None:
        return None
    is_of_cloudwatch = is_delivered or "ingestionTime" in event or "eventId" in event
    return text_of(message) if is_of_cloudwatch else event


def _message_of_list(values: list[object]) -> str | Document | None:
    """Return the message in an event of Loki, ``["1793…", "…"]``, or in one of CloudWatch Logs Insights."""
    match values:
        case [str(time), str(message)] if _LOKI_TIME.fullmatch(time):
            return message
        case [{"field": str()}, *_]:
            fields = {str(field.get(_FIELD)): field.get(_VALUE) for field in map(as_document, values)}
            return _message_of(fields | {"ingestionTime": None})
        case _:
            return None
