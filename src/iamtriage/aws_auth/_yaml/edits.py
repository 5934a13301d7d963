"""Build edits of an entry's YAML in the style of the existing text.

A function returns no edits if none is safe: a node with an anchor is used in other places, too, and unusual
styles are left to the user.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.aws_auth._yaml.embedding import Edit, quote_yaml
from iamtriage.aws_auth._yaml.nodes import is_null, mapping_items

if TYPE_CHECKING:
    from iamtriage.aws_auth._yaml.fields import RawEntry
    from iamtriage.aws_auth._yaml.nodes import Node

__all__ = ("add_groups", "add_username", "remove_entry", "replace_scalar")

_PLAIN_SCALAR = re.compile(r"[A-Za-z][A-Za-z0-9:/_+=,.@{}-]*[A-Za-z0-9_+=.@}-]")
_FLOW_INDICATORS = frozenset(",{}")
_LINE_END = re.compile("\r?\n|\\Z")
_DASH = re.compile(r" *- +")
_COLON = re.compile(r" *:")


def replace_scalar(text: str, node: Node, new: str) -> list[Edit]:
    """Replace the text of a scalar.

    >>> from iamtriage.aws_auth._yaml.nodes import compose
    >>> replace_scalar("'a b'", compose("'a b'")[0], "it's")
    [Edit(start=0, end=5, new="'it''s'")]
    """
    if node.kind != "scalar" or node.is_shared or node.style in {"|", ">"} or node.start == node.end:
        return []
    is_plain = text[node.start : node.end] == node.value
    return [Edit(node.start, node.end, _quote_like(new, node, is_plain=is_plain))]


def _quote_like(new: str, example: Node, *, is_plain: bool = True) -> str:
    """Return a scalar in the style of another one, if that style can hold the text."""
    if example.style == "'" and new.isprintable():
        return "'" + new.replace("'", "''") + "'"
    # Characters that end a plain scalar in [] and {} are safe if the existing scalar contains them, too.
    new_indicators = (_FLOW_INDICATORS & set(new)) - set(example.value)
    if not example.style and is_plain and _PLAIN_SCALAR.fullmatch(new) and not new_indicators:
        return new
    return quote_yaml(new)


def add_groups(text: str, entry: RawEntry, names: tuple[str, ...]) -> list[Edit]:
    """Add groups to an entry, with the field if it is missing."""
    field = entry.fields.get("groups")
    if field is None:
        return _add_field(text, entry, after="username", name="groups", items=names)
    node = field.value
    if node.kind == "sequence" and not node.is_shared:
        return _add_items(text, node, names)
    return _set_value(text, entry, "groups", _quote_list(names)) if is_null(node) else []


def add_username(text: str, entry: RawEntry, name: str) -> list[Edit]:
    """Add a username to an entry without one."""
    field = entry.fields.get("username")
    if field is None:
        return _add_field(text, entry, after=entry.arn_key, name="username", value=name)
    if is_null(field.value):
        return _set_value(text, entry, "username", quote_yaml(name))
    return replace_scalar(text, field.value, name) if not field.value.value else []


def _set_value(text: str, entry: RawEntry, name: str, new: str) -> list[Edit]:
    """Set the value of a key that has none."""
    field = entry.fields[name]
    if field.value.is_shared or field.key.is_shared or field.is_merged:
        return []
    if field.value.start < field.value.end:
        return [Edit(field.value.start, field.value.end, new)]
    # The node of an empty value is at the next word, but the value belongs after the colon.
    colon = _COLON.match(text, field.key.end)
    return [Edit(colon.end(), colon.end(), f" {new}")] if colon else []


def _add_items(text: str, node: Node, names: tuple[str, ...]) -> list[Edit]:
    if node.style == "flow":
        if not node.items:
            start = node.start + 1
            return [Edit(start, start, ", ".join(map(quote_yaml, names)))]
        last = node.items[-1]
        if last.kind != "scalar" or last.start == last.end:
            return []
        return [Edit(last.end, last.end, "".join(f", {_quote_like(name, last)}" for name in names))]
    if not node.items or not _is_on_one_line(text, node.items[-1]):
        return []
    last = node.items[-1]
    dash = text[_line_start(text, last.start) : last.start]
    if not _DASH.fullmatch(dash):
        return []
    return _insert_lines(text, last.end, [dash + _quote_like(name, last) for name in names])


def _add_field(
    text: str, entry: RawEntry, *, after: str, name: str, value: str = "", items: tuple[str, ...] = ()
) -> list[Edit]:
    """Add a field after another one."""
    previous = entry.fields.get(after)
    if previous is None or previous.is_merged:
        return []
    if entry.node.is_shared or previous.value.is_shared or previous.key.is_shared:
        return []
    if entry.node.style == "flow":
        new = quote_yaml(value) if value else _quote_list(items)
        end = previous.value.end
        return [Edit(end, end, f", {name}: {new}")] if previous.value.start < end else []
    if not _is_on_one_line(text, previous.value):
        return []
    indent = " " * (previous.key.start - _line_start(text, previous.key.start))
    lines = [f"{indent}{name}: {value}"]
    if not value:
        lines = [f"{indent}{name}:", *(f"{indent}  - {item}" for item in items)]
    return _insert_lines(text, previous.value.end, lines)


def _quote_list(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(quote_yaml, names)) + "]"


def _insert_lines(text: str, index: int, lines: list[str]) -> list[Edit]:
    """Insert lines below the line of an index, after its comment."""
    line_end = _LINE_END.search(text, index)
    end = line_end.start() if line_end else len(text)
    line_break = "\r\n" if "\r\n" in text else "\n"
    return [Edit(end, end, "".join(line_break + line for line in lines))]


def remove_entry(text: str, entry: RawEntry) -> list[Edit]:
    """Remove the lines of an entry in block style, unless it is the last of its list."""
    node = entry.node
    if node.kind != "mapping" or node.style != "block" or _contains_shared(node):
        return []
    start = _line_start(text, node.start)
    content_end = _find_content_end(node)
    if content_end is None or not _DASH.fullmatch(text[start : node.start]):
        return []
    line_end = _LINE_END.search(text, content_end)
    end = line_end.end() if line_end else len(text)
    return [Edit(start, end, "")] if end < len(text) else []


def _contains_shared(node: Node) -> bool:
    """Return whether a node, or one inside it, is shared. An entry has only three levels."""
    level = [node]
    for _ in range(4):
        if any(each.is_shared for each in level):
            return True
        level = [item for each in level for item in each.items]
    return bool(level)


def _find_content_end(node: Node) -> int | None:
    """Return the index after a node's last word: the node itself can end after comments."""
    while node.kind != "scalar" and node.style == "block" and node.items:
        if node.kind == "mapping":
            key, value = mapping_items(node)[-1]
            if value.start == value.end:
                return key.end
        node = node.items[-1]
    return None if node.style in {"|", ">", "block"} or node.start == node.end else node.end


def _is_on_one_line(text: str, node: Node) -> bool:
    return (
        node.kind == "scalar"
        and node.style not in {"|", ">"}
        and node.start < node.end
        and "\n" not in text[node.start : node.end]
    )


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1
