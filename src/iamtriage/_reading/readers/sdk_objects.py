"""Recognize printed error objects of the AWS SDK for JavaScript v3.

Node.js and JSON print the keys ``$fault`` and ``$metadata`` of smithy-typescript's ``ServiceException``. No other
system's errors have them.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

# The keys to search for, and how they are printed.
_KEYS = ("$fault", "$metadata")
_MARK = lazy_pattern(r"(?<![\w$])\$(?:fault|metadata)[\"']?\s?:")
_BRACE = lazy_pattern(r"[{}]")
# Maximum distance, in characters, between two keys of an object; a message can be between them.
_MAX_DISTANCE = 1500


def is_in_sdk_error(text: str, start: int, end: int) -> bool:
    """Return whether the key between two positions belongs to an SDK error.

    >>> is_in_sdk_error("{ name: 'NoSuchKey', '$fault': 'client' }", 2, 6)
    True
    >>> is_in_sdk_error("{ name: 'orders', cause: { '$fault': 'client' } }", 2, 6)
    False
    """
    low, high = max(0, start - _MAX_DISTANCE), end + _MAX_DISTANCE
    places = {text.find(key, end, high) for key in _KEYS} | {text.rfind(key, low, start) for key in _KEYS}
    marks = [m for at in places if at >= 0 and (m := _MARK.match(text, at))]
    return any(
        _are_in_same_object(text, end, m.start())
        if m.start() >= end
        else _are_in_same_object(text, m.end(), start)
        for m in marks
    )


def _are_in_same_object(text: str, start: int, end: int) -> bool:
    """Return whether two positions are in the same object: the braces between them are balanced."""
    depth = 0
    for m in _BRACE.finditer(text, start, end):
        depth += 1 if m[0] == "{" else -1
        if depth < 0:
            return False
    return depth == 0
