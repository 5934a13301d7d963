"""Edits of the YAML in a map, in the style of what is there; not for what has to be edited.

Each gives no edit where none is safe: a node with an anchor stands for other places too, and a style that
is not known here is better left to who wrote it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.aws_auth._yaml.embedding import Edit, quoted
from iamtriage.aws_auth._yaml.nodes import is_null, pairs

if TYPE_CHECKING:
    from iamtriage.aws_auth._yaml.fields import RawEntry
    from iamtriage.aws_auth._yaml.nodes import Node

__all__ = ("add_groups", "add_username", "remove_entry", "rewrite")

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9:/_+=,.@{}-]*[A-Za-z0-9_+=.@}-]")
_FLOW_SIGNS = frozenset(",{}")
_LINE_END = re.compile("\r?\n|\\Z")
_DASH = re.compile(r" *- +")
_COLON = re.compile(r" *:")


def rewrite(text: str, node: Node, new: str) -> list[Edit]:
    """Write another text where a scalar stands.

    >>> from iamtriage.aws_auth._yaml.nodes import compose
    >>> rewrite("'a b'", compose("'a b'")[0], "it's")
    [Edit(start=0, end=5, new="'it''s'")]
    """
    if node.kind != "scalar" or node.shared or node.style in {"|", ">"} or node.start == node.end:
        return []
    return [
        Edit(node.start, node.end, _styled(new, node, is_plain=text[node.start : node.end] == node.value))
    ]


def _styled(new: str, like: Node, *, is_plain: bool = True) -> str:
    """Write a text in the style of another scalar, where that can hold it."""
    if like.style == "'" and new.isprintable():
        return "'" + new.replace("'", "''") + "'"
    # Signs that end a scalar inside of [] and {} can stand where they stood already.
    if (
        not like.style
        and is_plain
        and _PLAIN.fullmatch(new)
        and not (_FLOW_SIGNS & set(new)) - set(like.value)
    ):
        return new
    return quoted(new)


def add_groups(text: str, entry: RawEntry, names: tuple[str, ...]) -> list[Edit]:
    """Add groups to those of an entry, or the whole field."""
    field = entry.fields.get("groups")
    if field is None:
        return _add_field(text, entry, after="username", name="groups", items=names)
    node = field.value
    if node.kind == "sequence" and not node.shared:
        return _add_items(text, node, names)
    flow = "[" + ", ".join(map(quoted, names)) + "]"
    return _fill(text, entry, "groups", flow) if is_null(node) else []


def add_username(text: str, entry: RawEntry, name: str) -> list[Edit]:
    """Give an entry its user name, where it has none."""
    field = entry.fields.get("username")
    if field is None:
        return _add_field(text, entry, after=entry.arn_key, name="username", value=name)
    if is_null(field.value):
        return _fill(text, entry, "username", quoted(name))
    return rewrite(text, field.value, name) if not field.value.value else []


def _fill(text: str, entry: RawEntry, name: str, new: str) -> list[Edit]:
    """Write a value where a key has none."""
    field = entry.fields[name]
    if field.value.shared or field.key.shared or field.merged:
        return []
    if field.value.start < field.value.end:
        return [Edit(field.value.start, field.value.end, new)]
    # The place of an empty value is that of the next word; it belongs behind the colon.
    colon = _COLON.match(text, field.key.end)
    return [Edit(colon.end(), colon.end(), f" {new}")] if colon else []


def _add_items(text: str, node: Node, names: tuple[str, ...]) -> list[Edit]:
    if node.style == "flow":
        if not node.items:
            at = node.start + 1
            return [Edit(at, at, ", ".join(map(quoted, names)))]
        last = node.items[-1]
        if last.kind != "scalar" or last.start == last.end:
            return []
        return [Edit(last.end, last.end, "".join(f", {_styled(name, last)}" for name in names))]
    if not node.items or not _is_on_one_line(text, node.items[-1]):
        return []
    last = node.items[-1]
    dash = text[_line_start(text, last.start) : last.start]
    if not _DASH.fullmatch(dash):
        return []
    return _new_lines(text, last.end, [dash + _styled(name, last) for name in names])


def _add_field(
    text: str, entry: RawEntry, *, after: str, name: str, value: str = "", items: tuple[str, ...] = ()
) -> list[Edit]:
    """Add a field behind another one."""
    before = entry.fields.get(after)
    if entry.node.shared or before is None or before.merged or before.value.shared or before.key.shared:
        return []
    if entry.node.style == "flow":
        new = quoted(value) if value else "[" + ", ".join(map(quoted, items)) + "]"
        at = before.value.end
        return [Edit(at, at, f", {name}: {new}")] if before.value.start < at else []
    if not _is_on_one_line(text, before.value):
        return []
    margin = " " * (before.key.start - _line_start(text, before.key.start))
    lines = (
        [f"{margin}{name}: {value}"] if value else [f"{margin}{name}:", *(f"{margin}  - {i}" for i in items)]
    )
    return _new_lines(text, before.value.end, lines)


def _new_lines(text: str, at: int, lines: list[str]) -> list[Edit]:
    """Put lines below the one where a node ends, whose comment stays."""
    found = _LINE_END.search(text, at)
    end = found.start() if found else len(text)
    line_break = "\r\n" if "\r\n" in text else "\n"
    return [Edit(end, end, "".join(line_break + line for line in lines))]


def remove_entry(text: str, entry: RawEntry) -> list[Edit]:
    """Remove the lines of an entry in block style that is not the last of its list."""
    node = entry.node
    if node.kind != "mapping" or node.style != "block" or _holds_shared(node):
        return []
    start = _line_start(text, node.start)
    last = _last_end(node)
    if last is None or not _DASH.fullmatch(text[start : node.start]):
        return []
    found = _LINE_END.search(text, last)
    end = found.end() if found else len(text)
    return [Edit(start, end, "")] if end < len(text) else []


def _holds_shared(node: Node) -> bool:
    """Whether other places depend on the node, or it on them: three levels are all that an entry has."""
    level = [node]
    for _ in range(4):
        if any(one.shared for one in level):
            return True
        level = [item for one in level for item in one.items]
    return bool(level)


def _last_end(node: Node) -> int | None:
    """Give where the last word of a node ends; its own end may be behind comments."""
    while node.kind != "scalar" and node.style == "block" and node.items:
        if node.kind == "mapping":
            key, value = pairs(node)[-1]
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
