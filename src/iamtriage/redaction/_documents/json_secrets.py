"""Find the secrets in JSON: by their keys, and by what each string contains.

A secret is never more than one value, so the rest of the document stays as it is. A string can contain JSON
or any other text, which is searched in turn.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.json_spans import JsonNode, JsonString, find_json, unescape
from iamtriage.redaction._documents.keys import announce_items, announce_members
from iamtriage.redaction._secret_spans import FoundSecret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from iamtriage.redaction._documents.json_spans import JsonValue
    from iamtriage.redaction._documents.keys import Announced

    Find = Callable[[str], Iterable[FoundSecret]]

__all__ = ("JsonDocuments",)

# No shorter text contains a name and its value.
_MIN_LENGTH = 5
_LINE = re.compile(r"[^\n]+")
# No value, quote or space of any notation contains it.
_FILLER = "\x81"


class JsonDocuments:
    """The JSON of a text.

    Args:
        text: The text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._values = [*find_json(text)] if "{" in text or "[" in text else []
        self._leaves: list[tuple[int, int]] = []

    def __bool__(self) -> bool:
        return bool(self._values)

    def blank(self) -> str:
        """Return the text with fillers for its JSON, so that positions and line breaks stay the same."""
        pieces: list[str] = []
        done = 0
        for value in self._values:
            pieces.append(self._text[done : value.start])
            pieces.append(_LINE.sub(lambda line: _FILLER * len(line[0]), self._text[value.start : value.end]))
            done = value.end
        return "".join([*pieces, self._text[done:]])

    def find_secrets(self, find: Find) -> Iterator[FoundSecret]:
        """Find the secrets in each value.

        Args:
            find: Finds the secrets in the text of a string.
        """
        # A stack, because documents can be nested deeper than Python's stack.
        stack: list[tuple[JsonValue, Announced | None]] = [(value, None) for value in reversed(self._values)]
        while stack:
            value, announced = stack.pop()
            if isinstance(value, JsonNode):
                stack += reversed(self._children(value, announced))
                continue
            self._leaves.append((value.start, value.end))
            content, places = unescape(self._text, value.start, value.end)
            what = announced and announced.secret_in(content, is_text=value.is_text)
            if what:
                yield FoundSecret(value.start, value.end, what, "" if value.is_text else '"', is_whole=True)
            elif value.is_text and len(content) >= _MIN_LENGTH:
                yield from self._find_inside(value, content, places, announced, find)

    def clip(self, finds: Iterable[FoundSecret]) -> Iterator[FoundSecret]:
        """Yield secrets that were found in the whole text, each without what is outside of its value."""
        self._leaves.sort()
        starts = [start for start, _ in self._leaves]
        for found in finds:
            at = bisect_right(starts, found.start) - 1
            if at >= 0 and found.start < self._leaves[at][1]:
                yield found._replace(end=min(found.end, self._leaves[at][1]), quote="")

    def _children(
        self, node: JsonNode, announced: Announced | None
    ) -> list[tuple[JsonValue, Announced | None]]:
        keys = ["" if key is None else unescape(self._text, *key)[0] for key, _ in node.items]
        self._leaves += (key for key, _ in node.items if key is not None)
        values = [
            unescape(self._text, item.start, item.end)[0] if isinstance(item, JsonString) else None
            for _, item in node.items
        ]
        names = (
            announce_members(keys, values, announced) if node.is_object else announce_items(values, announced)
        )
        return [(item, name) for (_, item), name in zip(node.items, names, strict=True)]

    def _find_inside(
        self,
        value: JsonString,
        content: str,
        places: list[tuple[int, int]],
        announced: Announced | None,
        find: Find,
    ) -> Iterator[FoundSecret]:
        offsets = [offset for offset, _ in places]

        def origin(position: int) -> int:
            at = bisect_right(offsets, position) - 1
            return places[at][1] + position - offsets[at]

        for found in announced.find_in(content, find) if announced else find(content):
            start, end = origin(found.start), min(origin(found.end), value.end)
            quote = found.quote.replace("\\", "\\\\").replace('"', '\\"')
            yield FoundSecret(start, end, found.what, quote)
