"""Find where a value ends, in any notation.

A quote ends a value only if it has as many backslashes before it as the opening quote, because a quote inside the
value has more. An unquoted value ends where its notation continues.
"""

from __future__ import annotations

import re
import string
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.markers import FILL
from iamtriage.redaction._vocabulary.notations import BASE64_ESCAPES, BREAK, INDENT, QUOTE

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.searched_text import SearchedText

__all__ = (
    "QUERY_VALUE",
    "Extent",
    "find_line_start",
    "find_value",
    "find_wrapped_end",
    "is_in_line_prefix",
    "looks_like_base64",
    "measure_common_prefix",
    "measure_line_prefix",
    "strip_escaped_spaces",
)

# The maximum length of a value whose quote is never closed.
_MAX_LENGTH = 20_000

# After a prefix, as of Python's, C#'s, SQL's and shells' strings. In a query, the quote is percent-encoded.
_OPENING = re.compile(rf"(?:[bBuUrRfFN@]|\$(?='))?(?P<quote>{QUOTE}|%(?:25){{0,16}}2[27])")
_NO_OPENING = frozenset(string.ascii_letters + string.digits) - frozenset("bBuUrRfFN")
_TYPOGRAPHIC = re.compile("[”’“\"']")
_PLAIN = "\"'`"
# In YAML and SQL. At the end of a word, the second quote ends a string of a shell around the value.
_DOUBLED = re.compile(r"''(?!'*+(?:[\s,;)\]}]|\Z))")
_AFTER = re.compile(r"[\s,;:)\]}&|<\\]|\Z")

_NEVER = r"\x00-\x20\x7f-\xa0\s\"'`<>"
# Punctuation belongs to a value if the value continues after it and no other name or private key begins there.
_GOES_ON = r"(?=[^\s\"'`<>,;&(){}\[\]|\\\x1b])(?![\w.-]{1,40}[=:]|-----BEGIN)"
# A quote before a colon ends an earlier string: open "user=ana password=…": permission denied, 'password=…'@'10.0.0.5'.
_ENDING_QUOTE = r"[\"'`](?::(?:\s|\Z)|@[\"'`])"
# "^@" is the null character between variables, as "cat -v" prints it.
_UNQUOTED = re.compile(
    rf"(?:[^{_NEVER},;&(){{}}\[\]|\\“”„‘’│┃^]++|\^(?!@)|{BASE64_ESCAPES}|\\(?![\\\"'`nrtux/])"
    rf"|&(?!\w{{2,5}};|#){_GOES_ON}|(?!{_ENDING_QUOTE})[\"'`,;(){{}}\[\]|]{_GOES_ON}){{1,20000}}"
)
# Most values consist of these characters, and one of these or the end of the text follows.
_PLAIN_VALUE = re.compile(rf"[^{_NEVER},;&(){{}}\[\]|\\“”„‘’│┃^]{{1,200}}+(?=[\s<>]|\Z)")
QUERY_VALUE = re.compile(rf"(?:[^{_NEVER}&#;,)\]}}|\\“”]++|{BASE64_ESCAPES}){{1,20000}}")
"""A value in the query of a URL."""

# Another line of a wrapped value: base64 and nothing else.
_BREAK = re.compile(BREAK)
_STARTS_OF_BREAK = frozenset(" \t│┃|\r\n\\")
_INDENT = re.compile(INDENT)
_PIECE = re.compile(r"[A-Za-z0-9+/_.%*-]{1,4096}+={0,2}+(?=[\s\"'`,;)\]}&<>|\\│┃]|\Z)")
# Each character is read once.
_MIN_PIECE = 14
_TO_LONG_PIECE = re.compile(r"(?:[A-Za-z0-9+/_.%*-]{0,13}+[^A-Za-z0-9+/_.%*-])*+[A-Za-z0-9+/_.%*-]{14}")
_HEX = re.compile(r"[0-9a-f]{4,128}")
_HEX_DIGITS = frozenset("0123456789abcdef")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
_LABEL = re.compile(r"[=:] $|message|[Tt]oken|TOKEN|[Ss]ecret|SECRET|[Ss]ignature")
_NEXT_LINE = re.compile(r"[^\n]{0,4096}+\n(?:[ \t]{0,80}\r?\n){0,8}")
_SHORT, _MEDIUM, _LONG = 8, 16, 40
_MAX_LINE = 4096
_MAX_PREFIX = 512
_ZEROS = str.maketrans("123456789", "0" * 9)


class Extent(NamedTuple):
    """The position of a value, and its opening quote, empty if there is none."""

    start: int
    end: int
    quote: str


def find_value(searched: SearchedText, at: int, unquoted: re.Pattern[str] | None = None) -> Extent | None:
    """Return the value that begins, or whose opening quote is, at a position.

    An unquoted value has the usual pattern, or another one.
    """
    text = searched.text
    opening = None if text[at : at + 1] in _NO_OPENING else _OPENING.match(text, at)
    if opening:
        found = _quoted(text, opening.start("quote"), opening["quote"])
        if found is not None:
            return found
        at = opening.end()
    if unquoted is None and (plain := _PLAIN_VALUE.match(text, at)):
        return Extent(at, plain.end(), "")
    end = searched.end(unquoted or _UNQUOTED, at)
    return None if end is None else Extent(at, end, "")


def _quoted(text: str, at: int, opening: str) -> Extent | None:
    """Return the value after an opening quote; ``None`` if nothing closes it."""
    start = at + len(opening)
    if opening[-1] not in _PLAIN:
        end = _find_typographic_closing(text, start, opening)
    elif text.startswith((opening * 2 + "\n", opening * 2 + "\r\n"), start):
        # A string of TOML or Python over several lines.
        start = text.index("\n", start) + 1
        end = text.find(opening * 3, start, start + _MAX_LENGTH)
    elif len(opening) == 1 and text.startswith(opening, start) and not _AFTER.match(text, start + 1):
        # CSV doubles the quotes of a quoted cell.
        start += 1
        end = text.find(opening * 2, start, start + _MAX_LENGTH)
    else:
        end = _find_closing(text, start, opening)
    return Extent(start, max(start, end), opening) if end >= 0 else None


def _find_closing(text: str, start: int, opening: str) -> int:
    """Return the end of the value: a quote with as many backslashes as the opening one, or fewer.

    At depth n (n backslashes), a backslash inside the value is written as 2 (n + 1) of them.
    """
    depth, quote = len(opening) - 1, opening[-1]
    limit = min(len(text), start + _MAX_LENGTH)
    at = text.find(quote, start, limit)
    while at >= 0:
        before = at
        while before > start and text[before - 1] == "\\":
            before -= 1
        count = at - before
        if count < depth:
            # The enclosing string ends first.
            return before
        if (count - depth) % (2 * (depth + 1)) == 0:
            if quote == "'" and not depth and _DOUBLED.match(text, at):
                # YAML and SQL double a quote inside a value.
                at += 1
            else:
                return at - depth
        at = text.find(quote, at + 1, limit)
    return -1


def _find_typographic_closing(text: str, start: int, opening: str) -> int:
    if opening in "“”„‘’":
        found = _TYPOGRAPHIC.search(text, start, start + _MAX_LENGTH)
        return found.start() if found else -1
    return text.find(opening, start, start + _MAX_LENGTH)


def find_wrapped_end(text: str, start: int, end: int, *, announced: bool = False) -> int:
    """Return the end of a long value that is wrapped over lines after ``end``.

    Another line belongs to the value if the line is long and has mixed characters, or if a terminal's width is
    evident.

    Args:
        text: The text.
        start: The position of the value.
        end: The end of its first line.
        announced: Whether a long value is certain, so that another line needs less evidence.
    """
    if text[end : end + 1] not in _STARTS_OF_BREAK:
        return end
    following = end + 1
    if not text.startswith("\n", end):
        line_end = _BREAK.match(text, end)
        following = line_end.end() if line_end else 0
    if not following or not (announced or _may_continue(text, start, end, following)):
        return end
    line = find_line_start(text, start)
    width = end - line
    full = announced and _has_length_of_previous(text, line, width)
    while line_end := _BREAK.match(text, end):
        following = line_end.end()
        piece = _piece(text, following, line, start)
        if piece is None or (piece[0].startswith("ey") and not text.endswith(".", start, end)):
            # Another web token begins here.
            break
        fills = piece.end() - following == width
        word = piece[0]
        if not (
            looks_like_base64(word)
            or (_HEX.fullmatch(word) and _HEX.fullmatch(text, start, end))
            or (fills and len(word) >= _MEDIUM)
            # The last few characters of a value.
            or (
                full
                and any(map(str.isalnum, word))
                and not (word.islower() and word.isalpha())
                and not word.istitle()
            )
            or (announced and _is_last_line(word))
        ):
            break
        end = piece.end()
        full = fills or len(word) >= _LONG
    return end


def _may_continue(text: str, start: int, end: int, following: int) -> bool:
    """Return whether the next line contains a long word, or a value is hexadecimal, so that it can continue there."""
    high = following + _MAX_PREFIX + _MEDIUM
    line_end = text.find("\n", following, high)
    high = high if line_end < 0 else line_end
    return (high - following >= _MIN_PIECE and _TO_LONG_PIECE.match(text, following, high) is not None) or (
        text[start] in _HEX_DIGITS and _HEX.fullmatch(text, start, end) is not None
    )


def _has_length_of_previous(text: str, line: int, width: int) -> bool:
    """Return whether a line is as long as the previous one, because a terminal wrapped it."""
    end = line - (1 if text.startswith("\n", line - 1) else 2)
    return line > 0 and width > _LONG and end - find_line_start(text, line - 1) == width


def _piece(text: str, at: int, line: int, start: int) -> re.Match[str] | None:
    """Match the word that begins another line, after the prefix of every line."""
    indented = _INDENT.match(text, at)
    piece = _PIECE.match(text, indented.end() if indented else at)
    if piece is None or not looks_like_base64(piece[0]):
        size = measure_common_prefix(text, line, at)
        # If the prefix contains a label, each line has its own value.
        if size and (size < start - line or _LABEL.search(text, line, line + size) is None):
            return _PIECE.match(text, at + size)
    return piece


def measure_common_prefix(text: str, line: int, other: int) -> int:
    """Return the length of the prefix that a log writes before every line: the common part of two lines.

    Args:
        text: The text.
        line: The start of one line.
        other: The start of the other line.
    """
    start, other_start = text[line : line + 1], text[other : other + 1]
    if start != other_start and not (start.isdigit() and other_start.isdigit()):
        return 0
    first_line = text[line : line + _MAX_PREFIX].partition("\n")[0].partition("\\n")[0]
    second_line = text[other : other + _MAX_PREFIX].partition("\n")[0].partition("\\n")[0]
    # The prefix ends with a space.
    if " " not in first_line or " " not in second_line:
        return 0
    # Times and numbers can differ in their digits.
    first, second = first_line.translate(_ZEROS), second_line.translate(_ZEROS)
    size, limit = 0, min(len(first), len(second))
    while size < limit:
        middle = (size + limit + 1) // 2
        if first.startswith(second[size:middle], size):
            size = middle
        else:
            limit = middle - 1
    return second_line.rfind(" ", 0, size) + 1


def is_in_line_prefix(text: str, name: int, value: int) -> bool:
    """Return whether a value on a later line than its name is only the log's prefix of every line.

    Args:
        text: The text.
        name: The position of the name.
        value: The position of the value.
    """
    line = text.rfind("\n", name, value) + 1
    return bool(line) and value < line + measure_line_prefix(text, name, line)


def measure_line_prefix(text: str, name: int, line: int) -> int:
    """Return the length of the prefix that a line shares with the line of a name before it, or with the next line.

    A marker can have replaced the prefix of one of them.
    """
    size = measure_common_prefix(text, text.rfind("\n", max(0, name - _MAX_LINE), name) + 1, line)
    following = None if size else _NEXT_LINE.match(text, line)
    return measure_common_prefix(text, following.end(), line) if following else size


def strip_escaped_spaces(value: str) -> str:
    """Return a value without the escaped newlines and tabs at its end."""
    end = len(value)
    while end and value[end - 1] in "nrt":
        start = len(value[: end - 1].rstrip("\\")) if value[end - 2 : end - 1] == "\\" else end - 1
        if (end - start) % 2:
            break
        end = start
    return value[:end]


def find_line_start(text: str, at: int) -> int:
    """Return the start of a position's line. The newline before it can be escaped."""
    low = max(0, at - _MAX_LINE)
    start = text.rfind("\n", low, at) + 1
    escaped = text.rfind("\\n", max(low, start), at)
    return escaped + 2 if escaped >= 0 else start


def looks_like_base64(piece: str, min_length: int = _MEDIUM) -> bool:
    """Return whether a line is base64, unlike words, names and paths."""
    return (
        len(piece) >= min_length
        and any(c.isdigit() for c in piece)
        and any(c.isupper() for c in piece)
        # The pseudonym of an access key ID, and lines around a marker, are filled with one letter.
        and any(c.islower() and c != FILL for c in piece)
    )


def _is_last_line(piece: str) -> bool:
    """Return whether a word is the last line of a long value, unlike words and request IDs."""
    if len(piece) < _MEDIUM:
        return looks_like_base64(piece, _SHORT)
    digits = sum(c.isdigit() for c in piece)
    # In base64, case changes randomly. In names, it changes at the start of words.
    changes = sum(first.isupper() != second.isupper() for first, second in pairwise(piece))
    return (0 < digits < len(piece) and not _UUID.match(piece)) or changes * 3 >= len(piece)
