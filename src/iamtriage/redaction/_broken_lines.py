"""Find the lines that a terminal broke, and those that unwrapping changed: only they can reveal more.

Readers of failures join lines only with evidence of a width, which one broken line is not. Here, each line
that can fill a terminal is joined to the next one, and a secret counts only if it or its name goes on there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._reading.unwrapping.linewraps import RECORD_START
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage._reading.vocabulary.view import View
from iamtriage.redaction._finders.phrases import SENTENCE_WORD
from iamtriage.redaction._secret_spans import FoundSecret
from iamtriage.redaction._vocabulary.markers import WORD
from iamtriage.redaction._vocabulary.searched_text import fold_case
from iamtriage.redaction._vocabulary.secret_names import NAME_END, NAME_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit

__all__ = ("find_broken_secrets", "find_original_span", "keep_changed_lines")

# A line that fills a terminal or a box is not shorter than the lines near it, without color and border.
_MIN_WIDTH = 60
_MAX_WIDTH = 1_000
# The number of lines before and after it.
_NEAR = 3
_COLOR = re.compile(r"\x1b\[[0-9;]{0,16}m")
_BORDERS = " \t\r│┃|─┐┘╮╯┤"
_OPENING = frozenset("{[<")
_NAME = re.compile(r"[a-z]*(?:[A-Z][a-z]+)*")
_QUOTES = frozenset("\"'`")
# The maximum length of a name and the signs around it, in characters.
_MAX_TAG = 60
# Fewer characters can be a word with a digit: "x509".
_MIN_REST = 6
# Fewer in one case can be a part of a name, or the ID of a container.
_MIN_IN_ONE_CASE = 16
_ACCESS_KEY = 40
# A secret, a sign or the scheme of a header at the end and beginning of lines.
_PART = re.compile(r"[0-9=:\"'<>%&]|b(?:earer|asic)")
_MAX_WORD = 80
# Another setting begins the line: "//npm.example.com/:_password=", "db.example.com:5432:orders:".
_OTHER_SETTING = re.compile(r"[\w./-]{4,80}[:=]{1,2}[^=:]")
# A line that no name or value goes over.
_GAP = "\n\n"


def find_broken_secrets(
    view: View, signs: re.Pattern[str], find: Callable[[str], Iterable[FoundSecret]]
) -> Iterator[FoundSecret]:
    """Find the secrets that go over the end of a line, also between a name and its value.

    Args:
        view: The unwrapped text.
        signs: The pattern of the signs of a secret, in lower case.
        find: A function that finds the secrets in a text.
    """
    breaks = [*_find_breaks(view)]
    joined = View(view.original)
    joined.text, joined.layers = view.text, [*view.layers]
    joined.edit((at, at + 1, "") for _, at in breaks)
    origins = [origin for origin, _ in breaks]
    joined.edit(_list_gaps(joined, origins, signs))
    for found in find(joined.text) if breaks and joined.text else ():
        start, end = find_original_span(joined, found.start, found.end)
        name = joined.origin(found.name_start) if found.name_start >= 0 else start
        inside = bisect_left(origins, start)
        if inside < len(origins) and origins[inside] < end:
            is_broken = _goes_on(joined.text, found, joined.position(origins[inside]))
        else:
            # Signs or a tag can be before the name and after the value.
            near = bisect_left(origins, name - _MAX_TAG)
            is_broken = near < len(origins) and origins[near] < end + _MAX_TAG
        if is_broken:
            yield FoundSecret(start, end, found.what)


def _find_breaks(view: View) -> Iterator[tuple[int, int]]:
    """Yield where each line that can fill a terminal ends, in the original and in the view."""
    original = view.original
    written = _COLOR.sub("", original) if "\x1b" in original else original
    lines = written.split("\n")
    widths = [len(line.rstrip(_BORDERS)) for line in lines]
    if WORD in written:
        # A line with a marker had another width, so that it and those near it are not joined.
        widths = [_MAX_WIDTH if WORD in line else width for line, width in zip(lines, widths, strict=True)]
    lengths = map(len, lines if written is original else original.split("\n"))
    end = -1
    for number, (width, length) in enumerate(zip(widths[:-1], lengths, strict=False)):
        end += 1 + length
        if not _MIN_WIDTH <= width < _MAX_WIDTH or width < max(
            widths[max(0, number - _NEAR) : number + _NEAR + 1]
        ):
            continue
        at = view.position(end)
        at -= not view.text.startswith("\n", at)
        last, following = view.text[at - 1 : at], view.text[at + 1 : at + 2]
        if (
            view.text.startswith("\n", at)
            and not (last.isspace() or following.isspace())
            and following not in _OPENING
            and not RECORD_START.match(view.text, at + 1)
        ):
            yield end, at


def _list_gaps(joined: View, origins: list[int], signs: re.Pattern[str]) -> Iterator[Edit]:
    """Yield the edits that remove the lines that were not joined, or in which no secret or name can go on."""
    text, done = joined.text, 0
    for origin in origins:
        at = joined.position(origin)
        if at < done:
            continue
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = end if end >= 0 else len(text)
        before, after = text[max(start, at - _MAX_WORD) : at], text[at : at + _MAX_WORD]
        word = fold_case(before.rpartition(" ")[2] + after.partition(" ")[0])
        if (_PART.search(word) or NAME_END.search(word) or SENTENCE_WORD.search(word)) and signs.search(
            fold_case(text[start:end])
        ):
            yield done, start, _GAP
            done = end
    yield done, len(text), _GAP


def _goes_on(text: str, found: FoundSecret, at: int) -> bool:
    """Return whether a value goes on at the beginning of a line, unlike a word, an error or an address."""
    quote = text[found.start - 1 : found.start]
    if quote in _QUOTES and text.startswith(quote, found.end):
        return True
    value, rest = text[found.start : at], text[at : found.end]
    is_key = found.what == "secret access key" and len(value) >= _ACCESS_KEY
    if is_key or value[-1] == "=" or not value.strip("_"):
        # It is complete, or masked because it is.
        return False
    if len(rest) < _MIN_REST or rest[-1] == ":" or " " in rest or _OTHER_SETTING.match(rest):
        return False
    if rest in {rest.upper(), rest.lower()} and not (rest.isalnum() and len(rest) >= _MIN_IN_ONE_CASE):
        return False
    # In names, the kind of character changes less often.
    kinds = [(each.isupper(), each.islower(), each.isdigit()) for each in rest]
    changes = sum(first != second for first, second in pairwise(kinds))
    return changes * 3 >= len(rest) and not _NAME.fullmatch(rest)


def find_original_span(view: View, start: int, end: int) -> tuple[int, int]:
    """Return the original position of a part of the unwrapped text, including all of an escape at its end."""
    first = view.origin(start)
    last = view.origin(end - 1) + 1
    if view.original[last - 1 : last] != view.text[end - 1 : end]:
        last = view.origin(end)
    return first, min(max(first, last), len(view.original))


# The number of lines before and after a changed line that can belong to a secret in it.
_LINES_AROUND = 3
# If there are fewer lines, or shorter ones on average, removing them takes longer than searching them.
_MIN_LINES = 2 * _LINES_AROUND
_MIN_LINE = 20
# Replaces other lines. No secret, command or sentence contains so many line breaks.
_WIDE_GAP = "\n" * 100
# At the beginning and end of a private key, which can have any number of lines.
_KEY_BOUND = "-----"
_MANY_SPACES = " " * 5
_MAX_SPACES = 200
_INDENT = frozenset(" \t")
_LINE_END = re.compile(r"[ \t\r]*(?:\n|\Z)")
# Two words of a name with a space between them, for which a text is searched faster than for the name.
_TWO_WORDS = re.compile(
    "|".join(
        dict.fromkeys(
            f" {second}(?<={first} {second})"
            for words, _, _ in NAME_ROWS
            for first, second in pairwise(words.split())
        )
    )
)


def keep_changed_lines(view: View, signs: re.Pattern[str]) -> tuple[View, View]:
    """Return the lines that are not the same in the original, and those near them.

    Of the lines of the second view, only the spaces differ, so that they can contain only sentences.

    Args:
        view: The unwrapped text.
        signs: The pattern of the signs of a secret, in lower case.
    """
    lines = view.text.split("\n")
    if len(view.text) < _MIN_LINE * max(len(lines), _MIN_LINES):
        return view, View("")
    changed, spaced = _find_changed_lines(view, lines, signs)
    near = _find_lines_near(lines, changed)
    others = _find_lines_near(lines, {number: 1 for number in spaced if not near[number]})
    return _keep_lines(view, lines, near), _keep_lines(view, lines, others)


def _keep_lines(view: View, lines: Sequence[str], kept: bytearray) -> View:
    """Return a view of some lines of another view."""
    if not any(kept):
        return View("")
    copy = View(view.original)
    copy.text, copy.layers = view.text, [*view.layers]
    copy.edit(_gap_edits(lines, kept))
    return copy


def _find_changed_lines(
    view: View, lines: Sequence[str], signs: re.Pattern[str]
) -> tuple[dict[int, int], list[int]]:
    """Return the lines that have other characters, or another line before them, in the original.

    With the number of each line comes the number of lines around it that can belong to a secret in it. The
    second list has the lines of which only the spaces differ.
    """
    changed: dict[int, int] = {}
    spaced: list[int] = []
    original = view.original
    at = before = 0
    previous = ""
    is_same = False
    for number, line in enumerate(lines):
        was_same, is_same = is_same, False
        if (
            line
            and original.startswith(f"\n{line}\n", before)
            and (was_same or view.origin(at) == before + 1)
        ):
            # Most lines are the same.
            before, previous, is_same = before + 1 + len(line), line, True
        elif not line:
            is_same = was_same and original.startswith("\n\n", before)
            before += is_same
        else:
            # The character for a record replaces a time.
            text = line.removeprefix(RECORD)
            is_record = len(text) < len(line)
            start = view.origin(at + is_record)
            between = original[before:start]
            other = between.lstrip()
            end = start + len(text)
            written = text
            if not (
                original.startswith(text, start)
                and (original.startswith("\n", end) or _LINE_END.match(original, end))
            ):
                # In a longer line, more than the spaces differs.
                high = start + 2 * len(text) + _MAX_SPACES
                line_end = original.find("\n", start, high)
                written = original[start : line_end if line_end >= 0 else high]
                end = start + len(written)
            if (other and (not is_record or "\n" in other)) or " ".join(written.split()) != text:
                changed[number] = _LINES_AROUND
            elif (not is_record and between[-1:] in _INDENT) or written is not text:
                # Sentences need one space between words, names with two words, too, and other secrets few.
                folded = fold_case(f"{previous}\n{line}")
                if (_MANY_SPACES in written and signs.search(folded)) or _divides_name(
                    view, folded, at + len(line)
                ):
                    changed[number] = 1
                elif SENTENCE_WORD.search(folded):
                    spaced.append(number)
            before = end
            previous = line
        at += len(line) + 1
    return changed, spaced


def _divides_name(view: View, folded: str, end: int) -> bool:
    """Return whether more than a space is between the words of a name in lines that end at a position."""
    begin = end - len(folded)
    for name in NAME_END.finditer(folded) if _TWO_WORDS.search(folded) else ():
        if " " in name[0]:
            first, last = view.origin(begin + name.start()), view.origin(begin + name.end() - 1)
            if last - first >= len(name[0]):
                return True
    return False


def _find_lines_near(lines: Sequence[str], reaches: dict[int, int]) -> bytearray:
    """Return for each line whether it is a changed line or near one.

    Args:
        lines: The lines.
        reaches: The number of lines that are near a changed line, by the number of that line.
    """
    near = bytearray(len(lines))
    remaining = 0
    for number, line in enumerate(lines) if reaches else ():
        reach = reaches.get(number)
        if reach is not None:
            remaining = max(remaining, reach)
            low = max(0, number - reach)
            near[low : number + 1] = b"\x01" * (number + 1 - low)
        elif remaining:
            near[number] = 1
            # A line without spaces can be a part of a long value, so it does not count.
            remaining -= " " in line
        elif _KEY_BOUND in line:
            near[number] = 1
    return near


def _gap_edits(lines: Sequence[str], near: bytearray) -> Iterator[Edit]:
    """Yield the edits that replace each run of other lines with a gap."""
    at = start = 0
    is_gap = False
    for line, is_near in zip(lines, near, strict=True):
        if is_near and is_gap:
            yield start, at - 1, _WIDE_GAP
        if not is_near and not is_gap:
            start = at
        is_gap = not is_near
        at += len(line) + 1
    if is_gap:
        yield start, at - 1, _WIDE_GAP
