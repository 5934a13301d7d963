"""Represent a problem of an aws-auth ConfigMap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

from iamtriage._text import quote_text
from iamtriage.aws_auth._yaml.embedding import Edit
from iamtriage.aws_auth._yaml.nodes import is_null, is_text
from iamtriage.aws_auth._yaml.source import MapText

if TYPE_CHECKING:
    from iamtriage.aws_auth._yaml.nodes import Node

__all__ = ("Problem", "describe_node")


@attrs.frozen
class Problem:
    """A problem, and the edits that fix it.

    Attributes:
        code: The code of the finding.
        line: The line, counted from 1.
        value: The text that the problem is about.
        message: Why it is a problem.
        fix: What to write instead, or what to do.
        severity: The severity, if it differs from the code's.
        map_text: The map that the edits apply to.
        edits: The edits of the map's text; none if a person has to decide.
    """

    code: str
    line: int
    value: str
    message: str
    fix: str | None = None
    severity: Literal["error", "warning"] | None = None
    map_text: MapText | None = None
    edits: tuple[Edit, ...] = ()


def describe_node(node: Node) -> str:
    """Return what a node is, for a message."""
    if node.kind != "scalar":
        return "a list" if node.kind == "sequence" else "a mapping"
    if is_null(node):
        return "null"
    return f"a {'string' if is_text(node) else 'number or boolean'} ({quote_text(node.value)})"
