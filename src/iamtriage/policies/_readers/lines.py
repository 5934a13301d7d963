"""Find the lines of a JSON text on which the statements of policies begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("StatementLines",)

_TOKEN = lazy_pattern(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|\n|[^\s{}\[\]:,"]+')
_KEY = '"Statement"'


class StatementLines:
    """The lines of the statements in a document that was parsed from a text.

    Attributes:
        text: The text.
        data: The parsed text.
    """

    def __init__(self, text: str, data: object) -> None:
        # Both are in the order of the text.
        policies = [id(each) for each in _find_policies(data)]
        located = list(_locate(text))
        self._lines = dict(zip(policies, located, strict=True)) if len(policies) == len(located) else {}

    def find_lines(self, policy: object) -> tuple[int, ...]:
        r"""Return the line of each statement of a policy in the document; empty if unknown.

        >>> import json
        >>> text = '{"Policy": {\n"Statement": [\n{},\n{}]}}'
        >>> data = json.loads(text)
        >>> StatementLines(text, data).find_lines(data["Policy"])
        (3, 4)
        """
        return self._lines.get(id(policy), ())


def _find_policies(data: object) -> Iterator[object]:
    """Yield the objects that have a member ``Statement``, in the order of these members."""
    if isinstance(data, dict):
        for key, value in cast("dict[str, Any]", data).items():
            if key == "Statement":
                yield cast("object", data)
            yield from _find_policies(value)
    elif isinstance(data, list):
        for each in cast("list[object]", data):
            yield from _find_policies(each)


def _locate(text: str) -> Iterator[tuple[int, ...]]:
    """Yield the lines of the statements of each member ``Statement``, in the order of these members."""
    found: list[list[int]] = []
    # The depth of each open member, with the index of its statements.
    open_members: list[tuple[int, int]] = []
    line, depth, previous, before_colon = 1, 0, "", ""
    for match in _TOKEN.finditer(text):
        part = match[0]
        if part == "\n":
            line += 1
            continue
        if previous == ":" and before_colon == _KEY:
            found.append([line] if part == "{" else [])
            if part == "[":
                open_members.append((depth, len(found) - 1))
        elif part == "{" and open_members and depth == open_members[-1][0] + 1:
            found[open_members[-1][1]].append(line)
        if part in "{[":
            depth += 1
        elif part in "}]":
            depth -= 1
            if open_members and depth == open_members[-1][0]:
                open_members.pop()
        before_colon, previous = previous, part
    return (tuple(each) for each in found)
