"""Read the output of the AWS CLI in the formats text and table.

Formats: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html.
"""

from __future__ import annotations

from itertools import chain, takewhile
from typing import TYPE_CHECKING, Any, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage._queries import Selection

_MAX_LINES = 60
# Members whose name is a plural are lists, but for these.
_CONSTANTS: dict[str, bool | None] = {"None": None, "True": True, "False": False}
# Numbers of accounts are longer.
_NUMBER = lazy_pattern(r"(?a)0|[1-9]\d{0,6}")
_PLURAL = lazy_pattern(r"(?<![sSuUiI])(?<!HttpToken)s\Z")
# Members that are sentences or documents.
_SENTENCE = lazy_pattern(r"(?i:message|reason|description|event|text|detail|policy|string|value)\Z")
# A tag with an empty value ends with a tab, which copies lose.
_BARE_KEY = lazy_pattern(r"[\w+=.@-]{1,100}[:/][\w+=.@/-]{1,100}")
_BORDER = lazy_pattern(r"\s{0,12}\|{0,8}[+-][-+]{2,400}\|{0,8}\s{0,8}")
_LINE = lazy_pattern(r"[^\n]{0,2000}\n|[^\n]{1,2000}\Z")
_CELLS = lazy_pattern(r"\s{0,12}(?P<depth>\|{1,8})(?P<cells>[^\n]{1,800}?)\|{1,8}\s{0,8}")


# The members of the lists whose rows the format text prints without a query, in the order of their names.
_ROWS = {
    "ACCESSKEYMETADATA": ("AccessKeyMetadata", ("AccessKeyId", "CreateDate", "Status", "UserName")),
    "ATTACHEDPOLICIES": ("AttachedPolicies", ("PolicyArn", "PolicyName")),
    "MFADEVICES": ("MFADevices", ("EnableDate", "SerialNumber", "UserName")),
    "TAGS": ("Tags", ("Key", "Value")),
    "VERSIONS": ("Versions", ("CreateDate", "IsDefaultVersion", "VersionId")),
}


class _Block(NamedTuple):
    """The rows between two borders of a table, with the number of bars before each."""

    depth: int
    rows: list[list[str]]


def read_text(lines: list[str], selection: Selection) -> tuple[object, int] | None:
    r"""Return a value in the format text and its number of lines, ``None`` if it does not fit the query.

    Args:
        lines: The lines of the output.
        selection: What the query selects.

    >>> from iamtriage._queries import Selection
    >>> keys = Selection(("AccessKeyId", "Status"), is_row=True, is_many=True, is_object=False)
    >>> read_text(["AKIAIOSFODNN7EXAMPLE\tActive", "AKIAI44QH8DHBEXAMPLE\tInactive", "$ "], keys)
    ([['AKIAIOSFODNN7EXAMPLE', 'Active'], ['AKIAI44QH8DHBEXAMPLE', 'Inactive']], 2)
    """
    if not lines or not lines[0].strip():
        return None
    names = sorted(selection.names) if selection.is_object else list(selection.names)
    is_list = [_PLURAL.search(name) is not None for name in names]
    if not selection.is_row:
        words = [lines[0].strip()] if _SENTENCE.search(names[0]) else _split(lines[0])
        if selection.is_many or is_list[0]:
            # ARNs, which a window breaks into lines, or a person for the reader.
            more = (
                [words, *takewhile(_are_arns, map(_split, lines[1:_MAX_LINES]))]
                if _are_arns(words)
                else [words]
            )
            return [] if words == [None] else [*chain(*more)], len(more)
        # Without an output, the next line can be a sentence of a person.
        return (words[0], 1) if len(words) == 1 else None
    if selection.is_many:
        rows: list[object] = []
        for line in lines[:_MAX_LINES]:
            values = _split(line)
            if len(names) == 2 and _BARE_KEY.fullmatch(line.strip()):
                values = [*values, ""]
            if any(is_list) or len(values) != len(names):
                break
            rows.append(dict(zip(names, values, strict=True)) if selection.is_object else values)
        return (rows, len(rows)) if rows else None
    read = _read_row(lines, is_list, names if selection.is_object else None)
    if read is None or not selection.is_object:
        return read
    return dict(zip(names, read[0], strict=True)), read[1]


def read_rows(lines: list[str]) -> tuple[dict[str, list[Any]], int] | None:
    r"""Return the known lists of a whole response in the format text and the number of lines, or ``None``.

    >>> read_rows(["TAGS\tteam\tml", "TAGS\tenv\tdev", "$ exit"])
    ({'Tags': [{'Key': 'team', 'Value': 'ml'}, {'Key': 'env', 'Value': 'dev'}]}, 2)
    """
    response = dict[str, list[Any]]()
    count = 0
    for line in lines[:_MAX_LINES]:
        kind, *values = _split(line) or [None]
        name, members = _ROWS.get(kind, ("", ()))
        if len(values) != len(members) or not members:
            break
        response.setdefault(name, []).append(dict(zip(members, values, strict=True)))
        count += 1
    return (response, count) if count else None


def _read_row(lines: list[str], is_list: list[bool], names: list[str] | None) -> tuple[list[Any], int] | None:
    """Return the members of one object: a line of the values, then a line of each list."""
    row: list[Any] = []
    scalars = iter(_split(lines[0]) if not all(is_list) else [])
    at = 0 if all(is_list) else 1
    for index, each in enumerate(is_list):
        if not each:
            if (value := next(scalars, _END)) is _END:
                return None
            row.append(value)
            continue
        words = _split(lines[at]) if at < len(lines) and lines[at].strip() else []
        if names is None:
            row.append(words)
            at += bool(words)
            continue
        # The lines of an object's list begin with its name.
        items: list[Any] = []
        while words[:1] == [names[index].upper()] and len(words) == 2:
            items.append(words[1])
            at += 1
            words = _split(lines[at]) if at < len(lines) else []
        row.append(items)
    return None if next(scalars, _END) is not _END else (row, at)


def _are_arns(words: list[Any]) -> bool:
    return bool(words) and all(str(each).startswith("arn:") for each in words)


_END = object()


def _split(line: str) -> list[Any]:
    """Return the values of a line, between tabs or the blanks that copies have in their place."""
    words = line.strip().split("\t") if "\t" in line.strip() else line.split()
    return [_value(each.strip()) for each in words]


def _value(word: str) -> str | int | None:
    return int(word) if _NUMBER.fullmatch(word) else _CONSTANTS.get(word, word)


def read_table(text: str, *, has_names: bool) -> tuple[Any, int] | None:
    """Return the value in a table and where the table ends, ``None`` if the text does not begin with one.

    The value is an object, or the list of the rows. A row without names is a list.

    Args:
        text: The output.
        has_names: Whether the table has the names of the members.
    """
    blocks, end = _find_blocks(text)
    # The first title is the name of the operation.
    if len(blocks) < 2 or not _is_title(blocks[0]):
        return None
    root: Any = {}
    if blocks[1].depth == 1:
        root, at = _read_section(blocks, 1, has_names=has_names)
    else:
        at = 1
    # The objects in which the sections of each depth are.
    parents: dict[int, Any] = {1: root}
    while at < len(blocks) - 1 and _is_title(blocks[at]):
        depth, [[title]] = blocks[at]
        value, at = _read_section(blocks, at + 1, has_names=True)
        parent = parents.get(depth - 1)
        if isinstance(parent, list):
            parent = [*cast("Sequence[Any]", parent)][-1]
        if not isinstance(parent, dict):
            return None
        if title in parent:
            # A section for each item of a list.
            value = [*_as_list(cast("object", parent[title])), *_as_list(value)]
        # Many services have tags in an object.
        elif _PLURAL.search(title) is not None and (title.lower() != "tags" or "Key" in value):
            value = _as_list(value)
        parent[title] = value
        parents[depth] = value
    return (root, end) if at == len(blocks) else None


def _find_blocks(text: str) -> tuple[list[_Block], int]:
    """Return the rows between the borders of a table, and its end."""
    blocks, rows, end = list[_Block](), list[list[str]](), 0
    depth = 0
    for line in _LINE.findall(text)[:_MAX_LINES]:
        is_border = _BORDER.fullmatch(line) is not None
        cells = None if is_border else _CELLS.fullmatch(line)
        if cells is not None:
            depth = len(cells["depth"])
            rows.append([each.strip() for each in cells["cells"].split("|")])
        elif rows:
            blocks.append(_Block(depth, rows))
            rows = []
        if not is_border and cells is None:
            break
        end += len(line)
    return blocks, end


def _is_title(block: _Block) -> bool:
    return len(block.rows) == 1 and len(block.rows[0]) == 1


def _read_section(blocks: list[_Block], at: int, *, has_names: bool) -> tuple[Any, int]:
    """Return the value below a title, and the position after its blocks."""
    depth, rows = blocks[at]
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    names, width = rows[0], len(rows[0])
    if has_names and following is not None and following.depth == depth and width > 1 == len(rows):
        items = [each for each in following.rows if len(each) == width]
        if len(items) == len(following.rows):
            return [_row(zip(names, each, strict=True)) for each in items], at + 2
    if has_names and all(len(each) == 2 for each in rows):
        return _row(cast("list[tuple[str, str]]", rows)), at + 1
    values = [[_value(each) for each in row] for row in rows]
    return ([each for [each] in values] if width == 1 else values), at + 1


def _row(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {name: _value(value) for name, value in pairs}


def _as_list(value: object) -> list[Any]:
    return [*cast("Sequence[Any]", value)] if isinstance(value, list) else [value]
