"""The message of a log record as text, whatever its arguments do; not for what is done with it."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import logging

__all__ = ("formatted", "parts_of", "said")

# https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting
_PLACE = re.compile(r"%(?:\((?P<name>[^()%]{0,100})\))?[-#0 +.*\d]{0,20}[hlL]?[diouxXeEfFgGcrsa%]")


def formatted(record: logging.LogRecord) -> str | None:
    """Give the message with its arguments filled in; None where that fails."""
    try:
        return f"{record.getMessage()}"
    except Exception:  # noqa: BLE001 (arguments raise what they like)
        return None


def parts_of(record: logging.LogRecord) -> str:
    """Give the message with the arguments that fit its places, for where it cannot be formatted.

    Which secret an argument is, the words before its place tell. The arguments that are left stand behind.
    """
    args: object = record.args
    named = dict(cast("dict[object, object]", args)) if isinstance(args, dict) else {}
    left: deque[object] = deque()
    if args is not None and not named:
        left.extend(args if isinstance(args, tuple) else (args,))
    used: set[object] = set()

    def filled(place: re.Match[str]) -> str:
        name = place["name"]
        if name in named:
            used.add(name)
            return said(named[name])
        if name is None and left and place[0] != "%%":
            return said(left.popleft())
        return place[0]

    text = _PLACE.sub(filled, said(record.msg))
    left.extend({name: value} for name, value in named.items() if name not in used)
    return " ".join((text, *map(said, left)))


def said(value: object) -> str:
    """Give the text of anything."""
    try:
        return f"{value!s}"
    except Exception:  # noqa: BLE001 (a foreign __str__ may raise anything)
        return f"<{type(value).__name__} that cannot be printed>"
