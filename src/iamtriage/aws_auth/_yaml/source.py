"""The maps of an aws-auth ConfigMap in the text that holds them; not for what their entries say.

Finds ``mapRoles``, ``mapUsers`` and ``mapAccounts`` in a whole manifest, in ``data`` alone, in a ``List``, in
what ``kubectl get -o yaml`` and ``-o json`` print, and among several YAML documents. Each holds YAML as text,
which is read in its turn; places are those of the outer text all the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import quote_text
from iamtriage.aws_auth._yaml.embedding import Edit, Embedded
from iamtriage.aws_auth._yaml.nodes import Lines, Node, compose, is_null, is_text, pairs
from iamtriage.exceptions import AwsAuthError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("MAP_NAMES", "ConfigMap", "MapText", "checked", "meant", "read")

MAP_NAMES = ("mapRoles", "mapUsers", "mapAccounts")

_MISSPELT = {re.sub("s$", "", name).lower(): name for name in MAP_NAMES}
_NO_LETTER = re.compile("[^a-z]")
# How Go's reader of the ConfigMap writes nothing.
_EMPTY = frozenset({"", "``", '""'})


class MapText:
    """One of the three maps: its text, read.

    Attributes:
        name: ``"mapRoles"``, ….
        text: the YAML that the value holds.
        root: its node; None where it is empty or cannot be read.
        line: where the value begins in the source.
        error: why it cannot be read.
        not_text: whether the value is none that Kubernetes takes, such as a YAML list.
    """

    def __init__(self, name: str, source: str, node: Node, lines: Lines) -> None:
        self.name = name
        self.root: Node | None = None
        self.error: AwsAuthError | None = None
        self.not_text = not is_text(node) and not is_null(node)
        self.line, self._column = lines.at(node.start)
        self._lines = lines
        self._embedded = Embedded(source, node if is_text(node) else attrs.evolve(node, shared=True))
        self.text = node.value if is_text(node) else ""
        if self.not_text:
            what = "a YAML list" if node.kind == "sequence" else "not text"
            self._fail(f"{name} is {what}, Kubernetes wants text: write `{name}: |`", self.line, self._column)
        elif self.text.strip() not in _EMPTY:
            self._compose()

    def _compose(self) -> None:
        try:
            roots = compose(self.text, first_only=True)
        except AwsAuthError as error:
            line, column = self.at(self._index(error.line, error.column))
            reason = str(error).partition(": ")[2]
            self._fail(
                f"the YAML in {self.name} cannot be read, line {line}, column {column}: {reason}",
                line,
                column,
            )
        else:
            self.root = roots[0] if roots and not is_null(roots[0]) else None

    def _fail(self, message: str, line: int, column: int) -> None:
        self.error = AwsAuthError(message, line=line, column=column)

    def _index(self, line: int, column: int) -> int:
        starts = [0, *(found.end() for found in re.finditer("\r\n|[\n\r]", self.text))]
        # What is missing at the end is missing behind the last word, not below it.
        return min(starts[min(line, len(starts)) - 1] + column - 1, len(self.text.rstrip()))

    def at(self, index: int) -> tuple[int, int]:
        """Give line and column in the source of a character of the text."""
        return self._lines.at(self._embedded.place(index))

    def line_of(self, node: Node) -> int:
        """Give the line in the source where a node of the text begins."""
        return self.at(node.start)[0]

    def outer(self, edits: list[Edit]) -> list[Edit]:
        """Turn edits of the text into edits of the source."""
        return self._embedded.outer(edits)


@attrs.define(eq=False)
class ConfigMap:
    """Where an aws-auth ConfigMap stands in a text.

    Attributes:
        maps: its maps, by their order in the text; of keys that stand twice, the last.
        misspelt: keys that are meant to be one of the maps, with their line and what they should be.
        doubled: keys that stand twice, with the line of the first.
        line: where its data begin.
    """

    maps: tuple[MapText, ...] = ()
    misspelt: tuple[tuple[str, int, str], ...] = ()
    doubled: tuple[tuple[str, int], ...] = ()
    line: int = 1


def checked(text: object) -> str:
    """Give the text back.

    Raises:
        TypeError: it is no text.
    """
    if not isinstance(text, str):
        msg = f"a ConfigMap is text, not {type(text).__name__}"
        raise TypeError(msg)
    return text


def meant(key: str) -> str | None:
    """Give the map that a misspelt key was to be.

    >>> meant("maproles"), meant("map_user"), meant("mapRoles"), meant("other")
    ('mapRoles', 'mapUsers', None, None)
    """
    if key in MAP_NAMES or len(key) > 20:
        return None
    return _MISSPELT.get(_NO_LETTER.sub("", key.lower()).removesuffix("s"))


def read(text: str) -> ConfigMap:
    r"""Find the ConfigMap.

    Raises:
        AwsAuthError: the text around the maps cannot be read, or holds no mapping. What is wrong inside of a
            map is the map's ``error``.

    >>> [(found.name, found.line) for found in read("data:\n  mapRoles: |\n    []\n").maps]
    [('mapRoles', 2)]
    """
    roots = compose(text)
    lines = Lines(text)
    data: Node | None = None
    best = 0
    for root in roots:
        for candidate in _candidates(root):
            score, found = _score(candidate)
            # Of equal ones the last is what is left when all are applied.
            if found is not None and score >= best:
                best, data = score, found
    if data is None:
        return _without_maps(roots, lines)
    if data.kind != "mapping" and not is_null(data):
        line, column = lines.at(data.start)
        msg = f"data is no mapping, line {line}, column {column}: a ConfigMap's data are names and texts"
        raise AwsAuthError(msg, line=line, column=column)
    return _config_map(text, data, lines)


def _without_maps(roots: list[Node], lines: Lines) -> ConfigMap:
    for root in roots:
        if root.kind != "mapping" and not is_null(root):
            line, column = lines.at(root.start)
            what = "a list" if root.kind == "sequence" else quote_text(root.value)
            msg = f"no ConfigMap, line {line}, column {column}: a mapping with `data` is wanted, not {what}"
            raise AwsAuthError(msg, line=line, column=column)
    return ConfigMap()


def _candidates(root: Node) -> Iterator[Node]:
    items = _value(root, "items")
    if items is not None and items.kind == "sequence":
        yield from items.items
    yield root


def _value(node: Node, key: str) -> Node | None:
    found = None
    for name, value in pairs(node):
        if name.kind == "scalar" and name.value == key:
            found = value
    return found


def _score(node: Node) -> tuple[int, Node | None]:
    """Say how much a node looks like the ConfigMap, and give the node of its data."""
    if node.kind != "mapping":
        return 0, None
    kind, data, metadata = _value(node, "kind"), _value(node, "data"), _value(node, "metadata")
    name = _value(metadata, "name") if metadata else None
    is_config_map = kind is not None and kind.value == "ConfigMap"
    if is_config_map and name is not None and name.value == "aws-auth":
        # Without data there is nothing to read, but that it is the ConfigMap is certain.
        return 6, data or Node("mapping", node.start, node.start)
    if data is not None and _has_maps(data):
        return (5 if is_config_map else 4), data
    if _has_maps(node):
        return 3, node
    if data is not None:
        return (2 if is_config_map else 1), data
    return 0, None


def _has_maps(node: Node) -> bool:
    return any(key.value in MAP_NAMES or meant(key.value) for key, _ in pairs(node))


def _config_map(text: str, data: Node, lines: Lines) -> ConfigMap:
    last: dict[str, Node] = {}
    first: dict[str, Node] = {}
    misspelt: list[tuple[str, int, str]] = []
    doubled: dict[str, int] = {}
    for key, value in pairs(data):
        name = key.value
        if name in first:
            doubled.setdefault(name, lines.at(first[name].start)[0])
        first.setdefault(name, key)
        if name in MAP_NAMES:
            last[name] = value
        right = meant(name)
        if right:
            misspelt.append((name, lines.at(key.start)[0], right))
    maps = (MapText(name, text, node, lines) for name, node in last.items())
    return ConfigMap(tuple(maps), tuple(misspelt), tuple(doubled.items()), lines.at(data.start)[0])
