"""Find the maps of an aws-auth ConfigMap in a text.

``mapRoles``, ``mapUsers``, and ``mapAccounts`` can be in a whole manifest, in ``data`` alone, in a ``List``,
in the output of ``kubectl get`` with ``-o yaml`` or ``-o json``, and in one of several YAML documents. Each
map is a string that contains YAML, which is parsed as well. Positions refer to the outer text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import quote_text, wrong_type_message
from iamtriage.aws_auth._yaml.embedding import Edit, EmbeddedText
from iamtriage.aws_auth._yaml.nodes import Lines, Node, compose, is_null, is_text, mapping_items
from iamtriage.exceptions import AwsAuthError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("ConfigMap", "MapText", "parse_config_map", "require_text")

_MAP_NAMES = ("mapRoles", "mapUsers", "mapAccounts")

# Name without its final s, in lower case -> name.
_BY_SINGULAR = {re.sub("s$", "", name).lower(): name for name in _MAP_NAMES}
_NOT_LETTERS = re.compile("[^a-z]")
# The strings that the authenticator reads as an empty map.
_EMPTY_MAPS = frozenset({"", "``", '""'})


class MapText:
    """One of the three maps, parsed.

    Attributes:
        name: ``"mapRoles"``, ``"mapUsers"``, or ``"mapAccounts"``.
        text: The YAML in the map's value.
        root: Its root node; ``None`` if it is empty or cannot be parsed.
        line: The line in the source on which the value begins.
        error: Why it cannot be parsed.
        is_not_text: Whether the value is not a string but, for example, a list, which Kubernetes rejects.
    """

    def __init__(self, name: str, source: str, node: Node, lines: Lines) -> None:
        self.name = name
        self.root: Node | None = None
        self.error: AwsAuthError | None = None
        self.is_not_text = not is_text(node) and not is_null(node)
        self.line, self._column = lines.locate(node.start)
        self._lines = lines
        self._embedded = EmbeddedText(source, node if is_text(node) else attrs.evolve(node, is_shared=True))
        self.text = node.value if is_text(node) else ""
        if self.is_not_text:
            actual = {"sequence": "a YAML list", "mapping": "a YAML mapping"}.get(node.kind, "not a string")
            self._fail(
                f"{name} is {actual}, but Kubernetes requires a string: write `{name}: |`",
                self.line,
                self._column,
            )
        elif self.text.strip() not in _EMPTY_MAPS:
            self._compose()

    def _compose(self) -> None:
        try:
            roots = compose(self.text, first_only=True)
        except AwsAuthError as error:
            line, column = self.locate(self._to_index(error.line, error.column))
            reason = str(error).partition(": ")[2]
            self._fail(f"invalid YAML in {self.name}, line {line}, column {column}: {reason}", line, column)
        else:
            self.root = roots[0] if roots and not is_null(roots[0]) else None

    def _fail(self, message: str, line: int, column: int) -> None:
        self.error = AwsAuthError(message, line=line, column=column)

    def _to_index(self, line: int, column: int) -> int:
        starts = [0, *(line_break.end() for line_break in re.finditer("\r\n|[\n\r]", self.text))]
        # A problem at the end of the text is reported after the last word, not on a later line.
        return min(starts[min(line, len(starts)) - 1] + column - 1, len(self.text.rstrip()))

    def locate(self, index: int) -> tuple[int, int]:
        """Return the line and column in the source of a character of the text."""
        return self._lines.locate(self._embedded.source_index(index))

    def line_of(self, node: Node) -> int:
        """Return the line in the source on which a node of the text begins."""
        return self.locate(node.start)[0]

    def to_source_edits(self, edits: list[Edit]) -> list[Edit]:
        """Convert edits of the text to edits of the source."""
        return self._embedded.to_source_edits(edits)


@attrs.define(eq=False)
class ConfigMap:
    """The maps of an aws-auth ConfigMap in a text.

    Attributes:
        maps: The maps in the order of the text; of duplicate keys, the last.
        misspelled: The keys that resemble a map's name, with their line and that name.
        duplicate_keys: The keys that occur more than once, with the line of the first.
        line: The line on which the data begins.
    """

    maps: tuple[MapText, ...] = ()
    misspelled: tuple[tuple[str, int, str], ...] = ()
    duplicate_keys: tuple[tuple[str, int], ...] = ()
    line: int = 1


def require_text(text: object) -> str:
    """Return the text of a ConfigMap.

    Raises:
        TypeError: The text is not a string.
    """
    if not isinstance(text, str):
        raise TypeError(wrong_type_message("text", "a string", text))
    return text


def _correct_name(key: str) -> str | None:
    """Return the map's name that a misspelled key resembles.

    >>> [_correct_name(key) for key in ("maproles", "map_user", "mapRoles", "other")]
    ['mapRoles', 'mapUsers', None, None]
    """
    if key in _MAP_NAMES or len(key) > 20:
        return None
    return _BY_SINGULAR.get(_NOT_LETTERS.sub("", key.lower()).removesuffix("s"))


def parse_config_map(text: str) -> ConfigMap:
    r"""Parse a ConfigMap and its maps.

    Raises:
        AwsAuthError: The text around the maps is not YAML, or contains no mapping. If a map cannot be
            parsed, the map has an ``error``.

    >>> [(found.name, found.line) for found in parse_config_map("data:\n  mapRoles: |\n    []\n").maps]
    [('mapRoles', 2)]
    """
    roots = compose(text)
    lines = Lines(text)
    data: Node | None = None
    best_score = 0
    for root in roots:
        for candidate in _find_candidates(root):
            score, candidate_data = _score(candidate)
            # If kubectl applies several ConfigMaps with the same name, the last one remains.
            if candidate_data is not None and score >= best_score:
                best_score, data = score, candidate_data
    if data is None:
        return _config_map_without_data(roots, lines)
    if data.kind != "mapping" and not is_null(data):
        line, column = lines.locate(data.start)
        msg = f"data must be a mapping, line {line}, column {column}"
        raise AwsAuthError(msg, line=line, column=column)
    return _build_config_map(text, data, lines)


def _config_map_without_data(roots: list[Node], lines: Lines) -> ConfigMap:
    for root in roots:
        if root.kind != "mapping" and not is_null(root):
            line, column = lines.locate(root.start)
            actual = "a list" if root.kind == "sequence" else quote_text(root.value)
            msg = (
                f"not a ConfigMap, line {line}, column {column}: expected a mapping with `data`, got {actual}"
            )
            raise AwsAuthError(msg, line=line, column=column)
    return ConfigMap()


def _find_candidates(root: Node) -> Iterator[Node]:
    """Yield the nodes that can be a ConfigMap: the items of a list, and the root."""
    items = _get_value(root, "items")
    if items is not None and items.kind == "sequence":
        yield from items.items
    yield root


def _get_value(node: Node, key: str) -> Node | None:
    """Return the value of a key; of duplicate keys, the last."""
    result = None
    for name, value in mapping_items(node):
        if name.kind == "scalar" and name.value == key:
            result = value
    return result


def _score(node: Node) -> tuple[int, Node | None]:
    """Return how much a node looks like the aws-auth ConfigMap, and the node of its data."""
    if node.kind != "mapping":
        return 0, None
    kind, data, metadata = _get_value(node, "kind"), _get_value(node, "data"), _get_value(node, "metadata")
    name = _get_value(metadata, "name") if metadata else None
    is_config_map = kind is not None and kind.value == "ConfigMap"
    if is_config_map and name is not None and name.value == "aws-auth":
        # Even without data, this is certainly the ConfigMap.
        return 6, data or Node("mapping", node.start, node.start)
    if data is not None and _has_maps(data):
        return (5 if is_config_map else 4), data
    if _has_maps(node):
        return 3, node
    if data is not None:
        return (2 if is_config_map else 1), data
    return 0, None


def _has_maps(node: Node) -> bool:
    return any(key.value in _MAP_NAMES or _correct_name(key.value) for key, _ in mapping_items(node))


def _build_config_map(text: str, data: Node, lines: Lines) -> ConfigMap:
    last: dict[str, Node] = {}
    first: dict[str, Node] = {}
    misspelled: list[tuple[str, int, str]] = []
    duplicate_keys: dict[str, int] = {}
    for key, value in mapping_items(data):
        name = key.value
        if name in first:
            duplicate_keys.setdefault(name, lines.locate(first[name].start)[0])
        first.setdefault(name, key)
        if name in _MAP_NAMES:
            last[name] = value
        correct_name = _correct_name(name)
        if correct_name:
            misspelled.append((name, lines.locate(key.start)[0], correct_name))
    maps = (MapText(name, text, node, lines) for name, node in last.items())
    line = lines.locate(data.start)[0]
    return ConfigMap(tuple(maps), tuple(misspelled), tuple(duplicate_keys.items()), line)
