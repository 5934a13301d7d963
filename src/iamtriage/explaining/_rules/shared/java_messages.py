"""Find the message that AWS SDKs for Java print before ``(Service: …; Status Code: …)``.

The parenthesis marks where the message ends. The message begins after the exception's class or after a log
prefix. If its beginning is uncertain, no message is returned.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage.explaining._rules.shared.message_ends import truncate_at_end

__all__ = ("java_message",)

_PARENTHESIS = lazy_pattern(r"\(\s?(?:AWS\s)?Service:\s")
_CHARS_BEFORE = 800
# What separates the message from another log entry or failure.
_BOUNDARY = lazy_pattern(rf"{RECORD}|\n\n|\(\s?(?:AWS\s)?Service:\s[^()]{{0,800}}\)")
_EXCEPTION_CLASS = lazy_pattern(
    r"(?<![\w.$])(?:[\w$]{1,80}\.){0,12}[A-Z][\w$]{0,80}(?:Exception|Error)(?:\[|:\s?)"
)
# "orders failed: ", "[main] ", "orders - ", msg=", {"message": ", and a level.
_LOG_PREFIX = lazy_pattern(
    r"(?:(?::|\]|\s[-–|]|=>)\s{1,2}[\"'`]?|[=:\[(,]\s?[\"'`]|\A\s?\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL)\]?\s{1,5})(?=\w)"
)
# Messages that give no reason, also after the columns of a CloudFormation event.
_UNINFORMATIVE = lazy_pattern(r"(?:\A|\s)(?:null|None|Access Denied|Forbidden|Unknown ?Error)[.\s]*\Z")
# How sentences begin, as opposed to a status or a name.
_SENTENCE_START = lazy_pattern(r"(?:[A-Z][a-z']*,?|[A-Z]{2,4}[0-9]?)\s[a-z0-9'\"(]")
_MAX_LINES = 3


def java_message(text: str, start: int, end: int) -> str | None:
    """Return the message before the first parenthesis between two positions of a text.

    >>> message = "OrdersException: Orders are closed (Service: Orders, Status Code: 403)"
    >>> java_message(message, 0, len(message))
    'Orders are closed'
    """
    tail = _PARENTHESIS.search(text, start, end)
    if tail is None:
        return None
    begin = max(0, tail.start() - _CHARS_BEFORE)
    entries = _BOUNDARY.split(unwrap(text[begin : tail.start()]).text)
    message = _find_message(entries[-1], is_whole=begin == 0 or len(entries) > 1)
    return (
        truncate_at_end(message) if message[:1].isupper() and _UNINFORMATIVE.search(message) is None else None
    )


def _find_message(entry: str, *, is_whole: bool) -> str:
    """Return the message at the end of a log entry, empty if its beginning is uncertain."""
    class_names = list(_EXCEPTION_CLASS.finditer(entry))
    if class_names:
        return " ".join(entry[class_names[-1].end() :].split())
    lines = entry.strip().split("\n")
    words = lines.pop()
    taken = 1
    while lines and taken < _MAX_LINES and words[:1].islower():
        words = f"{lines.pop()} {words}"
        taken += 1
    begin = max((m.end() for m in _LOG_PREFIX.finditer(words)), default=0)
    # A quotation is still open: it fails with "You are not …
    if words.count('"', begin) % 2:
        begin = words.rindex('"') + 1
    message = words[begin:].strip()
    is_uncertain = not begin and not lines and not is_whole
    return "" if is_uncertain or _SENTENCE_START.match(message) is None else message
