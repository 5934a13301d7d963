"""Read the policies in Terraform code and in the plans that Terraform prints.

A policy with a reference to a resource, or with elements that a plan hides, is not read: it would be
compared without them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

__all__ = ("find_policies_in_code",)

# jsonencode({ Statement = [...] }), and the block of a data source.
_POLICY = lazy_pattern(
    r'\bStatement"?[ \t]{0,20}= {0,4}(?=[\[{])|\bdata "aws_iam_policy_document" "[\w-]{1,64}" {0,4}(?=\{)'
)
_TOKEN = lazy_pattern(
    r'\s+|(?://|#(?! \(\d))[^\n]*|(?P<text>"(?:[^"\\\n]|\\.)*")'
    r'|(?P<mark>[\[\]{}=,:])|(?P<word>[^\s"\[\]{}=,:]+)'
)
_CHARS_OF_POLICY = 4_000
_MAX_POLICIES, _MAX_DEPTH = 4, 8
# Marks of a plan's lines: what is added or changed, and what is removed.
_KEPT, _REMOVED = frozenset({"+", "~", "+/-", "-/+"}), "-"
_ELEMENTS = {
    "sid": "Sid",
    "effect": "Effect",
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}


def find_policies_in_code(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the policies of Terraform code as JSON documents.

    >>> code = 'policy = jsonencode({ Statement = [{ Effect = "Allow" Action = "sts:AssumeRole" }] })'
    >>> list(find_policies_in_code(code))
    [{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole'}]}]
    """
    for count, found in enumerate(_POLICY.finditer(text)):
        if count == _MAX_POLICIES:
            return
        parser = _Parser(text, found.end())
        value = cast("dict[str, Any]", parser.parse_value())
        if parser.has_failed:
            continue
        if not found[0].startswith("data"):
            yield {"Version": "2012-10-17", "Statement": value}
        elif statements := [_build_statement(each) for each in _as_list(value.get("statement"))]:
            yield {"Version": "2012-10-17", "Statement": statements}


def _as_list(value: object) -> list[dict[str, Any]]:
    """Return the blocks of one name, which can be one block or none."""
    if isinstance(value, list):
        return cast("list[dict[str, Any]]", value)
    return [] if value is None else [cast("dict[str, Any]", value)]


def _build_statement(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return the block ``statement`` of a data source as a statement."""
    statement: dict[str, Any] = {"Effect": "Allow"}
    statement.update((name, block[key]) for key, name in _ELEMENTS.items() if key in block)
    for key, name in _PRINCIPALS.items():
        for each in _as_list(block.get(key)):
            kind, names = each.get("type"), each.get("identifiers")
            if kind == "*":
                statement[name] = "*"
            elif isinstance(kind, str):
                statement.setdefault(name, {})[kind] = names
    for each in _as_list(block.get("condition")):
        operator, variable = each.get("test"), each.get("variable")
        if isinstance(operator, str) and isinstance(variable, str):
            statement.setdefault("Condition", {}).setdefault(operator, {})[variable] = each.get("values")
    return statement


class _Parser:
    """Parse one value of HCL. A block that is repeated becomes a list."""

    def __init__(self, text: str, start: int) -> None:
        self._tokens = self._split(text, start)
        self._next = next(self._tokens, None)
        self.has_failed = False

    @staticmethod
    def _split(text: str, start: int) -> Iterator[re.Match[str]]:
        end = min(start + _CHARS_OF_POLICY, len(text))
        at = start
        while at < end and (found := _TOKEN.match(text, at, end)) is not None:
            at = found.end()
            if found.lastgroup is not None:
                yield found

    def _take(self) -> re.Match[str] | None:
        taken, self._next = self._next, next(self._tokens, None)
        return taken

    def _takes(self, *marks: str) -> bool:
        if self._next is not None and self._next[0] in marks:
            self._take()
            return True
        return False

    def _takes_removed(self) -> bool:
        """Skip the mark of a plan's line; return whether the line is removed."""
        is_removed = self._next is not None and self._next[0] == _REMOVED
        if is_removed or (self._next is not None and self._next[0] in _KEPT):
            self._take()
        return is_removed

    def _fail(self) -> None:
        self.has_failed = True

    def parse_value(self, depth: int = 0) -> Any:  # noqa: ANN401 (any JSON value)
        token = self._take()
        if token is None or depth == _MAX_DEPTH:
            return self._fail()
        if token[0] == "[":
            return self._parse_list(depth)
        if token[0] == "{":
            return self._parse_object(depth)
        if token["text"] is not None:
            value = _unquote(token["text"])
        else:
            value = token[0] if token[0] in {"true", "false"} or token[0].isdecimal() else None
        # A changed value has the new one after an arrow.
        if self._takes("->"):
            return self.parse_value(depth + 1)
        return self._fail() if value is None else value

    def _parse_list(self, depth: int) -> list[Any]:
        values: list[Any] = []
        while not self.has_failed and not self._takes("]"):
            is_removed = self._takes_removed()
            value = self.parse_value(depth + 1)
            if not is_removed:
                values.append(value)
            self._takes(",")
        return values

    def _parse_object(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not self.has_failed and not self._takes("}"):
            is_removed = self._takes_removed()
            key = self._take()
            if key is None or (key["text"] is None and key["word"] is None):
                self._fail()
                break
            name = _unquote(key["text"]) if key["text"] else key[0]
            is_block = not self._takes("=", ":")
            if is_block and (self._next is None or self._next[0] != "{"):
                self._fail()
                break
            value = self.parse_value(depth + 1)
            self._takes(",")
            if is_removed or name is None:
                continue
            values[name] = [*_as_list(values.get(name)), value] if is_block else value
        return values


def _unquote(text: str) -> str | None:
    """Return a literal string, ``None`` if it contains a reference."""
    if "${" in text.replace("$${", "").replace("&{", ""):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value.replace("$${", "${").replace("&{", "${") if isinstance(value, str) else None
