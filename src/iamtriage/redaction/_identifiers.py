"""Replace the identifiers in a text with pseudonyms.

This takes two passes, because a name can appear in prose before an ARN shows that it is a name. The first
pass finds the identifiers that their position or form reveals. The second pass replaces every occurrence of
them as a separate word. The text is searched block by block and unwrapped, as for the readers of failures, so
that values that a terminal has wrapped are complete.

A pseudonym has the form of what it replaces, so searching the result again finds the same. Only around line
breaks in words, which depend on the lengths of lines, another round can find more.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from iamtriage._reading.texts import find_failures
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from iamtriage._reading.vocabulary.view import View
from iamtriage._typing import NamedTuple
from iamtriage.redaction._broken_lines import find_original_span
from iamtriage.redaction._finders.arn_names import find_arn_names
from iamtriage.redaction._finders.failure_names import (
    find_broken_values,
    find_failure_names,
    list_kept_words,
    list_stated,
)
from iamtriage.redaction._finders.hosts import find_host_names
from iamtriage.redaction._finders.ids import find_ids
from iamtriage.redaction._finders.repeated_names import MIN_NAME, KnownNames
from iamtriage.redaction._pseudonyms import Pseudonyms
from iamtriage.redaction._secret_spans import is_unmarked
from iamtriage.redaction._vocabulary.identifier_nouns import Identifier, without_overlaps
from iamtriage.redaction._vocabulary.markers import WORD
from iamtriage.redaction._windows import (
    MAX_LINE,
    extend_spans,
    extend_to_lines,
    merge_spans,
    split_blocks,
    split_by_relevance,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.vocabulary.view import Edit

__all__ = ("IdentifierRedaction",)


# If a terminal has wrapped a failure, this many characters around it are wrapped, too.
_CONTEXT = 400
# The number of characters around a joined word that are searched again, up to the ends of lines.
_WINDOW = 300
# A newline, also an escaped one in a string that a logger wrote.
_LINE_END = re.compile(r"\n|\\\\{0,15}n")
_SPACE = re.compile(r"\s")
# The number of characters before and after the end of a block that show whether a failure continues there.
_SEAM = 2_000


@attrs.frozen
class _Block:
    """An unwrapped block, its identifiers, and the positions of its failures.

    Attributes:
        view: The unwrapped block.
        identifiers: The identifiers in the unwrapped text.
        failures: The positions of the failures in the unwrapped text.
        broken: The positions of values in the unwrapped text that contain line breaks.
        is_relevant: Whether the block can contain a failure or an ARN, so that it was unwrapped.
        is_searched: Whether the block was searched.
    """

    view: View
    identifiers: Sequence[Identifier] = ()
    failures: Sequence[tuple[int, int]] = ()
    broken: Sequence[tuple[int, int]] = ()
    is_relevant: bool = False
    is_searched: bool = True


class _Replaced(NamedTuple):
    """The text of a block with pseudonyms.

    Attributes:
        text: The text.
        places: The positions of the places to search again, in order.
        changes: The positions of the replacements, in order.
    """

    text: str
    places: Sequence[tuple[int, int]] = ()
    changes: Sequence[tuple[int, int]] = ()


class IdentifierRedaction:
    """Replaces the identifiers in a text, in one or more rounds.

    Attributes:
        text: The text, with a pseudonym for each identifier that was found.
        windows: The positions of the lines that have to be searched again, because words in them were joined.
        changed: The positions of the lines around replacements.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.windows: list[tuple[int, int]] = []
        self.changed: list[tuple[int, int]] = []
        known = KnownNames()
        blocks = [*_search(text, known)]
        self._pseudonyms = Pseudonyms(text, known.accounts)
        self._replace(blocks, known)

    def search_windows(self, text: str, windows: Iterable[tuple[int, int]]) -> None:
        """Search parts of a text, which has markers in some of them. Replace other identifiers everywhere."""
        known = KnownNames()
        blocks: list[_Block] = []
        done = 0
        for start, end in windows:
            blocks.append(_Block(View(text[done:start]), is_searched=False))
            blocks += _search(text[start:end], known)
            done = end
        blocks.append(_Block(View(text[done:]), is_searched=False))
        is_new = any(self._pseudonyms.get_pseudonym(value, noun) != value for value, noun in known)
        self._replace(blocks, known if is_new else KnownNames())

    def _replace(self, blocks: Iterable[_Block], known: KnownNames) -> None:
        pieces: list[str] = []
        places: list[tuple[int, int]] = []
        changes: list[tuple[int, int]] = []
        length = 0
        for block in blocks:
            replaced = _replace(block, known, self._pseudonyms)
            places += ((length + start, length + end) for start, end in replaced.places)
            changes += ((length + start, length + end) for start, end in replaced.changes)
            pieces.append(replaced.text)
            length += len(replaced.text)
        self.text = "".join(pieces)
        self.windows = _find_windows(self.text, places, changes) if changes else []
        near = ((max(0, start - _WINDOW), end + _WINDOW) for start, end in changes)
        self.changed = extend_spans(self.text, near)


def _search(text: str, known: KnownNames) -> Iterator[_Block]:
    """Yield the blocks of a text with their identifiers, and record these."""
    for block in split_blocks(text, _move_block_end):
        for part, is_relevant in split_by_relevance(block):
            yield _search_block(part, known, is_relevant=is_relevant)


def _move_block_end(text: str, end: int) -> int:
    """Return the end of a line or word near the end of a block that is in no failure and no wrapped word."""
    low, high = max(0, end - _SEAM), min(len(text), end + _SEAM)
    if not _is_relevant(text[low:high]):
        return end
    view = unwrap(text[low:high], links=False)
    spans = [failure.span for failure in find_failures(view.text)]
    spans += ((at - 1, at + 1) for _, at in _find_joined_words(view))
    spaces = _SPACE.finditer(view.original, _SEAM // 2, _SEAM * 3 // 2)
    for space in sorted(spaces, key=lambda each: (each[0] != "\n", abs(low + each.end() - end))):
        at = view.position(space.end())
        if not any(first < at < last for first, last in spans):
            return low + space.end()
    return end


def _search_block(text: str, known: KnownNames, *, is_relevant: bool) -> _Block:
    """Find the identifiers that their position or form reveals, and record them."""
    view = unwrap(text, links=False) if is_relevant else View(text)
    readable = view.text
    has_failures = is_relevant and may_contain_failure(readable)
    failures = list_stated(find_failures(readable)) if has_failures else []
    found = [*find_arn_names(readable), *find_host_names(readable), *find_ids(readable)]
    found += find_failure_names(readable, failures)
    for failure in failures:
        known.keep(list_kept_words(failure))
    if WORD in readable:
        found = [each for each in found if is_unmarked(readable, each.start, each.end)]
    identifiers = list(without_overlaps(found))
    for each in identifiers:
        known.add(_join_lines(readable[each.start : each.end]), each.noun)
    broken = [each[:2] for each in found if _has_spaces(readable[each.start : each.end])]
    broken += find_broken_values(readable, failures)
    return _Block(view, identifiers, [failure.span for failure in failures], broken, is_relevant)


def _is_near(spans: Sequence[tuple[int, int]], low: int, high: int) -> bool:
    """Return whether one of some spans, which are in order, overlaps or touches a part of a text."""
    at = bisect_left(spans, (high + 1, 0)) - 1
    return at >= 0 and spans[at][1] >= low


def _replace(block: _Block, known: KnownNames, pseudonyms: Pseudonyms) -> _Replaced:
    """Replace the identifiers in a block with pseudonyms."""
    view = block.view
    edits = _find_edits(block, known, pseudonyms)
    changes = [(start, end, new) for start, end, new in edits if new != view.text[start:end]]
    shown = View(view.original)
    if not block.is_relevant:
        shown.edit(changes)
        is_other = block.is_searched and bool(changes) and _is_relevant(shown.text)
        places = [(0, len(shown.text))] if is_other else []
        return _Replaced(shown.text, places, _find_new_positions(changes))
    # Without a change or a failure, no line break is removed and no place is searched again.
    joined = list(_find_joined_words(view)) if changes or block.failures else []
    changes = [(*find_original_span(view, start, end), new) for start, end, new in changes]
    changes += _find_line_break_edits(view, joined, block.failures)
    changes = list(_drop_overlaps(sorted(changes)))
    if not changes:
        return _Replaced(view.original)
    shown.edit(changes)
    places = [(place, place) for place in (shown.position(place) for place, _ in joined)]
    places += (
        (shown.position(view.origin(start)), shown.position(view.origin(end))) for start, end in block.broken
    )
    return _Replaced(shown.text, sorted(places), _find_new_positions(changes))


def _find_new_positions(edits: Iterable[Edit]) -> list[tuple[int, int]]:
    """Return the positions of replacements in the edited text. The edits are in text order."""
    positions: list[tuple[int, int]] = []
    added = 0
    for start, end, new in edits:
        positions.append((start + added, start + added + len(new)))
        added += len(new) - (end - start)
    return positions


def _is_relevant(text: str) -> bool:
    return any(is_relevant for _, is_relevant in split_by_relevance(text))


def _drop_overlaps(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield edits, which are in text order. If some overlap, the first one is applied."""
    done = 0
    for edit in edits:
        if edit[0] >= done:
            yield edit
            done = edit[1]


def _find_edits(block: _Block, known: KnownNames, pseudonyms: Pseudonyms) -> Iterator[Edit]:
    """Yield the replacements in the unwrapped text."""
    readable = block.view.text
    at = 0
    for each in [*block.identifiers, None]:
        end = len(readable) if each is None else each.start
        for start, last, noun in known.find_in(readable, at, end) if end - at >= MIN_NAME else ():
            yield start, last, pseudonyms.get_pseudonym(readable[start:last], noun)
        if each is not None:
            value = _join_lines(readable[each.start : each.end])
            yield each.start, each.end, pseudonyms.get_pseudonym(value, known.noun(value, each.noun))
            at = each.end


def _join_lines(value: str) -> str:
    """Return a value without the line breaks in it. No identifier contains spaces."""
    return "".join(value.split()) if _has_spaces(value) else value


def _has_spaces(value: str) -> bool:
    return " " in value or not value.isprintable()


def _find_joined_words(view: View) -> Iterator[tuple[int, int]]:
    """Yield the line breaks in words that the unwrapped text does not have, and escapes that can be one.

    Each has its position in the original, and the position in the unwrapped text of the character after it.
    """
    text = view.text
    for line_end in _LINE_END.finditer(view.original):
        place = line_end.start()
        at = view.position(place)
        if _is_in_word(text, at):
            while at < len(text) and view.origin(at) < line_end.end():
                at += 1
            if _is_in_word(text, at):
                yield place, at


def _is_in_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and not text[at - 1].isspace() and not text[at].isspace()


def _find_line_break_edits(
    view: View, joined: Sequence[tuple[int, int]], failures: Sequence[tuple[int, int]]
) -> Iterator[Edit]:
    """Yield edits that remove the line breaks in words in and around failures."""
    # An escaped line break stays, because it is part of a string.
    positions = [at for place, at in joined if view.original[place] == "\n"]
    for failure in failures if positions else ():
        start, end = max(0, failure[0] - _CONTEXT), min(len(view.text), failure[1] + _CONTEXT)
        near = positions[bisect_right(positions, start) : bisect_left(positions, end)]
        if near and _has_fewer_lines(view, start, end):
            for at in near:
                yield find_original_span(view, at - 1, at)[1], view.origin(at), ""


def _has_fewer_lines(view: View, start: int, end: int) -> bool:
    """Return whether a part of the unwrapped text has fewer lines than the original."""
    first, last = view.origin(start), view.origin(end)
    return view.original.count("\n", first, last) > view.text.count("\n", start, end)


def _find_windows(
    text: str, places: Iterable[tuple[int, int]], changes: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the positions of the lines around places, if they contain a change.

    Unchanged lines were searched already. Places and changes are in order.
    """
    near = (
        (low, high)
        for low, high in ((max(0, start - _WINDOW), end + _WINDOW) for start, end in places)
        if _is_near(changes, low, high)
        or (
            _is_near(changes, low - MAX_LINE, high + MAX_LINE)
            and _is_near(changes, *extend_to_lines(text, low, high))
        )
    )
    return extend_spans(text, merge_spans(near))
