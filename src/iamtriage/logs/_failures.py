"""The logging filter that attaches failures to log records."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from iamtriage._reading.parsing import parse
from iamtriage._typing import override
from iamtriage.explaining._explain import explain
from iamtriage.explaining._notes import summarize_for_log
from iamtriage.failures._checks import check_kinds
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.failures._record_parsing import from_record
from iamtriage.logs._limits import MAX_CHARS, check_max_chars, cut_middle
from iamtriage.logs._messages import format_message, join_message_parts, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from iamtriage.failures._failures import Failure
    from iamtriage.typing import Kind

__all__ = ("FailureFilter",)

_MAX_ARGS = 50
_MAX_CHAIN = 100

_ATTRIBUTES = ("iamtriage", "iamtriage_fingerprint")
_ATTRIBUTES_WITH_SUMMARY = (*_ATTRIBUTES, "iamtriage_summary")


class FailureFilter(logging.Filter):
    """Attach the failure that a log record reports to the record, for formatters, handlers and log shippers.

    The filter reads the record's exception, else an exception among the message and its arguments, else the
    message. It sets these attributes, which are ``None`` if there is no failure:

    - ``iamtriage``: the flat record, a dict as from :func:`iamtriage.to_record`, with secrets redacted
    - ``iamtriage_fingerprint``: a string that is the same for the same problem, to group and count by
    - ``iamtriage_summary``: one sentence, with ``explain=True``

    If a text is longer than ``max_chars``, the filter reads its beginning and end, and sets
    ``iamtriage_omitted`` to the number of characters that it did not read.

    The filter does not replace existing attributes, such as those of an earlier filter or of
    ``explain_errors(logger=…)``. A handler's filter sees every record of the handler. A logger's filter does
    not see the records of child loggers. To hide names and IDs as well, add
    ``RedactingFilter(identifiers=True)`` after this filter.

    Args:
        kinds: The kinds of failures to attach; by default, all.
        texts: Whether to read messages as well as exceptions.
        explain: Whether to attach the summary.
        max_chars: The number of characters to read of a message, or of an exception and its chain.

    Raises:
        TypeError: ``kinds`` is a string or not iterable, or ``max_chars`` is not an integer.
        ValueError: A kind is unknown, or ``max_chars`` is less than 1,000.

    Filters: https://docs.python.org/3/library/logging.html#filter-objects.

    >>> record = logging.makeLogRecord({"msg": "error: You must be logged in to the server (Unauthorized)"})
    >>> FailureFilter().filter(record), record.iamtriage["kind"]
    (True, 'kubernetes_unauthorized')
    """

    def __init__(
        self,
        *,
        kinds: Iterable[Kind] | None = None,
        texts: bool = True,
        explain: bool = False,
        max_chars: int = MAX_CHARS,
    ) -> None:
        super().__init__()
        self._max_chars = check_max_chars(max_chars)
        self._kinds = None if kinds is None else check_kinds(kinds)
        self._texts = texts
        self._explain = explain

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Attach the failure. Every record passes."""
        values = record.__dict__
        # The filters of several handlers see the same record. The first one has set the attributes.
        names = _ATTRIBUTES_WITH_SUMMARY if self._explain else _ATTRIBUTES
        if all(name in values for name in names):
            return True
        try:
            found = self._read(record)
        except Exception:  # noqa: BLE001 (a log call must not raise, whatever its arguments do)
            found = {}
        for name in names:
            values.setdefault(name, found.get(name))
        return True

    def _read(self, record: logging.LogRecord) -> dict[str, object]:
        attached = record.__dict__.get("iamtriage")
        if isinstance(attached, dict):
            failure: Failure | None = from_record(cast("Mapping[str, object]", attached))
        else:
            failure = self._find_failure(record)
        if failure is None or (self._kinds is not None and failure.kind not in self._kinds):
            return {}
        summary, flat = summarize_for_log(explain(failure))
        return {
            "iamtriage": flat,
            "iamtriage_fingerprint": fingerprint(failure),
            "iamtriage_summary": summary,
        }

    def _find_failure(self, record: logging.LogRecord) -> Failure | None:
        for error in _find_exceptions(record):
            chain = _join_chain(error)
            failure = parse(error) if len(chain) <= self._max_chars else self._parse_text(record, chain)
            if failure is not None:
                return failure
        if not self._texts:
            return None
        text = format_message(record)
        if text is None:
            text = join_message_parts(record)
        return self._parse_text(record, text)

    def _parse_text(self, record: logging.LogRecord, text: str) -> Failure | None:
        text, omitted = cut_middle(text, self._max_chars)
        if omitted:
            record.__dict__.setdefault("iamtriage_omitted", omitted)
        return parse(text)


def _find_exceptions(record: logging.LogRecord) -> Iterator[BaseException]:
    """Yield the exceptions of a record, the one of its traceback first."""
    candidates: list[object] = []
    info: object = record.exc_info
    candidates += info[1:2] if isinstance(info, tuple) else [info]
    candidates.append(record.msg)
    args: object = record.args
    if isinstance(args, tuple):
        candidates += args[:_MAX_ARGS]
    elif isinstance(args, dict):
        candidates += list(cast("dict[object, object]", args).values())[:_MAX_ARGS]
    yield from (each for each in candidates if isinstance(each, BaseException))


def _join_chain(error: BaseException) -> str:
    """Return the texts of an exception and its causes, in the order of a traceback."""
    lines: list[str] = []
    current: BaseException | None = error
    while current is not None and len(lines) < _MAX_CHAIN:
        lines.append(f"{type(current).__name__}: {to_text(current)}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n\n".join(reversed(lines))
