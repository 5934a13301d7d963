"""Read the messages of log events that CloudWatch Logs returns as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.inputs._content import Content
    from iamtriage.inputs._json import Record

__all__ = ("find_messages",)

# Subscription data begins with the message type, and the output of filter-log-events with the events.
_HEAD = lazy_pattern(rb'\s*\{\s*"(?:messageType"\s*:\s*"DATA_MESSAGE"|events"\s*:\s*\[)')
_MESSAGE = lazy_pattern(rb'"message"\s*:\s*"')
_MAX_HEAD = 65_536
_MAX_SIZE = 64 << 20
_SPACE = lazy_pattern(r"\s*")


def find_messages(content: Content) -> Iterator[str] | None:
    """Return the messages of log events as lines of a log, or ``None`` for other content.

    A document that is invalid or contains no log events is yielded unchanged.
    """
    head = content.prefix[:_MAX_HEAD]
    is_document = _HEAD.match(head) and _MESSAGE.search(head)
    if not is_document or content.descriptor is not None or not content.is_shorter_than(_MAX_SIZE):
        return None
    return _read(b"".join(content).decode("utf-8", "replace"))


def _read(text: str) -> Iterator[str]:
    import json  # few logs are JSON

    decode = json.JSONDecoder(strict=False).raw_decode
    at = 0
    while (space := _SPACE.match(text, at)) and space.end() < len(text):
        begin = space.end()
        try:
            document, at = decode(text, begin)
        except (ValueError, RecursionError):
            yield from text[begin:].splitlines(keepends=True)
            return
        messages = list(_find_messages(document))
        if messages:
            yield from messages
        else:
            yield from text[begin:at].splitlines(keepends=True)


def _find_messages(document: object) -> Iterator[str]:
    if not isinstance(document, Mapping):
        return
    record = cast("Record", document)
    events = record.get("logEvents", record.get("events"))
    for event in cast("list[object]", events) if isinstance(events, list) else ():
        message = cast("Record", event).get("message") if isinstance(event, Mapping) else None
        if isinstance(message, str):
            yield from f"{message.rstrip()}\n".splitlines(keepends=True)
