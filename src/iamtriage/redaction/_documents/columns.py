"""Find secrets in columns below names, in CSV, tab-separated values, tables, and INSERT statements of SQL."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.secret_names import MARKER_START, classify_key
from iamtriage.redaction._vocabulary.secret_values import (
    STATES,
    WORDS_ABOUT_OPTIONS,
    Placement,
    can_be_secret,
)
from iamtriage.redaction._vocabulary.value_ends import find_line_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.searched_text import SearchedText
    from iamtriage.redaction._vocabulary.secret_names import Name

__all__ = ("find_column_secrets", "find_inserted_secrets")

_SPACES = "   "
_SEPARATORS = ("|", "│", "┃", "\t", ",", ";", _SPACES)
# After a name that is a whole cell.
_CELL_END = re.compile(r"s?[\"'`]?[ \t]{0,80}(?:[,;|│┃\t]|(?<=[ ]{2})|\r?$)", re.MULTILINE)
_CELL_END_STARTS = frozenset(["", *"s\"'`,;|│┃ \t\r\n"])
_HEADING = re.compile(r"[\"'`]?[A-Za-z][\w.()/#-]{0,60}(?: [A-Za-z()/-]{1,30}){0,4}[\"'`]?")
_CELLS = {
    # The Python library Rich writes bold lines around names, and thin ones around values.
    **{each[0]: re.compile(rf"(?P<cell>[^{each}\n]*)(?:[{each}]|$)") for each in ("|", "│", "┃│", "\t")},
    **{each: re.compile(rf"(?P<cell>\"(?:[^\"\n]|\"\")*\"|[^{each}\n]*)(?:{each}|$)") for each in ";,"},
    _SPACES: re.compile(r"[ ]*+(?P<cell>[^ \n](?:[ ]{0,2}[^ \n])*)(?:[ ]{3,}|[ ]{0,2}$)"),
    "SQL": re.compile(r"\s{0,80}(?P<cell>'(?:[^'\\]|''|\\.)*+'|[^,']*)\s{0,80}(?:,|$)"),
}
_INSERT = re.compile(r"into\s{1,8}\S{1,128}\s{0,8}\((?P<names>[^()]{1,2000})\)\s{0,8}values(?=\s{0,8}\()")
_INSERTED = re.compile(r"[\s,]{0,80}\((?P<row>(?:'(?:[^'\\]|''|\\.){0,4000}+'|[^'()]){1,4000}+)\)")
_AROUND_CELL = " \t\r\"'`"
# A line between rows. Without one below the names, bars are signs before the lines of a log.
_RULE = re.compile(r"[-+=|:│┼├┤─═╪╞╡━┡┩╇ \t]*\r?(?:\n|\Z)")
_BARS = frozenset("|│┃")
_ROW_OF_TABLE = Placement("tuple", quoted=True, structured=True, query=False)
# A row of users, whose passwords can be words.
_ROW_OF_USER = _ROW_OF_TABLE._replace(is_variable=True)
# Words in a table about users, which are no passwords.
_WORDS_OF_TABLES = STATES | WORDS_ABOUT_OPTIONS | frozenset(
    {
        "active", "always", "allowed", "available", "changed", "default", "denied", "disabled", "enabled",
        "encrypted", "forbidden", "generated", "hashed", "hidden", "inactive", "locked", "never", "pending",
        "present", "static", "supported", "temporary", "unchanged", "unknown", "unlocked", "unsupported",
    }
)  # fmt: skip
_GAP = r"[ ]{0,80}(?:\t|[ ]{2}|[|│]|,(?=[^ ]))[ \t|│]{0,80}"
_ROW_END = r"[ ]{0,200}(?:[\t|│\r][^\n]{0,200})?$"
_NAMES_AND_VALUES = re.compile(
    rf"\n[ \t|│]{{0,8}}(?:key|name|variable|setting|parameter|output){_GAP}value{_ROW_END}(?=\n)",
    re.MULTILINE,
)
_NAME_AND_VALUE = re.compile(
    rf"[ \t|│]{{0,8}}(?P<name>[A-Za-z][\w.-]{{1,80}}){_GAP}(?P<value>[^\s|│\"'`]{{1,4000}}){_ROW_END}",
    re.MULTILINE,
)
_USER = re.compile(r"(?:user|login|account|e-?mail)(?:[ _-]?(?:name|id|address))?", re.IGNORECASE)
# In characters.
_MAX_LINE = 4_000
_MAX_COLUMNS = 200
_MAX_ROWS = 200


def find_column_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find the secrets below the names of columns."""
    text, done = searched.text, 0
    has_rows = "\n" in text and any(separator in text for separator in _SEPARATORS)
    for name in searched.names if has_rows else ():
        at = name.end()
        if text[at : at + 1] not in _CELL_END_STARTS or name.start() < done:
            continue
        if name[0].startswith(MARKER_START) or not _CELL_END.match(text, at):
            continue
        start = find_line_start(text, name.start())
        end = text.find("\n", name.end(), start + _MAX_LINE)
        done = max(name.end(), end)
        line = text[start : max(start, end)]
        separator = next((each for each in _SEPARATORS if each in line), None)
        needs_rule = separator in _BARS and not text.startswith("||", start)
        if separator is None or (needs_rule and not _RULE.match(text, end + 1)):
            continue
        # Jira's headings have two bars between them.
        if columns := _read_header(line.replace("||", "|"), separator):
            kinds, count, placement = columns
            for row, row_end in _list_rows(text, end + 1):
                cells = [*_split(text, row, row_end, separator)]
                if len(cells) != count:
                    break
                done = row_end
                for at, kind in kinds:
                    # Columns of kubectl can have names of Secrets.
                    if not (kind.is_reference and separator == _SPACES):
                        yield from _judge(text, *cells[at], kind, placement)
    yield from _find_in_rows_of_names(searched) if "\n" in text else ()


def _find_in_rows_of_names(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find the secrets in rows of names and values, as Vault, Pulumi and chamber print them."""
    text = searched.text
    # A text is searched faster for the line break before a line than for its start.
    folded = f"\n{searched.folded}" if "value" in searched.folded else ""
    for header in _NAMES_AND_VALUES.finditer(folded):
        for row, row_end in islice(_list_rows(text, header.end()), _MAX_ROWS):
            if (cells := _NAME_AND_VALUE.match(text, row, row_end)) is None:
                break
            if (kind := classify_key(cells["name"])) is not None:
                yield from _judge(text, *cells.span("value"), kind, _ROW_OF_USER)


def find_inserted_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find the secrets in INSERT statements: INSERT INTO users (name, password) VALUES ('ana', '…')."""
    text, folded, done = searched.text, searched.folded, 0
    for insert in _INSERT.finditer(folded) if "insert into" in folded else ():
        columns = _read_header(insert["names"], ",") if insert.start() >= done else None
        done = max(done, insert.end())
        while columns and (row := _INSERTED.match(text, done)):
            cells = [*_split(text, *row.span("row"), "SQL")]
            for at, kind in columns[0] if len(cells) == columns[1] else ():
                yield from _judge(text, *cells[at], kind, _ROW_OF_USER)
            done = row.end()


def _read_header(line: str, separator: str) -> tuple[list[tuple[int, Name]], int, Placement] | None:
    """Return the columns of secrets in a row of names, the number of columns, and the placement of values."""
    cells: list[str] = []
    for start, end in _split(line, 0, len(line), separator):
        cells.append(line[start:end])
        # Most lines have other text.
        if start < end and not _HEADING.fullmatch(line, start, end):
            return None
    if len([*filter(None, cells)]) < 2 or len(cells) > _MAX_COLUMNS:
        return None
    kinds = [(at, kind) for at, cell in enumerate(cells) if (kind := classify_key(cell)) is not None]
    placement = _ROW_OF_USER if any(map(_USER.fullmatch, cells)) else _ROW_OF_TABLE
    return (kinds, len(cells), placement) if kinds else None


def _list_rows(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the position of each line from a position on that is not a rule."""
    while at < len(text):
        end = text.find("\n", at, at + _MAX_LINE)
        if end < 0:
            end = min(len(text), at + _MAX_LINE)
        if end == at or not _RULE.match(text, at, end + 1):
            yield at, end
        at = end + 1


def _split(text: str, start: int, end: int, separator: str) -> Iterator[tuple[int, int]]:
    """Yield the position of each cell of a row, without the quotes and spaces around it."""
    at = start
    while at <= end and (cell := _CELLS[separator].match(text, at, end)):
        first, last = cell.span("cell")
        content = text[first:last]
        first += len(content) - len(content.lstrip(_AROUND_CELL))
        yield first, max(first, last - len(content) + len(content.rstrip(_AROUND_CELL)))
        if cell.end() == last:
            break
        at = cell.end()


def _judge(text: str, start: int, end: int, kind: Name, placement: Placement) -> Iterator[FoundSecret]:
    value = text[start:end]
    is_row_of_words = placement.is_variable and value.lower() in _WORDS_OF_TABLES
    if not is_row_of_words and can_be_secret(kind, value, placement) and is_unmarked(text, start, end):
        yield FoundSecret(start, end, kind.what)
