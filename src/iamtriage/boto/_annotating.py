"""What is done with an exception on its way: a note at the right place, and word to who wants it.

Not for finding out what failed (``parsing``) nor for the note's text (``_notes``). Exceptions are looked at
with care here: their classes are the user's, and any attribute may raise.
"""

from __future__ import annotations

import logging
import os
import threading
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._reading.parsing import parse_raised
from iamtriage.boto._notifications import QUIET
from iamtriage.explaining._explain import explain
from iamtriage.explaining._notes import is_note, log_of, note_of, trace_of
from iamtriage.failures._failures import Failure
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.boto._explaining import ErrorExplainer
    from iamtriage.explaining._explanations import Explanation

__all__ = ("tell",)

_LOG = logging.getLogger("iamtriage.boto")
_MOST_EXCEPTIONS = 200
_MOST_NOTES = 50
_DEEPEST = 8
_TOLD = "_iamtriage_told"
_IDENTITY = ("action", "operation", "principal", "resource", "k8s_user", "k8s_verb", "k8s_resource")
# Two threads may handle one exception, as that of a future. A callback of one of them may raise in turn.
_lock = threading.RLock()


def _renew_lock() -> None:
    """Make a lock that is free: in a process forked off, a thread that holds it will never be there."""
    global _lock  # noqa: PLW0603 (locks cannot be renewed in place)
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@attrs.frozen(eq=False)
class _Find:
    """A failure: the exception that is on its way, and the one of its chain that is to have the note."""

    raised: BaseException
    place: BaseException
    failure: Failure


def tell(error: BaseException, asked: ErrorExplainer) -> None:
    """Add notes to an exception that tells of failures, and tell who asked for it."""
    kept = [_Kept.of(each) for each in islice(_everyone(error), 5 * _MOST_EXCEPTIONS)]
    try:
        wants_word = asked.callback is not None or asked.logger is not None
        if not wants_word and _has_note(error):
            return
        for find in _finds(error, asked, set())[:_MOST_NOTES]:
            _tell_of(find, asked)
    finally:
        # A `__str__` that raises its own exception has left our frames in its traceback.
        for each in kept:
            each.restore()


def _tell_of(find: _Find, asked: ErrorExplainer) -> None:
    with _lock:
        news = not QUIET.get() and _is_news(find, asked)
        noted = _has_note(find.place)
        if noted and not news:
            return
        explanation = explain(find.failure, facts=asked.facts)
        if not noted:
            note = note_of(explanation, full=asked.full, redacted=asked.redacted, facts=asked.facts)
            _add_note(find, note)
    if not news:
        return
    token = QUIET.set(True)
    try:
        if asked.callback is not None:
            _quietly(asked, "callback", asked.callback, explanation, find.raised)
        if asked.logger is not None:
            _quietly(asked, "logger", _log, explanation, asked)
    finally:
        QUIET.reset(token)


# ------------------------------------------------------------------------------------------------- where


def _finds(error: BaseException, asked: ErrorExplainer, seen: set[int], depth: int = 0) -> list[_Find]:
    """Find the failures that an exception tells of: one, or those of a group's members."""
    for segment in _segments(error, seen):
        last = segment[-1]
        if isinstance(last, BaseExceptionGroup) and depth < _DEEPEST:
            members = _members(cast("BaseExceptionGroup[BaseException]", last))
            found = [find for member in members for find in _finds(member, asked, seen, depth + 1)]
            if found:
                return found
        failure = parse_raised(segment[0], contexts=False)
        if failure is not None and _is_wanted(failure, asked):
            return [_Find(error, segment[0], failure)]
    return []


def _segments(error: BaseException, seen: set[int]) -> Iterator[list[BaseException]]:
    """Part the chain that a traceback shows: within a part, each exception was raised from the next.

    A part begins where an exception was only raised while another one was handled, and ends at a group.
    """
    segment: list[BaseException] = []
    for each in _shown(error):
        if id(each) in seen or len(seen) >= _MOST_EXCEPTIONS:
            break
        seen.add(id(each))
        segment.append(each)
        if each.__cause__ is None or isinstance(each, BaseExceptionGroup):
            yield segment
            segment = []
    if segment:
        yield segment


def _shown(error: BaseException) -> Iterator[BaseException]:
    """Walk the chain that a traceback shows, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < _MOST_EXCEPTIONS:
        seen.add(id(current))
        yield current
        if current.__cause__ is not None:
            current = current.__cause__
        else:
            current = None if current.__suppress_context__ else current.__context__


def _everyone(error: BaseException) -> Iterator[BaseException]:
    """Walk the exceptions that may be looked at, members of groups too; some of them twice."""
    waiting = [error]
    for _ in range(_MOST_EXCEPTIONS):
        if not waiting:
            return
        for each in _shown(waiting.pop()):
            yield each
            if isinstance(each, BaseExceptionGroup):
                waiting.extend(_members(cast("BaseExceptionGroup[BaseException]", each)))


def _members(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """Give what is in a group and its groups, in order."""
    members: list[BaseException] = []
    waiting: list[BaseException] = [group]
    steps = 0
    while waiting and len(members) < _MOST_EXCEPTIONS and steps < 2 * _MOST_EXCEPTIONS:
        steps += 1
        each = waiting.pop()
        if isinstance(each, BaseExceptionGroup):
            nested = cast("BaseExceptionGroup[BaseException]", each)
            waiting.extend(reversed(nested.exceptions[:_MOST_EXCEPTIONS]))
        elif isinstance(each, Exception):
            members.append(each)
    return members


def _is_wanted(failure: Failure, asked: ErrorExplainer) -> bool:
    return failure.kind != "aws_error" if asked.kinds is None else failure.kind in asked.kinds


# ------------------------------------------------------------------------------------------------- notes


def _add_note(find: _Find, note: str) -> None:
    """Add a note to an exception, in place of those below it that tell of the same."""
    if not _try(find.place.add_note, note) or not _has_note(find.place):
        return
    from_it = True
    above = find.place
    for each in _shown(find.place):
        if each is find.place:
            continue
        from_it = from_it and above.__cause__ is each
        above = each
        if _has_note(each) and (from_it or _tells_of(each, find.failure)):
            _try(_drop_notes, each)


def _has_note(error: BaseException) -> bool:
    notes: list[object] = []
    return _try(lambda: notes.extend(_notes(error))) and any(map(is_note, notes))


def _notes(error: BaseException) -> list[object]:
    notes: object = getattr(error, "__notes__", None)
    return list(cast("list[object]", notes)) if isinstance(notes, (list, tuple)) else []


def _drop_notes(error: BaseException) -> None:
    kept = [note for note in _notes(error) if not is_note(note)]
    if kept:
        error.__notes__[:] = cast("list[str]", kept)
    else:
        del error.__notes__


def _tells_of(error: BaseException, failure: Failure) -> bool:
    """Tell whether an exception is about a failure, as far as it says: wrappers cut and reword texts."""
    other = parse_raised(error, contexts=False)
    if other is None or other.kind != failure.kind:
        return False
    one: dict[str, Any] = dict(to_record(failure))
    two: dict[str, Any] = dict(to_record(other))
    return all(_agree(one[key], two[key]) for key in _IDENTITY)


def _agree(one: str | None, other: str | None) -> bool:
    return (
        one is None
        or other is None
        or one.lower().startswith(other.lower())
        or other.lower().startswith(one.lower())
    )


# -------------------------------------------------------------------------------------------------- word


def _is_news(find: _Find, asked: ErrorExplainer) -> bool:
    """Tell whether who asked has not been told of this exception yet, or of the one that it wraps."""
    if asked.callback is None and asked.logger is None:
        return False
    told = any(
        asked.mark in _told(each) and (each is find.raised or _tells_of(each, find.failure))
        for each in _shown(find.raised)
    )
    if asked.mark not in _told(find.raised):
        # Neither slots nor a `__setattr__` of the class can refuse this. It is pickled with the exception.
        _try(lambda: _dictionary(find.raised).update({_TOLD: (*_told(find.raised), asked.mark)}))
    return not told


def _told(error: BaseException) -> tuple[int, ...]:
    told: list[object] = []
    _try(lambda: told.append(_dictionary(error).get(_TOLD)))
    return cast("tuple[int, ...]", told[0]) if told and isinstance(told[0], tuple) else ()


def _dictionary(error: BaseException) -> dict[str, object]:
    found: dict[str, object] = object.__getattribute__(error, "__dict__")
    return found


def _log(explanation: Explanation, asked: ErrorExplainer) -> None:
    failure = explanation.failure
    logger: Any = asked.logger
    if failure is None or logger is None:
        return
    summary, record = log_of(explanation, redacted=asked.redacted, facts=asked.facts)
    extra: dict[str, object] = {"iamtriage": record, "iamtriage_fingerprint": fingerprint(failure)}
    message = "%s"
    while issubclass(type(logger), logging.LoggerAdapter):
        # An adapter puts its own `extra` in place of ours, unless told otherwise, which Python 3.13 can.
        message, more = logger.process(message, {"extra": extra})
        extra = {**(more.get("extra") or {}), **extra}
        logger = logger.logger
    logger.log(asked.level, message, summary, extra=extra)


def _quietly(asked: ErrorExplainer, what: str, function: Callable[..., object], *args: Any) -> None:  # noqa: ANN401 (the function's own)
    """Call what is not ours; log what it raises."""
    error: object = args[-1]
    kept = [_Kept.of(each) for each in _shown(error)] if isinstance(error, BaseException) else []
    try:
        function(*args)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # noqa: BLE001 (the user's exception matters more than theirs)
        _try(_log_raised, asked, what, raised)
        for each in kept:
            each.restore()


def _log_raised(asked: ErrorExplainer, what: str, raised: BaseException) -> None:
    _LOG.error("the %s of explain_errors raised:\n%s", what, trace_of(raised, redacted=asked.redacted))


# ------------------------------------------------------------------------------------------------- care


@attrs.frozen(eq=False)
class _Kept:
    """What an exception was before it was looked at."""

    error: BaseException
    traceback: TracebackType | None
    cause: BaseException | None
    context: BaseException | None
    suppress: bool

    @classmethod
    def of(cls, error: BaseException) -> _Kept:
        return cls(error, error.__traceback__, error.__cause__, error.__context__, error.__suppress_context__)

    def restore(self) -> None:
        """Undo what was changed. The class may refuse attributes, so its own methods are not asked."""
        error = self.error
        if error.__traceback__ is not self.traceback:
            BaseException.with_traceback(error, self.traceback)
        if error.__cause__ is not self.cause:
            BaseException.__setattr__(error, "__cause__", self.cause)
        if error.__context__ is not self.context:
            BaseException.__setattr__(error, "__context__", self.context)
        if error.__suppress_context__ is not self.suppress:
            BaseException.__setattr__(error, "__suppress_context__", self.suppress)


def _try(function: Callable[..., object], *args: Any) -> bool:  # noqa: ANN401 (the function's own)
    """Call something that may raise anything; tell whether it did not."""
    try:
        function(*args)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (a foreign method may raise anything)
        return False
    return True
