"""Find the failures in the elements of a document that reports several, such as a list of results or a test report.

Each element is a text for itself: neighbors can report other calls, and their facts must not be mixed.
"""

from __future__ import annotations

from itertools import chain, pairwise, zip_longest
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.nodes import (
    HTML_ITEMS,
    RECORD,
    REST_DEPTH,
    ROW,
    STRING,
    XML_TOKEN,
    Node,
    parse_json,
    parse_xml,
)
from iamtriage._reading.repeats import merge_repeats, merge_rest
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from iamtriage._typing import NamedTuple
from iamtriage.failures._building import move_failure

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.entries.open_entries import Entry, Find, Parts
    from iamtriage.failures._failures import Failure


_START = lazy_pattern(
    r"[\[{]\s*+[\[{\"']|<\?xml\b|<(?:test|(?:html|body|div|section|article|table|t?body|tr|[uo]l|li|pre|details)[\s>])"
)
# The elements of HTML, most of which have parts of one error.
_HTML = HTML_ITEMS | {
    "a", "b", "body", "br", "button", "code", "dd", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "hr", "html", "i", "kbd", "ol", "p", "samp", "small", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tt", "u", "ul",
}  # fmt: skip
_TAG = lazy_pattern(r"<[^<>]*+>")
_DIGITS = lazy_pattern(r"\d+")
# A part of a long document starts with an element.
_PART_START = lazy_pattern(r"[\[{\"'<]")
# An attribute that can state an error.
_SENTENCE = lazy_pattern(r"=\s*(?:\"[^\"]{30}|'[^']{30})")
# A list of these strings has the lines of one output.
_LINES = lazy_pattern(r"(?i:lines|output|stdout|stderr|stack|trace|frames|logs?\b)")
# An object with one of these keys reports one error.
_PART = lazy_pattern(
    r"(?i:code|mess|msg|err|exception|reason|cause|type|stack|trace|detail|status|std|output|body|text|title|desc|summary|log)"
)
# A part of a long document can start with an element.
_BETWEEN = lazy_pattern(r"[\"']?\s*,?\s*(?:(?:\"[^\"\\]*+\"|'[^'\\]*+')\s*:\s*)?[\"']?")
_CDATA = "<![CDATA["
# Elements with only these keys are the fields of one record.
_FIELD_KEYS = frozenset({"name", "key", "field", "label", "value", "type"})
_NAME = lazy_pattern(r"[\d./: -]")
# The objects under these keys are about one call.
_PART_KEYS = frozenset({"request", "response", "error", "cause", "err", "exception"})
# The elements of the errors of AWS.
_AWS_TAGS = frozenset({"Error", "Errors", "Message", "Code", "member", "Type"})
# The key of what a response says about the request, and its IDs.
_METADATA_KEYS = ("ResponseMetadata", "$metadata")
_IDS = {
    "request_id": lazy_pattern(r"[\"'][Rr]equestId[\"']\s*:\s*[\"'](?P<value>[^\"'\s]{1,200})[\"']"),
    "host_id": lazy_pattern(
        r"[\"'](?:HostId|extendedRequestId)[\"']\s*:\s*[\"'](?P<value>[^\"'\s]{1,300})[\"']"
    ),
}
_MAX_SILENT = 50
# The number of characters before and after such an element that can say more about it, up to the ends of lines.
_MAX_NEAR = 2_000
# Lists in sections, and tables in lists.
_MAX_DEPTH = 3
_MIN_REPORTS = 2
# The depth at which strings are not read as logs.
_WITHOUT_STRINGS = 99
# Lists in lists. At each level, text can be read once more.
_MAX_LEVELS = 3


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
    if not (
        "}," in text or '",' in text or "'," in text or ("<" in text and ("<test" in text or "</" in text))
    ):
        return None
    # A logger can write a document in its message.
    pattern = _PART_START if entry.format == "json" else _START
    opened = pattern.search(text, prefixes[0][1] if prefixes else 0)
    if opened is None or (prefixes and prefixes[-1][1] > opened.start()):
        return None
    is_xml = opened[0].startswith("<")
    root = (parse_xml if is_xml else parse_json)(text, opened.start())
    finder = _Finder(find, depth, is_xml)
    parts = _read_elements(entry, root, finder)
    responses = [] if is_xml else _find_responses(text, root)
    if responses:
        parts = _share_requests(entry, parts or finder.read(entry, root), responses)
    return parts or None


class _Response(NamedTuple):
    """A response that lists errors, and the spans of the IDs of its request."""

    node: Node
    ids: dict[str, tuple[int, int]]


def _find_responses(text: str, root: Node) -> list[_Response]:
    """Return the responses in a document that list something, such as errors, with the IDs of their requests."""
    responses: list[_Response] = []
    pending = [root] if any(key in text for key in _METADATA_KEYS) else []
    while pending:
        node = pending.pop()
        pending += node.nodes
        metadata = next((each for each in node.nodes if each.key in _METADATA_KEYS), None)
        if metadata and any(each.kind == "[" for each in node.nodes):
            ids = {
                name: m.span("value")
                for name, pattern in _IDS.items()
                if (m := pattern.search(text, metadata.start, metadata.end))
            }
            responses.append(_Response(node, ids))
    return responses


def _share_requests(entry: Entry, parts: Parts, responses: Sequence[_Response]) -> Parts:
    """Return failures with the IDs of the response that lists them, such as the errors of ``DeleteObjects``."""

    def share(failure: Failure) -> Failure:
        start, end = failure.span
        inside = (ids for node, ids in responses if node.start <= start and end <= node.end)
        ids = next(inside, dict[str, tuple[int, int]]())
        envelope = failure.envelope
        if not ids or envelope.request_id or any(start <= at < end for at, _ in ids.values()):
            return failure
        values: dict[str, Any] = {name: entry.text[slice(*place)] for name, place in ids.items()}
        places = {**failure.spans, **ids}
        return attrs.evolve(
            failure, envelope=attrs.evolve(envelope, **values), marks=(tuple(places), tuple(places.values()))
        )

    return [([share(each) for each in failures], part) for failures, part in parts]


def read_rows(entry: Entry, find: Find, depth: int) -> Parts | None:
    """Return the failures in a text whose rows or sections report at least two, ``None`` for any other entry.

    The arguments and the result are those of ``read_elements``.
    """
    if not (depth < _MAX_DEPTH or depth == REST_DEPTH) or "\n" not in entry.text.rstrip():
        return None
    if len(entry.prefixes) == 1 and len(entry.statements) < _MIN_REPORTS:
        # One message of a logger, such as a traceback.
        return None
    # The module has many patterns.
    from iamtriage._reading.rows import find_records, parse_rows

    finder = _Finder(find, depth + 1, is_xml=False)
    if records := find_records(entry.text):
        read = (finder.read(entry, Node(RECORD, *span)) for span in records)
        return merge_repeats([part for parts in read for part in parts if part[0]]) or None
    root = parse_rows(entry.text, entry.prefixes)
    return None if root is None else _read_elements(entry, root, finder) or None


class _Finder(NamedTuple):
    find: Find
    depth: int
    is_xml: bool

    def read(self, entry: Entry, node: Node, hidden: Sequence[Node] = ()) -> Parts:
        """Return the failures in a node of a document, without those in some of its nodes."""
        at = node.start
        text = entry.text[at : node.end]
        if node.kind == RECORD:
            from iamtriage._reading.rows import blank_separators

            text = blank_separators(text)
        elif node.kind == ROW and node.key:
            # No value goes on in the next column.
            text = text.replace(node.key, "\n")
        if hidden:
            shown = [at, *(each.end for each in hidden)], [*(each.start for each in hidden), node.end]
            rest = [entry.text[start:end] for start, end in zip(*shown, strict=True)]
            blanks = [" " * (each.end - each.start) for each in hidden]
            text = "".join(chain.from_iterable(zip_longest(rest, blanks, fillvalue="")))
        if not may_contain_failure(text):
            return []
        statements = [start - at for start in entry.statements if at <= start < node.end]
        if node.kind == ROW and node.key:
            statements += [index + 1 for index, sign in enumerate(text) if sign == "\n"]
        element = entry._replace(
            text=_blank_tags(text) if self.is_xml else text,
            start=0,
            prefixes=tuple((start - at, end - at) for start, end in entry.prefixes if at <= start < node.end),
            following="",
            statements=tuple(statements) if node.kind in {ROW, RECORD} else (),
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


def _read_elements(entry: Entry, node: Node, finder: _Finder, level: int = 0) -> Parts:
    """Return the failures in the elements of a node if they report at least two, and in the rest of it."""
    elements = list(_find_elements(entry.text, node, is_xml=finder.is_xml)) if level < _MAX_LEVELS else []
    found: Parts = []
    silent: list[Node] = []
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
    if elements[0].kind == STRING:
        plain = finder._replace(depth=_WITHOUT_STRINGS)
        if not any(failures for failures, _ in plain.read(entry, node)):
            # Source code lists the messages that it compares.
            return []
    found = merge_repeats(found)
    if elements[0].kind == ROW:
        # Other rows would be found in the same text.
        finder = finder._replace(depth=max(finder.depth, _MAX_DEPTH))
    found = merge_rest(found, finder.read(entry, node, elements))
    if silent:
        # Next to failures of AWS, less is certain to be one, such as a code alone.
        for window in _find_windows(entry.text, node, silent) if elements[0].kind == ROW else [node]:
            for failures, part in finder.read(entry, window):
                found.append(([each for each in failures if _is_in_one(each, silent)], part))
    return found


def _find_windows(text: str, node: Node, inside: Sequence[Node]) -> Iterator[Node]:
    """Yield the lines around some nodes, which are in order, or the whole node if it is not much longer."""
    windows: list[tuple[int, int]] = []
    for each in inside:
        low = text.rfind("\n", node.start, max(node.start, each.start - _MAX_NEAR)) + 1 or node.start
        high = text.find("\n", each.end + _MAX_NEAR, node.end) + 1 or node.end
        if windows and low <= windows[-1][1]:
            low, _ = windows.pop()
        windows.append((low, high))
    is_most = sum(high - low for low, high in windows) * 2 > node.end - node.start
    for low, high in [(node.start, node.end)] if is_most else windows:
        yield Node(node.kind, low, high, node.key)


def _is_in_one(failure: Failure, nodes: Sequence[Node]) -> bool:
    """Return whether all that a failure states is in one of some nodes."""
    starts, ends = zip(failure.span, *failure.spans.values(), strict=True)
    return any(node.start <= min(starts) and max(ends) <= node.end for node in nodes)


def _blank_tags(text: str) -> str:
    """Return an XML element without its tags, at the same positions, but with those whose attributes can state an error."""
    opened = XML_TOKEN.match(text)
    is_html = opened is not None and (opened["tag"] or "").lower() in _HTML

    def blank(token: re.Match[str]) -> str:
        words, tag = token[0], token["tag"]
        if is_html and (tag or "").lower() not in _HTML:
            # What a program printed.
            return words
        if tag is None:
            is_data = words.startswith(_CDATA)
            return words.replace(_CDATA, " " * len(_CDATA), 1).replace("]]>", "   ") if is_data else words
        return words if _SENTENCE.search(words) else "\n".ljust(len(words))

    return XML_TOKEN.sub(blank, text) if text.startswith("<") else text


def _find_elements(text: str, root: Node, *, is_xml: bool) -> Iterator[Node]:
    """Yield the elements of each outermost list in a node with several elements that can contain a failure."""
    pending = [root]
    while pending:
        node = pending.pop()
        hot = [each for each in node.nodes if may_contain_failure(text[each.start : each.end])]
        elements = _elements_of(text, node, hot, is_xml=is_xml) if len(hot) > 1 else ()
        if elements and (node.kind or _are_neighbors(text, elements)):
            yield from elements
        else:
            pending += reversed(hot)


def _are_neighbors(text: str, nodes: Sequence[Node]) -> bool:
    """Return whether the nodes outside of all others are parts of one document."""
    return all(_BETWEEN.fullmatch(text, each.end, after.start) for each, after in pairwise(nodes))


def _are_reports(text: str, nodes: Sequence[Node]) -> bool:
    """Return whether neighboring elements of XML or HTML can report an error each."""
    kind = nodes[0].kind.lower()
    if kind not in _HTML:
        return True
    from iamtriage._reading.rows import are_fields

    opened = {_DIGITS.sub("", m[0]) for each in nodes if (m := _TAG.match(text, each.start))}
    rows = [_TAG.sub(" ", text[each.start : each.end]).strip() for each in nodes]
    return kind in HTML_ITEMS and len(opened) == 1 and not are_fields(rows)


def _elements_of(text: str, node: Node, hot: Sequence[Node], *, is_xml: bool) -> Sequence[Node]:
    """Return the children of a node that are elements of a list."""
    first = hot[0]
    if first.kind == ROW:
        return hot
    if is_xml:
        alike = [each for each in hot if each.kind == first.kind]
        is_list = len(alike) > 1 and first.kind not in _AWS_TAGS and _are_reports(text, alike)
        return [each for each in node.nodes if each.kind == first.kind] if is_list else ()
    if any(each.kind != first.kind for each in hot):
        return ()
    if first.kind == STRING:
        # A part of a long document can have elements outside of all lists.
        is_list = node.kind == "[" or not (node.kind or node.keys)
        # "job-1", "eu-west-1" and "orders/a.csv" name no part of one error.
        names = [each.key for each in hot]
        is_named = (len(hot) == len(node.keys) or all(map(_NAME.search, names))) and not any(
            map(_PART.search, names)
        )
        # The lines of one output can have their ends.
        are_lines = _LINES.search(node.key) or text[hot[0].start : hot[0].end].endswith("\\n")
        return hot if is_named or (is_list and not are_lines) else ()
    keys = [frozenset(map(str.lower, each.keys)) for each in hot]
    if any(each <= _FIELD_KEYS for each in keys if each):
        return ()
    if node.kind == "{" and (
        any(each != keys[0] for each in keys) or any(each.key.lower() in _PART_KEYS for each in hot)
    ):
        return ()
    # One without a sign of a failure can have a code.
    return [each for each in node.nodes if each.kind == first.kind]
