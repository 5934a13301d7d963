"""Add notes to exceptions that report failures, and notify callbacks and loggers.

Programs define the classes of the exceptions, so any attribute or method can raise any exception.
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
from iamtriage.boto._calls import find_call_facts
from iamtriage.boto._error_classes import add_classes
from iamtriage.boto._loggers import log_failure
from iamtriage.boto._notifications import NOTIFICATIONS_PAUSED
from iamtriage.explaining._explain import explain
from iamtriage.explaining._facts import ATTACHED
from iamtriage.explaining._given_facts import build_facts
from iamtriage.explaining._notes import format_note, format_traceback, is_note, summarize_for_log
from iamtriage.failures._failures import Failure
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.boto._options import ExplainOptions
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._facts import Facts

__all__ = ("annotate",)

_LOG = logging.getLogger("iamtriage.boto")
_MAX_EXCEPTIONS = 200
_MAX_NOTES = 50
_MAX_DEPTH = 8
_REPORTED_BY = "_iamtriage_reported_by"
_IDENTIFYING_KEYS = ("action", "operation", "principal", "resource", "k8s_user", "k8s_verb", "k8s_resource")
# Threads can share an exception, for example that of a future. Reentrant, because a callback can raise, too.
_lock = threading.RLock()


def _reset_lock() -> None:
    """Create a new lock, because after a fork the thread that held the old one does not exist."""
    global _lock  # noqa: PLW0603 (the state of a lock cannot be reset)
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_lock)


@attrs.frozen(eq=False)
class _Finding:
    """A failure, the exception that propagates, and the exception in its chain that gets the note."""

    raised: BaseException
    carrier: BaseException
    failure: Failure


def annotate(error: BaseException, options: ExplainOptions) -> None:
    """Add notes to an exception that reports failures, and notify the callback and the logger."""
    states = [_ExceptionState.capture(each) for each in islice(_walk_all(error), 5 * _MAX_EXCEPTIONS)]
    try:
        notifies = options.callback is not None or options.logger is not None
        if not notifies and _has_note(error):
            return
        for finding in _find_failures(error, options, set())[:_MAX_NOTES]:
            _report(finding, options)
    finally:
        # A `__str__` that raises the exception itself has added our frames to its traceback.
        for state in states:
            state.restore()


def _report(finding: _Finding, options: ExplainOptions) -> None:
    with _lock:
        is_new = not NOTIFICATIONS_PAUSED.get() and _mark_reported(finding, options)
        has_note = _has_note(finding.carrier)
        if has_note and not is_new:
            return
        call = find_call_facts(finding.carrier, finding.failure)
        facts = build_facts([call, options.facts])
        if call is not None:
            _suppress_all(lambda: _instance_dict(finding.carrier).update({ATTACHED: call}))
        explanation = explain(finding.failure, facts=facts)
        if not has_note:
            note = format_note(explanation, full=options.full, redacted=options.redacted, facts=facts)
            _add_note(finding, note)
    if not is_new:
        return
    token = NOTIFICATIONS_PAUSED.set(True)
    try:
        if options.callback is not None:
            _call_user_code(options, "callback", options.callback, explanation, finding.raised)
        if options.logger is not None:
            _call_user_code(options, "logger", _log_failure, explanation, options, facts)
    finally:
        NOTIFICATIONS_PAUSED.reset(token)


# ------------------------------------------------------------------------------------- finding failures


def _find_failures(
    error: BaseException, options: ExplainOptions, seen: set[int], depth: int = 0
) -> list[_Finding]:
    """Find the failure that an exception reports, or the failures of a group's members."""
    for segment in _split_chain(error, seen):
        last = segment[-1]
        if isinstance(last, BaseExceptionGroup) and depth < _MAX_DEPTH:
            members = _list_members(cast("BaseExceptionGroup[BaseException]", last))
            found = [
                finding for member in members for finding in _find_failures(member, options, seen, depth + 1)
            ]
            if found:
                return found
        failure = parse_raised(segment[0], contexts=False)
        if failure is not None:
            add_classes(segment[0], failure)
            if _is_selected(failure, options):
                return [_Finding(error, segment[0], failure)]
    return []


def _split_chain(error: BaseException, seen: set[int]) -> Iterator[list[BaseException]]:
    """Split the chain that a traceback shows into segments whose exceptions were raised from each other.

    A segment ends at a group, and at an exception that was raised while another one was being handled.
    """
    segment: list[BaseException] = []
    for each in _walk_chain(error):
        if id(each) in seen or len(seen) >= _MAX_EXCEPTIONS:
            break
        seen.add(id(each))
        segment.append(each)
        if each.__cause__ is None or isinstance(each, BaseExceptionGroup):
            yield segment
            segment = []
    if segment:
        yield segment


def _walk_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions of the chain that a traceback shows, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < _MAX_EXCEPTIONS:
        seen.add(id(current))
        yield current
        if current.__cause__ is not None:
            current = current.__cause__
        else:
            current = None if current.__suppress_context__ else current.__context__


def _walk_all(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions that may be inspected, including the members of groups. Some are yielded twice."""
    waiting = [error]
    for _ in range(_MAX_EXCEPTIONS):
        if not waiting:
            return
        for each in _walk_chain(waiting.pop()):
            yield each
            if isinstance(each, BaseExceptionGroup):
                waiting.extend(_list_members(cast("BaseExceptionGroup[BaseException]", each)))


def _list_members(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """Return the exceptions of a group and of its subgroups, in order."""
    members: list[BaseException] = []
    waiting: list[BaseException] = [group]
    steps = 0
    while waiting and len(members) < _MAX_EXCEPTIONS and steps < 2 * _MAX_EXCEPTIONS:
        steps += 1
        each = waiting.pop()
        if isinstance(each, BaseExceptionGroup):
            nested = cast("BaseExceptionGroup[BaseException]", each)
            waiting.extend(reversed(nested.exceptions[:_MAX_EXCEPTIONS]))
        elif isinstance(each, Exception):
            members.append(each)
    return members


def _is_selected(failure: Failure, options: ExplainOptions) -> bool:
    return failure.kind != "aws_error" if options.kinds is None else failure.kind in options.kinds


# ------------------------------------------------------------------------------------------------- notes


def _add_note(finding: _Finding, note: str) -> None:
    """Add a note to the carrier, and remove the notes about the same failure further down its chain."""
    if not _suppress_all(finding.carrier.add_note, note) or not _has_note(finding.carrier):
        return
    is_cause = True
    above = finding.carrier
    for each in _walk_chain(finding.carrier):
        if each is finding.carrier:
            continue
        is_cause = is_cause and above.__cause__ is each
        above = each
        if _has_note(each) and (is_cause or _is_report_of(each, finding.failure)):
            _suppress_all(_remove_notes, each)


def _has_note(error: BaseException) -> bool:
    notes: list[object] = []
    return _suppress_all(lambda: notes.extend(_read_notes(error))) and any(map(is_note, notes))


def _read_notes(error: BaseException) -> list[object]:
    notes: object = getattr(error, "__notes__", None)
    return list(cast("list[object]", notes)) if isinstance(notes, (list, tuple)) else []


def _remove_notes(error: BaseException) -> None:
    kept = [note for note in _read_notes(error) if not is_note(note)]
    if kept:
        error.__notes__[:] = cast("list[str]", kept)
    else:
        del error.__notes__


def _is_report_of(error: BaseException, failure: Failure) -> bool:
    """Return whether an exception can be about a failure. Wrappers truncate and reword messages."""
    other = parse_raised(error, contexts=False)
    if other is None or other.kind != failure.kind:
        return False
    first: dict[str, Any] = dict(to_record(failure))
    second: dict[str, Any] = dict(to_record(other))
    pairs = [(first[key], second[key]) for key in _IDENTIFYING_KEYS]
    known = ((one.lower(), two.lower()) for one, two in pairs if one is not None and two is not None)
    return all(one.startswith(two) or two.startswith(one) for one, two in known)


# --------------------------------------------------------------------------------- notifying the program


def _mark_reported(finding: _Finding, options: ExplainOptions) -> bool:
    """Mark an exception as reported, and return whether this explainer reports it for the first time.

    An exception that wraps a reported one counts as reported.
    """
    if options.callback is None and options.logger is None:
        return False
    explainer_id = options.explainer_id
    reported = any(
        explainer_id in _read_reporter_ids(each)
        and (each is finding.raised or _is_report_of(each, finding.failure))
        for each in _walk_chain(finding.raised)
    )
    ids = _read_reporter_ids(finding.raised)
    if explainer_id not in ids:
        # Neither slots nor a `__setattr__` of the class can prevent this. It is pickled with the exception.
        marks = {_REPORTED_BY: (*ids, explainer_id)}
        _suppress_all(lambda: _instance_dict(finding.raised).update(marks))
    return not reported


def _read_reporter_ids(error: BaseException) -> tuple[int, ...]:
    ids: list[object] = []
    _suppress_all(lambda: ids.append(_instance_dict(error).get(_REPORTED_BY)))
    return cast("tuple[int, ...]", ids[0]) if ids and isinstance(ids[0], tuple) else ()


def _instance_dict(error: BaseException) -> dict[str, object]:
    attributes: dict[str, object] = object.__getattribute__(error, "__dict__")
    return attributes


def _log_failure(explanation: Explanation, options: ExplainOptions, facts: Facts) -> None:
    failure = explanation.failure
    logger: Any = options.logger
    if failure is None or logger is None:
        return
    summary, record = summarize_for_log(explanation, redacted=options.redacted, facts=facts)
    data = {"iamtriage": record, "iamtriage_fingerprint": fingerprint(failure)}
    log_failure(logger, options.level, summary, data)


def _call_user_code(
    options: ExplainOptions,
    role: str,
    function: Callable[..., object],
    *args: Any,  # noqa: ANN401 (the function's own)
) -> None:
    """Call a function of the program, and log the exception that it raises."""
    error: object = args[-1]
    states = (
        [_ExceptionState.capture(each) for each in _walk_chain(error)]
        if isinstance(error, BaseException)
        else []
    )
    try:
        function(*args)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # noqa: BLE001 (it must not replace the exception that propagates)
        _suppress_all(_log_raised, options, role, raised)
        for state in states:
            state.restore()


def _log_raised(options: ExplainOptions, role: str, raised: BaseException) -> None:
    _LOG.error(
        "the %s of explain_errors raised:\n%s", role, format_traceback(raised, redacted=options.redacted)
    )


# -------------------------------------------------------------------------- leaving exceptions as they were


@attrs.frozen(eq=False)
class _ExceptionState:
    """The traceback and chain of an exception before it is inspected."""

    error: BaseException
    traceback: TracebackType | None
    cause: BaseException | None
    context: BaseException | None
    suppress: bool

    @classmethod
    def capture(cls, error: BaseException) -> _ExceptionState:
        return cls(error, error.__traceback__, error.__cause__, error.__context__, error.__suppress_context__)

    def restore(self) -> None:
        """Undo changes with the methods of ``BaseException``, because the class can reject attributes."""
        error = self.error
        if error.__traceback__ is not self.traceback:
            BaseException.with_traceback(error, self.traceback)
        if error.__cause__ is not self.cause:
            BaseException.__setattr__(error, "__cause__", self.cause)
        if error.__context__ is not self.context:
            BaseException.__setattr__(error, "__context__", self.context)
        if error.__suppress_context__ is not self.suppress:
            BaseException.__setattr__(error, "__suppress_context__", self.suppress)


def _suppress_all(function: Callable[..., object], *args: Any) -> bool:  # noqa: ANN401 (the function's own)
    """Call a function and suppress its exceptions; return whether it raised none."""
    try:
        function(*args)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (a method of the user can raise anything)
        return False
    return True
