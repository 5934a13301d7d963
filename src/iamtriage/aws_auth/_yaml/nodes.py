"""YAML text as a tree of nodes that know where they stand; not for the values that YAML makes of them.

Nothing is constructed and no alias is expanded, so that a text costs no more than its length; one whose
aliases stand for far more than it has is refused, as Go does. Readers walk to a fixed depth. The
places are indices into the text that was given.
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

__all__ = ("LINE_BREAK", "LONGEST", "Lines", "Node", "compose", "is_null", "is_text", "pairs")

LONGEST = 2_000_000
"""More characters than this are refused: Kubernetes allows a ConfigMap 1 MiB, and escapes take room."""

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML 1.1 takes for a line's end."""

_DEEPEST = 64
# Nodes that aliases may stand for, above as many as the text has.
_ALIASED = 100_000
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
# What Go's YAML 1.1 reader, which the authenticator uses, takes for no text.
_NUMBER = re.compile(
    r"[-+]?(?:[0-9][0-9_]*|0x[0-9a-fA-F_]+|0b[01_]+|0o?[0-7_]+)"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_BOOLEAN = re.compile(r"y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE|n|N|no|No|NO|off|Off|OFF|false|False|FALSE")
# The reader's own faults on odd input: an AssertionError for a wrong version, an OverflowError for an escape.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


@attrs.define(eq=False)
class Node:
    """A node of a YAML text.

    Attributes:
        kind: what it is.
        start: where it begins, counted in characters from 0.
        end: where it ends; for collections in block style that is behind their last line.
        value: a scalar's text.
        style: ``"'"``, ``'"'``, ``"|"``, ``">"`` or empty for scalars, ``"flow"`` or ``"block"`` for others.
        tag: an explicit tag.
        items: the items of a sequence; keys and values by turns for a mapping.
        shared: has an anchor or a tag, stands inside of a node that has one, or is an alias: changing its
            text would change other places too.
    """

    kind: Literal["scalar", "sequence", "mapping"]
    start: int
    end: int
    value: str = ""
    style: str = ""
    tag: str | None = None
    items: list[Node] = attrs.Factory(list["Node"])
    shared: bool = False


class Lines:
    r"""The line and the column of a place in a text, counted from 1.

    >>> Lines("a\r\nb").at(3)
    (2, 1)
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\r\n|[\n\r]", text))]

    def start_of(self, line: int) -> int:
        """Give where a line begins."""
        return self._starts[line - 1]

    def at(self, index: int) -> tuple[int, int]:
        """Give line and column."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1


def compose(text: str, *, first_only: bool = False) -> list[Node]:
    """Read the documents of a YAML text.

    Args:
        text: the text.
        first_only: read no further than the first document.

    Raises:
        AwsAuthError: no YAML, too long or too deep; the place is that in ``text``.

    >>> (root,) = compose("a: [1, 'b']")
    >>> root.kind, [(item.kind, item.value) for item in root.items]
    ('mapping', [('scalar', 'a'), ('sequence', '')])
    >>> compose("a: *b")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.AwsAuthError: the YAML cannot be read, line 1, column 4: nothing before is called b
    """
    if len(text) > LONGEST:
        msg = f"the text has {len(text)} characters, more than {LONGEST}; a ConfigMap holds 1 MiB at most"
        raise AwsAuthError(msg, line=1)
    readable, budget = text, LONGEST
    while True:
        try:
            return _Composer(readable).documents(first_only=first_only)
        except _FAULTS as error:
            if not isinstance(error, AwsAuthError):
                raise _fault(text, 0, f"{type(error).__name__}: {error}") from error
            budget -= len(text)
            mended = _without_tab(readable, error) if budget > 0 else None
            if mended is None:
                raise
            readable = mended


def _without_tab(text: str, error: AwsAuthError) -> str | None:
    """Put blanks for tabs between words, which Go takes for blanks and ruamel.yaml refuses.

    Only where the reader stopped at one, so that no tab inside of a value changes; indentation keeps its
    tabs, since Go refuses those too.
    """
    found = re.search(r"found character '\\\\t'", str(error))
    start = Lines(text).start_of(error.line)
    at = start + error.column - 1
    if found is None or not text[start:at].strip() or text[at : at + 1] != "\t":
        return None
    run = len(text) - at - len(text[at:].lstrip("\t"))
    return text[:at] + " " * run + text[at + run :]


def pairs(node: Node) -> list[tuple[Node, Node]]:
    """Give the keys and values of a mapping; nothing for other nodes."""
    return list(pairwise(node.items))[::2] if node.kind == "mapping" else []


def is_null(node: Node) -> bool:
    """Whether YAML reads nothing there."""
    if node.tag is not None:
        return node.tag.endswith("null")
    return node.kind == "scalar" and node.style == "" and node.value in _NULL


def is_text(node: Node) -> bool:
    """Whether YAML reads text there, rather than a number, a truth value, nothing or a collection."""
    if node.kind != "scalar":
        return False
    if node.tag is not None:
        return node.tag == "!" or node.tag.endswith("str")
    if node.style:
        return True
    value = node.value
    return value not in _NULL and not (_BOOLEAN.fullmatch(value) or _NUMBER.fullmatch(value))


class _Composer:
    """Builds trees of events, without recursion."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[Node] = []
        # Each with the number of nodes that it stands for; 0 while it is open.
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.names: list[str | None] = []
        self.sizes: list[int] = [0]
        self.written = 0

    def documents(self, *, first_only: bool) -> list[Node]:
        roots: list[Node] = []
        for event in _events(self.text):
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if roots and first_only:
                    break
                self.anchors.clear()
            elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
                self._ascend(event.end_mark.index)
            elif kind in {"AliasEvent", "ScalarEvent", "MappingStartEvent", "SequenceStartEvent"}:
                node = self._node(kind, event)
                if self.stack:
                    self.stack[-1].items.append(node)
                else:
                    roots.append(node)
                if kind.endswith("StartEvent"):
                    self._descend(node, event.anchor)
        return roots

    def _descend(self, node: Node, anchor: str | None) -> None:
        if len(self.stack) == _DEEPEST:
            raise _fault(self.text, node.start, f"more than {_DEEPEST} levels deep")
        self.stack.append(node)
        self.names.append(anchor)
        self.sizes.append(0)

    def _ascend(self, end: int) -> None:
        node, anchor, size = self.stack.pop(), self.names.pop(), self.sizes.pop() + 1
        node.end = end
        if anchor is not None:
            self.anchors[anchor] = node, size
        self._count(size, node)

    def _count(self, size: int, node: Node) -> None:
        self.sizes[-1] += size
        if self.sizes[-1] > _ALIASED + 2 * self.written:
            raise _fault(self.text, node.start, "the aliases stand for too much")

    def _node(self, kind: str, event: Any) -> Node:  # noqa: ANN401 - ruamel.yaml's events have no common type
        start, end, anchor = event.start_mark.index, event.end_mark.index, event.anchor
        if kind == "AliasEvent":
            known, size = self.anchors.get(anchor, (None, 0))
            if known is None:
                raise _fault(self.text, start, f"nothing before is called {str(anchor)[:60]}")
            if not size:
                raise _fault(self.text, start, f"what is called {str(anchor)[:60]} contains itself")
            self._count(size, known)
            return attrs.evolve(known, start=start, end=end, shared=True)
        self.written += 1
        tag = None if event.tag is None else str(event.tag)
        inherited = bool(self.stack) and self.stack[-1].shared
        node = Node("scalar", start, end, tag=tag, shared=inherited or anchor is not None or tag is not None)
        if kind == "ScalarEvent":
            node.value, node.style = _joined(event.value), event.style or ""
            self.sizes[-1] += 1
        else:
            node.kind = "mapping" if kind == "MappingStartEvent" else "sequence"
            node.style = "flow" if event.flow_style else "block"
        if anchor is not None:
            self.anchors[anchor] = node, int(kind == "ScalarEvent")
        return node


def _events(text: str) -> Iterator[Any]:
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError as error:
        msg = "reading aws-auth needs ruamel.yaml: pip install 'iamtriage[yaml]'"
        raise ImportError(msg) from error
    # The pure reader: the one in C gives no indices, and takes other texts.
    reader: Any = YAML(typ="safe", pure=True)
    try:
        yield from reader.parse(text)
    except YAMLError as error:
        # Scanner and parser mark the place, the reader of characters counts them.
        problem: Any = error
        mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
        at = mark.index if mark else getattr(problem, "position", 0)
        words = getattr(problem, "problem", None) or str(error).partition("\n")[0]
        raise _fault(text, at if isinstance(at, int) else 0, str(words)) from error


def _fault(text: str, index: int, problem: str) -> AwsAuthError:
    line, column = Lines(text).at(min(index, len(text)))
    words = problem.encode("unicode_escape").decode("ascii")[:200]
    msg = f"the YAML cannot be read, line {line}, column {column}: {words}"
    return AwsAuthError(msg, line=line, column=column)


def _joined(value: str) -> str:
    """Make one character of two surrogates, which is how JSON writes what is outside of the first plane."""
    return _SURROGATES.sub(lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"), value)
