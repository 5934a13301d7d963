"""Parse the queries of the AWS CLI, which are JMESPath expressions, and list what they select."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple

__all__ = ("Node", "Selection", "parse_query", "selection_of")

Node: TypeAlias = dict[str, Any]
"""A part of a parsed JMESPath expression."""

_LITERAL = lazy_pattern(r"`[^`]*`")
# In characters. Parts are nested at most half as deep.
_MAX_QUERY = 800
_PROJECTIONS = frozenset({"filter_projection", "projection", "value_projection"})
# What is selected comes from the last of its parts that names a member.
_PATHS = _PROJECTIONS | {"index_expression", "pipe", "subexpression"}


class Selection(NamedTuple):
    """What a query selects.

    Attributes:
        names: The names of the members, or one name for a query of a single member.
        is_row: Whether each item is a row of members.
        is_many: Whether it selects from each item of a list.
        is_object: Whether the members have names in the output, too.
        sources: For each name, the members of the response from which its value comes.
    """

    names: tuple[str, ...]
    is_row: bool
    is_many: bool
    is_object: bool
    sources: tuple[tuple[str, ...], ...] = ()


@lru_cache(maxsize=256)
def parse_query(query: str) -> Node | None:
    """Return a parsed query, ``None`` if it is not valid or too long.

    >>> parse_query("Role.Arn")["type"], parse_query("Role.[")
    ('subexpression', None)
    """
    # botocore requires it.
    from jmespath.exceptions import JMESPathError
    from jmespath.parser import Parser

    if len(query) > _MAX_QUERY:
        return None
    try:
        # Nothing needs the values of literals, and other words than JSON in them cause a warning.
        return cast("Node", Parser().parse(_LITERAL.sub("''", query)).parsed)
    except (JMESPathError, RecursionError):
        return None


def selection_of(node: Node) -> Selection:
    """Return what a query selects.

    >>> selection_of(parse_query("Roles[].{role: RoleName, days: join('-', [Tags[0].Value])}"))[::4]
    (('role', 'days'), (('RoleName',), ('Value',)))
    """
    selected = _select(node)
    return selected if any(selected.sources) else selected._replace(sources=(_sources(node),))


def _select(node: Node) -> Selection:
    kind, children = node["type"], node["children"]
    if kind in {"subexpression", "pipe"}:
        return _select(children[-1])._replace(is_many=any(map(_is_many, children)))
    if kind in _PROJECTIONS:
        return _select(children[1])._replace(is_many=True)
    if kind == "index_expression":
        return _select(children[0])
    if kind in {"multi_select_list", "multi_select_dict"}:
        is_object = kind == "multi_select_dict"
        names = tuple(each["value"] if is_object else _name(each) for each in children)
        sources = tuple(map(_sources, children))
        return Selection(names, is_row=True, is_many=False, is_object=is_object, sources=sources)
    is_many = kind == "flatten"
    return Selection(
        (_name(node),), is_row=False, is_many=is_many, is_object=False, sources=(_sources(node),)
    )


def _is_many(node: Node) -> bool:
    return node["type"] in {"projection", "flatten"}


def _name(node: Node) -> str:
    """Return the name of the member that a part of a query selects, or an empty string."""
    if node["type"] == "field":
        return str(node["value"])
    if node["type"] == "index_expression":
        return ""
    return _name(node["children"][-1]) if node["type"] in {"subexpression", "flatten", "projection"} else ""


def _sources(node: Node) -> tuple[str, ...]:
    """Return the members from which the value of a part of a query comes."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        return (str(node["value"]),)
    if kind == "slice":
        # Its parts are numbers.
        return ()
    if kind in _PATHS:
        # The third part of a filter is its condition.
        parts = children[:2] if kind == "filter_projection" else children
        return next((found for each in reversed(parts) if (found := _sources(each))), ())
    return tuple(name for each in children for name in _sources(each))
