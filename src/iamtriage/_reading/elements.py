"""Find the failures in the elements of a document that reports several, such as a list of results or a test report.

Each element is a text for itself: neighbors can report other calls, and their facts must not be mixed.
"""

from __future__ import annotations

import re
from itertools import chain, pairwise, zip_longest
from typing import TYPE_CHECKING, NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from iamtriage.failures._building import move_failure
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.entries.open_entries import Entry, Find, Parts
    from iamtriage.failures._failures import Failure


_START = lazy_pattern(r"[\[{]\s*+[\[{\"']|<\?xml\b|<test")
# Only documents with several objects, and test reports, have these.
_SIGNS = ("},", '",', "',", "<test")
# A part of a long document starts with an element.
_PART_START = lazy_pattern(r"[\[{\"'<]")
# An attribute that can state an error.
_SENTENCE = lazy_pattern(r"=\s*(?:\"[^\"]{30}|'[^']{30})")
# A string, a bracket or comma, or another value of JSON, Python or JavaScript.
_JSON = lazy_pattern(
    r"(?P<string>\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+')|(?P<sign>[\[\]{}:,])|[^\s\"'\\\[\]{}:,]++|\\.|[\"']",
    re.DOTALL,
)
_ATTRIBUTE = r"\s++[\w:.-]++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')"
_XML = lazy_pattern(
    rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(?P<close>/?+)(?P<tag>[A-Za-z_][\w:.-]*+)(?:{_ATTRIBUTE})*+\s*+(?P<empty>/?+)>",
    re.DOTALL,
)
# A list of these strings has the lines of one output.
_LINES = lazy_pattern(r"(?i:lines|output|stdout|stderr|stack|trace|frames|logs?\b)")
# An object with one of these keys reports one error.
_PART = lazy_pattern(
    r"(?i:code|mess|msg|err|exception|reason|cause|type|stack|trace|detail|status|std|output|body|text|title|desc|summary|log)"
)
_STRING = '"'
# A part of a long document can start with an element.
_BETWEEN = lazy_pattern(r"[\"']?\s*,?\s*(?:(?:\"[^\"\\]*+\"|'[^'\\]*+')\s*:\s*)?[\"']?")
# Shorter strings state no failure.
_MIN_LENGTH = 30
_CDATA = "<![CDATA["
_OPENING, _CLOSING = frozenset("[{"), frozenset("]}")
# Elements with only these keys are the fields of one record.
_FIELD_KEYS = frozenset({"name", "key", "field", "label", "value", "type"})
# The objects under these keys are about one call.
_PART_KEYS = frozenset({"request", "response", "error", "cause", "err", "exception"})
# The elements of the errors of AWS.
_AWS_TAGS = frozenset({"Error", "Errors", "Message", "Code", "member", "Type"})
_MAX_DEPTH = 40
_MAX_SILENT = 50
# The depth at which strings are not read as logs.
_WITHOUT_STRINGS = 99
# Lists in lists. At each level, text can be read once more.
_MAX_LEVELS = 3
# How many failures outside of elements to compare with those in them.
_MAX_SUMMARIES = 8


@attrs.define(eq=False)
class _Node:
    """A list, an object, a string or an XML element.

    Attributes:
        kind: ``"["``, ``"{"``, a quote or the tag; empty for the document.
        start: Where it starts.
        end: Where it ends.
        key: The last key of the object that contains it.
        keys: The keys of an object.
        nodes: The nodes in it.
    """

    kind: str
    start: int
    end: int = 0
    key: str = ""
    keys: list[str] = attrs.field(factory=list[str])
    nodes: list[_Node] = attrs.field(factory=list["_Node"])


def read_elements(entry: Entry, find: Find, depth: int) -> Parts | None:
    """Return the failures in a document whose elements report at least two, ``None`` for any other entry.

    Args:
        entry: The entry.
        find: The function that finds the failures in an entry, by its depth.
        depth: In how many strings the entry is.

    Returns:
        The elements and the rest of the document, each with its failures.
    """
    text, prefixes = entry.text, entry.prefixes
    if not any(sign in text for sign in _SIGNS):
        return None
    # A logger can write a document in its message.
    pattern = _PART_START if entry.format == "json" else _START
    opened = pattern.search(text, prefixes[0][1] if prefixes else 0)
    if opened is None or (prefixes and prefixes[-1][1] > opened.start()):
        return None
    is_xml = opened[0].startswith("<")
    root = (_parse_xml if is_xml else _parse_json)(text, opened.start())
    found = _read_elements(entry, root, _Finder(find, depth, is_xml))
    return found or None


class _Finder(NamedTuple):
    find: Find
    depth: int
    is_xml: bool

    def read(self, entry: Entry, node: _Node, hidden: Sequence[_Node] = ()) -> Parts:
        """Return the failures in a node of a document, without those in some of its nodes."""
        at = node.start
        text = entry.text[at : node.end]
        if hidden:
            shown = [at, *(each.end for each in hidden)], [*(each.start for each in hidden), node.end]
            rest = [entry.text[start:end] for start, end in zip(*shown, strict=True)]
            blanks = [" " * (each.end - each.start) for each in hidden]
            text = "".join(chain.from_iterable(zip_longest(rest, blanks, fillvalue="")))
            if not may_contain_failure(text):
                return []
        element = entry._replace(
            text=_blank_tags(text) if self.is_xml else text,
            start=0,
            prefixes=() if at else entry.prefixes,
            following="",
            statements=(),
        )

        def move(start: int, end: int) -> tuple[int, int]:
            return at + start, at + end

        found: Parts = []
        for failures, part in self.find(element, self.depth):
            for failure in failures:
                move_failure(failure, entry.text, move)
            start = at + part.start
            words = entry.text[start : start + len(part.text)]
            found.append((failures, part._replace(text=words, start=entry.start + start)))
        return found


def _read_elements(entry: Entry, node: _Node, finder: _Finder, level: int = 0) -> Parts:
    """Return the failures in the elements of a node if they report at least two, and in the rest of it."""
    elements = list(_find_elements(entry.text, node, is_xml=finder.is_xml)) if level < _MAX_LEVELS else []
    found: Parts = []
    silent: list[_Node] = []
    for element in elements:
        parts = _read_elements(entry, element, finder, level + 1) or finder.read(entry, element)
        if any(failures for failures, _ in parts):
            found += parts
        else:
            silent.append(element)
            if len(silent) == _MAX_SILENT and not found:
                # The elements are no reports.
                return []
    if sum(len(failures) for failures, _ in found) <= 1:
        return []
    if elements[0].kind == _STRING:
        plain = finder._replace(depth=_WITHOUT_STRINGS)
        if not any(failures for failures, _ in plain.read(entry, node)):
            # Source code lists the messages that it compares.
            return []
    found = _merge_repeats(found)
    found = _merge_rest(found, finder.read(entry, node, elements))
    if silent:
        # Next to failures of AWS, less is certain to be one, such as a code alone.
        for failures, part in finder.read(entry, node):
            found.append(([each for each in failures if _is_in_one(each, silent)], part))
    return found


def _is_in_one(failure: Failure, nodes: Sequence[_Node]) -> bool:
    """Return whether all that a failure states is in one of some nodes."""
    starts, ends = zip(failure.span, *failure.spans.values(), strict=True)
    return any(node.start <= min(starts) and max(ends) <= node.end for node in nodes)


def _blank_tags(text: str) -> str:
    """Return an XML element without its tags, at the same positions, but with those whose attributes can state an error."""

    def blank(token: re.Match[str]) -> str:
        words, tag = token[0], token["tag"]
        if tag is None:
            is_data = words.startswith(_CDATA)
            return words.replace(_CDATA, " " * len(_CDATA), 1).replace("]]>", "   ") if is_data else words
        return words if _SENTENCE.search(words) else "\n".ljust(len(words))

    return _XML.sub(blank, text) if text.startswith("<") else text


def _merge_repeats(parts: Parts) -> Parts:
    """Drop failures that the element before or after states in the same words, with the same or more facts."""
    reports = _list_reports(parts)
    repeats: set[int] = set()
    for index, report in enumerate(reports):
        for other in (index - 1, index + 1):
            if (
                0 <= other < len(reports)
                and (other < index or report.facts != reports[other].facts)
                and _is_in(report, reports[other])
            ):
                repeats.add(id(report.failure))
    return _without(parts, repeats)


def _merge_rest(elements: Parts, rest: Parts) -> Parts:
    """Return the failures of elements and of the rest of their document, which can quote one of them, each once."""
    repeats: set[int] = set()
    reports = _list_reports(elements) if rest else []
    for summary in _list_reports(rest)[:_MAX_SUMMARIES]:
        for report in reports:
            if not _is_in(summary, report):
                continue
            is_first = summary.facts == report.facts and summary.failure.span < report.failure.span
            repeats.add(id(report.failure if is_first else summary.failure))
    return _without([*elements, *rest], repeats)


class _Report(NamedTuple):
    failure: Failure
    facts: dict[str, object]
    words: str


def _list_reports(parts: Parts) -> list[_Report]:
    return [
        _Report(
            failure,
            {key: value for key, value in to_record(failure).items() if value is not None},
            failure.text[slice(*failure.span)],
        )
        for failures, _ in parts
        for failure in failures
    ]


def _is_in(first: _Report, second: _Report) -> bool:
    """Return whether the second failure states the first in the same words, with the same or more facts."""
    return (
        first.words in second.words
        and first.facts.items() <= second.facts.items()
        and first.facts.get("deny") == second.facts.get("deny")
    )


def _without(parts: Parts, repeats: set[int]) -> Parts:
    return [([each for each in failures if id(each) not in repeats], part) for failures, part in parts]


def _find_elements(text: str, root: _Node, *, is_xml: bool) -> Iterator[_Node]:
    """Yield the elements of each outermost list in a node with several elements that can contain a failure."""
    pending = [root]
    while pending:
        node = pending.pop()
        hot = [each for each in node.nodes if may_contain_failure(text[each.start : each.end])]
        elements = _elements_of(node, hot, is_xml=is_xml) if len(hot) > 1 else ()
        if elements and (node.kind or _are_neighbors(text, elements)):
            yield from elements
        else:
            pending += reversed(hot)


def _are_neighbors(text: str, nodes: Sequence[_Node]) -> bool:
    """Return whether the nodes outside of all others are parts of one document."""
    return all(_BETWEEN.fullmatch(text, each.end, after.start) for each, after in pairwise(nodes))


def _elements_of(node: _Node, hot: Sequence[_Node], *, is_xml: bool) -> Sequence[_Node]:
    """Return the children of a node that are elements of a list."""
    first = hot[0]
    if is_xml:
        is_list = sum(each.kind == first.kind for each in hot) > 1 and first.kind not in _AWS_TAGS
        return [each for each in node.nodes if each.kind == first.kind] if is_list else ()
    if any(each.kind != first.kind for each in hot):
        return ()
    if first.kind == _STRING:
        # A part of a long document can have elements outside of all lists.
        is_list = node.kind == "[" or not (node.kind or node.keys)
        is_named = len(hot) == len(node.keys) and not any(_PART.search(each) for each in node.keys)
        return hot if is_named or (is_list and _LINES.search(node.key) is None) else ()
    keys = [frozenset(map(str.lower, each.keys)) for each in hot]
    if any(each <= _FIELD_KEYS for each in keys if each):
        return ()
    if node.kind == "{" and (
        any(each != keys[0] for each in keys) or any(each.key.lower() in _PART_KEYS for each in hot)
    ):
        return ()
    # One without a sign of a failure can have a code.
    return [each for each in node.nodes if each.kind == first.kind]


def _parse_json(text: str, start: int) -> _Node:
    """Return the lists and objects in a text from a position, in a list if there are several."""
    stack = [_Node("", 0, len(text))]
    string: re.Match[str] | None = None
    # Where the element of the innermost list starts: JavaScript prints an error before its object.
    at = start
    for token in _JSON.finditer(text, start):
        sign, node = token["sign"], stack[-1]
        if sign is None:
            string = token if token["string"] else None
            continue
        if sign == ":":
            node.keys.append("" if string is None else string[0][1:-1])
        elif string is not None and string.end() - string.start() > _MIN_LENGTH:
            key = node.keys[-1] if node.keys else ""
            node.nodes.append(_Node(_STRING, string.start() + 1, string.end() - 1, key))
        string = None
        if sign in _OPENING and len(stack) < _MAX_DEPTH:
            words = text[at : token.start()] if sign == "{" and node.kind == "[" else ""
            begin = token.start() - len(words.lstrip())
            inner = _Node(sign, begin, len(text), node.keys[-1] if node.keys else "")
            node.nodes.append(inner)
            stack.append(inner)
        elif sign in _CLOSING and len(stack) > 1:
            stack.pop().end = token.end()
        if sign != ":":
            at = token.end()
    return stack[0]


def _parse_xml(text: str, start: int) -> _Node:
    """Return the XML elements in a text from a position."""
    stack = [_Node("", 0, len(text))]
    for token in _XML.finditer(text, start):
        tag = token["tag"]
        if tag is None:
            continue
        if token["close"]:
            if any(each.kind == tag for each in stack[-3:]):
                while stack[-1].kind != tag:
                    stack.pop().end = token.start()
                stack.pop().end = token.end()
        elif len(stack) < _MAX_DEPTH:
            node = _Node(tag, token.start(), token.end() if token["empty"] else len(text))
            stack[-1].nodes.append(node)
            if not token["empty"]:
                stack.append(node)
    return stack[0]
