"""Read the policies in YAML: templates of CloudFormation and SAM, and the Serverless Framework.

Only the lines of the statements are parsed, and only the YAML that policies consist of. A reference, such as
``!GetAtt``, becomes a string such as ``"${Orders.Arn}"``. Statements with merged mappings are not read.
"""

from __future__ import annotations

import json
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.policies._readers.policy_code import CodePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("find_policies_in_yaml", "parse_mapping")

_EFFECT = lazy_pattern(
    r"^(?P<indent>[ ]{0,60}(?:- {1,4})?)[\"']?Effect[\"']?:[ ]{1,9}[\"']?(?:Allow|Deny)[\"']?[ ]{0,9}\r?$"
)
# The keys whose value is the list of a policy's statements.
_LIST_KEY = lazy_pattern(r"[ ]{0,60}(?:- )?[\"']?(?:Statement|iamRoleStatements|statements)[\"']?:\s*\Z")
_ENTRY = lazy_pattern(
    r"(?P<key>[\"']?[A-Za-z][\w:./${}*?-]{0,120}?[\"']?):(?:[ ]{1,9}(?P<value>\S.{0,1000}))?$"
)
_TAG = lazy_pattern(r"!(?P<name>[A-Za-z]{2,20})(?:::\w{1,20})?(?:[ ]{1,9}(?P<value>\S.{0,1000}))?$")
_COMMENT = lazy_pattern(r"(?:^|\s)#.*$")
_QUOTED = lazy_pattern(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
# A list or mapping in another one on the same line.
_INNER = r"\[[^\[\]{}]{0,400}\]|\{[^\[\]{}]{0,400}\}"
_NESTED = rf"\[(?:[^\[\]{{}}]|{_INNER}){{0,800}}\]|\{{(?:[^\[\]{{}}]|{_INNER}){{0,800}}\}}"
_FLOW_ITEM = lazy_pattern(
    rf"\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|{_NESTED}|[^\s,\[\]{{}}\"'][^,\[\]{{}}]*)\s*(?:,|\Z)"
)
# A member of a mapping on one line: {Service: lambda.amazonaws.com}
_FLOW_MEMBER = lazy_pattern(
    rf"\s{{0,4}}(?P<key>[\"']?[A-Za-z][\w:./-]{{0,60}}[\"']?):\s{{1,4}}(?P<value>{_NESTED}|[^\s,\[\]{{}}][^,\[\]{{}}]{{0,200}}?)\s{{0,4}}(?:,|\Z)"
)
_NUMBER = lazy_pattern(r"(?a)0|[1-9]\d{0,6}")
_TRUTHS = {"true": True, "false": False}
_MAX_LINES, _MAX_STATEMENTS, _MAX_DEPTH = 120, 24, 16
_MAX_LINES_OF_MAPPING = 2_000
# Where programs break the lines of long values, in columns.
_MIN_WIDTH = 70


class _Line(NamedTuple):
    """A line without its comment.

    Attributes:
        indent: The column of its first character.
        text: The rest of it.
        start: Where the line starts in the text.
    """

    indent: int
    text: str
    start: int


def find_policies_in_yaml(text: str) -> Iterator[CodePolicy]:
    r"""Yield the policies of YAML.

    >>> policies = list(find_policies_in_yaml("- Effect: Allow\n  Action: s3:*\n  Resource: !Ref Orders"))
    >>> policies[0].content["Statement"]
    [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '${Orders}'}]
    """
    lines = _split(text)
    policy: list[dict[str, Any]] = []
    start = end = -1
    is_whole = False
    for statement, first, last in _find_statements(lines):
        if statement is None:
            # The others are not the whole policy.
            is_whole, end = False, last
            continue
        if first != end and policy:
            yield CodePolicy({"Version": "2012-10-17", "Statement": policy}, lines[start].start, is_whole)
            policy = []
        if not policy:
            start = first
            is_whole = first != end and first > 0 and _LIST_KEY.match(_written(lines[first - 1])) is not None
        policy.append(statement)
        end = last
    if policy:
        yield CodePolicy({"Version": "2012-10-17", "Statement": policy}, lines[start].start, is_whole)


def parse_mapping(text: str) -> dict[str, Any]:
    r"""Return the mapping with which a text begins, up to the first line that is not part of it.

    >>> parse_mapping("kind: Role\nmetadata: {name: ci, labels: {app: ci}}\nrules:\n- verbs: [get]\n$ exit")
    {'kind': 'Role', 'metadata': {'name': 'ci', 'labels': {'app': 'ci'}}, 'rules': [{'verbs': ['get']}]}
    """
    lines = _split(text)[:_MAX_LINES_OF_MAPPING]
    column = lines[0].indent + _marker_length(lines[0].text)
    # The next object repeats a key, or begins with its version.
    keys = {"apiVersion", lines[0].text.partition(":")[0].removeprefix("- ")}

    def is_part(line: _Line) -> bool:
        if line.indent != column or line.text.startswith("- "):
            return line.indent >= column
        found = _ENTRY.match(line.text)
        if found is None or found["key"] in keys:
            return False
        keys.add(found["key"])
        return True

    return _Parser([lines[0], *takewhile(is_part, lines[1:])], column).parse_mapping(column) or {}


def _written(line: _Line) -> str:
    return " " * line.indent + line.text


def _split(text: str) -> list[_Line]:
    """Return the lines that are not empty."""
    lines: list[_Line] = []
    at = 0
    for line in text.split("\n"):
        written = _without_comment(line.rstrip())
        stripped = written.lstrip(" ")
        if stripped:
            lines.append(_Line(len(written) - len(stripped), stripped, at))
        at += len(line) + 1
    return lines


def _without_comment(line: str) -> str:
    if "#" not in line:
        return line
    found = _COMMENT.search(_QUOTED.sub(lambda quoted: "_" * len(quoted[0]), line))
    return line if found is None else line[: found.start()].rstrip()


def _find_statements(lines: list[_Line]) -> Iterator[tuple[dict[str, Any] | None, int, int]]:
    """Yield the statements, each with the number of its first line and of the line after it.

    A statement is ``None`` if it is not known.
    """
    done = count = 0
    for number, line in enumerate(lines):
        if number < done or "Effect" not in line.text or _EFFECT.match(_written(line)) is None:
            continue
        count += 1
        if count > _MAX_STATEMENTS:
            return
        column = line.indent + _marker_length(line.text)
        first = _find_first(lines, number, column, done)
        last = number + 1
        while last < min(len(lines), first + _MAX_LINES) and _continues(lines[last], column):
            last += 1
        done = last
        yield _Parser(lines[first:last], column).parse(), first, last


def _find_first(lines: list[_Line], number: int, column: int, low: int) -> int:
    """Return the number of the line on which the mapping with a line begins."""
    first = number
    # An item of a value is in or after the column of the keys.
    while (lines[first].text[0] != "-" or lines[first].indent >= column) and first > max(
        low, number - _MAX_LINES
    ):
        above = lines[first - 1]
        length = _marker_length(above.text)
        # The marker of a statement precedes its first key, and those of values are in its keys.
        if above.indent + length == column and length:
            return first - 1
        if not _continues(above, column):
            break
        first -= 1
    return first


def _marker_length(text: str) -> int:
    """Return the length of the marker of a list's item, 0 if there is none."""
    return len(text) - len(text[1:].lstrip(" ")) if text.startswith("- ") else 0


def _continues(line: _Line, column: int) -> bool:
    """Return whether a line is in the mapping whose keys are in a column."""
    return line.indent >= column


class _Parser:
    """Parse the lines of a statement."""

    def __init__(self, lines: list[_Line], column: int) -> None:
        marker = _marker_length(lines[0].text)
        first = lines[0]._replace(indent=column, text=lines[0].text[marker:])
        self._lines = [first, *lines[1:]]
        self._at = 0
        self._column = column

    def parse(self) -> dict[str, Any] | None:
        """Return the statement, ``None`` if a part of it is not known."""
        if any(line.text.endswith(",") for line in self._lines):
            # JSON or code.
            return None
        statement = self.parse_mapping(self._column)
        if statement is None or self._at < len(self._lines):
            return None
        return statement if "Action" in statement or "NotAction" in statement else None

    def parse_mapping(self, column: int, depth: int = 0) -> dict[str, Any] | None:
        """Return the mapping whose keys are in a column, ``None`` if a part of it is not known."""
        values: dict[str, Any] = {}
        while self._at < len(self._lines) and self._lines[self._at].indent == column:
            found = _ENTRY.match(self._lines[self._at].text)
            if found is None:
                return None
            self._at += 1
            values[_scalar(found["key"])] = self._parse_value(found["value"], column, depth + 1)
        return values

    def _parse_value(self, written: str | None, column: int, depth: int) -> Any:  # noqa: ANN401 (any JSON value)
        """Return the value of a key in a column, or of an item, which can be on the following lines."""
        if written is None:
            following = self._lines[self._at] if self._at < len(self._lines) else None
            if following is None or depth > _MAX_DEPTH:
                return self._skip(column, "")
            if following.text.startswith("- ") and following.indent >= column:
                return self._parse_list(following.indent, depth)
            if following.indent <= column:
                return None
            value = self.parse_mapping(following.indent, depth)
            return self._skip(column, "") if value is None else value
        if written.startswith("!"):
            return self._parse_tag(written, column)
        if written[0] in "|>&*":
            return self._skip(column, written)
        if written[0] in "[{":
            items = _parse_flow(written)
            return self._skip(column, written) if items is None else items
        parts = [written]
        while self._at < len(self._lines) and self._lines[self._at].indent > column:
            # A long value goes on. A backslash joins the lines of one in double quotation marks.
            is_joined = written.startswith('"') and parts[-1].endswith("\\")
            (indent, above, _), rest = self._lines[self._at - 1], self._lines[self._at].text
            if not is_joined and indent + len(above) + len(rest.partition(" ")[0]) < _MIN_WIDTH:
                break
            parts[-1] = parts[-1][:-1] if is_joined else parts[-1]
            parts.append(rest.removeprefix("\\") if is_joined else f" {rest}")
            self._at += 1
        return _plain("".join(parts))

    def _parse_list(self, column: int, depth: int) -> list[Any]:
        values: list[Any] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.indent != column or not line.text.startswith("- "):
                break
            marker = _marker_length(line.text)
            item = line.text[marker:]
            self._at += 1
            if item.startswith("- ") and depth < _MAX_DEPTH:
                self._at -= 1
                self._lines[self._at] = _Line(column + marker, item, line.start)
                values.append(self._parse_list(column + marker, depth + 1))
            elif (
                _ENTRY.match(item)
                and not item.startswith(('"', "'", "!"))
                and depth < _MAX_DEPTH
                and ": " in f"{item} "
            ):
                # A mapping, such as Fn::GetAtt: Orders.Arn
                self._at -= 1
                self._lines[self._at] = _Line(column + marker, item, line.start)
                value = self.parse_mapping(column + marker, depth + 1)
                values.append(self._skip(column, item) if value is None else value)
            else:
                values.append(self._parse_value(item, column, depth + 1))
        return values

    def _parse_tag(self, written: str, column: int) -> str:
        value = _resolve_tag(written)
        return self._skip(column, written) if value is None else value

    def _skip(self, column: int, written: str) -> str:
        """Skip the lines that are further to the right, and return a reference in place of the value."""
        while self._at < len(self._lines) and (self._lines[self._at].indent > column):
            self._at += 1
        return _as_reference(written)


def _as_reference(written: str) -> str:
    return f"${{{' '.join(written.split())[:60].replace('{', '(').replace('}', ')')}}}"


def _resolve_tag(written: str) -> str | None:
    """Return the value of a function of CloudFormation that is written as a tag, if it is on one line."""
    found = _TAG.match(written)
    name, value = (found["name"], found["value"]) if found else ("", None)
    if value is not None and name == "Sub" and value[0] not in "[|>":
        return _scalar(value)
    return f"${{{_scalar(value)}}}" if value is not None and name in {"Ref", "GetAtt"} else None


def _parse_flow(written: str) -> list[Any] | dict[str, Any] | None:
    """Return a list or a mapping that is on one line; ``None`` for other values.

    >>> _parse_flow("[{kind: User, name: ana}, {kind: Group, name: ops}]")
    [{'kind': 'User', 'name': 'ana'}, {'kind': 'Group', 'name': 'ops'}]
    """
    inner, at = written[1:-1].strip(), 0
    if written[0] == "{" and written[-1] == "}":
        members: dict[str, Any] = {}
        while at < len(inner):
            member = _FLOW_MEMBER.match(inner, at)
            value = None if member is None else _parse_flow_value(member["value"])
            if member is None or value is None:
                return None
            members[_scalar(member["key"])] = value
            at = member.end()
        return members
    if written[0] + written[-1] != "[]":
        return None
    values: list[Any] = []
    while at < len(inner):
        found = _FLOW_ITEM.match(inner, at)
        value = None if found is None else _parse_flow_value(found[1])
        if found is None or value is None:
            return None
        values.append(value)
        at = found.end()
    return values


def _parse_flow_value(written: str) -> Any:  # noqa: ANN401 (any JSON value)
    if written[0] in "[{":
        return _parse_flow(written)
    if not written.lstrip().startswith("!"):
        return _plain(written)
    return _resolve_tag(written.strip()) or _as_reference(written)


def _plain(written: str) -> str | int | bool:
    """Return a scalar as JSON has it. Accounts are strings, which YAML needs quotation marks for."""
    written = written.strip()
    return int(written) if _NUMBER.fullmatch(written) else _TRUTHS.get(written, _scalar(written))


def _scalar(written: str) -> str:
    """Return a scalar as a string."""
    written = written.strip()
    if len(written) > 1 and written[0] == written[-1] and written[0] in "\"'":
        if written[0] == "'":
            return written[1:-1].replace("''", "'")
        try:
            return str(json.loads(written))
        except ValueError:
            return written[1:-1].replace('\\"', '"')
    return f"${{{written[1:]}}}" if written.startswith("*") and len(written) > 1 else written
