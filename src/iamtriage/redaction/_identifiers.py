"""Replace the identifiers in a text with pseudonyms.

This takes two passes, because a name can appear in prose before an ARN shows that it is a name. The first
pass finds the identifiers that their position or form reveals. The second pass replaces every occurrence of
them as a separate word. The text is searched block by block and unwrapped, as for the readers of failures, so
that values that a terminal has wrapped are complete.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

import attrs

from iamtriage._reading.texts import find_failures
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from iamtriage._reading.vocabulary.view import View
from iamtriage.redaction._blocks import split_blocks, split_by_relevance
from iamtriage.redaction._finders.arn_names import find_arn_names
from iamtriage.redaction._finders.failure_names import find_failure_names, list_kept_words
from iamtriage.redaction._finders.hosts import find_host_names
from iamtriage.redaction._finders.ids import find_ids
from iamtriage.redaction._finders.repeated_names import KnownNames
from iamtriage.redaction._identifier_spans import Identifier, without_overlaps
from iamtriage.redaction._pseudonyms import Pseudonyms
from iamtriage.redaction._secrets import find_original_span
from iamtriage.redaction._vocabulary.markers import MARKER, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit

__all__ = ("hide_identifiers",)


# If a terminal has wrapped a failure, this many characters around it are wrapped, too.
_CONTEXT = 400
_LINE_END = re.compile("\n")


@attrs.frozen
class _Block:
    """An unwrapped block, its identifiers, and the positions of its failures."""

    view: View
    identifiers: list[Identifier]
    failures: list[tuple[int, int]]


def hide_identifiers(text: str) -> str:
    """Return the text with a pseudonym for each identifier."""
    known = KnownNames()
    blocks = [
        _search(part, known, is_relevant=is_relevant)
        for block in split_blocks(text)
        for part, is_relevant in split_by_relevance(block)
    ]
    pseudonyms = Pseudonyms(text, known.accounts)
    return "".join(_replace(block, known, pseudonyms) for block in blocks)


def _search(text: str, known: KnownNames, *, is_relevant: bool) -> _Block:
    """Find the identifiers that their position or form reveals, and record them."""
    view = unwrap(text, links=False) if is_relevant else View(text)
    readable = view.text
    failures = find_failures(readable) if is_relevant and may_contain_failure(readable) else []
    found = [*find_arn_names(readable), *find_host_names(readable), *find_ids(readable)]
    found += find_failure_names(readable, failures)
    for failure in failures:
        known.keep(list_kept_words(failure))
    if WORD in readable:
        markers = [m.span() for m in MARKER.finditer(readable)]
        found = [each for each in found if not _overlaps(each, markers)]
    identifiers = list(without_overlaps(found))
    for each in identifiers:
        known.add(_join_lines(readable[each.start : each.end]), each.noun)
    return _Block(view, identifiers, [failure.span for failure in failures])


def _overlaps(identifier: Identifier, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether an identifier overlaps one of some spans, which are in order."""
    at = bisect_left(spans, (identifier.end, 0)) - 1
    return at >= 0 and spans[at][1] > identifier.start


def _replace(block: _Block, known: KnownNames, pseudonyms: Pseudonyms) -> str:
    """Return the original text of a block with pseudonyms."""
    view = block.view
    edits = _find_edits(block, known, pseudonyms)
    if view.text is view.original:
        return _apply(view.original, edits)
    changes = [
        (*find_original_span(view, start, end), new)
        for start, end, new in edits
        if new != view.text[start:end]
    ]
    for start, end in block.failures:
        changes += _find_line_break_edits(view, max(0, start - _CONTEXT), min(len(view.text), end + _CONTEXT))
    return _apply(view.original, sorted(changes))


def _apply(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits that are in text order. If some overlap, the first one is applied."""
    pieces: list[str] = []
    done = 0
    for start, end, new in edits:
        if start >= done:
            pieces += (text[done:start], new)
            done = end
    return "".join([*pieces, text[done:]])


def _find_edits(block: _Block, known: KnownNames, pseudonyms: Pseudonyms) -> Iterator[Edit]:
    """Yield the replacements in the unwrapped text."""
    readable = block.view.text
    at = 0
    for each in [*block.identifiers, None]:
        end = len(readable) if each is None else each.start
        for start, last, noun in known.find_in(readable, at, end):
            yield start, last, pseudonyms.get_pseudonym(readable[start:last], noun)
        if each is not None:
            value = _join_lines(readable[each.start : each.end])
            yield each.start, each.end, pseudonyms.get_pseudonym(value, known.noun(value, each.noun))
            at = each.end


def _join_lines(value: str) -> str:
    """Return a value without the line breaks in it. No identifier contains spaces."""
    return value if value.isprintable() and " " not in value else "".join(value.split())


def _find_line_break_edits(view: View, start: int, end: int) -> Iterator[Edit]:
    """Yield edits that remove line breaks in words, which the unwrapped text does not have."""
    first, last = view.origin(start), view.origin(end)
    if view.original.count("\n", first, last) <= view.text.count("\n", start, end):
        return
    for line_end in _LINE_END.finditer(view.original, first, last):
        at = _find_position_after(view, line_end.start(), start, end)
        if start < at < end and not view.text[at - 1].isspace() and not view.text[at].isspace():
            yield find_original_span(view, at - 1, at)[1], view.origin(at), ""


def _find_position_after(view: View, original: int, low: int, high: int) -> int:
    """Return the first position in the unwrapped text whose original position is after a position."""
    while low < high:
        middle = (low + high) // 2
        if view.origin(middle) > original:
            high = middle
        else:
            low = middle + 1
    return low
