"""Put the values that ``--query`` selects from a response back where the response has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from iamtriage._queries import Node


class _Unknown:
    """The type of :data:`UNKNOWN`."""


UNKNOWN: Final = _Unknown()
"""What is not known of a response: the part that only a function or a filter of a query has seen."""


def restore(node: Node, value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the part of a response from which a query selects a value, :data:`UNKNOWN` if that is not known.

    >>> from iamtriage._queries import parse_query
    >>> restore(parse_query("accessEntry.[type, kubernetesGroups]"), ["STANDARD", ["devs"]])
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
        if child["type"] not in {"projection", "flatten"}:
            return restore(child, value)
        # Which lists it joined is not known: they become one. Nothing can come of any number of lists.
        return restore(child, [value]) if value else UNKNOWN
    if kind == "projection":
        items = [restore(children[1], each) for each in items_of(value)]
        is_known = isinstance(value, list) and all(each is not UNKNOWN for each in items)
        return restore(children[0], items) if is_known else UNKNOWN
    if kind == "multi_select_list":
        values = items_of(value)
        return _merge(children, values) if len(values) == len(children) else UNKNOWN
    if kind == "multi_select_dict" and (members := _members(value)):
        return _merge(
            [each["children"][0] for each in children],
            [members.get(each["value"], UNKNOWN) for each in children],
        )
    return UNKNOWN


def items_of(value: object) -> list[Any]:
    """Return the items of a list, and none of another value."""
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
    rows, more = items_of(first), items_of(second)
    return [_join(*pair) for pair in zip(rows, more, strict=True)] if len(rows) == len(more) > 0 else first
