"""Find the root cause in a string, bytes, an exception, a mapping or the text of a file.

Unmodified SDK output and structured errors need no readers. The modules for each type of error are imported when the
first error of that type is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, Protocol

from iamtriage._reading.excerpts import MAX_TEXT_LENGTH
from iamtriage._reading.vocabulary.triggers import may_contain_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.failures._failures import Failure

__all__ = ("parse", "parse_raised", "parse_stream")


class _ExceptionParser(Protocol):
    def __call__(self, error: BaseException, *, contexts: bool) -> Failure | None: ...


# In characters. Longer documents are split into their records.
_MAX_DOCUMENT = 1_000_000
# Characters per read. A line without an end must not fill the memory.
_MAX_LINE = 1_000_000


def parse(error: str | bytes | BaseException | Mapping[str, object]) -> Failure | None:
    """Parse the AWS or Kubernetes failure in a text, exception or mapping.

    If there are several failures, the root cause is returned. In a chain of wrapped errors, that is the innermost
    failure that AWS or Kubernetes reported. Of independent failures, it is the first access denial, else the first
    failure that is not an ``aws_error``, else the first failure. :func:`iamtriage.scan` yields all of them.

    The failure of an exception and of its ``__cause__`` takes precedence over the exceptions in its
    ``__context__``.

    Args:
        error: One of these:

            * The output of an SDK, CLI or tool, or a part of a log. Bytes are decoded as UTF-8, or as UTF-16 if
              they start with its byte order mark.
            * An exception.
            * A mapping: a ``ClientError.response``, the body of an API error, a CloudTrail record or a Kubernetes
              ``Status``.

    Returns:
        The failure, or ``None`` if ``error`` does not report one.

    Raises:
        TypeError: ``error`` has another type. Its content never raises an exception.

    >>> failure = parse("error: You must be logged in to the server (Unauthorized)")
    >>> failure.kind
    'kubernetes_unauthorized'
    >>> parse("mount.nfs4: access denied by server while mounting 127.0.0.1:/") is None
    True
    """
    if type(error) is str or isinstance(error, str):
        if not may_contain_failure(error):
            return None
        # The readers of SDK output do not know CloudTrail records, whose module is not imported for other texts.
        may_be_document = error[0] in "{[" or error[0].isspace()
        may_have_records = may_be_document and len(error) <= _MAX_DOCUMENT and "eventSource" in error
        cause = _document_parser()(error) if may_have_records else None
        return (_output_parser()(error) or _parse_with_readers(error)) if cause is None else cause[0]
    if isinstance(error, BaseException):
        return _exception_parser()(error, contexts=True) or _parse_chain(error, contexts=True)
    if isinstance(error, (bytes, bytearray)):
        from iamtriage._reading.encodings import encoding_of

        return parse(error.decode(encoding_of(bytes(error[:2])), "replace"))
    if not isinstance(error, (dict, Mapping)):  # pyright: ignore[reportUnnecessaryIsInstance]
        from iamtriage._text import wrong_type_message  # type: ignore[unreachable]

        expected = "a string, bytes, an exception or a mapping"
        raise TypeError(wrong_type_message("the argument of parse()", expected, error))
    return _mapping_parser()(error)


@cache
def _output_parser() -> Callable[[str], Failure | None]:
    from iamtriage._reading.canonical.logged import parse_any_output

    return parse_any_output


@cache
def _mapping_parser() -> Callable[[Mapping[Any, object]], Failure | None]:
    from iamtriage._reading.root_causes import choose_cause
    from iamtriage._reading.structured.mappings import parse_mapping

    return lambda error: choose_cause(parse_mapping(error))


@cache
def _exception_parser() -> _ExceptionParser:
    from iamtriage._reading.structured.client_errors import parse_lone_client_error

    return parse_lone_client_error


def parse_raised(error: BaseException, *, contexts: bool = True) -> Failure | None:
    """Return the failure that an exception reports, else the one that the nearest context reports.

    Args:
        error: The exception.
        contexts: Whether to return the failure of an exception that was being handled. If false, such exceptions
            only add facts to the failure that ``error`` itself reports.
    """
    return _exception_parser()(error, contexts=contexts) or _parse_chain(error, contexts=contexts)


def _parse_chain(error: BaseException, *, contexts: bool) -> Failure | None:
    from iamtriage._reading.root_causes import find_cause_in_chain

    return find_cause_in_chain(error, contexts=contexts)


def parse_stream(file: IO[str]) -> Failure | None:
    """Return what :func:`parse` returns for the text of a file, in bounded memory.

    >>> from io import StringIO
    >>> parse_stream(StringIO("error: You must be logged in to the server (Unauthorized)")).kind
    'kubernetes_unauthorized'
    """
    text = file.read(MAX_TEXT_LENGTH + 1)
    if len(text) <= MAX_TEXT_LENGTH:
        return parse(text)
    # Most files are short.
    from iamtriage._reading.root_causes import choose_cause
    from iamtriage._reading.texts import scan_lines

    *lines, partial_line = text.split("\n")
    rest = _read_lines(file, partial_line)
    return choose_cause(scan_lines(chain((f"{line}\n" for line in lines), rest), has_parts=True))


def _read_lines(file: IO[str], partial_line: str) -> Iterator[str]:
    """Yield the lines of a file; long ones in parts."""
    line = partial_line + file.readline(_MAX_LINE)
    while line:
        yield line
        line = file.readline(_MAX_LINE)


def _parse_with_readers(text: str) -> Failure | None:
    """Return the root cause in a text that is not unmodified SDK output."""
    if len(text) > MAX_TEXT_LENGTH:
        from iamtriage._reading.root_causes import choose_cause
        from iamtriage._reading.texts import scan_text

        return choose_cause(scan_text(text))
    # Searching for one character is faster.
    if (
        ("}" in text and "}," in text)
        or ("[" in text and ('["' in text or "['" in text))
        or ("\\" in text and text.count("\\n") > 1)
        or ("<" in text and "<test" in text)
    ):
        # A string can contain a whole log, and a document or a test report the reports of several calls.
        from iamtriage._reading.root_causes import choose_cause
        from iamtriage._reading.texts import find_causes_in_parts

        if found := find_causes_in_parts(text):
            return choose_cause(found)
    return _cause_finder()(text)


@cache
def _document_parser() -> Callable[[str], tuple[Failure | None] | None]:
    """Return what finds the root cause in a JSON document of CloudTrail records, ``None`` for any other text."""
    from iamtriage._reading.documents import find_cause_in_documents

    return find_cause_in_documents


@cache
def _cause_finder() -> Callable[[str], Failure | None]:
    from iamtriage._reading.assembly import read_cause

    return read_cause
