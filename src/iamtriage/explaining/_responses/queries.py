"""Put the values that ``--query`` selects from a response back where the response has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ("UNKNOWN", "Selection", "restore", "selection_of")

Node: TypeAlias = dict[str, Any]
"""A part of a parsed JMESPath expression."""


class _Unknown:
    """The type of :data:`UNKNOWN`."""


UNKNOWN: Final = _Unknown()
"""What is not known of a response: the part that only a function or a filter of a query has seen."""


class Selection(NamedTuple):
    """What a query selects.

    Attributes:
        names: The names of the members, or one name for a query of a single member.
        is_row: Whether each item is a row of members.
        is_many: Whether it selects from each item of a list.
        is_object: Whether the members have names in the output, too.
    """

    names: tuple[str, ...]
    is_row: bool
    is_many: bool
    is_object: bool


def selection_of(node: Node) -> Selection:
    """Return what a query selects."""
    kind, children = node["type"], node["children"]
    if kind in {"subexpression", "pipe"}:
        return selection_of(children[-1])._replace(is_many=any(map(_is_many, children)))
    if kind == "projection":
        return selection_of(children[1])._replace(is_many=True)
    if kind == "index_expression":
        return selection_of(children[0])
    if kind == "multi_select_list":
        return Selection(tuple(_name(each) for each in children), is_row=True, is_many=False, is_object=False)
    if kind == "multi_select_dict":
        names = tuple(each["value"] for each in children)
        return Selection(names, is_row=True, is_many=False, is_object=True)
    return Selection((_name(node),), is_row=False, is_many=kind == "flatten", is_object=False)


def _is_many(node: Node) -> bool:
    return node["type"] in {"projection", "flatten"}


def _name(node: Node) -> str:
    """Return the name of the member that a part of a query selects, or an empty string."""
    if node["type"] == "field":
        return str(node["value"])
    if node["type"] == "index_expression":
        return ""
    return _name(node["children"][-1]) if node["type"] in {"subexpression", "flatten", "projection"} else ""


def restore(node: Node, value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the part of a response from which a query selects a value, :data:`UNKNOWN` if that is not known.

    >>> import jmespath
    >>> parsed = jmespath.compile("accessEntry.[type, kubernetesGroups]").parsed
    >>> restore(parsed, ["STANDARD", ["devs"]])
    {'accessEntry': {'type': 'STANDARD', 'kubernetesGroups': ['devs']}}
    """
    kind, children = node["type"], node["children"]
    if value is UNKNOWN or kind in {"identity", "current"}:
        return value
    if kind == "field":
        return {node["value"]: value}
    if kind in {"subexpression", "pipe"}:
        for child in reversed(children):
            value = restore(child, value)
        return value
    if kind == "index_expression":
        # The other items are not known: the first of some names is not the whole list.
        is_first = children[1].get("value") == 0 and isinstance(value, dict)
        return restore(children[0], [value]) if is_first else UNKNOWN
    if kind == "flatten":
        [child] = children
        if not _is_many(child):
            return restore(child, value)
        # Which lists it joined is not known: they become one. Nothing can come of any number of lists.
        return restore(child, [value]) if value else UNKNOWN
    if kind == "projection":
        items = [restore(children[1], each) for each in _items(value)]
        is_known = isinstance(value, list) and all(each is not UNKNOWN for each in items)
        return restore(children[0], items) if is_known else UNKNOWN
    if kind == "multi_select_list":
        values = _items(value)
        return _merge(children, values) if len(values) == len(children) else UNKNOWN
    if kind == "multi_select_dict" and (members := _members(value)):
        return _merge(
            [each["children"][0] for each in children],
            [members.get(each["value"], UNKNOWN) for each in children],
        )
    return UNKNOWN


def _items(value: object) -> list[Any]:
    return [*cast("Sequence[Any]", value)] if isinstance(value, list) else []


def _members(value: object) -> dict[str, Any]:
    return {**cast("Mapping[str, Any]", value)} if isinstance(value, dict) else {}


def _merge(nodes: list[Node], values: list[Any]) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the part of a response from which each of some queries selects its value."""
    merged: Any = UNKNOWN
    for node, value in zip(nodes, values, strict=True):
        merged = _join(merged, restore(node, value))
    return merged


def _join(first: Any, second: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Return two parts of the same value as one."""
    if first is UNKNOWN or second is UNKNOWN:
        return second if first is UNKNOWN else first
    members, others = _members(first), _members(second)
    if members and others:
        joined = {key: _join(members.get(key, UNKNOWN), each) for key, each in others.items()}
        return members | joined
    rows, more = _items(first), _items(second)
    return [_join(*pair) for pair in zip(rows, more, strict=True)] if len(rows) == len(more) > 0 else first
