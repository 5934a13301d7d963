"""The filter that attaches to log records what failed; not for hiding anything but its secrets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from typing_extensions import override

from iamtriage._reading.parsing import parse
from iamtriage.explaining._explain import explain
from iamtriage.explaining._notes import log_of
from iamtriage.failures._checks import check_kinds
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.failures._records import from_record
from iamtriage.logs._messages import formatted, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from iamtriage.failures._failures import Failure
    from iamtriage.typing import Kind

__all__ = ("FailureFilter",)

# A message that is longer is read at its beginning and end: a failure stands there.
_MOST_READ = 200_000
_MOST_ARGS = 50

_NAMES = ("iamtriage", "iamtriage_fingerprint")
_WITH_SUMMARY = (*_NAMES, "iamtriage_summary")


class FailureFilter(logging.Filter):
    """Attaches to each log record what failed, for formatters, handlers and what ships the logs.

    The failure is that of the record's exception, else that of an exception among message and arguments, else
    the one that the message tells of. Each record has these attributes afterwards, None where nothing failed:

    - ``iamtriage``: the flat record, a dict, as :func:`iamtriage.to_record` gives it, with its secrets hidden
    - ``iamtriage_fingerprint``: the same text for the same problem, to group and count by
    - ``iamtriage_summary``: one sentence, with ``explain=True``

    A record that has them stays as it is: ``explain_errors(logger=…)`` sets the same ones, and of several
    filters the first one does. A filter of a handler sees every record that comes to the handler; one of a
    logger does not see those of the loggers below it. Names and ids are hidden by
    ``RedactingFilter(identifiers=True)``, behind this one.

    Args:
        kinds: the kinds of failures to attach; None: all.
        texts: whether messages are read, too, not exceptions alone.
        explain: whether to attach the summary.

    Raises:
        TypeError: ``kinds`` is one text, or nothing to iterate over.
        ValueError: a kind that there is not.

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
        """Attach what failed. The record always passes."""
        values = record.__dict__
        # Filters of several handlers see the same record, and the first of them has read it.
        wanted = _WITH_SUMMARY if self._explain else _NAMES
        if all(name in values for name in wanted):
            return True
        try:
            found = self._read(record)
        except Exception:  # noqa: BLE001 (a log call never raises, whatever its arguments do)
            found = {}
        for name in wanted:
            values.setdefault(name, found.get(name))
        return True

    def _read(self, record: logging.LogRecord) -> dict[str, object]:
        attached = record.__dict__.get("iamtriage")
        if isinstance(attached, dict):
            failure: Failure | None = from_record(cast("Mapping[str, object]", attached))
        else:
            failure = self._failure(record)
        if failure is None or (self._kinds is not None and failure.kind not in self._kinds):
            return {}
        summary, flat = log_of(explain(failure))
        return {
            "iamtriage": flat,
            "iamtriage_fingerprint": fingerprint(failure),
            "iamtriage_summary": summary,
        }

    def _failure(self, record: logging.LogRecord) -> Failure | None:
        for error in _exceptions(record):
            failure = parse(error)
            if failure is not None:
                return failure
        if not self._texts:
            return None
        text = formatted(record)
        if text is None:
            text = parts_of(record)
        if len(text) > _MOST_READ:
            text = f"{text[: _MOST_READ // 2]}\n…\n{text[-_MOST_READ // 2 :]}"
        return parse(text)


def _exceptions(record: logging.LogRecord) -> Iterator[BaseException]:
    """Give the exceptions that a record holds, the one of its traceback first."""
    held: list[object] = []
    info: object = record.exc_info
    held += info[1:2] if isinstance(info, tuple) else [info]
    held.append(record.msg)
    args: object = record.args
    if isinstance(args, tuple):
        held += args[:_MOST_ARGS]
    elif isinstance(args, dict):
        held += list(cast("dict[object, object]", args).values())[:_MOST_ARGS]
    yield from (each for each in held if isinstance(each, BaseException))
