"""Find the parameters of a call in the audit record of CloudTrail, in JSON or YAML."""

from __future__ import annotations

import re
from collections import Counter

from iamtriage._patterns import lazy_pattern

__all__ = ("find_request_parameters",)

_KEY = "requestParameters"
# The next key of a record, in the order of CloudTrail and in alphabetical order.
_NEXT_KEY = lazy_pattern(
    r"[\"']?\b(?:responseElements|additionalEventData|requestI[Dd]|eventI[Dd]|readOnly|resources)\b[\"']?\s?:"
)
_PAIR = lazy_pattern(
    r"(?<![\w.-])[\"']?(?P<name>[a-z]\w{1,60})[\"']?\s?:\s?[\"']?(?P<value>[\w+=.@/-]{1,512})[\"']?\s{0,40}(?=[,}\]\n]|\Z)",
    re.ASCII,
)
_LITERALS = frozenset({"null", "true", "false"})
_MAX_CHARS = 4_000


def find_request_parameters(text: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters that the only record of a text has once, with their names.

    >>> find_request_parameters('{"requestParameters": {"instanceId": "i-0a1b2c3d"}, "responseElements": null}')
    (('instanceId', 'i-0a1b2c3d'),)
    """
    if text.count(_KEY) != 1:
        return ()
    start = text.index(_KEY) + len(_KEY)
    end = _NEXT_KEY.search(text, start, start + _MAX_CHARS)
    found = [
        (each["name"], each["value"])
        for each in _PAIR.finditer(text, start + 1, end.start() if end else start + _MAX_CHARS)
    ]
    times = Counter(name for name, _ in set(found))
    body = text[start:]
    return tuple(
        each
        for each in dict.fromkeys(found)
        if times[each[0]] == 1 and each[1] not in _LITERALS and not _is_nested_name(each[0], body)
    )


def _is_nested_name(name: str, body: str) -> bool:
    """Return whether a parameter is the name of a part of the request, such as a filter or a container."""
    return name == "name" and body.partition(name)[0].count("{") > 1
