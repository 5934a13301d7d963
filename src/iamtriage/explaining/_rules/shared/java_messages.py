"""Finds the sentence that Java's SDKs print in front of "(Service: …; Status Code: …)"; not what it says.

An exception's message is that sentence and the parenthesis, so that its end is sure. Where it begins is told
by the exception's class, else by what logs and programs put before a message; in doubt there is none.
"""

from __future__ import annotations

import re

from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage.explaining._rules.shared.message_ends import up_to_end

__all__ = ("words_ahead",)

_TAIL = re.compile(r"\(\s?(?:AWS\s)?Service:\s")
_REACH = 800
# What parts a message from another entry or failure.
_PARTING = re.compile(rf"{RECORD}|\n\n|\(\s?(?:AWS\s)?Service:\s[^()]{{0,800}}\)")
_CLASS = re.compile(r"(?<![\w.$])(?:[\w$]{1,80}\.){0,12}[A-Z][\w$]{0,80}(?:Exception|Error)(?:\[|:\s?)")
# "orders failed: ", "[main] ", "orders - ", msg=", {"message": ", and a level.
_BEFORE = re.compile(
    r"(?:(?::|\]|\s[-–|]|=>)\s{1,2}[\"'`]?|[=:\[(,]\s?[\"'`]|\A\s?\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL)\]?\s{1,5})(?=\w)"
)
# Behind an event's columns, the message itself says nothing.
_SAYS_NOTHING = re.compile(r"(?:\A|\s)(?:null|None|Access Denied|Forbidden|Unknown ?Error)[.\s]*\Z")
# As sentences begin, not with a status or a name.
_SENTENCE = re.compile(r"(?:[A-Z][a-z']*,?|[A-Z]{2,4}[0-9]?)\s[a-z0-9'\"(]")
_MOST_LINES = 3


def words_ahead(text: str, start: int, end: int) -> str | None:
    """Give the sentence in front of the parenthesis that stands between two places of a text.

    >>> message = "OrdersException: Orders are closed (Service: Orders, Status Code: 403)"
    >>> words_ahead(message, 0, len(message))
    'Orders are closed'
    """
    tail = _TAIL.search(text, start, end)
    if tail is None:
        return None
    begin = max(0, tail.start() - _REACH)
    ahead = _PARTING.split(unwrap(text[begin : tail.start()]).text)
    message = _message(ahead[-1], whole=begin == 0 or len(ahead) > 1)
    return up_to_end(message) if message[:1].isupper() and _SAYS_NOTHING.search(message) is None else None


def _message(ahead: str, *, whole: bool) -> str:
    """Give what stands behind the last sign of a message's beginning, empty where none is sure."""
    named = None
    for named in _CLASS.finditer(ahead):  # noqa: B007 (the last one counts)
        pass
    if named:
        return " ".join(ahead[named.end() :].split())
    lines = ahead.strip().split("\n")
    words = lines.pop()
    taken = 1
    while lines and taken < _MOST_LINES and words[:1].islower():
        words = f"{lines.pop()} {words}"
        taken += 1
    begin = max((m.end() for m in _BEFORE.finditer(words)), default=0)
    # A quotation that is open still: it fails with "You are not …
    if words.count('"', begin) % 2:
        begin = words.rindex('"') + 1
    message = words[begin:].strip()
    unsure = not begin and not lines and not whole
    return "" if unsure or _SENTENCE.match(message) is None else message
