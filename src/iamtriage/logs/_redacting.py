"""The filter that hides the secrets of log records; not for finding secrets, see ``iamtriage.redact``."""

from __future__ import annotations

import copy
import json
import logging
import sys
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from typing_extensions import override

from iamtriage.logs._messages import formatted, parts_of, said
from iamtriage.redaction._redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("RedactingFilter",)

# An attribute that is none of these was given as `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"asctime", "message", "taskName"}
# A hash, and what was found beside it is of no use without it.
_KEPT = _OWN | {"iamtriage_fingerprint"}
_FAILED = "[a text that could not be redacted]"
_TOO_MUCH = "…"
_MOST_VALUES = 10_000
_DEEPEST = 6
# Between the parts of a record, when they are read as one text.
_BORDER = "\n\n\x1e\n\n"

_Plain: TypeAlias = "str | int | float | bool | list[_Plain] | dict[str, _Plain] | None"


class _Parts(NamedTuple):
    """The texts of a record that something may print."""

    message: str
    trace: str
    kept: str
    stack: str
    extras: str


class RedactingFilter(logging.Filter):
    """Hides the secrets of each log record: in its message, traceback, stack and extras.

    What :func:`iamtriage.redact` hides is hidden. Whatever formats the record afterwards, prints the redacted
    texts: ``getMessage()``, formatters of text and of JSON, handlers of queues.

    Where the message holds a secret, it becomes the text with its arguments filled in. Where the traceback
    holds one, it becomes text: ``exc_text`` without ``exc_info``. Else the record keeps its parts, so that
    trackers of errors group it and read its exception. Extras that are text, bytes or
    exceptions, also in dicts and lists, are hidden by their names too; objects of other classes are left.

    Since Python 3.12 a filter of a handler changes what this handler sees and nothing else, as the handler is
    given a copy. Before, all handlers see the one record, and those that come later see it redacted.

    Args:
        identifiers: whether to hide who and what it is about, too. One value has one pseudonym in all parts
            of a record; another record numbers anew.

    Filters: https://docs.python.org/3/library/logging.html#filter-objects.

    >>> import sys
    >>> handler = logging.StreamHandler(sys.stdout)
    >>> handler.addFilter(RedactingFilter())
    >>> handler.handle(logging.makeLogRecord({"msg": "login with password=%s", "args": ("hunter2-abc",)}))
    login with password=[REDACTED password]
    ...
    """

    def __init__(self, *, identifiers: bool = False) -> None:
        super().__init__()
        self._identifiers = identifiers

    if sys.version_info >= (3, 12):

        @override
        def filter(self, record: logging.LogRecord) -> bool | logging.LogRecord:
            """Give a redacted copy of the record."""
            shown = _copied(record)
            _redact(shown, identifiers=self._identifiers)
            return shown
    else:

        @override
        def filter(self, record: logging.LogRecord) -> bool:
            """Redact the record. It always passes."""
            _redact(record, identifiers=self._identifiers)
            return True


def _copied(record: logging.LogRecord) -> logging.LogRecord:
    try:
        return copy.copy(record)
    except Exception:  # noqa: BLE001 (a record of another class may refuse)
        return logging.makeLogRecord(record.__dict__)


def _redact(record: logging.LogRecord, *, identifiers: bool) -> None:
    try:
        changes = _changes(record, identifiers=identifiers)
    except Exception:  # noqa: BLE001 (nothing of it may be printed then, and the record must not be lost)
        changes = {name: _FAILED for name in record.__dict__ if name not in _KEPT}
        changes |= {"msg": _FAILED, "message": _FAILED, "args": (), "exc_info": None, "exc_text": None}
        changes |= {"stack_info": None}
    record.__dict__.update(changes)
    if type(record) is not logging.LogRecord and "msg" in changes:
        _print_as_it_is(record, str(changes["msg"]))


def _print_as_it_is(record: logging.LogRecord, message: str) -> None:
    """Keep a record that formats messages in a way of its own from formatting what is formatted."""
    if formatted(record) == message:
        return
    try:
        record.__class__ = logging.LogRecord
    except TypeError:  # it has slots
        record.msg = _FAILED


def _changes(record: logging.LogRecord, *, identifiers: bool) -> dict[str, object]:
    """Give the attributes that a record must have so that nothing prints what is hidden."""
    extras: dict[str, object] = {name: value for name, value in record.__dict__.items() if name not in _KEPT}
    plain = {name: _plain(value, [_MOST_VALUES]) for name, value in extras.items()}
    written = json.dumps(plain, ensure_ascii=False) if any(plain.values()) else ""
    message = formatted(record)
    given = _Parts(
        parts_of(record) if message is None else message,
        _traceback(record.exc_info),
        # What another handler's formatter kept, in a form of its own.
        said(record.exc_text or ""),
        said(record.stack_info or ""),
        written,
    )
    shown = _hidden(given, identifiers=identifiers)
    changes: dict[str, object] = {}
    if shown.message != given.message or not _prints_only(record, message):
        changes |= {"msg": shown.message, "args": ()}
    if "message" in record.__dict__:
        changes["message"] = shown.message
    if shown.trace != given.trace or shown.kept != given.kept:
        changes |= {"exc_info": None, "exc_text": shown.kept or shown.trace}
    if shown.stack != given.stack:
        changes["stack_info"] = shown.stack
    if shown.extras != given.extras:
        changes |= _put_back(extras, shown.extras, identifiers=identifiers)
    return changes


def _traceback(info: object) -> str:
    """Give the traceback as it is printed, "" where there is none."""
    parts = cast("tuple[object, ...]", info) if isinstance(info, tuple) else (None, info)
    error = parts[1] if len(parts) > 1 else None
    if not isinstance(error, BaseException):
        return ""
    where = parts[2] if len(parts) > 2 else None
    try:
        where = where if isinstance(where, TracebackType) else error.__traceback__
        return logging.Formatter().formatException((type(error), error, where))
    except Exception:  # noqa: BLE001 (also RecursionError: a chain may be as deep as it likes)
        return f"{type(error).__name__}: {said(error)}"


def _prints_only(record: logging.LogRecord, message: str | None) -> bool:
    """Tell whether the parts of a message say no more than the message: what was looked through is all."""
    args: object = record.args
    if not isinstance(record.msg, str) or message is None:
        return False
    if args is None or isinstance(args, tuple):
        values = list(args or ())
    elif type(args) is dict:
        values = list(cast("dict[object, object]", args).values())
    else:
        return False
    return all(
        value is None or type(value) in {bool, float, int} or (type(value) is str and value in message)
        for value in values
    )


def _hidden(texts: _Parts, *, identifiers: bool) -> _Parts:
    """Redact the parts of a record; a value has the same pseudonym in each."""
    shown = _Parts(*(redact(text) if text else text for text in texts))
    if not identifiers:
        return shown
    together = redact(_BORDER.join(shown), identifiers=True).split(_BORDER)
    if len(together) == len(shown):
        return _Parts(*together)
    return _Parts(*(redact(text, identifiers=True) for text in shown))


def _plain(value: object, budget: list[int], depth: int = 0) -> _Plain:
    """Give the texts of an extra as JSON writes them; anything that is no text is of no interest."""
    budget[0] -= 1
    text = _text_of(value)
    if text is not None:
        return text
    if not isinstance(value, dict | list | tuple):
        return None
    if depth > _DEEPEST or budget[0] < 0:
        return _TOO_MUCH
    if isinstance(value, dict):
        pairs = cast("Mapping[object, object]", value).items()
        return {said(name): _plain(each, budget, depth + 1) for name, each in pairs}
    return [_plain(each, budget, depth + 1) for each in cast("list[object]", value)]


def _text_of(value: object) -> str | None:
    """Give the text that is printed for a value, where it costs nothing to know it."""
    if isinstance(value, bytes | bytearray):
        return value.decode("utf-8", "backslashreplace")
    return said(value) if isinstance(value, str | BaseException) else None


class _Pairs(list[tuple[str, object]]):
    """The members of a JSON object, in order; two may have one name, once it is hidden."""


def _put_back(extras: dict[str, object], written: str, *, identifiers: bool) -> dict[str, object]:
    """Give the extras with their texts redacted, and with all else that they held."""
    # Redaction keeps JSON what it is.
    others = _members(json.loads(written, object_pairs_hook=_Pairs), len(extras))
    return {
        name: _merged(value, other, identifiers=identifiers, budget=[_MOST_VALUES])
        for (name, value), (_, other) in zip(extras.items(), others, strict=True)
    }


def _members(shown: object, size: int) -> list[tuple[str | None, object]]:
    # Of names that JSON writes alike, one is there.
    if isinstance(shown, _Pairs) and len(shown) == size:
        return [*shown]
    return [(None, None)] * size


def _merged(value: object, shown: object, *, identifiers: bool, budget: list[int], depth: int = 0) -> object:
    """Give a value with the texts that are shown for it; what is not shown is redacted by itself."""
    budget[0] -= 1
    text = _text_of(value)
    if text is not None:
        shown = shown if isinstance(shown, str) else redact(text, identifiers=identifiers)
        return value if shown == text else shown
    if not isinstance(value, dict | list | tuple):
        return value
    if shown == _TOO_MUCH or depth > _DEEPEST or budget[0] < 0:
        return _TOO_MUCH

    def merged(one: object, other: object) -> object:
        return _merged(one, other, identifiers=identifiers, budget=budget, depth=depth + 1)

    if isinstance(value, dict):
        pairs = cast("Mapping[object, object]", value).items()
        changed: dict[object, object] = {}
        for (name, one), (other_name, other) in zip(pairs, _members(shown, len(pairs)), strict=True):
            changed[_name(name, other_name, identifiers=identifiers)] = merged(one, other)
        same = all(map(_is_same, pairs, changed.items()))
        return cast("object", value) if same and len(changed) == len(pairs) else changed
    given = list(cast("list[object] | tuple[object, ...]", value))
    others = cast("list[object]", shown) if isinstance(shown, list) else []
    others = others if len(others) == len(given) else [None] * len(given)
    result = [merged(one, other) for one, other in zip(given, others, strict=True)]
    if all(one is other for one, other in zip(given, result, strict=True)):
        return cast("object", value)
    return result if isinstance(value, list) else tuple(result)


def _name(name: object, shown: str | None, *, identifiers: bool) -> object:
    """Give the name of a value in a dict: it may be an identifier itself."""
    if not isinstance(name, str):
        return name
    return redact(name, identifiers=identifiers) if shown is None else shown


def _is_same(one: tuple[object, object], other: tuple[object, object]) -> bool:
    return one[0] == other[0] and one[1] is other[1]
