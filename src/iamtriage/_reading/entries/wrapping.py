"""Join the lines that a terminal broke at its width, or that people or a mail program wrapped between words."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._reading.entries.formats import CONTINUATION, OPENING, START, split_prefix
from iamtriage._reading.entries.lines import restore_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_MIN_WIDTH = 40
_MAX_WIDTH = 600
# Lines that must be as long as the longest one and continue on the next line, and how many of ten such lines must.
_MIN_BROKEN = 3
_MIN_BROKEN_OF_TEN = 8
# A rule or an empty row has fewer characters.
_MIN_CHARACTERS = 8
# The width at which people and mail programs wrap lines, without and with the marks of quotations, and one of how many
# lines that continue must be full.
_WORDS_WIDTH = range(60, 81)
_MAX_QUOTED = 88
_MAX_LINES_PER_WRAPPED = 3
_MAX_SAMPLE = 300
_QUOTE = re.compile(r"(?:> ?)+")
# The first characters of rows.
_BORDERS = frozenset("|│┃║╵╷+*#>=~-")
# As many as fit in an entry.
_MAX_JOINED = 50


def find_width(lines: Sequence[str]) -> int:
    """Return the width at which a terminal broke the lines of a log, or 0 if it broke none.

    Args:
        lines: The first lines of the log, without newlines.
    """
    lengths = [*map(len, lines)]
    width = max(lengths, default=0)
    if not _MIN_WIDTH <= width <= _MAX_WIDTH or lengths.count(width) < _MIN_BROKEN:
        return 0
    broken: set[str] = set()
    whole: set[str] = set()
    for line, following in pairwise(lines):
        if len(line) == width and line not in whole and line not in broken and following.strip():
            (broken if _continues(line, following) else whole).add(line)
    count = len(broken)
    is_broken = count >= _MIN_BROKEN and count * 10 >= (count + len(whole)) * _MIN_BROKEN_OF_TEN
    # Without a log, pasted text is joined as one text.
    return width if is_broken and any(map(starts_entry, lines)) else 0


def find_words_width(lines: Sequence[str]) -> int:
    """Return the width at which people or a mail program wrapped the lines of a text, or 0 if none did.

    Args:
        lines: The first lines of the text, without newlines.
    """
    longest = max(lines, key=len, default="")
    if len(longest) < _WORDS_WIDTH[0] or (len(longest) > _MAX_QUOTED and " " in longest.strip(" >")):
        # True for most logs.
        return 0
    texts = [_split_quote(line) for line in lines[:_MAX_SAMPLE]]
    width = max((len(text) for _, text in texts if " " in text.lstrip()), default=0)
    if width not in _WORDS_WIDTH:
        return 0
    wrapped = [
        _is_full(text, following, width)
        for (mark, text), (other, following) in pairwise(texts)
        if mark == other and text and following[:1] > " "
    ]
    return width if sum(wrapped) >= max(_MIN_BROKEN, len(wrapped) / _MAX_LINES_PER_WRAPPED) else 0


def is_wrapped(line: str, following: str, width: int) -> bool:
    """Return whether the next line is the rest of a line that was wrapped between words."""
    mark, text = _split_quote(line)
    other, rest = _split_quote(following)
    return mark == other and _is_full(text, rest, width) and _continues(text, rest)


def join_lines(lines: Iterable[str], width: int) -> Iterator[str]:
    """Yield the lines of a log, each of those that a terminal broke as one.

    Args:
        lines: The lines, with their newlines.
        width: The width of the terminal.
    """

    def is_broken(line: str, following: str) -> bool:
        return len(line) == width + 1 and line[-1] == "\n" and _continues(line[:-1], following)

    return _join_parts(lines, is_broken, _join)


def join_words(lines: Iterable[str], width: int) -> Iterator[str]:
    """Yield the lines of a text, each of those that were wrapped between words as one.

    Args:
        lines: The lines, with their newlines.
        width: The width at which they were wrapped.
    """
    return _join_parts(lines, partial(is_wrapped, width=width), _join_wrapped)


def _join_parts(
    lines: Iterable[str], is_broken: Callable[[str, str], bool], join: Callable[[list[str]], str]
) -> Iterator[str]:
    parts: list[str] = []
    try:
        for line in lines:
            if parts and not (len(parts) < _MAX_JOINED and is_broken(parts[-1], line)):
                yield join(parts)
                parts = []
            parts.append(line)
    except GeneratorExit:
        raise
    except BaseException:
        if parts:
            yield join(parts)
        raise
    if parts:
        yield join(parts)


def starts_entry(line: str) -> bool:
    """Return whether a line has the prefix or the start of a log format."""
    return split_prefix(line).end > 0 or START.match(line) is not None


def _continues(line: str, following: str) -> bool:
    """Return whether the next line can be the rest of a full line."""
    if not following.strip() or len(set(line)) < _MIN_CHARACTERS:
        return False
    first = following[0]
    if first == line[0] and first in _BORDERS:
        # Rows of a table or box.
        return False
    if first == " " and following[1:2] not in {" ", "\t"}:
        # A terminal keeps the space at which it breaks a line.
        return True
    return not (
        starts_entry(following) or OPENING.match(following) is not None or CONTINUATION.match(following)
    )


def _join(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    parts[-1] = parts[-1].removesuffix("\n") + "\n"
    breaks: list[tuple[int, int]] = []
    end = 0
    for part in parts[:-1]:
        end += len(part)
        breaks.append((end - len(part) + len(part.rstrip("\r\n")), end))
    text = "".join(part.rstrip("\r\n") for part in parts[:-1]) + parts[-1]
    return restore_line(text, "".join(parts), breaks=tuple(breaks))


def _split_quote(line: str) -> tuple[str, str]:
    """Return the marks of a quotation, and the text after them."""
    text = line.rstrip()
    m = _QUOTE.match(text)
    return (m[0].rstrip(), text[m.end() :]) if m else ("", text)


def _is_full(line: str, following: str, width: int) -> bool:
    """Return whether the first word of the next line did not fit on a line. Rows start alike."""
    return (
        line != ""
        and following[:1] > " "
        and len(line) + len(following.split(maxsplit=1)[0]) >= width
        and line[:_MIN_CHARACTERS] != following[:_MIN_CHARACTERS]
    )


def _join_wrapped(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    words = [parts[0].rstrip()]
    # The newlines stay, because they replace spaces.
    marks: list[tuple[int, int]] = []
    end = len(parts[0])
    for part in parts[1:]:
        rest = _split_quote(part)[1]
        words.append(rest)
        if size := part.index(rest):
            marks.append((end, end + size))
        end += len(part)
    return restore_line(" ".join(words) + "\n", "".join(parts), breaks=tuple(marks))
