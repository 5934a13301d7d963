"""Find stretches of a text with many names of secrets in many notations, or with many in each line.

They are hidden as a whole. Neither people nor programs write such texts. To judge each name there,
and everything between them, would take several seconds per million characters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import FoundSecret
from iamtriage.redaction._vocabulary.notations import BACKSLASHES, ENCODED_STARTS, FILLER
from iamtriage.redaction._vocabulary.searched_text import AROUND, fill_spans, zero_all_digits
from iamtriage.redaction._vocabulary.secret_names import MARKER_START
from iamtriage.redaction._windows import extend_to_lines, merge_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.redaction._vocabulary.searched_text import SearchedText

__all__ = ("fill_stretches", "find_stretches", "hide_stretches")

# So many names in so many characters are dense if they have many notations: the characters around each name,
# without their case and value. The densest source code has 48 notations in 3,900 characters, and tables of
# examples of notations 64 in 4,600.
_MANY = 100
_REACH = 5_000
_AROUND = 2
_CHARS_PER_NOTATION = 70
# So many names are also dense, in any notation, if they have at most so many characters each, with what is
# between them, and there are several in a line. To judge one takes longer if its text must be decoded first.
# In a table, each can have its own line.
_CHARS_PER_NAME = 40
_CHARS_PER_ENCODED_NAME = 50
_CHARS_PER_CELL = 25
# The maximum length of what is between a name and its value, in characters.
_MAX_SIGN = 4
_BORDERS = frozenset("|│\t")
_ENCODED_SIGN = re.compile(rf"%(?:25){{0,16}}[0-7]|&(?:amp;){{0,4}}(?:#|[a-z]{{2,6}};)|{BACKSLASHES}u00")
# After the names in source code and lists, the same characters occur again and again.
_FOLLOWING, _MAX_EQUAL = 8, 3
# The densest collections of short examples are dense for 7,800 characters.
_MIN_STRETCH = 9_000
# The minimum length of a part between failures. Its ends are also searched as usual.
_MIN_PART = 4 * AROUND
# A failure is kept, with the text around it. The words "error" and "not" alone state none.
# By their first character, so that a search tries few of them at each position.
_FAILURE = re.compile(
    r"a(?:rn:|nnot |re not )|c(?:an|ould) not |d(?:id|oes) not |h(?:rottl|as not |ave not )|is not |must not "
    r"|w(?:as|ere|ill) not |n(?:'t |able to|sufficient|valid|ot (?:a(?:ble|llowed)|exist|found|permitted"
    r"|supported|valid))|rror (?:occurred|\(|code)|rror: \w{1,20} \w{1,20} |E(?:RROR|rror(?<=[a-z].{5}))"
    r"|enied|DENIED|orbidden|x(?:ception|pired)|Fa(?:ilure(?<=[a-z].{7})|ult(?<=[a-z].{5}))|uthori[sz]ed"
    r"|logged in"
)
_FAILURE_REACH = 600
# Between documents, which are searched value by value.
_HIDDEN = re.compile(rf"[^\s{FILLER}](?:[^{FILLER}]*[^\s{FILLER}])?")
_SHAPE = str.maketrans("abcdefghijklmnopqrstuvwxyz0123456789", "a" * 26 + "0" * 10)


def find_stretches(searched: SearchedText) -> list[tuple[int, int]]:
    """Return the positions of the dense stretches of a text. None contains a failure, an ARN or a marker.

    Args:
        searched: The text, without documents.
    """
    if len(searched.text) < _MIN_STRETCH or len(searched.names) < _MANY:
        return []
    spans = [name.span() for name in searched.names]
    shortest = min(last - first for (first, _), (last, _) in zip(spans, spans[_MANY - 1 :], strict=False))
    if shortest > _REACH:
        # No other check is necessary for most texts.
        return []
    dense = [*_find_dense(searched, spans, shortest), *_find_crowded(searched, spans)]
    return _list_stretches(searched.text, sorted(dense))


def _find_crowded(searched: SearchedText, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the positions of many names with little text between them, in order.

    There must be several names in a line, encoded signs between them, or cells, and no copies.
    """
    if searched.parts.copies:
        return []
    text = searched.text
    ends = [*(start for start, _ in spans[1:]), len(text)]
    has_borders = any(map(text.__contains__, _BORDERS))
    rooms = [
        _CHARS_PER_NAME
        if (line_end := text.find("\n", start, end)) < 0
        else 0
        if line_end - start > _MAX_SIGN and not has_borders
        else _measure_room(text, start, end, line_end)
        for (_, start), end in zip(spans, ends, strict=True)
    ]
    if any(sign in text for sign in ENCODED_STARTS):
        for number, (_, start) in enumerate(spans):
            if _ENCODED_SIGN.search(text, start, min(ends[number], start + _CHARS_PER_ENCODED_NAME)):
                rooms[number] = _CHARS_PER_ENCODED_NAME
    if not _list_crowded(spans, rooms):
        # No other check is necessary for most texts.
        return []
    zeroed = zero_all_digits(text)
    following = [zeroed[end : end + _FOLLOWING] for _, end in spans]
    counts = Counter(following)
    rooms = [
        0 if room < _CHARS_PER_ENCODED_NAME and counts[after] > _MAX_EQUAL else room
        for room, after in zip(rooms, following, strict=True)
    ]
    # What a marker replaces was longer or shorter, so other names were near each other.
    markers = [name.start() for name in searched.names if name[0].startswith(MARKER_START)]
    return [
        (first, last)
        for first, last in _list_crowded(spans, rooms)
        if bisect_left(markers, first) == bisect_left(markers, last)
    ]


def _measure_room(text: str, start: int, end: int, line_end: int) -> int:
    """Return the room for the text between the end of a name and the next, which is in another line."""
    is_below = line_end - start <= _MAX_SIGN and text[start] in ":="
    if is_below and text.find("\n", line_end + 1, end) < 0:
        # The value is in the next line.
        return _CHARS_PER_NAME
    return 0 if _BORDERS.isdisjoint(text[start : start + _MAX_SIGN]) else _CHARS_PER_CELL


def _list_crowded(spans: list[tuple[int, int]], rooms: list[int]) -> list[tuple[int, int]]:
    """Return the positions of many names that have room for all text between them."""
    sums = [0, *accumulate(rooms)]
    return [
        (first, last)
        for (first, _), (last, _), low, high in zip(
            spans, spans[_MANY - 1 :], sums, sums[_MANY:], strict=False
        )
        if last - first <= high - low
    ]


def _list_stretches(text: str, dense: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return [
        (start, end)
        for low, high in merge_spans(dense)
        if high - low >= _MIN_STRETCH
        for start, end in _leave_failures(text, low, high)
        if end - start >= _MIN_PART
    ]


def hide_stretches(text: str, stretches: Iterable[tuple[int, int]]) -> Iterator[FoundSecret]:
    """Yield each stretch of a text as a secret, or its parts between documents."""
    for low, high in stretches:
        # A space after its marker shows that nothing else belongs to it.
        end = max(text.rfind(space, high - AROUND, high) for space in " \n")
        for m in _HIDDEN.finditer(text, low, high if end < 0 else end):
            yield FoundSecret(*m.span(), "secret", is_whole=True)


def fill_stretches(text: str, stretches: Iterable[tuple[int, int]]) -> str:
    """Replace the inside of each stretch with fillers, so that positions and line breaks stay the same.

    Its ends are also searched as usual, because a secret can begin or end there.
    """
    return fill_spans(text, ((low + AROUND, high - AROUND) for low, high in stretches))


def _leave_failures(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a stretch between failures."""
    failures = (
        extend_to_lines(text, max(0, m.start() - _FAILURE_REACH), m.end() + _FAILURE_REACH, _FAILURE_REACH)
        for m in _FAILURE.finditer(text, max(0, low - _FAILURE_REACH), high + _FAILURE_REACH)
    )
    for start, end in merge_spans(failures):
        yield low, start
        low = end
    yield low, high


def _find_dense(
    searched: SearchedText, spans: list[tuple[int, int]], shortest: int
) -> Iterator[tuple[int, int]]:
    """Yield the positions of many names with different characters around them, in order."""
    names = searched.names
    # Faster than a translation of other characters.
    shown = searched.folded.encode("ascii", "replace").decode().translate(_SHAPE)
    shown = f"{'':{_AROUND}}{shown}"
    shapes = [
        shown[start : start + _AROUND] + shown[end + _AROUND : end + 2 * _AROUND] for start, end in spans
    ]
    if shortest > len(set(shapes)) * _CHARS_PER_NOTATION:
        # No other check is necessary for most texts.
        return
    # What a marker replaces was longer or shorter, so other names were near each other.
    markers = [at for at, name in enumerate(names) if name[0].startswith(MARKER_START)]
    for low, high in pairwise((-1, *markers, len(names))):
        counts = Counter(shapes[low + 1 : min(low + _MANY, high)])
        for first, last in zip(range(low + 1, high), range(low + _MANY, high), strict=False):
            counts[shapes[last]] += 1
            start, end = spans[first][0], spans[last][0]
            if end - start <= _REACH and end - start <= len(counts) * _CHARS_PER_NOTATION:
                yield start, end
            counts[shapes[first]] -= 1
            if not counts[shapes[first]]:
                del counts[shapes[first]]
