"""Format a value as one short line, for ``repr()``.

pytest, debuggers and logs print ``repr()`` of any value, so it must be short even for a large value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import attrs

from iamtriage._rendering.fields import Verbatim, shown_fields
from iamtriage._text import hide_beginning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("short_repr",)

# In characters.
MAX_LENGTH = 299
# In characters. If a part would get fewer, the last parts are omitted.
_MIN_SHARE = 30
# There is room for at least this many items of a list.
_MIN_ITEMS = 4
_MAX_DEPTH = 4
_ELLIPSIS = "…"


def short_repr(value: object, fields: Iterable[tuple[str, object]]) -> str:
    """Return a value as a call of its class, in fewer than 300 characters.

    Long fields are shortened. If that is not enough, the last fields are omitted. ``…`` marks each gap.

    Args:
        value: The value.
        fields: The names and values of the fields to show, the most important first.

    >>> from iamtriage import Envelope
    >>> short_repr(Envelope(), [("code", "AccessDenied"), ("operation", None)])
    "Envelope(code='AccessDenied', operation=None)"
    """
    return _call(value, fields, MAX_LENGTH, 0)


def _call(value: object, fields: Iterable[tuple[str, object]], limit: int, depth: int) -> str:
    """Return a value as a call of its class. Only the longest fields are shortened."""
    opening = f"{type(value).__name__}("
    parts = list(fields)
    room = limit - len(opening) - 1
    texts = [_render(part, max(room, 1), depth + 1) for _, part in parts]
    ending: list[str] = []
    while parts:
        names = sum(len(name) + 1 for name, _ in parts)
        separators = 2 * (len(parts) - 1) + (3 if ending else 0)
        share = _fair_share([len(text) for text in texts], room - names - separators)
        if share is None:
            break
        if share >= _MIN_SHARE or (len(parts) == 1 and share > 0):
            texts = [
                text if len(text) <= share else _render(part, share, depth + 1)
                for (_, part), text in zip(parts, texts, strict=True)
            ]
            break
        parts.pop()
        texts.pop()
        ending = [_ELLIPSIS]
    pieces = [f"{name}={text}" for (name, _), text in zip(parts, texts, strict=True)]
    return _clip(f"{opening}{', '.join(pieces + ending)})", limit)


def _fair_share(lengths: list[int], available: int) -> int | None:
    """Return the maximum length at which all texts fit, or ``None`` if they fit unchanged.

    >>> _fair_share([10, 50, 90], 90), _fair_share([10, 50], 60)
    (40, None)
    """
    if sum(lengths) <= available:
        return None
    left = sorted(lengths)
    while len(left) > 1 and left[0] <= available // len(left):
        available -= left.pop(0)
    return available // len(left)


def _render(value: object, limit: int, depth: int) -> str:
    """Return a value as text of at most ``limit`` characters."""
    if isinstance(value, Verbatim):
        return _clip(hide_beginning(str(value)), limit)
    if isinstance(value, str):
        return _quote(hide_beginning(value), limit)
    fields = _fields_of(value)
    if fields is not None:
        return _call(value, fields, limit, depth) if depth <= _MAX_DEPTH else _ELLIPSIS
    if isinstance(value, (tuple, list, set, frozenset, Mapping)):
        return _collection(cast("_Collection", value), limit, depth) if depth <= _MAX_DEPTH else _ELLIPSIS
    try:
        return _clip(repr(value), limit)
    except Exception:  # noqa: BLE001 (any repr can raise any exception; an int of 5,000 digits raises one)
        return _clip(f"<{type(value).__name__}>", limit)


def _fields_of(value: object) -> Iterator[tuple[str, object]] | None:
    """Return the fields of a public value or attrs instance, or ``None`` for any other value."""
    own: object = getattr(value, "_repr_fields", None)
    if callable(own):
        return cast("Iterator[tuple[str, object]]", own())
    return shown_fields(value) if attrs.has(type(value)) else None


if TYPE_CHECKING:
    from typing import TypeAlias

    _Collection: TypeAlias = (
        tuple[object, ...] | list[object] | set[object] | frozenset[object] | Mapping[object, object]
    )


def _collection(values: _Collection, limit: int, depth: int) -> str:
    """Return the first items of a collection that fit."""
    opening, closing = _brackets(values)
    left = limit - len(opening) - len(closing)
    item_limit = max(_MIN_SHARE, left // max(1, min(len(values), _MIN_ITEMS)))
    pieces: list[str] = []
    for number, value in enumerate(values, 1):
        is_last = number == len(values)
        available = left - (2 if pieces else 0) - (0 if is_last else 3)
        text = _item(values, value, available if is_last else min(item_limit, available), depth + 1)
        if len(text) > available or (pieces and available < _MIN_SHARE and _ELLIPSIS in text):
            pieces.append(_ELLIPSIS)
            break
        left -= len(text) + (2 if pieces else 0)
        pieces.append(text)
    return _clip(opening + ", ".join(pieces) + closing, limit)


def _item(values: _Collection, value: object, limit: int, depth: int) -> str:
    if not isinstance(values, Mapping):
        return _render(value, limit, depth)
    key = _render(value, min(limit, _MIN_SHARE), depth)
    return f"{key}: {_render(values[value], limit - len(key) - 2, depth)}"


def _brackets(values: _Collection) -> tuple[str, str]:
    if isinstance(values, tuple):
        return "(", ",)" if len(values) == 1 else ")"
    return ("[", "]") if isinstance(values, list) else ("{", "}")


def _quote(text: str, limit: int) -> str:
    """Return a quoted text. Long prose is truncated at the end, other text in the middle."""
    if len(text) <= limit and len(whole := repr(text)) <= limit:
        return whole
    kept = limit - 3
    is_prose = " " in text[: max(kept, 0)]
    while kept > 0:
        tail = 0 if is_prose else kept // 2
        shown = repr(text[: kept - tail] + _ELLIPSIS + text[len(text) - tail :])
        if len(shown) <= limit:
            return shown
        # Escapes are longer than the characters that they represent.
        kept = min(kept - 1, kept * limit // len(shown))
    return _ELLIPSIS


def _clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + _ELLIPSIS
