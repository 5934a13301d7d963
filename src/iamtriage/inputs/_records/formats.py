"""Find the format of records, and read the records of failed calls.

Most calls succeed, so only lines with a sign of an error are parsed. The records of a CloudTrail
log file are parsed in parts, so memory use does not grow with the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast

from iamtriage._patterns import lazy_pattern
from iamtriage.inputs._json import Record, get, load
from iamtriage.inputs._records.elements import read_elements
from iamtriage.inputs._records.events import find_events, has_failed, is_event, is_eventful
from iamtriage.inputs._records.parquet import read_parquet
from iamtriage.inputs._records.progress import Progress
from iamtriage.inputs._records.splitting import ERROR_MARK, split_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from iamtriage.inputs._content import Content
    from iamtriage.inputs._selection import Selection

__all__ = ("Reader", "find_format", "read_denials")

# The maximum number of bytes of a document that cannot be split.
_MAX_DOCUMENT = 256 << 20
# The maximum number of bytes of a line, or of a record in a log file. CloudTrail records have up to 256 KB.
_MAX_LINE = 64 << 20
_WHITESPACE = b" \t\r\n"
_UTF8_MARK = b"\xef\xbb\xbf"

# CloudTrail writes its log files in this form, without spaces.
_LOG_FILE = b'{"Records":[{"eventVersion":'
_HEAD = b'{"Records":['
_BOUNDARY = b'},{"eventVersion":'
_AUDIT_MARK = lazy_pattern(rb"40[13]")
_ARRAY = lazy_pattern(rb'(?:\{\s*"(?:Records|Events|events|logEvents|items)"\s*:\s*)?\[\s*')
# CloudWatch Logs exports have the time of the log event before the message.
_STAMP = lazy_pattern(rb"\d{4}-\d\d-\d\dT[\d:.]{8,18}Z (?=\{)")
_OTHER_CATEGORIES = {
    "Insight": "CloudTrail Insights events, which count calls and contain no denials",
    "Aggregated": "CloudTrail aggregated events, which summarize calls and contain no denials",
}


class Reader(Protocol):
    """Reads the records of failed calls, and counts all records."""

    def __call__(self, content: Content, progress: Progress) -> Iterator[Record]: ...


def find_format(content: Content) -> Reader | None:
    """Return the function that reads the records of failed calls, or ``None`` for other content."""
    if content.is_parquet:
        return read_parquet
    if content.encoding == "utf-16":
        return None
    head = _strip_start(content.prefix)
    if head.rstrip(_WHITESPACE) in {b"{", b"["}:
        # For example, a document that arrives line by line through a pipe.
        content.fill_prefix(_MAX_HEAD)
        head = _strip_start(content.prefix)
    if head.startswith(_LOG_FILE):
        return _read_log_file
    if not head.startswith((b"{", b"[")):
        return _read_lines if _STAMP.match(head) and _is_event_line(_first_line(content)) else None
    array = _ARRAY.match(head)
    if array is not None:
        return _read_array if _is_event_array(content, array.end()) else None
    line = _first_line(content)
    document = load(line)
    if isinstance(document, dict):
        return _read_lines if is_eventful(cast("Record", document)) else None
    # A document of many lines, or several without newlines between them.
    return _read_documents if _may_contain_events(head) else None


def read_denials(
    reader: Reader, content: Content, selection: Selection, progress: Progress
) -> Iterator[Record]:
    """Yield the selected records of failed calls, and count all records."""
    records = reader(content, progress)
    if not selection:
        yield from records
        return
    for record in records:
        if selection.includes(record):
            yield record


def _strip_start(data: bytes) -> bytes:
    return data.removeprefix(_UTF8_MARK).lstrip(_WHITESPACE)


def _first_line(content: Content) -> bytes:
    line = _strip_start(content.extend_prefix(_MAX_LINE)).partition(b"\n")[0]
    return _STAMP.sub(b"", line, count=1)


def _is_event_line(line: bytes) -> bool:
    document = load(line)
    return isinstance(document, dict) and is_eventful(cast("Record", document))


def _is_event_array(content: Content, start: int) -> bool:
    """Return whether an array begins with an event, or is an empty ``Records``."""
    if _EMPTY_ARRAY.match(_strip_start(content.prefix)):
        return True
    for element in read_elements(iter((_strip_start(content.prefix)[start:],)), Progress()):
        return isinstance(element, Mapping) and is_eventful(cast("Record", element))
    # The element is longer than the prefix.
    return _may_contain_events(content.prefix)


_EMPTY_ARRAY = lazy_pattern(rb'\{\s*"(?:Records|Events)"\s*:\s*\[\s*\]')
_MAX_HEAD = 16_384
_EVENT_KEY = lazy_pattern(
    rb'\\?"(?:eventVersion|eventSource|class_uid|auditID|CloudTrailEvent|digestS3Object)\\?"\s*:'
)


def _may_contain_events(head: bytes) -> bool:
    return _EVENT_KEY.search(head, 0, _MAX_HEAD) is not None


def _read_log_file(content: Content, progress: Progress) -> Iterator[Record]:
    """Read a log file as CloudTrail writes it, in parts that end between two records.

    If a part does not consist of complete records, it and the rest are parsed element by element.
    """
    chunks = iter(content)
    data = _strip_start(next(chunks, b""))
    start = len(_HEAD)
    progress.skipped = _find_other_category(data, start)
    if progress.skipped is not None:
        return
    while True:
        following = next(chunks, b"")
        end = data.rfind(_BOUNDARY)
        if end > start:
            found = split_records(data[start : end + 1])
            if found is None:
                yield from _find_failed(
                    read_elements(_prepend(data[start:], _prepend(following, chunks)), progress), progress
                )
                return
            progress.records += found[0]
            yield from filter(has_failed, found[1])
            start = end + 2
        if not following:
            break
        if len(data) - start > _MAX_LINE:
            progress.problem = f"a record of more than {_MAX_LINE >> 20} MB"
            return
        data, start = data[start:] + following, 0
    # The last record and what follows the array, or truncated data.
    yield from _find_failed(read_elements(iter((data[start:],)), progress), progress)


def _find_other_category(data: bytes, start: int) -> str | None:
    """Return why a log file is skipped, from its first record.

    The record is parsed, because the parameters of a call can have any keys.
    """
    end = data.find(_BOUNDARY, start)
    first = load(data[start : end + 1]) if end >= 0 else None
    category = get(first, "eventCategory")
    return _OTHER_CATEGORIES.get(category) if isinstance(category, str) else None


def _prepend(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _read_array(content: Content, progress: Progress) -> Iterator[Record]:
    """Read an array of events, also at the beginning of an object, element by element."""
    chunks = iter(content)
    data = _strip_start(next(chunks, b""))
    array = _ARRAY.match(data)
    start = array.end() if array else 0
    yield from _find_failed(read_elements(_prepend(data[start:], chunks), progress), progress)


def _find_failed(elements: Iterable[object], progress: Progress) -> Iterator[Record]:
    """Count the events in documents, and yield the events of failed calls."""
    for element in elements:
        if get(element, "digestS3Object") is not None and not progress.records:
            progress.skipped = "a CloudTrail digest, which contains no events"
        for event in find_events(element):
            progress.records += 1
            category = event.get("eventCategory")
            if isinstance(category, str) and category in _OTHER_CATEGORIES:
                # An input is skipped if it has no other events.
                progress.skipped = _OTHER_CATEGORIES[category] if progress.records == 1 else progress.skipped
                continue
            progress.skipped = None
            if has_failed(event):
                yield event


def _read_lines(content: Content, progress: Progress) -> Iterator[Record]:
    """Read one document per line, each an event or a container of events."""
    first_line = _first_line(content)
    find, is_container = _build_mark_finder(first_line), _is_container(first_line)
    rest = b""
    for chunk in content:
        data = rest + chunk if rest else chunk
        end = data.rfind(b"\n") + 1
        rest = data[end:]
        if end:
            yield from _read_whole_lines(data[:end], progress, find, is_container=is_container)
        if len(rest) > _MAX_LINE:
            progress.problem = f"a line of more than {_MAX_LINE >> 20} MB"
            return
    if not rest.strip():
        return
    if load(_STAMP.sub(b"", _strip_start(rest), count=1)) is None and not is_container:
        # Documents that follow each other, the last of which can end early.
        yield from _find_failed(_load_line(rest, progress), progress)
    else:
        yield from _read_whole_lines(rest + b"\n", progress, find, is_container=is_container)


def _build_mark_finder(first_line: bytes) -> Callable[[bytes, int], int]:
    """Return the function that finds the next sign of a failed call."""
    if b"auditID" not in first_line:
        return lambda data, at: data.find(ERROR_MARK, at)

    def find(data: bytes, at: int) -> int:
        match = _AUDIT_MARK.search(data, at)
        return match.start() if match else -1

    return find


def _is_container(line: bytes) -> bool:
    document = load(line)
    return isinstance(document, dict) and not is_event(cast("Record", document)) and "detail" not in document


def _read_whole_lines(
    data: bytes, progress: Progress, find: Callable[[bytes, int], int], *, is_container: bool
) -> Iterator[Record]:
    if is_container:
        # Only parsing shows how many events they contain.
        for line in data.splitlines():
            if line.strip():
                yield from _find_failed(_load_line(line, progress), progress)
        return
    progress.records += data.count(b"\n") - data.count(b"\n\n") - data.startswith(b"\n")
    at = 0
    while (mark := find(data, at)) >= 0:
        begin = max(data.rfind(b"\n", at, mark) + 1, at)
        at = data.find(b"\n", mark) + 1
        for document in _load_line(data[begin:at], progress):
            for event in find_events(document):
                if has_failed(event):
                    yield event


def _load_line(line: bytes, progress: Progress) -> Iterator[object]:
    document = load(_STAMP.sub(b"", _strip_start(line), count=1))
    if document is not None:
        yield document
        return
    # Some writers do not separate documents by newlines.
    yield from _load_documents(line.decode("utf-8", "replace"), progress)


def _read_documents(content: Content, progress: Progress) -> Iterator[Record]:
    """Read documents that span lines, or follow each other without newlines."""
    parts: list[bytes] = []
    size = 0
    for chunk in content:
        parts.append(chunk)
        size += len(chunk)
        if size > _MAX_DOCUMENT:
            progress.problem = "a JSON document of more than 256 MB; convert it to one record per line"
            return
    data = _strip_start(b"".join(parts))
    document = load(data)
    if document is None:
        yield from _find_failed(_load_documents(data.decode("utf-8", "replace"), progress), progress)
    else:
        yield from _find_failed((document,), progress)


_SPACE = lazy_pattern(r"\s*")
_decode = json.JSONDecoder(strict=False).raw_decode


def _load_documents(text: str, progress: Progress) -> Iterator[object]:
    """Yield JSON documents that follow each other."""
    at = 0
    while (space := _SPACE.match(text, at)) and space.end() < len(text):
        try:
            document, at = _decode(text, space.end())
        except (ValueError, RecursionError):
            progress.problem = progress.problem or "invalid JSON, or JSON that ends early"
            return
        yield document
