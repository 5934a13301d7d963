"""Tells the errors of AWS's SDK for JavaScript v3 from other objects that have a name; reads no facts.

Whatever prints such an error, as Node does or as JSON, prints ``$fault`` and ``$metadata`` in it
(smithy-typescript's ``ServiceException``), which no other system's errors have.
"""

from __future__ import annotations

import re

_KEYS = ("$fault", "$metadata")
_MARK = re.compile(r"(?<![\w$])\$(?:fault|metadata)[\"']?\s?:")
_BRACE = re.compile(r"[{}]")
# How far from a key of the object, in characters; a message may stand between.
_REACH = 1500


def in_sdk_error(text: str, start: int, end: int) -> bool:
    """Tell whether a key, between two places in a text, is one of such an error.

    >>> in_sdk_error("{ name: 'NoSuchKey', '$fault': 'client' }", 2, 6)
    True
    >>> in_sdk_error("{ name: 'orders', cause: { '$fault': 'client' } }", 2, 6)
    False
    """
    low, high = max(0, start - _REACH), end + _REACH
    places = {text.find(key, end, high) for key in _KEYS} | {text.rfind(key, low, start) for key in _KEYS}
    marks = [m for at in places if at >= 0 and (m := _MARK.match(text, at))]
    return any(
        _same_object(text, end, m.start()) if m.start() >= end else _same_object(text, m.end(), start)
        for m in marks
    )


def _same_object(text: str, start: int, end: int) -> bool:
    """Tell whether what lies between two places opens and closes as many objects, and none the other way round."""
    depth = 0
    for m in _BRACE.finditer(text, start, end):
        depth += 1 if m[0] == "{" else -1
        if depth < 0:
            return False
    return depth == 0
