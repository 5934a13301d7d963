"""Redact parsed data: the strings in objects and lists, by their keys and contents."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

from iamtriage.redaction._documents.document_secrets import find_in_content
from iamtriage.redaction._documents.keys import announce_items, announce_members, list_secret_keys
from iamtriage.redaction._finders.key_pairs import is_access_key_id, is_secret_access_key
from iamtriage.redaction._hiding import hide_secrets
from iamtriage.redaction._secret_spans import insert_markers, merge_secrets
from iamtriage.redaction._secrets import find_secrets
from iamtriage.redaction._vocabulary.markers import make_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from iamtriage.redaction._documents.keys import Announced

__all__ = ("redact_data",)

_Container: TypeAlias = "dict[object, object] | list[object]"


def redact_data(
    data: Mapping[object, object] | list[object], hide_identifiers: Callable[[str], str] | None
) -> _Container:
    """Return a copy of data without the secrets in it.

    Args:
        data: An object or a list, as from ``json.loads``.
        hide_identifiers: A function that replaces the identifiers in a text; ``None`` to keep them.
    """
    copy = _DataCopy()
    result = copy.copy_data(data)
    if hide_identifiers is not None:
        _hide_identifiers(copy.containers, hide_identifiers)
    return result


class _DataCopy:
    """Copies data without secrets. It does not use recursion, so data can be nested to any depth."""

    def __init__(self) -> None:
        # The copies, by object and what is known about it, so that copying cyclic data ends.
        self._copies: dict[tuple[int, Announced | None], _Container] = {}
        self._waiting: list[tuple[object, Announced | None, _Container]] = []

    @property
    def containers(self) -> Iterable[_Container]:
        """The objects and lists of the copy."""
        return self._copies.values()

    def copy_data(self, data: Mapping[object, object] | list[object]) -> _Container:
        """Return the copy."""
        result = self._copy(data, None)
        while self._waiting:
            source, announced, target = self._waiting.pop()
            if isinstance(target, dict):
                self._fill_dict(cast("Mapping[object, object]", source), announced, target)
            else:
                self._fill_list(cast("list[object]", source), announced, target)
        return result

    def _copy(self, source: object, announced: Announced | None) -> _Container:
        """Return the copy of an object or a list. It is filled later."""
        key = (id(source), announced)
        if key not in self._copies:
            is_mapping = isinstance(source, Mapping)
            copy: _Container = {} if is_mapping else []
            self._copies[key] = copy
            self._waiting.append((source, announced, copy))
        return self._copies[key]

    def _fill_dict(
        self, source: Mapping[object, object], announced: Announced | None, target: dict[object, object]
    ) -> None:
        items: list[tuple[object, object]] = list(source.items())
        scalars = [_format_scalar(value) for _, value in items]
        keys = [_to_text(key) for key, _ in items]
        paired = any(scalar is not None and is_access_key_id(scalar) for scalar in scalars)
        known_members = announce_members(
            keys, scalars, announced, lambda at: list_secret_keys(_list_nested(items[at][1]))
        )
        for (key, value), known in zip(items, known_members, strict=True):
            name = _unique(hide_secrets(key), target) if isinstance(key, str) else key
            target[name] = self._value(value, known, paired=paired)

    def _fill_list(self, source: Iterable[object], announced: Announced | None, target: list[object]) -> None:
        items = [*_hide_in_command([*source])]
        scalars = [_format_scalar(value) for value in items]
        paired = any(scalar is not None and is_access_key_id(scalar) for scalar in scalars)
        for value, known in zip(items, announce_items(scalars, announced), strict=True):
            target.append(self._value(value, known, paired=paired))

    def _value(self, value: object, announced: Announced | None, *, paired: bool) -> object:
        if isinstance(value, Mapping | list | tuple):
            return self._copy(cast("object", value), announced)
        if isinstance(value, bytes | bytearray):
            text = bytes(value).decode("utf-8", "surrogateescape")
            shown = _redact_scalar(text, announced, is_text=True, paired=paired)
            return value if shown == text else shown.encode("utf-8", "surrogateescape")
        scalar = _format_scalar(value)
        if scalar is None:
            return value
        shown = _redact_scalar(scalar, announced, is_text=isinstance(value, str), paired=paired)
        return value if shown == scalar else shown


def _hide_in_command(items: list[object]) -> list[object]:
    """Return the arguments of a command without the secrets that its options announce; other lists stay."""
    if not any(isinstance(item, str) and _OPTION.match(item) for item in items):
        return items
    shown = json.loads(hide_secrets(json.dumps([_to_text(item) for item in items])))
    return [new if isinstance(item, str) else item for item, new in zip(items, shown, strict=True)]


_OPTION = re.compile("-[A-Za-z]|(?:add_user|change_password|user)$")


def _list_nested(value: object) -> Iterator[tuple[str, str]]:
    """Yield the key of each scalar in a value, and the scalar as text."""
    stack = [value]
    seen: set[int] = set()
    while stack:
        container = stack.pop()
        if id(container) in seen:
            continue
        seen.add(id(container))
        pairs: list[tuple[object, object]] = []
        if isinstance(container, Mapping):
            pairs = [*cast("Mapping[object, object]", container).items()]
        elif isinstance(container, list | tuple):
            pairs = [("", each) for each in cast("list[object]", container)]
        for key, each in pairs:
            scalar = _format_scalar(each)
            if scalar is None:
                stack.append(each)
            elif isinstance(key, str):
                yield key, scalar


def _format_scalar(value: object) -> str | None:
    """Return a JSON scalar as text, or ``None`` for anything else."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    return None


def _redact_scalar(text: str, announced: Announced | None, *, is_text: bool, paired: bool) -> str:
    what = announced and announced.secret_in(text, is_text=is_text)
    if what is None and paired and is_secret_access_key(text):
        what = "secret access key"
    if what is not None:
        return make_marker(what, url=False)
    if not is_text:
        return text
    if announced is not None:
        text = insert_markers(text, merge_secrets(text, find_in_content(text, announced, find_secrets)))
    return hide_secrets(text)


def _unique(key: str, target: dict[object, object]) -> str:
    """Return a key that is not used yet, because several keys can have the same marker."""
    number, name = 1, key
    while name in target:
        number += 1
        name = f"{key} {number}"
    return name


def _hide_identifiers(copies: Iterable[_Container], hide: Callable[[str], str]) -> None:
    """Replace the identifiers of all strings at once, so that equal ones get equal pseudonyms.

    The text has a line of JSON per value, with the key, which shows what the value is.
    """
    containers = list(copies)
    items = [[*_list_items(each)] for each in containers]
    lines = [_format_line(key, value) for pairs in items for key, value in pairs]
    hidden = hide("\n".join(lines)).split("\n")
    if len(hidden) != len(lines):
        hidden = [hide(line) for line in lines]
    shown = iter(hidden)
    for container, pairs in zip(containers, items, strict=True):
        changed = [_replace_strings(key, value, next(shown), hide) for key, value in pairs]
        if isinstance(container, dict):
            container.clear()
            for key, value in changed:
                container[_unique(key, container) if isinstance(key, str) else key] = value
        else:
            container[:] = [value for _, value in changed]


def _list_items(container: _Container) -> Iterable[tuple[object, object]]:
    return container.items() if isinstance(container, dict) else ((None, item) for item in container)


def _format_line(key: object, value: object) -> str:
    return (
        f"{json.dumps(_to_text(key), ensure_ascii=False)}: {json.dumps(_to_text(value), ensure_ascii=False)}"
    )


def _to_text(value: object) -> str:
    value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return value if isinstance(value, str) else ""


def _replace_strings(
    key: object, value: object, line: str, hide: Callable[[str], str]
) -> tuple[object, object]:
    """Return a key and a value with their strings replaced by those of a JSON line."""
    try:
        shown_key, end = _DECODER.raw_decode(line)
        shown_value, _ = _DECODER.raw_decode(line, end + 2)
    except ValueError:
        shown_key, shown_value = hide(_to_text(key)), hide(_to_text(value))
    return (shown_key if isinstance(key, str) else key, shown_value if isinstance(value, str) else value)


_DECODER = json.JSONDecoder(strict=False)
