"""Finds the sentence that Java's SDKs print in front of "(Service: …; Status Code: …)"; not what it says.

An exception's message is that sentence and the parenthesis, so that its end is sure. Where it begins is told
by the exception's class, else by what logs and programs put before a message; in doubt there is none.
"""

from __future__ import annotations

import re

from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage.explaining._rules.shared.message_ends import truncate_at_end

__all__ = ("java_message",)

_PARENTHESIS = re.compile(r"\(\s?(?:AWS\s)?Service:\s")
_CHARS_BEFORE = 800
# What parts a message from another entry or failure.
_BOUNDARY = re.compile(rf"{RECORD}|\n\n|\(\s?(?:AWS\s)?Service:\s[^()]{{0,800}}\)")
_EXCEPTION_CLASS = re.compile(
    r"(?<![\w.$])(?:[\w$]{1,80}\.){0,12}[A-Z][\w$]{0,80}(?:Exception|Error)(?:\[|:\s?)"
)
# "orders failed: ", "[main] ", "orders - ", msg=", {"message": ", and a level.
_LOG_PREFIX = re.compile(
    r"(?:(?::|\]|\s[-–|]|=>)\s{1,2}[\"'`]?|[=:\[(,]\s?[\"'`]|\A\s?\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL)\]?\s{1,5})(?=\w)"
)
# Behind an event's columns, the message itself says nothing.
_UNINFORMATIVE = re.compile(r"(?:\A|\s)(?:null|None|Access Denied|Forbidden|Unknown ?Error)[.\s]*\Z")
# As sentences begin, not with a status or a name.
_SENTENCE_START = re.compile(r"(?:[A-Z][a-z']*,?|[A-Z]{2,4}[0-9]?)\s[a-z0-9'\"(]")
_MAX_LINES = 3


def java_message(text: str, start: int, end: int) -> str | None:
    """Give the sentence in front of the parenthesis that stands between two places of a text.

    >>> message = "OrdersException: Orders are closed (Service: Orders, Status Code: 403)"
    >>> java_message(message, 0, len(message))
    'Orders are closed'
    """
    tail = _PARENTHESIS.search(text, start, end)
    if tail is None:
        return None
    begin = max(0, tail.start() - _CHARS_BEFORE)
    ahead = _BOUNDARY.split(unwrap(text[begin : tail.start()]).text)
    message = _find_message(ahead[-1], whole=begin == 0 or len(ahead) > 1)
    return (
        truncate_at_end(message) if message[:1].isupper() and _UNINFORMATIVE.search(message) is None else None
    )


def _find_message(ahead: str, *, whole: bool) -> str:
    """Give what stands behind the last sign of a message's beginning, empty where none is sure."""
    named = None
    for named in _EXCEPTION_CLASS.finditer(ahead):  # noqa: B007 (the last one counts)
        pass
    if named:
        return " ".join(ahead[named.end() :].split())
    lines = ahead.strip().split("\n")
    words = lines.pop()
    taken = 1
    while lines and taken < _MAX_LINES and words[:1].islower():
        words = f"{lines.pop()} {words}"
        taken += 1
    begin = max((m.end() for m in _LOG_PREFIX.finditer(words)), default=0)
    # A quotation that is open still: it fails with "You are not …
    if words.count('"', begin) % 2:
        begin = words.rindex('"') + 1
    message = words[begin:].strip()
    unsure = not begin and not lines and not whole
    return "" if unsure or _SENTENCE_START.match(message) is None else message
