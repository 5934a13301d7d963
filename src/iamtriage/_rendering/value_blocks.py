"""Build the blocks that show the fields of any public value, without secrets.

Fields with ``repr=False``, such as a failure's text, are not shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Literal, cast

import attrs

from iamtriage._rendering.blocks import Code, Fields, Heading, Items, Source, with_texts
from iamtriage._rendering.fields import shown_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from iamtriage._rendering.blocks import Block

    Redact: TypeAlias = Callable[[str], str]

__all__ = ("blocks_of", "without_secrets")

# In characters. Browsers show the card of any value without delay.
_MAX_VALUE, _MAX_TITLE, _MAX_DOCUMENT = 600, 400, 20_000
# Before a text is truncated, this items times the maximum length is searched for secrets.
_SEARCH_FACTOR = 4
_MAX_ITEMS, _MAX_IN_LINE = 30, 10
# The fields that identify a value, for its title.
_TITLE_FIELDS = (
    "name", "key", "operation", "action", "url", "rolearn", "userarn", "principal_arn", "policy_arn", "uri",
)  # fmt: skip


def blocks_of(value: object) -> Iterator[Block]:
    """Yield the blocks for a value: a title, its fields, and its parts.

    >>> from iamtriage import parse_arn
    >>> [block.rows for block in blocks_of(parse_arn("arn:aws:s3:::reports")) if isinstance(block, Fields)]
    [(('partition', 'aws'), ('service', 's3'), ('resource', 'reports'))]
    """
    yield _title(value, 1)
    yield from _fields(value, nested=False)


def without_secrets(blocks: Iterable[Block], redact: Redact) -> tuple[Block, ...]:
    """Return blocks without the secrets that free text can contain.

    Args:
        blocks: The blocks to show.
        redact: A function that replaces the secrets in a text.

    >>> from iamtriage import redact
    >>> from iamtriage._rendering.blocks import Paragraph
    >>> without_secrets([Paragraph("password=hunter2example")], redact)
    (Paragraph(text='password=[REDACTED password]', quiet=False),)
    """
    return tuple(_without_secrets(block, redact) for block in blocks)


def _without_secrets(block: Block, redact: Redact) -> Block:
    match block:
        case Heading(text, level, tags):
            return Heading(_redact_and_clip(text, _MAX_TITLE, redact), level, tuple(map(redact, tags)))
        case Fields(rows):
            return Fields(
                tuple(
                    (_redact_and_clip(name, _MAX_TITLE, redact), _redact_value(name, value, redact))
                    for name, value in rows
                )
            )
        case Items(items, ordered):
            return Items(tuple(_redact_and_clip(item, _MAX_VALUE, redact) for item in items), ordered)
        case Source(text):
            return Source(_redact_and_clip(text, _MAX_DOCUMENT, redact))
        case _:
            return with_texts(block, redact)


def _redact_and_clip(text: str, max_length: int, redact: Redact) -> str:
    """Redact a text before truncating it, because a truncated secret is not recognized."""
    return _clip(redact(_clip(text, _SEARCH_FACTOR * max_length)), max_length)


def _redact_value(name: str, value: str, redact: Redact) -> str:
    """Redact and truncate a value, including secrets that only its name indicates."""
    before = f"{_clip(name, _MAX_TITLE)}="
    whole = redact(before + _clip(value, _SEARCH_FACTOR * _MAX_VALUE))
    if not whole.startswith(before):
        return _redact_and_clip(value, _MAX_VALUE, redact)
    return _clip(whole[len(before) :], _MAX_VALUE)


# --------------------------------------------------------------------------------------------------- parts


def _title(value: object, level: Literal[1, 3]) -> Heading:
    name = type(value).__name__
    line = _own_first_line(value) or next(
        filter(None, map(dict(shown_fields(value)).get, _TITLE_FIELDS)), None
    )
    if not isinstance(line, str):
        return Heading(name, level)
    return Heading(line, level, (name,))


def _fields(value: object, *, nested: bool) -> Iterator[Block]:
    """Yield the fields: first the short ones as rows, then each larger one under a heading."""
    rows: list[tuple[str, str]] = []
    sections: list[Iterable[Block]] = []
    for name, part in shown_fields(value):
        label = name.replace("_", " ")
        items, document = _tuple(part), _mapping(part)
        if _is_empty(part):
            continue
        if nested:
            rows.append((label, _line(part)))
        elif document is not None:
            sections.append((Heading(label), _document(document)))
        elif _is_view(part):
            sections.append(chain((Heading(label),), _nested(part)))
        elif items and _is_view(items[0]):
            sections.append(chain((Heading(label),), _item_blocks(items)))
        elif len(items) > 1:
            sections.append((Heading(label), _items(items)))
        else:
            rows.append((label, _line(part)))
    if rows:
        yield Fields(tuple(rows))
    yield from chain.from_iterable(sections)


def _nested(value: object) -> Iterator[Block]:
    yield _title(value, 3)
    yield from _fields(value, nested=True)


def _item_blocks(values: tuple[object, ...]) -> Iterator[Block]:
    for value in values[:_MAX_ITEMS]:
        yield from _nested(value)
    if len(values) > _MAX_ITEMS:
        yield Heading(f"and {len(values) - _MAX_ITEMS} more", 3)


def _items(values: tuple[object, ...]) -> Items:
    more = (f"and {len(values) - _MAX_ITEMS} more",) if len(values) > _MAX_ITEMS else ()
    return Items((*map(_line, values[:_MAX_ITEMS]), *more))


def _document(value: Mapping[object, object]) -> Code | Source:
    text = _json(value, indent=2)
    if len(text) > _MAX_DOCUMENT:
        # The text will be truncated, so it is not formatted as code to copy.
        return Source(text)
    return Code(text, "json")


def _is_view(part: object) -> bool:
    """Return whether a part is a public value: a :class:`iamtriage._rendering.views.View`."""
    return hasattr(type(part), "_blocks")


def _is_empty(part: object) -> bool:
    return part is None or part in ("", ()) or _mapping(part) == {}


def _tuple(part: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", part) if isinstance(part, tuple) else ()


def _mapping(part: object) -> Mapping[object, object] | None:
    return cast("Mapping[object, object]", part) if isinstance(part, Mapping) else None


# --------------------------------------------------------------------------------------------------- lines


def _own_first_line(value: object) -> str | None:
    """Return the first line of ``str(value)`` if its class defines ``__str__``."""
    if "__str__" not in chain.from_iterable(vars(cls) for cls in type(value).__mro__[:-1]):
        return None
    return str(value).partition("\n")[0] or None


def _line(value: object) -> str:
    """Return a value as one line of limited length."""
    if isinstance(value, str):
        return _clip_part(value)
    if (document := _mapping(value)) is not None:
        return _clip_part(_json(document))
    if _is_view(value) or attrs.has(type(value)):
        line = _own_first_line(value)
        if line is None:
            fields = (f"{name}: {_line(part)}" for name, part in shown_fields(value) if not _is_empty(part))
            line = ", ".join(fields)
        return _clip_part(line or type(value).__name__)
    if parts := _tuple(value):
        more = ", …" if len(parts) > _MAX_IN_LINE else ""
        return _clip_part(", ".join(map(_line, parts[:_MAX_IN_LINE])) + more)
    return _clip_part(str(value))


def _json(value: Mapping[object, object], indent: int | None = None) -> str:
    try:
        return json.dumps(dict(value), indent=indent, default=_plain, ensure_ascii=True)
    except (TypeError, ValueError, RecursionError):
        # Keys that are not JSON, a mapping that contains itself, or one nested too deeply.
        return f"{type(value).__name__} of {len(value)}"


def _plain(value: object) -> object:
    return (
        dict(cast("Mapping[object, object]", value)) if isinstance(value, Mapping) else type(value).__name__
    )


def _clip_part(text: str) -> str:
    """Truncate a part of a line, so that the length of the line is limited."""
    return _clip(text, _SEARCH_FACTOR * _MAX_VALUE)


def _clip(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else f"{text[:max_length]}…"
