"""Write JSON documents in few lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("compact_json", "dense_json")

# A part of JSON up to a space, which does not end in a string.
_WORD = lazy_pattern(r'(?:"(?:[^"\\]|\\.)*"|[^\s"])+')


def compact_json(document: object, width: int, before: str = "", after: int = 0) -> str:
    """Return a document as JSON with lines of a maximum length.

    A value that fits on one line is not broken. Otherwise, its parts fill the lines, and a part that does not
    fit on a line starts the next one.

    Args:
        document: The document.
        width: The maximum length of a line, in characters. Only a longer string exceeds it.
        before: What precedes the document on its first line. It is not part of the result.
        after: The number of characters that follow on the last line.

    >>> print(compact_json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}, 50))
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow"}]}
    """
    return "\n".join(_lines(document, before, width, after)).removeprefix(before)


def dense_json(document: object, width: int, before: str = "") -> str:
    """Return a document as JSON that fills its lines, in fewer lines than ``compact_json``.

    >>> print(dense_json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}, 40))
    {"Version": "2012-10-17", "Statement":
    [{"Effect": "Allow"}]}
    """
    lines = [before]
    for word in _WORD.findall(json.dumps(_plain(document), ensure_ascii=True)):
        is_first = len(lines) == 1 and lines[0] == before
        line = before + word if is_first else f"{lines[-1]} {word}"
        # Each statement starts on a new line.
        if not is_first and (len(line) > width or (word[0] == "{" and lines[-1].endswith("},"))):
            lines.append(word)
        else:
            lines[-1] = line
    return "\n".join(lines).removeprefix(before)


def _lines(value: object, before: str, width: int, after: int = 0) -> list[str]:
    """Return the lines of a value.

    Args:
        value: The value.
        before: The start of the first line.
        width: The maximum length of a line.
        after: The number of characters that follow on the last line.
    """
    whole = before + json.dumps(_plain(value), ensure_ascii=True)
    if len(whole) + after <= width or not isinstance(value, Mapping | list | tuple) or not value:
        return [whole]
    parts = _parts(cast("Mapping[object, object] | list[object] | tuple[object, ...]", value))
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    # Each document in a list, such as a statement, starts on a new line.
    has_documents = _has_documents(cast("object", value))
    indent = " " * (len(before) - len(before.lstrip()) + (2 if has_documents else 1))
    lines = [before + opening, indent] if has_documents else [before + opening]
    is_new = True
    for number, (name, part) in enumerate(parts):
        is_last = number == len(parts) - 1
        end = closing if is_last else ","
        needed = room = len(end) + (after if is_last else 0)
        text = name + json.dumps(_plain(part), ensure_ascii=True)
        gap = "" if is_new else " "
        if _has_documents(part):
            # They start on new lines.
            text, room = f"{name}[", 0
        fits = len(lines[-1]) + len(gap) + len(text) + room <= width
        is_first = number == 0 and not has_documents and len(before) > len(indent)
        # The only part does not start a line on which it does not fit either.
        is_alone = len(parts) == 1 and len(indent) + len(text) + room > width
        if (not is_new and (has_documents or not fits)) or (is_first and not fits and not is_alone):
            lines.append(indent)
            gap = ""
        first = lines.pop() + gap + name
        inner = _lines(part, first, width, needed)
        lines += inner
        lines[-1] += end
        # After a part of several lines, the next part starts on a new line.
        is_new = False
        if len(inner) > 1 and not is_last:
            lines.append(indent)
            is_new = True
    return lines


def _has_documents(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return any(isinstance(part, Mapping) for part in cast("Iterable[object]", value))


def _parts(value: Mapping[object, object] | list[object] | tuple[object, ...]) -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        return [(f"{json.dumps(str(name), ensure_ascii=True)}: ", part) for name, part in value.items()]
    return [("", part) for part in value]


def _plain(value: object) -> object:
    """Return a value with plain dicts and lists, which JSON supports."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in cast("list[object]", value)]
    return value
