"""Finds the failures of a whole text or stream: documents, and pieces of bounded size.

For cutting long input so that memory and time stay bounded. Not for how messages look.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, cast

import attrs

from iamtriage._reading.assembly import read, read_cause
from iamtriage._reading.judging.building import build
from iamtriage._reading.structured.mappings import as_document, failures_of, is_event, load
from iamtriage._reading.vocabulary.grammar import ENTRY
from iamtriage._reading.vocabulary.triggers import may_hold_failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.failures._failures import Failure

_CUT = 32_000
_OVERLAP = 6_000
_CONTEXT_LINES = 16
_CONTEXT_SIZE = 6_000
_QUIET_LINES = 16

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FRESH = re.compile(ENTRY + r"|<\d|\[\d|╷")


class Chunk(NamedTuple):
    """A part of the input; failures that start in ``[low, high)`` of it are its own."""

    text: str
    low: int
    high: int


def cause_in(text: str) -> Failure | None:
    """Give the failure that is the cause in a text of moderate length."""
    documents = _documents(text)
    if documents is not None:
        failures = documents
        for wanted in ("access_denied", None):
            for failure in failures:
                if wanted is None or failure.kind == wanted:
                    return failure
        return None
    return read_cause(text)


def failures_in(text: str) -> list[Failure]:
    """Give every failure of a text of moderate length, in order."""
    documents = _documents(text)
    if documents is not None:
        return documents
    view, candidates = read(text)
    return [build(candidate, view) for candidate in candidates]


def failures_in_chunks(source: Iterable[str] | str, *, parts: bool = False) -> Iterator[Failure]:
    """Give every failure of a long text or of a stream of lines, holding a bounded part of it.

    Args:
        source: the text, or its lines.
        parts: whether a long item without a line end is a part of a line, which the next goes on.
    """
    lines = (m[0] for m in _LINE.finditer(source)) if isinstance(source, str) else source
    for chunk in _chunks(lines, parts=parts):
        for failure in failures_in(chunk.text):
            if chunk.low <= failure.span[0] < chunk.high:
                yield failure


def _documents(text: str) -> list[Failure] | None:
    """Read a text that is a whole JSON document of CloudTrail's; None for any other text."""
    if "eventSource" not in text or text.lstrip()[:1] not in {"{", "["}:
        return None
    loaded = load(text)
    items = cast("list[object]", loaded) if isinstance(loaded, list) else [loaded]
    found: list[Failure] = []
    for item in map(as_document, items):
        if not is_event(item):
            return None
        found += failures_of(item)
    at = 0
    placed: list[Failure] = []
    for failure in found:
        here = _place(failure, text, at)
        at = max(at, here.span[0])
        placed.append(here)
    return placed


def _place(failure: Failure, text: str, at: int) -> Failure:
    """Give a failure of a document the document as its text, with the spans of its values there."""
    envelope = failure.envelope
    start = text.find(envelope.request_id, at) if envelope.request_id else -1
    near = max(at, start - _OVERLAP) if start >= 0 else at
    names: list[str] = []
    marks: list[tuple[int, int]] = []
    values = {
        "code": envelope.code, "operation": envelope.operation, "request_id": envelope.request_id, "principal": failure.principal,
        "account": failure.account, "action": failure.action, "resource": failure.resource,
    }  # fmt: skip
    for name in ("policy_arn", "authorization_id", "encoded_message"):
        values[name] = getattr(failure, name, None)
    for name, value in values.items():
        position = text.find(value, near) if value else -1
        if value and position >= 0:
            names.append(name)
            marks.append((position, position + len(value)))
    low = min((m[0] for m in marks), default=at)
    high = max((m[1] for m in marks), default=at)
    return attrs.evolve(failure, text=text, span=(low, high), marks=(tuple(names), tuple(marks)))


def _chunks(lines: Iterable[str], *, parts: bool) -> Iterator[Chunk]:
    """Group lines that may hold failures with the lines around them."""
    context: deque[str] = deque(maxlen=_CONTEXT_LINES)
    block: list[str] = []
    size = quiet = 0
    # The end of a line's part, which is read again with the next part.
    begun = ""
    for item in lines:
        line = begun + item
        if begun or len(line) > _CUT:
            goes_on = parts and len(item) > _CUT and not item.endswith("\n")
            yield from _flush(block)
            block, size, quiet = [], 0, 0
            yield from _long_line(line, begun=bool(begun), goes_on=goes_on)
            begun = line[-_OVERLAP:] if goes_on else ""
            continue
        if not line.endswith("\n"):
            # So that lines with and without an end can be joined.
            line += "\n"
        hot = may_hold_failure(line)
        if not block and not hot:
            context.append(line)
            continue
        if not block:
            block = _tail(context)
            size = sum(map(len, block))
            context.clear()
        block.append(line)
        size += len(line)
        quiet = 0 if hot else quiet + 1
        if quiet >= _QUIET_LINES:
            yield from _flush(block)
            context.extend(block[-_CONTEXT_LINES:])
            block, size, quiet = [], 0, 0
        elif size > _CUT:
            cut = _safe_cut(block)
            yield from _flush(block[:cut])
            block = block[cut:]
            size = sum(map(len, block))
    yield from _flush(block)
    if begun:
        yield from _long_line(begun, begun=True, goes_on=False)


def _flush(block: list[str]) -> Iterator[Chunk]:
    if block:
        text = "".join(block)
        yield Chunk(text, 0, len(text) + 1)


def _tail(context: deque[str]) -> list[str]:
    """Give the last lines of the context that fit its size."""
    kept: list[str] = []
    size = 0
    for line in reversed(context):
        size += len(line)
        if size > _CONTEXT_SIZE:
            break
        kept.append(line)
    kept.reverse()
    return kept


def _safe_cut(block: list[str]) -> int:
    """Give where to cut a block that is full: before the last line that begins a new record."""
    for at in range(len(block) - 1, len(block) // 2, -1):
        if _FRESH.match(block[at]) or not block[at].strip():
            return at
    return len(block)


def _long_line(line: str, *, begun: bool, goes_on: bool) -> Iterator[Chunk]:
    """Cut a long line, or a part of one, into pieces that overlap, each failure being some chunk's own."""
    half = _OVERLAP // 2
    start = 0
    while start < len(line):
        end = min(len(line), start + _CUT)
        low = half if start or begun else 0
        high = end - start - (half if end < len(line) or goes_on else -1)
        text = line[start:end]
        if may_hold_failure(text):
            yield Chunk(text, low, high)
        if end >= len(line):
            return
        start = end - _OVERLAP
