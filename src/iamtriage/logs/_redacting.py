"""The logging filter that redacts the secrets of log records."""

from __future__ import annotations

import copy
import json
import logging
import sys
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias, cast

import attrs

from iamtriage._typing import NamedTuple, override
from iamtriage.logs._limits import MAX_CHARS, check_max_chars, with_margins, without_margins
from iamtriage.logs._messages import format_message, join_message_parts, to_text
from iamtriage.redaction._redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("RedactingFilter",)

# Other attributes come from `extra`.
_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"asctime", "message", "taskName"}
# A fingerprint is a hash: it contains no secret, and redacting it would break grouping.
_EXCLUDED_ATTRIBUTES = _STANDARD_ATTRIBUTES | {"iamtriage_fingerprint"}
_FAILED = "[could not be redacted]"
_TRUNCATED = "…"
_MAX_VALUES = 10_000
_MAX_DEPTH = 6
# Joins the texts of a record, so that one redaction gives them the same pseudonyms.
_SEPARATOR = "\n\n\x1e\n\n"

_Plain: TypeAlias = "str | int | float | bool | list[_Plain] | dict[str, _Plain] | None"


class _Texts(NamedTuple):
    """The texts of a record that formatters can print."""

    message: str
    traceback: str
    cached_traceback: str
    stack: str
    extras: str


class RedactingFilter(logging.Filter):
    """Redact the secrets in the message, traceback, stack and extras of each log record.

    The filter recognizes the same secrets as :func:`iamtriage.redact`. Everything that uses the record
    afterwards gets the redacted texts: ``getMessage()``, formatters, JSON formatters and queue handlers.

    A message with a secret becomes a string with its arguments filled in. A traceback with a secret becomes a
    string, too: ``exc_text`` without ``exc_info``. Otherwise, the record keeps its parts, so that error
    trackers can group it and read its exception. Extras are redacted if they are strings, bytes or
    exceptions, also in dicts and lists, whose keys can announce a secret. Other objects do not change.

    Since Python 3.12, a handler's filter passes a copy of the record to its handler, so other handlers are
    not affected. In Python 3.11, all handlers share the record, and the later ones see it redacted.

    If a text is longer than ``max_chars``, its beginning and end remain, and a line says how many characters
    are missing. If the extras are longer than twice that in total, "…" replaces the rest.

    Args:
        identifiers: Whether to replace names, accounts and IDs by pseudonyms as well. A value has the same
            pseudonym in all parts of a record. Each record numbers its pseudonyms from the start.
        max_chars: The number of characters of a text to redact and keep.

    Raises:
        TypeError: ``max_chars`` is not an integer.
        ValueError: ``max_chars`` is less than 1,000.

    Filters: https://docs.python.org/3/library/logging.html#filter-objects.

    >>> import sys
    >>> handler = logging.StreamHandler(sys.stdout)
    >>> handler.addFilter(RedactingFilter())
    >>> handler.handle(logging.makeLogRecord({"msg": "login with password=%s", "args": ("hunter2-abc",)}))
    login with password=[REDACTED password]
    ...
    """

    def __init__(self, *, identifiers: bool = False, max_chars: int = MAX_CHARS) -> None:
        super().__init__()
        self._redactor = _Redactor(identifiers=identifiers, max_chars=check_max_chars(max_chars))

    if sys.version_info >= (3, 12):

        @override
        def filter(self, record: logging.LogRecord) -> bool | logging.LogRecord:
            """Return the redacted copy of a record."""
            redacted = _copy_record(record)
            _redact_record(redacted, self._redactor)
            return redacted
    else:

        @override
        def filter(self, record: logging.LogRecord) -> bool:
            """Redact the record. Every record passes."""
            _redact_record(record, self._redactor)
            return True


def _copy_record(record: logging.LogRecord) -> logging.LogRecord:
    try:
        return copy.copy(record)
    except Exception:  # noqa: BLE001 (a subclass can break copying)
        return logging.makeLogRecord(record.__dict__)


def _redact_record(record: logging.LogRecord, redactor: _Redactor) -> None:
    try:
        changes = _find_changes(record, redactor)
    except Exception:  # noqa: BLE001 (print nothing of the record, but do not lose it)
        changes = {name: _FAILED for name in record.__dict__ if name not in _EXCLUDED_ATTRIBUTES}
        changes |= {"msg": _FAILED, "message": _FAILED, "args": (), "exc_info": None, "exc_text": None}
        changes |= {"stack_info": None}
    record.__dict__.update(changes)
    if type(record) is not logging.LogRecord and "msg" in changes:
        _fix_message(record, str(changes["msg"]))


def _fix_message(record: logging.LogRecord, message: str) -> None:
    """Keep a record with its own message format from formatting the redacted message again."""
    if format_message(record) == message:
        return
    try:
        record.__class__ = logging.LogRecord
    except TypeError:  # it has slots
        record.msg = _FAILED


def _find_changes(record: logging.LogRecord, redactor: _Redactor) -> dict[str, object]:
    """Return the attributes to change so that no formatter prints a secret."""
    extras: dict[str, object] = {
        name: value for name, value in record.__dict__.items() if name not in _EXCLUDED_ATTRIBUTES
    }
    budget = _Budget(_MAX_VALUES, 2 * redactor.max_chars)
    plain: dict[str, _Plain] = {}
    for name, value in extras.items():
        budget.values = _MAX_VALUES
        plain[name] = redactor.to_plain(value, budget)
    extras_json = json.dumps(plain, ensure_ascii=False) if any(plain.values()) else ""
    message = format_message(record)
    original = _Texts(
        join_message_parts(record) if message is None else message,
        _format_traceback(record.exc_info),
        # The formatter of another handler has cached it, in its own format.
        to_text(record.exc_text or ""),
        to_text(record.stack_info or ""),
        extras_json,
    )
    redacted = redactor.redact_texts(original)
    changes: dict[str, object] = {}
    if redacted.message != original.message or not _is_fully_printed(record, message):
        changes |= {"msg": redacted.message, "args": ()}
    if "message" in record.__dict__:
        changes["message"] = redacted.message
    if redacted.traceback != original.traceback or redacted.cached_traceback != original.cached_traceback:
        changes |= {"exc_info": None, "exc_text": redacted.cached_traceback or redacted.traceback}
    if redacted.stack != original.stack:
        changes["stack_info"] = redacted.stack
    if redacted.extras != original.extras or budget.is_exceeded:
        changes |= redactor.redact_extras(extras, redacted.extras)
    return changes


def _format_traceback(exc_info: object) -> str:
    """Return the printed traceback, or an empty string if there is none."""
    parts = cast("tuple[object, ...]", exc_info) if isinstance(exc_info, tuple) else (None, exc_info)
    error = parts[1] if len(parts) > 1 else None
    if not isinstance(error, BaseException):
        return ""
    frames = parts[2] if len(parts) > 2 else None
    try:
        frames = frames if isinstance(frames, TracebackType) else error.__traceback__
        return logging.Formatter().formatException((type(error), error, frames))
    except Exception:  # noqa: BLE001 (including RecursionError, for a long chain of exceptions)
        return f"{type(error).__name__}: {to_text(error)}"


def _is_fully_printed(record: logging.LogRecord, message: str | None) -> bool:
    """Return whether the message contains everything in ``msg`` and ``args``, so that both were redacted."""
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


@attrs.define
class _Budget:
    """The remaining number of values of an extra, and of characters of all extras, to redact.

    Attributes:
        values: The number of values.
        characters: The number of characters.
        is_exceeded: Whether there were more. Then the extras change even if they contain no secret.
    """

    values: int
    characters: int
    is_exceeded: bool = False

    def truncate(self) -> str:
        """Return the replacement of a value that exceeds the budget."""
        self.is_exceeded = True
        return _TRUNCATED


@attrs.frozen
class _Redactor:
    """Redacts the parts of records.

    Attributes:
        identifiers: Whether to replace names, accounts and IDs, too.
        max_chars: The maximum length of a text.
    """

    identifiers: bool
    max_chars: int

    def redact_text(self, text: str) -> str:
        """Redact a single text, without its middle if it is too long."""
        redacted = redact(with_margins(text, self.max_chars), identifiers=self.identifiers)
        return without_margins(redacted, text, self.max_chars)

    def redact_texts(self, texts: _Texts) -> _Texts:
        """Redact the texts of a record together, so that a value has the same pseudonym in each."""
        # Extras are short, and cutting them would break their JSON.
        short = [with_margins(text, self.max_chars) for text in texts[:-1]]
        redacted = [redact(text) if text else text for text in (*short, texts.extras)]
        if self.identifiers:
            parts = redact(_SEPARATOR.join(redacted), identifiers=True).split(_SEPARATOR)
            if len(parts) != len(redacted):
                parts = [redact(text, identifiers=True) for text in redacted]
            redacted = parts
        pairs = zip(redacted[:-1], texts, strict=False)
        whole = [without_margins(new, text, self.max_chars) for new, text in pairs]
        return _Texts._make((*whole, redacted[-1]))

    def to_plain(self, value: object, budget: _Budget, depth: int = 0) -> _Plain:
        """Convert an extra to JSON values, with ``None`` for everything but strings and containers."""
        budget.values -= 1
        text = _get_text(value)
        if text is not None:
            if budget.characters < 0:
                return budget.truncate()
            budget.characters -= min(len(text), self.max_chars)
            budget.is_exceeded = budget.is_exceeded or len(text) > self.max_chars
            return with_margins(text, self.max_chars)
        if not isinstance(value, dict | list | tuple):
            return None
        if depth > _MAX_DEPTH or budget.values < 0:
            return budget.truncate()
        if isinstance(value, dict):
            pairs = cast("Mapping[object, object]", value).items()
            return {to_text(name): self.to_plain(each, budget, depth + 1) for name, each in pairs}
        return [self.to_plain(each, budget, depth + 1) for each in cast("list[object]", value)]

    def redact_extras(self, extras: dict[str, object], redacted_json: str) -> dict[str, object]:
        """Replace the texts in extras with redacted ones, and keep all other values."""
        # Redacted JSON is still valid JSON.
        members = _list_members(json.loads(redacted_json, object_pairs_hook=_Pairs), len(extras))
        return {
            name: self._merge(value, redacted, [_MAX_VALUES])
            for (name, value), (_, redacted) in zip(extras.items(), members, strict=True)
        }

    def _merge(self, value: object, redacted: object, budget: list[int], depth: int = 0) -> object:
        """Replace the texts in a value with redacted ones. Redact those that have none yet."""
        budget[0] -= 1
        text = _get_text(value)
        if text is not None:
            if isinstance(redacted, str):
                new = without_margins(redacted, text, self.max_chars)
                redacted = redacted if redacted == _TRUNCATED else new
            else:
                redacted = self.redact_text(text)
            return value if redacted == text else redacted
        if not isinstance(value, dict | list | tuple):
            return value
        if redacted == _TRUNCATED or depth > _MAX_DEPTH or budget[0] < 0:
            return _TRUNCATED
        if isinstance(value, dict):
            pairs = cast("Mapping[object, object]", value).items()
            changed: dict[object, object] = {}
            members = _list_members(redacted, len(pairs))
            for (name, item), (redacted_name, redacted_item) in zip(pairs, members, strict=True):
                new_name = self._redact_name(name, redacted_name)
                changed[new_name] = self._merge(item, redacted_item, budget, depth + 1)
            same = all(map(_is_same_item, pairs, changed.items()))
            return cast("object", value) if same and len(changed) == len(pairs) else changed
        items = list(cast("list[object] | tuple[object, ...]", value))
        redacted_items = cast("list[object]", redacted) if isinstance(redacted, list) else []
        if len(redacted_items) != len(items):
            redacted_items = [None] * len(items)
        pairs_of_items = zip(items, redacted_items, strict=True)
        result = [
            self._merge(item, redacted_item, budget, depth + 1) for item, redacted_item in pairs_of_items
        ]
        if all(item is new for item, new in zip(items, result, strict=True)):
            return cast("object", value)
        return result if isinstance(value, list) else tuple(result)

    def _redact_name(self, name: object, redacted: str | None) -> object:
        """Return the redacted key of a dict, which can itself be an identifier."""
        if not isinstance(name, str):
            return name
        return self.redact_text(name) if redacted is None else redacted


def _get_text(value: object) -> str | None:
    """Return the text of a string, bytes or an exception, or ``None`` for other values."""
    if isinstance(value, bytes | bytearray):
        return value.decode("utf-8", "backslashreplace")
    return to_text(value) if isinstance(value, str | BaseException) else None


class _Pairs(list[tuple[str, object]]):
    """The members of a JSON object, in order. After redaction, several can have the same key."""


def _list_members(redacted: object, size: int) -> list[tuple[str | None, object]]:
    # Keys that are equal in JSON, such as 1 and "1", are one member.
    if isinstance(redacted, _Pairs) and len(redacted) == size:
        return [*redacted]
    return [(None, None)] * size


def _is_same_item(one: tuple[object, object], other: tuple[object, object]) -> bool:
    return one[0] == other[0] and one[1] is other[1]
