"""Where a value ends, whatever notation it stands in; not for which values are secrets.

Quotes count with the backslashes in front of them, so that a quote of the value's own, which has more, does
not end it. A value without quotes ends where its notation goes on.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from iamtriage.redaction._vocabulary.notations import BASE64_ESCAPES, BREAK, INDENT, QUOTE

__all__ = (
    "Extent",
    "Runs",
    "extent_at",
    "further_lines",
    "in_query",
    "is_in_line_prefix",
    "is_mixed",
    "line_of",
    "line_prefix",
    "percent_encoded",
)

# Of a text that never closes a quote only so much is taken for the value.
_LONGEST = 20_000

_OPENING = re.compile(rf"[bBuUrRfF]?(?P<quote>{QUOTE})")
_TYPOGRAPHIC = re.compile("[”’“\"']")
_PLAIN = "\"'`"
_AFTER = re.compile(r"[\s,;:)\]}&|<\\]|\Z")

_NEVER = r"\x00-\x20\x7f-\xa0\s\"'`<>"
# Punctuation belongs to a value where the value goes on behind it and no other name begins there.
_GOES_ON = r"(?=[^\s\"'`<>,;&(){}\[\]|\\])(?![\w.-]{1,40}[=:])"
_BARE = re.compile(
    rf"(?:[^{_NEVER},;&(){{}}\[\]|\\“”„‘’│┃]++|{BASE64_ESCAPES}|\\(?![\\\"'`nrtux/])"
    rf"|&(?!\w{{2,5}};|#){_GOES_ON}|[\"'`,;(){{}}\[\]|]{_GOES_ON}){{1,20000}}"
)
_QUERY = re.compile(rf"(?:[^{_NEVER}&#;,)\]}}|\\“”]++|{BASE64_ESCAPES}){{1,20000}}")

# A further line of a value that is broken over lines: base64 and nothing else.
_BREAK = re.compile(BREAK)
_INDENT = re.compile(INDENT)
_PIECE = re.compile(r"[A-Za-z0-9+/_.%*-]{1,4096}={0,2}(?=[\s\"'`,;)\]}&<>|\\│┃]|\Z)")
_HEX = re.compile(r"[0-9a-f]{4,128}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
_LABEL = re.compile(r"[=:] $|message|[Tt]oken|TOKEN|[Ss]ecret|SECRET|[Ss]ignature")
_SHORT, _LEAST, _LONG = 8, 16, 40
_WIDEST = 4096
_LONGEST_PREFIX = 160


class Extent(NamedTuple):
    """Where a value stands, and the quote in front of it, empty where there is none."""

    start: int
    end: int
    quote: str


class Runs:
    """Where values without quotes end, so that names inside such a value do not measure it again.

    Args:
        text: the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[re.Pattern[str], tuple[int, int]] = {}

    def end(self, pattern: re.Pattern[str], at: int) -> int | None:
        """Give where the value ends that begins at a place; None where none does."""
        start, end = self._known.get(pattern, (0, 0))
        if start <= at < end:
            return end
        end = at
        # In pieces, since a pattern that repeats a group takes memory for each turn.
        while found := pattern.match(self._text, end):
            end = found.end()
        if end == at:
            return None
        self._known[pattern] = (at, end)
        return end


def extent_at(text: str, at: int, runs: Runs, bare: re.Pattern[str] | None = None) -> Extent | None:
    """Give the value that begins at a place.

    Args:
        text: the text.
        at: the first character of the value, or of the quote in front of it.
        runs: of this text.
        bare: what a value without quotes looks like, where it is not as usual.
    """
    opening = _OPENING.match(text, at)
    if opening:
        found = _quoted(text, opening.start("quote"), opening["quote"])
        if found is not None:
            return found
        at = opening.end()
    end = runs.end(bare or _BARE, at)
    return None if end is None else Extent(at, end, "")


def in_query() -> re.Pattern[str]:
    """Give what a value in a URL's query looks like."""
    return _QUERY


@cache
def percent_encoded(depth: int) -> re.Pattern[str]:
    """Give what a value looks like in a text that is percent-encoded as a whole.

    Args:
        depth: how often it is encoded more than once: so deep are the signs that end the value, the forms of
            & " ' # , } ] blank and line end. What is encoded deeper is the value's own.
    """
    ends = rf"%(?:25){{{depth}}}(?:2[0-37cC6]|0[aAdD]|[57][dD])"
    return re.compile(rf"(?:[^{_NEVER}&#%\\,;]++|(?!{ends})%){{1,20000}}")


def _quoted(text: str, at: int, opening: str) -> Extent | None:
    """Give the value behind an opening quote; None where nothing closes it."""
    start = at + len(opening)
    if opening[-1] not in _PLAIN:
        end = _other_closing(text, start, opening)
    elif len(opening) == 1 and text.startswith(opening, start) and not _AFTER.match(text, start + 1):
        # CSV doubles the quotes of a quoted cell.
        start += 1
        end = text.find(opening * 2, start, start + _LONGEST)
    else:
        end = _closing(text, start, opening)
    return Extent(start, max(start, end), opening) if end >= 0 else None


def _closing(text: str, start: int, opening: str) -> int:
    """Give where the value ends: at a quote with as many backslashes as the opening one, or fewer.

    At depth n (n backslashes), a backslash of the value's own is 2 (n + 1) of them.
    """
    depth, quote = len(opening) - 1, opening[-1]
    limit = min(len(text), start + _LONGEST)
    at = text.find(quote, start, limit)
    while at >= 0:
        before = at
        while before > start and text[before - 1] == "\\":
            before -= 1
        count = at - before
        if count < depth:
            # The string around ends first.
            return before
        if (count - depth) % (2 * (depth + 1)) == 0:
            if quote == "'" and not depth and text.startswith("'", at + 1):
                # YAML and SQL double a quote of the value's own.
                at += 1
            else:
                return at - depth
        at = text.find(quote, at + 1, limit)
    return -1


def _other_closing(text: str, start: int, opening: str) -> int:
    if opening in "“”„‘’":
        found = _TYPOGRAPHIC.search(text, start, start + _LONGEST)
        return found.start() if found else -1
    return text.find(opening, start, start + _LONGEST)


def further_lines(text: str, start: int, end: int, *, announced: bool = False) -> int:
    """Give where a long value really ends that is broken over lines behind ``end``.

    A further line counts where it is long and of mixed characters, or where a terminal's width shows.

    Args:
        text: the text.
        start: where the value begins.
        end: where its first line ends.
        announced: whether it is sure that a long value stands there, so that less tells a further line.
    """
    line = line_of(text, start)
    width = end - line
    full = announced and _is_as_long_as_the_last(text, line, width)
    while line_end := _BREAK.match(text, end):
        following = line_end.end()
        piece = _piece(text, following, line, start)
        if piece is None or (piece[0].startswith("ey") and not text.endswith(".", start, end)):
            # Another web token begins so.
            break
        fills = piece.end() - following == width
        word = piece[0]
        if not (
            is_mixed(word)
            or (_HEX.fullmatch(word) and _HEX.fullmatch(text, start, end))
            or (fills and len(word) >= _LEAST)
            or (full and _may_end(word))
            or (announced and _is_likely(word))
        ):
            break
        end = piece.end()
        full = fills or len(word) >= _LONG
    return end


def _is_as_long_as_the_last(text: str, line: int, width: int) -> bool:
    """Tell whether a line is as long as the one in front of it, so that a terminal broke it."""
    end = line - (1 if text.startswith("\n", line - 1) else 2)
    return line > 0 and width > _LONG and end - line_of(text, line - 1) == width


def _piece(text: str, at: int, line: int, start: int) -> re.Match[str] | None:
    """Give the word that is all of a further line, or begins it, behind what every line begins with."""
    indented = _INDENT.match(text, at)
    piece = _PIECE.match(text, indented.end() if indented else at)
    if piece is None or not is_mixed(piece[0]):
        size = line_prefix(text, line, at)
        # A label that two lines begin with has a value in each.
        if size and (size < start - line or _LABEL.search(text, line, line + size) is None):
            return _PIECE.match(text, at + size)
    return piece


def line_prefix(text: str, line: int, other: int) -> int:
    """Give the length of what a log writes in front of every line: two lines have it in common.

    Args:
        text: the text.
        line: where one of the lines begins.
        other: where the other begins.
    """
    size = 0
    for first, second in zip(
        text[line : line + _LONGEST_PREFIX], text[other : other + _LONGEST_PREFIX], strict=False
    ):
        # Of times and numbers, only the digits differ.
        if (first != second and not (first.isdigit() and second.isdigit())) or first == "\n":
            break
        size += 1
    return text.rfind(" ", other, other + size) + 1 - other if " " in text[other : other + size] else 0


def is_in_line_prefix(text: str, name: int, value: int) -> bool:
    """Return whether a value on a later line than its name is only what a log writes before every line.

    Args:
        text: The text.
        name: The position of the name.
        value: The position of the value.
    """
    line = text.rfind("\n", name, value) + 1
    return bool(line) and value < line + line_prefix(text, line_of(text, name), line)


def line_of(text: str, at: int) -> int:
    """Give where the line begins in which a place stands; its end may be escaped."""
    low = max(0, at - _WIDEST)
    escaped = text.rfind("\\n", low, at)
    return max(text.rfind("\n", low, at) + 1, escaped + 2 if escaped >= 0 else 0)


def is_mixed(piece: str, least: int = _LEAST) -> bool:
    """Tell a line of base64 from words, names and paths."""
    return (
        len(piece) >= least
        and any(c.isdigit() for c in piece)
        and any(c.isupper() for c in piece)
        and any(c.islower() for c in piece)
    )


def _is_likely(piece: str) -> bool:
    """Tell the last line of a long value, where one is sure to stand, from words and ids of requests."""
    if len(piece) < _LEAST:
        return is_mixed(piece, _SHORT)
    digits = sum(c.isdigit() for c in piece)
    # In base64 large and small letters come as they like; in names few words begin.
    changes = sum(first.isupper() != second.isupper() for first, second in pairwise(piece))
    return (0 < digits < len(piece) and not _UUID.match(piece)) or changes * 3 >= len(piece)


def _may_end(piece: str) -> bool:
    """Tell the last few characters of a value from a word."""
    return not (piece.islower() and piece.isalpha()) and not piece.istitle()
