"""Merge reports of the same failure in several log entries.

Facts of different entries are never mixed, with one exception: a request ID identifies one call, so two failures
with the same ID are one failure. A failure that the next entry repeats word for word is reported once, too.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._typing import NamedTuple
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from iamtriage._reading.entries.open_entries import Entry, Parts
    from iamtriage.failures._envelopes import Envelope
    from iamtriage.failures._failures import Failure

# Failed requests to remember.
_MAX_REQUESTS = 64
# Shorter request IDs can be an application's own numbers.
_MIN_LENGTH = 8
# A component repeats its events until the reason is gone, with others in between.
_EVENT = "kubernetes_event"
_DOCUMENT = "json"
# How many failures outside of elements to compare with those in them.
_MAX_SUMMARIES = 8
_ELLIPSES = ("...", "…")


class Repeats:
    """Remembers reported failures, and delays the last one while the next entry can add facts to it."""

    def __init__(self) -> None:
        self._held: list[Failure] = []
        # Each with the position of its request ID if a response states that for all errors that it lists, else -1.
        self._requests: deque[tuple[Mapping[str, object], int]] = deque(maxlen=_MAX_REQUESTS)
        # Where the previous entry ended, and its failures, or those of the previous events of Kubernetes.
        self._end = -1
        self._enclosing_end = -1
        self._format: str | None = None
        self._last: Sequence[Failure] = ()

    def merge(self, failures: Sequence[Failure], entry: Entry, enclosing: Entry) -> Iterator[Failure]:
        """Yield the failures that were held back and those of an entry, each once.

        Args:
            failures: The failures.
            entry: The entry, which can be an element of another one.
            enclosing: The entry of the log that it is or is in.
        """
        is_event = entry.format == _EVENT
        is_next = entry.start == self._end or (
            entry.format == self._format
            # A long document is several entries.
            and (is_event or (entry.format == _DOCUMENT and enclosing.start == self._enclosing_end))
        )
        last = self._last if is_next else ()
        self._end = entry.start + len(entry.text)
        self._enclosing_end = enclosing.start + len(enclosing.text)
        self._format = entry.format
        self._last = [*last, *failures][-_MAX_REQUESTS:] if is_event else failures
        current = [
            failure
            for failure in failures
            if not any(
                _is_same_report(failure, before) or (is_event and _is_start(failure, before))
                for before in last
            )
        ]
        for previous in reversed(self.flush()):
            repeat = next((each for each in current if _agree(to_record(previous), to_record(each))), None)
            if repeat is not None:
                current.remove(repeat)
            current.insert(0, previous if repeat is None else _merge_pair(previous, repeat))
        for failure in current:
            request = failure.envelope.request_id
            if request is not None and len(request) >= _MIN_LENGTH:
                if request in entry.following:
                    self._held.append(failure)
                    continue
                record = to_record(failure)
                place = _place_of_list(failure, enclosing)
                if any(
                    (place < 0 or place != other) and _agree(record, reported)
                    for reported, other in self._requests
                ):
                    continue
                self._requests.append((record, place))
            elif self._names_reported_request(failure, entry.text):
                continue
            yield failure

    def _names_reported_request(self, failure: Failure, text: str) -> bool:
        """Return whether an entry names a failed request and states nothing new of it, such as only its code."""
        named = [reported for reported, _ in self._requests if str(reported["request_id"]) in text]
        if not named:
            return False
        stated = {key: value for key, value in to_record(failure).items() if value is not None}
        return any(stated.items() <= reported.items() for reported in named)

    def flush(self) -> list[Failure]:
        """Return the failures that were held back."""
        held, self._held = self._held, []
        return held


def _place_of_list(failure: Failure, enclosing: Entry) -> int:
    """Return the position of a request ID outside of the report of the failure, or -1."""
    start, end = failure.span
    at = failure.spans.get("request_id", failure.span)[0]
    return -1 if start <= at < end else enclosing.start + at


def _is_same_report(first: Failure, second: Failure) -> bool:
    """Return whether two failures state the same facts in the same words."""
    first_text, second_text = (failure.text[slice(*failure.span)] for failure in (first, second))
    return (first_text in second_text or second_text in first_text) and to_record(first) == to_record(second)


def _is_start(first: Failure, second: Failure) -> bool:
    """Return whether the words of a failure are the start of those of another one, as where an event is cut off."""
    first_text, second_text = (failure.text[slice(*failure.span)] for failure in (first, second))
    return second_text.startswith(first_text.rstrip(".…"))


def _agree(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    """Return whether two records are of one request and do not contradict each other."""
    if first["request_id"] is None or first["request_id"] != second["request_id"]:
        return False
    return all(
        value is None or other is None or value == other or _is_cut(value, other) or _is_cut(other, value)
        for value, other in ((value, second[key]) for key, value in first.items())
    )


def _is_cut(value: object, other: object) -> bool:
    """Return whether a value is another one, truncated with an ellipsis."""
    return str(value).endswith(_ELLIPSES) and str(other).startswith(str(value).rstrip(".…"))


def _merge_pair(first: Failure, second: Failure) -> Failure:
    """Return the first failure with the values that only the second states, or states in full."""
    offset = len(first.text)
    marks = {name: (start + offset, end + offset) for name, (start, end) in second.spans.items()}
    marks |= first.spans
    envelope = attrs.evolve(first.envelope, **_missing_values(first.envelope, second.envelope))
    return attrs.evolve(
        first,
        **_missing_values(first, second),
        envelope=envelope,
        text=first.text + second.text,
        marks=(tuple(marks), tuple(marks.values())),
    )


def _missing_values(first: Failure | Envelope, second: Failure | Envelope) -> dict[str, Any]:
    """Return the values of the second that the first lacks or has truncated."""
    missing: dict[str, Any] = {}
    for field in attrs.fields(type(first)):
        value, other = getattr(first, field.name), getattr(second, field.name, None)
        if isinstance(other, str | int) and (value is None or _is_cut(value, other)):
            missing[field.name] = other
    return missing


def merge_repeats(parts: Parts) -> Parts:
    """Drop failures that the element before or after states in the same words, with the same or more facts."""
    reports = _list_reports(parts)
    repeats: set[int] = set()
    for index, report in enumerate(reports):
        for other in (index - 1, index + 1):
            if (
                0 <= other < len(reports)
                and (other < index or report.facts != reports[other].facts)
                and _is_in(report, reports[other])
            ):
                repeats.add(id(report.failure))
    return _without(parts, repeats)


def merge_rest(elements: Parts, rest: Parts) -> Parts:
    """Return the failures of elements and of the rest of their document, which can quote one of them, each once."""
    repeats: set[int] = set()
    reports = _list_reports(elements) if rest else []
    for summary in _list_reports(rest)[:_MAX_SUMMARIES]:
        for report in reports:
            if not _is_in(summary, report):
                continue
            is_first = summary.facts == report.facts and summary.failure.span < report.failure.span
            repeats.add(id(report.failure if is_first else summary.failure))
    return _without([*elements, *rest], repeats)


class _Report(NamedTuple):
    failure: Failure
    facts: dict[str, object]
    words: str


def _list_reports(parts: Parts) -> list[_Report]:
    return [
        _Report(
            failure,
            {key: value for key, value in to_record(failure).items() if value is not None},
            failure.text[slice(*failure.span)],
        )
        for failures, _ in parts
        for failure in failures
    ]


def _is_in(first: _Report, second: _Report) -> bool:
    """Return whether the second failure states the first in the same words, with the same or more facts."""
    return (
        first.words in second.words
        and first.facts.items() <= second.facts.items()
        and first.facts.get("deny") == second.facts.get("deny")
    )


def _without(parts: Parts, repeats: set[int]) -> Parts:
    return [([each for each in failures if id(each) not in repeats], part) for failures, part in parts]
