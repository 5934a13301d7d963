"""Find the failures in the strings of a document that contain a whole log with escaped newlines.

The answers of APIs have such strings: ``StandardErrorContent`` of AWS Systems Manager, ``stderr`` of Ansible, ``logs``
of a build. Each is split into entries like any other log, because neighboring lines can be of several programs.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.nodes import REST_DEPTH
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from iamtriage._reading.vocabulary.view import View
from iamtriage._typing import NamedTuple
from iamtriage.failures._building import move_failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.entries.open_entries import Entry, Find, Parts
    from iamtriage._reading.vocabulary.view import Edit
    from iamtriage.failures._failures import Failure


# A string without its quotes. YAML can break it after a backslash.
_WRITTEN = r"[^{0}\\\n]*+(?:\\.[^{0}\\\n]*+)*+"
_DOUBLE = _WRITTEN.format('"')
# Only strings have escapes, so it does not matter which quotes open one. A part of a long line can start in a string.
_QUOTED = lazy_pattern(rf'(?:^|(?<![^\s:=(\[,{{>])")(?P<text>{_DOUBLE})|"{_DOUBLE}', re.DOTALL | re.MULTILINE)
# As Python writes it.
_SINGLE_QUOTED = lazy_pattern(
    rf"(?<![^\s:=(\[,{{bu])'(?P<text>{_WRITTEN.format(chr(39))})'(?=\s*(?:[,)}}\]]|\Z))", re.DOTALL
)
# A list with a string for each line.
_LIST = lazy_pattern(rf'\[\s*"(?P<text>{_DOUBLE}(?:"\s*,\s*"{_DOUBLE})+)"\s*\]', re.DOTALL)
# A block of YAML.
_BLOCK = lazy_pattern(
    r"^(?P<indent> *+)(?:- )*+[\w.\"'/-]{1,80}: \|[-+]?[ \t]*\n(?P<text>(?:(?P=indent) [^\n]*+(?:\n|\Z)|[ \t]*+\n)++)",
    re.MULTILINE,
)
# A single-quoted string of YAML, in which an empty line is a newline, and another newline is a space.
_FOLDED = lazy_pattern(r"'(?<=: ')(?P<text>(?:[^'\n]++|''|\n)++)'(?=[ \t]*$)", re.MULTILINE)
_FOLD = lazy_pattern(r"''|\n(?P<newlines>(?:[ \t]*+\n)*+)[ \t]*+")
_INDENT = re.compile(r"^ *+(?=[^\s])", re.MULTILINE)
# In JSON, YAML, Go and Python. A surrogate pair is one character.
_ESCAPE = lazy_pattern(
    r"\\(?:(?P<character>[nrtbfe\"'/\\])"
    r"|u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<code>(?![dD][89a-fA-F])[0-9a-fA-F]{4})|x(?P<byte>[0-7][0-9a-fA-F])"
    r"|(?P<fold>\n[ \t]*+(?:\\(?=[ \t]))?))"
)
_LIST_ESCAPE = lazy_pattern(rf"(?P<separator>(?:\\n)?\"\s*,\s*\")|{_ESCAPE.pattern}")
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "e": "\x1b"}
_NEWLINE = "\\n"
# The end of a line in a list of lines.
_LINE_END = '\\n",'
_MIN_NEWLINES = 2
# Only texts with these have lists, blocks and folded strings.
_LIST_SIGN, _BLOCK_SIGN, _FOLDED_SIGN = '",', ": |", ": '"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def read_strings(entry: Entry, find: Find, depth: int) -> Parts | None:
    """Return the failures in an entry that has logs in strings, ``None`` for any other entry.

    Args:
        entry: The entry.
        find: The function that finds the failures in an entry, by its depth.
        depth: In how many strings the entry is.

    Returns:
        The entries in the strings and the rest of the entry, each with its failures.
    """
    text = entry.text
    if depth >= REST_DEPTH or (
        text.count(_NEWLINE) < _MIN_NEWLINES
        and _LIST_SIGN not in text
        and _BLOCK_SIGN not in text
        and not (_FOLDED_SIGN in text and "\n\n" in text)
    ):
        return None
    view = View(text)
    if entry.prefixes:
        view.edit((start, end, "") for start, end in entry.prefixes)
    found: Parts = []
    rest: list[str] = []
    at = end = 0
    logs: set[tuple[str, ...]] = set()
    for first, last, edits in _find_strings(view.text, is_piece=entry.low > 0):
        if first < at:
            continue
        string = _String(view, first, last, edits)
        lines = tuple(stripped for line in string.text.splitlines() if (stripped := line.strip()))
        # Ansible states the same lines as a string and as a list.
        parts = (
            []
            if lines in logs
            else _read_log(
                string.text,
                find,
                depth + 1,
                is_piece=entry.low > 0,
                # Without the ends of strings, one report reads as it was written.
                is_list=_LINE_END in view.text[first:last],
            )
        )
        if parts is None:
            continue
        logs.add(lines)
        at = last
        rest += text[end : string.start], " " * (string.end - string.start)
        end = string.end
        found += [string.restore(each, entry) for each in parts]
    if not found:
        return None
    rest.append(text[end:])
    remaining = entry._replace(text="".join(rest))
    if may_contain_failure(remaining.text):
        for failures, _ in find(remaining, REST_DEPTH):
            for failure in failures:
                move_failure(failure, text, _stay)
            found.append((failures, remaining))
    return found


def _stay(start: int, end: int) -> tuple[int, int]:
    return start, end


def _find_strings(text: str, *, is_piece: bool) -> list[tuple[int, int, Iterable[Edit]]]:
    """Return the start and end of each string that can be a log, and the edits that decode it, in order."""
    found: list[tuple[int, int, Iterable[Edit]]] = []
    unquoted: list[tuple[int, int, Iterable[Edit]]] = []
    if text.count(_NEWLINE) >= _MIN_NEWLINES:
        for pattern in (_QUOTED, _SINGLE_QUOTED) if "'" in text else (_QUOTED,):
            for m in pattern.finditer(text):
                written = m["text"]
                if written and written.count(_NEWLINE) >= _MIN_NEWLINES and may_contain_failure(written):
                    start, end = m.span("text")
                    is_quoted = m.start() < start or (is_piece and not start)
                    (found if is_quoted else unquoted).append((start, end, _unescape(written)))
        # Docker escapes the lines of JSON loggers, and their quotes.
        found = found or unquoted
    for sign, pattern, edits in _OTHER_STRINGS:
        if sign in text:
            found += [
                (*m.span("text"), edits(m["text"]))
                for m in pattern.finditer(text)
                if may_contain_failure(m["text"])
            ]
    return sorted(found, key=itemgetter(0))


class _Found(NamedTuple):
    """The failures in a part of an entry, whose spans are positions in the entry."""

    failures: list[Failure]
    part: Entry
    entry: Entry


class _String:
    """A string in an entry.

    Attributes:
        text: Its text without escapes.
        start: Where it starts in the entry.
        end: Where it ends.
    """

    def __init__(self, view: View, start: int, end: int, edits: Iterable[Edit]) -> None:
        self._outer = view
        self._first = start
        self._view = View(view.text[start:end])
        self._view.edit(edits)
        self.text = self._view.text
        self.start, self.end = view.span(start, end)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the entry of a span in the text."""
        start, end = self._view.span(start, end)
        return self._outer.span(self._first + start, self._first + end)

    def restore(self, found: _Found, entry: Entry) -> tuple[list[Failure], Entry]:
        """Return the failures of an entry of the text, and the entry, as in the entry with the string."""
        failures, part, inner = found
        lines = _place_lines(inner, self.text)

        def move(start: int, end: int) -> tuple[int, int]:
            first = lines.origin(start)
            return self.span(first, lines.origin(end - 1) + 1 if end > start else first)

        for failure in failures:
            move_failure(failure, entry.text, move)
        start, end = self.span(part.start, min(part.start + len(part.text), len(self.text)))
        return failures, part._replace(
            text=entry.text[start:end], start=entry.start + start, prefixes=(), statements=()
        )


def _unescape(text: str, pattern: re.Pattern[str] = _ESCAPE) -> Iterator[Edit]:
    for m in pattern.finditer(text):
        if m.lastgroup == "separator":
            replacement = "\n"
        elif character := m["character"]:
            replacement = _CHARACTERS.get(character, character)
        elif m["fold"]:
            replacement = ""
        elif m["high"]:
            replacement = chr(0x10000 + ((int(m["high"], 16) & 0x3FF) << 10) + (int(m["low"], 16) & 0x3FF))
        else:
            replacement = chr(int(m["code"] or m["byte"], 16))
        yield *m.span(), replacement


def _unescape_list(text: str) -> Iterator[Edit]:
    return _unescape(text, _LIST_ESCAPE)


def _dedent(text: str) -> Iterator[Edit]:
    indents = [m.span() for m in _INDENT.finditer(text)]
    width = min((end - start for start, end in indents), default=0)
    for start, _ in indents:
        yield start, start + width, ""


def _unfold(text: str) -> Iterator[Edit]:
    for m in _FOLD.finditer(text):
        newlines = m["newlines"]
        yield *m.span(), "'" if newlines is None else "\n" * newlines.count("\n") or " "


_OTHER_STRINGS = (
    (_LIST_SIGN, _LIST, _unescape_list),
    (_BLOCK_SIGN, _BLOCK, _dedent),
    (_FOLDED_SIGN, _FOLDED, _unfold),
)


def _place_lines(part: Entry, source: str) -> View:
    """Return a view whose original is the source, and whose text is a part of it, without the lines of other streams."""
    lines = View(source)
    if source.startswith(part.text, part.start):
        lines.layers.append(([0], [part.start]))
        return lines
    starts: list[int] = []
    places: list[int] = []
    at, place = 0, part.start
    for m in _LINE.finditer(part.text):
        line = m[0]
        start = source.find(line, place)
        if start < 0:
            # The last line has no newline in the source.
            start = max(source.find(line.rstrip("\n"), place), place)
        starts.append(at)
        places.append(start)
        at, place = m.end(), start + len(line)
    lines.layers.append((starts, places))
    return lines


def read_log(text: str, find: Find, depth: int) -> Parts | None:
    """Return the failures in each entry of a text, ``None`` if the text is a single report.

    Args:
        text: The text.
        find: The function that finds the failures in an entry, by its depth.
        depth: In how many strings the text is.
    """
    found = _read_log(text, find, depth)
    return None if found is None else [(each.failures, each.part) for each in found]


def _read_log(
    text: str, find: Find, depth: int, *, is_piece: bool = False, is_list: bool = False
) -> list[_Found] | None:
    # Most entries have no such strings, and the modules have many patterns.
    from iamtriage._reading.entries.open_entries import Entry
    from iamtriage._reading.entries.restoring import restore_lines
    from iamtriage._reading.entries.splitting import split_entries

    if "\n" not in text.strip():
        # A document in a string can have one.
        document = Entry(text, 0, low=int(is_piece))
        nested = read_strings(document, find, depth)
        return None if nested is None else [_Found(*each, document) for each in nested]
    lines = restore_lines(m[0] for m in _LINE.finditer(text if text.endswith("\n") else f"{text}\n"))
    entries = list(split_entries(lines))
    is_log = len(entries) > 1 or (bool(entries) and entries[0].text.strip() != text.strip())
    if not (is_log or is_list):
        # The text around a single report can have facts of it.
        return None
    found = [_Found(*part, entry) for entry in entries for part in find(entry, depth)]
    return found if any(each.failures for each in found) else None
