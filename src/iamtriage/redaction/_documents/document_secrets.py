"""Find the secrets in documents by their keys and by the content of each string.

A secret is at most one value, so the rest of a document stays unchanged. A string can contain another
document or any other text, which is searched, too.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.view import View
from iamtriage._text import SECRET_SIGNS
from iamtriage.redaction._documents.encoded_texts import find_cells, find_program_strings, find_scripts
from iamtriage.redaction._documents.hcl_spans import find_hcl
from iamtriage.redaction._documents.json_spans import find_json
from iamtriage.redaction._documents.keys import (
    Announced,
    announce_items,
    announce_key,
    announce_members,
    announce_pairs,
    list_secret_keys,
)
from iamtriage.redaction._documents.nodes import Node, Scalar
from iamtriage.redaction._documents.prefixed_lines import break_lines, has_prefixed_lines
from iamtriage.redaction._documents.toml_spans import find_toml
from iamtriage.redaction._documents.xml_spans import find_xml
from iamtriage.redaction._documents.yaml_texts import find_yaml
from iamtriage.redaction._secret_spans import FoundSecret
from iamtriage.redaction._vocabulary.markers import MARKER
from iamtriage.redaction._vocabulary.notations import FILLER
from iamtriage.redaction._vocabulary.searched_text import fill_spans, fold_case, zero_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from iamtriage._reading.vocabulary.view import Edit
    from iamtriage.redaction._documents.nodes import Item, Places, Value
    from iamtriage.redaction._documents.yaml_spans import YamlReader
    from iamtriage.redaction._vocabulary.markers import Secret

    Find = Callable[[str], Iterable[FoundSecret]]
    # A value, its characters if it is a scalar, and what is known about it.
    _Open = tuple[Value, str | None, Announced | None]
    # A value, or its form and signs; what is known about it; whether it is text, and quoted.
    _Key = tuple[str | tuple[str, ...], tuple[object, ...] | None, bool, bool]
    # What a value is, if all of it is a secret; otherwise the secrets in it.
    _Searched = tuple[Secret | None, Iterable[FoundSecret]]

__all__ = ("Documents", "find_in_content", "find_in_scalar")

# The minimum length of a text with a name and its value.
_MIN_LENGTH = 5
# The maximum length of a value that is remembered.
_MAX_REMEMBERED = 64
# A part of each sign that contains digits, such as the port of a server of PostgreSQL and the command 7z.
_SIGN_WITH_DIGIT = re.compile(r"%[0-9]|:[1-9]|\\u|7z|a3t|k8s|ojb3|v5|334 ")
# The minimum length of a key that contains a secret.
_MIN_KEY = 12
# The minimum length of a word that has the form of a secret.
_MIN_TOKEN = 16
# Before the JSON of a secret: "--secret-string '", "secret_string = jsonencode(".
_SECRET_STRING = re.compile(
    r"secret[-_]?string[\"']?(?:[ \t]|[:=]\s{0,40}|jsonencode\(|\\{0,8}[\"']){1,40}\Z", re.IGNORECASE
)
_MAX_BEFORE = 80
# Before the JSON of a patch: "kubectl patch secret orders-db -p '".
_PATCH = re.compile(r"patch secrets?[ /][^\n]{1,300}?[ ](?:-p|--patch)[ =][\"']?\Z")
_MAX_PATCH = 400
# The maximum distance between an access key ID and its secret, with their lengths. In characters.
_MAX_PAIR = 600
# The beginning or end of a code block, or a command after a prompt.
_BORDER = re.compile(r"\n(?:[ ]{0,8}(?:```|~~~)|(?:[^\s$]{1,60})?\$ )[^\n]*+")
# In characters.
_MIN_PART = 12
# More parts that are shorter on average do not occur in real texts, and would take long.
_MAX_SHORT_PARTS = 100
_MIN_CHARS_PER_PART = 100
_SECRET_STRING_SIGNS = ("ecret-string", "ecret_string", "ecretString", "ecretstring", "ECRET_STRING")


class Documents:
    """The documents of a text.

    Args:
        text: The text.
        announced: What is known about the text.
    """

    def __init__(self, text: str, announced: Announced | None = None) -> None:
        self._text = text
        self._announced = announced
        self._has_secret_strings = ("ecret" in text or "ECRET" in text) and any(
            sign in text for sign in _SECRET_STRING_SIGNS
        )
        self._has_patches = "patch secret" in text
        self._values, self._spans = _find_documents(text)
        # Keys are leaves, too, because no secret extends from one leaf into another.
        self._leaves: list[Scalar] = []
        # The secrets in values that were searched before.
        self._searched: dict[_Key, Iterable[FoundSecret]] = {}

    def __bool__(self) -> bool:
        return bool(self._values)

    def fill(self) -> str:
        """Replace the documents in the text with fillers, so that positions and line breaks stay the same."""
        return fill_spans(self._text, self._spans)

    def find_secrets(self, find: Find) -> Iterator[FoundSecret]:
        """Find the secrets in each value.

        Args:
            find: A function that finds the secrets in the text of a string.
        """
        # A stack, because documents can be nested deeper than Python's stack.
        stack: list[_Open] = [(value, None, self._announce(value)) for value in reversed(self._values)]
        while stack:
            value, content, announced = stack.pop()
            if isinstance(value, Node):
                if value.items:
                    stack += reversed(self._list_children(value, announced))
                continue
            self._leaves.append(value)
            content = value.decode(self._text) if content is None else content
            known = None if value.is_expression else announced
            what, finds = self._search(content, known, value, find)
            # YAML reads a marker without quotes as a list of one string.
            if what and MARKER.match(self._text, max(0, value.start - 1)) is None:
                yield value.mark(FoundSecret(value.start, value.end, what, is_whole=True))
            if finds:
                yield from _relocate(self._text, value, finds)

    def find_across_values(self, find: Find) -> Iterator[FoundSecret]:
        """Find the secrets in and around the documents as text, each clipped to the value it begins in."""
        self._leaves.sort(key=attrgetter("start"))
        starts = [leaf.start for leaf in self._leaves]
        view = View(self._text)
        if len(self._text) > 2 * _MAX_PAIR:
            view.edit(self._list_gaps())
        for found in find(view.text):
            start = view.origin(found.start)
            at = bisect_right(starts, start) - 1
            if at >= 0 and start < self._leaves[at].end:
                leaf = self._leaves[at]
                end = min(view.origin(found.end - 1) + 1, leaf.end)
                yield leaf.mark(FoundSecret(start, end, found.what, "", *found[4:]))

    def _list_gaps(self) -> Iterator[Edit]:
        """Yield the edits that replace the text far from documents with a filler."""
        done = 0
        for low, high in [*self._spans, (len(self._text) + _MAX_PAIR, 0)]:
            start, end = done + _MAX_PAIR if done else 0, low - _MAX_PAIR
            end = self._text.rfind("\n", start, max(start, end)) + 1
            if end > start:
                yield start, end - 1, FILLER
            done = high

    def _search(self, content: str, known: Announced | None, value: Scalar, find: Find) -> _Searched:
        """Search a value. Short values that are equal, or differ only in digits, are searched once."""
        is_searched = value.is_text and not _is_word(content)
        if not (known or is_searched):
            return None, ()
        key = (content, known, value.is_text, value.is_quoted)
        if key in self._searched:
            return None, self._searched[key]
        what = known and known.secret_in(content, is_text=value.is_text, is_quoted=value.is_quoted)
        if what or not is_searched:
            return what, ()
        if known and (token := known.find_bearer_token(content)):
            return None, (token,)
        similar: _Key | None = None
        if len(content) <= _MAX_REMEMBERED:
            name = known.name if known else None
            folded = fold_case(content)
            signs = SECRET_SIGNS.findall(folded) if _SIGN_WITH_DIGIT.search(folded) else ()
            zeroed = (zero_digits(f"{name.key} {content}" if name else content), *signs)
            # Without the key, of which the zeroed text says more.
            similar = (zeroed, (name[:2], name[3:], known[1:]) if name and known else known, *key[2:])
            if similar in self._searched:
                return None, self._searched[similar]
        finds: Iterable[FoundSecret] = find_in_content(content, known, find, is_quoted=value.is_quoted)
        if similar:
            finds = [*finds]
            self._searched[key] = self._searched[similar] = finds
        return None, finds

    def _announce(self, value: Value) -> Announced | None:
        """Return what the text before a document announces: a command option, or a name in HCL."""
        if self._announced is not None:
            return self._announced
        if self._has_patches and _PATCH.search(self._text, max(0, value.start - _MAX_PATCH), value.start):
            return Announced(is_secret_object=True)
        low = max(0, value.start - _MAX_BEFORE)
        if self._has_secret_strings and _SECRET_STRING.search(self._text, low, value.start):
            return Announced(is_secret_string=True)
        return None

    def _list_children(self, node: Node, announced: Announced | None) -> list[_Open]:
        if node.kind == "object" and announced is not None and announced.content is not None:
            announced = announced.content
        if announced is None and node.kind == "object" and len(node.items) == 1:
            [item] = node.items
            if not isinstance(item.value, Node):
                return self._get_only_child(item, item.value)
        keys = [item.key for item in node.items if item.key is not None]
        long_keys = [key for key in keys if key.end - key.start >= _MIN_KEY]
        self._leaves += (key for key in keys if key.end - key.start < _MIN_KEY)
        values = [
            None if isinstance(item.value, Node) else item.value.decode(self._text) for item in node.items
        ]
        if node.kind == "list":
            names = announce_items(values, announced)
        else:
            names = announce_members(
                [self._name(item) for item in node.items],
                values,
                announced,
                lambda at: list_secret_keys(self._nested(node.items[at].value)),
            )
        if node.kind == "pairs":
            names = [known or paired for known, paired in zip(names, announce_pairs(values), strict=True)]
        children: list[_Open] = [
            (item.value, content, name) for item, content, name in zip(node.items, values, names, strict=True)
        ]
        return [*((key, None, None) for key in long_keys), *children] if long_keys else children

    def _get_only_child(self, item: Item, value: Scalar) -> list[_Open]:
        """Return the only value of an object, which only its key can announce, and the key if it is long."""
        child: _Open = (value, None, announce_key(self._name(item)))
        if item.key is None:
            return [child]
        if item.key.end - item.key.start >= _MIN_KEY:
            return [(item.key, None, None), child]
        self._leaves.append(item.key)
        return [child]

    def _nested(self, value: Value) -> Iterator[tuple[str, str]]:
        """Yield the key of each scalar in a value, and the scalar as text."""
        stack = [value] if isinstance(value, Node) else []
        while stack:
            for item in stack.pop().items:
                if isinstance(item.value, Node):
                    stack.append(item.value)
                else:
                    yield self._name(item), item.value.decode(self._text)

    def _name(self, item: Item) -> str:
        return item.name or (item.key.decode(self._text) if item.key is not None else "")


def find_in_content(
    content: str, known: Announced | None, find: Find, *, is_quoted: bool = True
) -> Iterator[FoundSecret]:
    """Find the secrets in the content of a string that is not itself a secret.

    Args:
        content: The content.
        known: What is known about the string.
        find: A function that finds the secrets in a text.
        is_quoted: Whether quotes or the notation show where the string ends.
    """
    if known is None:
        yield from find(content)
        return
    if known.content is not None and content.lstrip().startswith("{"):
        yield from Documents(content, known.content).find_secrets(find)
    yield from known.find_in(content, find, is_quoted=is_quoted)


def _find_documents(text: str) -> tuple[list[Value], list[tuple[int, int]]]:
    """Return the documents of a text, in text order, and the parts of the text that belong to them."""
    values: list[Value] = []
    if "{" in text or "[" in text:
        values = [*find_json(text)]
        if len(values) == 1 and values[0].start == 0 and values[0].end == len(text.rstrip()):
            return values, [(0, values[0].end)]
    hcl = [*find_hcl(text)] if "=" in text else []
    if hcl and hcl[0].end - hcl[0].start == len(text):
        return [*hcl], [(0, len(text))]
    toml = find_toml(text) if "=" in text and "\n" in text else None
    if toml:
        return [toml], [(0, len(text))]
    xml = [*find_xml(text)] if "</" in text or "/>" in text else []
    if len(xml) == 1 and xml[0].start == 0 and xml[0].end == len(text.rstrip()):
        return [*xml], [(0, xml[0].end)]
    yaml = _read_yaml(text)
    if yaml:
        return yaml.documents, _find_gaps(yaml.comments, len(text))
    others: list[Value] = [*hcl]
    # Line breaks can be escaped.
    lined = dict.fromkeys((text, break_lines(text)) if xml else ())
    others += (
        node for node in xml if not any(has_prefixed_lines(each, node.start, node.end) for each in lined)
    )
    others += _find_parts(text)
    # A document at the beginning of a line is not in a string.
    may_be_inside = any(value.start and text[value.start - 1] != "\n" for value in (*values, *others))
    cells = [*find_cells(text), *find_scripts(text)]
    strings = [*find_program_strings(text)] if may_be_inside else []
    # JSON in a cell or a script is a part of it, but the quotes of JSON in a string show that it is JSON.
    values = [*_without_overlaps([*cells, *values, *strings, *others], {*cells, *strings})]
    return values, [(value.start, value.end) for value in values]


def _find_parts(text: str) -> Iterator[Scalar]:
    """Yield each part of a text that is YAML or TOML: a code block, or the output of a command."""
    if "```" not in text and "~~~" not in text and "$ " not in text:
        return
    start = count = 0
    # A text is searched faster for the line break before a line than for its start.
    for border in _BORDER.finditer(f"\n{text}"):
        if _is_document(text, start, border.start()):
            yield Scalar(start, border.start())
            count += 1
        start = min(border.end(), len(text))
        if count > _MAX_SHORT_PARTS and start < count * _MIN_CHARS_PER_PART:
            return
    if start and _is_document(text, start, len(text)):
        yield Scalar(start, len(text))


def _is_document(text: str, start: int, end: int) -> bool:
    part = text[start:end] if end - start >= _MIN_PART else ""
    return (":" in part and _read_yaml(part) is not None) or ("=" in part and find_toml(part) is not None)


def _read_yaml(text: str) -> YamlReader | None:
    # A line of a diff begins with a sign, also before a word.
    has_prefix = text.lstrip(" ")[:1] == "+" or has_prefixed_lines(text, 0, len(text), signs="+>|*$│")
    return None if has_prefix or ":" not in text else find_yaml(text)


def _without_overlaps(values: list[Value], encoded: AbstractSet[Value]) -> Iterator[Value]:
    """Yield values in text order, without encoded texts, and those that begin in one or in another value."""
    done = 0
    for value in sorted(values, key=attrgetter("start")):
        if value.start >= done:
            if value not in encoded:
                yield value
            done = value.end


def _find_gaps(spans: list[tuple[int, int]], end: int) -> list[tuple[int, int]]:
    """Return the parts of a text that no span covers."""
    edges = [0, *(edge for span in spans for edge in span), end]
    return [(start, stop) for start, stop in zip(edges[::2], edges[1::2], strict=True) if start < stop]


def find_in_scalar(text: str, scalar: Scalar, find: Find) -> Iterator[FoundSecret]:
    """Find the secrets in a scalar of a text.

    Args:
        text: The text.
        scalar: The scalar.
        find: A function that finds the secrets in the decoded scalar.
    """
    yield from _relocate(text, scalar, find(scalar.decode(text)))


def _is_word(content: str) -> bool:
    """Return whether a string is too short for a secret, or a word that does not have the form of one."""
    size = len(content)
    return size < _MIN_LENGTH or content.isalpha() or (size < _MIN_TOKEN and content.isalnum())


def _relocate(text: str, scalar: Scalar, finds: Iterable[FoundSecret]) -> Iterator[FoundSecret]:
    """Yield the secrets of a decoded scalar at their positions in the text."""
    places: Places = []
    for found in finds:
        places = places or scalar.list_places(text)
        first = last = 0
        if len(places) > 1:
            first = bisect_right(places, (found.start, sys.maxsize)) - 1
            # Text that decodes to no character is not part of a secret before it.
            last = bisect_left(places, (found.end, 0))
            last -= last == len(places) or places[last][0] != found.end
        start = places[first][1] + found.start - places[first][0]
        end = places[last][1] + found.end - places[last][0]
        # Faster than a copy with changes.
        yield scalar.mark(FoundSecret(start, min(end, scalar.end), *found[2:5], is_dashed=found.is_dashed))
