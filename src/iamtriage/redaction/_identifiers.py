"""Puts pseudonyms in the place of a text's identifiers: the order of the steps, and nothing else.

Two turns, since a name may stand in prose before an ARN tells that it is one: first everything that is an
identifier by its place or shape is found, then it is replaced there and wherever else it stands as a word of
its own. The text is looked at block by block as the readers of failures see it, so that values which a
terminal broke count as whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._reading.texts import find_failures
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.view import View
from iamtriage.redaction._blocks import blocks, parts
from iamtriage.redaction._finders.arn_names import names_in_arns
from iamtriage.redaction._finders.failure_names import names_in_failure, words_of
from iamtriage.redaction._finders.hosts import names_in_hosts
from iamtriage.redaction._finders.ids import ids
from iamtriage.redaction._finders.repeated_names import Known
from iamtriage.redaction._places import Place, in_order
from iamtriage.redaction._pseudonyms import Pseudonyms
from iamtriage.redaction._secrets import original_span
from iamtriage.redaction._vocabulary.markers import MARKER, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.vocabulary.view import Edit

__all__ = ("hide_identifiers",)


# A terminal that broke a failure broke what stands beside it, too: so many characters.
_BESIDE = 400
_LINE_END = re.compile("\n")


@attrs.frozen
class _Block:
    """A block, as readable, with the identifiers that show by place or shape, and where failures stand."""

    view: View
    places: list[Place]
    failures: list[tuple[int, int]]


def hide_identifiers(text: str) -> str:
    """Give the text with a pseudonym for each identifier."""
    known = Known()
    read = [_read(part, known, hot=hot) for block in blocks(text) for part, hot in parts(block)]
    pseudonyms = Pseudonyms(text, known.accounts)
    return "".join(_shown(block, known, pseudonyms) for block in read)


def _read(text: str, known: Known, *, hot: bool) -> _Block:
    """Find what is an identifier by its place or shape, and take note of it."""
    view = unwrap(text, links=False) if hot else View(text)
    readable = view.text
    failures = find_failures(readable) if hot else []
    found = [*names_in_arns(readable), *names_in_hosts(readable), *ids(readable)]
    for failure in failures:
        found += names_in_failure(readable, failure)
        known.keep(words_of(failure))
    if WORD in readable:
        markers = [m.span() for m in MARKER.finditer(readable)]
        found = [
            place
            for place in found
            if all(place.end <= start or place.start >= end for start, end in markers)
        ]
    places = list(in_order(found))
    for place in places:
        known.add(_whole(readable[place.start : place.end]), place.noun)
    return _Block(view, places, [failure.span for failure in failures])


def _shown(block: _Block, known: Known, pseudonyms: Pseudonyms) -> str:
    """Give a block with the pseudonyms in it."""
    view = block.view
    edits = _edits(block, known, pseudonyms)
    if view.text is view.original:
        return _applied(view.original, edits)
    changes = [
        (*original_span(view, start, end), made) for start, end, made in edits if made != view.text[start:end]
    ]
    for start, end in block.failures:
        changes += _joints(view, max(0, start - _BESIDE), min(len(view.text), end + _BESIDE))
    return _applied(view.original, sorted(changes))


def _applied(text: str, edits: Iterable[Edit]) -> str:
    """Give a text with edits, which are in order; of those that overlap the first counts."""
    pieces: list[str] = []
    done = 0
    for start, end, made in edits:
        if start >= done:
            pieces += (text[done:start], made)
            done = end
    return "".join([*pieces, text[done:]])


def _edits(block: _Block, known: Known, pseudonyms: Pseudonyms) -> Iterator[Edit]:
    """Give what is replaced in the readable text."""
    readable = block.view.text
    at = 0
    for place in [*block.places, None]:
        end = len(readable) if place is None else place.start
        for start, last, noun in known.words(readable, at, end):
            yield start, last, pseudonyms.of(readable[start:last], noun)
        if place is not None:
            value = _whole(readable[place.start : place.end])
            yield place.start, place.end, pseudonyms.of(value, known.noun(value, place.noun))
            at = place.end


def _whole(value: str) -> str:
    """Give a value without the line ends in it; none has blanks of its own."""
    return value if value.isprintable() and " " not in value else "".join(value.split())


def _joints(view: View, start: int, end: int) -> Iterator[Edit]:
    """Give the line ends that the readable text has not, since they stood in the middle of a word."""
    first, last = view.origin(start), view.origin(end)
    if view.original.count("\n", first, last) <= view.text.count("\n", start, end):
        return
    for line_end in _LINE_END.finditer(view.original, first, last):
        at = _after(view, line_end.start(), start, end)
        if start < at < end and not view.text[at - 1].isspace() and not view.text[at].isspace():
            yield original_span(view, at - 1, at)[1], view.origin(at), ""


def _after(view: View, place: int, low: int, high: int) -> int:
    """Give the first place of the readable text that stands behind a place of the original."""
    while low < high:
        middle = (low + high) // 2
        if view.origin(middle) > place:
            high = middle
        else:
            low = middle + 1
    return low
