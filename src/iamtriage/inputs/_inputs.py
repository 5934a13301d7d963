"""Represent an input: a file, an S3 object, or standard input."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from iamtriage._reading.excerpts import MAX_TEXT_LENGTH
from iamtriage.inputs._content import NUL_BYTES, Content, describe_os_error
from iamtriage.inputs._selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from typing import TextIO

    from iamtriage._reading.entries.splitting import Tick
    from iamtriage.failures._failures import Failure
    from iamtriage.inputs._line_numbers import LineNumbers
    from iamtriage.inputs._records.formats import Reader

__all__ = ("Input", "Source")

_NOT_RECORDS = "expected event records, got text; use failures() to read it"


# Whitespace, and a byte order mark.
_BEFORE_RECORDS = b" \t\r\n\xef\xbb\xbf"
# The starts of documents, arrays, and times.
_RECORD_STARTS = (b"{", b"[", *(b"%d" % digit for digit in range(10)))
# A longer line is read in parts of this many characters.
_MAX_LINE = 1_000_000


def _read_lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(_MAX_LINE):
        yield line


def _find_reader(content: Content) -> Reader | None:
    """Return the function that reads the records of failed calls, or ``None`` for other content."""
    if not (content.is_parquet or content.prefix.lstrip(_BEFORE_RECORDS).startswith(_RECORD_STARTS)):
        return None
    from iamtriage.inputs._records.formats import find_format

    return find_format(content)


class Source(Protocol):
    """Opens the bytes of an input."""

    def open(self) -> AbstractContextManager[tuple[Iterator[bytes], int | None]]:
        """Open the bytes, and return them with the file descriptor of a pipe or terminal."""
        ...


@attrs.define
class Input:
    """A file or object to read, even if it cannot be read.

    Nothing is opened before it is read, so inputs can be pickled and read by other processes. Each method
    reads the input from its beginning. No content and no error of the operating system raises an exception:
    ``problem`` says what is missing.

    Attributes:
        name: The path, or the ``s3://`` URL.
        size: The size in bytes as stored; ``None`` if it is not known.
        version: The time of the last change or the ETag. An input with the same name, size and version as
            before has not changed. ``None`` if it is not known.
        skipped: Why the input is not read; ``None`` if it is read.
        problem: Why the input could not be read, or not completely; ``None`` if nothing is missing. It is set
            after reading, and from the beginning if the input is skipped because of an error.
        records: The number of records that were read, including calls that succeeded, and all accounts,
            Regions and times.
        unparsed: The text of a small input in which ``find_cause()`` found no failure, or empty.

    >>> from iamtriage.inputs import open_inputs
    >>> [source] = open_inputs(["examples/cloudtrail.json"])
    >>> [record["errorCode"] for record in source.denials()], source.problem
    (['AccessDenied', 'AccessDenied'], None)
    """

    name: str
    size: int | None = None
    version: str | None = None
    skipped: str | None = None
    problem: str | None = None
    records: int = 0
    _source: Source | None = attrs.field(default=None, repr=False, eq=False, alias="source")
    _selection: Selection = attrs.field(factory=Selection, repr=False, eq=False, alias="selection")
    unparsed: str = attrs.field(default="", init=False, repr=False, eq=False)

    def denials(self) -> Iterator[Mapping[str, Any]]:
        """Yield the records of calls that failed, each as a mapping for :func:`iamtriage.parse`.

        Records are CloudTrail records, OCSF events and Kubernetes audit events, in any container that AWS
        puts around them. The calls failed with any error, such as throttling, not only with an access denial.
        An input that does not contain records has a ``problem``. Parquet files that iamtriage wrote contain
        flat records, which :func:`iamtriage.from_record` reads; they have a ``fingerprint``, too.

        Yields:
            The records. After the last one, ``records`` is the number of all records that were read.
        """
        for content in self.open_content():
            reader = _find_reader(content)
            if reader is None:
                self.problem = _NOT_RECORDS
            else:
                yield from self._read_records(reader, content)

    def failures(self) -> Iterator[Failure]:
        """Yield the failures of the input: of records as :meth:`denials` reads them, or of a log.

        Only records of the time, accounts and Regions that were selected are read. A log is read completely.

        Yields:
            The failures, in order.
        """
        for content in self.open_content():
            reader = _find_reader(content)
            if reader is None:
                yield from self._scan(content)
            else:
                yield from self._parse_records(reader, content)

    def failures_with_lines(self) -> Iterator[tuple[Failure, int | None]]:
        """Yield the failures of the input, each with its line number, from 1.

        Yields:
            The failures and line numbers. The number is ``None`` for records, and if the line is unknown.
        """
        for content in self.open_content():
            reader = _find_reader(content)
            if reader is None:
                from iamtriage.inputs._line_numbers import LineNumbers

                lines = LineNumbers()
                for failure in self._scan(content, lines):
                    yield failure, lines.find(failure)
            else:
                for failure in self._parse_records(reader, content):
                    yield failure, None

    def find_cause(self) -> Failure | None:
        """Return the failure that :func:`iamtriage.parse` returns for the input, of any size."""
        from iamtriage._reading.parsing import parse_stream

        cause: Failure | None = None
        for content in self.open_content():
            reader = _find_reader(content)
            is_small = not content.is_parquet and content.is_shorter_than(MAX_TEXT_LENGTH)
            if reader is None or (is_small and not self._selection):
                # Small records are parsed as text, so that the failure has positions in it.
                file = content.open_text()
                text = file.read() if is_small else ""
                cause = parse_stream(StringIO(text) if is_small else file)
                self.unparsed = text if cause is None else ""
                if cause is None and content.is_binary:
                    self.problem = NUL_BYTES
            else:
                from iamtriage._reading.root_causes import choose_cause

                cause = choose_cause(self._parse_records(reader, content))
        return cause

    def lines(self) -> Iterator[str]:
        """Yield the lines of the input as text, decompressed.

        Yields:
            The lines, with their newlines.
        """
        for content in self.open_content():
            yield from content.open_text()
            if content.is_binary:
                self.problem = NUL_BYTES

    def text(self) -> str:
        """Return the whole input as text, decompressed; empty if it cannot be read."""
        return "".join(self.lines())

    def _read_records(self, reader: Reader, content: Content) -> Iterator[Mapping[str, Any]]:
        from iamtriage.inputs._records.formats import read_denials
        from iamtriage.inputs._records.progress import Progress

        progress = Progress()
        try:
            yield from read_denials(reader, content, self._selection, progress)
        finally:
            self.records, self.skipped, self.problem = progress.records, progress.skipped, progress.problem

    def _parse_records(self, reader: Reader, content: Content) -> Iterator[Failure]:
        from iamtriage.inputs._records.events import parse_record

        for record in self._read_records(reader, content):
            failure = parse_record(record)
            if failure is not None:
                yield failure

    def _scan(self, content: Content, watcher: LineNumbers | None = None) -> Iterator[Failure]:
        """Yield the failures of a log. For a pipe or terminal, yield each soon after its last line."""
        from iamtriage._reading.entries.restoring import restore_lines
        from iamtriage._reading.texts import scan_lines
        from iamtriage.inputs._live import read_live_lines
        from iamtriage.inputs._log_events import find_messages

        lines: Iterable[str | Tick] | None = find_messages(content)
        if lines is None:
            if content.descriptor is None:
                lines = restore_lines(_read_lines(content.open_text()))
            else:
                lines = read_live_lines(content, content.descriptor, content.encoding)
            lines = lines if watcher is None else watcher.watch(lines)
        found = scan_lines(lines, has_parts=True)
        is_found = False
        for failure in found:
            is_found = True
            yield failure
        if not is_found and content.is_binary:
            self.problem = NUL_BYTES

    def change_source(self, change: Callable[[Source], Source | None]) -> bool:
        """Replace the source by what a function returns, unless that is ``None``."""
        changed = None if self._source is None else change(self._source)
        if changed is not None:
            self._source = changed
        return changed is not None

    def open_content(self) -> Generator[Content, None, None]:
        """Yield the content, if there is any, and set the problem after the content was read."""
        if self._source is None or self.skipped is not None:
            return
        self.records, self.problem = 0, None
        try:
            with self._source.open() as (chunks, descriptor):
                content = Content(chunks, descriptor)
                if not content.is_rejected:
                    yield content
                self.problem = content.problem or self.problem
        except OSError as error:
            self.problem = describe_os_error(error)
