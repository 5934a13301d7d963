"""Show any public value by its fields, without the secrets in them.

What a value does not print, it does not show either: fields without ``repr``, such as a failure's text.
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

# A value of any size makes a card that a browser shows at once.
_LONGEST_VALUE, _LONGEST_TITLE, _LONGEST_DOCUMENT = 600, 400, 20_000
# So many times as much is looked at for secrets.
_READ = 4
_MOST_ITEMS, _MOST_IN_A_LINE = 30, 10
# The fields that say which of its kind a value is.
_NAMING = (
    "name",
    "key",
    "operation",
    "action",
    "url",
    "rolearn",
    "userarn",
    "principal_arn",
    "policy_arn",
    "uri",
)


def blocks_of(value: object) -> Iterator[Block]:
    """Give the blocks for a value: a title, its fields, and what it consists of.

    >>> from iamtriage import parse_arn
    >>> [block.rows for block in blocks_of(parse_arn("arn:aws:s3:::reports")) if isinstance(block, Fields)]
    [(('partition', 'aws'), ('service', 's3'), ('resource', 'reports'))]
    """
    yield _title(value, 1)
    yield from _fields(value, nested=False)


def without_secrets(blocks: Iterable[Block], redact: Redact) -> tuple[Block, ...]:
    """Return blocks without the secrets that free text may hold.

    Args:
        blocks: what is to be shown.
        redact: replaces the secrets of a text.

    >>> from iamtriage import redact
    >>> from iamtriage._rendering.blocks import Paragraph
    >>> without_secrets([Paragraph("password=hunter2example")], redact)
    (Paragraph(text='password=[REDACTED password]', quiet=False),)
    """
    return tuple(_without_secrets(block, redact) for block in blocks)


def _without_secrets(block: Block, redact: Redact) -> Block:
    match block:
        case Heading(text, level, tags):
            return Heading(_shown(text, _LONGEST_TITLE, redact), level, tuple(map(redact, tags)))
        case Fields(rows):
            return Fields(
                tuple(
                    (_clipped(name, _LONGEST_TITLE), _value_shown(name, value, redact))
                    for name, value in rows
                )
            )
        case Items(items, ordered):
            return Items(tuple(_shown(item, _LONGEST_VALUE, redact) for item in items), ordered)
        case Source(text):
            return Source(_shown(text, _LONGEST_DOCUMENT, redact))
        case _:
            return with_texts(block, redact)


def _shown(text: str, longest: int, redact: Redact) -> str:
    """Redact a text before cutting it: half a secret is not recognized."""
    return _clipped(redact(_clipped(text, _READ * longest)), longest)


def _value_shown(name: str, value: str, redact: Redact) -> str:
    """Redact a value as ``_shown`` does, also the secrets that only its name announces."""
    before = f"{_clipped(name, _LONGEST_TITLE)}="
    whole = redact(before + _clipped(value, _READ * _LONGEST_VALUE))
    if not whole.startswith(before):
        return _shown(value, _LONGEST_VALUE, redact)
    return _clipped(whole[len(before) :], _LONGEST_VALUE)


# --------------------------------------------------------------------------------------------------- parts


def _title(value: object, level: Literal[1, 3]) -> Heading:
    name = type(value).__name__
    line = _line_of_its_own(value) or next(filter(None, map(dict(shown_fields(value)).get, _NAMING)), None)
    if not isinstance(line, str):
        return Heading(name, level)
    return Heading(line, level, (name,))


def _fields(value: object, *, nested: bool) -> Iterator[Block]:
    """Give the fields: first those of one line each, then what needs more room."""
    rows: list[tuple[str, str]] = []
    below: list[Iterable[Block]] = []
    for name, part in shown_fields(value):
        label = name.replace("_", " ")
        many, document = _tuple(part), _mapping(part)
        if _is_nothing(part):
            continue
        if nested:
            rows.append((label, _line(part)))
        elif document is not None:
            below.append((Heading(label), _document(document)))
        elif _shows_itself(part):
            below.append(chain((Heading(label),), _nested(part)))
        elif many and _shows_itself(many[0]):
            below.append(chain((Heading(label),), _each(many)))
        elif len(many) > 1:
            below.append((Heading(label), _items(many)))
        else:
            rows.append((label, _line(part)))
    if rows:
        yield Fields(tuple(rows))
    yield from chain.from_iterable(below)


def _nested(value: object) -> Iterator[Block]:
    yield _title(value, 3)
    yield from _fields(value, nested=True)


def _each(values: tuple[object, ...]) -> Iterator[Block]:
    for one in values[:_MOST_ITEMS]:
        yield from _nested(one)
    if len(values) > _MOST_ITEMS:
        yield Heading(f"and {len(values) - _MOST_ITEMS} more", 3)


def _items(values: tuple[object, ...]) -> Items:
    more = (f"and {len(values) - _MOST_ITEMS} more",) if len(values) > _MOST_ITEMS else ()
    return Items((*map(_line, values[:_MOST_ITEMS]), *more))


def _document(value: Mapping[object, object]) -> Code | Source:
    text = _json(value, indent=2)
    if len(text) > _LONGEST_DOCUMENT:
        # No code any more, which somebody may want to copy.
        return Source(text)
    return Code(text, "json")


def _shows_itself(part: object) -> bool:
    """Return whether a part is a public value too, as :class:`iamtriage._rendering.views.View` makes it."""
    return hasattr(type(part), "_blocks")


def _is_nothing(part: object) -> bool:
    return part is None or part in ("", ()) or _mapping(part) == {}


def _tuple(part: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", part) if isinstance(part, tuple) else ()


def _mapping(part: object) -> Mapping[object, object] | None:
    return cast("Mapping[object, object]", part) if isinstance(part, Mapping) else None


# --------------------------------------------------------------------------------------------------- lines


def _line_of_its_own(value: object) -> str | None:
    """Give the first line of a value's ``str()``, where its class has one that is not its ``repr()``."""
    if "__str__" not in chain.from_iterable(vars(cls) for cls in type(value).__mro__[:-1]):
        return None
    return str(value).partition("\n")[0] or None


def _line(value: object) -> str:
    """Give a value as one line of bounded length."""
    if isinstance(value, str):
        return _bounded(value)
    if (document := _mapping(value)) is not None:
        return _bounded(_json(document))
    if _shows_itself(value) or attrs.has(type(value)):
        line = _line_of_its_own(value)
        if line is None:
            told = (f"{name}: {_line(part)}" for name, part in shown_fields(value) if not _is_nothing(part))
            line = ", ".join(told)
        return _bounded(line or type(value).__name__)
    if parts := _tuple(value):
        more = ", …" if len(parts) > _MOST_IN_A_LINE else ""
        return _bounded(", ".join(map(_line, parts[:_MOST_IN_A_LINE])) + more)
    return _bounded(str(value))


def _json(value: Mapping[object, object], indent: int | None = None) -> str:
    try:
        return json.dumps(dict(value), indent=indent, default=_plain, ensure_ascii=True)
    except (TypeError, ValueError, RecursionError):
        # Keys that JSON has not, a mapping within itself, or one that is too deep.
        return f"{type(value).__name__} of {len(value)}"


def _plain(value: object) -> object:
    return (
        dict(cast("Mapping[object, object]", value)) if isinstance(value, Mapping) else type(value).__name__
    )


def _bounded(text: str) -> str:
    """Cut a part of a line, so that what is put together stays of a size."""
    return _clipped(text, _READ * _LONGEST_VALUE)


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
