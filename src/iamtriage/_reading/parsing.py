"""Read one failure from a string, bytes, an exception or a mapping.

Texts that are a canonical print, and structured errors, are read without the readers. What reads another sort of
error is imported only if one comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, Protocol

from iamtriage._reading.encodings import encoding_of
from iamtriage._reading.excerpts import LONG
from iamtriage._reading.vocabulary.triggers import may_hold_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.failures._failures import Failure

__all__ = ("choose_cause", "parse", "parse_raised", "parse_stream")


class _ExceptionReader(Protocol):
    def __call__(self, error: BaseException, *, contexts: bool) -> Failure | None: ...


# A line that never ends must not fill the memory, so it is read in parts of this many characters.
_MAX_LINE = 1_000_000
# Longer documents are read record by record.
_MAX_DOCUMENT = 1_000_000


def parse(error: str | bytes | BaseException | Mapping[str, object]) -> Failure | None:
    """Read the failure that a text, exception or mapping tells of.

    Of several, it gives the cause: the innermost failure of a wrapped chain, as AWS or Kubernetes
    reported it; of independent ones the first access denial, else the first failure that is not
    an ``aws_error``, else the first. :func:`iamtriage.scan` gives them all. Of an exception, its own failure,
    or that of what it was raised from, goes before those that were being handled when it was raised.

    Args:
        error: the text of any SDK, CLI, tool or log (bytes are read as UTF-8, or as
            UTF-16 where they begin with its mark); a raised exception;
            or a mapping: a ``ClientError.response``, an API error body, a CloudTrail record, a
            Kubernetes ``Status``.

    Returns:
        The failure, or None where there is none of AWS or Kubernetes.

    Raises:
        TypeError: ``error`` is of another type. No content raises.

    >>> failure = parse("error: You must be logged in to the server (Unauthorized)")
    >>> failure.kind
    'kubernetes_unauthorized'
    >>> parse("mount.nfs4: access denied by server while mounting 127.0.0.1:/") is None
    True
    """
    if type(error) is str or isinstance(error, str):
        if not may_hold_failure(error):
            return None
        # A CloudTrail record as JSON is no print.
        cause = _find_in_documents(error) if error[0] in "{[" else None
        return (_print_reader()(error) or _read_at_length(error)) if cause is None else cause[0]
    if isinstance(error, (bytes, bytearray)):
        return parse(error.decode(encoding_of(bytes(error[:2])), "replace"))
    if isinstance(error, BaseException):
        return parse_raised(error)
    if not isinstance(error, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"parse() takes text, bytes, an exception or a mapping, not {type(error).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    return choose_cause(_mapping_reader()(error))


@cache
def _print_reader() -> Callable[[str], Failure | None]:
    from iamtriage._reading.canonical.logged import read_any_print

    return read_any_print


@cache
def _mapping_reader() -> Callable[[Mapping[Any, object]], Iterable[Failure]]:
    from iamtriage._reading.structured.mappings import read_mapping

    return read_mapping


@cache
def _exception_reader() -> _ExceptionReader:
    from iamtriage._reading.structured.client_errors import read_alone

    return read_alone


def parse_stream(file: IO[str]) -> Failure | None:
    """Return what :func:`parse` returns for the text of a file, holding only a bounded part of it.

    >>> from io import StringIO
    >>> parse_stream(StringIO("error: You must be logged in to the server (Unauthorized)")).kind
    'kubernetes_unauthorized'
    """
    text = file.read(LONG + 1)
    if len(text) <= LONG:
        return parse(text)
    from iamtriage._reading.texts import scan_lines

    *lines, begun = text.split("\n")
    rest = _read_lines(file, begun)
    return choose_cause(scan_lines(chain((f"{line}\n" for line in lines), rest), has_parts=True))


def _read_lines(file: IO[str], begun: str) -> Iterator[str]:
    """Yield the lines of a file, the first with its part that was already read; very long ones in parts."""
    line = begun + file.readline(_MAX_LINE)
    while line:
        yield line
        line = file.readline(_MAX_LINE)


def parse_raised(error: BaseException, *, contexts: bool = True) -> Failure | None:
    """Read the failure that an exception tells of, or else that of the nearest one that was being handled.

    Args:
        error: the exception.
        contexts: whether what was being handled counts. An exception that a handler raised may be of its own
            making, so its own failure goes first; of the others, it only tells more of the same failure.
    """
    alone = _exception_reader()(error, contexts=contexts)
    if alone is not None:
        return alone
    from iamtriage._reading.structured.exceptions import failures_raised

    chosen: Failure | None = None
    said: list[Failure] = []
    for level, failures in enumerate(failures_raised(error)):
        said.extend(failures)
        if level == 0 or contexts:
            found = _innermost(failures)
            if chosen is None or (found and chosen.kind == "aws_error" and found.kind != "aws_error"):
                chosen = found
        whole = chosen is not None and chosen.envelope.request_id is not None
        if contexts:
            is_enough = whole and chosen is not None and chosen.kind != "aws_error"
        else:
            # boto3 raises errors of its own in the handler of AWS's, which has the ids.
            is_enough = whole or chosen is None or level > 0
        if is_enough:
            break
    return chosen if chosen is None else _fullest(chosen, said)


def _read_at_length(text: str) -> Failure | None:
    """Let the readers find the cause in a text of any length, if it is not a document after empty lines."""
    cause = _find_in_documents(text) if text[0].isspace() else None
    if cause is not None:
        return cause[0]
    if len(text) > LONG:
        from iamtriage._reading.texts import scan_text

        return choose_cause(scan_text(text))
    return _cause_reader()(text)


def _find_in_documents(text: str) -> tuple[Failure | None] | None:
    """Return the cause in a text that is a JSON document of CloudTrail records, ``None`` for any other text."""
    return _document_reader()(text) if "eventSource" in text and len(text) <= _MAX_DOCUMENT else None


@cache
def _document_reader() -> Callable[[str], tuple[Failure | None] | None]:
    from iamtriage._reading.documents import find_cause_in_documents

    return find_cause_in_documents


@cache
def _cause_reader() -> Callable[[str], Failure | None]:
    from iamtriage._reading.assembly import read_cause

    return read_cause


def _fullest(chosen: Failure, said: Iterable[Failure]) -> Failure:
    """Return the print of a failure that states most. Wrappers and other processes pass on only its text."""
    same = [each for each in said if each is not chosen and each.kind == chosen.kind]
    if not same:
        return chosen
    from iamtriage.failures._fingerprints import fingerprint
    from iamtriage.failures._records import to_record

    identity = fingerprint(chosen)
    prints = [chosen, *(each for each in same if fingerprint(each) == identity)]
    return max(prints, key=lambda each: sum(value is not None for value in to_record(each).values()))


def choose_cause(failures: Iterable[Failure]) -> Failure | None:
    """Choose among independent failures; reads no further than it must."""
    best: Failure | None = None
    for failure in failures:
        if failure.kind == "access_denied":
            return failure
        if best is None or (best.kind == "aws_error" and failure.kind != "aws_error"):
            best = failure
    return best


def _innermost(failures: list[Failure]) -> Failure | None:
    """Choose among what was raised from one another, innermost first: what was raised first is the cause."""
    reported = [f for f in failures if f.kind != "aws_error"] or failures
    return (
        choose_cause(reported[:1])
        if reported and reported[0].kind == "access_denied"
        else choose_cause(failures)
    )
