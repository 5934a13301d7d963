"""Parse YAML into nodes with their positions in the text.

Values are not constructed and aliases are not expanded, so the time depends only on the length of the text.
Like Go's parser, this rejects a text whose aliases expand to far more nodes than the text contains. The depth
is limited. Positions are indices into the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import attrs

from iamtriage.exceptions import AwsAuthError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("LINE_BREAK", "MAX_LENGTH", "Lines", "Node", "compose", "is_null", "is_text", "mapping_items")

MAX_LENGTH = 2_000_000
"""Maximum number of characters. Kubernetes limits a ConfigMap to 1 MiB, and escapes make its YAML longer."""

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""The line breaks of YAML 1.1."""

_MAX_DEPTH = 64
# Maximum number of nodes that aliases expand to, in addition to a multiple of the nodes in the text.
_MAX_ALIASED_NODES = 100_000
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
# Plain scalars that the authenticator's YAML 1.1 parser, in Go, does not read as strings.
_NUMBER = re.compile(
    r"[-+]?(?:[0-9][0-9_]*|0x[0-9a-fA-F_]+|0b[01_]+|0o?[0-7_]+)"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_BOOLEAN = re.compile(r"y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE|n|N|no|No|NO|off|Off|OFF|false|False|FALSE")
# The exceptions that ruamel.yaml raises for unusual input, such as an AssertionError for a wrong version, or
# an OverflowError for an escape.
_PARSER_ERRORS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


@attrs.define(eq=False)
class Node:
    """A node of a YAML document.

    Attributes:
        kind: The kind of node.
        start: The index of its first character.
        end: The index after its last character; for a collection in block style, after its last line.
        value: The text of a scalar.
        style: For a scalar ``"'"``, ``'"'``, ``"|"``, ``">"``, or empty; otherwise ``"flow"`` or ``"block"``.
        tag: The explicit tag.
        items: The items of a sequence; the keys and values of a mapping, alternating.
        is_shared: Whether the node is an alias, has an anchor or a tag, or is in a node that has one.
            A change of its text would change other places, too.
    """

    kind: Literal["scalar", "sequence", "mapping"]
    start: int
    end: int
    value: str = ""
    style: str = ""
    tag: str | None = None
    items: list[Node] = attrs.Factory(list["Node"])
    is_shared: bool = False


class Lines:
    r"""Converts indices of a text to lines and columns, both counted from 1.

    >>> Lines("a\r\nb").locate(3)
    (2, 1)
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\r\n|[\n\r]", text))]

    def start_of(self, line: int) -> int:
        """Return the index where a line begins."""
        return self._starts[line - 1]

    def locate(self, index: int) -> tuple[int, int]:
        """Return the line and column of an index."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1


def compose(text: str, *, first_only: bool = False) -> list[Node]:
    """Parse the documents of a YAML text.

    Args:
        text: The text.
        first_only: Whether to stop after the first document.

    Raises:
        AwsAuthError: The text is not YAML, too long, or nested too deeply. The position is in ``text``.

    >>> (root,) = compose("a: [1, 'b']")
    >>> root.kind, [(item.kind, item.value) for item in root.items]
    ('mapping', [('scalar', 'a'), ('sequence', '')])
    >>> compose("a: *b")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.AwsAuthError: invalid YAML, line 1, column 4: undefined alias b
    """
    if len(text) > MAX_LENGTH:
        msg = f"expected at most {MAX_LENGTH} characters, got {len(text)}; a ConfigMap holds at most 1 MiB"
        raise AwsAuthError(msg, line=1)
    attempt, budget = text, MAX_LENGTH
    while True:
        try:
            return _Composer(attempt).compose_documents(first_only=first_only)
        except _PARSER_ERRORS as error:
            if not isinstance(error, AwsAuthError):
                raise _yaml_error(text, 0, f"{type(error).__name__}: {error}") from error
            budget -= len(text)
            corrected = _replace_tabs(attempt, error) if budget > 0 else None
            if corrected is None:
                raise
            attempt = corrected


def _replace_tabs(text: str, error: AwsAuthError) -> str | None:
    """Replace tabs between words with spaces: Go accepts the tabs, ruamel.yaml does not.

    Only the tabs at which the parser stopped are replaced, so that values keep theirs. Go rejects tabs in
    indentation, too, so those stay.
    """
    found = re.search(r"found character '\\\\t'", str(error))
    start = Lines(text).start_of(error.line)
    index = start + error.column - 1
    if found is None or not text[start:index].strip() or text[index : index + 1] != "\t":
        return None
    length = len(text) - index - len(text[index:].lstrip("\t"))
    return text[:index] + " " * length + text[index + length :]


def mapping_items(node: Node) -> list[tuple[Node, Node]]:
    """Return the keys and values of a mapping; an empty list for other nodes."""
    return list(pairwise(node.items))[::2] if node.kind == "mapping" else []


def is_null(node: Node) -> bool:
    """Return whether YAML reads a node as null."""
    if node.tag is not None:
        return node.tag.endswith("null")
    return node.kind == "scalar" and node.style == "" and node.value in _NULL


def is_text(node: Node) -> bool:
    """Return whether YAML reads a node as a string, not as a number, boolean, null, or collection."""
    if node.kind != "scalar":
        return False
    if node.tag is not None:
        return node.tag == "!" or node.tag.endswith("str")
    if node.style:
        return True
    value = node.value
    return value not in _NULL and not (_BOOLEAN.fullmatch(value) or _NUMBER.fullmatch(value))


class _Composer:
    """Composes nodes from parser events, without recursion."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[Node] = []
        # Each node with the number of nodes that an alias expands to; 0 until the node is complete.
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.names: list[str | None] = []
        self.sizes: list[int] = [0]
        self.node_count = 0

    def compose_documents(self, *, first_only: bool) -> list[Node]:
        """Return the root nodes."""
        roots: list[Node] = []
        for event in _parse_events(self.text):
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if roots and first_only:
                    break
                self.anchors.clear()
            elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
                self._close(event.end_mark.index)
            elif kind in {"AliasEvent", "ScalarEvent", "MappingStartEvent", "SequenceStartEvent"}:
                node = self._create_node(kind, event)
                if self.stack:
                    self.stack[-1].items.append(node)
                else:
                    roots.append(node)
                if kind.endswith("StartEvent"):
                    self._open(node, event.anchor)
        return roots

    def _open(self, node: Node, anchor: str | None) -> None:
        if len(self.stack) == _MAX_DEPTH:
            raise _yaml_error(self.text, node.start, f"nested more than {_MAX_DEPTH} levels deep")
        self.stack.append(node)
        self.names.append(anchor)
        self.sizes.append(0)

    def _close(self, end: int) -> None:
        node, anchor, size = self.stack.pop(), self.names.pop(), self.sizes.pop() + 1
        node.end = end
        if anchor is not None:
            self.anchors[anchor] = node, size
        self._count(size, node)

    def _count(self, size: int, node: Node) -> None:
        self.sizes[-1] += size
        if self.sizes[-1] > _MAX_ALIASED_NODES + 2 * self.node_count:
            raise _yaml_error(self.text, node.start, "the aliases expand to too many nodes")

    def _create_node(self, kind: str, event: Any) -> Node:  # noqa: ANN401 (ruamel.yaml's events have no common type)
        start, end, anchor = event.start_mark.index, event.end_mark.index, event.anchor
        if kind == "AliasEvent":
            known, size = self.anchors.get(anchor, (None, 0))
            if known is None:
                raise _yaml_error(self.text, start, f"undefined alias {str(anchor)[:60]}")
            if not size:
                raise _yaml_error(self.text, start, f"the anchor {str(anchor)[:60]} contains itself")
            self._count(size, known)
            return attrs.evolve(known, start=start, end=end, is_shared=True)
        self.node_count += 1
        tag = None if event.tag is None else str(event.tag)
        is_shared = anchor is not None or tag is not None or (bool(self.stack) and self.stack[-1].is_shared)
        node = Node("scalar", start, end, tag=tag, is_shared=is_shared)
        if kind == "ScalarEvent":
            node.value, node.style = _join_surrogates(event.value), event.style or ""
            self.sizes[-1] += 1
        else:
            node.kind = "mapping" if kind == "MappingStartEvent" else "sequence"
            node.style = "flow" if event.flow_style else "block"
        if anchor is not None:
            self.anchors[anchor] = node, int(kind == "ScalarEvent")
        return node


def _parse_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    # This is the parser in Python. The one in C reports no indices, and accepts other texts.
    parser: Any = YAML(typ="safe", pure=True)
    try:
        yield from parser.parse(text)
    except YAMLError as error:
        # Errors of the scanner and the parser have a mark, and those of the character reader a position.
        problem: Any = error
        mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
        index = mark.index if mark else getattr(problem, "position", 0)
        reason = getattr(problem, "problem", None) or str(error).partition("\n")[0]
        raise _yaml_error(text, index if isinstance(index, int) else 0, str(reason)) from error


def _yaml_error(text: str, index: int, reason: str) -> AwsAuthError:
    line, column = Lines(text).locate(min(index, len(text)))
    escaped = reason.encode("unicode_escape").decode("ascii")[:200]
    msg = f"invalid YAML, line {line}, column {column}: {escaped}"
    return AwsAuthError(msg, line=line, column=column)


def _join_surrogates(value: str) -> str:
    """Join surrogate pairs, which JSON uses for characters outside the Basic Multilingual Plane."""
    return _SURROGATES.sub(lambda match: match[0].encode("utf-16", "surrogatepass").decode("utf-16"), value)
