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
from iamtriage.failures._records import from_record
from iamtriage.logs._messages import format_message, join_message_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from iamtriage.failures._failures import Failure
    from iamtriage.typing import Kind

__all__ = ("FailureFilter",)

# In characters. Of a longer message, the beginning and the end are read.
_MAX_LENGTH = 200_000
_MAX_ARGS = 50

_ATTRIBUTES = ("iamtriage", "iamtriage_fingerprint")
_ATTRIBUTES_WITH_SUMMARY = (*_ATTRIBUTES, "iamtriage_summary")


class FailureFilter(logging.Filter):
    """Attach to each log record the failure that it reports, for formatters, handlers and log shippers.

    The filter reads the record's exception, else an exception among the message and its arguments, else the
    message. It sets these attributes, which are ``None`` if there is no failure:

    - ``iamtriage``: the flat record, a dict as from :func:`iamtriage.to_record`, with secrets redacted
    - ``iamtriage_fingerprint``: a string that is the same for the same problem, to group and count by
    - ``iamtriage_summary``: one sentence, with ``explain=True``

    It does not replace existing attributes: ``explain_errors(logger=…)`` sets the same ones, and of several
    filters, the first one does. A handler's filter sees every record of the handler. A logger's filter does
    not see the records of the loggers below it. To hide names and IDs as well, add
    ``RedactingFilter(identifiers=True)`` after this filter.

    Args:
        kinds: The kinds of failures to attach; by default, all.
        texts: Whether to read messages as well as exceptions.
        explain: Whether to attach the summary.

    Raises:
        TypeError: ``kinds`` is a string or not iterable.
        ValueError: A kind is unknown.

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
    ) -> None:
        super().__init__()
        self._kinds = None if kinds is None else check_kinds(kinds)
        self._texts = texts
        self._explain = explain

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Attach the failure. Every record passes."""
        values = record.__dict__
        # The filters of several handlers see the same record. The first one has read it.
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
            failure = parse(error)
            if failure is not None:
                return failure
        if not self._texts:
            return None
        text = format_message(record)
        if text is None:
            text = join_message_parts(record)
        if len(text) > _MAX_LENGTH:
            text = f"{text[: _MAX_LENGTH // 2]}\n…\n{text[-_MAX_LENGTH // 2 :]}"
        return parse(text)


def _find_exceptions(record: logging.LogRecord) -> Iterator[BaseException]:
    """Yield the exceptions of a record, beginning with that of its traceback."""
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
