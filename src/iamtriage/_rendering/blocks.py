"""The blocks of which a text for people consists; not for how a terminal, Markdown or HTML shows them.

Every text in a block is plain: no markup is meant by any character in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = (
    "Block",
    "Code",
    "Fields",
    "Heading",
    "Items",
    "Link",
    "Mark",
    "Paragraph",
    "Source",
    "with_texts",
)


@attrs.frozen
class Heading:
    """A heading.

    Attributes:
        text: its words.
        level: 1 for the title of the whole, 2 for a section, 3 for one item of a section.
        tags: short words beside it: how sure a cause is, who can do a remedy.
    """

    text: str
    level: Literal[1, 2, 3] = 2
    tags: tuple[str, ...] = ()


@attrs.frozen
class Paragraph:
    """Prose; ``quiet`` where it is an aside."""

    text: str
    quiet: bool = False


@attrs.frozen
class Items:
    """A list; ``ordered`` where the order is that in which to do them."""

    items: tuple[str, ...]
    ordered: bool = False


@attrs.frozen
class Fields:
    """Names and values."""

    rows: tuple[tuple[str, str], ...]


@attrs.frozen
class Code:
    """Text for a machine, which has to be copied as it is.

    Attributes:
        text: it, of one line or many.
        language: ``"sh"``: one command. ``"json"``: a policy or another document. ``"yaml"``: a manifest.
    """

    text: str
    language: Literal["sh", "json", "yaml"]


@attrs.frozen
class Link:
    """A page on the web.

    Attributes:
        url: its address, which begins with ``https://``.
        text: what it is.
    """

    url: str
    text: str


@attrs.frozen
class Mark:
    """A part of a source text.

    Attributes:
        start: where it begins, in characters.
        end: where it ends.
        label: what it is: ``"action"``.
        instead: what is shown in its place, for a secret; None shows the part itself.
    """

    start: int
    end: int
    label: str
    instead: str | None = None


@attrs.frozen
class Source:
    """A text from outside, as it came, parts of it marked.

    Attributes:
        text: the text.
        marks: its marks, in order; none overlaps another.
    """

    text: str
    marks: tuple[Mark, ...] = ()


Block: TypeAlias = Heading | Paragraph | Items | Fields | Code | Link | Source
"""Any block; ``match`` narrows it."""


def with_texts(block: Block, change: Callable[[str], str]) -> Block:
    """Give a block with each of its texts changed; a source keeps its marks only where its text stays.

    >>> with_texts(Items(("a", "b")), str.upper)
    Items(items=('A', 'B'), ordered=False)
    """
    match block:
        case Heading(text, level, tags):
            return Heading(change(text), level, tuple(map(change, tags)))
        case Fields(rows):
            return Fields(tuple((name, change(value)) for name, value in rows))
        case Items(items, ordered):
            return Items(tuple(map(change, items)), ordered)
        case Paragraph(text, quiet):
            return Paragraph(change(text), quiet)
        case Link(url, text):
            return Link(change(url), change(text))
        case Code(text, language):
            return Code(change(text), language)
        case Source(text, marks):
            changed = change(text)
            return Source(changed, marks if changed == text else ())
