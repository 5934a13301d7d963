"""Format the messages of log records, even if their arguments raise exceptions."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import logging

__all__ = ("format_message", "join_message_parts", "to_text")

# https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting
_CONVERSION = re.compile(r"%(?:\((?P<name>[^()%]{0,100})\))?[-#0 +.*\d]{0,20}[hlL]?[diouxXeEfFgGcrsa%]")


def format_message(record: logging.LogRecord) -> str | None:
    """Return the message with its arguments, or ``None`` if formatting fails."""
    try:
        return f"{record.getMessage()}"
    except Exception:  # noqa: BLE001 (arguments can raise anything)
        return None


def join_message_parts(record: logging.LogRecord) -> str:
    """Insert the arguments into a message that ``%`` cannot format, as far as possible.

    Redaction recognizes a secret by the words before it, so arguments must be in their places. Arguments
    without a place are appended.
    """
    args: object = record.args
    named = dict(cast("dict[object, object]", args)) if isinstance(args, dict) else {}
    positional: deque[object] = deque()
    if args is not None and not named:
        positional.extend(args if isinstance(args, tuple) else (args,))
    used: set[object] = set()

    def fill(conversion: re.Match[str]) -> str:
        name = conversion["name"]
        if name in named:
            used.add(name)
            return to_text(named[name])
        if name is None and positional and conversion[0] != "%%":
            return to_text(positional.popleft())
        return conversion[0]

    text = _CONVERSION.sub(fill, to_text(record.msg))
    positional.extend({name: value} for name, value in named.items() if name not in used)
    return " ".join((text, *map(to_text, positional)))


def to_text(value: object) -> str:
    """Convert a value to a string."""
    try:
        return f"{value!s}"
    except Exception:  # noqa: BLE001 (a `__str__` can raise anything)
        return f"<unprintable {type(value).__name__} object>"
