"""Outline texts: the rows of tables, the items of lists, named lines, and the sections below headings.

What the lines of a text have in common shows which form it has, so there is no list of the programs that print it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.entries.formats import CONTINUATION, POWERSHELL_FIELD
from iamtriage._reading.entries.lines import without_style
from iamtriage._reading.nodes import ROW, Node
from iamtriage._reading.vocabulary.triggers import list_fragments, may_contain_failure
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_Key: TypeAlias = "tuple[str | int, ...]"

_BORDERS = "|│┃║"
# The columns of a table, by what separates them, and a rule between its rows.
_BORDERED = lazy_pattern(rf"(?P<border>[{_BORDERS}])(?P<cells>.*)(?P=border)")
_RULE = lazy_pattern(r"[\s|+:=─━┄┈═┌┬┐├┼┤└┴┘╞╪╡╭┮╮╰╯┏┳┓┡╇┩┗┻┛╔╦╗╠╬╣╚╩╝│┃║-]+")
_GAP = lazy_pattern(r"(?<=\S)[ ]{2,}(?=\S)")
_BREAKS = ("<br>", "<br/>", "<br />")
# "1. ", "2) ", "- ".
_NUMBER = lazy_pattern(r"(?P<number>\d{1,4})(?P<mark>[.)])[ ]")
_BULLETS = "-*•+"
_BULLET = lazy_pattern(rf"(?P<mark>[-*•+])[ ](?=\S)(?!{POWERSHELL_FIELD})")
# What a line is about, which no program prints for the parts of one error: "bucket-1: ", "Step 2: ", "a/b.py::c - ".
_NAME = lazy_pattern(
    r"(?P<word>[A-Z][A-Za-z]{1,20} )?(?P<name>(?![\w.]*(?:Error|Exception|Fault)\b|https?:|[xX]-|[A-Z][a-z]{2,12}(?:-[A-Z][a-z]{1,12}){1,3}:)[\w@./:$\[\]~+-]{1,300}?)(?P<mark>:| ->| =>| =| -| –)[ ]"
)
_NAME_SIGN = lazy_pattern(r"[\d./@-]")
# A word that labels a part of one error, such as its code.
_LABEL = lazy_pattern(
    r"[\W_]*(?:(?i:error|status|http|aws|failure|exception|request|host|response|x-amzn?)[ _-]?)?(?i:code|message|msg|error|exception|reason|cause|type|status|details?|description|title|summary|id|operation|action|service|resource|principal|region|body|output)[\"'`*]{0,3}\s*(?:[:=|│┃║\t]|\s{2})"
)
# The time of a message in a chat.
_TIME = lazy_pattern(r"\[?(?:[\d./-]{6,10},? )?\d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?\]?[ ](?=\S)")
# A record of CSV.
_FIELD = r"(?:\"(?:[^\"]++|\"\")*+\"(?=[,\r\n]|\Z)|[^\",\n][^,\n]*+|(?=[,\r\n]))"
_RECORD = lazy_pattern(rf"{_FIELD}(?:,{_FIELD})*+\r?(?:\n|\Z)")
_SEPARATOR = lazy_pattern(rf"(?:\A|(?<=,)){_FIELD}(?:,|\r?\Z)")
# The signs of a heading: how it starts or ends, or its time. A key of an API's object is not one.
_HEADING = lazy_pattern(
    r"(?![a-z]{1,40}[A-Z]\w{0,60}:$)(?:[#=_*$>●○~\[<@-]|.*(?::|\.\.\.|wrote:|[#=_*~-]{3})$|.*\b\d{1,2}:\d\d\b)"
)
_WORD = lazy_pattern(r"[^\W_]+")
_WORDS = lazy_pattern(r"[^\W_]+(?: [^\W_]+)*")
_CLOCK = lazy_pattern(r"\b\d{1,2}:\d\d\b")
_MAX_INDENT = 4
_MAX_HEADING = 120
_TABS = ("columns", "\t")
_MIN_LINES = 2
_MIN_RULE = 3
_MAX_LINES = 4_000


class _Mark(NamedTuple):
    """A line at which a row or section can start.

    Attributes:
        line: Its number.
        name: What it is about, if it says so.
    """

    line: int
    name: str


def parse_rows(text: str, prefixes: Sequence[tuple[int, int]]) -> Node | None:
    """Return the rows, items or sections of a text that at least two reports are in, or ``None`` for any other text.

    Args:
        text: The text.
        prefixes: The spans of the prefixes that a log put before its lines.
    """
    written = text.splitlines(keepends=True)
    lines = _without_prefixes(written, prefixes) if prefixes else [*map(str.rstrip, written)]
    fragments = list_fragments(text)
    hot = [index for index, line in enumerate(lines) if line and may_contain_failure(line, fragments)]
    if len(hot) < _MIN_LINES or len(lines) > _MAX_LINES:
        return None
    reports = frozenset(hot)
    groups: dict[_Key, list[_Mark]] = {}
    headings: set[_Key] = set()
    for index, line in enumerate(lines):
        for key, name in _keys_of(line):
            groups.setdefault(key, []).append(_Mark(index, name))
        # A heading precedes what it is about.
        if (index < hot[0] or (headings and index not in reports)) and (heading := _heading_of(line)):
            if index < hot[0]:
                headings.add(heading)
            if heading in headings:
                groups.setdefault(heading, []).append(_Mark(index, ""))
    best: list[tuple[int, int]] = []
    separator = ""
    most = 1
    for key, marks in groups.items():
        if len(marks) < _MIN_LINES:
            continue
        sections = list(_sections(key, marks, lines))
        reporting = [
            (first, last)
            for first, last in sections
            if (at := bisect_left(hot, first)) < len(hot) and hot[at] < last
        ]
        if len(reporting) > most and not are_fields([lines[first] for first, _ in reporting]):
            best, most = sections, len(reporting)
            separator = "\t" if key[:2] == _TABS else ""
    if not best:
        return None
    root = Node("text", 0, len(text))
    starts = [0, *accumulate(map(len, written))]
    root.nodes = [Node(ROW, starts[first], starts[last], separator) for first, last in best]
    return root


def find_records(text: str) -> list[tuple[int, int]]:
    """Return the positions of the records of a document in CSV, or an empty list for any other text."""
    if not (text.startswith('"') or ',"' in text or '\n"' in text):
        return []
    records: list[tuple[int, int]] = []
    counts: list[int] = []
    at, stop = 0, len(text.rstrip())
    while at < stop and (m := _RECORD.match(text, at)):
        records.append(m.span())
        counts.append(len(_SEPARATOR.findall(m[0].rstrip("\r\n"))))
        at = m.end()
        if counts[-1] < _MIN_LINES or counts[-1] != counts[0]:
            return []
    return records if at >= stop and len(records) > 1 else []


def blank_separators(record: str) -> str:
    """Return a record of CSV with spaces instead of what separates and quotes its fields."""
    written = list(record)
    for m in _SEPARATOR.finditer(record.rstrip("\r\n")):
        start, end = m.span()
        if record[end - 1] == ",":
            end -= 1
            written[end] = " "
        if record[start:end].startswith('"'):
            written[start] = written[end - 1] = " "
    return "".join(written)


def _without_prefixes(lines: Sequence[str], prefixes: Sequence[tuple[int, int]]) -> list[str]:
    """Return lines without the prefixes of a log and the whitespace at their ends."""
    ends = dict(prefixes)
    starts = accumulate(map(len, lines), initial=0)
    return [
        line[ends[at] - at if at in ends else 0 :].rstrip() for at, line in zip(starts, lines, strict=False)
    ]


def _keys_of(line: str) -> Iterator[tuple[_Key, str]]:
    """Yield the keys of what a line can be, each with its name. Lines with the same key have the same form."""
    content = without_style(line)
    words = content.lstrip()
    if not words:
        return
    first, indent = words[0], len(content) - len(words)
    if first in _BORDERS:
        table = None if _RULE.fullmatch(words) else _BORDERED.fullmatch(words)
        if table:
            cells = re.split(rf"(?<!\\){re.escape(table['border'])}", table["cells"])
            if len(cells) > 1:
                yield ("table", table["border"], len(cells)), cells[0].strip()
        return
    if indent > _MAX_INDENT:
        return
    if not first.isalnum() and _RULE.fullmatch(words):
        if len(words) >= _MIN_RULE and words == first * len(words):
            yield ("rule", first), ""
        return
    yield from _columns_of(words)
    if (first == "[" or first.isdigit()) and (m := _TIME.match(words)):
        yield ("time", _WORD.sub("w", m[0])), ""
    elif first.isdigit() and (m := _NUMBER.match(words)):
        yield ("number", m["mark"], indent), m["number"]
    elif first in _BULLETS and (m := _BULLET.match(words)):
        yield ("bullet", m["mark"], indent), ""
    elif (
        (m := _NAME.match(words)) and _NAME_SIGN.search(m["name"]) and (m["word"] or not m["name"].isdigit())
    ):
        yield ("name", m["mark"], indent), m["name"]


def _columns_of(words: str) -> Iterator[tuple[_Key, str]]:
    for separator in ("\t", " | ", " │ "):
        if separator in words:
            # A program can put a name and a tab before each line of another one, which can have tabs, too.
            count = words.count(separator) if separator != "\t" else 0
            yield ("columns", separator, count), words.partition(separator)[0]
    if "  " in words and len(gaps := _GAP.findall(words)) > 1:
        yield ("columns", "  ", len(gaps)), ""
    if words.endswith(_BREAKS):
        yield ("columns", "<br>"), ""


def _heading_of(line: str) -> _Key | None:
    """Return the key of a heading, or ``None`` for any other line."""
    if not 0 < len(line) <= _MAX_HEADING:
        return None
    content = without_style(line)
    words = content.lstrip()
    indent = len(content) - len(words)
    if indent > _MAX_INDENT or not words or _WORD.search(words) is None:
        return None
    if not (_HEADING.match(words) or any(map(str.isdigit, words))) or CONTINUATION.match(words):
        return None
    # Names of people have one word or more.
    pattern = _WORDS if _CLOCK.search(words) else _WORD
    return "heading", indent, pattern.sub("w", words)


def _sections(key: _Key, marks: Sequence[_Mark], lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the first line of each section and of the line after it."""
    form = key[0]
    if form == "columns":
        # What is the same in all rows names none.
        is_named = len({mark.name for mark in marks}) > 1
        begin, end, name = marks[0].line, marks[0].line + 1, marks[0].name
        for mark in marks[1:]:
            if not (is_named and name and mark.name == name and mark.line == end):
                yield begin, end
                begin = mark.line
            end, name = mark.line + 1, mark.name
        yield begin, end
        return
    # A rule separates what is before and after it.
    starts = [0] if form == "rule" and marks[0].line else []
    before: _Mark | None = None
    for mark in marks:
        is_next = before is not None and mark.line == before.line + 1
        # A long cell goes on in the next row, and a name can precede several lines.
        goes_on = before is not None and (
            (form == "table" and not mark.name and is_next) or (form == "name" and mark.name == before.name)
        )
        if not goes_on:
            starts.append(mark.line)
        before = mark
    gaps = [index for index, line in enumerate(lines) if not line and index > starts[0]]
    end = len(lines)
    if gaps and gaps[0] > starts[-1]:
        # No other section has an empty line, so the last one has none, either.
        end = gaps[0]
    for first, following in zip(starts, [*starts[1:], end], strict=True):
        last = following
        if form == "table":
            last = first + 1
            rows = {mark.line for mark in marks}
            while last < following and last in rows:
                last += 1
        yield first, last


def are_fields(rows: Sequence[str]) -> bool:
    """Return whether rows label the parts of one error."""
    labels = [m[0].strip(" \t|│┃║-*•:=\"'`").lower() for row in rows if (m := _LABEL.match(row))]
    return len(labels) * 2 > len(rows) and len(set(labels)) > 1
